"""What JOB on the command line means: an id, an output folder, or a record."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cgi_runner.errors import InputError

if TYPE_CHECKING:
    from cgi_runner.cli.option_types import ServiceOptions
    from cgi_runner.connection import ServiceConnection
    from cgi_runner.job import Record

log = logging.getLogger(__name__)

#: What all ids look like that were ever seen; others are tried all the same.
_USUAL_ID = re.compile(r"[0-9a-f]{20}")

job = click.argument("job", metavar="JOB")


@dataclass(frozen=True)
class JobReference:
    """A job that the user named; `folder` is where its record lies, if it was named by it."""

    job_id: str
    record: Record | None = None
    folder: Path | None = None
    is_folder: bool = False

    @property
    def is_of_sandbox(self) -> bool:
        """Whether the job was sent to a sandbox inside a command."""
        return self.record is not None and self.record.service == "sandbox"


def resolve_job(text: str) -> JobReference:
    """Find the job that the text names.

    Raises:
        InputError: No job can be meant by it, or the record has no job id yet.

    """
    from cgi_runner.job import read_record
    from cgi_runner.output.record import NAME
    from cgi_runner.service.base import JOB_ID

    path = Path(text)
    if path.exists():
        file = path / NAME if path.is_dir() else path
        _refuse_cohort(file.parent)
        record = read_record(file)
        if not record.job_id and record.state.is_complete:
            raise InputError(
                f"{file} is of an archive that names no job", tip="`cgi-runner list --long` shows the account's jobs"
            )
        if not record.job_id:
            raise InputError(f"the job of {file} was never submitted", tip="run the command that made it again")
        return JobReference(record.job_id, record, file.parent, path.is_dir())
    if not JOB_ID.fullmatch(text):
        raise InputError(
            f"{text!r} is neither a job's id nor a file that exists", tip="`cgi-runner list` shows the ids"
        )
    return JobReference(text)


def _refuse_cohort(folder: Path) -> None:
    """Refuse the folder of a cohort or of one of its samples, and name a job that is meant."""
    from cgi_runner.cohort.record import JOBS, NAME
    from cgi_runner.findings.cohort import find_shared_job

    if (folder / NAME).exists():
        jobs = sorted(folder.glob(f"{JOBS}/*"))
        tip = f"name one of its jobs: {jobs[0]}" if jobs else "name a job's id, its output folder or its cgi-job.json"
        raise InputError(f"found the cohort {folder}, expected one job", tip=tip)
    if job := find_shared_job(folder):
        raise InputError(
            f"found one sample of a cohort, {folder}, expected one job", tip=f"name its job: {os.path.normpath(job)}"
        )


@contextmanager
def connect_to_job(
    target: JobReference, options: ServiceOptions, *, needs_job: bool = False
) -> Iterator[ServiceConnection]:
    """Connect to the service that has the job.

    Args:
        target: What JOB on the command line refers to.
        options: Values of the command's options, by name.
        needs_job: Whether the command waits for the job, and so has nothing to do if its sandbox is gone.

    Yields:
        The connection, closed when the block ends.

    Raises:
        InputError: The token was given for an id, or the record names another service than the options do. It is not
            followed
        there on its own word: a record from elsewhere must not decide who gets the token.

    """
    from cgi_runner.cli.options import connect
    from cgi_runner.redaction import is_secret, safe_excerpt
    from cgi_runner.service.base import UnknownJobError

    with connect(options, sandbox_folder=target.folder if target.is_of_sandbox else None) as found:
        # A token looks exactly like a job's id, and what is put into an address ends up in other people's logs.
        if is_secret(target.job_id):
            raise InputError("the token was given in place of a job's id", tip="`cgi-runner list` shows the ids")
        if not (target.record or _USUAL_ID.fullmatch(target.job_id)):
            log.warning("found no folder or record called %s; using it as a job's id", target.job_id)
        if target.record and not target.record.service:
            raise InputError(
                f"the results in {target.folder} came from a saved archive, which names no service",
                tip=f"use the job's id instead of the folder: {target.job_id}",
            )
        if target.record and target.record.service != found.service:
            raise InputError(
                f"job {target.job_id} is at {safe_excerpt(target.record.service)}, not at {found.service}",
                tip=f"if you trust that service, add --api-url {safe_excerpt(target.record.service)}",
            )
        try:
            if target.is_of_sandbox and needs_job:  # one that is gone stays gone: no further look will find it
                found.api.get_job(target.job_id)
            yield found
        except UnknownJobError:
            if not target.is_of_sandbox:
                raise
            raise InputError(
                f"job {target.job_id} belonged to a sandbox that no longer exists",
                tip=f"its results, if it had any, are in {target.folder}",
            ) from None
