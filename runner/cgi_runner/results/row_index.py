"""The rows of an upload by sample and alteration: the only way to know which of them a returned row is of.

Of a variant that several samples of a job share, CGI gives each sample its row, but all of these rows bear the
`Input ID` and the echoed columns of the last one. So an id is believed only where sample and alteration agree with it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cgi_runner.results.tables import Table
from cgi_runner.results.variants import (
    BASES,
    ChromosomeNames,
    reverse_complement,
    trim_end,
    trim_start,
)

#: The columns that say whose a returned row is, by what CGI has called them; the first one that is there counts.
SAMPLES = ("CGI-Sample ID", "CGI-INFO", "Sample ID", "sample")
#: Names without `chr`, by every spelling that was met.
CHROMOSOMES = ChromosomeNames()

_GISTIC = ("Locus ID", "Cytoband")
#: Columns that an upload of a kind has; the first of these sets that are all there count.
_KINDS = (
    (("gene", "cna"), "cnas"),
    (_GISTIC, "cnas"),
    (("fus",), "translocations"),
    *(((name,), "mutations") for name in ("#CHROM", "chrom", "chr", "gdna", "protein")),
)

Key = tuple[Hashable, ...]
KeyFunction = Callable[[list[str]], Key]


def kind_of(table: Table) -> str:
    """Return an upload's kind by its header, as CGI does; an empty string if the header shows none."""
    return next((kind for columns, kind in _KINDS if table.has(*columns)), "")


def is_gistic(table: Table) -> bool:
    """Whether it is a matrix of copy numbers, of which one row can give many results or none."""
    return table.has(*_GISTIC)


@dataclass(frozen=True)
class Columns:
    """Where a table says whose a row is and what its alteration is; `sample` is None where it does not say."""

    sample: int | None
    alteration: tuple[int, ...]
    kind: str
    """`variant` for chromosome, position and alleles, else `protein`, `cna` or `fusion`."""

    @property
    def last(self) -> int:
        """The last column that is needed."""
        return max(self.alteration + (() if self.sample is None else (self.sample,)))


_UPLOADED = {
    "variant": (("chr", "#chrom", "chrom"), ("pos",), ("ref",), ("alt",)),
    "cna": (("gene",), ("cna",)),
    "fusion": (("fus",),),
    "protein": (("protein",),),
}
_RETURNED = {**_UPLOADED, "variant": (("CHROMOSOME",), ("POSITION",), ("REF",), ("ALT",))}


def uploaded_columns(table: Table) -> Columns | None:
    """Find the columns of an upload; None if its rows cannot be compared with results."""
    return _columns(table, table.place("sample"), _UPLOADED)


def returned_columns(table: Table, kind: str) -> Columns | None:
    """Find the columns of a table of results that say the same; None if it does not say it.

    Args:
        table: A table of results.
        kind: Which kind of alteration it holds; a key of `_RETURNED`.

    Returns:
        The columns, or None if the table lacks one of them.

    """
    return _columns(table, table.place(*SAMPLES), {kind: _RETURNED[kind]})


def _columns(table: Table, sample: int | None, names: Mapping[str, tuple[tuple[str, ...], ...]]) -> Columns | None:
    for kind, wanted in names.items():
        found = tuple(place for each in wanted if (place := table.place(*each)) is not None)
        if len(found) == len(wanted):
            return Columns(sample, found, kind)
    return None


def key_function(columns: Columns, *, with_sample: bool = True) -> KeyFunction:
    """Return a function that makes of a row's cells what it has in common with every spelling of the same row.

    Args:
        columns: Where to look.
        with_sample: Whether rows of different samples differ.

    """
    sample = columns.sample if with_sample else None
    if columns.kind != "variant":
        places, plain = columns.alteration, _PLAIN[columns.kind]
        return lambda cells: ("" if sample is None else cells[sample].strip(), plain([cells[p] for p in places]))
    chromosome, position, reference, alternate = columns.alteration
    names, bases = CHROMOSOMES, BASES

    def key(cells: list[str]) -> Key:
        whose = "" if sample is None else cells[sample]
        ref, alt = cells[reference], cells[alternate]
        if ref in bases and alt in bases:
            return whose, names[cells[chromosome]], cells[position], ref, alt
        place, ref, alt = trim_start(cells[position], ref, alt)
        return whose, names[cells[chromosome]], str(place), ref, alt

    return key


