"""A fresh job: submitted anew on demand, once, and never confused with the one before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import RunnerError
from cgi_runner.job import JobContext, JobRequest, State, run, submit
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.faults import Fault, heal, inject
from support.scripted import DROPPED, Answer
from support.submissions import posts

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", title="melanoma " * 9)


def test_a_fresh_job_that_is_still_to_be_deleted_goes_on(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between the results and the deletion, the same command deletes; after that, it begins anew."""

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping:
        stopping.setattr("cgi_runner.job.collect.delete_remote", lambda *_, **__: killed())
        with pytest.raises(KeyboardInterrupt):
            run(MELANOMA, tmp_path / "out", context, fresh=True, delete=True)
    assert run(MELANOMA, tmp_path / "out", context, fresh=True, delete=True).state is State.DELETED
    assert posts(sandbox) == 1
    assert run(MELANOMA, tmp_path / "out", context, fresh=True, delete=True).state is State.DELETED
    assert posts(sandbox) == 2


def test_two_fresh_runs_at_once_make_one_job(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has waited for the folder while the first did what both were asked for."""
    from cgi_runner.job import lifecycle

    run(MELANOMA, tmp_path / "out", context, fresh=True)
    now = (tmp_path / "out" / "cgi-job.json").read_bytes()
    texts = iter([b"", now])  # before this command waited for the folder, and after that
    monkeypatch.setattr(lifecycle, "_record_text", lambda _: next(texts))
    run(MELANOMA, tmp_path / "out", context, fresh=True)
    assert posts(sandbox) == 1


def test_a_false_start_of_a_fresh_job_leaves_the_results_before(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Verified results stay verified when --fresh comes to nothing."""
    out = tmp_path / "out"
    run(MELANOMA, out, context)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    for fault in (
        Fault(Answer("", 401), "GET"),
        Fault(Answer("", 403), "POST"),
        Fault(Answer("", 401), "POST"),
    ):
        inject(sandbox, fault, instead=True)
        with pytest.raises(RunnerError):
            run(MELANOMA, out, context, fresh=True)
        assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    heal(sandbox)
    requests = len(sandbox.requests)
    assert run(MELANOMA, out, context).state is State.VERIFIED
    assert len(sandbox.requests) == requests


def test_a_fresh_job_is_a_new_one(context: JobContext, tmp_path: Path) -> None:
    """On demand the same is submitted anew and its results take the place of the old ones."""
    first = run(MELANOMA, tmp_path / "out", context)
    second = run(MELANOMA, tmp_path / "out", context, fresh=True)
    assert first.job_id != second.job_id
    assert second.job_id in (tmp_path / "out" / "summary.txt").read_text()
    assert len(context.api.list_jobs()) == 2


def test_a_fresh_job_whose_answer_was_lost_is_not_confused_with_the_one_before(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Among jobs of the same tag only the new one is taken over."""
    first = submit(MELANOMA, tmp_path / "one", context)
    inject(sandbox, Fault(DROPPED, "POST", carried_out=True))
    second = submit(MELANOMA, tmp_path / "two", context, fresh=True)
    assert context.api.list_jobs() == [first.job_id, second.job_id]
