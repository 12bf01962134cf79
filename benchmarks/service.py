"""The services that clients are measured against: the sandbox, as a process or on a simulated clock."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from benchmarks.measure import TOKEN, MeasureError, runner

MUTATIONS = "chr\tpos\tref\talt\n7\t140753336\tA\tT\n12\t25245350\tC\tA\n"
"""A tumour small enough that nothing but waiting takes time."""


class Clock:
    """A clock that moves by sleeping on it."""

    def __init__(self) -> None:
        """Start at zero."""
        self.seconds = 0.0

    def monotonic(self) -> float:
        """Give the seconds slept so far."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.seconds += seconds

    def now(self) -> datetime:
        """Give a date that moves along."""
        return datetime(2026, 1, 5, tzinfo=timezone.utc) + timedelta(seconds=self.seconds)

    def time(self) -> float:
        """Give the same as seconds since 1970, as the sandbox wants it."""
        return self.now().timestamp()


@contextmanager
def serving(*command: str | Path, cwd: Path | None = None) -> Iterator[str]:
    """Run a server that prints its address on its first line; ends it with the block."""
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=said, text=True, cwd=cwd) as process,
    ):
        try:
            url = process.stdout.readline().strip() if process.stdout else ""
            if not url:
                said.seek(0)
                raise MeasureError(f"{command[0]} did not start: {said.read().strip()[-200:]}")
            yield url
        finally:
            with suppress(ProcessLookupError):
                process.terminate()


def sandbox(seconds: float) -> Any:
    """Serve the sandbox from a process of its own, with jobs of this length and room for any number of them."""
    return serving(*runner("sandbox", "--port", "0", "--duration", str(seconds), "--quota", "10000"))


@dataclass
class Life:
    """What one job took on a simulated clock: seconds in all, and when each request was made."""

    seconds: float
    requests: list[float] = field(default_factory=list)

    @property
    def closest(self) -> float:
        """The shortest time between two requests, the first and the last three of a job apart."""
        inner = range(3, len(self.requests) - 3)
        return min((self.requests[n] - self.requests[n - 1] for n in inner), default=float("inf"))


def simulated(length: float, folder: Path, seeds: Iterable[int], delete: bool) -> Iterator[Life]:
    """Live through one job for each seed of the jitter, on a simulated clock and over real HTTP."""
    import random

    from cgi_sandbox import Sandbox

    source = folder / "mutations.tsv"
    source.write_text(MUTATIONS, encoding="utf-8")
    for seed in seeds:
        clock, times = Clock(), list[float]()
        with Sandbox(duration=length, clock=clock.time) as served:
            served.interceptors.append(_noting(times, clock))
            random.seed(seed)
            _run(served.url, clock, source, folder / f"{length}-{seed}", delete=delete)
        yield Life(clock.seconds, times)


def _noting(times: list[float], clock: Clock) -> Callable[..., Iterable[bytes]]:
    def note(environ: Any, start_response: Any, app: Any) -> Iterable[bytes]:
        times.append(clock.seconds)
        answer: Iterable[bytes] = app(environ, start_response)
        return answer

    return note


def _run(url: str, clock: Clock, source: Path, out: Path, *, delete: bool) -> None:
    from cgi_runner.config import Credentials, RetryPolicy, Service
    from cgi_runner.job import JobContext, JobRequest, run
    from cgi_runner.service.cgi_v1 import CgiClient
    from cgi_runner.service.session import CgiSession

    session = CgiSession(
        Service(url), Credentials("benchmark@example.org", TOKEN), clock=clock, retry_policy=RetryPolicy()
    )
    # An account of its own: a port that an earlier life had would bring that life's job to mind, which is looked for.
    context = JobContext(CgiClient(session), url, str(out), 1e6, clock=clock)
    run(JobRequest({"mutations": source}, "CM", "hg38"), out, context, delete=delete)
    session.close()
