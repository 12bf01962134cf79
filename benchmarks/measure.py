"""What all measures share: a row of the table, the scale, and programs that run in turns.

A measure is a module with a function `rows`, which gives rows as it goes. What is compared is measured in one run, in
turns, and medians are kept: absolute times drift on shared machines, ratios hardly do.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).parent.parent
TOKEN = "deadbeefdeadbeefdead"
"""Not a secret; the sandbox accepts any token."""

Judged = Literal["ours", "ratio", ""]


class MeasureError(Exception):
    """A measure cannot be taken; the message says why in one sentence."""


@dataclass(frozen=True)
class Scale:
    """The sizes that are measured; the small scale only shows that everything works."""

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
    """Seconds of the job that querynator is given; it takes at least a minute, and has none at the small scale."""
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
    """Identifier of the row, `measure.name`."""
    what: str
    ours: float | None = None
    unit: str = "s"
    peer: str = ""
    """Name of the program compared with."""
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
        """Return what `Row(**…)` takes."""
        return asdict(self)


@dataclass(frozen=True)
class Figures:
    """Cost of a program: wall seconds, processor seconds, and peak memory in megabytes."""

    seconds: float
    processor: float
    memory: float


def measure_program(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, log: Path | None = None
) -> Figures:
    """Run a program to its end.

    Peak memory is the kernel's. A process inherits the peak of its parent, so the parent, which is the process
    of the measure, has to stay small.

    Args:
        command: The program and its arguments.
        env: Its environment; by default that of this process.
        log: A file for its output, which is otherwise discarded.

    Returns:
        What the program cost.

    Raises:
        MeasureError: It failed; the message has the last line of its errors, or names the log.

    """
    with (log or Path(os.devnull)).open("wb") as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(list(map(str, command)), stdout=output, stderr=output if log else errors, env=env)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            last = errors.read().decode(errors="replace").strip().splitlines()[-1:]
            raise MeasureError(f"{command[0]} ended with {child.returncode}: {log or ''.join(last)}")
    return Figures(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def take_turns(
    *commands: Sequence[str | Path], runs: int, warm: bool = True, env: Mapping[str, str] | None = None
) -> list[Figures]:
    """Run programs in turns, and return the medians and the highest memory.

    Each runs once before, uncounted, unless it takes so long that this makes no difference.
    """
    for command in commands if warm else ():
        measure_program(command, env=env)
    rounds = [[measure_program(command, env=env) for command in commands] for _ in range(runs)]
    return [median_figures(turns) for turns in zip(*rounds, strict=True)]


def median_figures(turns: Iterable[Figures]) -> Figures:
    """Return the median of the times, and the highest memory."""
    turns = list(turns)
    return Figures(
        statistics.median(turn.seconds for turn in turns),
        statistics.median(turn.processor for turn in turns),
        max(turn.memory for turn in turns),
    )


def python_command(code: str, *arguments: str | Path) -> list[str | Path]:
    """Return the command that runs some code with this interpreter."""
    return [sys.executable, "-c", code, *arguments]


def runner_command(*arguments: str | Path) -> list[str | Path]:
    """Return a command line of cgi-runner, as users call it."""
    return [Path(sys.executable).with_name("cgi-runner"), *arguments]


def account_env(email: str = "benchmark@example.org", **more: str) -> dict[str, str]:
    """Return the environment of a runner: an account of the sandbox, and nothing of this machine's user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CGI_")}
    return {**kept, "CGI_EMAIL": email, "CGI_TOKEN": TOKEN, "NO_COLOR": "1", **more}


def describe_machine() -> dict[str, str]:
    """Return date, load, cores, Python and commit of this run."""
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "load": f"{os.getloadavg()[0]:.1f}",
        "cores": str(len(os.sched_getaffinity(0))),
        "python": ".".join(map(str, sys.version_info[:3])),
        "commit": current_commit(),
    }


def current_commit() -> str:
    """Return the commit, marked where the measured code differs from it."""
    said = _git("rev-parse", "--short=10", "HEAD")
    return said + ("-modified" if said and _git("status", "--porcelain", "--", "runner", "benchmarks") else "")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False).stdout.strip()
