"""Rows that cannot be used and are few: they are listed, and do not keep the others from being sent."""

from __future__ import annotations

from cgi_runner.inputs.dropped import DroppedRows
from cgi_runner.inputs.model import Kind
from cgi_runner.inputs.problems import InputProblems, quote

MOST = 20
SHARE = 0.05
_SHOWN = 3


class OddRows:
    """Lists odd rows of one file; more of them than chance explains tell of a wrong file, which is refused."""

    def __init__(self, kind: Kind, problems: InputProblems, dropped: DroppedRows, *, is_strict: bool = False) -> None:
        """Collect for one input.

        Args:
            kind: The input.
            problems: Gets what is wrong with the file.
            dropped: Lists the rows.
            is_strict: Whether not a single odd row is borne, as `--strict-input` asks.

        """
        self._is_strict = is_strict
        self._kind, self._problems, self._dropped = kind, problems, dropped
        self._count = 0
        self._first: list[str] = []

    def add(self, line: int, sample: str, alteration: str, reason: str) -> None:
        """List a row with what is odd about it.

        Args:
            line: Number of the line in the user's file, from 1.
            sample: The sample; empty where none is named.
            alteration: How the file has it.
            reason: What is odd about it.

        """
        self._dropped.add(self._kind, line, sample, alteration, reason)
        self._count += 1
        if len(self._first) < _SHOWN:
            self._first.append(f"line {line}: {quote(alteration)} ({reason})")

    def check(self, total: int) -> None:
        """Report a problem when too many of all rows were odd: more than 20 or 5 %; one always may, unless strict.

        Args:
            total: All rows of the file.

        """
        most = 0 if self._is_strict else max(1, min(MOST, int(total * SHARE)))
        if self._count > most:
            listed = "; ".join(self._first)
            self._problems.add_text(
                f"found {self._count} invalid rows among {total}, expected at most {most}: {listed}",
                tip="correct these rows, or leave them out",
            )
