"""Submissions of which no clear answer came, on a service that cuts titles, answers oddly or shows jobs late."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cgi_runner.config import Credentials
from cgi_runner.errors import CredentialsError, InputError, JobFailedError, ServiceError
from cgi_runner.job import JobContext, JobRequest, Record, State, fetch_job, read_record, run, submit
from cgi_runner.job.submission import Submission
from cgi_sandbox import Sandbox
from cgi_sandbox.faults import FaultPlan, parse
from cgi_sandbox.faults.call import Call, json_answer
from conftest import EXAMPLES, SimulatedClock
from support.faults import Fault, heal, inject
from support.scripted import DROPPED, Answer
from support.sessions import client_of, context_at
from support.submissions import posts, retitling

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", title="melanoma " * 9)


def cutting(letters: int) -> Any:
    """Return an interceptor that cuts the titles that the service shows."""
    return retitling(lambda title: title[:letters])


#: What a service may show in the place of a title, by what that is.
RETITLED = {
    "no title": lambda _: "",
    "cut within the tag": lambda title: title[:12],
    "another text": lambda _: "Analysis of 2026-01-05",
    "its own tag's half": lambda title: title[:18] + "...",
}


@pytest.mark.parametrize("letters", [100, 64, 50, 25])
def test_a_cut_title_still_has_its_tag(letters: int, context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """The tag stands first: one lost answer makes one job, in another folder too."""
    inject(sandbox, cutting(letters), Fault(DROPPED, "POST", carried_out=True))
    first = submit(MELANOMA, tmp_path / "out", context)
    assert submit(MELANOMA, tmp_path / "again", context).job_id == first.job_id
    assert posts(sandbox) == 1


@pytest.mark.parametrize("change", RETITLED.values(), ids=RETITLED)
def test_a_job_without_its_title_is_known_by_the_copy_of_its_inputs(
    change: Callable[[str], str],
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The answer is lost and the title is replaced: the archive of the new job tells (fact 26), and nothing is doubled.

    It is not this run's for certain, as somebody else may have sent the same inputs: it is not deleted unasked.
    """
    inject(sandbox, retitling(change), Fault(DROPPED, "POST", carried_out=True))
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert [record.job_id] == context.api.list_jobs()
    assert (posts(sandbox), record.state, record.adopted) == (1, State.VERIFIED, True)
    assert "its archive holds the inputs that were sent" in caplog.text
    assert record.service_warnings[0] in record.warnings
    assert submit(MELANOMA, tmp_path / "other", context).job_id == record.job_id
    assert posts(sandbox) == 1


@pytest.mark.parametrize("change", RETITLED.values(), ids=RETITLED)
def test_nothing_is_sent_again_while_a_new_job_is_not_explained(
    change: Callable[[str], str], tmp_path: Path, clock: SimulatedClock
) -> None:
    """A job that still runs may be the one, today and tomorrow, in any folder; the tip leads out: once it has ended."""
    with Sandbox(duration=400, clock=clock.time) as slow:
        inject(slow, retitling(change), Fault(DROPPED, "POST", carried_out=True))
        context = context_at(slow.url, clock)
        for folder in ("out", "out", "other"):
            with pytest.raises(ServiceError, match="nothing was submitted again") as refused:
                submit(MELANOMA, tmp_path / folder, context)
            assert refused.value.exit_code == 7
            assert context.api.list_jobs()[0] in refused.value.message
            assert "run the same command again once it has ended" in refused.value.tip
        clock.sleep(400)
        assert [submit(MELANOMA, tmp_path / "other", context).job_id] == context.api.list_jobs()
        assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED
        assert posts(slow) == 1


