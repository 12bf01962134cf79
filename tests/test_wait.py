"""Waiting for a job: polite, patient within its budgets, and sure of what ends it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.api import Api
from cgi_runner.clock import SystemClock
from cgi_runner.errors import CredentialsError, JobFailedError, ServiceError, StillRunningError
from cgi_runner.http import Session
from cgi_runner.job import Desk, State, Wish, read_record, run, submit
from cgi_runner.job.life import wait
from cgi_runner.job.wait import failed, pause_after
from cgi_runner.sandbox import Sandbox
from cgi_runner.settings import Patience, Service
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from scripted import DROPPED, HTML, Answer, Fault, Scripted, serving

JOB = "c22ecf2af788d65ec257"
MELANOMA = Wish({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")
DONE = Answer({"status": "Done", "logs": ["all done"]})
EMPTY_LIST = Answer([])
RUNNING = Answer({"status": "Running", "logs": []})


@pytest.fixture
def server() -> Iterator[Scripted]:
    """Serve a script that the test fills in."""
    with serving([]) as scripted:
        yield scripted


@pytest.fixture
def waiting(server: Scripted, clock: SimulatedClock) -> Callable[..., Any]:
    """Give a function that waits for a job of that server, an hour unless told otherwise."""

    def wait_for(deadline: float = 3600) -> Any:
        session = Session(Service(server.url), CREDENTIALS, clock=clock, patience=Patience())
        return wait(JOB, Desk(Api(session), server.url, "account", deadline, clock=clock))

    return wait_for


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("duration", "requests", "late"), [(16, 12, 4), (600, 30, 62)])
def test_jobs_cost_few_requests_and_are_noticed_soon(
    seed: int, duration: float, requests: int, late: float, clock: SimulatedClock, tmp_path: Path
) -> None:
    """Whatever the jitter, a short job takes 12 requests and 4 seconds more at most, ten minutes take 30."""
    random.seed(seed)
    with Sandbox(duration=duration, clock=clock.time) as sandbox:
        session = Session(Service(sandbox.url), CREDENTIALS, clock=clock, patience=Patience())
        run(MELANOMA, tmp_path / "out", Desk(Api(session), sandbox.url, "account", 3600, clock=clock))
        assert len(sandbox.requests) <= requests
    assert duration <= clock.seconds <= duration + late


def test_pauses_grow_with_the_time_waited() -> None:
    """A fifth of it, within three seconds and a minute."""
    assert [pause_after(waited) for waited in (0, 10, 100, 1000)] == [3, 3, 20, 60]


def test_a_job_that_has_ended_is_seen_at_once(server: Scripted, waiting: Callable[..., Any]) -> None:
    """Who asks for an old job does not rest first, on the machine's own clock either."""
    server.script = [DONE]
    assert waiting().status.is_done
    session = Session(Service(server.url), CREDENTIALS, clock=SystemClock(), patience=Patience())
    before = SystemClock().monotonic()
    wait(JOB, Desk(Api(session), server.url, "account", 0))
    assert SystemClock().monotonic() - before < 2


def test_an_unknown_word_is_said_once_and_means_at_work(
    server: Scripted, waiting: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A state that nobody has seen before does not end the job."""
    odd = Answer({"status": "Failed\x1b[31m", "logs": []})
    server.script = [odd, odd, RUNNING, odd, DONE]
    waiting()
    assert [r.message for r in caplog.records if "unknown word" in r.message] == [
        "the service calls the job 'Failed [31m', an unknown word; taken for: at work"
    ]


def test_log_lines_are_passed_on_once_and_clean(
    server: Scripted, waiting: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """New lines are told as they come, without what would upset a terminal."""
    caplog.set_level("INFO")
    lines = ["one", "two\x1b[2J\n", "three"]
    server.script = [Answer({"status": "Running", "logs": lines[:n]}) for n in (1, 2, 0, 2)]
    server.script += [Answer({"status": "Done", "logs": lines})]
    waiting()
    assert [r.message for r in caplog.records if "CGI:" in r.message] == ["CGI: one", "CGI: two [2J", "CGI: three"]


@pytest.mark.parametrize(
    "answer",
    [DROPPED, Answer("", 500), Answer("", 502), Answer({"error_code": 503}), Answer(HTML), Answer("{"), Answer([])],
    ids=["dropped", "500", "502", "503", "html", "broken", "no object"],
)
def test_an_outage_is_borne(
    answer: Answer, server: Scripted, waiting: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A service that is away for some minutes does not end the waiting, and is told once."""
    caplog.set_level("INFO")
    server.script = [RUNNING, *[answer] * 10, DONE]
    assert waiting().status.is_done
    assert caplog.text.count("is waited for all the same") == 1
    assert caplog.text.count("the service answers again") == 1


@pytest.mark.parametrize("answer", [DROPPED, Answer("", 503), Answer(HTML)], ids=["dropped", "503", "html"])
def test_an_outage_that_lasts_ends_with_seven(
    answer: Answer, server: Scripted, waiting: Callable[..., Any], clock: SimulatedClock
) -> None:
    """After a quarter of an hour without an answer the service is away."""
    server.script = [RUNNING, answer]
    with pytest.raises(ServiceError) as ended:
        waiting()
    assert ended.value.exit_code == 7
    assert 900 < clock.seconds < 1100


def test_several_short_outages_do_not_add_up(server: Scripted, waiting: Callable[..., Any]) -> None:
    """Each answer starts the count anew."""
    server.script = [*[DROPPED] * 12, RUNNING] * 4 + [DONE]
    assert waiting(36000).status.is_done


@pytest.mark.parametrize(("asked", "pause"), [("45", 45), ("3600", 60), ("1", 3), ("-5", 3)])
def test_a_pause_that_the_service_asks_for_is_kept(
    asked: str, pause: float, server: Scripted, waiting: Callable[..., Any], clock: SimulatedClock
) -> None:
    """Retry-After counts while waiting, too, up to a minute."""
    server.script = [Answer("", 429, {"Retry-After": asked}), DONE]
    waiting()
    assert clock.sleeps == [pytest.approx(pause)]


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Answer("", 401), CredentialsError, 4),
        (Answer({"error_code": "403"}), CredentialsError, 4),
        (Answer("", 404), JobFailedError, 5),
        (Answer({"error_code": 410}), JobFailedError, 5),
        (Answer("", 400), ServiceError, 7),
    ],
)
def test_what_will_not_change_ends_the_waiting(
    answer: Answer, kind: type[Exception], code: int, server: Scripted, waiting: Callable[..., Any]
) -> None:
    """A refused account, a job that is gone, a request that is wrong: no further question."""
    server.script = [RUNNING, answer, EMPTY_LIST]
    with pytest.raises(kind) as ended:
        waiting()
    assert getattr(ended.value, "exit_code", None) == code
    # That a job is gone is asked of the account's list, too.
    assert len(server.requests) == 2 + (kind is JobFailedError)


