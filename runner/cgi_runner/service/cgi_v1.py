"""CGI's REST API v1, one method a call; answers become small typed values.

Shapes are those of real transcripts (2018 to 2025): keys come in any order, `reference` is missing in old jobs,
errors may arrive with the HTTP status 200.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeGuard

from cgi_runner.errors import InputError, RunnerError, ServiceError
from cgi_runner.files import replace_surrogates
from cgi_runner.redaction import is_secret, safe_excerpt
from cgi_runner.service.base import JOB_ID, JobInfo, JobLog, QuotaRejectedError, Status, UnknownJobError
from cgi_runner.service.errors import MaybeProcessedError, RejectedError, as_credentials_error
from cgi_runner.service.log_file import LogFile
from cgi_runner.service.multipart import MultipartBody
from cgi_runner.service.session import CgiSession

_UNKNOWN_JOB = frozenset({404, 410})
_BAD_REQUEST = frozenset({400, 413, 415, 422})
_FULL = 403
_MAX_JOBS = 100_000  # each may have to be asked for its title; CGI's accounts have room for a few dozens
_NO_ACCOUNT = 401
_PASSING = frozenset({408, 425, 429})  # with all statuses from 500 on
#: The id of a new job; a word such as "Error500" is none. After any other answer the job is looked for by its tag.
_NEW_ID = re.compile(r"[0-9a-fA-F-]{16,64}")


class CgiClient:
    """The calls of the API for one account."""

    def __init__(self, session: CgiSession) -> None:
        """Call through this session."""
        self._session = session

    @property
    def url(self) -> str:
        """The service's address."""
        return self._session.service.url

    @property
    def lock_key(self) -> str:
        """What locks and notes of this service go by."""
        return self._session.service.lock_key

    def submit(self, fields: Mapping[str, str], files: Mapping[str, Path]) -> str:
        """Start a job and give its id.

        Args:
            fields: `cancer_type`, `title`, `reference`.
            files: The uploads by field: `mutations`, `cnas`, `translocations`, at least one.

        Raises:
            MaybeProcessedError: The job may or may not exist; look for its title before trying again.
            QuotaRejectedError: A 403 (seen as "all slots are full"); call `jobs` first to rule out bad credentials.
            InputError: The service says that the request itself is wrong.

        """
        with ExitStack() as stack:
            handles = {kind: stack.enter_context(path.open("rb")) for kind, path in files.items()}
            try:
                answer = self._session.post_json(MultipartBody(fields, handles))
            except RejectedError as error:
                raise _submission_error(error) from error
        if isinstance(answer, dict):  # an envelope that no real answer was seen in, around the same id
            answer = next((answer[name] for name in ("id", "job_id") if name in answer), answer)
        if not _is_id(answer) or not _NEW_ID.fullmatch(answer):
            said = safe_excerpt(str(answer), 60)
            raise MaybeProcessedError(f"{self.url} answered the submission with {said!r}, which is not a job id")
        return answer

    def list_jobs(self, *, retry: bool = True) -> list[str]:
        """Return the ids of all jobs of the account, in the service's order, which means nothing.

        Args:
            retry: Whether to ask again after temporary failures; no for a caller that has retries of its own.

        Raises:
            CredentialsError: The service does not accept the credentials.
            RejectedError: It refuses for another reason.
            MaybeProcessedError: The answer is not a list of ids.
            ServiceError: There was no answer, or the list is too long to be one account's.

        """
        try:
            answer = self._session.get_json() if retry else self._session.json("GET")
        except RejectedError as error:
            raise as_credentials_error(error) from error
        # Nothing is skipped: the odd one might be the very job that must not be submitted twice.
        if not isinstance(answer, list) or not all(map(_is_id, answer)):
            raise MaybeProcessedError(f"{self.url} did not return a list of job ids", tip="is --api-url right?")
        if len(answer) > _MAX_JOBS:
            raise ServiceError(f"{self.url} lists {len(answer)} jobs for this account", tip="is --api-url right?")
        return answer

    def get_job(self, job_id: str) -> JobInfo:
        """Return what is known of a job (fact 7 of docs/sandbox.md).

        Raises:
            UnknownJobError: The account has no such job.
            MaybeProcessedError: The answer does not describe this job.

        """
        answer = _object(self._ask(job_id), self.url)
        about = answer.get("metadata")
        if not isinstance(about, dict):
            # A job without its title would be taken for somebody else's, and ours be submitted a second time.
            raise MaybeProcessedError(f"{self.url} does not describe job {job_id}", tip="is --api-url right?")
        if about.get("id") not in (None, "", job_id):  # no set: an answer may hold what has no hash
            raise MaybeProcessedError(f"{self.url} was asked about job {job_id}, and describes another one")
        status = Status(str(answer["status"]))
        texts = {key: str(about.get(key) or "") for key in ("title", "cancertype", "reference", "date")}
        return JobInfo(job_id, status, texts["title"], texts["cancertype"], texts["reference"], texts["date"])

    def logs(self, job_id: str, *, retry: bool = True) -> JobLog:
        """Return a job's state and log; works while it runs (fact 8 of docs/sandbox.md).

        Args:
            job_id: Id of a job of the account.
            retry: Whether to ask again after temporary failures.

        Returns:
            The state, and the log's lines without their ends.

        Raises:
            UnknownJobError: The account has no such job.

        """
        answer = _object(self._ask(job_id, action="logs", retry=retry), self.url)
        lines = answer.get("logs")
        if isinstance(lines, LogFile):
            return JobLog(Status(lines.status), lines)
        is_known = isinstance(lines, str | list)
        if isinstance(lines, str):
            lines = lines.splitlines()
        elif not isinstance(lines, list):  # nothing, or of a shape that nobody has seen: it is kept as it came
            lines = [] if lines is None else [json.dumps(lines)]
        texts = [replace_surrogates(str(line)).rstrip("\r\n") for line in lines]
        return JobLog(Status(str(answer["status"])), texts, is_known)

    def download(self, job_id: str) -> Iterator[tuple[bytes, int | None]]:
        """Yield the pieces of a finished job's archive, each with the announced size of the whole in bytes."""
        with self._translate_404(job_id):
            yield from self._session.stream(job_id, action="download")

    def delete(self, job_id: str) -> None:
        """Delete a job with its results on the service.

        Raises:
            UnknownJobError: The account has no such job.

        """

        def gone() -> None:
            self._ask(job_id, "DELETE", retry=False)
            # No answer to a DELETE is known to mean that it was done.
            if job_id in self.list_jobs(retry=False):
                raise MaybeProcessedError(
                    f"{self.url} still lists job {job_id}, which it was asked to delete", tip="delete it again later"
                )

        self._session.with_retries(gone)

    def _ask(self, job_id: str, method: str = "GET", *, action: str | None = None, retry: bool = True) -> Any:
        """Return the JSON that the service answers to a request about one job."""

        def once() -> Any:
            with self._translate_404(job_id):
                return self._session.json(method, job_id, action=action)

        return self._session.with_retries(once) if retry else once()

    @contextmanager
    def _translate_404(self, job_id: str) -> Iterator[None]:
        """Turn a no about one job into what it means.

        That there is no such job is believed only if the account's list says so, too: a job given up for lost would be
        run twice or never be fetched, and what answers 404 may be anything on the way to the service.
        """
        try:
            yield
        except RejectedError as error:
            if error.status not in _UNKNOWN_JOB:
                raise as_credentials_error(error) from error
            if job_id in self.list_jobs():
                raise MaybeProcessedError(
                    f"{self.url} lists job {job_id}, but answers {error.status} when asked about it",
                    tip="run the command again a little later",
                ) from error
            raise UnknownJobError(
                f"the account has no job {job_id}", tip="`cgi-runner list --long` shows the account's jobs"
            ) from error


def _is_id(answer: Any) -> TypeGuard[str]:
    """Return whether an answer can be a job's id. A token looks like one, but must not get into URLs or records."""
    return isinstance(answer, str) and JOB_ID.fullmatch(answer) is not None and not is_secret(answer)


def _object(answer: Any, url: str) -> dict[str, Any]:
    if isinstance(answer, dict) and "status" in answer:
        return answer
    raise MaybeProcessedError(f"{url} did not return the state of a job", tip="is --api-url right?")


def _submission_error(error: RejectedError) -> RunnerError:
    if error.status == _FULL:
        return QuotaRejectedError(error.message)
    if error.status in _BAD_REQUEST:
        return InputError(error.message, tip="`cgi-runner check` shows what would be sent")
    if error.status == _NO_ACCOUNT:
        return as_credentials_error(error)
    # Only the answers above are a no that can be believed. The word of a gate before the service, such as 429, may come
    # after it has let the request through: whoever took it for a no would submit a second job.
    retryable = error.status >= 500 or error.status in _PASSING  # noqa: PLR2004 - a class of HTTP statuses
    return MaybeProcessedError(error.message, retry_after=error.retry_after, retryable=retryable)
