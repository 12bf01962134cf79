"""Fetching the results of a finished job: whole, verified, and in place all at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from cgi_runner.clock import Clock
from cgi_runner.config import RetryPolicy
from cgi_runner.errors import (
    CredentialsError,
    ForeignResultsError,
    JobFailedError,
    ResultsError,
    RunnerError,
    ServiceError,
)
from cgi_runner.files import commit_file, sha256_of
from cgi_runner.job.poll import GONE
from cgi_runner.job.progress import Progress
from cgi_runner.results.archive import ARCHIVE, ExtractedArchive, unpack
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.identity import Identity, SentInput, check_identity
from cgi_runner.service.base import JobService, UnknownJobError
from cgi_runner.service.errors import MaybeProcessedError, RejectedError, is_transient
from cgi_runner.service.retries import retry_wait

log = logging.getLogger(__name__)

_ZIP = b"PK"
_NOT_YET = frozenset({400, 409, 423})
_PAUSE_IN_DOUBT = 15.0  # seconds; with so many tries that agree, a minute in all
_LOOKS_THAT_AGREE = 5
_MAX_ARCHIVE = 16 * 1024**3  # bytes; real archives have megabytes


class IncompleteArchiveError(ResultsError):
    """The archive lacks a table that there should be."""


_DOUBTFUL = (UnknownJobError, IncompleteArchiveError)  # a job that is gone is believed to be after a minute


def fetch(
    api: JobService,
    job_id: str,
    work: Path,
    *,
    sent: Mapping[str, SentInput] = MappingProxyType({}),
    clock: Clock,
    retry_policy: RetryPolicy,
    progress: Progress,
) -> tuple[ExtractedArchive, Identity]:
    """Download a job's archive into the work folder, unpack it there, and find out whether it is the job's.

    A corrupt or foreign one is fetched again, until two zips have been equal: a third would be no other. So is one
    without a table that there should be, until it holds the same files twice.

    Args:
        api: The service.
        job_id: The job.
        work: A folder for passing files.
        sent: What was sent, by kind, as far as it is known.
        clock: What tells the time and sleeps.
        retry_policy: How often and after which pauses to try again.
        progress: What is told of the bytes that came.

    Raises:
        ResultsError: The archive stayed corrupt or broke off.
        ForeignResultsError: It is intact, and another job's; it is left in the work folder as `cgi-results.zip`.
        JobFailedError: The job is gone from the account, say as many tries in a row as take a minute.
        ServiceError: It could not be downloaded.

    """
    digests: list[str] = []
    errors: list[BaseException] = []
    incomplete: list[tuple[str, ...]] = []

    def once() -> tuple[ExtractedArchive, Identity]:
        archive = download_archive(api, job_id, work, progress)
        if _is_zip(archive):  # a page of a server in maintenance is the same each time, until it is over
            digests.append(sha256_of(archive))
        extracted = unpack(archive, work / "unpacked", is_download=True)
        lacking = read_result_tables(extracted.folder).lacks(sent)
        # Done may have been said before all files were packed; the same files again are all that there are.
        if lacking and extracted.members not in incomplete and len(errors) + 1 < retry_policy.attempts:
            incomplete.append(extracted.members)
            raise _incomplete_error(job_id, lacking)
        return extracted, check_identity(extracted, job_id, sent)

    def note_failure(error: BaseException) -> bool:
        """Keep a failure, and return whether to try again."""
        errors.append(error)
        if isinstance(error, (ResultsError, ForeignResultsError)):
            return len(set(digests)) == len(digests)
        return _is_temporary(error)

    retrying = Retrying(
        retry=retry_if_exception(note_failure),
        stop=stop_after_attempt(retry_policy.attempts),
        wait=_retry_pause(retry_policy),
        sleep=clock.sleep,
        before_sleep=_log_retry,
        reraise=True,
    )
    try:
        return retrying(once)
    except UnknownJobError as error:
        raise _gone_error(job_id, errors[-_LOOKS_THAT_AGREE:]) from error


def _is_zip(archive: Path) -> bool:
    with archive.open("rb") as file:
        return file.read(len(_ZIP)) == _ZIP


def _incomplete_error(job_id: str, lacking: Sequence[str]) -> IncompleteArchiveError:
    return IncompleteArchiveError(
        f"the archive of job {job_id} holds no table of {', '.join(lacking)}", tip="run the command again"
    )


def _gone_error(job_id: str, looks: Sequence[BaseException]) -> RunnerError:
    """Return the error for a job that the last tries did not find; some other answer among them makes it uncertain."""
    if all(isinstance(each, UnknownJobError) for each in looks):
        return JobFailedError(f"CGI no longer has the results of job {job_id}", tip=GONE)
    return ServiceError(
        f"CGI did not have the results of job {job_id} when last asked, and had answered otherwise before",
        tip="run the same command again: it resumes the job, and finds out whether it is gone",
    )


def _is_temporary(error: BaseException) -> bool:
    """Return whether the archive may be there a little later: just after its end, a job may be shown in many ways."""
    if isinstance(error, RejectedError) and error.status in _NOT_YET:
        return True
    return isinstance(error, UnknownJobError | CredentialsError) or is_transient(error)


def _retry_pause(retry_policy: RetryPolicy) -> Callable[[RetryCallState], float]:
    """Return a function that gives the seconds before the next try; what is in doubt takes time to be believed."""
    usual = retry_wait(retry_policy)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return max(usual(state), _PAUSE_IN_DOUBT) if isinstance(error, _DOUBTFUL) else usual(state)

    return pause


def download_archive(api: JobService, job_id: str, work: Path, progress: Progress) -> Path:
    """Stream a job's archive to disk, once; it gets its name only when it came to its end.

    Args:
        api: The service.
        job_id: The job.
        work: A folder for passing files.
        progress: What is told of the bytes that came.

    Raises:
        ResultsError: It broke off, or is too large.
        ServiceError: It could not be downloaded.

    """
    archive = work / ARCHIVE
    part, size, announced = archive.with_name(f"{ARCHIVE}.part"), 0, None
    try:
        with part.open("wb") as file:
            for piece, announced in api.download(job_id):
                file.write(piece)
                size += len(piece)
                if size > _MAX_ARCHIVE:
                    raise ResultsError(
                        f"the archive of job {job_id} is larger than any of CGI's: {size} bytes",
                        tip="is --api-url right? if it is, look at the job on CGI's web site",
                    )
                progress.received(size, announced)
    except MaybeProcessedError as error:
        if not size:
            raise
        whole = "" if announced is None else f" of {announced}"
        raise ResultsError(
            f"the archive of job {job_id} was cut off after {size}{whole} bytes", tip="run the command again"
        ) from error
    finally:
        progress.clear()
    commit_file(part, archive)
    return archive


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.info("%s; fetching it again", error)
