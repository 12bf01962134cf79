"""Waiting for several jobs at once: each when it is due, none too often, all until one deadline."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from cgi_runner.config import RetryPolicy
from cgi_runner.errors import JobFailedError, RunnerError, ServiceError, StillRunningError
from cgi_runner.job import Record, State
from cgi_runner.job.account_jobs import title_tag
from cgi_runner.job.lifecycle import wait
from cgi_runner.job.poll import log_lines, poll_interval
from cgi_runner.job.scheduler import SPACING, Scheduler
from cgi_runner.output.record import NAME, RecordStore
from conftest import SimulatedClock
from support.progress import RecordedProgress
from support.scripted import DROPPED, Answer, Received, ScriptedServer, serving
from support.sessions import context_at

RUNNING = Answer({"status": "Running", "logs": []})
GONE = Answer("", 404)
TAG = "0123456789ab"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Serve jobs that run for ever, unless the test says otherwise."""
    with serving([RUNNING]) as scripted:
        yield scripted


def scheduler_at(server: ScriptedServer, clock: SimulatedClock, deadline: float = 3600) -> Scheduler:
    """Return a scheduler that works with a server."""
    context = context_at(server.url, clock, deadline=deadline)
    return Scheduler(context)


def record_of(folder: Path, clock: SimulatedClock) -> RecordStore:
    """Return the record of a job that was submitted and waits."""
    record = Record("service", job_id="jobjob0", fingerprint=TAG, state=State.WAITING)
    return RecordStore(folder / NAME, record, clock)


def test_several_jobs_are_looked_at_in_turn(server: ScriptedServer, clock: SimulatedClock) -> None:
    """Whatever their number, two looks are three seconds apart, and no job is forgotten."""
    scheduler = scheduler_at(server, clock)
    for number in range(4):
        scheduler.add(f"jobjob{number}", None, on_lines=log_lines)
    times = []
    for _ in range(8):
        job = scheduler.sleep_until_due()
        times.append(clock.monotonic())
        assert scheduler.poll(job) is None
    assert [round(time - times[0], 3) for time in times] == [SPACING * number for number in range(8)]
    asked = [seen.path.partition("?")[0][-7:] for seen in server.requests]
    assert sorted(asked[:4]) == sorted(asked[4:]) == [f"jobjob{number}" for number in range(4)]


def test_one_job_that_ends_leaves_the_others(server: ScriptedServer, clock: SimulatedClock) -> None:
    """It is no longer waited for, and neither is one that fails."""
    ends = {"jobjob0": Answer({"status": "Done", "logs": ["all done"]}), "jobjob1": Answer("", 400)}

    def answer(seen: Received) -> Answer:
        return ends.get(seen.path.partition("?")[0][-7:], RUNNING)

    server.script = answer
    scheduler = scheduler_at(server, clock)
    jobs = [scheduler.add(f"jobjob{number}", None, on_lines=log_lines) for number in range(3)]
    assert scheduler.poll(jobs[0])
    with pytest.raises(Exception, match="400"):
        scheduler.poll(jobs[1])
    assert scheduler.poll(jobs[2]) is None
    assert scheduler.jobs == [jobs[2]]


def test_an_outage_rests_all_jobs(server: ScriptedServer, clock: SimulatedClock) -> None:
    """Asked for in turn, they would not leave a service alone that is away; a single job is asked for sooner."""
    server.script = [DROPPED]
    scheduler = scheduler_at(server, clock)
    first = scheduler.add("jobjob0", None, on_lines=log_lines)
    assert scheduler.poll(first) is None
    scheduler.sleep_until_due()
    assert clock.sleeps[-1] == SPACING
    scheduler.add("jobjob1", None, on_lines=log_lines)
    assert scheduler.poll(first) is None
    scheduler.sleep_until_due()
    assert clock.sleeps[-1] == RetryPolicy().max_wait


def test_a_job_found_again_does_not_get_another_deadline(
    server: ScriptedServer, clock: SimulatedClock, tmp_path: Path
) -> None:
    """The id that was told is gone and the tag is there under another one: the wait goes on and ends when it should."""
    about = {"id": "jobjob9", "metadata": {"title": f"{title_tag(TAG)} mine"}, "status": "Running"}

    def answer(seen: Received) -> Answer:
        if "jobjob0" in seen.path:
            return GONE
        return Answer(about | {"logs": []}) if "jobjob9" in seen.path else Answer(["jobjob9"])

    server.script = answer
    scheduler = scheduler_at(server, clock, deadline=600)
    store = record_of(tmp_path, clock)
    with pytest.raises(StillRunningError, match="jobjob9"):
        scheduler.wait(scheduler.add("jobjob0", store, on_lines=log_lines))
    assert clock.seconds == pytest.approx(600)
    assert (store.record.job_id, store.record.state) == ("jobjob9", State.WAITING)
    assert State.RECONCILED.value in store.record.times


