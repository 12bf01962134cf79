"""A table of results whose rows are read one by one, where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from cgi_runner.annotate.fields import FACTS, row_values
from cgi_runner.annotate.variant_keys import Key, variant_keys
from cgi_runner.errors import InputError
from cgi_runner.findings.columns import ALTERATIONS, Getter, getter
from cgi_runner.results.row_index import CHROMOSOMES, returned_columns
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
                f"{table.path.name} has no columns CHROMOSOME, POSITION, REF and ALT to join its rows by",
                tip="have the alterations interpreted again: results before v23.05 cannot be put into a file",
            )
        self._table, self._default, self._columns = table, default, columns
        self._variant, self._sample = columns.alteration, columns.sample
        self._places = [table.place(*ALTERATIONS[name]) for name in FACTS]
        self._file: BinaryIO | None = None
        self.next_offset = 0
        """The byte behind the row that was read last."""
        self.facts: Getter = getter(table, ALTERATIONS)

    def variants(self) -> Iterator[tuple[int, str, tuple[Key, ...]]]:
        """Give of each row the byte at which it begins, its sample and what all spellings of its variant share."""
        chromosome, position, reference, alternate = self._variant
        sample, default = self._sample, self._default
        for offset, cells in self._table.leading_cells_with_offsets(self._columns.last):
            whose = default if sample is None else cells[sample].strip() or default
            yield offset, whose, variant_keys((cells[chromosome], cells[position], cells[reference], cells[alternate]))

    def row(self, offset: int) -> list[str]:
        """Give the cells of the row that begins at a byte."""
        if self._file is None:
            self._file = self._table.path.open("rb")
        self._file.seek(offset)
        self.next_offset = offset
        return self.next_row()

    def next_row(self) -> list[str]:
        """Give the cells of the row behind the one that was read last; none at the end of the table."""
        line = self._file.readline() if self._file else b""
        self.next_offset += len(line)
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
        if len(cells) <= self._columns.last:
            return False
        if (self._default if self._sample is None else cells[self._sample].strip() or self._default) != sample:
            return False
        chromosome, position, reference, alternate = self._variant
        is_plain = (CHROMOSOMES[cells[chromosome]], cells[position], cells[reference], cells[alternate]) == key
        return is_plain or key in variant_keys((cells[chromosome], cells[position], cells[reference], cells[alternate]))

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """Give what CGI says of a row's variant, by key, without its drug matches."""
        return row_values(["" if place is None else cells[place] for place in self._places])
