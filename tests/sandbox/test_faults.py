"""The sandbox told to misbehave: the language of its plans, and what a client sees of each fault."""

from __future__ import annotations

import io
import json
import time
import zipfile
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from cgi_sandbox import Sandbox
from cgi_sandbox.errors import SandboxError
from cgi_sandbox.faults import CATALOGUE, FaultPlan, parse
from cgi_sandbox.faults.rule import STEPS
from conftest import ROOT, SimulatedClock
from support.cli import cgi_runner

ACCOUNT = {"Authorization": "biologist@example.org deadbeefdeadbeefdead"}
FORM = (
    '--x\r\nContent-Disposition: form-data; name="cancer_type"\r\n\r\nCM\r\n'
    '--x\r\nContent-Disposition: form-data; name="mutations"; filename="m.tsv"\r\n\r\n'
    "chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n\r\n--x--\r\n"
)


class Reply(NamedTuple):
    """What came back: the status, the headers in lower case, and the body as far as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


class Client:
    """A client that knows nothing of the runner."""

    def __init__(self, sandbox: Sandbox, clock: SimulatedClock) -> None:
        """Call this sandbox."""
        self._address = urlsplit(sandbox.url).netloc
        self.sandbox = sandbox
        self.clock = clock

    def plan(self, *lines: str) -> None:
        """Tell the sandbox to misbehave."""
        rules = [parse(line) for line in lines]
        self.sandbox.interceptors[:] = [FaultPlan(rules, clock=self.clock.time, sleep=self.clock.sleep)]

    def ask(self, step: str, job: str = "", *, timeout: float = 20) -> Reply:
        """Make one of the API's calls."""
        action = f"?action={step}" if step in {"logs", "download"} else ""
        method = {"post": "POST", "delete": "DELETE"}.get(step, "GET")
        headers = {**ACCOUNT, **({"Content-Type": "multipart/form-data; boundary=x"} if step == "post" else {})}
        connection = HTTPConnection(self._address, timeout=timeout)
        try:
            connection.request(method, f"/api/v1{job and f'/{job}'}{action}", FORM if step == "post" else None, headers)
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def job(self) -> str:
        """Have a job done."""
        job: str = self.ask("post").json
        self.clock.sleep(100)
        return job


@pytest.fixture
def client(sandbox: Sandbox, clock: SimulatedClock) -> Client:
    """Return a client of a sandbox that behaves until it is told otherwise."""
    return Client(sandbox, clock)


