"""How the rows of each kind of prepared file are written, and read back when sorted runs are merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from cgi_runner.inputs.genome import GENOMES, NAMES
from cgi_runner.inputs.rows import Batch, Key, Row, VariantColumns, VariantKey

MAX_LINES = 20
LONGEST_POSITION = 10
_VariantRow = tuple[VariantKey, int]
#: Files of 2**40 lines are longer than any disk holds.
_LINE_BITS = 40


@dataclass(frozen=True)
class OutputSchema:
    """The columns of a prepared file, and the way between a key and its cells."""

    columns: tuple[str, ...]
    key: Callable[[Sequence[str]], Key]
    cells: Callable[[Key], str]
    row_texts: Callable[[Sequence[Row]], list[str]]
    """Many rows that stand for one line each, quickly, with their line ends."""
    sortable: Callable[[str], str] = str
    """A row's text with its sort key in front, so that texts sort as keys do."""
    starts: Sequence[int] | None = None
    """What to add to a position for the place of a row, given the rank of its chromosome; None without places."""
    width: int = 0
    """How many digits a place has."""
    has_files: bool = False
    """Whether lines are written with the number of their file, as 2:17."""

    @property
    def header(self) -> str:
        """The first line of the file."""
        return "\t".join((*self.columns, "source_line")) + "\n"

    def numbered(self) -> OutputSchema:
        """Return the same schema for rows of several files."""
        return replace(self, has_files=True)

    def texts(self, batch: Batch) -> list[str]:
        """Write rows that stand for one line each, with their line ends."""
        if isinstance(batch, VariantColumns):
            return _column_texts(batch, self._lines(batch))
        if self.has_files:
            return [self.row(key, [line], 0) for key, line in batch]
        return self.row_texts(batch)

    def sortable_texts(self, batch: Batch) -> list[str]:
        """Write rows that stand for one line each as `sortable` does, without line ends."""
        if isinstance(batch, VariantColumns):
            return _sortable_column_texts(batch, self._lines(batch))
        texts = [text[:-1] for text in self.texts(batch)]
        if not self.starts:
            return texts
        variants, starts = cast("Sequence[_VariantRow]", batch), self.starts
        return [f"{starts[key[0]] + key[1]}{text}" for (key, _), text in zip(variants, texts, strict=True)]

    def _lines(self, columns: VariantColumns) -> Iterable[object]:
        return map(line_text, columns.lines) if self.has_files else columns.lines

    def row(self, key: Key, lines: list[int], more: int) -> str:
        """Write one row.

        Args:
            key: What is sent.
            lines: Lines of the user's file that the row is of, from 1.
            more: How many further lines the row is of.

        Returns:
            The row with its line end.

        """
        named = ";".join(map(line_text if self.has_files else str, lines))
        return f"{self.cells(key)}\t{named};+{more}\n" if more else f"{self.cells(key)}\t{named}\n"

    def parse(self, line: str) -> tuple[Key, list[int], int]:
        """Read a row that `row` wrote."""
        *cells, lines = line.rstrip("\n").split("\t")
        named, _, more = lines.partition(";+")
        return self.key(cells), [_line_number(number) for number in named.split(";")], int(more or 0)


def line_in_file(file: int, line: int) -> int:
    """Return one number for a line of one of several files; both count from 1.

    Args:
        file: Number of the file, from 1.
        line: Number of the line in it, from 1.

    """
    return (file << _LINE_BITS) + line


def line_text(number: int) -> str:
    """Write such a number as `file:line`, and a line of an only file as it is."""
    file, line = split_line(number)
    return f"{file}:{line}" if file else str(line)


def split_line(number: int) -> tuple[int, int]:
    """Return the number of the file, 0 for an only one, and the line."""
    return divmod(number, 1 << _LINE_BITS)


def _line_number(text: str) -> int:
    file, _, line = text.rpartition(":")
    return line_in_file(int(file or 0), int(line))


def _variant_key(cells: Sequence[str]) -> Key:
    chromosome, position, reference, alternate, sample = cells
    return _RANKS[chromosome], int(position), reference, alternate, sample


def _sortable_variant(row: str) -> str:
    chromosome, position, _ = row.split("\t", 2)
    return f"{_STARTS[_RANKS[chromosome]] + int(position)}{row}"


def _variant_cells(key: Key) -> str:
    rank, position, reference, alternate, sample = key
    return f"{NAMES[int(rank)]}\t{position}\t{reference}\t{alternate}\t{sample}"


def _variant_texts(rows: Sequence[Row]) -> list[str]:
    # The shape of a variant's key is known here and not to the type checker; a check of each row would take its time.
    variants = cast("Sequence[_VariantRow]", rows)
    return [
        f"{NAMES[rank]}\t{pos}\t{ref}\t{alt}\t{sample}\t{line}\n" for (rank, pos, ref, alt, sample), line in variants
    ]


def _column_texts(rows: VariantColumns, lines: Iterable[object]) -> list[str]:
    alleles = rows.references, rows.alternates, rows.samples
    return [
        f"{NAMES[rank]}\t{pos}\t{ref}\t{alt}\t{sample}\t{line}\n"
        for rank, pos, ref, alt, sample, line in zip(rows.ranks, rows.positions, *alleles, lines, strict=True)
    ]


def _sortable_column_texts(rows: VariantColumns, lines: Iterable[object]) -> list[str]:
    alleles = rows.references, rows.alternates, rows.samples
    return [
        f"{_STARTS[rank] + pos}{NAMES[rank]}\t{pos}\t{ref}\t{alt}\t{sample}\t{line}"
        for rank, pos, ref, alt, sample, line in zip(rows.ranks, rows.positions, *alleles, lines, strict=True)
    ]


def _text_cells(key: Key) -> str:
    return "\t".join(map(str, key))


def _text_texts(rows: Sequence[Row]) -> list[str]:
    return [f"{_text_cells(key)}\t{line}\n" for key, line in rows]


def _text_key(cells: Sequence[str]) -> Key:
    return tuple(cells)


_RANKS = GENOMES["hg38"].order
#: Places of all chromosomes have the same number of digits, and no two chromosomes share any.
_STARTS = [(100 + rank) * 10**LONGEST_POSITION for rank in range(len(NAMES))]

MUTATIONS = OutputSchema(
    ("chr", "pos", "ref", "alt", "sample"),
    _variant_key,
    _variant_cells,
    _variant_texts,
    _sortable_variant,
    _STARTS,
    3 + LONGEST_POSITION,
)
PROTEINS = OutputSchema(("protein", "sample"), _text_key, _text_cells, _text_texts)
CNAS = OutputSchema(("gene", "cna", "sample"), _text_key, _text_cells, _text_texts)
FUSIONS = OutputSchema(("fus", "sample"), _text_key, _text_cells, _text_texts)
