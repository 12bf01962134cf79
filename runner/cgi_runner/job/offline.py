"""A saved archive, of any generation, becomes the same verified output folder that a fetched job gives; offline."""

from __future__ import annotations

import shutil
from pathlib import Path

from cgi_runner.api import JOB_ID, JobLog, Status
from cgi_runner.clock import SystemClock
from cgi_runner.errors import InputError, ResultsError
from cgi_runner.job.fetch import sha256_of
from cgi_runner.job.finish import (
    DROPPED,
    bring_dropped,
    fail_if_missing,
    is_intact,
    list_anew,
    put_in_place,
    refuse_overwriting,
    save_log,
)
from cgi_runner.job.journal import NAME, Journal, Record, read_record
from cgi_runner.job.life import refuse_taken
from cgi_runner.job.workspace import workspace
from cgi_runner.results.archive import ARCHIVE, LOGS, unpack


def read_archive(archive: Path, out: Path, *, strict: bool = False) -> Record:
    """Verify and unpack a saved archive into a folder.

    If it lies in an output folder of the runner's, the log and the list of rows not sent are taken from there.

    Raises:
        InputError: There is no such file, or the folder holds other results.
        ResultsError: The archive is corrupt or unsafe.
        RowsMissingError: With `strict`, if rows did not come back.

    """
    if not archive.is_file():
        raise InputError(f"{archive} is no file", tip="name the zip that was downloaded from CGI")
    with workspace(out) as work:
        record = _read_before(archive, out) or _read_now(archive, out, work)
    if strict:
        fail_if_missing(record)
    return record


def _read_before(archive: Path, out: Path) -> Record | None:
    """Give the record of the very same archive, if the folder holds its verified files already."""
    if (out / NAME).is_file():
        record = read_record(out / NAME)
        if record.archive.get("sha256") == sha256_of(archive) and is_intact(out, record):
            list_anew(out / DROPPED, out, record)
            return record
    return None


def _read_now(archive: Path, out: Path, work: Path) -> Record:
    refuse_taken(out)
    try:
        unpacked = unpack(Path(shutil.copyfile(archive, work / ARCHIVE)), work / "unpacked", is_download=False)
    except ResultsError as error:
        raise ResultsError(f"{archive}: {error}", tip="this copy is of no use: save it again") from error
    summary = unpacked.summary
    named = summary.get("Analysis ID") or summary.get("Id", "")
    record = Record(
        service="",
        title=summary.get("Analysis Code") or summary.get("Title", ""),
        cancer_type=summary.get("Cancer type", ""),
        reference=summary.get("Reference genome") or summary.get("Reference", ""),
        job_id=named if JOB_ID.fullmatch(named) else "",
    )
    refuse_overwriting(unpacked, out, record)
    lines: list[str] = []
    # Only in a folder of the runner's is it sure that what lies beside the archive belongs to it.
    if archive.name == ARCHIVE and (archive.parent / LOGS).is_file():
        lines = (archive.parent / LOGS).read_text(encoding="utf-8", errors="replace").splitlines()
        bring_dropped(archive.parent, out)
    journal = Journal(out / NAME, record, SystemClock())
    save_log(out, JobLog(Status("Done"), lines))
    put_in_place(unpacked, lines, out, journal)
    return record
