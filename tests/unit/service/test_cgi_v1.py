"""The calls of the API and what becomes of each answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import CredentialsError, InputError, RunnerError, ServiceError
from cgi_runner.redaction import register_secret
from cgi_runner.service.base import JobInfo, JobLog, QuotaRejectedError, Status, UnknownJobError
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_runner.service.errors import MaybeProcessedError, RejectedError
from conftest import CREDENTIALS
from support.scripted import DROPPED, HTML, Answer, Received, ScriptedServer

JOB = "c22ecf2af788d65ec257"
OTHER = "0123456789abcdef0123"
FIELDS = {"cancer_type": "BRCA", "title": "été", "reference": "hg38"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a file to send, under a name that is nobody's business."""
    path = tmp_path / "patient-4711.tsv"
    path.write_text("chr\tpos\tref\talt\n7\t140753336\tA\tT\n")
    return path


def is_list(seen: Received) -> bool:
    """Say whether a request asks for the account's jobs."""
    return (seen.method, seen.path) == ("GET", "/api/v1")


def test_a_submission_sends_every_field_and_no_file_name(
    server: ScriptedServer, called: CgiClient, table: Path
) -> None:
    """CGI gets what its page asks for; the name of the user's file, which may name a patient, stays here."""
    server.script = [Answer(f'"{JOB}"')]
    assert called.submit(FIELDS, {"mutations": table, "cnas": table}) == JOB
    body = server.requests[0].body.decode()
    for part in ('name="cancer_type"', "BRCA", 'name="title"', "été", 'name="mutations"', 'name="cnas"', "140753336"):
        assert part in body
    assert "4711" not in body
    assert server.requests[0].headers["Authorization"] == CREDENTIALS.header


@pytest.mark.parametrize(
    "body",
    [17, None, [JOB], {"id": "Error"}, '"Error"', '"Forbidden"', '""', '"../../etc"', '"a b"', f'"{"a1" * 40}"', HTML],
)
def test_an_answer_that_is_no_id_leaves_open_what_was_done(
    server: ScriptedServer, called: CgiClient, table: Path, body: Any
) -> None:
    """Only a string that looks like a job id is one; for all else the caller has to look."""
    server.script = [Answer("null" if body is None else body)]
    with pytest.raises(MaybeProcessedError):
        called.submit(FIELDS, {"mutations": table})
    assert len(server.requests) == 1


def test_an_echo_of_the_token_is_not_quoted(server: ScriptedServer, called: CgiClient, table: Path) -> None:
    """A service that answers with the account does not get it into the message."""
    register_secret(CREDENTIALS.email, CREDENTIALS.token)
    server.script = [Answer({"got": CREDENTIALS.header.upper()})]
    with pytest.raises(MaybeProcessedError) as failed:
        called.submit(FIELDS, {"mutations": table})
    assert CREDENTIALS.token not in str(failed.value).lower()
    assert CREDENTIALS.email not in str(failed.value).lower()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InputError),
        (413, InputError),
        (422, InputError),
        (401, CredentialsError),
        (403, QuotaRejectedError),
        (404, MaybeProcessedError),
        (409, MaybeProcessedError),
        (500, MaybeProcessedError),
        (503, MaybeProcessedError),
        (408, MaybeProcessedError),
        (425, MaybeProcessedError),
        (429, MaybeProcessedError),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_what_a_refused_submission_means(
    server: ScriptedServer, called: CgiClient, table: Path, status: int, kind: type[Exception], inside: bool
) -> None:
    """Each refusal has its meaning, be it in the HTTP status or in an `error_code` under 200."""
    server.script = [Answer({"error_code": status, "message": "no"}, 200 if inside else status)]
    with pytest.raises(kind) as failed:
        called.submit(FIELDS, {"mutations": table})
    assert type(failed.value) is kind


