"""Cells that say Germline in a column that decides nothing: such a column may be called Class, Comment or anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cgi_runner.inputs.columns import Header, split
from cgi_runner.inputs.problems import quote

_WORDS = frozenset(("germline", "germ-line", "germ line"))
_PARTS = ("ermline", "ERMLINE", "erm-line", "erm line")


class GermlineWords:
    """Warns of the columns of one table that say so."""

    def __init__(self, header: Header, judged: Collection[int]) -> None:
        """Look in all columns but those that are judged otherwise."""
        self._header, self._known = header, set(judged)

    def look_through(self, first: int, text: str) -> None:
        """Look through a block of lines.

        Args:
            first: Number of the first line, from 1.
            text: The lines.

        """
        # To look for one letter takes a tenth of the time to look for a word, and plain tables have no m.
        if ("m" in text and "ermline" in text) or ("M" in text and "ERMLINE" in text):
            for number, line in enumerate(text.split("\n"), first):
                if any(part in line for part in _PARTS):
                    self.look_at(number, split(line, self._header.separator, len(self._header.names)))

    def look_at(self, line: int, cells: Sequence[str]) -> None:
        """Look at one line.

        Args:
            line: Its number, from 1.
            cells: Its cells.

        """
        for place, name in enumerate(self._header.names[: len(cells)]):
            if place not in self._known and cells[place].casefold() in _WORDS:
                self._known.add(place)
                self._header.source.notes.warn(
                    f"rows say {quote(cells[place])} in the column {quote(name)}, which is not read, the first on line "
                    f"{line}; name the column `origin` to leave such rows out"
                )
