"""Everything wrong with one file, reported at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from cgi_runner.errors import InputError

MAX_PROBLEMS = 20
ODD_SHARE = 0.05
MAX_SHOWN = 60
MAX_QUOTED = 10
#: What R and pandas write where there is nothing, in capitals.
MISSING = frozenset(("NA", "NAN"))
TIP = "correct the file and run the same command again; nothing was sent"


def printable(text: str, replacement: str = "\N{REPLACEMENT CHARACTER}") -> str:
    """Replace each character that a terminal or a table could act on.

    Args:
        text: Any text from a file.
        replacement: What each of these characters becomes.

    """
    return text if text.isprintable() else "".join(char if char.isprintable() else replacement for char in text)


def quote(value: object) -> str:
    """Quote what was found in a file, short and clean."""
    text = str(value)
    return f"'{printable(text[:MAX_SHOWN])}…'" if len(text) > MAX_SHOWN else f"'{printable(text)}'"


def first_names(names: Sequence[str], most: int) -> str:
    """Return the first of some names, and how many more there are.

    Args:
        names: The names as they are to be shown, with `quote` where they come from a file.
        most: How many are shown.

    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def quote_names(names: Sequence[str], most: int = MAX_QUOTED) -> str:
    """Return a few names, quoted, for a message.

    Args:
        names: The names.
        most: How many are shown.

    """
    return first_names(list(map(quote, names)), most)


def is_present(text: str) -> bool:
    """Whether a cell holds anything."""
    return text.upper() not in MISSING | {""}


class InputProblems:
    """Collects the problems of one file; too many of them, or one that hides the rest, end the reading."""

    def __init__(self, source: str) -> None:
        """Collect for the file with this name."""
        self.source = printable(source)
        self._problems: list[str] = []
        self.odd_rows: dict[int, str] = {}
        """Lines whose only problem is one that a few rows of a file may have, and what it is."""
        self._tip = ""

    def add(self, line: int, column: str, found: object, expected: str, *, tip: str = "") -> None:
        """Note a value that is not what it should be, and raise InputError if that makes too many.

        Args:
            line: Number of the line, from 1.
            column: Name of the column.
            found: The value, which is quoted.
            expected: What it should be, as the end of a sentence.
            tip: What to do; the first tip of a file is the one that is shown.

        """
        self.add_text(
            f"line {line}, column {printable(column[:MAX_SHOWN])}: found {quote(found)}, expected {expected}", tip=tip
        )

    def add_text(self, problem: str, *, tip: str = "") -> None:
        """Note a problem in its own words, and raise InputError if that makes too many.

        Args:
            problem: What is wrong, with its line.
            tip: What to do; the first tip of a file is the one that is shown.

        """
        self._problems.append(problem)
        self._tip = self._tip or tip
        most = MAX_PROBLEMS + (len(self.odd_rows) == len(self._problems))
        if len(self._problems) >= most:
            self._raise(f"{self.source}: {MAX_PROBLEMS} errors, reading stopped there")

    def add_odd(self, line: int, column: str, found: object, expected: str, *, tip: str = "") -> None:
        """Note a value that may be a slip in this row alone: a few of them are listed and do not stop the file.

        Args:
            line: Number of the line, from 1.
            column: Name of the column.
            found: The value, which is quoted.
            expected: What it should be, as the end of a sentence.
            tip: What to do, should there be too many.

        """
        if line in self.odd_rows:
            return  # one problem is enough to leave the row out
        self.odd_rows[line] = f"column {printable(column[:MAX_SHOWN])}: found {quote(found)}, expected {expected}"
        self.add(line, column, found, expected, tip=tip)

    def forgive(self, total: int, *, is_strict: bool) -> dict[int, str]:
        """Take the problems of a few odd rows back, if these are all: at most 20 and 5 % of the rows; one always may.

        Args:
            total: All rows of the file.
            is_strict: Whether none is forgiven.

        Returns:
            What is odd about each row, by its line.

        """
        most = max(1, min(MAX_PROBLEMS, int(total * ODD_SHARE)))
        odd = self.odd_rows
        if is_strict or not odd or len(odd) != len(self._problems) or len(odd) > most or total <= len(odd):
            return {}
        self._problems, self._tip = [], ""
        return odd

    def abort(self, problem: str, *, tip: str = "") -> NoReturn:
        """Raise InputError with this last problem: nothing sensible can be read after it.

        Args:
            problem: What is wrong, with its line.
            tip: What to do; it counts more than those noted before.

        """
        self._problems.append(problem)
        self._tip = tip or self._tip
        self._raise(f"{self.source}: {len(self._problems)} errors")

    def raise_if_any(self) -> None:
        """Raise InputError if there was any problem."""
        if self._problems:
            self._raise(f"{self.source}: {len(self._problems)} errors")

    def _raise(self, summary: str) -> NoReturn:
        several = len(self._problems) > 1
        message = (
            "\n  ".join([summary, *self._problems[:MAX_PROBLEMS]]) if several else f"{self.source}: {self._problems[0]}"
        )
        raise InputError(message, tip=self._tip or TIP)
