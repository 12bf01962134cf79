"""`--sandbox`: a stand-in service inside this very process, its jobs kept beside the output until they are done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cgi_runner.clock import parse_duration
from cgi_runner.errors import InputError
from cgi_runner.job import read_record
from cgi_runner.job.journal import NAME
from cgi_runner.sandbox import Sandbox
from cgi_runner.settings import Credentials

FOLDER = ".cgi-sandbox"
_CREDENTIALS = Credentials("sandbox@localhost", "no-secret")


@contextmanager
def stand_in(out: Path) -> Iterator[tuple[str, Credentials]]:
    """Serve from this process while the block lasts; give the address and credentials that are no secret.

    The jobs are kept in the output folder, so that a command that was stopped finds its job again; once its results
    are verified there, or nothing has come of it, they go.
    """
    duration = os.environ.get("CGI_SANDBOX_DURATION") or "2"
    folder = out / FOLDER
    was_there = out.is_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the output folder {out} cannot be used: {error.strerror}", tip="choose another") from None
    try:
        # Seconds that a job takes: for drills of deadlines and resubmission, where two would be too few.
        with Sandbox(folder / "jobs.db", duration=parse_duration(duration)) as sandbox:
            yield sandbox.url, _CREDENTIALS
    finally:
        if not (out / NAME).is_file() or read_record(out / NAME).state.is_complete:
            shutil.rmtree(folder, ignore_errors=True)
        if not was_there and not any(out.iterdir()):
            out.rmdir()
