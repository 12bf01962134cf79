"""`dropped.tsv`: the alterations that were not sent, or sent and not returned, each with its reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

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
        """List one alteration; `kind` is its input (mutations, cnas …), `line` its place in the user's file."""
        self.reasons[reason] += 1
        self._write((kind, str(line), sample, alteration, stage, reason))

    def _write(self, cells: tuple[str, ...]) -> None:
        self._file.write("\t".join(map(plain, cells)) + "\n")


def plain(text: str) -> str:
    """Give the text with everything that is not printable replaced, so that it stays within its cell."""
    return text if text.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in text)


def variant_text(chromosome: str, position: int | str, reference: str, alternate: str) -> str:
    """Write a variant for people, `chr7:140753336 A>T`; very long alleles are cut."""
    prefix = "chr" if chromosome.upper() in _BARE else ""
    return f"{prefix}{chromosome}:{position} {_allele(reference)}>{_allele(alternate)}"


def _allele(text: str) -> str:
    return text if len(text) <= LONGEST_ALLELE else f"{text[:20]}…({len(text)} letters)"


_BARE = {*(str(number) for number in range(1, 23)), "X", "Y", "M", "MT"}
