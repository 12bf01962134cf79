"""Rows in any order become one sorted file without duplicates, in flat memory.

Rows are held back in a small window, so that those which normalising moved by a few bases fall into place. As long as
the input is sorted otherwise, the file is written as the rows come. When it is not, what was written so far is the
first of several sorted runs, and these are merged.
"""

from __future__ import annotations

from collections import deque
from contextlib import closing
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from cgi_runner.inputs.merging import RunFile, merge_runs, read_parts
from cgi_runner.inputs.neighbours import NeighbourFinder
from cgi_runner.inputs.rows import Batch, Key, Row, VariantColumns, row_of, rows_of
from cgi_runner.inputs.schema import OutputSchema
from cgi_runner.inputs.sorted_run import SortedRun

WINDOW = 4_000
#: Rows in no order that are sorted at once; as texts they take 6 MB.
RUN = 40_000
#: More are merged into one, as a part of each run is in memory while they are merged, 16 MB in all.
MAX_RUNS = 400

_key_of = itemgetter(0)


class _HeldRows(NamedTuple):
    """Rows that are held back, and the keys between which all of them lie; columns are in ascending order."""

    rows: Batch
    first: Key
    last: Key

    def joined(self, other: _HeldRows) -> _HeldRows:
        """Return both, in no order."""
        return _HeldRows(
            rows_of(self.rows) + rows_of(other.rows), min(self.first, other.first), max(self.last, other.last)
        )


class ExternalSorter:
    """Takes rows in batches; `finish` leaves the sorted file and gives the run that describes it."""

    def __init__(self, path: Path, schema: OutputSchema, finder: NeighbourFinder | None = None) -> None:
        """Sort into the file at `path`; temporary files lie beside it and are gone in the end."""
        self._path = path
        self._schema = schema
        self._finder = finder
        self._held: deque[_HeldRows] = deque()
        """Rows of which none belongs before those that are held before them, or says the same."""
        self._first = SortedRun(path, schema)
        """What is written as it comes, until a row comes that belongs before what is written."""
        self._texts: list[str] = []
        self._others: RunFile | None = None
        self._temporary: list[Path] = []

    def close(self) -> None:
        """Close what is open and remove what is temporary."""
        self._first.close()
        if self._others:
            self._others.close()
        for path in self._temporary:
            path.unlink(missing_ok=True)

    def extend(self, batch: Batch) -> None:
        """Take some more rows."""
        if self._others:
            self._extend_others(self._others, batch)
        elif batch:
            held = self._hold(batch)
            while self._held and held.first <= self._held[-1].last:
                held = self._held.pop().joined(held)
            self._held.append(held)
            self._write_oldest()

    def finish(self) -> SortedRun:
        """Write what is held back, and merge the runs if there are several."""
        while self._held:
            self._write(self._held.popleft().rows)
        self._first.close()
        return self._merge(self._others) if self._others else self._first

    def _hold(self, batch: Batch) -> _HeldRows:
        if isinstance(batch, VariantColumns) and batch.sort():
            return _HeldRows(batch, batch.row(0)[0], batch.row(-1)[0])
        rows = self._sort(batch)
        return _HeldRows(rows, rows[0][0], rows[-1][0])

    def _sort(self, batch: Batch) -> list[Row]:
        """Return rows in order; those that say the same are in the order of their lines."""
        # Lines of one file come in order; several files may come in any.
        return sorted(rows_of(batch), key=None if self._schema.has_files else _key_of)

    def _write_oldest(self) -> None:
        """Write rows, unless they belong to the window; what came in no order is in one piece, and is cut."""
        number = sum(len(held.rows) for held in self._held)
        while self._held and number - len(self._held[0].rows) >= WINDOW:
            rows = self._held.popleft().rows
            number -= len(rows)
            self._write(rows)
        if number >= 2 * WINDOW and not isinstance(self._held[0].rows, VariantColumns):
            held = self._sort(self._held.popleft().rows)
            self._held.appendleft(_HeldRows(held[-WINDOW:], held[-WINDOW][0], held[-1][0]))
            self._write(held[:-WINDOW])

    def _write(self, batch: Batch) -> None:
        """Write rows; from the first one on that belongs before what is written, none is held back any more."""
        if not isinstance(batch, VariantColumns):
            batch = self._sort(batch)
        first, _ = row_of(batch, 0)
        if self._others or first < self._first.last:
            self._others = self._others or RunFile(self._temporary_path(".runs"))
            for rows in (batch, *(held.rows for held in self._held)):
                self._extend_others(self._others, rows)
            self._held.clear()
            return
        if self._finder:
            self._finder.scan(batch)
        self._first.write(batch)

    def _extend_others(self, others: RunFile, batch: Batch) -> None:
        self._texts += self._schema.sortable_texts(batch)
        if len(self._texts) >= RUN:
            self._append_texts(others)

    def _append_texts(self, others: RunFile) -> None:
        if len(others.ends) == MAX_RUNS:
            others = self._others = others.merge_into(self._temporary_path(f".runs{len(self._temporary)}"))
        self._texts.sort()
        others.append(self._texts)
        self._texts.clear()

    def _merge(self, others: RunFile) -> SortedRun:
        self._append_texts(others)
        schema, whole = self._schema, SortedRun(self._temporary_path(".merged"), self._schema)
        with closing(whole), self._path.open("rb") as first:
            parts = read_parts(first, len(first.readline()), self._path.stat().st_size)
            runs = [(list(map(schema.sortable, part)) for part in parts), *(self._others or others).runs()]
            for texts in merge_runs(runs):
                whole.copy([text[schema.width :] for text in texts])
        whole.hidden.add_all(self._first.hidden)
        whole.path = whole.path.replace(self._path)
        self._scan_file()
        return whole

    def _scan_file(self) -> None:
        """Look for neighbours, as they may have come in different runs."""
        if self._finder:
            with self._path.open("rb") as file:
                for texts in read_parts(file, len(file.readline()), self._path.stat().st_size):
                    self._finder.scan_texts(texts, self._schema)

    def _temporary_path(self, ending: str) -> Path:
        self._temporary.append(self._path.with_suffix(ending))
        return self._temporary[-1]
