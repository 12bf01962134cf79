"""How long contributors wait: for the first demo in a new clone, and for the tests."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.ci import LONG, cloned
from benchmarks.measure import Row, Scale, measure_program


def rows(scale: Scale) -> Iterator[Row]:
    """Yield a row for each; the tests, which take minutes, only in `make bench-full`."""
    demo = Row("people.demo", "`make demo` in a new clone", judged="ours", most=20, skipped="not at the small scale")
    test = Row("people.test", "`make test` in a clone", judged="ours", most=240, skipped=LONG)
    with cloned() as (clone, env):
        if scale.rival:
            demo.ours, demo.skipped = measure_program(["make", "-C", clone, "demo"], env=env).seconds, ""
            demo.note = "what pip has downloaded before is in its cache."
        yield demo
        if scale.tests:
            measure_program(["make", "-C", clone, ".venv/ready"], env=env)
            test.ours, test.skipped = measure_program(["make", "-C", clone, "test"], env=env).seconds, ""
            test.note = "with what a newcomer has: no container engine, no Galaxy, no Toil."
        yield test
