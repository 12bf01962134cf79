"""`--sandbox`: a stand-in service inside this process, its jobs kept beside the output until they are done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cgi_runner.clock import parse_duration
from cgi_runner.config import Credentials
from cgi_runner.errors import InputError
from cgi_runner.output.record import NAME, read_record
from cgi_sandbox import Sandbox, SandboxError

FOLDER = ".cgi-sandbox"
_CREDENTIALS = Credentials("sandbox@localhost", "no-secret")


@contextmanager
def translate_sandbox_errors() -> Iterator[None]:
    """Report what the sandbox refuses as an error of the command.

    Raises:
        InputError: With the sandbox's own message and tip.

    """
    try:
        yield
    except SandboxError as error:
        raise InputError(error.message, tip=error.tip) from error


def has_open_job(out: Path) -> bool:
    """Return whether a folder has a job that a later command has to find again."""
    return (out / NAME).is_file() and not read_record(out / NAME).state.is_complete


@contextmanager
def local_sandbox(out: Path, is_needed: Callable[[Path], bool] = has_open_job) -> Iterator[tuple[str, Credentials]]:
    """Serve from this process while the block lasts.

    The jobs are kept in the output folder, so that a command that was stopped finds its job again; once its results
    are verified there, or nothing has come of it, they go.

    Args:
        out: The output folder; the jobs' database is in a hidden folder in it.
        is_needed: Tells, of the output folder, whether the jobs are still needed when the block ends.

    Yields:
        The address, and credentials that are no secret.

    Raises:
        InputError: The folder cannot be made or written.

    """
    duration = os.environ.get("CGI_SANDBOX_DURATION") or "2"
    folder = out / FOLDER
    made = [path for path in (out, *out.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the output folder {out} cannot be used: {error.strerror}", tip="choose another") from None
    try:
        # Seconds that a job takes: for drills of deadlines and resubmission, where two would be too few.
        with translate_sandbox_errors(), Sandbox(folder / "jobs.db", duration=parse_duration(duration)) as sandbox:
            yield sandbox.url, _CREDENTIALS
    finally:
        if not is_needed(out):
            shutil.rmtree(folder, ignore_errors=True)
        for path in made:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
