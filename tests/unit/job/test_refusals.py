"""A submission that is turned away for certain: its exit code, and nothing left behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cgi_runner.errors import AccountFullError, CredentialsError, InputError, RunnerError, ServiceError
from cgi_runner.job import JobContext, JobRequest, run, submit
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from support.faults import Fault, OnlyJobs, heal, inject
from support.scripted import HTML, Answer
from support.sessions import context_at

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")
FALSE_STARTS: dict[str, tuple[Answer, str, type[RunnerError], int]] = {
    "list refused": (Answer("", 401), "GET", CredentialsError, 4),
    "list forbidden": (Answer({"error_code": 403}), "GET", CredentialsError, 4),
    "away": (Answer("", 503), "GET", ServiceError, 7),
    "a page": (Answer(HTML), "GET", ServiceError, 7),
    "a redirect": (Answer("", 302, {"Location": "https://login.example.org/"}), "GET", ServiceError, 7),
    "bad request": (Answer({"error_code": 400, "message": "cancer type"}, 400), "POST", InputError, 2),
    "post refused": (Answer("", 401), "POST", CredentialsError, 4),
    "full": (Answer({"error_code": "403", "message": "All slots are full"}), "POST", AccountFullError, 8),
    "too large": (Answer("", 413), "POST", InputError, 2),
}


@pytest.mark.parametrize(("answer", "method", "kind", "code"), FALSE_STARTS.values(), ids=FALSE_STARTS)
def test_a_false_start_leaves_no_trace(
    answer: Answer,
    method: str,
    kind: type[RunnerError],
    code: int,
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
) -> None:
    """Turned away for certain: the output folder is not there, or as it was, and the account is as it was."""
    inject(sandbox, Fault(answer, method, times=99))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    for out in (tmp_path / "deep" / "new", tmp_path / "mine"):
        with pytest.raises(kind) as failed:
            run(MELANOMA, out, context)
        assert failed.value.exit_code == code
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine", "notes.txt"]
    heal(sandbox)
    assert not context.api.list_jobs()


def test_a_full_account_is_told_with_what_could_be_deleted(clock: SimulatedClock, tmp_path: Path) -> None:
    """Ended jobs are listed with their titles, running ones are not, and nothing is deleted."""
    with Sandbox(duration=100, quota=2, clock=clock.time) as sandbox:
        context = context_at(sandbox.url, clock)
        ended = submit(replace(MELANOMA, title="ended"), tmp_path / "1", context)
        clock.sleep(101)
        running = submit(replace(MELANOMA, title="running"), tmp_path / "2", context)
        with pytest.raises(AccountFullError) as failed:
            run(replace(MELANOMA, title="third"), tmp_path / "3", context)
        assert f"{ended.job_id}  Done" in failed.value.message
        assert "] ended" in failed.value.message
        assert running.job_id not in failed.value.message
        assert context.api.list_jobs() == [ended.job_id, running.job_id]
        assert "DELETE" not in {request.method for request in sandbox.requests}
        inject(sandbox, OnlyJobs(Answer("", 400)))
        # A listing that fails does not hide that the account is full.
        with pytest.raises(AccountFullError, match="2 jobs are stored; could be deleted: none"):
            run(replace(MELANOMA, title="fourth"), tmp_path / "4", context, fresh=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2"]