def test_a_job_that_is_listed_is_not_gone(server: Scripted, waiting: Callable[..., Any]) -> None:
    """What answers 404 for a while, a proxy or a service that starts anew, ends no waiting before its time."""
    listed = Answer([JOB])
    server.script = [RUNNING, Answer("", 404), listed, Answer("", 404), DROPPED, listed, RUNNING, DONE]
    assert waiting().status.is_done
    server.requests.clear()
    server.script = lambda seen: Answer("", 404) if JOB in seen.path else listed
    with pytest.raises(ServiceError, match=f"lists job {JOB}, and yet answers 404") as ended:
        waiting()
    assert ended.value.exit_code == 7


@pytest.mark.parametrize("deadline", [0, 1, 100, 1000])
def test_the_deadline_is_kept_to_the_second(
    deadline: float, server: Scripted, waiting: Callable[..., Any], clock: SimulatedClock
) -> None:
    """There is a last look at the deadline itself, then exit code 3 with the job's id."""
    server.script = [RUNNING]
    with pytest.raises(StillRunningError, match=JOB) as ended:
        waiting(deadline)
    assert ended.value.exit_code == 3
    assert clock.seconds == pytest.approx(deadline)


def test_a_job_that_ends_at_the_deadline_is_done(desk: Desk, clock: SimulatedClock, tmp_path: Path) -> None:
    """The last look counts, and the command after a deadline goes on with the same job."""
    out = tmp_path / "out"
    with pytest.raises(StillRunningError):
        run(MELANOMA, out, replace(desk, deadline=15))
    record = read_record(out / "cgi-job.json")
    assert record.state is State.WAITING
    assert record.job_id
    clock.sleep(1)
    assert run(MELANOMA, out, replace(desk, deadline=0)).job_id == record.job_id


def test_a_failed_job_is_reported_with_the_end_of_its_log(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """Exit code 5, again for the same command, with log and record kept, and without a second job."""
    lines = [f"line {n}" for n in range(8)]
    sandbox.interceptors.append(Fault(Answer({"status": "Error", "logs": lines}), "GET", "logs", times=9))
    out = tmp_path / "out"
    for _ in range(2):
        with pytest.raises(JobFailedError, match="with Error") as ended:
            run(MELANOMA, out, desk)
        assert ended.value.exit_code == 5
        assert ended.value.message.endswith("\n  line 3\n  line 4\n  line 5\n  line 6\n  line 7")
    assert read_record(out / "cgi-job.json").state is State.FAILED
    assert (out / "cgi-logs.txt").read_text().splitlines() == lines
    assert len(desk.api.jobs()) == 1


def test_a_failed_job_without_a_log_says_so() -> None:
    """An empty log is told as such."""
    from cgi_runner.api import JobLog, Status

    assert failed(JOB, JobLog(Status("Error"), [])).message.endswith("(empty)")


def test_a_job_that_is_deleted_while_it_is_waited_for(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """Nobody submits it again by himself: the user is told, and --fresh does it."""
    record = submit(MELANOMA, tmp_path / "out", desk)
    desk.api.delete(record.job_id)
    with pytest.raises(JobFailedError, match="no longer in the account") as ended:
        run(MELANOMA, tmp_path / "out", desk)
    assert "--fresh" in ended.value.tip
    assert not desk.api.jobs()
    assert run(MELANOMA, tmp_path / "out", desk, fresh=True).state is State.VERIFIED
    assert [request.method for request in sandbox.requests].count("POST") == 2
