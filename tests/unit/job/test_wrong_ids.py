"""An id that is another job's, with a list that does not show it: the own job is found, and nothing is sent twice."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import ForeignResultsError, JobFailedError, ServiceError
from cgi_runner.job import JobContext, JobRequest, State, run, submit
from cgi_sandbox import Sandbox
from cgi_sandbox.faults import FaultPlan, parse
from cgi_sandbox.faults.call import Call
from conftest import EXAMPLES, SimulatedClock
from support.faults import Fault, heal, inject
from support.scripted import Answer
from support.sessions import context_at
from support.submissions import posts, retitling

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", title="melanoma")


def serve_a_strangers_job(context: JobContext, folder: Path) -> str:
    """Have a job with other inputs in the account, and return its id."""
    (folder / "theirs.tsv").write_text("chr\tpos\tref\talt\n7\t55191822\tT\tG\n")
    fields = {"cancer_type": "CM", "title": "theirs", "reference": "hg38"}
    return context.api.submit(fields, {"mutations": folder / "theirs.tsv"})


@pytest.mark.parametrize("word", ["Done", "Error"])
def test_an_older_jobs_id_and_a_list_without_it_lead_to_the_own_job(
    word: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Neither the id nor the list tells that it is a stranger's job; its results and its title do, and its end."""
    other = serve_a_strangers_job(context, tmp_path)
    context.clock.sleep(60)
    wrong = [call_of(other, f"logs word={word} times=always")] if word != "Done" else []
    inject(sandbox, "post old-id", "list stale", *wrong)
    record = run(MELANOMA, tmp_path / "out", context)
    assert {record.job_id, other} == set(context.api.list_jobs())
    assert (record.state, record.adopted, posts(sandbox)) == (State.VERIFIED, False, 2)
    assert list((tmp_path / "out").glob("*.refused.zip")) == []
    assert run(MELANOMA, tmp_path / "elsewhere", context).job_id == record.job_id
    assert posts(sandbox) == 2


def call_of(job_id: str, fault: str) -> Any:
    """Return a fault that strikes the calls about one job only."""
    plan = FaultPlan([parse(fault)])

    def only(environ: Any, start_response: Any, app: Any) -> Any:
        is_met = environ["PATH_INFO"].rstrip("/").endswith(job_id)
        return plan(environ, start_response, app) if is_met else app(environ, start_response)

    return only