@pytest.mark.parametrize(
    ("status", "may_pass"),
    [(404, False), (408, True), (425, True), (429, True), (451, False), (499, False), (500, True), (503, True)],
)
def test_a_submission_in_doubt_is_looked_for_as_long_as_it_says(
    server: ScriptedServer, called: CgiClient, table: Path, status: int, may_pass: bool
) -> None:
    """Whoever looks for the job learns how long the service wants to be left alone, and whether to come back at all."""
    server.script = [Answer("no", status, {"Retry-After": "7"})]
    with pytest.raises(MaybeProcessedError) as failed:
        called.submit(FIELDS, {"mutations": table})
    assert (failed.value.retry_after, failed.value.retryable) == (7, may_pass)


@pytest.mark.parametrize("name", ["id", "job_id"])
def test_an_id_in_an_object_is_the_id(server: ScriptedServer, called: CgiClient, table: Path, name: str) -> None:
    """No real answer was seen in one, but its meaning is plain; the id itself comes before a job's."""
    server.script = [Answer({"job_id": OTHER, "id": JOB} if name == "id" else {name: JOB, "status": "ok"})]
    assert called.submit(FIELDS, {"mutations": table}) == JOB


def test_the_list_is_given_as_it_is(server: ScriptedServer, called: CgiClient) -> None:
    """Ids come in the service's order."""
    server.script = [Answer([JOB, "0123456789abcdef0123"])]
    assert called.list_jobs() == [JOB, "0123456789abcdef0123"]


def test_the_list_is_asked_for_again_unless_told_otherwise(server: ScriptedServer, called: CgiClient) -> None:
    """A list that is lost proves nothing; who has retries of his own asks once."""
    server.script = [DROPPED, Answer([JOB]), DROPPED]
    assert called.list_jobs() == [JOB]
    with pytest.raises(MaybeProcessedError):
        called.list_jobs(retry=False)
    assert len(server.requests) == 3


@pytest.mark.parametrize("body", [{"status": "ok"}, [17], [JOB, None], ["a/../b"], '"text"'])
def test_a_list_that_is_not_understood_is_no_list(server: ScriptedServer, called: CgiClient, body: Any) -> None:
    """No entry is skipped: the odd one might be the job that must not be submitted twice."""
    server.script = [Answer(body)]
    with pytest.raises(MaybeProcessedError, match="not return a list of job ids"):
        called.list_jobs()


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_account_is_a_matter_of_credentials(server: ScriptedServer, called: CgiClient, status: int) -> None:
    """Every call but the submission tells so, whatever its HTTP status."""
    for answer in (Answer("no", status), Answer({"error_code": str(status)})):
        server.script = [answer]
        for call in (
            called.list_jobs,
            lambda: called.get_job(JOB),
            lambda: called.logs(JOB),
            lambda: called.delete(JOB),
        ):
            with pytest.raises(CredentialsError):
                call()
        with pytest.raises(CredentialsError):
            list(called.download(JOB))


@pytest.mark.parametrize("status", [404, 410])
def test_a_job_that_is_not_there_is_told_so(server: ScriptedServer, called: CgiClient, status: int) -> None:
    """Unknown and deleted jobs are one and the same, if the account's list agrees."""
    server.script = lambda seen: Answer([OTHER]) if is_list(seen) else Answer({"error_code": status}, status)
    for call in (lambda: called.get_job(JOB), lambda: called.logs(JOB), lambda: called.delete(JOB)):
        with pytest.raises(UnknownJobError, match=JOB):
            call()
    with pytest.raises(UnknownJobError):
        next(called.download(JOB))


