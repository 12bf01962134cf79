"""Durations as people write and read them, and deadlines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cgi_runner.clock import Deadline, SystemClock, format_duration, parse_duration
from cgi_runner.errors import InputError
from conftest import SimulatedClock


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("45s", 45), ("1.5m", 90), ("2h", 7200), ("1h30m", 5400), ("1d", 86400), (" 2H ", 7200), ("0", 0)],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float) -> None:
    """Units can be combined, a bare number is seconds."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "1 h", "-1", "1w", "1h30", "inf", "nan", "1e9", "2h!", "1.2.3", "½h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Anything else is bad input, with examples in the tip."""
    with pytest.raises(InputError, match="not a valid duration") as failed:
        parse_duration(text)
    assert "1h30m" in failed.value.tip


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (119.4, "119 s"), (119.6, "2 min"), (7199, "119 min"), (7200, "2 h 00 min"), (90061, "25 h 01 min")],
)
def test_durations_are_written_as_people_say_them(seconds: float, text: str) -> None:
    """Small ones in seconds, larger ones coarser."""
    assert format_duration(seconds) == text


def test_a_deadline_comes_closer(clock: SimulatedClock) -> None:
    """What is left shrinks with time, and below zero."""
    deadline = Deadline.after(10, clock)
    clock.sleep(12)
    assert deadline.left == -2


def test_the_machines_clock_runs_forward() -> None:
    """Seconds never run backwards, sleeping nothing takes nothing, and dates are in UTC."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0)
    assert clock.monotonic() >= before
    assert clock.now().utcoffset() == timedelta(0)
