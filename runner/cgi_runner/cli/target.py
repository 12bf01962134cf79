"""What JOB on the command line means: an id, an output folder, or a record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cgi_runner.errors import InputError

if TYPE_CHECKING:
    from cgi_runner.cli.options import Contact
    from cgi_runner.job import Record

job = click.argument("job", metavar="JOB")


@dataclass(frozen=True)
class Target:
    """A job that the user named; `folder` is where its record lies, if it was named by it."""

    job_id: str
    record: Record | None
    folder: Path | None


def find(text: str) -> Target:
    """Make out which job is meant.

    Raises:
        InputError: No job can be meant by it, or the record has no job id yet.

    """
    from cgi_runner.api import JOB_ID
    from cgi_runner.job import read_record
    from cgi_runner.job.journal import NAME

    path = Path(text)
    if path.exists():
        file = path / NAME if path.is_dir() else path
        record = read_record(file)
        if not record.job_id:
            raise InputError(f"the job of {file} was never submitted", tip="run the command that made it again")
        return Target(record.job_id, record, file.parent)
    if not JOB_ID.fullmatch(text):
        raise InputError(
            f"{text!r} is neither a job's id nor a file that exists", tip="`cgi-runner list` shows the ids"
        )
    return Target(text, None, None)


@contextmanager
def contact_for(target: Target, options: dict[str, Any]) -> Iterator[Contact]:
    """Have the service that has the job.

    Raises:
        InputError: The record names another service than the options do. It is not followed there on its own word:
            a record from elsewhere must not decide who gets the token.

    """
    from cgi_runner.cli.options import contact

    of_sandbox = target.record is not None and target.record.service == "sandbox"
    with contact(options, sandbox_folder=target.folder if of_sandbox else None) as found:
        if target.record and target.record.service != found.service:
            raise InputError(
                f"job {target.job_id} is at {target.record.service}, not at {found.service}",
                tip=f"if you trust that service, add --api-url {target.record.service}",
            )
        yield found