def test_a_job_that_is_gone_for_good_has_failed(server: ScriptedServer, clock: SimulatedClock, tmp_path: Path) -> None:
    """Nothing has its tag: the record says so, for --fresh."""

    def answer(seen: Received) -> Answer:
        return GONE if "jobjob0" in seen.path else Answer([])

    server.script = answer
    scheduler = scheduler_at(server, clock)
    store = record_of(tmp_path, clock)
    with pytest.raises(JobFailedError):
        scheduler.wait(scheduler.add("jobjob0", store, on_lines=log_lines))
    assert store.record.state is State.FAILED
    assert scheduler.jobs == []


JOB = "c22ecf2af788d65ec257"


DONE = Answer({"status": "Done", "logs": []})


@pytest.fixture
def widest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chance always take the upper bound."""
    monkeypatch.setattr(random, "uniform", lambda _, high: high)


def test_pauses_have_their_jitter_and_their_bounds(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three tenths of the time waited, a tenth more or less; between two jobs' looks 3 s; at most 60 s."""
    assert [poll_interval(waited, 1.1) for waited in (0, 50, 250, 1000)] == [2.5, 16.5, pytest.approx(45.87), 60]
    widest = [3, 3.4, 3.4, 3.4, 4.356, 5.79348, 7.7053284]
    for draw, pauses in ((max, widest), (min, [3, 3.4, 3.4, 3.4, 3.564, 4.52628, 5.7483756])):
        monkeypatch.setattr(random, "uniform", lambda low, high, draw=draw: draw(low, high))
        clock.sleeps.clear()
        with serving([RUNNING] * 7 + [DONE]) as server:
            wait(JOB, context_at(server.url, clock))
        assert clock.sleeps == [pytest.approx(pause) for pause in pauses]


@pytest.mark.usefixtures("widest")
def test_the_screen_is_told_how_it_stands(clock: SimulatedClock) -> None:
    """Seconds waited, seconds until the next look, CGI's last word; and it is cleared in the end, also by a failure."""
    clock.sleep(50)
    progress = RecordedProgress()
    lines = ["Reading", "x\x1b[2J"]
    script = [Answer({"status": "Running", "logs": lines[:n]}) for n in (0, 1, 2)] + [RUNNING, DONE]
    with serving(script) as server:
        wait(JOB, context_at(server.url, clock, progress=progress))
        assert progress.told == [
            ("waiting", 0, 3, "submitted"),
            ("waiting", 3, 3, "Reading"),
            ("waiting", 6, 3, "x [2J"),
            ("waiting", 10, 3, "x [2J"),
            ("clear",),
        ]
        server.script = [Answer("", 404)]
        progress.told.clear()
        with pytest.raises(RunnerError):
            wait(JOB, context_at(server.url, clock, progress=progress))
        assert progress.told == [("clear",)]


def test_an_outage_may_last_a_quarter_of_an_hour(clock: SimulatedClock) -> None:
    """To the second: a look at its very end still counts, the next one is one too many."""
    busy = Answer("", 503, {"Retry-After": "60"})
    with serving([busy]) as server:
        with pytest.raises(ServiceError):
            wait(JOB, context_at(server.url, clock))
        assert len(server.requests) == 17
    assert clock.seconds == 960


@pytest.mark.usefixtures("widest")
def test_after_a_pause_that_was_asked_for_the_rhythm_is_the_old_one(clock: SimulatedClock) -> None:
    """One request for patience is not one for ever."""
    script = [Answer("", 429, {"Retry-After": "30"}), RUNNING, Answer("", 503), DROPPED, DONE]
    with serving(script) as server:
        wait(JOB, context_at(server.url, clock))
    assert clock.sleeps == [30, pytest.approx(9.9), pytest.approx(13.167), pytest.approx(17.51211)]


@pytest.mark.usefixtures("widest")
def test_what_the_service_does_not_ask_for_is_not_waited(clock: SimulatedClock) -> None:
    """A failure without a wish of its own changes nothing in the rhythm, not even at its very beginning."""
    with serving([DROPPED, Answer("", 429, {"Retry-After": "-5"}), DONE]) as server:
        wait(JOB, context_at(server.url, clock))
    assert clock.sleeps == [3, pytest.approx(3.4)]
