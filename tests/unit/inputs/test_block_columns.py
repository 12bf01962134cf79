"""Blocks of lines whose cells are read by column."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cgi_runner.inputs.block_columns import BlockColumns

CELLS = st.lists(st.sampled_from(["", "a", "b,c", " "]), min_size=1, max_size=4)


@given(st.lists(CELLS, min_size=1, max_size=6), st.integers(1, 4))
def test_columns_are_those_of_each_line_or_there_are_none(table: list[list[str]], width: int) -> None:
    """A block has columns if all its lines are as wide as the header, and the cells of a line are found in its row."""
    block = BlockColumns.of("".join("\t".join(cells) + "\n" for cells in table), "\t", width)
    if any(len(cells) != width for cells in table):
        assert block is None
        return
    assert block
    assert block.rows == len(table)
    assert [block.row(index) for index in range(block.rows)] == table
    assert [block.column(place) for place in range(width)] == [list(column) for column in zip(*table, strict=True)]
