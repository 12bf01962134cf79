"""Fetching the results of a finished job: whole, verified, and in place all at once."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from cgi_runner.api import Api, UnknownJobError
from cgi_runner.clock import Clock
from cgi_runner.errors import JobFailedError, ResultsError
from cgi_runner.failures import AnswerLostError, is_transient
from cgi_runner.http import polite_pause
from cgi_runner.job.journal import settle
from cgi_runner.job.screen import Screen
from cgi_runner.job.wait import GONE
from cgi_runner.results.archive import Unpacked, unpack
from cgi_runner.settings import Patience

log = logging.getLogger(__name__)

_LARGEST = 16 * 1024**3  # bytes; real archives have megabytes


def fetch(api: Api, job_id: str, work: Path, *, clock: Clock, patience: Patience, screen: Screen) -> Unpacked:
    """Download a job's archive into the work folder and unpack it there; a corrupt one is fetched again.

    Raises:
        ResultsError: It stayed corrupt or broke off, or belongs to another job.
        JobFailedError: The job is gone from the account.
        ServiceError: It could not be downloaded.

    """

    def once() -> Unpacked:
        archive = _download(api, job_id, work, screen)
        return unpack(archive, work / "unpacked", job_id=job_id)

    retrying = Retrying(
        retry=retry_if_exception(_may_pass),
        stop=stop_after_attempt(patience.attempts),
        wait=polite_pause(patience),
        sleep=clock.sleep,
        before_sleep=_say_again,
        reraise=True,
    )
    try:
        return retrying(once)
    except UnknownJobError as error:
        raise JobFailedError(
            f"CGI has no results of job {job_id} any more",
            tip=GONE,
        ) from error


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, ResultsError) or is_transient(error)


def _download(api: Api, job_id: str, work: Path, screen: Screen) -> Path:
    """Stream the archive to disk; it gets its name only when it came to its end."""
    part, size, announced = work / "cgi-results.zip.part", 0, None
    try:
        with part.open("wb") as file:
            for piece, announced in api.download(job_id):
                file.write(piece)
                size += len(piece)
                if size > _LARGEST:
                    raise ResultsError(f"the archive of job {job_id} does not end: {size} bytes are none of CGI's")
                screen.received(size, announced)
    except AnswerLostError as error:
        if not size:
            raise
        whole = "" if announced is None else f" of {announced}"
        raise ResultsError(
            f"the archive of job {job_id} broke off after {size}{whole} bytes", tip="run the command again"
        ) from error
    finally:
        screen.clear()
    archive = work / "cgi-results.zip"
    settle(part, archive)
    return archive


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file in hex, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            digest.update(piece)
    return digest.hexdigest()


def _say_again(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.info("%s; fetching it again", error)
