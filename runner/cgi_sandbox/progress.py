"""How far a job is: its status and its log lines, all computed from the clock.

Nothing ticks in the sandbox: a job that was posted at a time and takes a duration is where the clock says it is, so a
simulated clock moves every job at once. The wording and order of the lines are CGI's (v23.12.2, 2024-2025); so is that
they are in Barcelona's local time while the job's own date is in UTC (facts 7 and 16).
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cgi_sandbox.store import FAILED, Job

RUNNING = "Running"
DONE = "Done"
ERROR = "Error"

STARTED = 0.1
PARSED = 0.25
STEPS = (
    "Running VEP",
    "Check cancer genes and consensus roles",
    "Annotate BoostDM mutations",
    "Annotate OncodriveMUT mutations",
    "Annotate validated oncogenic mutations",
    "Check oncogenic classification",
    "Matching biomarkers",
    "Prescription finished",
    "Aggregate metrics",
    "Compress output files",
    "Analysis done",
)


@cache
def barcelona() -> tzinfo:
    """Return the time zone of CGI's log lines and summaries; winter time where the system knows no time zones."""
    try:
        return ZoneInfo("Europe/Madrid")
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=1))


def utc(seconds: float) -> str:
    """Write a date as job descriptions have it: UTC, to the second."""
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%d %H:%M:%S}"


def local(seconds: float) -> str:
    """Write a date as `summary.txt` has it: Barcelona's time, to the second."""
    return f"{datetime.fromtimestamp(seconds, barcelona()):%Y-%m-%d %H:%M:%S}"


def _elapsed(job: Job, now: float) -> float:
    """Return the part of its duration that a job has behind it, from 0 to 1."""
    if now >= job.posted_at + job.duration:
        return 1.0
    return (now - job.posted_at) / job.duration


def status(job: Job, now: float) -> str:
    """Return one of CGI's three words (fact 15); no job ends before its analysis, and a failing one ends early.

    Args:
        job: The job, with its outcome if the analysis has ended.
        now: Seconds since the epoch.

    """
    elapsed = _elapsed(job, now)
    if job.outcome == FAILED and elapsed >= PARSED:
        return ERROR
    return DONE if job.outcome and elapsed >= 1 else RUNNING


def due(job: Job, now: float) -> bool:
    """Whether the clock has come to where the analysis must have an outcome, so that an answer may wait for it.

    Args:
        job: The job, with its outcome if the analysis has ended.
        now: Seconds since the epoch.

    """
    return not job.outcome and _elapsed(job, now) >= PARSED


def log_lines(job: Job, warnings_log: Path, now: float) -> list[str]:
    """Return the log of a job as it is at a time (fact 16).

    Args:
        job: The job as it is stored.
        warnings_log: The file of the messages of its analysis: level, tab, text.
        now: The time in seconds since 1970.

    """
    elapsed = _elapsed(job, now)
    lines = [f"# cgi analyze input.tsv -c {job.cancer_type} -g {job.reference}"]
    if elapsed < STARTED:
        return lines
    uploads = job.uploads.split(",")
    lines += [_line(job, STARTED, "INFO", f"Parsing input{n:02}.tsv") for n, _ in enumerate(uploads, 1)]
    if elapsed < PARSED or not job.outcome:
        return lines
    with warnings_log.open(encoding="utf-8") as file:
        lines += [_line(job, PARSED, *message.rstrip("\n").split("\t", 1)) for message in file]
    if job.outcome == FAILED:
        return lines
    stretch = (1 - PARSED) / len(STEPS)
    times = [(1 - stretch * left, step) for left, step in zip(reversed(range(len(STEPS))), STEPS, strict=True)]
    return lines + [_line(job, time, "INFO", step) for time, step in times if time <= elapsed]


def _line(job: Job, part: float, level: str, text: str) -> str:
    moment = datetime.fromtimestamp(job.posted_at + part * job.duration, barcelona())
    return f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03} {level:<8} {text}\n"
