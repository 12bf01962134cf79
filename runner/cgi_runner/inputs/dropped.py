"""`dropped.tsv`: the alterations that were not sent, or sent and not returned, each with its reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from cgi_runner.inputs.problems import printable

COLUMNS = ("input", "line", "sample", "alteration", "stage", "reason")
NOT_SENT = "not sent"
NOT_RETURNED = "not returned"
LONGEST_ALLELE = 50


class DroppedFile:
    """Writes `dropped.tsv`: a header when the file is new, then one row for each alteration, counted by reason."""

    def __init__(self, path: Path, *, append: bool = False) -> None:
        """Start the file, or go on with one that has its header already."""
        self.path = path
        self.reasons: Counter[str] = Counter()
        self._file = path.open("a" if append else "w", encoding="utf-8", errors="replace", newline="\n")
        if not append:
            self._write(COLUMNS)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def add(
        self, kind: str, line: int | str, sample: str, alteration: str, reason: str, *, stage: str = NOT_SENT
    ) -> None:
        """List one alteration.

        Args:
            kind: Its input: `mutations`, `cnas` or `translocations`.
            line: Its place in the user's file, counted from 1.
            sample: The sample that has it; empty where none is named.
            alteration: How people write it, e.g. `chr7:140753336 A>T`.
            reason: Why it is listed.
            stage: Whether it was not sent, or was sent and did not come back.

        """
        self.reasons[reason] += 1
        self._write((kind, str(line), sample, alteration, stage, reason))

    def _write(self, cells: tuple[str, ...]) -> None:
        is_clean = "".join(cells).isprintable()
        self._file.write("\t".join(cells if is_clean else [printable(cell, "?") for cell in cells]) + "\n")


class DroppedRows:
    """The rows of one file that are not sent: listed with the file's number where it is one of several, and counted."""

    def __init__(self, listing: DroppedFile, number: int = 0) -> None:
        """List in this file; `number` is that of the user's file, 0 for an only one."""
        self.reasons: Counter[str] = Counter()
        self._listing, self._number = listing, number

    def add(self, kind: str, line: int, sample: str, alteration: str, reason: str) -> None:
        """List one alteration that is not sent.

        Args:
            kind: Its input: `mutations`, `cnas` or `translocations`.
            line: Number of its line in the user's file, from 1.
            sample: The sample that has it; empty where none is named.
            alteration: How people write it, e.g. `chr7:140753336 A>T`.
            reason: Why it is not sent.

        """
        self.reasons[reason] += 1
        where = f"{self._number}:{line}" if self._number else line
        self._listing.add(kind, where, sample, alteration, reason)


def variant_text(chromosome: str, position: int | str, reference: str, alternate: str) -> str:
    """Write a variant for people, `chr7:140753336 A>T`; very long alleles are cut.

    Args:
        chromosome: With or without `chr`.
        position: Of the first base, from 1.
        reference: The bases of the genome.
        alternate: The bases of the tumour.

    """
    prefix = "chr" if chromosome.upper() in _BARE else ""
    return f"{prefix}{chromosome}:{position} {_allele(reference)}>{_allele(alternate)}"


def _allele(text: str) -> str:
    return text if len(text) <= LONGEST_ALLELE else f"{text[:20]}…({len(text)} letters)"


_BARE = {*(str(number) for number in range(1, 23)), "X", "Y", "M", "MT"}
