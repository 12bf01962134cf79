"""Reading CGI's tables as they are: any column order, either line end, ragged rows, columns that moved with time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cgi_runner.files import open_text

_LONGEST_ROW = 1024 * 1024  # bytes


class Table:
    """A tab-separated file with a header, read row by row; it is never whole in memory.

    Where each name in the header stands in quotes, they are taken off all cells.
    """

    def __init__(self, path: Path) -> None:
        """Read the header. Lines that begin with `##`, as in an uploaded VCF, come before it and are no rows."""
        self.path = path
        header = next(self._lines(), "").removeprefix("\ufeff")
        self._is_quoted = len(header) > 1 and all(_is_quoted(name) for name in header.rstrip("\t").split("\t"))
        self.columns = (_unquote(header) if self._is_quoted else header).split("\t")
        names = [name.strip() for name in self.columns]
        self._places = {name.casefold(): i for i, name in reversed(list(enumerate(names)))}
        self._exact_places = {name: i for i, name in reversed(list(enumerate(names)))}

    def place(self, *names: str) -> int | None:
        """Return the index of the first of these columns that the table has, whatever the case of its header.

        Where two columns differ by case only, as CGI's REF and the echo of a `ref`, it is the one that is named.
        """
        found = (self._exact_places.get(name, self._places.get(name.casefold())) for name in names)
        return next((place for place in found if place is not None), None)

    def has(self, *names: str) -> bool:
        """Return whether the table has all of these columns."""
        return all(self.place(name) is not None for name in names)

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows as cells, at least as many as the header has; short rows are filled up with empty cells."""
        width = len(self.columns)
        for line in self._data():
            cells = line.split("\t")
            yield cells if len(cells) >= width else cells + [""] * (width - len(cells))

    def leading_cells(self, last: int) -> Iterator[list[str]]:
        """Yield the cells of each row up to the column with this index, and the rest as one; faster than `rows`."""
        width = last + 1
        for line in self._data():
            cells = line.split("\t", width)
            yield cells if len(cells) >= width else cells + [""] * (width - len(cells))

    def column(self, place: int) -> Iterator[str]:
        """Yield one column, by its index; several times faster than whole rows where it stands far to the left."""
        for line in self._data():
            cells = line.split("\t", place + 1)
            yield cells[place] if len(cells) > place else ""

    def leading_cells_with_offsets(self, last: int) -> Iterator[tuple[int, list[str]]]:
        """Yield what `leading_cells` gives, each with the byte at which its line begins.

        From there, `split_line` can read the row again.

        Args:
            last: Index of the last column that is needed.

        """
        offset, is_header, width, is_quoted = 0, True, last + 1, self._is_quoted
        with self.path.open("rb") as file:
            for line in file:
                text = _decode(line)
                if text and text[:2] != "##":
                    if not is_header:
                        cells = (_unquote(text) if is_quoted else text).split("\t", width)
                        yield offset, cells if len(cells) >= width else cells + [""] * (width - len(cells))
                    is_header = False
                offset += len(line)

    def split_line(self, line: bytes) -> list[str]:
        """Return the cells of a line of the file, at least as many as the header has."""
        text = _decode(line)
        cells = (_unquote(text) if self._is_quoted else text).split("\t")
        return cells + [""] * (len(self.columns) - len(cells))

    def count(self) -> int:
        """Count the rows."""
        return sum(1 for _ in self._data())

    def is_cut(self) -> bool:
        """Return whether the last row has fewer cells than the header, and no end: somebody stopped in writing it."""
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - _LONGEST_ROW))
            last = file.read().rpartition(b"\n")[2]
        return bool(last.strip()) and last.count(b"\t") < len(self.columns) - 1

    def _data(self) -> Iterator[str]:
        lines = self._lines()
        next(lines, None)
        return map(_unquote, lines) if self._is_quoted else lines

    def _lines(self) -> Iterator[str]:
        # Only \n ends a line: no-break spaces and other signs that Python takes for breaks stand inside drug names.
        with open_text(self.path) as lines:
            for line in lines:
                if line[:2] != "##" and (bare := line.rstrip("\r\n")):
                    yield bare


def _decode(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r\n")


def _is_quoted(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == '"'


def _unquote(line: str) -> str:
    """Take the quotes off the cells of a row; CGI writes none, but a copy may have gone through a spreadsheet."""
    return "\t".join([cell[1:-1] if _is_quoted(cell) else cell for cell in line.split("\t")])
