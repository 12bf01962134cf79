"""Rows in any order become one sorted file without duplicates, in flat memory.

Rows are held back in a small window, so that those which normalising moved by a few bases fall into place. As long as
the input is sorted otherwise, the file is written as the rows come. When it is not, what was written so far is the
first of several sorted runs, and these are merged.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from contextlib import ExitStack
from itertools import islice
from operator import eq, itemgetter
from pathlib import Path

from cgi_runner.inputs.layout import MOST_LINES, Layout
from cgi_runner.inputs.model import Key, Row

WINDOW = 4_000
RUN = 50_000
MOST_RUNS = 64
MOST_TEXTS = 500


class Sorter:
    """Takes rows in batches; `finish` leaves the sorted file and gives the run that describes it."""

    def __init__(self, path: Path, layout: Layout) -> None:
        """Sort into the file at `path`; temporary files lie beside it and are gone in the end."""
        self._path = path
        self._layout = layout
        self._held: list[Row] = []
        self._room = WINDOW
        self._made = 1
        self._runs = [Run(path, layout)]

    def close(self) -> None:
        """Close what is open and remove what is temporary."""
        for run in self._runs:
            run.close()
            if run.path != self._path:
                run.path.unlink(missing_ok=True)

    def extend(self, rows: list[Row]) -> None:
        """Take some more rows."""
        self._held.extend(rows)
        if len(self._held) >= 2 * self._room:
            self._held.sort()
            out = len(self._held) if self._room == RUN else len(self._held) - self._room
            self._write(self._held[:out])
            del self._held[:out]

    def finish(self) -> Run:
        """Write what is held back, and merge the runs if there are several."""
        self._held.sort()
        self._write(self._held)
        self._runs[-1].close()
        if len(self._runs) > 1:
            self._runs = [self._merged()]
            self._runs[0].path = self._runs[0].path.replace(self._path)
        return self._runs[0]

    def _write(self, rows: list[Row]) -> None:
        if rows and rows[0][0] < self._runs[-1].last:
            self._room = RUN
            self._runs[-1].close()
            if len(self._runs) == MOST_RUNS:
                self._runs = [self._merged()]
            self._runs.append(Run(self._next_path(), self._layout))
        self._runs[-1].write(rows)

    def _next_path(self) -> Path:
        self._made += 1
        return self._path.with_suffix(f".run{self._made}")

    def _merged(self) -> Run:
        whole, layout = Run(self._next_path(), self._layout), self._layout
        with ExitStack() as stack:
            files = [stack.enter_context(run.path.open(encoding="utf-8", newline="\n")) for run in self._runs]
            # As texts that sort as their keys do, rows need not be taken apart, nor put together again.
            texts = heapq.merge(*(map(layout.sortable, islice(file, 1, None)) for file in files))
            while block := [text[layout.width :] for text in islice(texts, WINDOW)]:
                whole.copy(block)
        whole.close()
        for run in self._runs:
            run.path.unlink()
        return whole


class Run:
    """A sorted file being written: equal keys are folded into one row; rows are counted and bytes hashed."""

    def __init__(self, path: Path, layout: Layout) -> None:
        """Start the file with its header."""
        self.path = path
        self.last: Key = ()
        self.samples: Counter[str] = Counter()
        self._layout = layout
        self._lines: list[int] = []
        self._more = 0
        self._hash = hashlib.sha256()
        self._texts: list[str] = []
        self._file = path.open("wb")
        self._put(layout.header)

    @property
    def sha256(self) -> str:
        """The checksum of the file, once it is closed."""
        return self._hash.hexdigest()

    def write(self, rows: list[Row]) -> None:
        """Write rows that are sorted and not before the last one."""
        keys = [key for key, _ in rows]
        if not keys or keys[0] == self.last or any(map(eq, keys, islice(keys, 1, None))):
            for key, line in rows:
                self.add(key, [line], 0)
            return
        self._flush()
        self._put(self._layout.rows(rows[:-1]))
        self._write_out()
        self.samples.update(map(itemgetter(-1), keys))
        self.last, self._lines, self._more = keys[-1], [rows[-1][1]], 0

    def add(self, key: Key, lines: list[int], more: int) -> None:
        """Write a row, or fold it into the last one if that says the same; `more` counts lines that are not listed."""
        if key != self.last:
            self._flush()
            self.last, self._lines, self._more = key, lines, more
            self.samples[str(key[-1])] += 1
            return
        self._lines = sorted([*self._lines, *lines])
        self._more += more + len(self._lines[MOST_LINES:])
        del self._lines[MOST_LINES:]

    def copy(self, rows: list[str]) -> None:
        """Write rows of other runs, sorted and not before the last one."""
        *firsts, last = rows
        texts = [row[: row.rindex("\t")] for row in rows]
        if self._layout.parse(rows[0])[0] == self.last or any(map(eq, texts, islice(texts, 1, None))):
            for row in firsts:
                self.add(*self._layout.parse(row))
        else:
            self._flush()
            self._put("".join(firsts))
            self._write_out()
            self.samples.update([text[text.rindex("\t") + 1 :] for text in texts[:-1]])
        self.add(*self._layout.parse(last))

    def close(self) -> None:
        """Write the last row and close the file."""
        if not self._file.closed:
            self._flush()
            self._write_out()
            self._file.close()

    def _flush(self) -> None:
        if self._lines:
            self._put(self._layout.row(self.last, self._lines, self._more))
            self._lines = []

    def _put(self, text: str) -> None:
        self._texts.append(text)
        if len(self._texts) == MOST_TEXTS:
            self._write_out()

    def _write_out(self) -> None:
        data = "".join(self._texts).encode()
        self._texts.clear()
        self._hash.update(data)
        self._file.write(data)
