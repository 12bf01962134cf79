"""CGI's REST API v1, one method a call; answers become small typed values.

Shapes are those of real transcripts (2018 to 2025): keys come in any order, `reference` is missing in old jobs,
errors may arrive with the HTTP status 200.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from cgi_runner.errors import InputError, RunnerError, ServiceError
from cgi_runner.failures import AnswerLostError, RefusedError, credentials_refused
from cgi_runner.http import Session
from cgi_runner.redaction import excerpt, is_secret
from cgi_runner.upload import Upload

#: All ids seen are 20 lower-case hex digits; anything that is safe in a URL is let through.
JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{3,63}")
_UNKNOWN_JOB = frozenset({404, 410})
_BAD_REQUEST = frozenset({400, 413, 415, 422})
_FULL = 403
_MOST_JOBS = 100_000  # each may have to be asked for its title; CGI's accounts have room for a few dozens
_NO_ACCOUNT = 401
_PASSING = frozenset({408, 425, 429})  # with all statuses from 500 on
#: The id of a new job; a word such as "Error500" is none. After any other answer the job is looked for by its mark.
_NEW_ID = re.compile(r"[0-9a-fA-F-]{16,64}")


@dataclass(frozen=True)
class Status:
    """What the service calls a job's state. Only `Done` and `Error` end a job; every other word means: at work."""

    word: str

    @property
    def is_done(self) -> bool:
        """Whether the results are ready."""
        return self.word.strip().casefold() == "done"

    @property
    def is_error(self) -> bool:
        """Whether the service gave the job up."""
        return self.word.strip().casefold() == "error"

    @property
    def is_known(self) -> bool:
        """Whether the word has been seen in real answers, or in clients that test for it."""
        return self.is_done or self.is_error or self.word.strip().casefold() in {"running", "waiting"}


@dataclass(frozen=True)
class JobInfo:
    """What the service keeps about a job. `date` is the service's, in UTC; the account's e-mail is left out."""

    id: str
    status: Status
    title: str
    cancer_type: str
    reference: str
    date: str


@dataclass(frozen=True)
class JobLog:
    """A job's state and the lines of its log so far, without line ends."""

    status: Status
    lines: Sequence[str]


class AccountFullAnswerError(RunnerError):
    """The service turned a new job away because all job slots of the account are taken."""


class UnknownJobError(InputError):
    """The account has no such job (any more)."""