def test_a_stranger_is_left_by_a_later_command_too(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """The list lacks the own job at first: exit code 10, the archive is kept; the same command again goes on well."""
    other = serve_a_strangers_job(context, tmp_path)
    context.clock.sleep(60)

    def without_newest(environ: Any, start_response: Any, app: Any) -> Any:
        call = Call(environ, start_response, app)
        if call.step != "list":
            return call.pass_on()
        answer = call.forward()
        shown = [job for job in json.loads(answer.body) if job == other and posts(sandbox) > 1]
        return call.respond(answer.with_body(json.dumps(shown).encode()))

    inject(sandbox, without_newest, "post old-id")
    for _ in range(2):
        with pytest.raises(ForeignResultsError):
            run(MELANOMA, tmp_path / "out", context)
        assert (tmp_path / "out" / "cgi-results.refused.zip").is_file()
    heal(sandbox)
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert record.state is State.DELETED
    assert (context.api.list_jobs(), posts(sandbox)) == ([other], 2)


def test_a_strangers_job_under_this_ones_title_is_left(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody sent other inputs by hand and copied the title: the newest with the tag is not this one, the next is."""
    first = submit(MELANOMA, tmp_path / "a" / "out", context)
    (tmp_path / "theirs.tsv").write_text("chr\tpos\tref\talt\n7\t55191822\tT\tG\n")
    fields = {"cancer_type": "CM", "title": context.api.get_job(first.job_id).title, "reference": "hg38"}
    theirs = context.api.submit(fields, {"mutations": tmp_path / "theirs.tsv"})
    for folder in ("b", "c"):
        record = run(MELANOMA, tmp_path / folder, context)
        assert (record.job_id, record.state, record.ignored_jobs) == (first.job_id, State.VERIFIED, [theirs])
    assert f"job {theirs} is not this one; continuing with {first.job_id}" in caplog.text
    assert posts(sandbox) == 2


def test_jobs_that_all_have_other_results_are_each_tried_once(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Three jobs with the tag and not one with the inputs: exit code 10, and the last archive is kept."""
    first = submit(MELANOMA, tmp_path / "a" / "out", context)
    (tmp_path / "theirs.tsv").write_text("chr\tpos\tref\talt\n7\t55191822\tT\tG\n")
    fields = {"cancer_type": "CM", "title": context.api.get_job(first.job_id).title, "reference": "hg38"}
    for _ in range(3):
        context.api.submit(fields, {"mutations": tmp_path / "theirs.tsv"})
    context.api.delete(first.job_id)
    with pytest.raises(ForeignResultsError):
        run(MELANOMA, tmp_path / "b", context)
    assert (tmp_path / "b" / "cgi-results.refused.zip").is_file()
    assert posts(sandbox) == 4


def test_a_wrong_id_in_the_answer_does_not_lock_the_folder(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It looks like an id and is nobody's: the job is found by its tag, and its results come."""
    inject(sandbox, Fault(Answer('"0123456789abcdef0123"'), "POST", carried_out=True))
    record = run(MELANOMA, tmp_path / "out", context)
    assert record.state is State.VERIFIED
    assert [record.job_id] == context.api.list_jobs()
    assert posts(sandbox) == 1
    assert f"continuing with {record.job_id}, which has its tag" in caplog.text


def test_a_wrong_id_and_another_title_make_no_double(
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither id nor title leads to the job: the inputs in its archive do, before anybody is told to submit anew.

    That archive may be another patient's: it is read in the output folder, and never in one that others share.
    """
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "shared"))
    inject(sandbox, retitling(lambda _: "Analysis"), "post wrong-id")
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert [record.job_id] == context.api.list_jobs()
    assert (posts(sandbox), record.state, record.adopted) == (1, State.VERIFIED, True)
    assert f"continuing with {record.job_id}, which holds its inputs" in caplog.text


def test_a_wrong_id_and_a_job_that_tells_nothing_are_left_to_a_person(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Today and tomorrow: there is no word of --fresh in the same folder, which would make a double."""
    inject(sandbox, retitling(lambda _: "Analysis"), "post wrong-id", "download copy=missing times=always")
    for _ in range(2):
        with pytest.raises(ServiceError, match="nothing was submitted again") as refused:
            run(MELANOMA, tmp_path / "out", context)
        assert context.api.list_jobs()[0] in refused.value.message
    assert posts(sandbox) == 1


def test_a_wrong_id_is_in_doubt_for_other_folders_too(tmp_path: Path, clock: SimulatedClock) -> None:
    """Neither id nor title tells, and the job still runs: the same command from another folder submits nothing."""
    with Sandbox(duration=400, clock=clock.time) as slow:
        inject(slow, retitling(lambda _: "Analysis"), "post wrong-id")
        context = context_at(slow.url, clock)
        for folder in ("out", "other"):
            with pytest.raises(ServiceError, match="nothing was submitted again"):
                run(MELANOMA, tmp_path / folder, context)
        clock.sleep(400)
        (job_id,) = context.api.list_jobs()
        assert run(MELANOMA, tmp_path / "other", context).job_id == job_id
        assert run(MELANOMA, tmp_path / "out", context).job_id == job_id
        assert posts(slow) == 1


def test_a_job_that_was_seen_at_its_end_and_is_gone_is_no_wrong_id(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Somebody has deleted it before its download; other jobs of the account are not taken for it: exit code 5."""
    file = EXAMPLES / "mutations.tsv"
    context.api.submit({"cancer_type": "CM", "title": "other", "reference": "hg38"}, {"mutations": file})
    inject(sandbox, "download vanish")
    for _ in range(2):
        with pytest.raises(JobFailedError) as failed:
            run(MELANOMA, tmp_path / "out", context)
        assert failed.value.exit_code == 5
    assert posts(sandbox) == 2
