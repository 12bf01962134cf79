"""How many requests a job costs the service, and how close together they come."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, Scale
from benchmarks.service import Life, simulated

LENGTHS = (5, 16, 60, 300, 600, 1800)
JUDGED, MOST = 600, 30
CLOSEST = 1.0


def rows(scale: Scale) -> Iterator[Row]:
    """Give the most requests of any seed for each length, deleting the job included, and the closest two of all."""
    lives: list[Life] = []
    with tempfile.TemporaryDirectory() as name:
        for length in LENGTHS:
            lived = list(simulated(length, Path(name), range(scale.seeds), delete=True))
            lives += lived
            requests = [len(life.requests) for life in lived]
            row = Row(f"politeness.{length}", f"requests for a job of {length} s", ours=max(requests), unit="")
            row.note = f"the most of {scale.seeds} seeds; the fewest were {min(requests)}."
            if length == JUDGED:
                row.judged, row.most = "ours", MOST
            yield row
    yield Row(
        "politeness.closest",
        "closest two requests of a job, its first and last three apart",
        ours=min(life.closest for life in lives),
        judged="ours",
        least=CLOSEST,
    )
