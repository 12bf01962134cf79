"""How long CI takes, in a new clone; its output is kept in build/ci.log."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import ROOT, MeasureError, Row, Scale, measure_program

LONG = "only in `make bench-full`"
LOG = ROOT / "build" / "ci.log"


@contextmanager
def cloned() -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield a new clone of the repository, and an environment in which make and Python know of no other."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("VIRTUAL_ENV", "PYTHON", "MAKE"))}
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        if subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=False).returncode:
            raise MeasureError("this is no clone of the repository")
        yield clone, env


def rows(scale: Scale) -> Iterator[Row]:
    """Yield the row of `.ci/run`, with a figure only in `make bench-full`."""
    row = Row("ci.run", "`.ci/run` in a new clone", judged="ours", most=3600, skipped=LONG)
    if scale.tests:
        LOG.parent.mkdir(exist_ok=True)
        with cloned() as (clone, env):
            figures = measure_program([clone / ".ci" / "run"], env={**env, "CI": "true"}, log=LOG)
        row.ours, row.skipped = figures.seconds, ""
        row.note = "Debian's packages and what pip has downloaded before are there already."
    yield row
