"""Which tries are made again, after which pauses, and what is said of them."""

from __future__ import annotations

import random
from datetime import timedelta
from email.utils import format_datetime

import pytest

from cgi_runner.config import RetryPolicy
from cgi_runner.service.errors import (
    RejectedError,
)
from conftest import SimulatedClock
from support.scripted import Answer, serving
from support.sessions import session_to

JOB = "c22ecf2af788d65ec257"


GOOD = Answer([JOB])


def test_each_try_is_told_with_its_reason_and_its_pause(
    clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Who watches sees why it takes long."""
    caplog.set_level("INFO")
    with serving([Answer("busy", 503, {"Retry-After": "7"}), GOOD]) as server:
        session_to(server.url, clock).get_json()
    assert caplog.messages == ["the service refused GET /api/v1 with 503: busy; trying again in 7 s"]


def test_pauses_double_up_to_the_longest(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A draw between a second and a bound that doubles, so that many clients do not come back in step."""
    retry_policy = RetryPolicy(attempts=8)
    for draw, pauses in ((max, [1, 2, 4, 8, 16, 32, 60]), (min, [1] * 7)):
        monkeypatch.setattr(random, "uniform", lambda low, high, draw=draw: draw(low, high))
        clock.sleeps.clear()
        with serving([Answer("busy", 503)]) as server, pytest.raises(RejectedError):
            session_to(server.url, clock, retry_policy=retry_policy).get_json()
        assert clock.sleeps == pauses


def test_the_pause_asked_for_is_kept_with_the_error(clock: SimulatedClock) -> None:
    """Who waits does his own repeating, and needs to know for how long."""
    date = format_datetime(clock.now() + timedelta(seconds=90), usegmt=True)
    for header, seconds in (({"Retry-After": "5"}, 5), ({"Retry-After": date}, 90), ({}, None)):
        with serving([Answer("", 503, header)]) as server, pytest.raises(RejectedError) as failed:
            session_to(server.url, clock).json("GET")
        assert failed.value.retry_after == seconds
        assert failed.value.status == 503