@pytest.mark.parametrize(
    "line",
    [
        "post drop handled", "logs 503 retry-after=30 times=3", "any 500 times=always", "download corrupt skip=2",
        "post late=2.5", "list crowd=10000 times=always", "info redirect=http://127.0.0.1:9/x", "logs word=Paused",
    ],
)  # fmt: skip
def test_a_rule_reads_as_it_was_written(line: str) -> None:
    """What was understood can be written again."""
    assert str(parse(line)) == line


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "a step and a fault are needed"),
        ("post", "a step and a fault are needed"),
        ("put drop", "'put' is not a step"),
        ("post dorp", "'dorp' is not a fault; drop?"),
        ("post 200", "'200' is not a fault"),
        ("post NNN", "'NNN' is not a fault"),
        ("post corrupt", "'corrupt' is for download"),
        ("post late", "late=SECONDS is expected"),
        ("post late=soon", "late=SECONDS is expected"),
        ("post drop=1", "'drop' takes no value"),
        ("post drop twice", "'twice' is not one of"),
        ("post drop times=few", "'few' is not a number"),
        ("post drop times=0", "times is 1 or more"),
        ("post drop times=2 times=3", "a word is there twice"),
        ("post drop handled=no", "'handled' takes no value"),
        ("post late=5 handled", "'late' cannot be handled"),
        ("logs drop handled", "'handled' is for post and delete: a logs changes nothing"),
        ("list slow=1 handled", "'slow' cannot be handled"),
        ("list drop retry-after=5", "retry-after is for statuses"),
        ("list 503 retry-after=\u4e2d", "cannot be sent in a header"),
        ("list redirect=http://x/\u4e2d", "redirect=URL is expected"),
        ("list crowd=\u0663", "crowd=COUNT is expected"),
        ("list crowd=1000001", "1,000,000 at most"),
        ("list hang=86401", "86,400 at most"),
        ("list hang=99999999999999", "86,400 at most"),
        ("list slow=100000", "86,400 at most"),
        ("post late=86400.5", "86,400 at most"),
        pytest.param("list hang=" + "9" * 400, "86,400 at most", id="hang-beyond-floats"),
        pytest.param("list crowd=" + "9" * 5000, "1,000,000 at most", id="crowd-beyond-ints"),
        ("list hang=nan", "hang=SECONDS is expected"),
        ("post drop=", "'drop' takes no value"),
        ("post drop handled=", "'handled' takes no value"),
        ("post drop times=00", "times is 1 or more"),
        ("post drop times=\u0663", "'\u0663' is not a number"),
        ("post drop skip=1 skip=1", "a word is there twice"),
        ("list 503 retry-after=", "cannot be sent in a header"),
        ("list 5\u0660\u0663", "is not a fault"),
        ("list error-code=5\u0660\u0663", "error-code=NNN is expected"),
        ("logs word=\u4e2d", "word=TEXT is expected"),
        ("download copy", "copy is one of crlf, no-final-newline"),
        ("download shape=round", "shape is one of folder-entry"),
        ("logs log-shape=text= ", "log-shape is one of text, null, missing"),
        ("info flapping=101", "flapping can be 100 at most"),
    ],
)
def test_a_rule_that_is_none(line: str, why: str) -> None:
    """The error says what was expected, and where the faults are listed."""
    with pytest.raises(SandboxError, match="is not a line of a fault plan") as caught:
        parse(line)
    assert why in caught.value.message
    assert "docs/drills.md" in caught.value.tip


@pytest.mark.parametrize(
    "fault",
    [
        "late=5", "slow=1", "truncated", "truncated-quietly", "broken-json", "corrupt", "foreign", "zip-slip", "bomb",
        "encrypted", "word=Paused", "vanish", "shuffled", "crowd=5",
    ],
)  # fmt: skip
def test_handled_is_refused_where_it_changes_nothing(fault: str) -> None:
    """A fault that always carries the request out, or has a time of its own for that, cannot be told to."""
    assert parse(f"any {fault}").fault == fault.partition("=")[0]
    with pytest.raises(SandboxError, match="cannot be handled"):
        parse(f"any {fault} handled")


@pytest.mark.parametrize(
    "line",
    [
        "any drop handled", "any hang=30 handled", "any 500 handled", "any error-code=500 handled", "any html handled",
        "any empty handled", "any wrong-type handled", "any redirect=http://x/?a= handled", "any endless handled",
        "post full handled", "any corrupt", "list hang=86400", "list slow=0.1234567", "list crowd=1000000",
        "list 429 retry-after=99999999", "list 503 retry-after=-99999999", "list error-code=429 retry-after=banana",
    ],
)  # fmt: skip
def test_what_is_absurd_on_purpose_stays_a_rule(line: str) -> None:
    """Strictness takes nothing from the drills: largest values, headers without sense, any step."""
    assert str(parse(line)) == line


def test_how_often(client: Client) -> None:
    """Some requests pass, some are met, the rest pass again; other steps never notice."""
    client.plan("list 503 skip=1 times=2")
    assert [client.ask("list").status for _ in range(5)] == [200, 503, 503, 200, 200]
    assert client.ask("info", "0" * 20).status == 404
    client.plan("any 500 times=always")
    assert {client.ask(step, "x" * 20).status for step in ("info", "logs", "delete")} == {500}


@pytest.mark.parametrize(("line", "jobs"), [("post drop", 0), ("post drop handled", 1), ("post hang=0.01 handled", 1)])
def test_no_answer(line: str, jobs: int, client: Client) -> None:
    """The connection breaks, before or after the job was taken in."""
    client.plan(line)
    with pytest.raises((HTTPException, OSError)):
        client.ask("post")
    assert len(client.ask("list").json) == jobs


