"""How the rows of each kind of prepared file are written, and read back when sorted runs are merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from cgi_runner.inputs.genome import GENOMES, NAMES
from cgi_runner.inputs.model import Key, Row

MOST_LINES = 20
LONGEST_POSITION = 10


@dataclass(frozen=True)
class Layout:
    """The columns of a prepared file, and the way between a key and its cells."""

    columns: tuple[str, ...]
    key: Callable[[Sequence[str]], Key]
    cells: Callable[[Key], str]
    rows: Callable[[Sequence[Row]], str]
    """Many rows that stand for one line each, quickly."""
    sortable: Callable[[str], str] = str
    """A row's text with something in front, so that texts sort as keys do."""
    width: int = 0
    """How many letters stand in front."""

    @property
    def header(self) -> str:
        """The first line of the file."""
        return "\t".join((*self.columns, "source_line")) + "\n"

    def row(self, key: Key, lines: list[int], more: int) -> str:
        """Write one row; `more` is how many lines it stands for beyond those that are listed."""
        named = ";".join(map(str, lines))
        return f"{self.cells(key)}\t{named};+{more}\n" if more else f"{self.cells(key)}\t{named}\n"

    def parse(self, line: str) -> tuple[Key, list[int], int]:
        """Read a row that `row` wrote."""
        *cells, lines = line.rstrip("\n").split("\t")
        named, _, more = lines.partition(";+")
        return self.key(cells), [int(number) for number in named.split(";")], int(more or 0)


def _variant_key(cells: Sequence[str]) -> Key:
    chromosome, position, reference, alternate, sample = cells
    return _RANKS[chromosome], int(position), reference, alternate, sample


def _sortable_variant(row: str) -> str:
    chromosome, position, _ = row.split("\t", 2)
    return f"{_RANKS[chromosome]:02}{position.zfill(LONGEST_POSITION)}{row}"


def _variant_cells(key: Key) -> str:
    rank, position, reference, alternate, sample = key
    return f"{NAMES[int(rank)]}\t{position}\t{reference}\t{alternate}\t{sample}"


def _variant_rows(rows: Sequence[Row]) -> str:
    # The shape of a variant's key is known here and not to the type checker; a check of each row would take its time.
    variants = cast("Sequence[tuple[tuple[int, int, str, str, str], int]]", rows)
    return "".join(
        [f"{NAMES[rank]}\t{pos}\t{ref}\t{alt}\t{sample}\t{line}\n" for (rank, pos, ref, alt, sample), line in variants]
    )


def _text_cells(key: Key) -> str:
    return "\t".join(map(str, key))


def _text_rows(rows: Sequence[Row]) -> str:
    return "".join([f"{_text_cells(key)}\t{line}\n" for key, line in rows])


def _text_key(cells: Sequence[str]) -> Key:
    return tuple(cells)


_RANKS = GENOMES["hg38"].ranks

MUTATIONS = Layout(
    ("chr", "pos", "ref", "alt", "sample"),
    _variant_key,
    _variant_cells,
    _variant_rows,
    _sortable_variant,
    2 + LONGEST_POSITION,
)
PROTEINS = Layout(("protein", "sample"), _text_key, _text_cells, _text_rows)
CNAS = Layout(("gene", "cna", "sample"), _text_key, _text_cells, _text_rows)
FUSIONS = Layout(("fus", "sample"), _text_key, _text_cells, _text_rows)

LAYOUTS = {"VCF": MUTATIONS, "MAF": MUTATIONS, "table": MUTATIONS, "gdna": MUTATIONS, "protein": PROTEINS} | {
    "CNA table": CNAS,
    "GISTIC": CNAS,
    "fusions": FUSIONS,
}
"""The layout of what each input format becomes."""