def _fusion(cells: list[str]) -> Hashable:
    """Return the partners in any order: CGI sorts them."""
    text = cells[0].strip().upper().replace("--", "__").replace("::", "__")
    return tuple(sorted(text.split("__")))


_PLAIN: dict[str, Callable[[list[str]], Hashable]] = {
    "cna": lambda cells: (cells[0].strip().upper(), cells[1].strip().upper()),
    "fusion": _fusion,
    "protein": lambda cells: cells[0].strip(),
}


@dataclass
class RowIndex:
    """The rows of one upload, and which of them came back.

    It holds a byte a row, and some 120 bytes a row from when a row is searched for: one that came back and is not the
    one that its id names, or one that did not come back and may be a duplicate. Rows are then compared by a hash of 64
    bits, which is keyed anew in each process.
    """

    number: str
    table: Table
    columns: Columns | None
    returned: bytearray = field(init=False)

    def __post_init__(self) -> None:
        """Count the rows of the upload; none of them came back so far."""
        self.returned = bytearray(self.table.count() + 1)

    @property
    def count(self) -> int:
        """The number of rows of the upload."""
        return len(self.returned) - 1

    @cached_property
    def hashes(self) -> array[int]:
        """The hash of each row's key, by its number; the one at 0 is no row's."""
        found = array("q", [0])
        if self.columns:
            key = key_function(self.columns)
            found.extend(hash(key(cells)) for cells in self.table.leading_cells(self.columns.last))
        return found

    @property
    def names_samples(self) -> bool:
        """Whether the upload says whose its rows are."""
        return self.columns is not None and self.columns.sample is not None

    def find(self, key: Key) -> int:
        """Return the last row with this key, 0 if there is none."""
        return self._rows.get(hash(key), 0)

    def find_alternative(self, cells: list[str], columns: Columns) -> int:
        """Return a row that another known way of spelling makes equal to a returned one, 0 if there is none.

        Args:
            cells: The returned row.
            columns: Its columns of sample and alteration.

        Returns:
            Number of the row of the upload, from 1; 0 if there is none.

        """
        columns = columns if self.names_samples else Columns(None, columns.alteration, columns.kind)
        return next((row for key in _other_keys(cells, columns, "") if (row := self._others.get(hash(key), 0))), 0)

    def has_alteration(self, row: int, key: Key) -> bool:
        """Whether this row of the upload has this alteration, whosever it is.

        Args:
            row: Number of the row, from 1.
            key: Sample and alteration; the sample does not count.

        """
        return self._alterations[row] == hash(("", *key[1:]))

    def has_sample(self, row: int, sample: str) -> bool:
        """Whether this row of the upload is this sample's, or the upload does not say whose its rows are.

        Args:
            row: Number of the row, from 1.
            sample: Name that a returned row has.

        """
        return not self.names_samples or self._samples[row] == hash(sample.strip())

    @cached_property
    def _rows(self) -> dict[int, int]:
        return {value: row for row, value in enumerate(self.hashes) if row}

    @cached_property
    def _alterations(self) -> array[int]:
        found = array("q", [0])
        if self.columns:
            key = key_function(self.columns, with_sample=False)
            found.extend(hash(key(cells)) for cells in self.table.leading_cells(self.columns.last))
        return found

    @cached_property
    def _samples(self) -> array[int]:
        place = self.table.place("sample")
        found = array("q", [0])
        if place is not None:
            found.extend(hash(cell.strip()) for cell in self.table.column(place))
        return found

    @cached_property
    def _others(self) -> dict[int, int]:
        columns, strand = self.columns, self.table.place("strand")
        if columns is None or columns.kind != "variant":
            return {}
        found = {}
        for row, cells in enumerate(self.table.rows(), 1):
            for key in _other_keys(cells, columns, "" if strand is None else cells[strand]):
                found[hash(key)] = row
        return found


def _other_keys(cells: list[str], columns: Columns, strand: str) -> Iterator[Key]:
    """Yield what else a row of variants may be equal by: the other way of trimming, the other strand."""
    if columns.kind != "variant":
        return
    chromosome, position, reference, alternate = (cells[place] for place in columns.alteration)
    whose = "" if columns.sample is None else cells[columns.sample].strip()
    changes = [(reference, alternate)]
    if strand.strip() == "-":
        changes.append((reverse_complement(reference), reverse_complement(alternate)))
    for ref, alt in changes:
        for trim in (trim_end, trim_start):
            yield (whose, CHROMOSOMES[chromosome], *trim(position, ref, alt))
