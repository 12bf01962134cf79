"""Run the measures, and write docs/performance.md.

    python -m benchmarks.run [--only NAME]... [--with-querynator] [--with-engine] [--full | --tiny] [--report]
    python -m benchmarks.run --only older --against COMMIT

Each measure is a process, so that a failure does not affect the others. Earlier figures stay until they are measured
again.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.measure import FULL, LARGE, TINY, MeasureError, Row, describe_machine

MEASURES = (
    "end_to_end",
    "polling",
    "politeness",
    "startup",
    "transfer",
    "preparing",
    "older",
    "inputs",
    "returning",
    "results",
    "annotate",
    "cohorts",
    "account",
    "waiting",
    "image",
    "installed",
    "people",
    "ci",
)
TINY_HELP = "only show that everything works; give --figures too"
OPTIONS = {"with_querynator": "BENCH_QUERYNATOR", "with_engine": "BENCH_ENGINE"}
"""Options that are passed to a measure through its environment."""


SCALES = {"usual": FULL, "full": LARGE, "tiny": TINY}


def iter_rows(name: str, scale: str) -> Iterator[Row]:
    """Yield the rows of a measure; if it cannot be taken, a row says why."""
    about = describe_machine()
    module = importlib.import_module(f"benchmarks.{name}")
    try:
        for row in module.rows(SCALES[scale]):
            row.taken = about
            yield row
    except MeasureError as error:
        yield Row(f"{name}.failed", name.replace("_", " "), skipped=f"could not be measured: {error}", taken=about)


def print_rows(name: str, scale: str) -> None:
    """Print the rows of a measure, one line of JSON each."""
    for row in iter_rows(name, scale):
        print(json.dumps(row.as_json()), flush=True)


def run_in_subprocess(name: str, scale: str) -> list[Row]:
    """Run a measure in a subprocess, and return its rows."""
    command = [sys.executable, "-m", "benchmarks.run", "--inside", name, f"--{scale}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        rows = []
        for line in child.stdout or ():
            rows.append(Row(**json.loads(line)))
            print("  " + " | ".join(report.row_cells(rows[-1])[:6]), flush=True)
    if child.returncode:
        rows.append(Row(f"{name}.failed", name, skipped=f"could not be measured: ended with {child.returncode}"))
    return rows


def run_measures(names: Sequence[str], scale: str, *, figures: Path, page: Path) -> list[Row]:
    """Take the measures one after the other, and save the rows after each."""
    rows = report.load(figures)
    for name in names:
        started = time.monotonic()
        print(name, flush=True)
        rows = report.merge(rows, name, run_in_subprocess(name, scale), MEASURES)
        report.save(rows, figures, page)
        print(f"  took {time.monotonic() - started:.0f} s", flush=True)
    return rows


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=MEASURES, help="take this measure; repeatable")
    parser.add_argument("--with-querynator", action="store_true", help="install querynator 0.6.0 (383 MB), once")
    parser.add_argument("--with-engine", action="store_true", help="bring a container engine up, and down in the end")
    parser.add_argument("--against", help="the commit that `older` compares with")
    size = parser.add_mutually_exclusive_group()
    for scale, about in (("usual", argparse.SUPPRESS), ("full", "also what takes long"), ("tiny", TINY_HELP)):
        size.add_argument(f"--{scale}", action="store_const", const=scale, dest="scale", default="usual", help=about)
    parser.add_argument("--report", action="store_true", help="write the page from the figures that are there")
    parser.add_argument("--figures", type=Path, default=report.FIGURES, help="where the figures are kept")
    parser.add_argument("--inside", choices=MEASURES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        print_rows(asked.inside, asked.scale)
        return
    if asked.scale == "tiny" and asked.figures == report.FIGURES:
        parser.error("--tiny gives no figures worth keeping: name another place with --figures FILE")
    os.environ.update({variable: "1" for option, variable in OPTIONS.items() if getattr(asked, option)})
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled, and no start compiles it again
    if asked.against:
        os.environ["BENCH_AGAINST"] = asked.against
    page = asked.figures.with_suffix(".md")
    if asked.report:
        report.save(report.load(asked.figures), asked.figures, page)
        return
    rows = run_measures(asked.only or MEASURES, asked.scale, figures=asked.figures, page=page)
    missed = [row.what for row in rows if row.kept is False]
    print(f"{len(rows)} rows in {page}; " + (f"missed: {'; '.join(missed)}" if missed else "every bar is kept"))


if __name__ == "__main__":
    main()
