"""How long contributors wait: for the first demo in a new clone, for the tests, and for CI."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import ROOT, MeasureError, Row, Scale, measure_program

LONG = "only in `make bench-full`"
LOG = ROOT / "build" / "ci.log"


def rows(scale: Scale) -> Iterator[Row]:
    """Yield a row for each; those that take minutes only in `make bench-full`."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("VIRTUAL_ENV", "PYTHON", "MAKE"))}
    demo = Row("people.demo", "`make demo` in a new clone", judged="ours", most=20, skipped="not at the small scale")
    test = Row("people.test", "`make test` in a clone", judged="ours", most=240, skipped=LONG)
    ci = Row("people.ci", "`.ci/run` in a new clone", judged="ours", most=3600, skipped=LONG)
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        if subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=False).returncode:
            raise MeasureError("this is no clone of the repository")
        if scale.rival:
            demo.ours, demo.skipped = measure_program(["make", "-C", clone, "demo"], env=env).seconds, ""
            demo.note = "what pip has downloaded before is in its cache."
        yield demo
        if scale.tests:
            measure_program(["make", "-C", clone, ".venv/ready"], env=env)
            test.ours, test.skipped = measure_program(["make", "-C", clone, "test"], env=env).seconds, ""
        yield test
        if scale.tests:
            measure_program(["git", "-C", clone, "clean", "-dffxq"], env=env)
            LOG.parent.mkdir(exist_ok=True)
            figures = measure_program([clone / ".ci" / "run"], env={**env, "CI": "true"}, log=LOG)
            ci.ours, ci.skipped = figures.seconds, ""
            ci.note = "Debian's packages and what pip has downloaded before are there already."
        yield ci