@pytest.mark.parametrize("status", [404, 410])
def test_a_job_that_is_denied_but_listed_is_not_given_up(
    server: ScriptedServer, called: CgiClient, status: int
) -> None:
    """Something on the way may answer 404 for a while: the job is asked for again, and never taken for deleted."""
    server.script = lambda seen: Answer([OTHER, JOB]) if is_list(seen) else Answer({"error_code": status}, status)
    for call in (lambda: called.get_job(JOB), lambda: called.logs(JOB, retry=False), lambda: called.delete(JOB)):
        with pytest.raises(MaybeProcessedError, match=f"lists job {JOB}, but answers {status}"):
            call()
    with pytest.raises(MaybeProcessedError):
        next(called.download(JOB))
    denials = iter([404])
    server.script = lambda seen: (
        Answer([JOB]) if is_list(seen) else Answer({"status": "Done", "metadata": {}}, next(denials, 200))
    )
    assert called.get_job(JOB).status.is_done


def test_what_is_known_of_a_job(server: ScriptedServer, called: CgiClient) -> None:
    """Keys come in any order, old jobs lack some, and the account's e-mail is left out."""
    metadata = {"title": "first", "user": "a@b.org", "cancertype": "BRCA", "id": JOB, "date": None}
    server.script = [Answer({"metadata": metadata, "status": "Done"}), Answer({"status": "Done", "metadata": {}})]
    about = called.get_job(JOB)
    assert (about.title, about.cancer_type, about.reference, about.date) == ("first", "BRCA", "", "")
    assert "a@b.org" not in repr(about)
    assert called.get_job(JOB).title == ""


@pytest.mark.parametrize("id_", ["0123456789abcdef0123", 7, [], {"a": []}, True])
def test_what_is_said_of_another_job_is_not_believed(server: ScriptedServer, called: CgiClient, id_: object) -> None:
    """Nor where its id is something that is none."""
    server.script = [Answer({"status": "Done", "metadata": {"id": id_, "title": "t"}})]
    with pytest.raises(MaybeProcessedError, match=f"asked about job {JOB}, and describes another one"):
        called.get_job(JOB)


@pytest.mark.parametrize("id_", [None, "", JOB])
def test_a_description_without_an_id_is_of_the_job_that_was_asked_for(
    server: ScriptedServer, called: CgiClient, id_: str | None
) -> None:
    """As the description itself, an empty id names no other job."""
    server.script = [Answer({"status": "Done", "metadata": {"id": id_, "title": "t"}})]
    assert called.get_job(JOB).title == "t"


@pytest.mark.parametrize("body", [{"status": "Done"}, {"status": "Done", "metadata": 3}])
def test_a_job_without_a_description_is_not_taken_for_nobodys(
    server: ScriptedServer, called: CgiClient, body: Any
) -> None:
    """It might be the one that is looked for."""
    server.script = [Answer(body)]
    with pytest.raises(MaybeProcessedError, match="does not describe"):
        called.get_job(JOB)


@pytest.mark.parametrize("body", ["[]", '"Done"', {"metadata": {}}, "null"])
def test_an_answer_without_a_status_is_none(server: ScriptedServer, called: CgiClient, body: Any) -> None:
    """What does not say how the job stands is not taken for its state."""
    server.script = [Answer(body)]
    for call in (lambda: called.get_job(JOB), lambda: called.logs(JOB)):
        with pytest.raises(MaybeProcessedError):
            call()


def test_looking_once_is_once(server: ScriptedServer, called: CgiClient) -> None:
    """Who waits does his own repeating."""
    server.script = [DROPPED]
    with pytest.raises(ServiceError):
        called.logs(JOB, retry=False)
    assert len(server.requests) == 1


def test_deleting_is_repeated_and_answers_with_anything(server: ScriptedServer, called: CgiClient) -> None:
    """A DELETE whose answer was lost does no harm a second time."""
    server.script = [DROPPED, Answer({"whatever": 1}), Answer([OTHER])]
    called.delete(JOB)
    assert [seen.method for seen in server.requests] == ["DELETE", "DELETE", "GET"]


