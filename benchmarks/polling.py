"""How late the end of a job is noticed, over all moments at which it may fall between two polls.

The pauses are those of the runner, on a simulated clock; the service answers at once. A poll costs the service a
request: `politeness` counts them, over real HTTP.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from statistics import mean, quantiles

from benchmarks.measure import Row, Scale

LENGTHS = (5, 16, 60, 300, 1800)
MOST = {16: 18.5, 300: 1.08 * 300}
"""Seconds until the end is noticed, on average."""
PHASES = 1_000


def rows(scale: Scale) -> Iterator[Row]:
    """Yield the mean and the 95th percentile for each length."""
    from cgi_runner.job.poll import JITTER, poll_interval

    for length in LENGTHS:
        random.seed(scale.seeds)
        noticed = []
        for _ in range(PHASES):
            # A job that always ends at the same second ends at one phase between two polls.
            ended, now = length * random.uniform(0.9, 1.1), poll_interval(0)
            while now < ended:
                now += poll_interval(now, random.uniform(*JITTER))
            noticed.append(now / ended * length)
        row = Row(f"polling.{length}", f"the end of a job of {length} s is noticed, mean of {PHASES:,} phases")
        row.ours, row.peer, row.peers = mean(noticed), "the job's own time", length
        row.note = f"95th percentile {quantiles(noticed, n=20)[-1]:.1f} s."
        if length in MOST:
            row.judged, row.most = "ours", MOST[length]
        yield row
