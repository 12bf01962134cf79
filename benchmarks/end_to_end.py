"""From the command to verified results: the time added to the service's own.

Short jobs run in real time, as processes, one for each seed of the jitter; long ones on a simulated clock, through the
library. The baseline is the time of the job itself.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from benchmarks import querynator
from benchmarks.measure import Row, Scale, account_env, measure_program, python_command, runner_command
from benchmarks.service import MUTATIONS, serve_sandbox, simulate_jobs

APART = 0.6
"""Seconds between the starts of runners side by side: they should wait together, not compete for the processor."""
SEEDED = "import random, sys\nrandom.seed(int(sys.argv.pop(1)))\nfrom cgi_runner.cli import main\nmain(sys.argv[1:])"


def rows(scale: Scale) -> Iterator[Row]:
    """Yield a row for each length."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for length in scale.lengths:
            times = run_side_by_side(length, folder, scale.seeds)
            yield _row(length, times, f"{scale.seeds} processes, started {APART} s apart")
        for length in scale.simulated:
            jobs = simulate_jobs(length, folder, range(scale.seeds), delete=False)
            yield _row(length, [job.seconds for job in jobs], "simulated clock")
        if scale.rival:
            yield compare_with_querynator(folder, scale.rival)


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


def run_side_by_side(length: int, folder: Path, seeds: int) -> list[float]:
    """Run one process for each seed, all at the same time, and return the seconds that each took."""
    source = folder / "mutations.tsv"
    source.write_text(MUTATIONS, encoding="utf-8")

    def run_once(seed: int) -> float:
        time.sleep(APART * seed)
        asked = ["--mutations", source, "--cancer-type", "CM", "--reference", "hg38", "--api-url", url]
        command = [*python_command(SEEDED, str(seed), "run", *asked), "--output", folder / f"real-{length}-{seed}"]
        return measure_program(command, env=account_env(f"seed{seed}@example.org")).seconds

    with serve_sandbox(length) as url, ThreadPoolExecutor(seeds) as threads:
        return list(threads.map(run_once, range(seeds)))


def compare_with_querynator(folder: Path, length: int) -> Row:
    """Run querynator and the runner against the same service, one after the other."""
    row = Row(f"end_to_end.querynator{length}", f"end to end, job of {length} s", peer=querynator.NAME)
    if not querynator.is_installed():
        row.skipped = querynator.ABSENT
        return row
    with serve_sandbox(length) as url:
        row.peers = measure_program(querynator.query_command(url, folder)).seconds
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
        row.ours = measure_program(
            runner_command("run", *asked, "--output", folder / "beside"), env=account_env()
        ).seconds
    row.note = f"querynator looks once a minute, and takes {row.peers / length:.2f} times the job's own time."
    return row
