"""How long it takes until the command line has said something."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import querynator
from benchmarks.measure import Row, Scale, by_turns, python, runner


def rows(scale: Scale) -> Iterator[Row]:
    """Compare with importing what any such client imports, and with querynator."""
    runs = 3 * scale.runs
    imports = python("import click, requests")
    for option in ("--help", "--version"):
        ours, floor = by_turns(runner(option), imports, runs=runs)
        yield Row(
            f"startup.{option}",
            f"start-up, `{option}`",
            ours=ours.seconds,
            peer="`import click, requests`",
            peers=floor.seconds,
            judged="ratio",
            most=1.5,
        )
    row = Row("startup.querynator", "start-up, `--help`", peer=querynator.NAME, judged="ratio", most=0.25)
    if querynator.is_installed():
        ours, theirs = by_turns(runner("--help"), [querynator.HOME / "bin" / "querynator", "--help"], runs=scale.runs)
        row.ours, row.peers = ours.seconds, theirs.seconds
    else:
        row.skipped = querynator.ABSENT
    yield row
