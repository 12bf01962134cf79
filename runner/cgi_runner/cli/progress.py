"""Progress for people: one line that changes on a terminal, nothing in a log, where each change has its own line."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

from cgi_runner.clock import format_duration
from cgi_runner.job.progress import NullProgress, Progress

_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ [A-Z]+ +")


def progress() -> Progress:
    """Return the display that fits where stderr goes."""
    return TerminalProgress() if sys.stderr.isatty() else NullProgress()


class TerminalProgress:
    """Draws on a terminal with tqdm, which also knows its width and how to clear a line.

    Whatever is logged meanwhile takes the line's place; the line is drawn again at the next change.
    """

    def __init__(self) -> None:
        """Draw nothing yet."""
        self._bar: Any = None
        self._shows_bytes = False
        for handler in logging.getLogger().handlers:
            handler.addFilter(self._clear_for_log)

    def waiting(self, waited: float, pause: float, last: str) -> None:
        """Show how long the job has been waited for.

        Args:
            waited: Seconds since the wait began.
            pause: Seconds until the service is asked next.
            last: Last line of the job's log.

        """
        if self._bar is None:
            self._open(total=0, bar_format="{desc}")
        said = _STAMP.sub("", last, count=1)
        line = f"waiting {format_duration(waited)}, next check in {format_duration(pause)}: {said}"
        self._bar.set_description_str(line[: (self._bar.ncols or 80) - 1])

    def received(self, size: int, total: int | None) -> None:
        """Show a bar of bytes.

        Args:
            size: Bytes so far.
            total: Bytes of the whole, or None if the service has not said.

        """
        if not self._shows_bytes:
            self.clear()
            self._open(total=total, unit="B", unit_scale=True, desc="results")
            self._shows_bytes = True
        self._bar.update(size - self._bar.n)

    def clear(self) -> None:
        """Clear the display."""
        if self._bar is not None:
            self._bar.close()
        self._bar, self._shows_bytes = None, False

    def _open(self, **options: Any) -> None:
        from tqdm import tqdm

        self._bar = tqdm(leave=False, dynamic_ncols=True, file=sys.stderr, **options)

    def _clear_for_log(self, record: logging.LogRecord) -> bool:
        del record
        self.clear()
        return True