@pytest.mark.parametrize("fault", ["copy=missing", "corrupt", "foreign", "503", "empty"])
def test_a_new_job_that_tells_nothing_is_left_to_a_person(
    fault: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Its archive has no copy of its inputs, or cannot be had: nothing is sent, and both ways of the tip lead out."""
    plan = FaultPlan([parse(f"download {fault} times=2"), parse("post drop handled")])
    inject(sandbox, retitling(lambda _: "Analysis"), plan)
    for _ in range(2):
        with pytest.raises(ServiceError, match="nothing was submitted again") as refused:
            submit(MELANOMA, tmp_path / "out", context)
    (job_id,) = context.api.list_jobs()
    assert f"`cgi-runner fetch {job_id} --output DIR`" in refused.value.tip
    taken = Record(context.service, job_id=job_id)
    assert fetch_job(taken, None, tmp_path / "dir", context).state is State.VERIFIED
    assert "--fresh and another --output" in refused.value.tip
    record = run(MELANOMA, tmp_path / "new", context, fresh=True)
    assert record.job_id not in {"", job_id}
    assert posts(sandbox) == 2


@pytest.mark.parametrize(
    ("title", "cancer_type", "table"),
    [
        ("of a colleague", "BRCA", "chr\tpos\tref\talt\n7\t140753336\tA\tT\n"),
        ("[cgi-runner 0123456789ab] of a colleague", "CM", "chr\tpos\tref\talt\n7\t140753336\tA\tT\n"),
        ("of a colleague", "CM", "chr\tpos\tref\talt\n7\t55191822\tT\tG\n"),
    ],
    ids=["another cancer type", "another tag", "other inputs"],
)
def test_a_new_job_that_explains_itself_is_no_obstacle(
    title: str, cancer_type: str, table: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A colleague's job comes in at the same moment, and our own submission is lost: it is sent again, once."""
    theirs = tmp_path / "theirs.tsv"
    theirs.write_text(table)
    seen: list[str] = []

    def meanwhile(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and not seen:
            seen.append("ours")
            fields = {"cancer_type": cancer_type, "title": title, "reference": "hg38"}
            seen.append(context.api.submit(fields, {"mutations": theirs}))
            return Fault(DROPPED, "POST")(environ, start_response, app)
        return app(environ, start_response)

    inject(sandbox, meanwhile)
    record = submit(MELANOMA, tmp_path / "out", context)
    assert set(context.api.list_jobs()) == {seen[1], record.job_id}
    assert (record.adopted, posts(sandbox)) == (False, 3)


def test_jobs_that_were_there_before_explain_themselves(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """A colleague's job without a title, older than the submission, does not keep it from being sent again."""
    file = EXAMPLES / "mutations.tsv"
    older = context.api.submit({"cancer_type": "CM", "title": "", "reference": "hg38"}, {"mutations": file})
    inject(sandbox, Fault(DROPPED, "POST"))
    record = submit(MELANOMA, tmp_path / "out", context)
    assert record.job_id not in {"", older}
    assert posts(sandbox) == 3


def test_a_sender_that_died_leaves_word_of_the_jobs_before(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next command, in another folder, knows which jobs are older, and sends what never arrived."""
    file = EXAMPLES / "mutations.tsv"
    context.api.submit({"cancer_type": "CM", "title": "", "reference": "hg38"}, {"mutations": file})
    inject(sandbox, Fault(DROPPED, "POST"))

    def killed(_: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping:
        stopping.setattr(clock, "sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            submit(MELANOMA, tmp_path / "out", context)
    assert submit(MELANOMA, tmp_path / "other", context).job_id
    assert posts(sandbox) == 3


@pytest.mark.parametrize(
    "shape", ['{"id": "%s"}', '{"job_id": "%s"}', '\ufeff"%s"', '{"job_id": "%s", "status": "new"}']
)
def test_other_shapes_of_a_clear_answer_are_read(
    shape: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The id in an object, or behind a byte order mark, is the id; nothing is looked for."""

    def reshaped(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] != "POST":
            return app(environ, start_response)
        body = b"".join(app(environ, lambda *_: lambda _: None))
        start_response("200 OK", [])
        return [(shape % json.loads(body)).encode()]

    inject(sandbox, reshaped)
    record = submit(MELANOMA, tmp_path / "out", context)
    assert context.api.list_jobs() == [record.job_id]
    assert [request.method for request in sandbox.requests][:2] == ["GET", "POST"]
    assert record.state is State.WAITING


def test_a_wrong_id_in_the_answer_does_not_lock_the_folder(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """It looks like an id and is nobody's: the job is found by its tag, and its results come."""
    inject(sandbox, Fault(Answer('"0123456789abcdef0123"'), "POST", carried_out=True))
    record = run(MELANOMA, tmp_path / "out", context)
    assert record.state is State.VERIFIED
    assert [record.job_id] == context.api.list_jobs()
    assert posts(sandbox) == 1


def test_a_wrong_id_and_another_title_make_no_double(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither id nor title leads to the job: the inputs in its archive do, before anybody is told to submit anew."""
    inject(sandbox, retitling(lambda _: "Analysis"), "post wrong-id")
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert [record.job_id] == context.api.list_jobs()
    assert (posts(sandbox), record.state, record.adopted) == (1, State.VERIFIED, True)
    assert f"going on with {record.job_id}, which holds its inputs" in caplog.text


def test_archives_that_are_only_looked_at_pass_through_the_work_folder(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """They may be other patients': if a kill leaves one behind, the next command in the folder clears it away."""
    out, folders = tmp_path / "out", []

    def watch(environ: Any, start_response: Any, app: Any) -> Any:
        call = Call(environ, start_response, app)
        if call.step == "download":
            folders.append([path.name for path in out.iterdir() if path.is_dir()])
        return call.pass_on()

    inject(sandbox, watch, retitling(lambda _: "Analysis"), "post wrong-id")
    run(MELANOMA, out, context)
    assert folders == [[".cgi-runner"]] * 2  # to look at, and to keep


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


def test_jobs_that_somebody_deletes_meanwhile_are_no_obstacle(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """They are neither listed nor there: the submission that was lost is sent again."""
    file = EXAMPLES / "mutations.tsv"
    other = context.api.submit({"cancer_type": "CM", "title": "other", "reference": "hg38"}, {"mutations": file})

    def deleted(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and other in context.api.list_jobs():
            context.api.delete(other)
            return Fault(DROPPED, "POST")(environ, start_response, app)
        return app(environ, start_response)

    inject(sandbox, deleted)
    record = submit(MELANOMA, tmp_path / "out", context)
    assert context.api.list_jobs() == [record.job_id]


def test_one_refusal_while_a_job_is_looked_for_is_not_believed(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The account was accepted before the submission; refusals until the last look are."""
    inject(sandbox, Fault(DROPPED, "POST", carried_out=True), "list 401 skip=1")
    record = submit(MELANOMA, tmp_path / "out", context)
    assert context.api.list_jobs() == [record.job_id]
    inject(sandbox, Fault(DROPPED, "POST", carried_out=True), "list 401 skip=1 times=always", instead=True)
    with pytest.raises(CredentialsError):
        submit(replace(MELANOMA, title="other"), tmp_path / "other", context)
    assert read_record(tmp_path / "other" / "cgi-job.json").state is State.AMBIGUOUS


def test_a_job_of_another_account_is_told_as_such(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Credentials were changed between two commands in one folder: nobody is told that the job is lost."""
    record = submit(MELANOMA, tmp_path / "out", context)
    api = client_of(sandbox.url, context.clock, credentials=Credentials("other@example.org", "feedfacefeedfaceface"))
    other = replace(context, api=api, account="another account")
    for _ in range(2):
        with pytest.raises(CredentialsError, match="another account submitted it") as refused:
            run(MELANOMA, tmp_path / "out", other)
        assert "--fresh" not in refused.value.tip
    assert run(MELANOMA, tmp_path / "out", context).job_id == record.job_id
    assert posts(sandbox) == 1


def test_a_job_that_is_gone_is_told_after_a_minute(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, clock: SimulatedClock
) -> None:
    """Not before, and for good: exit code 5."""
    record = submit(MELANOMA, tmp_path / "out", context)
    context.api.delete(record.job_id)
    begun = clock.seconds
    with pytest.raises(JobFailedError, match="no longer in the account"):
        run(MELANOMA, tmp_path / "out", context)
    assert clock.seconds - begun >= 60
    assert posts(sandbox) == 1


def test_a_broken_job_of_the_account_is_passed_by_when_it_is_known(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be the very job only when it is new; one that an earlier command has met blocks nothing, and is named."""
    file = EXAMPLES / "mutations.tsv"
    broken = context.api.submit({"cancer_type": "CM", "title": "x", "reference": "hg38"}, {"mutations": file})

    def unreadable(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].endswith(broken):
            start_response("500 Internal Server Error", [])
            return [b"{}"]
        return app(environ, start_response)

    inject(sandbox, unreadable)
    with pytest.raises(ServiceError):
        submit(MELANOMA, tmp_path / "out", context)
    record = submit(MELANOMA, tmp_path / "out", context)
    assert record.job_id in context.api.list_jobs()
    assert f"job {broken} cannot be read and is ignored" in caplog.text


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


def test_the_tag_of_the_users_own_title_is_not_ours() -> None:
    """A title that quotes another job's tag does not make this job that one."""
    quoting = Submission("CM", "hg38", "again [cgi-runner 0123456789ab]", {}, {"mutations": "00"})
    assert quoting.tagged_title.startswith(quoting.title_tag)
    assert replace(quoting, title="").tagged_title == replace(quoting, title="").title_tag


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


@pytest.mark.parametrize("status", [400, 401, 404, 409, 423])
def test_an_archive_that_is_refused_just_after_the_end_is_asked_for_again(
    status: int, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Done and fetchable need not be the same moment, whatever the service calls that."""
    inject(sandbox, Fault(Answer("", status), "GET", "download", times=2))
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED


def test_a_list_that_is_the_jobs_own_is_no_strangers(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """An engine that repeats a step takes the record away and leaves the list: the job is found and goes on."""
    out = tmp_path / "out"
    first = submit(MELANOMA, out, context)
    (out / "cgi-job.json").unlink()
    assert [path.name for path in out.iterdir()] == ["dropped.tsv"]
    assert run(MELANOMA, out, context).job_id == first.job_id
    assert posts(sandbox) == 1


def test_a_list_of_other_rows_is_a_strangers(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """So is anything else of that name: exit code 2, and it stays."""
    out = tmp_path / "out"
    out.mkdir()
    header = "input\tline\tsample\talteration\tstage\treason\n"
    for text in ("", "precious", f"{header}mutations\t7\ts\tx\tnot sent\tbecause\n"):
        (out / "dropped.tsv").write_text(text)
        with pytest.raises(InputError, match=r"holds dropped\.tsv, which is not this job's"):
            submit(MELANOMA, out, context)
        assert (out / "dropped.tsv").read_text() == text
    assert posts(sandbox) == 0


def test_a_note_beside_the_output_outlives_the_state_folder(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container is killed while it sends, and takes its state folder along; the next one looks for a minute."""
    states = iter([tmp_path / "one", tmp_path / "two"])
    body: list[bytes] = []

    def held(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and not body:
            body.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            start_response("504 Gateway Timeout", [])
            return []
        if body and clock.seconds > 20 and len(body) == 1:
            body.append(b"")
            form = {**environ, "REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1", "QUERY_STRING": ""}
            form |= {"wsgi.input": io.BytesIO(body[0]), "CONTENT_LENGTH": str(len(body[0])), "CONTENT_TYPE": kind[0]}
            list(app(form, lambda *_: lambda _: None))
        return app(environ, start_response)

    kind: list[str] = []

    def note_kind(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and not kind:
            kind.append(environ["CONTENT_TYPE"])
        return app(environ, start_response)

    def use_next_state() -> None:
        folder = next(states)
        folder.mkdir()
        monkeypatch.setattr("cgi_runner.job.job_index.state_dirs", lambda: [folder])

    def killed(_: float) -> None:
        raise KeyboardInterrupt

    sandbox.interceptors += [note_kind, held]
    use_next_state()
    with monkeypatch.context() as stopping:
        stopping.setattr(clock, "sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            submit(MELANOMA, tmp_path / "first", context)
    use_next_state()
    record = submit(MELANOMA, tmp_path / "second", context)
    assert context.api.list_jobs() == [record.job_id]
    assert posts(sandbox) == 1
    assert list(tmp_path.glob(".cgi-runner-*.open")) == []


def test_a_place_where_no_note_can_be_written_is_no_obstacle(
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The note beside the output is one more than there has to be: without it, nothing is said."""
    real = Path.open

    def refusing(self: Path, *args: Any, **options: Any) -> Any:
        if self.name.startswith(".cgi-runner-"):
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **options)

    monkeypatch.setattr(Path, "open", refusing)
    assert submit(MELANOMA, tmp_path / "out", context).job_id
    assert "cannot be written" not in caplog.text
    assert posts(sandbox) == 1


@pytest.mark.parametrize(
    "spell",
    [
        html.escape,
        lambda title: title.replace("[", "&#91;").replace("]", "&#93;"),
        quote,
        lambda title: title.replace("[", "").replace("]", ""),
        lambda title: re.sub(r"\W", "_", title),
        str.upper,
    ],
    ids=["escaped", "references", "quoted", "without brackets", "underscores", "upper case"],
)
def test_the_tag_is_known_however_a_title_comes_back(
    spell: Callable[[str], str], context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A service that escapes, quotes or takes away signs: one lost answer makes one job, in another folder too."""
    sandbox.interceptors += [retitling(spell), Fault(DROPPED, "POST", carried_out=True)]
    first = submit(MELANOMA, tmp_path / "out", context)
    assert submit(MELANOMA, tmp_path / "again", context).job_id == first.job_id
    assert posts(sandbox) == 1


def test_a_log_with_control_characters_as_they_are_is_read(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """JSON forbids them in a text, and a service that writes its log may not know; nothing of the job is lost."""

    def raw(environ: Any, start_response: Any, app: Any) -> Any:
        call = Call(environ, start_response, app)
        if call.step != "logs":
            return call.pass_on()
        answer = call.forward()
        return call.respond(answer.with_body(answer.body.replace(b"Running VEP", b"Running\x00VEP")))

    sandbox.interceptors += [raw]
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED


def test_a_new_job_that_a_list_has_shown_once_is_not_forgotten(
    tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first command sees it, the lists of the second lack it: nothing is sent again, and in the end it is found."""
    with Sandbox(duration=400, clock=clock.time) as slow:
        inject(slow, retitling(lambda _: "Analysis"), Fault(DROPPED, "POST", carried_out=True))
        context = context_at(slow.url, clock)
        with pytest.raises(ServiceError, match="nothing was submitted again"):
            submit(MELANOMA, tmp_path / "out", context)
        with monkeypatch.context() as hiding:
            hiding.setattr(type(context.api), "list_jobs", lambda *_, **__: [])
            with pytest.raises(ServiceError, match="nothing was submitted again"):
                submit(MELANOMA, tmp_path / "out", context)
        clock.sleep(400)
        assert [submit(MELANOMA, tmp_path / "out", context).job_id] == context.api.list_jobs()
        assert posts(slow) == 1


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
