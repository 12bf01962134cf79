"""The service that clients are measured against: the sandbox, as a process or on a simulated clock."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from benchmarks.measure import TOKEN, MeasureError, runner_command

MUTATIONS = "chr\tpos\tref\talt\n7\t140753336\tA\tT\n12\t25245350\tC\tA\n"
"""A tumour so small that only waiting takes time."""


class Clock:
    """A simulated clock, moved by sleeping."""

    def __init__(self) -> None:
        """Start at zero."""
        self.seconds = 0.0

    def monotonic(self) -> float:
        """Return the seconds slept so far."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Advance at once."""
        self.seconds += seconds

    def now(self) -> datetime:
        """Return the simulated date."""
        return datetime(2026, 1, 5, tzinfo=timezone.utc) + timedelta(seconds=self.seconds)

    def time(self) -> float:
        """Return the simulated time in seconds since 1970, as the sandbox expects it."""
        return self.now().timestamp()


@contextmanager
def serve_program(*command: str | Path, cwd: Path | None = None) -> Iterator[str]:
    """Run a server that prints its address on its first line, until the block ends."""
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


def serve_sandbox(seconds: float) -> Any:
    """Serve the sandbox from a subprocess, with jobs of this length and practically no quota."""
    return serve_program(*runner_command("sandbox", "--port", "0", "--duration", str(seconds), "--quota", "10000"))


@dataclass
class SimulatedJob:
    """One job on a simulated clock: seconds in all, and the time of each request."""

    seconds: float
    requests: list[float] = field(default_factory=list)

    @property
    def closest(self) -> float:
        """The shortest time between two requests, without the first and the last three of the job."""
        inner = range(3, len(self.requests) - 3)
        return min((self.requests[n] - self.requests[n - 1] for n in inner), default=float("inf"))


def simulate_jobs(length: float, folder: Path, seeds: Iterable[int], delete: bool) -> Iterator[SimulatedJob]:
    """Run one job for each seed of the jitter, on a simulated clock and over real HTTP."""
    import random

    from cgi_sandbox import Sandbox

    source = folder / "mutations.tsv"
    source.write_text(MUTATIONS, encoding="utf-8")
    for seed in seeds:
        clock, times = Clock(), list[float]()
        with Sandbox(duration=length, clock=clock.time) as served:
            served.interceptors.append(_record_requests(times, clock))
            random.seed(seed)
            _run_job(served.url, clock, source, folder / f"{length}-{seed}", delete=delete)
        yield SimulatedJob(clock.seconds, times)


def _record_requests(times: list[float], clock: Clock) -> Callable[..., Iterable[bytes]]:
    def note(environ: Any, start_response: Any, app: Any) -> Iterable[bytes]:
        times.append(clock.seconds)
        answer: Iterable[bytes] = app(environ, start_response)
        return answer

    return note


def _run_job(url: str, clock: Clock, source: Path, out: Path, *, delete: bool) -> None:
    from cgi_runner.config import Credentials, RetryPolicy, Service
    from cgi_runner.job import JobContext, JobRequest, run
    from cgi_runner.service.cgi_v1 import CgiClient
    from cgi_runner.service.session import CgiSession

    session = CgiSession(
        Service(url), Credentials("benchmark@example.org", TOKEN), clock=clock, retry_policy=RetryPolicy()
    )
    # One account per job: on a reused port, the job of an earlier sandbox would be looked for.
    context = JobContext(CgiClient(session), url, str(out), 1e6, clock=clock)
    run(JobRequest({"mutations": source}, "CM", "hg38"), out, context, delete=delete)
    session.close()
