"""What a service of jobs offers to those who work with it, whichever its protocol: its calls, and their answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cgi_runner.errors import InputError, RunnerError

#: All ids seen are 20 lower-case hex digits; anything that is safe in a URL is let through.
JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{3,63}")
#: Words that mean the end in other services; CGI was never seen to use them.
_LIKE_DONE = frozenset({"finished", "completed", "complete", "success", "succeeded"})
#: The end of all logs of jobs that are done; date and level stand before it (fact 16 of docs/sandbox.md).
_LAST_LINE = re.compile(r"(^|\s)analysis done\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class Status:
    """What the service calls a job's state. Only `Done` and `Error` end a job; every other word means running."""

    name: str

    @property
    def is_done(self) -> bool:
        """Whether the results are ready."""
        return self.name.strip().casefold() == "done"

    @property
    def is_error(self) -> bool:
        """Whether the service gave the job up."""
        return self.name.strip().casefold() == "error"

    @property
    def is_known(self) -> bool:
        """Whether the word has been seen in real answers, or in clients that test for it."""
        return self.is_done or self.is_error or self.name.strip().casefold() in {"running", "waiting"}


@dataclass(frozen=True)
class JobInfo:
    """What the service keeps about a job. `date` is the service's, in UTC; the account's e-mail is left out."""

    id: str
    status: Status
    title: str = ""
    cancer_type: str = ""
    reference: str = ""
    date: str = ""


@dataclass(frozen=True)
class JobLog:
    """A job's state and the lines of its log so far, without line ends."""

    status: Status
    lines: Sequence[str]
    is_known: bool = True
    """Whether the service gave a log of a known shape; otherwise the lines are what it gave in its place, or none."""

    @property
    def is_probably_done(self) -> bool:
        """Whether the job has ended well, say an unknown word for its state and the last line of its log."""
        word = self.status.name.strip().casefold()
        return word in _LIKE_DONE and bool(self.lines) and bool(_LAST_LINE.search(self.lines[-1]))


class QuotaRejectedError(RunnerError):
    """The service turned a new job away because all job slots of the account are taken."""


class UnknownJobError(InputError):
    """The account has no such job (any more)."""


class JobService(Protocol):
    """The jobs of one account; each call raises a `ServiceError` where there was no answer that can be trusted."""

    @property
    def url(self) -> str:
        """The service's address."""

    @property
    def lock_key(self) -> str:
        """What locks and notes of this service go by."""

    def submit(self, fields: Mapping[str, str], files: Mapping[str, Path]) -> str:
        """Start a job and return its id.

        Args:
            fields: `cancer_type`, `title`, `reference`.
            files: The uploads by field: `mutations`, `cnas`, `translocations`, at least one.

        Raises:
            QuotaRejectedError: The account has no room.
            ServiceError: The job may or may not exist.

        """

    def list_jobs(self, *, retry: bool = True) -> list[str]:
        """Return the ids of all jobs of the account."""

    def get_job(self, job_id: str) -> JobInfo:
        """Return what is known of a job; raises `UnknownJobError` if there is none."""

    def logs(self, job_id: str, *, retry: bool = True) -> JobLog:
        """Return a job's state and log; raises `UnknownJobError` if there is none.

        Args:
            job_id: Id of the job.
            retry: Whether to ask again after temporary failures.

        """

    def download(self, job_id: str) -> Iterator[tuple[bytes, int | None]]:
        """Yield the pieces of a finished job's archive, each with the announced size of the whole in bytes."""

    def delete(self, job_id: str) -> None:
        """Delete a job with its results; raises `UnknownJobError` if there is none."""
