"""From the command to verified results: what is added to the service's own time.

Short jobs run in real time, as processes, one for each seed of the jitter; long ones on a simulated clock, through the
library. Nothing is compared but the time that the service takes for itself, which nobody can do without.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from benchmarks import querynator
from benchmarks.measure import Row, Scale, environment, python, runner, took
from benchmarks.service import MUTATIONS, sandbox, simulated

APART = 0.6
"""Seconds between the starts of runners side by side: they are to wait together, not to fight for the processor."""
SEEDED = "import random, sys\nrandom.seed(int(sys.argv.pop(1)))\nfrom cgi_runner.cli import main\nmain(sys.argv[1:])"


def rows(scale: Scale) -> Iterator[Row]:
    """Give a row for each length."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for length in scale.lengths:
            times = side_by_side(length, folder, scale.seeds)
            yield _row(length, times, f"{scale.seeds} processes, started {APART} s apart")
        for length in scale.simulated:
            lives = simulated(length, folder, range(scale.seeds), delete=False)
            yield _row(length, [life.seconds for life in lives], "simulated clock")
        if scale.rival:
            yield rival(folder, scale.rival)


def _row(length: int, times: list[float], how: str) -> Row:
    return Row(
        f"end_to_end.{length}",
        f"end to end, job of {length} s",
        ours=median(times),
        peer="the job's own time",
        peers=length,
        judged="ours",
        most=1.15 * length + 1,
        note=f"{how}; from {min(times):.1f} to {max(times):.1f} s.",
    )


def side_by_side(length: int, folder: Path, seeds: int) -> list[float]:
    """Run one process for each seed, all at the same time, and give the seconds that each took."""
    source = folder / "mutations.tsv"
    source.write_text(MUTATIONS, encoding="utf-8")

    def once(seed: int) -> float:
        time.sleep(APART * seed)
        asked = ["--mutations", source, "--cancer-type", "CM", "--reference", "hg38", "--api-url", url]
        command = [*python(SEEDED, str(seed), "run", *asked), "--output", folder / f"real-{length}-{seed}"]
        return took(command, env=environment(f"seed{seed}@example.org")).seconds

    with sandbox(length) as url, ThreadPoolExecutor(seeds) as threads:
        return list(threads.map(once, range(seeds)))


def rival(folder: Path, length: int) -> Row:
    """Let querynator and the runner work for the same service, one after the other."""
    row = Row(f"end_to_end.querynator{length}", f"end to end, job of {length} s", peer=querynator.NAME)
    if not querynator.is_installed():
        row.skipped = querynator.ABSENT
        return row
    with sandbox(length) as url:
        row.peers = took(querynator.query(url, folder)).seconds
        asked = [
            "--mutations",
            folder / "mutations.vcf",
            "--cancer-type",
            "CM",
            "--reference",
            "hg38",
            "--api-url",
            url,
        ]
        row.ours = took(runner("run", *asked, "--output", folder / "beside"), env=environment()).seconds
    row.note = f"querynator looks once a minute, and takes {row.peers / length:.2f} times the job's own time."
    return row
