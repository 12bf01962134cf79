"""Rows of one cell more than the header: R's `write.table` writes the names of rows, and no name above them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from cgi_runner.inputs.lazy_pattern import LazyPattern

#: What the cells of a variant look like, by what CGI calls their column.
_SHAPES = {
    "pos": LazyPattern(r"\d+(\.0)?"),
    "ref": LazyPattern(r"[ACGTN]+|-", re.IGNORECASE),
    "alt": LazyPattern(r"[ACGTN]+|-", re.IGNORECASE),
    "gdna": LazyPattern(r"\S+:[gm]\.\d\S+"),
    "protein": LazyPattern(r"(\S+:)?(p\.)?\(?[A-Z][a-z]{0,2}\d+\S+"),
    "protein_change": LazyPattern(r"(\S+:)?(p\.)?\(?[A-Z][a-z]{0,2}\d+\S+"),
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
