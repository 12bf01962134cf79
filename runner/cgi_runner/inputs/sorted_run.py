"""A sorted file while it is written: rows that say the same are merged, and what is written is counted and hashed."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from operator import eq
from pathlib import Path

from cgi_runner.inputs.rows import Batch, Key, VariantColumns, row_of, rows_of
from cgi_runner.inputs.schema import MAX_LINES, OutputSchema, line_text

#: Letters that are written at once.
MAX_LETTERS = 1 << 16


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
        """Return how many there are, and where."""
        where = f"between {line_text(self.first)} and {line_text(self.last)}"
        return f"rows name {MAX_LINES} of their lines at most: {self.number} more, {where}, say the same"


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
        self._letters = 0
        self._file = path.open("wb")
        self._put(schema.header)

    @property
    def sha256(self) -> str:
        """The checksum of the file, once it is closed."""
        return self._hash.hexdigest()

    def write(self, batch: Batch) -> None:
        """Write rows that are sorted and not before the last one; columns are in ascending order of their places."""
        (first, _), (last, line), is_plain = row_of(batch, 0), row_of(batch, -1), True
        if isinstance(batch, VariantColumns):
            samples = batch.samples
        else:
            keys = [key for key, _ in batch]
            samples = [str(key[-1]) for key in keys]
            is_plain = not any(map(eq, keys, islice(keys, 1, None)))
        if first == self.last or not is_plain:
            for key, number in rows_of(batch):
                self.add(key, [number], 0)
            return
        self._flush()
        self._put("".join(self._schema.texts(batch)[:-1]))
        if samples.count(samples[0]) == len(samples):
            self.samples[samples[0]] += len(samples)
        else:
            self.samples.update(samples)
        self.last, self._lines, self._more = last, [line], 0

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
        self.hidden.add(self._lines[MAX_LINES:])
        self._more += more + len(self._lines[MAX_LINES:])
        del self._lines[MAX_LINES:]

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
            ending = texts[-1][texts[-1].rindex("\t") :]
            if all(text.endswith(ending) for text in texts):
                self.samples[ending[1:]] += len(firsts)
            else:
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
        self._letters += len(text)
        if self._letters >= MAX_LETTERS:
            self._write_out()

    def _write_out(self) -> None:
        data = "".join(self._texts).encode()
        self._texts.clear()
        self._letters = 0
        self._hash.update(data)
        self._file.write(data)
