"""Fetching the results of a finished job: whole, verified, and in place all at once."""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from cgi_runner.api import Api
from cgi_runner.clock import Clock
from cgi_runner.errors import ResultsError
from cgi_runner.failures import is_transient
from cgi_runner.job.journal import settle
from cgi_runner.job.screen import Screen
from cgi_runner.results.archive import Unpacked, unpack
from cgi_runner.settings import Patience

log = logging.getLogger(__name__)


def fetch(api: Api, job_id: str, work: Path, *, clock: Clock, patience: Patience, screen: Screen) -> Unpacked:
    """Download a job's archive into the work folder and unpack it there; a corrupt one is fetched again.

    Raises:
        ResultsError: It stayed corrupt, or belongs to another job.
        ServiceError: It could not be downloaded.

    """

    def once() -> Unpacked:
        archive = _download(api, job_id, work, screen)
        return unpack(archive, work / "unpacked", job_id=job_id)

    return Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, ResultsError) or is_transient(error)),
        stop=stop_after_attempt(patience.attempts),
        wait=wait_random_exponential(multiplier=1, min=1, max=patience.longest_pause),
        sleep=clock.sleep,
        before_sleep=_say_again,
        reraise=True,
    )(once)


def _download(api: Api, job_id: str, work: Path, screen: Screen) -> Path:
    """Stream the archive to disk; it gets its name only when all announced bytes are there."""
    part, size, announced = work / "cgi-results.zip.part", 0, None
    try:
        with part.open("wb") as file:
            for piece, announced in api.download(job_id):
                file.write(piece)
                size += len(piece)
                screen.received(size, announced)
            file.flush()
            os.fsync(file.fileno())
    finally:
        screen.clear()
    if announced is not None and size != announced:
        raise ResultsError(f"the archive of job {job_id} has {size} of {announced} bytes", tip="run the command again")
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
