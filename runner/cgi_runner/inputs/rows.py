"""Rows on their way from a reader to the prepared file, one by one or in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import lt
from typing import Any, cast

Key = tuple[int | str, ...]
"""What makes an alteration of a sample itself; sorts as the prepared file is sorted, the sample comes last."""

VariantKey = tuple[int, int, str, str, str]
"""The key of a small variant: rank of its chromosome, position, reference and alternate allele, sample."""

Row = tuple[Key, int]
"""An alteration to send and the line of the user's file (counted from 1) that it came from."""


@dataclass
class VariantColumns:
    """Rows of small variants as columns: to make a key of each row takes longer than all that is done with it."""

    ranks: list[int]
    positions: list[int]
    references: list[str]
    alternates: list[str]
    samples: list[str]
    lines: list[int]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)

    def row(self, index: int) -> tuple[VariantKey, int]:
        """Return a row by its place, which counts from 0."""
        place = self.ranks[index], self.positions[index]
        return (*place, self.references[index], self.alternates[index], self.samples[index]), self.lines[index]

    def rows(self, start: int = 0, end: int | None = None) -> list[Row]:
        """Return rows one by one.

        Args:
            start: The place of the first, from 0.
            end: The place after the last.

        """
        part = slice(start, end)
        place = self.ranks[part], self.positions[part]
        keys = zip(*place, self.references[part], self.alternates[part], self.samples[part], strict=True)
        return list(zip(keys, self.lines[part], strict=True))

    def replace(self, found: Mapping[int, Sequence[Row]]) -> None:
        """Put any number of rows in the place of some.

        Args:
            found: Rows of small variants by the place of the row that they replace, from 0 and in ascending order.

        """
        for number, column in enumerate(self._columns()[:-1]):
            _replace_cells(column, {index: [key[number] for key, _ in rows] for index, rows in found.items()})
        _replace_cells(self.lines, {index: [line for _, line in rows] for index, rows in found.items()})

    def sort(self) -> bool:
        """Sort the rows in place; return False where it takes more than to move a few by little, or two say the same.

        Rows come in order but for those at one place, and those that normalising moved by some bases.
        """
        places, size = self._places(), len(self)
        if all(map(lt, places, islice(places, 1, None))):
            return True
        late = [index for index in range(1, size) if places[index - 1] >= places[index]]
        moves = size // _FEW
        for start in late:
            index = start
            while index < size and self.row(index - 1)[0] >= self.row(index)[0]:
                moves -= self._move_back(index)
                if moves < 0:
                    return False
                index += 1
        return True

    def _move_back(self, index: int) -> int:
        """Put a row before those that it belongs before; return how many these are, too many if one says the same."""
        key, _ = self.row(index)
        place = index
        while place and (before := self.row(place - 1)[0]) >= key:
            if before == key or index - place > _FEW:
                return len(self)
            place -= 1
        for column in self._columns():
            column.insert(place, column.pop(index))
        return index - place

    def _places(self) -> list[int]:
        """Return a number for each row that sorts as its chromosome and position do."""
        rank = self.ranks[0]
        if self.ranks.count(rank) == len(self):
            return self.positions
        return [(rank << _POSITION_BITS) + at for rank, at in zip(self.ranks, self.positions, strict=True)]

    def _columns(self) -> tuple[list[Any], ...]:
        return self.ranks, self.positions, self.references, self.alternates, self.samples, self.lines


Batch = Sequence[Row] | VariantColumns
"""Some rows, in the order of the file."""

_POSITION_BITS = 40
#: One of so many rows may be out of place, and by so many rows at most.
_FEW = 8


def _replace_cells(column: list[Any], found: Mapping[int, Sequence[Any]]) -> None:
    cells, start = [], 0
    for index, new in found.items():
        cells += column[start:index]
        cells += new
        start = index + 1
    column[:start] = cells


def row_of(batch: Batch, index: int) -> Row:
    """Return one row of a batch.

    Args:
        batch: The rows.
        index: Its place, from 0; from the end, -1.

    """
    return batch.row(index) if isinstance(batch, VariantColumns) else batch[index]


def rows_of(batch: Batch) -> list[Row]:
    """Return the rows of a batch one by one."""
    return batch.rows() if isinstance(batch, VariantColumns) else list(batch)


def part_of(batch: Batch, start: int, end: int) -> list[Row]:
    """Return some rows of a batch.

    Args:
        batch: The rows.
        start: The place of the first, from 0.
        end: The place after the last.

    """
    return batch.rows(start, end) if isinstance(batch, VariantColumns) else list(batch[start:end])


def positions_of(batch: Batch) -> list[int]:
    """Return the positions of small variants."""
    if isinstance(batch, VariantColumns):
        return batch.positions
    # The shape of their keys is known here and not to the type checker.
    return [key[1] for key, _ in cast("Sequence[tuple[VariantKey, int]]", batch)]
