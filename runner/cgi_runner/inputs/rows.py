"""Rows on their way from a reader to the prepared file, one by one or in columns."""

from __future__ import annotations

from collections.abc import Sequence
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
            end: The place behind the last.

        """
        part = slice(start, end)
        place = self.ranks[part], self.positions[part]
        keys = zip(*place, self.references[part], self.alternates[part], self.samples[part], strict=True)
        return list(zip(keys, self.lines[part], strict=True))

    def replace(self, index: int, rows: list[Row]) -> None:
        """Put any number of rows in the place of one.

        Args:
            index: The place of the one, from 0.
            rows: Rows of small variants.

        """
        place = slice(index, index + 1)
        self.lines[place] = [line for _, line in rows]
        columns: tuple[list[Any], ...] = self.ranks, self.positions, self.references, self.alternates, self.samples
        for number, column in enumerate(columns):
            column[place] = [key[number] for key, _ in rows]

    def is_ascending(self) -> bool:
        """Return whether each row lies behind the place of the one before it."""
        places, rank = self.positions, self.ranks[0]
        if self.ranks.count(rank) < len(self.ranks):
            places = [(rank << _POSITION_BITS) + position for rank, position in zip(self.ranks, places, strict=True)]
        return all(map(lt, places, islice(places, 1, None)))


Batch = Sequence[Row] | VariantColumns
"""Some rows, in the order of the file."""

_POSITION_BITS = 40


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
        end: The place behind the last.

    """
    return batch.rows(start, end) if isinstance(batch, VariantColumns) else list(batch[start:end])


def positions_of(batch: Batch) -> list[int]:
    """Return the positions of small variants."""
    if isinstance(batch, VariantColumns):
        return batch.positions
    # The shape of their keys is known here and not to the type checker.
    return [key[1] for key, _ in cast("Sequence[tuple[VariantKey, int]]", batch)]
