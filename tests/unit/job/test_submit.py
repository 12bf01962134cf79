"""One submission, one job: whatever becomes of the submission's answer, and however many ask for it."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import ServiceError
from cgi_runner.job import JobContext, JobRequest, State, read_record, run, submit
from cgi_runner.job.account_jobs import find_by_tag
from cgi_runner.job.job_index import JobTagCache
from cgi_runner.job.submission import Submission
from cgi_runner.service.errors import MaybeProcessedError
from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from support.faults import Fault, heal, inject
from support.scripted import DROPPED, HTML, Answer
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
    """Return an interceptor that shows an empty account until it is so late."""

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
    """The results would be another job's, and --delete would delete that one."""
    other = submit(replace(MELANOMA, cancer_type="LUAD"), tmp_path / "other", context).job_id
    inject(sandbox, Fault(Answer(f'"{other}"'), "POST", carried_out=True))
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert record.job_id != other
    assert context.api.list_jobs() == [other]
    assert "Cancer type: CM" in (tmp_path / "out" / "summary.txt").read_text().replace("\t", " ")


def describing(*answers: Answer) -> Any:
    """Return an interceptor that describes jobs in these ways, one after the other."""
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
