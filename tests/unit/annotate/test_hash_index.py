"""Numbers by hashes: every entry is found, whenever it was added, in little memory."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from cgi_runner.annotate.hash_index import HashIndex


@given(st.lists(st.tuples(st.integers(-5000, 5000), st.integers(0, 99), st.booleans())))
def test_it_finds_what_a_dictionary_finds(steps: list[tuple[int, int, bool]]) -> None:
    """Numbers come in the order in which they were added, also after a search."""
    index, known = HashIndex(), dict[int, list[int]]()
    for key, number, is_added in steps:
        if is_added:
            index.add(key, number)
            known.setdefault(hash(key), []).append(number)
        assert list(index.find(key)) == known.get(hash(key), [])


@given(st.lists(st.integers(-9, 9)), st.sets(st.integers(-9, 9)))
def test_it_tells_what_was_added_more_than_once(keys: list[int], candidates: set[int]) -> None:
    """Among those that are asked for."""
    index = HashIndex()
    index.extend((hash(key), 0) for key in keys)
    wanted = {hash(key) for key in candidates}
    assert index.repeated(wanted) == {value for value in wanted if [*map(hash, keys)].count(value) > 1}


def test_an_entry_takes_few_bytes() -> None:
    """Also while it is sorted: a dictionary would take over a hundred."""
    tracemalloc.start()
    index = HashIndex()
    for number in range(100_000):
        index.add((number, "x"), number)
    assert all((number, "x") in index for number in range(0, 100_000, 50))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 * 100_000
