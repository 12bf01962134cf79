"""Rows of one cell more than the header: R's `write.table` writes the names of rows, and no name above them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

#: What the cells of a variant look like, by what CGI calls their column.
_SHAPES = {
    "pos": re.compile(r"\d+(\.0)?"),
    "ref": re.compile(r"[ACGTN]+|-", re.IGNORECASE),
    "alt": re.compile(r"[ACGTN]+|-", re.IGNORECASE),
    "gdna": re.compile(r"\S+:[gm]\.\d\S+"),
    "protein": re.compile(r"(\S+:)?(p\.)?\(?[A-Z][a-z]{0,2}\d+\S+"),
    "protein_change": re.compile(r"(\S+:)?(p\.)?\(?[A-Z][a-z]{0,2}\d+\S+"),
}


def add_row_names(
    names: list[str], cells: Sequence[str], find_columns: Callable[[list[str]], Mapping[str, int]]
) -> list[str]:
    """Return the names of the columns, with an empty one in front if only then the cells of a row make sense.

    Args:
        names: The names in the header.
        cells: The cells of the first row.
        find_columns: Gives the place of each known column.

    """
    if len(cells) != len(names) + 1:
        return names
    found = {column: place for column, place in find_columns(names).items() if column in _SHAPES}
    behind = sum(bool(_SHAPES[column].fullmatch(cells[place])) for column, place in found.items())
    before = sum(bool(_SHAPES[column].fullmatch(cells[place + 1])) for column, place in found.items())
    return ["", *names] if before > behind else names
