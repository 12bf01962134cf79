"""Sorted runs of rows on disk, and how they become one, whatever their number.

Rows are texts here that sort as their keys do. All runs lie in one file, so that a system's limit of open files (256 on
macOS) does not limit their number.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

#: Bytes of a run that are read at once.
PART = 1 << 14


class RunFile:
    """Sorted runs, one after the other in one file."""

    def __init__(self, path: Path) -> None:
        """Make the file; `close` removes it."""
        self.path = path
        self.ends: list[int] = []
        """Where each run ends, in bytes; it starts where the one before it ends."""
        self._file = path.open("w+b")
        self._last = ""

    def append(self, texts: list[str]) -> None:
        """Add rows; those that come after the last run's go on with it, others begin a run.

        Args:
            texts: Sorted rows without line ends.

        """
        if not texts:
            return
        end = self.ends[-1] if self.ends else 0
        if not self.ends or texts[0] < self._last:
            self.ends.append(end)
        self._file.seek(end)
        self.ends[-1] += self._file.write(("\n".join(texts) + "\n").encode())
        self._last = texts[-1]

    def runs(self) -> list[Iterator[list[str]]]:
        """Return the rows of each run, in parts."""
        return [read_parts(self._file, start, end) for start, end in zip((0, *self.ends), self.ends, strict=False)]

    def merge_into(self, path: Path) -> RunFile:
        """Return another file, with one run of all rows; this one is removed.

        Args:
            path: Where the other file is made.

        """
        other = RunFile(path)
        with closing(self):
            for texts in merge_runs(self.runs()):
                other.append(texts)
        return other

    def close(self) -> None:
        """Close the file and remove it."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def read_parts(file: BinaryIO, start: int, end: int) -> Iterator[list[str]]:
    """Yield the lines of a stretch of a file, some at a time; others may read the file in between.

    Args:
        file: The file; the stretch ends with a line end.
        start: Where the stretch begins, in bytes.
        end: Where it ends.

    """
    size = PART
    while start < end:
        file.seek(start)
        data = file.read(min(size, end - start))
        whole = data.rfind(b"\n") + 1
        if whole:
            start += whole
            yield data[: whole - 1].decode().split("\n")
        else:
            size *= 2  # a row of very long alleles


def merge_runs(runs: Iterable[Iterator[list[str]]]) -> Iterator[list[str]]:
    """Yield the rows of all runs in order, some at a time.

    Whatever is read later comes after the least of the last rows at hand: all rows up to that one can be given. They
    are sorted together, which is quick, as they consist of sorted stretches; a heap would compare them one by one.

    Args:
        runs: The rows of each run in parts, none of which is empty.

    """
    heads = [(part, run) for run in runs if (part := next(run, []))]
    while heads:
        least = min([part[-1] for part, _ in heads])
        cut: list[str] = []
        left: list[tuple[list[str], Iterator[list[str]]]] = []
        for part, run in heads:
            if part[0] > least:
                left.append((part, run))
                continue
            number = bisect_right(part, least)
            cut += part[:number]
            rest = part[number:] or next(run, [])
            if rest:
                left.append((rest, run))
        heads = left
        cut.sort()
        yield cut
