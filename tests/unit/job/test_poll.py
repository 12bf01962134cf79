"""Waiting for a job: polite, patient within its budgets, and sure of what ends it."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import (
    CredentialsError,
    JobFailedError,
    RunnerError,
    ServiceError,
    StillRunningError,
)
from cgi_runner.job import JobContext, JobRequest, State, read_record, run, submit
from cgi_runner.job.lifecycle import wait
from cgi_runner.job.poll import JITTER, confirm_error, job_failed_error, poll_interval
from cgi_runner.service.base import JobLog, Status
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from support.failures import catch_failure
from support.faults import Fault, inject
from support.scripted import DROPPED, HTML, Answer, ScriptedServer, serving
from support.sessions import context_at

JOB = "c22ecf2af788d65ec257"
MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")
DONE = Answer({"status": "Done", "logs": ["all done"]})
EMPTY_LIST = Answer([])
RUNNING = Answer({"status": "Running", "logs": []})


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Serve a script that the test fills in."""
    with serving([]) as scripted:
        yield scripted


@pytest.fixture
def waiting(server: ScriptedServer, clock: SimulatedClock) -> Callable[..., Any]:
    """Return a function that waits for a job of that server, an hour unless told otherwise."""

    def wait_for(deadline: float = 3600) -> Any:
        return wait(JOB, context_at(server.url, clock, deadline=deadline))

    return wait_for


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("duration", "requests", "late"), [(16, 12, 4), (600, 30, 62)])
def test_jobs_cost_few_requests_and_are_noticed_soon(
    seed: int, duration: float, requests: int, late: float, clock: SimulatedClock, tmp_path: Path
) -> None:
    """Whatever the jitter, a short job takes 12 requests and 4 seconds more at most, ten minutes take 30."""
    random.seed(seed)
    with Sandbox(duration=duration, clock=clock.time) as sandbox:
        run(MELANOMA, tmp_path / "out", context_at(sandbox.url, clock))
        assert len(sandbox.requests) <= requests
    assert duration <= clock.seconds <= duration + late


def test_pauses_grow_with_the_time_waited() -> None:
    """Three tenths of it for 70 s, then more slowly, up to a minute; the first is the shortest."""
    pauses = [poll_interval(waited) for waited in (0, 3, 10, 50, 70, 170, 1000)]
    assert pauses == pytest.approx([2.5, 3.4, 3.4, 15, 21, 32.5, 60])


@pytest.mark.parametrize(
    ("duration", "mean", "late", "looks"),
    [(5, 7, 1.6, 2), (16, 18.5, 1.3, 6), (60, 70, 1.3, 11), (300, 324, 1.17, 20), (600, 640, 1.1, 24)],
)
def test_the_end_of_a_job_is_noticed_soon_on_average(duration: float, mean: float, late: float, looks: int) -> None:
    """Of 1,000 phases: the mean of the seconds until it is noticed, their 95th percentile, and the most looks."""
    random.seed(23)
    noticed, most = list[float](), 0
    for _ in range(1000):
        # Jobs of one length to the second would end at one place between two looks.
        length, now, number = duration * random.uniform(0.9, 1.1), poll_interval(0), 1
        while now < length:
            now, number = now + poll_interval(now, random.uniform(*JITTER)), number + 1
        noticed.append(now / length)
        most = max(most, number if length <= duration else 0)
    assert statistics.mean(noticed) * duration <= mean
    assert statistics.quantiles(noticed, n=20)[-1] <= late
    assert most <= looks


def test_a_job_that_packs_its_results_is_looked_at_again_soon(server: ScriptedServer, clock: SimulatedClock) -> None:
    """After the last step but one the next look comes soon, once: a log that does not go on is no reason to hurry."""
    packing = Answer({"status": "Running", "logs": ["Aggregate metrics", "10:00:00,1 INFO  Compress output files"]})
    server.script = [RUNNING] * 7 + [packing, packing, DONE]
    wait(JOB, context_at(server.url, clock, deadline=3600))
    *_, before, soon, later = clock.sleeps
    assert soon == pytest.approx(3)
    assert min(before, later) > 3.3


