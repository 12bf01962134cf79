"""`run --attempts`: which failures are gone on from, for how long, and that no job is run twice by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cgi_runner.errors import (
    AccountFullError,
    CredentialsError,
    InputError,
    JobFailedError,
    ResultsError,
    RowsMissingError,
    RunnerError,
    ServiceError,
    StillRunningError,
)
from cgi_runner.job import JobContext, JobRequest, Record, State, run, submit
from cgi_runner.job.attempts import run_with_attempts
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from support.faults import Fault, inject
from support.scripted import Answer

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38")


@pytest.mark.parametrize("kind", [ResultsError, ServiceError, AccountFullError])
def test_what_a_repetition_may_heal_is_gone_on_from(
    kind: type[RunnerError], context: JobContext, clock: SimulatedClock, said: Callable[[], list[str]]
) -> None:
    """With growing pauses, of which each is told in one line; the last attempt's failure is told whole."""
    tried: list[float] = []

    def fails(given: JobContext) -> Record:
        tried.append(given.deadline)
        raise kind("away\n  since today")

    with pytest.raises(kind):
        run_with_attempts(fails, replace(context, deadline=3600), 4)
    assert clock.sleeps[-3:] == [60, 120, 240]
    assert tried == [3600, 3540, 3420, 3180]
    assert said() == [f"away; attempt {n} of 4 in {pause}" for n, pause in ((2, "60 s"), (3, "2 min"), (4, "4 min"))]


@pytest.mark.parametrize(
    "kind", [InputError, StillRunningError, CredentialsError, JobFailedError, RowsMissingError, KeyboardInterrupt]
)
def test_everything_else_is_final_at_once(kind: type[BaseException], context: JobContext) -> None:
    """A deadline, too: it is for all attempts."""
    tried = []

    def fails(given: JobContext) -> Record:
        tried.append(given)
        raise kind("no")

    with pytest.raises(kind):
        run_with_attempts(fails, context, 4)
    assert len(tried) == 1


def test_no_pause_outlasts_the_deadline(context: JobContext, clock: SimulatedClock) -> None:
    """The failure is told while there is time for it."""

    def fails(_: JobContext) -> Record:
        clock.sleep(100)
        raise ServiceError("away")

    begun = clock.monotonic()
    with pytest.raises(ServiceError):
        run_with_attempts(fails, replace(context, deadline=150), 9)
    assert clock.monotonic() - begun == 100


def test_an_outage_in_the_middle_makes_one_job(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """The second attempt goes on with the job of the first."""
    inject(sandbox, Fault(Answer("", 503), "GET", "download", times=7))
    record = run_with_attempts(lambda given: run(MELANOMA, tmp_path / "out", given), context, 3)
    assert record.state is State.VERIFIED
    assert [request.method for request in sandbox.requests].count("POST") == 1


def test_an_adopted_job_says_of_when_it_is(
    context: JobContext, clock: SimulatedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Older than a day, that is a warning with the way to a new one; the record keeps the date."""
    caplog.set_level("INFO")
    first = submit(MELANOMA, tmp_path / "one", context)
    second = submit(MELANOMA, tmp_path / "two", context)
    assert second.job_id == first.job_id
    assert second.submitted
    assert f"submitted {second.submitted} UTC" in caplog.text
    assert "--fresh" not in caplog.text
    clock.sleep(2 * 86400)
    submit(MELANOMA, tmp_path / "three", context)
    assert "with --fresh submits the inputs again" in caplog.text


def test_the_record_names_the_account_by_a_hash(context: JobContext, tmp_path: Path) -> None:
    """It tells accounts apart; it is no longer than that needs."""
    record = submit(MELANOMA, tmp_path / "one", replace(context, account="0123456789abcdef" * 4))
    assert record.account == "0123456789abcdef"
