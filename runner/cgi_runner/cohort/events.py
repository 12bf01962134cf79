"""What is told while a cohort runs: events that can be written as JSON, each with its time in UTC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypedDict

from cgi_runner.clock import Clock


class PlanEvent(TypedDict):
    """All samples are checked and packed; the numbers are those of the whole cohort."""

    time: str
    event: Literal["plan"]
    samples: int
    skipped: int
    jobs: int
    rows: int


class JobEvent(TypedDict):
    """A job has become something else, or its log has grown; `said` is the last line of it, or why the job failed."""

    time: str
    event: Literal["job"]
    job: str
    state: str
    """waiting, fetching, done or failed"""
    job_id: str
    samples: int
    rows: int
    said: str


class FailedJob(TypedDict):
    """A job that has no results, and why."""

    job: str
    problem: str


class CohortNumbers(TypedDict):
    """What came of a cohort."""

    samples: int
    samples_done: int
    samples_skipped: int
    jobs: int
    jobs_failed: list[FailedJob]
    rows_missing: int
    samples_unaccounted: int
    tables: list[str]


class EndEvent(CohortNumbers):
    """Nothing more happens."""

    time: str
    event: Literal["end"]


Event = PlanEvent | JobEvent | EndEvent
EventListener = Callable[[Event], None]
"""Called with every change."""


def ignore_event(event: Event) -> None:
    """Do nothing with an event."""
    del event


def timestamp(clock: Clock) -> str:
    """Return the time of an event."""
    return clock.now().isoformat(timespec="seconds")