@pytest.mark.parametrize("lost", ["DELETE", "GET"])
def test_deleting_is_tried_as_often_as_any_other_call(server: ScriptedServer, called: CgiClient, lost: str) -> None:
    """A deletion and the list that proves it are one attempt, whichever of them fails."""
    server.script = lambda seen: DROPPED if seen.method == lost else Answer([OTHER])
    with pytest.raises(ServiceError):
        called.delete(JOB)
    assert [seen.method for seen in server.requests] == (["DELETE"] if lost == "DELETE" else ["DELETE", "GET"]) * 2


def test_a_job_that_is_listed_is_not_deleted(server: ScriptedServer, called: CgiClient) -> None:
    """No answer to a DELETE proves that it was done; patients' data may still be there, and the slot taken."""
    server.script = lambda seen: Answer([OTHER, JOB] if is_list(seen) else '"done"')
    with pytest.raises(ServiceError, match=f"still lists job {JOB}") as failed:
        called.delete(JOB)
    assert failed.value.tip == "delete it again later"
    lists = iter([[OTHER, JOB], [OTHER]])
    server.script = lambda seen: Answer(next(lists) if is_list(seen) else '"done"')
    called.delete(JOB)


def test_each_call_asks_for_what_the_apis_page_says(server: ScriptedServer, called: CgiClient, table: Path) -> None:
    """Method, path and action of every call."""
    about = {"status": "Running", "logs": ["a"], "metadata": {}}
    server.script = lambda seen: Answer(f'"{JOB}"' if seen.method == "POST" else about if JOB in seen.path else [OTHER])
    called.submit(FIELDS, {"mutations": table})
    called.list_jobs()
    called.get_job(JOB)
    called.logs(JOB)
    list(called.download(JOB))
    called.delete(JOB)
    assert [(seen.method, seen.path.removeprefix("/api/v1")) for seen in server.requests] == [
        ("POST", ""),
        ("GET", ""),
        ("GET", f"/{JOB}"),
        ("GET", f"/{JOB}?action=logs"),
        ("GET", f"/{JOB}?action=download"),
        ("DELETE", f"/{JOB}"),
        ("GET", ""),
    ]


def test_each_file_goes_out_whole_under_the_name_of_its_kind(
    server: ScriptedServer, called: CgiClient, table: Path
) -> None:
    """Its own name may be a patient's."""
    server.script = [Answer(f'"{JOB}"')]
    assert called.submit(FIELDS, {"cnas": table}) == JOB
    (seen,) = server.requests
    head, _, content = seen.body.decode().partition('name="cnas"; filename="cnas.tsv"')[2].partition("\r\n\r\n")
    assert head == "\r\nContent-Type: text/tab-separated-values"
    assert content.startswith(table.read_text(encoding="utf-8") + "\r\n--")


def test_a_job_is_described_by_its_own_words(server: ScriptedServer, called: CgiClient) -> None:
    """Id, state, title, cancer type, reference and date; a status of another type is no state that is known."""
    metadata = {"title": "t", "cancertype": "CM", "reference": "hg38", "date": "2026-01-05"}
    server.script = [
        Answer({"metadata": metadata, "status": "Running"}),
        Answer({"status": None, "logs": ["  a X\r\n"]}),
    ]
    assert called.get_job(JOB) == JobInfo(JOB, Status("Running"), "t", "CM", "hg38", "2026-01-05")
    assert called.logs(JOB) == JobLog(Status("None"), ["  a X"])
    server.script = [Answer({"status": "Done", "logs": ["a ", "bX"]})]
    assert called.logs(JOB) == JobLog(Status("Done"), ["a ", "bX"])
    assert Status("Running").is_known
    assert not Status("Run").is_known


def test_the_log_is_asked_for_again_unless_told_otherwise(server: ScriptedServer, called: CgiClient) -> None:
    """A single look that fails is not the end of `cgi-runner logs`."""
    server.script = [DROPPED, Answer({"status": "Done", "logs": []})]
    assert called.logs(JOB).status.is_done


