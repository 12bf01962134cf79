"""Reading CGI's tables as they are: any column order, either line end, ragged rows, columns that moved with time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


class Table:
    """A tab-separated file with a header, read row by row; it is never whole in memory."""

    def __init__(self, path: Path) -> None:
        """Read the header. Lines that begin with `##`, as in an uploaded VCF, come before it and are no rows."""
        self.path = path
        self.columns = next(self._lines(), [""])
        self._places = {name.strip().casefold(): i for i, name in reversed(list(enumerate(self.columns)))}

    def place(self, *names: str) -> int | None:
        """Give the index of the first of these columns that the table has, whatever the case of its header."""
        return next((self._places[name.casefold()] for name in names if name.casefold() in self._places), None)

    def rows(self) -> Iterator[list[str]]:
        """Give the rows as cells, at least as many as the header has; short rows are filled up with empty cells."""
        width = len(self.columns)
        lines = self._lines()
        next(lines, None)
        for cells in lines:
            yield cells if len(cells) >= width else cells + [""] * (width - len(cells))

    def texts(self, *names: str) -> Iterator[str]:
        """Give one column, named as in `place`; nothing if the table has none of that name."""
        place = self.place(*names)
        return iter(()) if place is None else (cells[place] for cells in self.rows())

    def _lines(self) -> Iterator[list[str]]:
        # Only \n ends a line: no-break spaces and other signs that Python takes for breaks stand inside drug names.
        with self.path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            for line in lines:
                if not line.startswith("##") and (bare := line.rstrip("\r\n")):
                    yield bare.split("\t")
