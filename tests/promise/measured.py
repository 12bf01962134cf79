"""What an answer costs: each call in a process of its own that is measured from outside of the call."""

from __future__ import annotations

import gc
import resource
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from cgi_runner.clock import SystemClock
from cgi_runner.config import RetryPolicy
from cgi_runner.errors import RunnerError
from cgi_runner.job.download import fetch
from cgi_runner.job.progress import NullProgress
from cgi_runner.results.archive import unpack
from cgi_runner.service.cgi_v1 import CgiClient
from support.sessions import session_to

MB = 1024 * 1024
JOB = "c22ecf2af788d65ec257"
#: Each is asked for once; where a test is about time, half a second stands for the ten minutes that an answer has.
HASTE = RetryPolicy(connect=5, read=20, answer=0.4, attempts=1)
LEISURE = replace(HASTE, answer=20)


class Cost(NamedTuple):
    """What became of a call: 0 or the exit code, what was said, and what it took; `left` are files left behind.

    Memory in MB beyond what the program takes anyway; descriptors open before the call and after it.
    """

    code: int
    said: str
    tip: str
    peak: float
    seconds: float
    before: int
    descriptors: int
    threads: int
    left: list[str]


class Restless(SystemClock):
    """The machine's clock without rests."""

    def sleep(self, seconds: float) -> None:
        """Go on at once."""
        del seconds


Call = Callable[[str, Path, RetryPolicy], None]


def _api(url: str, retry_policy: RetryPolicy) -> CgiClient:
    return CgiClient(session_to(url, Restless(), retry_policy=retry_policy))


def jobs(url: str, _: Path, retry_policy: RetryPolicy) -> None:
    """Ask for the account's jobs."""
    _api(url, retry_policy).list_jobs()


def logs(url: str, _: Path, retry_policy: RetryPolicy) -> None:
    """Ask for a job's log, once."""
    _api(url, retry_policy).logs(JOB, retry=False)


def download(url: str, folder: Path, retry_policy: RetryPolicy) -> None:
    """Fetch results; what would be gigabytes ends at 64 MB here, so that nobody's disk is needed for the test."""
    from cgi_runner.job import download as module

    module._MAX_ARCHIVE = 64 * MB
    fetch(_api(url, retry_policy), JOB, folder, clock=Restless(), retry_policy=retry_policy, progress=NullProgress())


def opened(archive: str, folder: Path, _: RetryPolicy) -> None:
    """Unpack an archive."""
    unpack(Path(archive), folder / "unpacked")


def polls(what: str, _: Path, retry_policy: RetryPolicy) -> None:
    """Ask for a log, over and over, whatever comes of it; the address and how often are apart by a blank."""
    url, count = what.split()
    asked = _api(url, retry_policy)
    for _number in range(int(count)):
        with suppress(RunnerError):
            asked.logs(JOB, retry=False)


def cost(call: Call, what: str, folder: Path, retry_policy: RetryPolicy = LEISURE) -> Cost:
    """Make a call in a fresh process and say what it took; memory is what it took beyond the bare program."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(call, what, folder, retry_policy, there), daemon=True)
    process.start()
    there.close()
    try:
        assert here.poll(50), "it goes on for ever"
        result: Cost = here.recv()
    finally:
        process.kill()
        process.join()
        here.close()
    return result


def _measure(call: Call, what: str, folder: Path, retry_policy: RetryPolicy, report: Any) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before, started = _status("VmRSS"), time.monotonic()
    code, said, tip, opened_before = 0, "", "", _descriptors()
    try:
        call(what, folder, retry_policy)
    except RunnerError as error:
        code, said, tip = error.exit_code, error.message, error.tip
    except BaseException as error:  # noqa: BLE001 - what must never happen is told, too
        code, said = -1, repr(error)
    seconds, peak = time.monotonic() - started, _status("VmHWM") - before
    left = sorted(path.name for path in folder.rglob("*") if path.is_file())
    report.send(Cost(code, said, tip, peak, seconds, opened_before, _descriptors(), threading.active_count(), left))


def _descriptors() -> int:
    gc.collect()  # a failure and the connection that it tells of may hold on to each other for a moment
    return len(list(Path("/proc/self/fd").iterdir()))


def _status(name: str) -> float:
    """Return a figure of this process's memory, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
