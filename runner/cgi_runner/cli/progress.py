"""Progress for people: one line that changes on a terminal, nothing in a log, where each change has its own line."""

from __future__ import annotations

import sys
from typing import Any

from cgi_runner.clock import spell_duration
from cgi_runner.job.screen import Blank, Screen


def screen() -> Screen:
    """Give the screen that fits where stderr goes."""
    return Terminal() if sys.stderr.isatty() else Blank()


class Terminal:
    """Draws on a terminal with tqdm, which also knows its width and how to clear a line."""

    def __init__(self) -> None:
        """Draw nothing yet."""
        from tqdm import tqdm

        self._status: Any = tqdm(total=0, bar_format="{desc}", leave=False, file=sys.stderr)
        self._bytes: Any = None

    def waiting(self, waited: float, pause: float, last: str) -> None:
        """Show the job's last word, how long it has been waited for, and when the next look is due."""
        said = last.split("     ", 1)[-1]
        line = f"waiting {spell_duration(waited)}, next look in {spell_duration(pause)}: {said}"
        self._status.set_description_str(line[: (self._status.ncols or 100) - 1])

    def received(self, size: int, total: int | None) -> None:
        """Show a bar of bytes."""
        from tqdm import tqdm

        if self._bytes is None:
            self._bytes = tqdm(total=total, unit="B", unit_scale=True, desc="results", leave=False, file=sys.stderr)
        self._bytes.update(size - self._bytes.n)

    def clear(self) -> None:
        """Leave no trace."""
        self._status.set_description_str("")
        self._status.clear()
        if self._bytes is not None:
            self._bytes.close()
            self._bytes = None
