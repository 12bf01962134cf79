"""One order, one job: whatever becomes of the submission's answer, and however many ask for it."""

from __future__ import annotations

import errno
import json
import logging
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import AccountFullError, CredentialsError, InputError, RunnerError, ServiceError
from cgi_runner.job import JobContext, JobRequest, State, read_record, run, submit
from cgi_runner.job.account_jobs import find_by_tag
from cgi_runner.job.job_index import JobTagCache
from cgi_runner.job.submission import Submission
from cgi_runner.service.errors import MaybeProcessedError
from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from support.faults import Fault, heal, inject
from support.scripted import DROPPED, HTML, Answer
from support.sessions import context_at
from support.submissions import posts

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")
UNCLEAR = {
    "dropped": DROPPED,
    "500": Answer("oops", 500),
    "502": Answer("bad gateway", 502),
    "504": Answer({"error_code": 504}),
    "html": Answer(HTML),
    "broken": Answer('"c22ecf2af7'),
    "no id": Answer({"status": "c22ecf2af788d65ec257"}),
    "a word": Answer('"Error"'),
}


def hiding(clock: SimulatedClock, late: float) -> Any:
    """Give an interceptor that shows an empty account until it is so late."""

    def hide(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["PATH_INFO"].endswith("/v1") and environ["REQUEST_METHOD"] == "GET" and clock.seconds < late:
            start_response("200 OK", [])
            return [b"[]"]
        return app(environ, start_response)

    return hide


def submission(**changes: Any) -> Submission:
    """Make a submission without files."""
    return replace(Submission("CM", "hg38", "t", {}, {"mutations": "00"}), **changes)


@pytest.mark.parametrize("answer", UNCLEAR.values(), ids=UNCLEAR)
def test_a_job_whose_answer_was_lost_is_found_not_doubled(
    answer: Answer, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The submission arrived, its answer did not: the list tells, and nothing is sent again."""
    inject(sandbox, Fault(answer, "POST", carried_out=True))
    record = submit(MELANOMA, tmp_path / "out", context)
    assert posts(sandbox) == 1
    assert context.api.list_jobs() == [record.job_id]
    assert {"ambiguous", "reconciled", "waiting"} <= set(record.times)
    assert not record.adopted


@pytest.mark.parametrize("answer", UNCLEAR.values(), ids=UNCLEAR)
def test_a_submission_that_was_lost_is_sent_again_after_a_look(
    answer: Answer, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Only when the job has not shown up for a minute is it sent anew."""
    inject(sandbox, Fault(answer, "POST"))
    record = submit(MELANOMA, tmp_path / "out", context)
    assert posts(sandbox) == 2
    assert context.api.list_jobs() == [record.job_id]
    second = len(sandbox.requests) - 2 - [r.method for r in sandbox.requests][::-1].index("POST")
    assert [request.method for request in sandbox.requests][1 : second + 1] == ["POST", *["GET"] * 4]


def test_a_job_that_shows_up_late_is_found(
    context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """A slow service may list the job only after half a minute."""
    late = clock.seconds + 30

    def hide(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "GET" and clock.seconds < late:
            start_response("200 OK", [])
            return [b"[]"]
        return app(environ, start_response)

    inject(sandbox, hide, Fault(Answer("", 504), "POST", carried_out=True))
    submit(MELANOMA, tmp_path / "out", context)
    assert posts(sandbox) == 1


def test_a_submission_that_is_lost_for_ever_ends_with_a_record_that_says_so(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """After three tries it is a failure of the service, and the next attempt knows to look first."""
    inject(sandbox, Fault(DROPPED, "POST", times=3))
    with pytest.raises(MaybeProcessedError) as failed:
        submit(MELANOMA, tmp_path / "out", context)
    assert failed.value.exit_code == 7
    assert posts(sandbox) == 3
    assert read_record(tmp_path / "out" / "cgi-job.json").state is State.AMBIGUOUS
    submit(MELANOMA, tmp_path / "out", context)
    assert len(context.api.list_jobs()) == 1


def test_nothing_is_sent_again_while_the_list_is_away(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Without a look there is no second submission."""
    first = iter([True])

    def list_breaks(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "GET" and not next(first, False):
            start_response("503 Away", [])
            return [b""]
        return app(environ, start_response)

    inject(sandbox, list_breaks, Fault(DROPPED, "POST", carried_out=True))
    with pytest.raises(ServiceError):
        submit(MELANOMA, tmp_path / "out", context)
    assert posts(sandbox) == 1
    heal(sandbox)
    record = submit(MELANOMA, tmp_path / "out", context)
    assert context.api.list_jobs() == [record.job_id]


@pytest.mark.parametrize("state", [State.SUBMITTING, State.AMBIGUOUS])
def test_a_record_of_an_attempt_that_was_stopped_makes_the_next_one_look_longer(
    state: State, context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """The job of the stopped attempt shows up some seconds after it."""
    first = submit(MELANOMA, tmp_path / "out", context)
    path = tmp_path / "out" / "cgi-job.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "state": state.value, "job_id": ""}))
    inject(sandbox, hiding(clock, clock.seconds + 10))
    assert submit(MELANOMA, tmp_path / "out", context).job_id == first.job_id
    assert posts(sandbox) == 1


def test_too_many_requests_are_waited_out(
    context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """The same file goes out again, whole, once it is known that it did not arrive."""
    inject(sandbox, Fault(Answer("", 429, {"Retry-After": "30"}), "POST", times=2))
    run(MELANOMA, tmp_path / "out", context)
    assert sum(clock.sleeps[:3]) > 30 + 14 + 40
    assert len(context.api.list_jobs()) == 1
    assert "BRAF" in (tmp_path / "out" / "alterations.tsv").read_text()


UNBELIEVABLE = [
    *(Answer("", status) for status in (404, 405, 406, 408, 409, 418, 425, 429, 499, 500, 502, 503, 504, 599)),
    *(Answer("", status, {"Location": "/elsewhere"}) for status in (302, 303, 307)),
    *(Answer({"error_code": code}, 504) for code in (1, 401, 403)),
    *(Answer({"error_code": code}) for code in ("timeout", 0, 404, 429)),
    *(Answer(said) for said in ('"Error500"', '"busy-503"', '"code_1"', '"ok"', 7)),
]


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("answer", UNBELIEVABLE, ids=lambda answer: f"{answer.status} {answer.body}")
def test_whatever_is_said_to_a_job_that_was_taken_in_it_is_found(
    answer: Answer, fresh: bool, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Even "too many requests" or "not found" may come of a gate that has let the job through."""
    before = submit(MELANOMA, tmp_path / "out", context).job_id if fresh else ""
    inject(sandbox, Fault(answer, "POST", carried_out=True))
    record = submit(MELANOMA, tmp_path / "out", context, fresh=fresh)
    assert set(context.api.list_jobs()) == {record.job_id, before} - {""}
    assert posts(sandbox) == 1 + fresh


@pytest.mark.parametrize("status", [303, 404, 409, 504])
def test_a_job_that_shows_up_late_after_a_refusal_is_found_by_the_next_command(
    status: int, context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """It stays in doubt what became of it, and the record says so; what may not pass is not sent again."""
    late = clock.seconds + (90 if status != 504 else 15)
    inject(sandbox, hiding(clock, late), Fault(Answer("", status, {"Location": "/"}), "POST", carried_out=True))
    with suppress(ServiceError):
        submit(MELANOMA, tmp_path / "out", context)
    record = submit(MELANOMA, tmp_path / "other", context)
    assert context.api.list_jobs() == [record.job_id]
    assert posts(sandbox) == 1


def test_an_answer_with_the_id_of_a_job_that_was_there_is_not_believed(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The results would be another order's, and --delete would delete that one."""
    other = submit(replace(MELANOMA, cancer_type="LUAD"), tmp_path / "other", context).job_id
    inject(sandbox, Fault(Answer(f'"{other}"'), "POST", carried_out=True))
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert record.job_id != other
    assert context.api.list_jobs() == [other]
    assert "Cancer type: CM" in (tmp_path / "out" / "summary.txt").read_text().replace("\t", " ")


def describing(*answers: Answer) -> Any:
    """Give an interceptor that describes jobs in these ways, one after the other."""
    left = list(answers)

    def describe(environ: Any, start_response: Any, app: Any) -> Any:
        is_list = environ["PATH_INFO"].endswith("/v1")
        if environ["REQUEST_METHOD"] != "GET" or is_list or environ.get("QUERY_STRING") or not left:
            return app(environ, start_response)
        start_response("200 OK", [])
        return left.pop(0).pieces

    return describe


def described(**about: str) -> Answer:
    """Make the answer to a question about a job."""
    return Answer({"status": "Running", "metadata": {"cancertype": "CM", "reference": "hg38", **about}})


def test_a_description_of_another_job_is_not_believed(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Believed, our job would not be found by its tag."""
    first = submit(MELANOMA, tmp_path / "out", context)
    JobTagCache(f"{context.api.lock_key} {context.account}").forget(first.job_id)
    inject(sandbox, describing(described(id="0123456789abcdef0123", title="theirs")))
    with pytest.raises(ServiceError, match="describes another one"):
        submit(MELANOMA, tmp_path / "other", context)
    assert submit(MELANOMA, tmp_path / "other", context).job_id == first.job_id
    assert posts(sandbox) == 1


@pytest.mark.parametrize("title", ["", "fir"])
def test_the_machine_that_sent_a_job_knows_its_tag(
    title: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Also where the service shows no title, or one that is cut, each time."""
    first = submit(MELANOMA, tmp_path / "out", context)
    for folder in ("other", "third"):
        inject(sandbox, describing(*[described(id=first.job_id, title=title)] * 9), instead=True)
        assert submit(MELANOMA, tmp_path / folder, context).job_id == first.job_id
    assert posts(sandbox) == 1


def test_a_note_that_cannot_be_written_is_said(
    context: JobContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Another folder would not know of a submission that was stopped in the act."""
    opened = Path.open

    def full(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.suffix == ".open":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", full)
    submit(MELANOMA, tmp_path / "out", context)
    assert "No space left on device" in caplog.text
    assert "may run the job twice" in caplog.text


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


class OnlyJobs(Fault):
    """A fault of single jobs, not of the list."""

    def __init__(self, answer: Answer) -> None:
        """Answer so for every job."""
        super().__init__(answer, "GET", "", times=999)

    def __call__(self, environ: Any, start_response: Any, app: Any) -> Any:
        """Let the list through."""
        if environ["PATH_INFO"].endswith("/v1"):
            return app(environ, start_response)
        return super().__call__(environ, start_response, app)


def test_a_failed_job_is_reported_again_not_repeated(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """A job with the submission's tag is taken over even if it failed, unless another with the tag has not."""
    failed_one = submit(MELANOMA, tmp_path / "one", context)

    def error(environ: Any, start_response: Any, app: Any) -> Any:
        answer = b"".join(app(environ, lambda *_: lambda _: None))
        start_response("200 OK", [])
        if failed_one.job_id in environ["PATH_INFO"]:
            answer = answer.replace(b"Waiting", b"Error").replace(b"Running", b"Error").replace(b"Done", b"Error")
        return [answer]

    inject(sandbox, error)
    assert submit(MELANOMA, tmp_path / "two", context).job_id == failed_one.job_id
    good = submit(MELANOMA, tmp_path / "three", context, fresh=True)
    assert submit(MELANOMA, tmp_path / "four", context).job_id == good.job_id


@pytest.mark.parametrize("backwards", [False, True])
def test_the_order_of_the_list_does_not_matter(
    backwards: bool, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Ids are never guessed from their place."""
    wanted = submit(MELANOMA, tmp_path / "one", context)
    submit(replace(MELANOMA, title="other"), tmp_path / "two", context)

    def reverse(environ: Any, start_response: Any, app: Any) -> Any:
        answer = b"".join(app(environ, start_response))
        is_list = environ["PATH_INFO"].endswith("/v1") and environ["REQUEST_METHOD"] == "GET"
        if is_list and backwards:
            answer = json.dumps(json.loads(answer)[::-1], separators=(",", ":")).encode()
        return [answer]

    inject(sandbox, reverse)
    assert submit(MELANOMA, tmp_path / "three", context).job_id == wanted.job_id


def test_a_job_deleted_while_the_list_is_read_is_passed_over(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Others use the account, too."""
    submit(replace(MELANOMA, title="other"), tmp_path / "one", context)
    inject(sandbox, OnlyJobs(Answer("", 404)))
    assert submit(MELANOMA, tmp_path / "two", context).job_id


def test_a_title_that_quotes_another_jobs_tag_is_not_that_job(context: JobContext, tmp_path: Path) -> None:
    """Whoever copies a title from CGI's page gets a job of his own, and does not spoil the other's adoption."""
    first = submit(MELANOMA, tmp_path / "one", context)
    context.api.delete(first.job_id)
    quoting = submit(replace(MELANOMA, title=first.title), tmp_path / "two", context)
    again = submit(MELANOMA, tmp_path / "three", context)
    assert len({first.job_id, quoting.job_id, again.job_id}) == 3


def test_titles_are_compared_as_the_web_site_may_write_them(context: JobContext, tmp_path: Path) -> None:
    """Lost blanks and other case do not hide a job."""
    record = submit(MELANOMA, tmp_path / "one", context)
    tag = f"[CGI-Runner{record.fingerprint.upper()}]"
    found = find_by_tag(context.api, tag, context.api.list_jobs(), JobTagCache())
    assert found
    assert found.id == record.job_id


def test_what_shapes_the_results_shapes_the_fingerprint() -> None:
    """Every field of the submission makes another job; paths do not."""
    changes: list[dict[str, Any]] = [
        {"cancer_type": "BRCA"},
        {"reference": "hg19"},
        {"title": "u"},
        {"sha256": {"mutations": "01"}},
        {"sha256": {"cnas": "00"}},
    ]
    assert len({submission(**change).fingerprint for change in [{}, *changes]}) == 6
    assert submission(files={"mutations": Path("/elsewhere")}).fingerprint == submission().fingerprint
    assert submission(title="").tagged_title == submission(title="").title_tag


def test_a_folder_is_that_of_one_service(context: JobContext, tmp_path: Path) -> None:
    """The same submission to another service is another job."""
    submit(MELANOMA, tmp_path / "out", context)
    with pytest.raises(InputError, match="another job's record"):
        submit(MELANOMA, tmp_path / "out", replace(context, service="https://elsewhere.example.org"))


def test_no_message_on_the_way_shows_the_account(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Through lost answers, retries and adoption, no record of the log holds e-mail or token."""
    inject(sandbox, Fault(DROPPED, "POST", times=2))
    with caplog.at_level(logging.DEBUG):
        run(MELANOMA, tmp_path / "out", context)
    told = [record for record in caplog.records if not record.name.startswith("cgi_sandbox")]
    assert told
    for record in told:
        text = f"{record.getMessage()} {record.args} {record.exc_info}"
        assert CREDENTIALS.token not in text
        assert CREDENTIALS.email not in text
    for path in (tmp_path / "out").rglob("*"):
        assert CREDENTIALS.token.encode() not in path.read_bytes()
        assert CREDENTIALS.email.encode() not in path.read_bytes()


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
