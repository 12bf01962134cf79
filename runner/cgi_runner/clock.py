"""Time as the job's life sees it: one monotonic clock, sleeping, dates; replaceable, so that tests never wait."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Protocol

from cgi_runner.errors import InputError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+|\d+(?:\.\d+)?")


class Clock(Protocol):
    """What the runner needs to know and do about time."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        ...

    def now(self) -> datetime:
        """Return the date and time, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        time.sleep(seconds)

    def now(self) -> datetime:
        """Return the date and time, in UTC."""
        return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Deadline:
    """A moment on a clock after which waiting ends; `at` is in the clock's seconds."""

    clock: Clock
    at: float

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        """Set the deadline that many seconds from now.

        Args:
            seconds: How long from now.
            clock: Tells the time then and later.

        """
        return cls(clock, clock.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until the deadline; zero or less once it has passed."""
        return self.at - self.clock.monotonic()


def parse_duration(text: str) -> float:
    """Return the seconds that `2h`, `90m`, `1h30m`, `45s`, `1d` or a bare number of seconds stand for.

    Raises:
        InputError: The text is none of these.

    """
    compact = text.strip().lower()
    if not _DURATION.fullmatch(compact):
        raise InputError(f"{text!r} is not a valid duration", tip="write it like 90s, 45m, 2h, 1h30m or 1d")
    if compact[-1].isdigit():
        return float(compact)
    return sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+(?:\.\d+)?)([smhd])", compact))


def format_duration(seconds: float) -> str:
    """Write seconds as people say them: `45 s`, `12 min`, `2 h 05 min`."""
    whole = round(seconds)
    if whole < 2 * _UNITS["m"]:
        return f"{whole} s"
    if whole < 2 * _UNITS["h"]:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
