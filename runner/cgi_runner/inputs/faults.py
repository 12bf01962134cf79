"""Everything wrong with one file, told at once."""

from __future__ import annotations

from typing import NoReturn

from cgi_runner.errors import InputError

MOST_FAULTS = 20
MOST_SHOWN = 60
TIP = "correct the file and run the same command again; nothing was sent"


def clean(text: str) -> str:
    """Give the text without anything that a terminal could act on."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def shown(value: object) -> str:
    """Quote what was found in a file, short and clean."""
    text = str(value)
    return f"'{clean(text[:MOST_SHOWN])}…'" if len(text) > MOST_SHOWN else f"'{clean(text)}'"


class Faults:
    """Collects the faults of one file; too many of them, or one that hides the rest, end the reading."""

    def __init__(self, source: str) -> None:
        """Collect for the file with this name."""
        self.source = clean(source)
        self._faults: list[str] = []
        self._tip = ""

    def add(self, line: int, column: str, found: object, expected: str, *, tip: str = "") -> None:
        """Note a value that is not what it should be, and raise InputError if that makes too many."""
        self.say(
            f"line {line}, column {clean(column[:MOST_SHOWN])}: found {shown(found)}, expected {expected}", tip=tip
        )

    def say(self, fault: str, *, tip: str = "") -> None:
        """Note a fault told in words of its own, and raise InputError if that makes too many."""
        self._faults.append(fault)
        self._tip = self._tip or tip
        if len(self._faults) == MOST_FAULTS:
            self._raise(f"{self.source}: {MOST_FAULTS} faults, and reading stopped there")

    def stop(self, fault: str, *, tip: str = "") -> NoReturn:
        """Raise InputError with this last fault: nothing sensible can be read after it."""
        self._faults.append(fault)
        self._tip = tip or self._tip
        self._raise(f"{self.source}: {len(self._faults)} faults")

    def check(self) -> None:
        """Raise InputError if there was any fault."""
        if self._faults:
            self._raise(f"{self.source}: {len(self._faults)} faults")

    def _raise(self, summary: str) -> NoReturn:
        several = len(self._faults) > 1
        message = "\n  ".join([summary, *self._faults]) if several else f"{self.source}: {self._faults[0]}"
        raise InputError(message, tip=self._tip or TIP)
