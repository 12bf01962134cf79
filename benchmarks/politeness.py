"""How many requests a job costs the service, and how close together they are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, Scale
from benchmarks.service import SimulatedJob, simulate_jobs

LENGTHS = (5, 16, 60, 300, 600, 1800)
JUDGED, MOST = 600, 30
CLOSEST = 1.0


def rows(scale: Scale) -> Iterator[Row]:
    """Yield the most requests of any seed for each length, deleting the job included, and the closest two of all."""
    jobs: list[SimulatedJob] = []
    with tempfile.TemporaryDirectory() as name:
        for length in LENGTHS:
            of_length = list(simulate_jobs(length, Path(name), range(scale.seeds), delete=True))
            jobs += of_length
            requests = [len(job.requests) for job in of_length]
            row = Row(f"politeness.{length}", f"requests for a job of {length} s", ours=max(requests), unit="")
            row.note = f"the most of {scale.seeds} seeds; the fewest were {min(requests)}."
            if length == JUDGED:
                row.judged, row.most = "ours", MOST
            yield row
    yield Row(
        "politeness.closest",
        "closest two requests of a job, its first and last three apart",
        ours=min(job.closest for job in jobs),
        judged="ours",
        least=CLOSEST,
    )
