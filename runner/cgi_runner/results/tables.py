"""Reading CGI's tables as they are: any column order, either line end, ragged rows, columns that moved with time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


class Table:
    """A tab-separated file with a header, read row by row; it is never whole in memory."""

    def __init__(self, path: Path) -> None:
        """Read the header. Lines that begin with `##`, as in an uploaded VCF, come before it and are no rows."""
        self.path = path
        self.columns = next(self._lines(), "").removeprefix("\ufeff").split("\t")
        self._places = {name.strip().casefold(): i for i, name in reversed(list(enumerate(self.columns)))}

    def place(self, *names: str) -> int | None:
        """Give the index of the first of these columns that the table has, whatever the case of its header."""
        return next((self._places[name.casefold()] for name in names if name.casefold() in self._places), None)

    def rows(self) -> Iterator[list[str]]:
        """Give the rows as cells, at least as many as the header has; short rows are filled up with empty cells."""
        width = len(self.columns)
        for line in self._data():
            cells = line.split("\t")
            yield cells if len(cells) >= width else cells + [""] * (width - len(cells))

    def column(self, place: int) -> Iterator[str]:
        """Give one column, by its index; several times faster than whole rows where it stands far to the left."""
        for line in self._data():
            cells = line.split("\t", place + 1)
            yield cells[place] if len(cells) > place else ""

    def count(self) -> int:
        """Count the rows."""
        return sum(1 for _ in self._data())

    def _data(self) -> Iterator[str]:
        lines = self._lines()
        next(lines, None)
        return lines

    def _lines(self) -> Iterator[str]:
        # Only \n ends a line: no-break spaces and other signs that Python takes for breaks stand inside drug names.
        with self.path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            for line in lines:
                if line[:2] != "##" and (bare := line.rstrip("\r\n")):
                    yield bare
