"""Reading what was uploaded: which kind of table it is, and its rows, one line in memory at a time.

CGI looks at the header line, not at the form field a file came in: the words that decide are those of its open-source
pipeline of 2019, in that order (fact 18). So a harmless column called `fusion_note` turns mutations into fusions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

LONGEST_LINE = 16 * 1024 * 1024

VCF = "vcf"
TABULAR = "tabular"
GDNA = "gdna"
PROTEIN = "protein"
CNAS = "cnas"
GISTIC = "gistic"
FUSIONS = "fusions"
MUTATIONS = (VCF, TABULAR, GDNA, PROTEIN)

REQUIRED = {
    VCF: ("#CHROM", "POS", "REF", "ALT"),
    TABULAR: ("chr", "pos", "ref", "alt"),
    GDNA: ("gdna",),
    PROTEIN: ("protein",),
    CNAS: ("gene", "cna"),
    GISTIC: ("Locus ID", "Cytoband"),
    FUSIONS: ("fus",),
}
ANY_CASE = (TABULAR, GDNA, PROTEIN)
"""Upper-case headers were seen to work for mutations; those of others are lower case (fact 19)."""


class RefusedError(Exception):
    """The job cannot go on; the text is its last log line (fact 17)."""


class SkippedError(Exception):
    """One row cannot be used; the text goes into the log (fact 22)."""


class StoppedError(Exception):
    """The sandbox is closing down."""


class Table:
    """One upload: its kind, its columns and its rows."""

    def __init__(self, path: Path, stopping: Callable[[], bool]) -> None:
        """Read the header; `stopping` is asked now and then while rows are read."""
        self._path = path
        self._stopping = stopping
        header = next((line for _, line in self._content()), "")
        self.columns = header.split("\t")
        self.kind = _kind(header)
        names = [name.lower() for name in self.columns] if self.kind in ANY_CASE else self.columns
        self._places = {name: place for place, name in reversed(list(enumerate(names)))}
        missing = [name for name in REQUIRED[self.kind] if name not in self._places]
        if missing:
            raise RefusedError(f"Format of the input file not recognized: no column {', '.join(missing)}")

    def column_index(self, name: str) -> int | None:
        """Return the position of a column, counted from 0."""
        return self._places.get(name)

    def required_columns(self) -> tuple[int, ...]:
        """Return the positions of the columns that this kind of table cannot do without."""
        return tuple(self._places[name] for name in REQUIRED[self.kind])

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each data row with its number, counted from 1; short ones are filled up with empty fields."""
        width = len(self.columns)
        content = self._content()
        next(content)
        for number, line in content:
            fields = line.split("\t")
            yield number, fields + [""] * (width - len(fields))

    def _content(self) -> Iterator[tuple[int, str]]:
        """Read the lines that are neither blank nor `##` remarks; the header has the number 0."""
        number = 0
        with self._path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            while line := file.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE:
                    raise RefusedError("Format of the input file not recognized: a line without an end")
                text = line.rstrip("\r\n")
                if text and not text.startswith("##"):
                    yield number, text
                    number += 1
                    if not number % 4096 and self._stopping():
                        raise StoppedError


def _kind(header: str) -> str:
    lower = header.lower()
    rules = (
        (GISTIC, "Locus ID" in header and "Cytoband" in header),
        (CNAS, "gene" in header and "cna" in header),
        (FUSIONS, "fus" in header),
        (VCF, "#chrom" in lower),
        (TABULAR, "chr" in lower),
        (GDNA, "gdna" in lower),
        (PROTEIN, "protein" in lower),
    )
    kind = next((kind for kind, holds in rules if holds), None)
    if kind is None:
        raise RefusedError("Impossible to detect the input format")
    return kind