def test_hanging_ends_with_the_client(client: Client) -> None:
    """A hanging request is let go as soon as the client has given up."""
    client.plan("list hang=600")
    with pytest.raises(TimeoutError):
        client.ask("list", timeout=0.1)
    begun = time.monotonic()
    client.sandbox.close()
    assert time.monotonic() - begun < 60


def test_a_job_that_arrives_late(client: Client, clock: SimulatedClock) -> None:
    """It is in the list only when its time has come."""
    client.plan("post late=30")
    with pytest.raises((HTTPException, OSError)):
        client.ask("post")
    assert client.ask("list").json == []
    clock.sleep(31)
    assert len(client.ask("list").json) == 1


@pytest.mark.parametrize(
    ("asked", "header"),
    [("30", "30"), ("soon", "soon"), ("-5", "-5"), ("date", "Mon, 05 Jan 2026 12:00:30 GMT")],
)
def test_retry_after(asked: str, header: str, client: Client) -> None:
    """The header is given as it was told, or as a date half a minute ahead."""
    client.plan(f"list 429 retry-after={asked}", f"list error-code=429 retry-after={asked}")
    replies = [client.ask("list"), client.ask("list")]
    assert [reply.status for reply in replies] == [429, 200]
    assert [reply.headers["retry-after"] for reply in replies] == [header, header]
    assert [reply.json["error_code"] for reply in replies] == [429, 429]


def test_answers_that_are_none(client: Client) -> None:
    """A page, nothing, other JSON, half of it, a redirect."""
    client.plan(
        "list html", "list empty", "list wrong-type", "list broken-json", "list redirect=http://elsewhere.example/"
    )
    page, empty, wrong, broken, redirect = (client.ask("list") for _ in range(5))
    assert (page.status, page.headers["content-type"]) == (200, "text/html")
    assert (empty.status, empty.body) == (200, b"")
    assert wrong.json == {"jobs": [1, 2]}
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        assert broken.json
    assert (redirect.status, redirect.headers["location"]) == (302, "http://elsewhere.example/")
    assert client.ask("list").json == []


