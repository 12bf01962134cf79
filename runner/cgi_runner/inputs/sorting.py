"""Rows in any order become one sorted file without duplicates, in flat memory.

Rows are held back in a small window, so that those which normalising moved by a few bases fall into place. As long as
the input is sorted otherwise, the file is written as the rows come. When it is not, what was written so far is the
first of several sorted runs, and these are merged.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from operator import eq, itemgetter
from pathlib import Path

from cgi_runner.inputs.merging import RunFile, merge_runs, read_parts
from cgi_runner.inputs.neighbours import NeighbourFinder
from cgi_runner.inputs.rows import Key, Row
from cgi_runner.inputs.schema import MOST_LINES, OutputSchema, line_text

WINDOW = 4_000
#: Rows in no order that are sorted at once; as texts they take 6 MB.
RUN = 40_000
#: More are merged into one, as a part of each run is in memory while they are merged, 16 MB in all.
MOST_RUNS = 400
MOST_TEXTS = 500

_key_of = itemgetter(0)


class ExternalSorter:
    """Takes rows in batches; `finish` leaves the sorted file and gives the run that describes it."""

    def __init__(self, path: Path, schema: OutputSchema, finder: NeighbourFinder | None = None) -> None:
        """Sort into the file at `path`; temporary files lie beside it and are gone in the end."""
        self._path = path
        self._schema = schema
        self._finder = finder
        self._held: list[Row] = []
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

    def extend(self, rows: list[Row]) -> None:
        """Take some more rows."""
        if self._others:
            self._extend_others(self._others, rows)
            return
        self._held.extend(rows)
        if len(self._held) >= 2 * WINDOW:
            held = self._take_held()
            self._held = held[-WINDOW:]
            self._write(held[:-WINDOW])

    def finish(self) -> SortedRun:
        """Write what is held back, and merge the runs if there are several."""
        self._write(self._take_held())
        self._first.close()
        return self._merge(self._others) if self._others else self._first

    def _take_held(self) -> list[Row]:
        """Return the rows that were held back, sorted; those that say the same are in the order of their lines."""
        held, self._held = self._held, []
        # Lines of one file come in order; several files may come in any.
        held.sort(key=None if self._schema.has_files else _key_of)
        return held

    def _write(self, rows: list[Row]) -> None:
        """Write sorted rows; from the first one on that belongs before what is written, none is held back any more."""
        if self._others or (rows and rows[0][0] < self._first.last):
            self._others = self._others or RunFile(self._temporary_path(".runs"))
            self._extend_others(self._others, rows + self._take_held())
            return
        if self._finder:
            self._finder.scan(rows)
        self._first.write(rows)

    def _extend_others(self, others: RunFile, rows: list[Row]) -> None:
        self._texts += self._schema.sortable_rows(rows)
        if len(self._texts) >= RUN:
            self._append_texts(others)

    def _append_texts(self, others: RunFile) -> None:
        if len(others.ends) == MOST_RUNS:
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
            with self._path.open(encoding="utf-8", newline="\n") as file:
                texts = islice(file, 1, None)
                while block := list(islice(texts, WINDOW)):
                    self._finder.scan_texts(block, self._schema)

    def _temporary_path(self, ending: str) -> Path:
        self._temporary.append(self._path.with_suffix(ending))
        return self._temporary[-1]


@dataclass
class HiddenLines:
    """Lines of the user's files that are of a row which has more of them than it names."""

    number: int = 0
    first: int = 0
    last: int = 0

    def add(self, lines: list[int]) -> None:
        """Count some more."""
        if lines:
            self.add_all(HiddenLines(len(lines), min(lines), max(lines)))

    def add_all(self, other: HiddenLines) -> None:
        """Count those of another run."""
        if other.number:
            self.first = min(self.first or other.first, other.first)
            self.last = max(self.last, other.last)
            self.number += other.number

    def __str__(self) -> str:
        """Tell how many there are, and where."""
        where = f"between {line_text(self.first)} and {line_text(self.last)}"
        return f"rows name {MOST_LINES} of their lines at most: {self.number} more, {where}, say the same"


class SortedRun:
    """A sorted file being written: equal keys are merged into one row; rows are counted and bytes hashed."""

    def __init__(self, path: Path, schema: OutputSchema) -> None:
        """Start the file with its header."""
        self.path = path
        self.last: Key = ()
        self.samples: Counter[str] = Counter()
        self.hidden = HiddenLines()
        """The lines that no row names."""
        self._schema = schema
        self._lines: list[int] = []
        self._more = 0
        self._hash = hashlib.sha256()
        self._texts: list[str] = []
        self._file = path.open("wb")
        self._put(schema.header)

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
        self._put(self._schema.join_rows(rows[:-1]))
        self._write_out()
        self.samples.update(map(itemgetter(-1), keys))
        self.last, self._lines, self._more = keys[-1], [rows[-1][1]], 0

    def add(self, key: Key, lines: list[int], more: int) -> None:
        """Write a row, or merge it into the last one if that says the same.

        Args:
            key: What is sent; keys come in ascending order.
            lines: Lines of the user's file that the row is of.
            more: How many lines the row is of beyond those that are listed.

        """
        if key != self.last:
            self._flush()
            self.last, self._lines, self._more = key, lines, more
            self.samples[str(key[-1])] += 1
            return
        self._lines = sorted([*self._lines, *lines])
        self.hidden.add(self._lines[MOST_LINES:])
        self._more += more + len(self._lines[MOST_LINES:])
        del self._lines[MOST_LINES:]

    def copy(self, rows: list[str]) -> None:
        """Write rows of other runs, sorted, without line ends, and not before the last one."""
        *firsts, last = rows
        texts = [row[: row.rindex("\t")] for row in rows]
        if self._schema.parse(rows[0])[0] == self.last or any(map(eq, texts, islice(texts, 1, None))):
            for row in firsts:
                self.add(*self._schema.parse(row))
        else:
            self._flush()
            self._put("".join([f"{row}\n" for row in firsts]))
            self._write_out()
            self.samples.update([text[text.rindex("\t") + 1 :] for text in texts[:-1]])
        self.add(*self._schema.parse(last))

    def close(self) -> None:
        """Write the last row and close the file."""
        if not self._file.closed:
            self._flush()
            self._write_out()
            self._file.close()

    def _flush(self) -> None:
        if self._lines:
            self._put(self._schema.row(self.last, self._lines, self._more))
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
