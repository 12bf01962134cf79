"""A list that lacks a job which this machine knows: its command, given again elsewhere, submits no other."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import ServiceError
from cgi_runner.job import JobContext, JobRequest, State, run, submit
from cgi_sandbox import Sandbox
from cgi_sandbox.faults.call import Call, json_answer
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from support.cli import cgi_runner
from support.faults import Fault, heal, inject
from support.scripted import DROPPED
from support.submissions import posts

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", title="melanoma")
OTHER = replace(MELANOMA, title="another one")


@pytest.mark.parametrize(
    "faults",
    [
        ["list stale"],
        ["list stale times=always"],
        ["list stale times=always", "info 404 times=2"],
        ["list flapping=30 times=always", "info flapping=30 times=always"],
    ],
)
def test_a_stale_list_makes_no_double(faults: list[str], context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Whichever folder the command is given for; also once another submission has met that list."""
    random.seed(7)
    first = submit(MELANOMA, tmp_path / "a" / "out", context)
    for number in range(3):
        inject(sandbox, *faults, instead=True)
        assert submit(MELANOMA, tmp_path / f"b{number}" / "out", context).job_id == first.job_id
    inject(sandbox, "list stale", instead=True)
    other = submit(OTHER, tmp_path / "c" / "out", context)
    inject(sandbox, "list stale times=always", "list stale times=always", instead=True)
    assert submit(OTHER, tmp_path / "d" / "out", context).job_id == other.job_id
    assert submit(MELANOMA, tmp_path / "e" / "out", context).job_id == first.job_id
    assert posts(sandbox) == 2


@pytest.mark.parametrize("faults", [["info 503 times=always"], ["list stale times=always", "info 503 times=always"]])
def test_a_job_that_cannot_be_asked_for_may_be_the_one(
    faults: list[str], context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Listed or not: nothing is sent while it is not described, and the same command does better later."""
    first = submit(MELANOMA, tmp_path / "out", context)
    inject(sandbox, *faults)
    with pytest.raises(ServiceError) as refused:
        submit(MELANOMA, tmp_path / "other", context)
    assert refused.value.exit_code == 7
    heal(sandbox)
    assert submit(MELANOMA, tmp_path / "other", context).job_id == first.job_id
    assert posts(sandbox) == 1


def test_a_job_that_somebody_deleted_is_looked_for_once(
    context: JobContext, tmp_path: Path, clock: SimulatedClock
) -> None:
    """For a minute, since one list proves nothing; then another one is submitted, and nobody looks for it again."""
    first = submit(MELANOMA, tmp_path / "out", context)
    context.api.delete(first.job_id)
    before = clock.seconds
    second = submit(MELANOMA, tmp_path / "b", context)
    assert second.job_id != first.job_id
    assert 55 <= clock.seconds - before <= 75
    before = clock.seconds
    assert submit(MELANOMA, tmp_path / "c", context).job_id == second.job_id
    assert clock.seconds == before


@pytest.mark.parametrize("by", ["run --delete", "delete"])
def test_a_job_that_was_deleted_from_here_is_not_looked_for(
    by: str, context: JobContext, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same command in a new folder is sent at once."""
    context = replace(context, account=hashlib.sha256(CREDENTIALS.email.encode()).hexdigest())
    record = run(MELANOMA, tmp_path / "out", context, delete=by != "delete")
    if by == "delete":
        monkeypatch.setenv("CGI_EMAIL", CREDENTIALS.email)
        monkeypatch.setenv("CGI_TOKEN", CREDENTIALS.token)
        assert cgi_runner("delete", record.job_id, "--api-url", sandbox.url).code == 0
    before = context.clock.monotonic()
    assert submit(MELANOMA, tmp_path / "b", context).state is State.WAITING
    assert context.clock.monotonic() == before
    assert posts(sandbox) == 2


def test_a_fresh_job_does_not_wait_for_the_one_before(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, clock: SimulatedClock
) -> None:
    """Whoever asks for a new job has said what becomes of the old one."""
    first = submit(MELANOMA, tmp_path / "out", context)
    inject(sandbox, "list stale times=always")
    before = clock.seconds
    assert submit(MELANOMA, tmp_path / "b", context, fresh=True).job_id != first.job_id
    assert clock.seconds == before


def test_a_job_that_was_told_under_a_wrong_id_is_found_in_a_later_list(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Only the wrong id is known here, and the next two lists lack the job: the one after them shows it."""
    inject(sandbox, "post wrong-id")
    submit(MELANOMA, tmp_path / "a" / "out", context)
    (job_id,) = context.api.list_jobs()
    inject(sandbox, "list stale times=2")
    assert submit(MELANOMA, tmp_path / "b" / "out", context).job_id == job_id
    assert posts(sandbox) == 1


def test_a_machine_learns_of_a_job_by_its_folder(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine has sent it; once this one has resumed it there, a stale list makes no second job elsewhere."""
    first = submit(MELANOMA, tmp_path / "shared", context)
    (tmp_path / "own").mkdir()
    monkeypatch.setattr("cgi_runner.job.job_index.state_dirs", lambda: [tmp_path / "own"])
    submit(MELANOMA, tmp_path / "shared", context)
    inject(sandbox, "list stale times=2")
    assert submit(MELANOMA, tmp_path / "local", context).job_id == first.job_id
    assert posts(sandbox) == 1


def empty_list_after_post(sandbox: Sandbox) -> Any:
    """Return an interceptor with which the list of jobs is empty once the sandbox has seen a submission."""

    def empty(environ: Any, start_response: Any, app: Any) -> Any:
        call = Call(environ, start_response, app)
        if call.step == "list" and posts(sandbox) > 1:
            return call.respond(json_answer("[]"))
        return call.pass_on()

    return empty


def test_a_list_that_lacks_known_jobs_proves_nothing(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """It may lack the very job, too: nothing is sent again until the list is whole."""
    file = EXAMPLES / "mutations.tsv"
    other = context.api.submit({"cancer_type": "CM", "title": "other", "reference": "hg38"}, {"mutations": file})
    emptying = empty_list_after_post(sandbox)
    inject(sandbox, emptying, Fault(DROPPED, "POST", carried_out=True))
    for _ in range(2):
        with pytest.raises(ServiceError, match=f"lists 0 jobs, and job {other}, which it has, is not") as refused:
            submit(MELANOMA, tmp_path / "out", context)
        assert refused.value.exit_code == 7
    heal(sandbox, emptying)
    record = submit(MELANOMA, tmp_path / "out", context)
    assert set(context.api.list_jobs()) == {other, record.job_id}
    assert posts(sandbox) == 2
