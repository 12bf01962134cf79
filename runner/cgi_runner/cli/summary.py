"""What would be sent, in a short table for people: before a job is submitted there is no better place to look."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from cgi_runner.cancer_types import describe
from cgi_runner.errors import InputError
from cgi_runner.inputs.reference import ASKED

if TYPE_CHECKING:
    from cgi_runner.inputs import Prepared, PreparedFile

log = logging.getLogger(__name__)

MAX_SAMPLES = 20
_COLUMNS = ("input", "file", "format", "read", "sent", "merged", "not sent")
_TEXTS = 3  # the columns before the numbers


def describe_target(found: Prepared, cancer_type: str) -> str:
    """Return cancer type and build, with the reason for the build where nobody asked for it.

    Args:
        found: What the inputs came to.
        cancer_type: CGI's id.

    """
    reference = found.reference
    reason = "" if reference.reason == ASKED else f" ({reference.reason})"
    return f"{describe(cancer_type)}, {reference.build}{reason}"


def summarise(found: Prepared, *, max_samples: int | None = None) -> list[str]:
    """Return the lines for each file, each sample and each reason to leave rows out.

    Args:
        found: What the inputs came to.
        max_samples: How many samples to name; None for all.

    """
    samples = list(found.samples.items())
    lines = _align([_COLUMNS, *(row for file in found.files for row in _rows(file))])
    lines += [f"sample {sample}: {rows} {'row' if rows == 1 else 'rows'}" for sample, rows in samples[:max_samples]]
    if max_samples is not None and len(samples) > max_samples:
        lines.append(f"and {len(samples) - max_samples} more samples")
    return [*lines, *(f"not sent: {count} ({reason})" for reason, count in found.reasons.items())]


def _rows(file: PreparedFile) -> Iterator[Sequence[str]]:
    """Return the row of one kind of input; where it has several files, one more for each of them."""
    totals = (str(file.rows_read), str(file.rows_sent), str(file.rows_merged), str(file.rows_not_sent))
    if len(file.files) == 1:
        yield file.kind, file.source, file.format, *totals
        return
    yield file.kind, f"{len(file.files)} files", "", *totals
    for one in file.files:
        # Rows are merged across files, so that each of them has no number of its own.
        yield "", one.source, one.format, str(one.rows_read), "", "", str(one.rows_not_sent)


def _align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows with blanks between their cells; texts begin and numbers end at one place."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place < _TEXTS else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def has_terminal() -> bool:
    """Whether somebody can answer a question."""
    return sys.stdin.isatty()


class Review:
    """Shows what is about to be submitted, once, and asks whether it shall be where that is wanted."""

    def __init__(self, cancer_type: str, *, asks: bool = False) -> None:
        """Review a job.

        Args:
            cancer_type: CGI's id.
            asks: Whether to ask on the terminal.

        Raises:
            InputError: There is no terminal to ask on.

        """
        if asks and not has_terminal():
            raise InputError(
                "found no terminal to ask on, expected one for --confirm",
                tip="leave out --confirm, and see what `cgi-runner check` prints with the same options",
            )
        self._cancer_type, self._asks = cancer_type, asks
        self._is_done = False

    def __call__(self, found: Prepared) -> None:
        """Show what is about to be submitted.

        Args:
            found: What the inputs came to.

        Raises:
            InputError: The answer is no.

        """
        if self._is_done:
            return
        log.info("to be sent as %s:", describe_target(found, self._cancer_type))
        for line in summarise(found, max_samples=MAX_SAMPLES):
            log.info("  %s", line)
        if self._asks:
            # Not click.confirm, which writes a blank to stdout, where the results or JSON go.
            click.echo("Submit this job? [y/N] ", nl=False, err=True)
            answer = sys.stdin.readline()
            if not answer.endswith("\n"):  # the end of the input, where the terminal has not ended the line
                click.echo(err=True)
            if answer.strip().casefold() not in {"y", "yes"}:
                raise InputError(
                    "the job was not submitted: the answer was not yes", tip="run the same command again and answer y"
                )
        self._is_done = True
