"""When a job is deleted at CGI: the run's own when asked for, another run's only with the option that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgi_runner.job import JobContext, JobRequest, State, read_record, run, submit
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from support.faults import Fault, inject
from support.scripted import DROPPED
from support.submissions import posts

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", title="melanoma " * 9)


def test_a_deletion_that_is_not_done_is_told(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An adopted job is another run's: it stays, and the record says why and how to delete it."""
    del sandbox
    first = submit(MELANOMA, tmp_path / "one", context)
    second = run(MELANOMA, tmp_path / "two", context, delete=True)
    assert (second.job_id, second.adopted, second.state) == (first.job_id, True, State.VERIFIED)
    assert context.api.list_jobs() == [first.job_id]
    kept = read_record(tmp_path / "two" / "cgi-job.json").not_deleted
    assert f"`cgi-runner delete {first.job_id}`" in kept
    assert kept in caplog.text
    assert run(MELANOMA, tmp_path / "one", context, delete=True).state is State.DELETED
    assert context.api.list_jobs() == []


def test_an_adopted_job_is_deleted_when_that_is_asked_for(context: JobContext, tmp_path: Path) -> None:
    """With the option that says so."""
    submit(MELANOMA, tmp_path / "one", context)
    record = run(MELANOMA, tmp_path / "two", context, delete=True, delete_adopted=True)
    assert (record.state, record.not_deleted) == (State.DELETED, "")


def test_a_job_whose_answer_was_lost_is_the_runs_own(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its record had begun to send it: it is deleted as any other of its own."""
    inject(sandbox, Fault(DROPPED, "POST", carried_out=True))

    def killed(_: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping:
        stopping.setattr(clock, "sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            run(MELANOMA, tmp_path / "out", context, delete=True)
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert (record.state, record.adopted) == (State.DELETED, False)
    assert posts(sandbox) == 1