def test_a_list_beyond_all_measure_is_refused(
    server: ScriptedServer, called: CgiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many jobs as may be are taken, one more is not."""
    monkeypatch.setattr("cgi_runner.service.cgi_v1._MAX_JOBS", 2)
    server.script = [Answer([JOB] * 2), Answer([JOB] * 3)]
    assert called.list_jobs() == [JOB] * 2
    with pytest.raises(ServiceError) as failed:
        called.list_jobs()
    assert failed.value.message == f"{server.url} lists 3 jobs for this account"
    assert failed.value.tip == "is --api-url right?"


RIGHT = "is --api-url right?"
DENIED = "but answers 404 when asked about it"
LATER = "run the command again a little later"
WHOSE = "`cgi-runner list --long` shows the account's jobs"
SENT = "`cgi-runner check` shows what would be sent"
POSTED = "the service refused POST /api/v1 with"
ACCOUNT = "check the e-mail, and make a new token on CGI's REST API page if this one is no longer valid"


@pytest.mark.parametrize(
    ("call", "answer", "kind", "message", "tip"),
    [
        ("jobs", Answer({}), MaybeProcessedError, "{url} did not return a list of job ids", RIGHT),
        ("jobs", Answer("", 404), RejectedError, "the service refused GET /api/v1 with 404: Not Found", ""),
        ("job", Answer([]), MaybeProcessedError, "{url} did not return the state of a job", RIGHT),
        ("job", Answer({"status": "Done"}), MaybeProcessedError, f"{{url}} does not describe job {JOB}", RIGHT),
        ("logs", Answer({}), MaybeProcessedError, "{url} did not return the state of a job", RIGHT),
        ("job", Answer("", 404), UnknownJobError, f"the account has no job {JOB}", WHOSE),
        ("logs", Answer("", 410), UnknownJobError, f"the account has no job {JOB}", WHOSE),
        ("logs of a listed job", Answer("", 404), MaybeProcessedError, f"{{url}} lists job {JOB}, {DENIED}", LATER),
        ("jobs", Answer("", 401), CredentialsError, "the service does not accept these credentials (401)", ACCOUNT),
        ("submit", Answer("no", 400), InputError, f"{POSTED} 400: no", SENT),
        ("submit", Answer("full", 403), QuotaRejectedError, f"{POSTED} 403: full", ""),
        ("submit", Answer("busy", 500), MaybeProcessedError, f"{POSTED} 500: busy", ""),
        ("submit", Answer("slow", 408), MaybeProcessedError, f"{POSTED} 408: slow", ""),
        ("submit", Answer("odd", 499), MaybeProcessedError, f"{POSTED} 499: odd", ""),
        (
            "submit",
            Answer({"job": 1}),
            MaybeProcessedError,
            "{url} answered the submission with \"{{'job': 1}}\", which is not a job id",
            "",
        ),
        (
            "submit",
            Answer(["a" * 80]),
            MaybeProcessedError,
            "{url} answered the submission with \"['" + "a" * 57 + '\u2026", which is not a job id',
            "",
        ),
    ],
)
def test_each_failed_call_has_its_sentence_and_its_tip(
    call: str,
    answer: Answer,
    kind: type[RunnerError],
    message: str,
    tip: str,
    server: ScriptedServer,
    called: CgiClient,
    table: Path,
) -> None:
    """What people read, word for word."""
    listed = Answer([JOB] if "listed" in call else [])
    server.script = lambda seen: listed if is_list(seen) and call != "jobs" else answer
    calls: dict[str, Callable[[], Any]] = {
        "jobs": called.list_jobs,
        "logs of a listed job": lambda: called.logs(JOB, retry=False),
        "job": lambda: called.get_job(JOB),
        "logs": lambda: called.logs(JOB, retry=False),
        "submit": lambda: called.submit(FIELDS, {"mutations": table}),
    }
    with pytest.raises(kind) as failed:
        calls[call]()
    assert type(failed.value) is kind
    assert (failed.value.message, failed.value.tip) == (message.format(url=server.url), tip)