def test_a_job_that_has_ended_is_seen_at_once(server: ScriptedServer, waiting: Callable[..., Any]) -> None:
    """Who asks for an old job does not rest first."""
    server.script = [DONE]
    assert waiting().status.is_done
    clock = SimulatedClock()
    wait(JOB, context_at(server.url, clock, deadline=0))
    assert clock.sleeps == []


@pytest.mark.parametrize(("words", "is_certain"), [(["Error"] * 2, True), (["Error", "Running"], False)])
def test_error_is_confirmed_by_two_more_looks(
    words: list[str], is_certain: bool, server: ScriptedServer, clock: SimulatedClock, said: Callable[[], list[str]]
) -> None:
    """In a quarter of a minute; one other answer is enough to disprove it."""
    server.script = [Answer({"status": word, "metadata": {"title": "t"}}) for word in words]
    assert confirm_error(context_at(server.url, clock).api, JOB, clock) is is_certain
    assert (clock.sleeps, len(server.requests)) == ([7.5, 7.5], 2)
    assert said() == [f"the service says that job {JOB} ended with Error; checking again before this is believed"]


def test_a_long_log_is_not_poured_onto_the_screen(
    server: ScriptedServer, waiting: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Of 200,000 new lines the last hundred are shown, with the number of those that are not; all are given back."""
    caplog.set_level("INFO")
    server.script = [Answer({"status": "Done", "logs": [f"line {number}" for number in range(200_000)]})]
    assert len(waiting().lines) == 200_000
    shown = [record.getMessage() for record in caplog.records if "CGI: " in record.getMessage()]
    assert len(shown) == 101
    assert "199900 lines are left out" in shown[0]
    assert (shown[1], shown[-1]) == ("CGI: line 199900", "CGI: line 199999")


def test_an_unknown_status_is_said_once_and_means_running(
    server: ScriptedServer, waiting: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A state that nobody has seen before does not end the job."""
    odd = Answer({"status": "Failed\x1b[31m", "logs": []})
    server.script = [odd, odd, RUNNING, odd, DONE]
    waiting()
    assert [r.message for r in caplog.records if "is unknown" in r.message] == [
        "the service reports the status 'Failed [31m', which is unknown; treated as running"
    ]


@pytest.mark.parametrize("end", ["Analysis done", "2025-12-06 12:10:31,020 INFO     Analysis done\n"])
@pytest.mark.parametrize("word", ["Finished", "completed", "SUCCESS"])
def test_another_word_for_done_ends_the_wait_if_the_log_says_so_too(
    word: str, end: str, server: ScriptedServer, waiting: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """The word alone means running, with one warning; with the log's last line (fact 16) it means done."""
    running = Answer({"status": word, "logs": [end, "Compress output files"]})
    server.script = [running, running, Answer({"status": word, "logs": ["Compress output files", end]})]
    assert waiting().status.name == word
    assert len(server.requests) == 3
    assert [r.message for r in caplog.records if "is unknown" in r.message] == [
        f"the service reports the status {word!r}, which is unknown; treated as running",
        f"the service reports the status {word!r}, which is unknown; treated as done, as the log says so",
    ]


def test_a_job_that_was_never_heard_of_is_not_told_to_be_running(
    server: ScriptedServer, waiting: Callable[..., Any]
) -> None:
    """Where the service did not answer, at all or since, the message after the deadline says so and nothing else."""
    server.script = [DROPPED]
    with pytest.raises(StillRunningError, match=f"^the service did not answer about job {JOB}") as failed:
        waiting(deadline=300)
    assert "running" not in failed.value.message + failed.value.tip
    server.requests.clear()
    server.script = [RUNNING, DROPPED]
    with pytest.raises(StillRunningError, match="was running when last seen, the service did not answer since"):
        waiting(deadline=300)


def test_log_lines_are_passed_on_once_and_clean(
    server: ScriptedServer, waiting: Callable[..., Any], caplog: pytest.LogCaptureFixture
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
    answer: Answer, server: ScriptedServer, waiting: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A service that is away for some minutes does not end the waiting, and is told once."""
    caplog.set_level("INFO")
    server.script = [RUNNING, *[answer] * 10, DONE]
    assert waiting().status.is_done
    assert caplog.text.count("still waiting for") == 1
    assert caplog.text.count("the service responds again") == 1


@pytest.mark.parametrize("answer", [DROPPED, Answer("", 503), Answer(HTML)], ids=["dropped", "503", "html"])
def test_an_outage_that_lasts_ends_with_seven(
    answer: Answer, server: ScriptedServer, waiting: Callable[..., Any], clock: SimulatedClock
) -> None:
    """After a quarter of an hour without an answer the service is away."""
    server.script = [RUNNING, answer]
    with pytest.raises(ServiceError) as ended:
        waiting()
    assert ended.value.exit_code == 7
    assert 900 < clock.seconds < 1100


def test_several_short_outages_do_not_add_up(server: ScriptedServer, waiting: Callable[..., Any]) -> None:
    """Each answer starts the count anew."""
    server.script = [*[DROPPED] * 12, RUNNING] * 4 + [DONE]
    assert waiting(36000).status.is_done


@pytest.mark.parametrize(("asked", "pause"), [("45", 45), ("3600", 60), ("1", 3), ("-5", 3)])
def test_a_pause_that_the_service_asks_for_is_kept(
    asked: str, pause: float, server: ScriptedServer, waiting: Callable[..., Any], clock: SimulatedClock
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
    answer: Answer,
    kind: type[Exception],
    code: int,
    server: ScriptedServer,
    waiting: Callable[..., Any],
    clock: SimulatedClock,
) -> None:
    """A refused account, a job that is gone, once several looks over a minute agree; a wrong request at once."""
    is_gone, is_wrong = kind is JobFailedError, kind is ServiceError
    look = [answer, EMPTY_LIST] if is_gone else [answer]
    server.script = [RUNNING, *look * 30]
    with pytest.raises(kind) as ended:
        waiting()
    assert getattr(ended.value, "exit_code", None) == code
    looks = 1 if is_wrong else _looks_in_a_minute(clock)
    # That a job is gone is asked of the account's list, too.
    assert len(server.requests) == 1 + looks * (1 + is_gone)
    assert sum(clock.sleeps[1:]) >= (0 if is_wrong else 60)


def _looks_in_a_minute(clock: SimulatedClock) -> int:
    """Count the looks from the first doubt on; the first pause came before it."""
    return len(clock.sleeps)


@pytest.mark.parametrize("stale", [[Answer("", 404), EMPTY_LIST], [Answer("", 401)]], ids=["gone", "refused"])
def test_one_stale_answer_ends_no_waiting(
    stale: list[Answer], server: ScriptedServer, waiting: Callable[..., Any]
) -> None:
    """Two of them do not, either: the third look finds the job as it was."""
    server.script = [RUNNING, *stale, *stale, RUNNING, *stale, DONE]
    assert waiting().status.is_done


ERROR = Answer({"status": "Error", "logs": ["ERROR it went wrong"]})


def test_error_is_believed_when_several_looks_agree(
    server: ScriptedServer, waiting: Callable[..., Any], clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Not before a quarter of a minute, and it is said at once what was seen (fact 15: the word alone is known)."""
    caplog.set_level("INFO")
    server.script = [RUNNING, ERROR]
    assert waiting().status.is_error
    assert sum(clock.sleeps[1:]) >= 15
    assert len(server.requests) >= 4
    assert caplog.text.count("with Error; checking again before this is believed") == 1


@pytest.mark.parametrize("after", [RUNNING, DONE, Answer({"status": "Waiting", "logs": []})])
def test_one_stale_error_ends_no_job(
    after: Answer, server: ScriptedServer, waiting: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Nor do two of them, nor any number with other words between; what was taken back is said."""
    server.script = [RUNNING, ERROR, ERROR, after, *[ERROR, RUNNING] * 12, DONE]
    assert waiting().status.is_done
    assert f"job {JOB} had the status Error (checks: 2) and then {after.body['status']}" in caplog.text


def test_a_deadline_within_the_doubt_is_told_so(server: ScriptedServer, waiting: Callable[..., Any]) -> None:
    """A single Error is no proof that the job has ended: exit code 3, and the same command looks again."""
    server.script = [RUNNING, ERROR]
    with pytest.raises(StillRunningError, match=f"job {JOB} had the status Error at the last check") as ended:
        waiting(deadline=4)
    assert "the same command looks again" in ended.value.tip


def test_an_error_that_was_taken_back_is_in_record_and_warnings(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The results are verified as ever; whoever reads them later learns what the service had said."""
    inject(sandbox, Fault(Answer({"status": "Error", "logs": ["ERROR"]}), "GET", "logs", times=2))
    record = run(MELANOMA, tmp_path / "out", context)
    assert record.state is State.VERIFIED
    kept = read_record(tmp_path / "out" / "cgi-job.json")
    (told,) = kept.service_warnings
    assert "Error" in told
    assert told in kept.warnings
    assert [request.method for request in sandbox.requests].count("POST") == 1


def test_a_job_that_is_listed_is_not_gone(server: ScriptedServer, waiting: Callable[..., Any]) -> None:
    """What answers 404 for a while, a proxy or a service that starts anew, ends no waiting before its time."""
    listed = Answer([JOB])
    server.script = [RUNNING, Answer("", 404), listed, Answer("", 404), DROPPED, listed, RUNNING, DONE]
    assert waiting().status.is_done
    server.requests.clear()
    server.script = lambda seen: Answer("", 404) if JOB in seen.path else listed
    with pytest.raises(ServiceError, match=f"lists job {JOB}, but answers 404") as ended:
        waiting()
    assert ended.value.exit_code == 7


@pytest.mark.parametrize("deadline", [0, 1, 100, 1000])
def test_the_deadline_is_kept_to_the_second(
    deadline: float, server: ScriptedServer, waiting: Callable[..., Any], clock: SimulatedClock
) -> None:
    """There is a last look at the deadline itself, then exit code 3 with the job's id."""
    server.script = [RUNNING]
    with pytest.raises(StillRunningError, match=JOB) as ended:
        waiting(deadline)
    assert ended.value.exit_code == 3
    assert clock.seconds == pytest.approx(deadline)


def test_a_job_that_ends_at_the_deadline_is_done(context: JobContext, clock: SimulatedClock, tmp_path: Path) -> None:
    """The last look counts, and the command after a deadline goes on with the same job."""
    out = tmp_path / "out"
    with pytest.raises(StillRunningError):
        run(MELANOMA, out, replace(context, deadline=15))
    record = read_record(out / "cgi-job.json")
    assert record.state is State.WAITING
    assert record.job_id
    clock.sleep(1)
    assert run(MELANOMA, out, replace(context, deadline=0)).job_id == record.job_id


def test_a_failed_job_is_reported_with_the_end_of_its_log(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Exit code 5, again for the same command, with log and record kept, and without a second job."""
    lines = [f"line {n}" for n in range(8)]
    inject(sandbox, Fault(Answer({"status": "Error", "logs": lines}), "GET", "logs", times=40))
    out = tmp_path / "out"
    for _ in range(2):
        with pytest.raises(JobFailedError, match="with Error") as ended:
            run(MELANOMA, out, context)
        assert ended.value.exit_code == 5
        assert ended.value.message.endswith("\n  line 3\n  line 4\n  line 5\n  line 6\n  line 7")
    assert read_record(out / "cgi-job.json").state is State.FAILED
    assert (out / "cgi-logs.txt").read_text().splitlines() == lines
    assert len(context.api.list_jobs()) == 1


def test_a_failed_job_without_a_log_says_so() -> None:
    """An empty log is told as such."""
    from cgi_runner.service.base import JobLog, Status

    assert job_failed_error(JOB, JobLog(Status("Error"), [])).message.endswith("(empty)")


def test_a_job_that_is_deleted_while_it_is_waited_for(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Nobody submits it again by himself: the user is told, and --fresh does it."""
    record = submit(MELANOMA, tmp_path / "out", context)
    context.api.delete(record.job_id)
    with pytest.raises(JobFailedError, match="no longer in the account") as ended:
        run(MELANOMA, tmp_path / "out", context)
    assert "--fresh" in ended.value.tip
    assert not context.api.list_jobs()
    assert run(MELANOMA, tmp_path / "out", context, fresh=True).state is State.VERIFIED
    assert [request.method for request in sandbox.requests].count("POST") == 2


ANEW = "does it belong to another account? if it was deleted, --fresh submits it again"


def waiting_at(url: str, clock: SimulatedClock, deadline: float = 3600) -> Callable[[], JobLog]:
    """Return a function that waits for a job of this service."""
    return lambda: wait(JOB, context_at(url, clock, deadline=deadline))


def test_an_outage_is_told_with_its_reason(clock: SimulatedClock, said: Callable[[], list[str]]) -> None:
    """Once when it begins, once when it ends."""
    script = [Answer("busy", 503)] * 3 + [Answer({"status": "Done", "logs": []})]
    with serving(script) as server:
        waiting_at(server.url, clock)()
    busy = f"the service refused GET /api/v1/{JOB} with 503: busy"
    assert said() == [f"{busy}; still waiting for job {JOB}", "the service responds again"]


@pytest.mark.parametrize(
    ("answer", "kind", "message", "tip"),
    [
        (
            Answer({"status": "Running", "logs": []}),
            StillRunningError,
            f"job {JOB} is still running after 10 min",
            "it keeps running at CGI; run the same command again to resume, or give a longer --deadline",
        ),
        (Answer("", 404), JobFailedError, f"job {JOB} is no longer in the account", ANEW),
        (
            Answer("busy", 503),
            StillRunningError,
            f"the service did not answer about job {JOB}; given up after 10 min",
            "run the same command again to resume; check the network if this repeats",
        ),
    ],
)
def test_how_waiting_ends_without_results(
    answer: Answer, kind: type[RunnerError], message: str, tip: str, clock: SimulatedClock
) -> None:
    """With the job's id, and what the same command would do."""
    clock.sleep(100)
    with serving(lambda seen: answer if JOB in seen.path else Answer([])) as server:
        assert catch_failure(waiting_at(server.url, clock, 600)) == (kind, message, tip)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer("", 404), f"job {JOB} was not listed in the account at the last check, after 1 s"),
        (
            Answer({"status": "Error", "logs": []}),
            f"job {JOB} had the status Error at the last check, after 1 s; one check is no proof",
        ),
    ],
)
def test_a_deadline_before_the_end_is_certain_leaves_it_open(
    answer: Answer, message: str, clock: SimulatedClock
) -> None:
    """Neither a job that did not show nor one with Error is given up after a look."""
    tip = "the same command looks again; a longer --deadline leaves time to be certain"
    with serving(lambda seen: answer if JOB in seen.path else Answer([])) as server:
        assert catch_failure(waiting_at(server.url, clock, 1)) == (StillRunningError, message, tip)


@pytest.mark.parametrize(
    ("lines", "tail"),
    [([], " (empty)"), (["a"], "\n  a"), ([*"abcdefg"], "\n  c\n  d\n  e\n  f\n  g"), (["a\x1b[31mb"], "\n  a [31mb")],
)
def test_a_job_that_failed_is_told_with_the_end_of_its_log(lines: list[str], tail: str) -> None:
    """Five lines at most, clean of what would upset a terminal."""
    error = job_failed_error(JOB, JobLog(Status("Error"), lines))
    assert error.message == f"CGI ended job {JOB} with Error; the end of its log:{tail}"
    assert error.tip == "fix the problem named in the log and run again; --fresh submits the same input again"
