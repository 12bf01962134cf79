"""What all measures share: a row of the table, how much is measured, and programs run side by side.

A measure is a module with a function `rows`, which gives rows as it goes. What is compared is measured in one run, by
turns, and medians are kept: absolute times drift on machines that others use too, ratios hardly do.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).parent.parent
TOKEN = "deadbeefdeadbeefdead"
"""Obviously no secret; the sandbox takes any."""

Judged = Literal["ours", "ratio", ""]


class MeasureError(Exception):
    """A measure cannot be taken, in one sentence that says why."""


@dataclass(frozen=True)
class Scale:
    """How much is measured; the small scale only shows that everything works."""

    rows: int
    """Rows of a prepared or returned table."""
    growth: tuple[int, ...]
    """Rows of the tables that show how time and memory grow."""
    size: int
    """Bytes of an upload and of an archive."""
    runs: int
    """Turns of each program; short ones have three times as many."""
    seeds: int
    lengths: tuple[int, ...]
    """Seconds of jobs in real time."""
    simulated: tuple[int, ...]
    """Seconds of jobs on a simulated clock."""
    rival: int
    """Seconds of the job that querynator is given; it takes at least a minute, and gets none on the small scale."""
    waiting: int
    """Runners that wait at once."""
    window: float
    """Seconds for which they are watched."""
    settling: float
    """Seconds before that, in which the first and closest looks at the job pass."""
    jobs: int
    """Jobs of a large account."""
    log_lines: int
    alterations: int
    """Alterations of the results that are reported and compared."""
    samples: int
    """Samples of a cohort."""
    annotated: int
    """Records of a VCF that results are put into."""
    tests: bool = False
    """Whether the project's own tests and `.ci/run` are timed."""


FULL = Scale(
    rows=1_000_000,
    growth=(10_000, 100_000, 1_000_000),
    size=1_000_000_000,
    runs=5,
    seeds=20,
    lengths=(5, 16, 60),
    simulated=(300, 1800),
    rival=20,
    waiting=100,
    window=60,
    settling=30,
    jobs=10_000,
    log_lines=200_000,
    alterations=100_000,
    samples=1_000,
    annotated=200_000,
)
LARGE = replace(FULL, growth=(10_000, 100_000, 1_000_000, 10_000_000), annotated=1_000_000, tests=True)
"""What takes longer than an idle quarter of an hour: `make bench-full`."""
TINY = Scale(
    rows=1_000,
    growth=(500, 1_000),
    size=1_000_000,
    runs=1,
    seeds=2,
    lengths=(1,),
    simulated=(300,),
    rival=0,
    waiting=2,
    window=1,
    settling=0,
    jobs=10,
    log_lines=100,
    alterations=50,
    samples=3,
    annotated=1_000,
)


@dataclass
class Row:
    """One row of the table. A bar is a limit on `ours`, or on the ratio of ours to the peer's."""

    key: str
    """What the row is known by, `measure.name`."""
    what: str
    ours: float | None = None
    unit: str = "s"
    peer: str = ""
    """Who the other one is."""
    peers: float | None = None
    judged: Judged = ""
    most: float | None = None
    least: float | None = None
    growth: str = ""
    note: str = ""
    why: str = ""
    """Why the bar is missed, where it is."""
    skipped: str = ""
    """Why there is no figure."""
    taken: dict[str, str] = field(default_factory=dict)
    """When, at which load and at which commit it was measured."""

    @property
    def ratio(self) -> float | None:
        """Ours by the peer's."""
        return self.ours / self.peers if self.ours is not None and self.peers else None

    @property
    def kept(self) -> bool | None:
        """Whether the bar is kept; None where there is none, or no figure."""
        value = self.ours if self.judged == "ours" else self.ratio if self.judged == "ratio" else None
        if value is None:
            return None
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)

    def as_json(self) -> dict[str, Any]:
        """Give what `Row(**…)` takes."""
        return asdict(self)


@dataclass(frozen=True)
class Figures:
    """What a program took: seconds on the clock and of the processor, and megabytes at most."""

    seconds: float
    processor: float
    memory: float


def took(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> Figures:
    """Run a program to its end; raise MeasureError when it fails.

    Peak memory is the kernel's. A process starts with the peak of the one that starts it, so that the latter, which is
    each measure's own process, has to stay small.
    """
    started = time.perf_counter()
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env) as child:
        said = child.stderr.read() if child.stderr else b""
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise MeasureError(f"{command[0]} ended with {child.returncode}: {''.join(last)}")
    return Figures(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def by_turns(
    *commands: Sequence[str | Path], runs: int, warm: bool = True, env: Mapping[str, str] | None = None
) -> list[Figures]:
    """Let programs take turns; give the medians and the highest memory.

    Unless they take so long that it makes no difference, each runs once before, which does not count.
    """
    for command in commands if warm else ():
        took(command, env=env)
    rounds = [[took(command, env=env) for command in commands] for _ in range(runs)]
    return [middle(turns) for turns in zip(*rounds, strict=True)]


def middle(turns: Iterable[Figures]) -> Figures:
    """Give the median of the times, and the highest memory."""
    turns = list(turns)
    return Figures(
        statistics.median(turn.seconds for turn in turns),
        statistics.median(turn.processor for turn in turns),
        max(turn.memory for turn in turns),
    )


def python(code: str, *arguments: str | Path) -> list[str | Path]:
    """Give the command that runs some code with this interpreter."""
    return [sys.executable, "-c", code, *arguments]


def runner(*arguments: str | Path) -> list[str | Path]:
    """Give a command line of cgi-runner, as users call it."""
    return [Path(sys.executable).with_name("cgi-runner"), *arguments]


def environment(email: str = "benchmark@example.org", **more: str) -> dict[str, str]:
    """Give the environment of a runner: an account of the sandbox, and nothing of this machine's user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CGI_")}
    return {**kept, "CGI_EMAIL": email, "CGI_TOKEN": TOKEN, "NO_COLOR": "1", **more}


def machine() -> dict[str, str]:
    """Tell when, on what, under which load and at which commit this is."""
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "load": f"{os.getloadavg()[0]:.1f}",
        "cores": str(len(os.sched_getaffinity(0))),
        "python": ".".join(map(str, sys.version_info[:3])),
        "commit": commit(),
    }


def commit() -> str:
    """Name the commit, and say so where what is measured differs from it."""
    said = _git("rev-parse", "--short=10", "HEAD")
    return said + ("-modified" if said and _git("status", "--porcelain", "--", "runner", "benchmarks") else "")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False).stdout.strip()
