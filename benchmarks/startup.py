"""The start-up time of the command line."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import querynator
from benchmarks.measure import Row, Scale, python_command, runner_command, take_turns


def rows(scale: Scale) -> Iterator[Row]:
    """Compare with the imports that any such client needs, and with querynator."""
    runs = 3 * scale.runs
    imports = python_command("import click, requests")
    for option in ("--help", "--version"):
        ours, floor = take_turns(runner_command(option), imports, runs=runs)
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
        ours, theirs = take_turns(
            runner_command("--help"), [querynator.HOME / "bin" / "querynator", "--help"], runs=scale.runs
        )
        row.ours, row.peers = ours.seconds, theirs.seconds
    else:
        row.skipped = querynator.ABSENT
    yield row