def test_half_of_an_answer(client: Client) -> None:
    """With its length announced a client notices; without, it cannot."""
    job = client.job()
    whole = client.ask("logs", job).body
    client.plan("logs truncated", "logs truncated-quietly")
    with pytest.raises(HTTPException, match="IncompleteRead"):
        client.ask("logs", job)
    assert client.ask("logs", job).body == whole[: len(whole) // 2]


def test_a_slow_answer_is_whole(client: Client, clock: SimulatedClock) -> None:
    """It takes its time for each byte."""
    client.plan("list slow=7")
    before = clock.seconds
    assert client.ask("list").json == []
    assert clock.seconds - before == 7 * len("[]")


def test_an_endless_answer_goes_on(client: Client) -> None:
    """There is more than anybody asked for, for as long as anybody listens."""
    client.plan("download endless")
    connection = HTTPConnection(client._address, timeout=20)
    connection.request("GET", f"/api/v1/{'0' * 20}?action=download", headers=ACCOUNT)
    assert connection.getresponse().read(2_000_000).startswith(b"PK\x03\x04  ")
    connection.close()


def test_spoiled_archives(client: Client) -> None:
    """Each is what its name says, to a reader who takes everything."""
    job = client.job()
    client.plan(*(f"download {fault}" for fault in ("corrupt", "foreign", "zip-slip", "encrypted", "bomb")))
    corrupt, foreign, slipping, encrypted, bomb = (
        zipfile.ZipFile(io.BytesIO(client.ask("download", job).body)) for _ in range(5)
    )
    assert corrupt.testzip()
    assert job not in foreign.read("summary.txt").decode()
    assert "f0f0f0" in foreign.read("summary.txt").decode()
    assert "../../slipped.tsv" in slipping.namelist()
    with pytest.raises(RuntimeError, match="encrypted"):
        encrypted.testzip()
    assert sum(member.file_size for member in bomb.infolist()) > 1024**3
    with zipfile.ZipFile(io.BytesIO(client.ask("download", job).body)) as sound:
        assert not sound.testzip()


def test_a_job_without_results_has_no_archive_to_spoil(client: Client) -> None:
    """The service's own refusal stays what it is."""
    job = client.ask("post").json
    client.plan("download corrupt", "logs word=Paused")
    assert client.ask("download", job).status == 404
    assert client.ask("logs", "0" * 20).status == 404


def test_another_word_for_the_state(client: Client) -> None:
    """`Error` comes with a line in the log that says why; the log is otherwise the service's."""
    job = client.job()
    client.plan("info word=Paused", "logs word=Error")
    assert client.ask("info", job).json["status"] == "Paused"
    log = client.ask("logs", job).json
    assert log["status"] == "Error"
    assert log["logs"][-1].startswith("ERROR: the analysis was given up")


def test_a_job_that_vanishes(client: Client) -> None:
    """It is really gone."""
    job = client.job()
    client.plan("logs vanish")
    assert client.ask("logs", job).status == 404
    assert client.ask("list").json == []


def test_a_full_account(client: Client) -> None:
    """The answer is the one that has been seen, and no job is taken in."""
    client.plan("post full")
    reply = client.ask("post")
    assert (reply.status, reply.json["message"]) == (403, "All slots are full")
    assert client.ask("list").json == []


def test_lists_in_any_order_and_of_any_length(client: Client) -> None:
    """The same jobs come each time; those of the crowd can be asked about."""
    mine = {client.ask("post").json for _ in range(9)}
    client.plan("list shuffled times=always")
    orders = [client.ask("list").json for _ in range(9)]
    assert all(set(order) == mine for order in orders)
    assert len({tuple(order) for order in orders}) > 1
    client.plan("list crowd=10000")
    jobs = client.ask("list").json
    assert len(set(jobs)) == 10_009
    assert mine < set(jobs)
    other = next(job for job in jobs if job not in mine)
    assert client.ask("info", other).json["metadata"]["id"] == other


def test_the_command_takes_a_plan() -> None:
    """A rule that is none is said before anything is served."""
    outcome = cgi_runner("sandbox", "--port", "0", "--fault", "post drop", "--fault", "post explode")
    assert outcome.is_plain_failure(2)
    assert "'explode' is not a fault" in outcome.err


@pytest.mark.parametrize(
    "words",
    [("--duration", "nan"), ("--duration", "-5"), ("--duration", "inf"), ("--quota", "-1")],
)
def test_settings_that_make_no_sense_are_refused(words: tuple[str, str]) -> None:
    """Before anything is served."""
    assert cgi_runner("sandbox", "--port", "0", *words).is_plain_failure(2)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """It is refused, and nothing is made in it or beside it."""
    folder = tmp_path / "folder"
    folder.mkdir()
    assert cgi_runner("sandbox", "--port", "0", "--database", str(folder)).is_plain_failure(2)
    assert list(tmp_path.rglob("*")) == [folder]


def test_another_file_is_no_database(tmp_path: Path) -> None:
    """It is refused in one line, and left as it is."""
    file = tmp_path / "jobs.db"
    file.write_text("hello")
    outcome = cgi_runner("sandbox", "--port", "0", "--database", str(file))
    assert outcome.is_plain_failure(2)
    assert "cannot be used: file is not a database" in outcome.err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["hello"]


def test_the_document_lists_the_faults() -> None:
    """docs/drills.md says of each fault what the catalogue says, and of no other."""
    document = (ROOT / "docs" / "drills.md").read_text(encoding="utf-8")
    assert [line for line in document.splitlines() if line.startswith("| `")] == [
        f"| `{name}={fault.value}`" * bool(fault.value) + f"| `{name}`" * (not fault.value)
        + f" | {fault.does} | {'any' if fault.steps == STEPS else ', '.join(fault.steps)} |"
        for name, fault in CATALOGUE.items()
    ]  # fmt: skip
