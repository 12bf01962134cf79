"""Looking through the jobs of an account: how many are asked for, and how soon again."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from cgi_runner.errors import (
    AccountFullError,
    ServiceError,
)
from cgi_runner.job import JobContext, JobRequest, State, run, submit
from cgi_runner.job.job_index import JobTagCache
from cgi_runner.service.errors import MaybeProcessedError, NotSentError
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from support.failures import catch_failure
from support.faults import Fault, inject
from support.scripted import DROPPED, Answer, serving
from support.sessions import context_at

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")


@pytest.fixture
def widest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chance always take the upper bound."""
    monkeypatch.setattr(random, "uniform", lambda _, high: high)


@pytest.mark.usefixtures("widest")
def test_three_looks_within_a_minute_come_before_each_new_submission(
    context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4, 14 and 40 seconds apart, up to a fifth more, as many rounds as submissions."""
    inject(sandbox, Fault(DROPPED, "POST", times=9))
    for factor, draw in ((1.2, max), (1, min)):
        monkeypatch.setattr(random, "uniform", lambda low, high, draw=draw: draw(low, high))
        clock.sleeps.clear()
        with pytest.raises(MaybeProcessedError):
            submit(replace(MELANOMA, title=str(factor)), tmp_path / str(factor), context)
        assert clock.sleeps == [pytest.approx(seconds * factor) for seconds in (4, 14, 40) * 3]


@pytest.mark.parametrize(("asked", "pause"), [("30", 30), ("1", 4), ("-9", 4), ("99999999", 60), ("soon", 4)])
def test_a_service_that_wants_to_be_left_alone_is_asked_later(
    asked: str, pause: float, context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """The first look for a job that is in doubt comes when the service has asked for it, a minute later at most."""
    inject(sandbox, Fault(Answer("", 429, {"Retry-After": asked}), "POST", times=2))
    submit(MELANOMA, tmp_path / "out", context)
    assert len(clock.sleeps) == 6
    assert clock.sleeps[0] == pytest.approx(pause * 1.1, rel=0.1)
    assert clock.sleeps[1] == pytest.approx(14 * 1.1, rel=0.1)


def test_fifty_jobs_of_a_full_account_are_looked_at(clock: SimulatedClock, tmp_path: Path) -> None:
    """Both ends of a job's life can be deleted, running ones cannot; the fifty-first is not asked for."""
    jobs = [f"{n:020x}" for n in range(52)]
    words = ["Done", "Error", "Running"]

    def answer(seen: Any) -> Answer:
        if seen.method == "POST":
            return Answer("full", 403)
        job_id = seen.path.rpartition("/")[2]
        if job_id not in jobs:
            return Answer(jobs)
        return Answer({"status": words[int(job_id, 16) % 3], "metadata": {"title": "y" * 70, "date": "now"}})

    with serving(answer) as server:
        with pytest.raises(AccountFullError) as failed:
            submit(MELANOMA, tmp_path / "out", context_at(server.url, clock))
        before = [seen.method for seen in server.requests].index("POST")
        asked = [seen.path.rpartition("/")[2] for seen in server.requests[before + 1 :]]
    assert asked == jobs[:50][::-1]
    listed = failed.value.message.splitlines()
    assert listed[0] == "the account has no free job slot, 52 jobs are stored; could be deleted:"
    assert listed[1:] == [
        f"  {job}  {words[n % 3]}  now  {'y' * 59}\u2026" for n, job in reversed([*enumerate(jobs[:50])]) if n % 3 < 2
    ]


def test_a_full_account_is_told_without_its_jobs_if_they_cannot_be_read(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong is that the account is full, whatever became of the look at its jobs."""
    unreachable = NotSentError("not reached", tip="check the network")
    submit(replace(MELANOMA, title="other"), tmp_path / "other", context)
    inject(sandbox, Fault(Answer("full", 403), "POST", times=9))
    monkeypatch.setattr(context.api, "get_job", Mock(side_effect=unreachable))
    with pytest.raises(AccountFullError, match=r"1 jobs are stored; could be deleted: none$"):
        submit(MELANOMA, tmp_path / "out", context)


def test_each_job_of_the_account_has_its_time(context: JobContext, clock: SimulatedClock, tmp_path: Path) -> None:
    """The deadline counts from the moment in which this command begins to wait."""
    clock.sleep(7200)
    assert run(MELANOMA, tmp_path / "out", replace(context, deadline=30)).state is State.VERIFIED


def test_a_full_account_lists_what_could_be_deleted(clock: SimulatedClock, tmp_path: Path) -> None:
    """Id, state, date and title, a line each; the order of the list is kept."""
    with Sandbox(duration=10, quota=1, clock=clock.time) as sandbox:
        context = context_at(sandbox.url, clock)
        first = submit(MELANOMA, tmp_path / "1", context)
        clock.sleep(11)
        listed = f"\n  {first.job_id}  Done  {context.api.get_job(first.job_id).date}  {first.title}"
        assert catch_failure(lambda: submit(replace(MELANOMA, title="second"), tmp_path / "2", context)) == (
            AccountFullError,
            f"the account has no free job slot, 1 jobs are stored; could be deleted:{listed}",
            "nothing was deleted; `cgi-runner delete ID` deletes a job, once you have its results",
        )


def test_titles_that_were_learnt_are_not_asked_for_again(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """A look that fails half-way leaves what it learnt: the next one goes on from there."""
    file = EXAMPLES / "mutations.tsv"
    for number in range(6):
        title = f"job {number}"
        context.api.submit({"cancer_type": "CM", "title": title, "reference": "hg38"}, {"mutations": file})
    first, *_ = context.api.list_jobs()
    fails = Fault(Answer("", 503), "GET", None, times=6)

    def failing(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["PATH_INFO"].endswith(first) and environ["REQUEST_METHOD"] == "GET":
            return fails(environ, start_response, app)
        return app(environ, start_response)

    inject(sandbox, failing)
    with pytest.raises(ServiceError):
        submit(MELANOMA, tmp_path / "out", context)
    asked = len(sandbox.requests)
    submit(MELANOMA, tmp_path / "out", context)
    assert [request.method for request in sandbox.requests[asked:]] == ["GET", "GET", "POST"]


def test_each_job_of_the_account_is_asked_for_once(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Titles never change, so a cohort of single runs costs a request a job and not the square of it."""
    for number in range(6):
        submit(replace(MELANOMA, title=f"tumour {number}"), tmp_path / str(number), context)
    assert [method for method, *_ in sandbox.requests] == ["GET", "POST"] * 6
    again = submit(replace(MELANOMA, title="tumour 3"), tmp_path / "again", context)
    assert again.adopted
    assert sum(method == "GET" and path.endswith(again.job_id) for method, path, *_ in sandbox.requests) == 1


@pytest.mark.parametrize("spoilt", ["", "[]", "{", '{"a": {}}', "\0"])
def test_what_is_known_of_the_account_is_safe_to_lose(context: JobContext, tmp_path: Path, spoilt: str) -> None:
    """Whatever became of the file, the job is found by asking."""
    first = submit(MELANOMA, tmp_path / "one", context)
    kept = JobTagCache(f"{context.api.url} {context.account}").path
    assert kept is not None
    kept.write_text(spoilt)
    assert submit(MELANOMA, tmp_path / "two", context).job_id == first.job_id


def test_a_job_without_a_title_yet_is_asked_for_again() -> None:
    """A service may show a new job before its title: taking that for another's would run the job twice."""
    known = JobTagCache()
    known.remember("aaaa", "")
    known.remember("bbbb", "a colleague's")
    assert known.candidates("[cgi-runner 0123456789ab]", ["aaaa", "bbbb"]) == ["aaaa"]