class Api:
    """The calls of the API for one account."""

    def __init__(self, session: Session) -> None:
        """Call through this session."""
        self._session = session

    @property
    def url(self) -> str:
        """The service's address."""
        return self._session.service.url

    @property
    def key(self) -> str:
        """What locks and notes of this service go by."""
        return self._session.service.key

    def submit(self, fields: Mapping[str, str], files: Mapping[str, Path]) -> str:
        """Start a job and give its id.

        Args:
            fields: `cancer_type`, `title`, `reference`.
            files: The uploads by field: `mutations`, `cnas`, `translocations`, at least one.

        Raises:
            AnswerLostError: The job may or may not exist; look for its title before trying again.
            AccountFullAnswerError: A 403 (seen as "all slots are full"); call `jobs` first to rule out bad credentials.
            InputError: The service says that the request itself is wrong.

        """
        with ExitStack() as stack:
            handles = {kind: stack.enter_context(path.open("rb")) for kind, path in files.items()}
            try:
                answer = self._session.post_json(Upload(fields, handles))
            except RefusedError as error:
                raise _submission_refused(error) from error
        if not _is_id(answer) or not _NEW_ID.fullmatch(answer):
            said = excerpt(str(answer), 60)
            raise AnswerLostError(f"{self.url} answered the submission with {said!r}, which is no job id")
        return answer

    def jobs(self, *, retry: bool = True) -> list[str]:
        """Give the ids of all jobs of the account, in the service's order, which means nothing."""
        try:
            answer = self._session.get_json() if retry else self._session.json("GET")
        except RefusedError as error:
            raise credentials_refused(error) from error
        # Nothing is skipped: the odd one might be the very job that must not be submitted twice.
        if not isinstance(answer, list) or not all(map(_is_id, answer)):
            raise AnswerLostError(f"{self.url} gave no list of job ids", tip="is --api-url right?")
        if len(answer) > _MOST_JOBS:
            raise ServiceError(f"{self.url} lists {len(answer)} jobs for this account", tip="is --api-url right?")
        return answer

    def job(self, job_id: str) -> JobInfo:
        """Give what is known of a job.

        Raises:
            UnknownJobError: The account has no such job.

        """
        answer = _object(self._ask(job_id), self.url)
        about = answer.get("metadata")
        if not isinstance(about, dict):
            # A job without its title would be taken for somebody else's, and ours be submitted a second time.
            raise AnswerLostError(f"{self.url} does not describe job {job_id}", tip="is --api-url right?")
        if about.get("id") not in (None, "", job_id):  # no set: an answer may hold what has no hash
            raise AnswerLostError(f"{self.url} was asked about job {job_id}, and describes another one")
        status = Status(str(answer.get("status", "")))
        texts = {key: str(about.get(key) or "") for key in ("title", "cancertype", "reference", "date")}
        return JobInfo(job_id, status, texts["title"], texts["cancertype"], texts["reference"], texts["date"])

    def logs(self, job_id: str, *, retry: bool = True) -> JobLog:
        """Give a job's state and log; works while it runs.

        Raises:
            UnknownJobError: The account has no such job.

        """
        answer = _object(self._ask(job_id, action="logs", retry=retry), self.url)
        lines = answer.get("logs")
        texts = [_text(line).rstrip("\r\n") for line in lines] if isinstance(lines, list) else []
        return JobLog(Status(str(answer.get("status", ""))), texts)

    def download(self, job_id: str) -> Iterator[tuple[bytes, int | None]]:
        """Give the pieces of a finished job's archive, each with the announced size of the whole in bytes."""
        with self._judged(job_id):
            yield from self._session.stream(job_id, action="download")

    def delete(self, job_id: str) -> None:
        """Delete a job with its results on the service.

        Raises:
            UnknownJobError: The account has no such job.

        """

        def gone() -> None:
            self._ask(job_id, "DELETE", retry=False)
            # No answer to a DELETE is known to mean that it was done.
            if job_id in self.jobs(retry=False):
                raise AnswerLostError(
                    f"{self.url} still lists job {job_id}, which it was asked to delete", tip="delete it again later"
                )

        self._session.repeat(gone)

    def _ask(self, job_id: str, method: str = "GET", *, action: str | None = None, retry: bool = True) -> Any:
        """Give the JSON that the service answers to a request about one job."""

        def once() -> Any:
            with self._judged(job_id):
                return self._session.json(method, job_id, action=action)

        return self._session.repeat(once) if retry else once()

    @contextmanager
    def _judged(self, job_id: str) -> Iterator[None]:
        """Turn a no about one job into what it means.

        That there is no such job is believed only if the account's list says so, too: a job given up for lost would be
        run twice or never be fetched, and what answers 404 may be anything on the way to the service.
        """
        try:
            yield
        except RefusedError as error:
            if error.status not in _UNKNOWN_JOB:
                raise credentials_refused(error) from error
            if job_id in self.jobs():
                raise AnswerLostError(
                    f"{self.url} lists job {job_id}, and yet answers {error.status} when asked about it",
                    tip="run the command again a little later",
                ) from error
            raise UnknownJobError(
                f"the account has no job {job_id}", tip="`cgi-runner list --long` shows the account's jobs"
            ) from error


def _is_id(answer: Any) -> TypeGuard[str]:
    """Say whether an answer can be a job's id. A token looks like one, but must not get into addresses and records."""
    return isinstance(answer, str) and JOB_ID.fullmatch(answer) is not None and not is_secret(answer)


def _text(line: Any) -> str:
    """Give a line that files and terminals can hold: JSON can escape what is no letter of any alphabet."""
    return str(line).encode("utf-8", "replace").decode("utf-8")


def _object(answer: Any, url: str) -> dict[str, Any]:
    if isinstance(answer, dict) and "status" in answer:
        return answer
    raise AnswerLostError(f"{url} gave something else than the state of a job", tip="is --api-url right?")


def _submission_refused(error: RefusedError) -> RunnerError:
    if error.status == _FULL:
        return AccountFullAnswerError(error.message)
    if error.status in _BAD_REQUEST:
        return InputError(error.message, tip="`cgi-runner check` shows what would be sent")
    if error.status == _NO_ACCOUNT:
        return credentials_refused(error)
    # Only the answers above are a no that can be believed. The word of a gate before the service, such as 429, may come
    # after it has let the request through: whoever took it for a no would submit a second job.
    may_pass = error.status >= 500 or error.status in _PASSING  # noqa: PLR2004 - a class of HTTP statuses
    return AnswerLostError(error.message, retry_after=error.retry_after, may_pass=may_pass)
