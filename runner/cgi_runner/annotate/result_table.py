"""A table of results whose rows are read one by one, where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import BinaryIO

from cgi_runner.annotate.fields import FACTS
from cgi_runner.annotate.variant_keys import Key, variant_keys
from cgi_runner.errors import InputError
from cgi_runner.findings.columns import ALTERATIONS, Getter, getter
from cgi_runner.results.row_index import returned_columns
from cgi_runner.results.tables import Table


class ResultTable:
    """Mutations as CGI returned them, with what is said of each."""

    def __init__(self, table: Table, default: str) -> None:
        """Read the header.

        Args:
            table: The table.
            default: Whose the rows are that name no sample.

        Raises:
            InputError: The table does not say which variant a row is of.

        """
        columns = returned_columns(table, "variant")
        if columns is None:
            raise InputError(
                f"{table.path.name} has no columns CHROMOSOME, POSITION, REF and ALT to match its rows by",
                tip="run the alterations again: results before v23.05 cannot annotate a file",
            )
        self._table, self._default = table, default
        self._variant, self._sample, self._last = itemgetter(*columns.alteration), columns.sample, columns.last
        self._file: BinaryIO | None = None
        self._end = 0
        self.next_offset = 0
        """The byte after the row that was asked for last."""
        self.next_row: list[str] = []
        """The cells of the row at this byte, once it was looked at; none at the end of the table."""
        self.facts: Getter = getter(table, ALTERATIONS)
        self.brief_facts = _brief_facts(table)
        """Gives the cells of a row that its values are made of, in the order of `FACTS`."""

    def variants(self) -> Iterator[tuple[int, str, tuple[Key, ...]]]:
        """Yield of each row the byte at which it begins, its sample and what all spellings of its variant share."""
        variant, sample, default = self._variant, self._sample, self._default
        for offset, cells in self._table.leading_cells_with_offsets(self._last):
            whose = default if sample is None else cells[sample].strip() or default
            yield offset, whose, variant_keys(variant(cells))

    def is_next(self, offset: int) -> bool:
        """Whether the row that begins at a byte is the one after the row that was asked for last."""
        return offset == self.next_offset

    def row(self, offset: int) -> list[str]:
        """Return the cells of the row that begins at a byte."""
        if self.next_row and self.is_next(offset):
            cells, self.next_row = self.next_row, []
        else:
            if self._file is None:
                self._file = self._table.path.open("rb")
            self._file.seek(offset)
            self._end, self.next_row = offset, []
            cells = self._read()
        self.next_offset = self._end
        return cells

    def look_ahead(self) -> tuple[tuple[str], Key] | None:
        """Take the row that was looked at for one that was asked for, and look at the one after it.

        Returns:
            Its sample and what all spellings of its variant share; None if that may be two things, and at the end.

        """
        self.next_offset = self._end
        self.next_row = cells = self._read()
        if len(cells) <= self._last:
            return None
        keys = variant_keys(self._variant(cells))
        whose = self._default if self._sample is None else cells[self._sample].strip() or self._default
        return ((whose,), keys[0]) if len(keys) == 1 else None

    def _read(self) -> list[str]:
        line = self._file.readline() if self._file else b""
        self._end += len(line)
        return self._table.split_line(line) if line else []

    def close(self) -> None:
        """Close the table's file, if a row was read."""
        if self._file:
            self._file.close()

    def is_row_of(self, cells: Sequence[str], sample: str, key: Key) -> bool:
        """Whether a row is of this sample and variant, and not only of the same hash; an empty one is of none.

        Args:
            cells: Those of the row.
            sample: The sample, as the results call it.
            key: The variant, as `variant_keys` gives it.

        """
        if len(cells) <= self._last:
            return False
        whose = self._default if self._sample is None else cells[self._sample].strip() or self._default
        return whose == sample and key in variant_keys(self._variant(cells))


def _brief_facts(table: Table) -> Callable[[list[str]], tuple[str, ...]]:
    places = [table.place(*ALTERATIONS[name]) for name in FACTS]
    known = [place for place in places if place is not None]
    if len(known) == len(places):
        return itemgetter(*known)
    return lambda cells: tuple("" if place is None else cells[place] for place in places)
