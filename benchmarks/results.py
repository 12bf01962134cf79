"""Time and memory of the report on many alterations, and of comparing it with an older one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks import mutations
from benchmarks.annotate import make_results
from benchmarks.measure import Row, Scale, account_env, measure_program, runner_command

MAX_MEMORY = 200


def rows(scale: Scale) -> Iterator[Row]:
    """Yield time and memory of `report` and `compare`, with their growth from a tenth of the alterations."""
    with tempfile.TemporaryDirectory() as name:
        folder, env = Path(name), account_env()
        sizes = (scale.alterations // 10, scale.alterations)
        made = [_make_results_twice(folder / str(size), size) for size in sizes]
        for key, what in (("report", "the page of"), ("compare", "comparing two times")):
            few, many = (measure_program(_command_line(key, results), env=env) for results in made)
            whole = f"{what} {scale.alterations:,} alterations"
            growth = f"{(many.processor - few.processor) / (sizes[1] - sizes[0]) * 1e6:.1f} s per 1,000,000"
            note = f"processor {many.processor:.2f} s, start-up included."
            yield Row(f"results.{key}", whole, many.seconds, growth=growth, note=note)
            row = Row(f"results.{key}_memory", f"{whole}, memory", many.memory, "MB", judged="ours", most=MAX_MEMORY)
            row.growth = f"{many.memory - few.memory:+.0f} MB from {sizes[0]:,} to {sizes[1]:,}"
            yield row


def _command_line(key: str, results: Path) -> list[str | Path]:
    if key == "report":
        return runner_command("report", results, "--html", results.parent / "page.html")
    return runner_command("compare", results.with_suffix(".old"), results)


def _make_results_twice(folder: Path, size: int) -> Path:
    """Make results, and older ones without the last tenth."""
    source = mutations.write(folder.with_suffix(".vcf"), "caller_vcf", size)
    results = make_results(folder, source, 1)
    older = folder.with_suffix(".old")
    shutil.copytree(results, older)
    # Line by line: what is measured inherits the peak memory of this process.
    with (results / "alterations.tsv").open() as lines, (older / "alterations.tsv").open("w") as kept:
        kept.writelines(islice(lines, 1 + size - max(1, size // 10)))
    return results
