"""The cost of a whole run of a cohort whose samples share variants, with the sandbox in the same process."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import cohort
from benchmarks.measure import Row, Scale

VARIANTS = 100
MAX_MEMORY = 400


def rows(scale: Scale) -> Iterator[Row]:
    """Yield time, requests and memory."""
    figures = cohort.measure_rows(scale.samples, VARIANTS, shared=True)
    what = f"a cohort of {scale.samples:,} samples that share variants, {figures['rows sent']:,} rows"
    packing, splitting = (figures[f"{key} per CPU second"] for key in ("packing, rows", "splitting, variants"))
    yield Row(
        "cohorts.time",
        what,
        figures["seconds in all, with the sandbox's own"],
        note=f"{figures['jobs']} jobs; packing {packing:,} rows and splitting {splitting:,} variants per processor "
        "second; the waits are on a simulated clock.",
    )
    yield Row("cohorts.requests", f"{what}, requests", figures["requests"], "")
    memory = Row("cohorts.memory", f"{what}, memory", figures["peak MB, with the sandbox inside"], "MB")
    memory.judged, memory.most = "ours", MAX_MEMORY
    memory.note = "that of the sandbox, which runs in the same process, is included."
    yield memory
