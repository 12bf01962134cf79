"""What people who work on the project wait for: the first demo in a new clone, and the tests."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import ROOT, MeasureError, Row, Scale, took

ELSEWHERE = {
    "ci": ("`.ci/run`", 3600, "`.ci/run` tells how long each of its parts takes; it is not run within a benchmark"),
    "image": ("building the image again", 60, "`make image` tells it; it needs an engine and what it has built before"),
}


def rows(scale: Scale) -> Iterator[Row]:
    """Give a row for each; those that take minutes only in `make bench-full`."""
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        env = {key: value for key, value in os.environ.items() if not key.startswith(("VIRTUAL_ENV", "PYTHON", "MAKE"))}
        if subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=False).returncode:
            raise MeasureError("this is no clone of the repository")
        demo = Row("people.demo", "`make demo` in a new clone", judged="ours", most=20)
        test = Row("people.test", "`make test` in a clone", judged="ours", most=240)
        if scale.rival:
            demo.ours = took(["make", "-C", clone, "demo"], env=env).seconds
            demo.note = "what pip has downloaded before is in its cache."
        else:
            demo.skipped = "not at the small scale"
        yield demo
        if scale.tests:
            took(["make", "-C", clone, ".venv/ready"], env=env)
            test.ours = took(["make", "-C", clone, "test"], env=env).seconds
        else:
            test.skipped = "only in `make bench-full`"
        yield test
    for key, (what, most, why) in ELSEWHERE.items():
        yield Row(f"people.{key}", what, judged="ours", most=most, skipped=why)
