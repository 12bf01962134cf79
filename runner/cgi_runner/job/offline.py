"""A saved archive, of any generation, becomes the same verified output folder that a fetched job gives; offline."""

from __future__ import annotations

import shutil
from pathlib import Path

from cgi_runner.api import JobLog, Status
from cgi_runner.clock import SystemClock
from cgi_runner.errors import InputError
from cgi_runner.job.finish import fail_if_missing, put_in_place, save_log
from cgi_runner.job.journal import NAME, Journal, Record
from cgi_runner.job.life import refuse_taken
from cgi_runner.job.workspace import workspace
from cgi_runner.results.archive import LOGS, unpack


def read_archive(archive: Path, out: Path, *, strict: bool = False) -> Record:
    """Verify and unpack a saved archive into a folder; a `cgi-logs.txt` beside it tells why rows were skipped.

    Raises:
        InputError: There is no such file, or the folder holds other results.
        ResultsError: The archive is corrupt or unsafe.
        RowsMissingError: With `strict`, if rows did not come back.

    """
    if not archive.is_file():
        raise InputError(f"{archive} is no file", tip="name the zip that was downloaded from CGI")
    with workspace(out) as work:
        refuse_taken(out)
        copy = Path(shutil.copyfile(archive, work / "cgi-results.zip"))
        unpacked = unpack(copy, work / "unpacked")
        summary = unpacked.summary
        record = Record(
            service="",
            title=summary.get("Analysis Code") or summary.get("Title", ""),
            cancer_type=summary.get("Cancer type", ""),
            reference=summary.get("Reference genome") or summary.get("Reference", ""),
            job_id=summary.get("Analysis ID") or summary.get("Id", ""),
        )
        saved = archive.parent / LOGS
        lines = saved.read_text(encoding="utf-8", errors="replace").splitlines() if saved.is_file() else []
        save_log(out, JobLog(Status("Done"), lines))
        put_in_place(unpacked, lines, out, Journal(out / NAME, record, SystemClock()))
    if strict:
        fail_if_missing(record)
    return record
