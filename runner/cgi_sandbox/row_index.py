"""Which rows of a table of mutations are the same variant, and from which of them CGI makes its result rows.

A temporary database does the sorting, so that memory stays flat whatever the size of the table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Literal

SharedVariants = Literal["last", "own"]
"""How rows of a variant that several samples of a job share are returned: see `RowIndex.result_rows`."""

Lookup = Callable[[int], list[str]]

# The last row of each variant of each sample.
_OWN = "SELECT max(number) AS source, sample FROM rows GROUP BY sample, identity ORDER BY source"
# Each sample of a variant, at the last row of the variant in the whole table.
_LAST = (
    "SELECT source, sample FROM (SELECT identity, sample, min(number) AS first FROM rows GROUP BY identity, sample)"
    " JOIN (SELECT identity, max(number) AS source FROM rows GROUP BY identity) USING (identity)"
    " ORDER BY source, first"
)


class RowIndex:
    """The usable rows of one table by sample and variant."""

    def __init__(self, rows: Iterable[tuple[int, str, str]], shared_variants: SharedVariants) -> None:
        """Read rows of (number, sample, identity of the variant) in ascending order of their numbers."""
        self._shared_variants = shared_variants
        self._database = sqlite3.connect("")
        self._database.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, sample BLOB, identity BLOB)")
        # As bytes, because SQLite takes no text that is not UTF-8.
        stored = ((number, _to_bytes(sample), _to_bytes(identity)) for number, sample, identity in rows)
        self.count = max(self._database.executemany("INSERT INTO rows VALUES (?, ?, ?)", stored).rowcount, 0)

    def close(self) -> None:
        """Remove the temporary database."""
        self._database.close()

    def own_rows(self) -> Lookup:
        """Return a lookup from a row to its sample, empty if a later row of the sample repeats its variant.

        Of such duplicates the later one survives (fact 31). Rows are looked up in ascending order.
        """
        return _lookup(self._query(_OWN))

    def result_rows(self) -> Lookup:
        """Return a lookup from a row to the samples whose result rows bear its id and echo its columns.

        With "last", all samples that share a variant have the id and the echo of the last row of that variant in the
        job, as CGI does (fact 32); with "own", each has those of its own row. Rows are looked up in
        ascending order.
        """
        return _lookup(self._query(_LAST if self._shared_variants == "last" else _OWN))

    def _query(self, statement: str) -> Iterator[tuple[int, str]]:
        for number, sample in self._database.execute(statement):
            yield number, sample.decode(errors="surrogateescape")


def _to_bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _lookup(pairs: Iterator[tuple[int, str]]) -> Lookup:
    """Return a lookup into pairs that are sorted by number, for numbers that are asked for in the same order."""
    groups = groupby(pairs, itemgetter(0))
    upcoming = next(groups, None)

    def find(number: int) -> list[str]:
        nonlocal upcoming
        if upcoming is None or upcoming[0] != number:
            return []
        samples = [sample for _, sample in upcoming[1]]
        upcoming = next(groups, None)
        return samples

    return find
