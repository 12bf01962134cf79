"""What failed requests say, word for word: the sentence and the tip are all that most people see of this program."""

from __future__ import annotations

import logging
import random
import socket
import ssl
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from io import BytesIO
from typing import Any

import pytest
import requests
import urllib3

from cgi_runner import __version__
from cgi_runner.errors import CredentialsError, InputError, RunnerError, ServiceError
from cgi_runner.failures import (
    AnswerLostError,
    CertificateError,
    NotSentError,
    RefusedError,
    credentials_refused,
    is_number,
    is_safe_to_post_again,
    is_transient,
    told_apart,
)
from cgi_runner.http import Session
from cgi_runner.settings import Patience, Service
from cgi_runner.upload import Upload
from conftest import CREDENTIALS, SimulatedClock
from scripted import DROPPED, Answer, serving

JOB = "c22ecf2af788d65ec257"
GOOD = Answer([JOB])
SERVICE = "https://cgi.example.org/api/v1"
NO_JSON = "is --api-url right, and no login or maintenance page in between?"


def session(url: str, clock: SimulatedClock, *, patience: Patience | None = None, **service: Any) -> Session:
    """Make a session for a service."""
    return Session(Service(url, **service), CREDENTIALS, clock=clock, patience=patience or Patience())


def form() -> Upload:
    """Make the body of a POST."""
    return Upload({"title": "t"}, {"mutations": BytesIO(b"chr\tpos")})


SAID: dict[str, tuple[Answer, type[RunnerError], str, str]] = {
    "dropped": (
        DROPPED,
        AnswerLostError,
        "{url} was not reached: Remote end closed connection without response",
        "check the address and the network",
    ),
    "cut": (
        Answer("[]", length=9),
        AnswerLostError,
        "the answer of {url} broke off: IncompleteRead(2 bytes read, 7 more expected)",
        "run the command again",
    ),
    "text": (
        Answer("hello\nthere"),
        AnswerLostError,
        "GET /api/v1 answered with something where JSON was expected: hello there",
        NO_JSON,
    ),
    "page": (
        Answer("<HTML>Maintenance"),
        ServiceError,
        "GET /api/v1 answered with a web page where JSON was expected: <HTML>Maintenance",
        NO_JSON,
    ),
    "page by its type": (
        Answer("<!DocType x>"),
        ServiceError,
        "GET /api/v1 answered with a web page where JSON was expected: <!DocType x>",
        NO_JSON,
    ),
    "refused in JSON": (
        Answer({"message": "not\nnow"}, 400),
        RefusedError,
        "the service refused GET /api/v1 with 400: not now",
        "",
    ),
    "refused in words": (Answer("go away", 400), RefusedError, "the service refused GET /api/v1 with 400: go away", ""),
    "refused by a list": (Answer([1], 400), RefusedError, "the service refused GET /api/v1 with 400: [1]", ""),
    "refused in silence": (Answer("", 404), RefusedError, "the service refused GET /api/v1 with 404: Not Found", ""),
    "refused inside": (
        Answer({"error_code": "418"}),
        RefusedError,
        "the service refused GET /api/v1 with 418: OK",
        "",
    ),
    "elsewhere": (
        Answer("", 302, {"Location": "https://login.example.org/a?token=b"}),
        ServiceError,
        "{url} redirects to https://login.example.org/a",
        "the token is not sent after it; if you trust it, name it with --api-url",
    ),
    "nowhere": (
        Answer("", 302, {"Location": ""}),
        ServiceError,
        "{url} redirects to ",
        "the token is not sent after it; if you trust it, name it with --api-url",
    ),
}


@pytest.mark.parametrize(("answer", "kind", "message", "tip"), SAID.values(), ids=SAID)
def test_each_failed_answer_has_its_sentence_and_its_tip(
    answer: Answer, kind: type[RunnerError], message: str, tip: str, clock: SimulatedClock
) -> None:
    """What was found, what was expected and where; then what to do."""
    with serving([answer]) as server, pytest.raises(RunnerError) as failed:
        session(server.url, clock).json("GET")
    assert type(failed.value) is kind
    assert (failed.value.message, failed.value.tip) == (message.format(url=server.url), tip)


def test_a_page_in_answer_to_a_post_may_hide_that_it_arrived(clock: SimulatedClock) -> None:
    """To a GET a page is lasting; after a POST it leaves open whether the job exists."""
    with serving([Answer("<html>")]) as server, pytest.raises(AnswerLostError) as failed:
        session(server.url, clock).post_json(form())
    assert failed.value.message == "POST /api/v1 answered with a web page where JSON was expected: <html>"


def test_a_port_on_which_nobody_listens_is_said_without_the_librarys_words(clock: SimulatedClock) -> None:
    """No names of classes, no pools: the cause alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/api/v1"
    with pytest.raises(NotSentError) as failed:
        session(url, clock).json("GET")
    assert failed.value.tip == "check the address and the network"
    assert failed.value.message.startswith(f"{url} was not reached: ")
    assert "onnection refused" in failed.value.message
    assert "HTTPConnection" not in failed.value.message


TOLD: dict[str, tuple[Exception, type[RunnerError], str, str]] = {
    "scheme": (
        requests.exceptions.InvalidSchema("No adapters"),
        InputError,
        f"{SERVICE} is no address of a service: No adapters",
        "mend --api-url",
    ),
    "untrusted": (
        requests.exceptions.SSLError(ssl.SSLCertVerificationError(1, "self signed")),
        CertificateError,
        f"the certificate of {SERVICE} cannot be trusted: self signed",
        "name your institution's certificates with --ca-bundle FILE; as a last resort --insecure",
    ),
    "encryption": (
        requests.exceptions.SSLError(ssl.SSLEOFError(8, "EOF occurred")),
        AnswerLostError,
        f"the encryption to {SERVICE} failed: EOF occurred",
        "is it https on that port?",
    ),
    "time-out": (
        requests.exceptions.ReadTimeout("read timed out"),
        AnswerLostError,
        f"{SERVICE} was not reached: read timed out",
        "check the address and the network",
    ),
    "wordless": (
        requests.exceptions.ConnectionError(),
        AnswerLostError,
        f"{SERVICE} was not reached: ConnectionError",
        "check the address and the network",
    ),
    "pool": (
        requests.exceptions.ConnectionError("HTTPSConnectionPool(host='h', port=443): no\n more"),
        AnswerLostError,
        f"{SERVICE} was not reached: no more",
        "check the address and the network",
    ),
    "bundle": (
        OSError("Could not find a suitable TLS CA certificate bundle: /nowhere"),
        InputError,
        "Could not find a suitable TLS CA certificate bundle: /nowhere",
        "mend REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, or unset it",
    ),
}


@pytest.mark.parametrize(("error", "kind", "message", "tip"), TOLD.values(), ids=TOLD)
def test_each_failure_of_the_libraries_has_its_sentence_and_its_tip(
    error: Exception, kind: type[RunnerError], message: str, tip: str
) -> None:
    """Whatever the libraries raise, people read one plain sentence."""
    with pytest.raises(RunnerError) as failed, told_apart(SERVICE):
        raise error
    assert type(failed.value) is kind
    assert (failed.value.message, failed.value.tip) == (message, tip)
    assert failed.value.__cause__ is error


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_account_is_told_with_its_status(status: int) -> None:
    """And where a new token comes from; all other refusals stay what they are."""
    told = credentials_refused(RefusedError("no", status))
    assert isinstance(told, CredentialsError)
    assert told.message == f"the service does not accept these credentials ({status})"
    assert told.tip == ("check the e-mail, and make a new token on CGI's REST API page if this one is no longer valid")
    other = RefusedError("no", 402)
    assert credentials_refused(other) is other


def test_the_last_resort_is_said_in_one_line(clock: SimulatedClock, caplog: pytest.LogCaptureFixture) -> None:
    """What --insecure means stands in the warning itself."""
    session(SERVICE, clock, insecure=True)
    assert caplog.messages == [
        "WARNING: --insecure: the service's certificate is not checked; anybody on the way may read the token"
    ]


def test_each_try_is_told_with_its_reason_and_its_pause(
    clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Who watches sees why it takes long."""
    caplog.set_level("INFO")
    with serving([Answer("busy", 503, {"Retry-After": "7"}), GOOD]) as server:
        session(server.url, clock).get_json()
    assert caplog.messages == ["the service refused GET /api/v1 with 503: busy; trying again in 7 s"]


def test_pauses_double_up_to_the_longest(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A draw between a second and a bound that doubles, so that many clients do not come back in step."""
    patience = Patience(attempts=8)
    for draw, pauses in ((max, [1, 2, 4, 8, 16, 32, 60]), (min, [1] * 7)):
        monkeypatch.setattr(random, "uniform", lambda low, high, draw=draw: draw(low, high))
        clock.sleeps.clear()
        with serving([Answer("busy", 503)]) as server, pytest.raises(RefusedError):
            session(server.url, clock, patience=patience).get_json()
        assert clock.sleeps == pauses


def test_the_pause_asked_for_is_kept_with_the_error(clock: SimulatedClock) -> None:
    """Who waits does his own repeating, and needs to know for how long."""
    date = format_datetime(clock.now() + timedelta(seconds=90), usegmt=True)
    for header, seconds in (({"Retry-After": "5"}, 5), ({"Retry-After": date}, 90), ({}, None)):
        with serving([Answer("", 503, header)]) as server, pytest.raises(RefusedError) as failed:
            session(server.url, clock).json("GET")
        assert failed.value.retry_after == seconds
        assert failed.value.status == 503


def test_debugging_shows_how_long_each_request_took(clock: SimulatedClock, caplog: pytest.LogCaptureFixture) -> None:
    """With method, address and status."""
    caplog.set_level(logging.DEBUG, "cgi_runner.http")

    def slow(_: Any) -> Answer:
        clock.sleep(5)
        return GOOD

    with serving(slow) as server:
        clock.sleep(100)
        session(server.url, clock).json("GET", action="logs")
    assert f"GET {server.url}?action=logs -> 200 in 5.00 s" in caplog.messages


def test_what_goes_out_with_each_request(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks, in what form the body comes, and time-outs without which a dead line would hold a job for ever."""
    sent: list[dict[str, Any]] = []
    send = requests.adapters.HTTPAdapter.send

    def noted(self: Any, request: Any, **options: Any) -> Any:
        sent.append(options)
        return send(self, request, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", noted)
    with serving([Answer(f'"{JOB}"')]) as server:
        asking = session(server.url, clock, patience=Patience(connect=3, read=4))
        asking.post_json(form())
        asking.repeat(lambda: asking.json("DELETE", JOB))
    assert [seen.headers["User-Agent"] for seen in server.requests] == [f"cgi-runner/{__version__}"] * 2
    assert server.requests[0].headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert [seen.path for seen in server.requests] == ["/api/v1", f"/api/v1/{JOB}"]
    assert [(options["timeout"], options["stream"]) for options in sent] == [((3, 4), True)] * 2


def test_letters_that_are_none_are_replaced(clock: SimulatedClock) -> None:
    """A log in another encoding is read all the same."""
    with serving([Answer(b'["\xe9t\xc3\xa9"]')]) as server:
        assert session(server.url, clock).get_json() == ["\ufffdt\u00e9"]


@pytest.fixture
def line(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Give a function that sets the seconds which everything takes to arrive."""
    read = urllib3.HTTPResponse.read1

    def takes(seconds: int) -> None:
        def slow(self: urllib3.HTTPResponse, *arguments: Any, **options: Any) -> bytes:
            piece = read(self, *arguments, **options)
            clock.sleep(seconds if piece else 0)
            return piece

        monkeypatch.setattr(urllib3.HTTPResponse, "read1", slow)

    return takes


@pytest.mark.parametrize(("largest", "seconds", "is_read"), [(100, 600, True), (99, 0, False), (100, 601, False)])
def test_an_answer_may_be_as_large_and_as_slow_as_the_bounds_say(
    largest: int,
    seconds: int,
    is_read: bool,
    clock: SimulatedClock,
    line: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To the byte and to the second, and no further."""
    monkeypatch.setattr("cgi_runner.http.LARGEST_ANSWER", largest)
    line(seconds)
    with serving([Answer(b"[" + b" " * 98 + b"]")]) as server:
        asked = session(server.url, clock)
        if is_read:
            assert asked.json("GET") == []
            return
        with pytest.raises(AnswerLostError) as failed:
            asked.json("GET")
    assert failed.value.message == f"{server.url} sends an answer without end"
    assert failed.value.tip == "is --api-url right?"


@pytest.mark.parametrize(("seconds", "size", "is_taken"), [(2, 9, True), (3, 3 * 1024, True), (3, 3 * 1024 - 1, False)])
def test_a_download_may_be_as_slow_as_the_bounds_say(
    seconds: int, size: int, is_taken: bool, clock: SimulatedClock, line: Callable[[int], None]
) -> None:
    """The time for an answer is for free, then a kilobyte a second is the least."""
    clock.sleep(50)
    line(seconds)
    with serving([Answer(b"P" * size)]) as server:
        stream = session(server.url, clock, patience=Patience(answer=2)).stream(JOB, action="download")
        if is_taken:
            assert [len(piece) for piece, _ in stream] == [size]
            return
        with pytest.raises(AnswerLostError) as failed:
            next(stream)
    assert failed.value.message == f"{server.url} sends too slowly: {size} bytes in {seconds} s"


def test_the_length_of_packed_bytes_is_not_that_of_the_content(clock: SimulatedClock) -> None:
    """A proxy may pack what passes through it; the content comes out unpacked."""
    import gzip

    packed = gzip.compress(b"PK" * 500)
    with serving([Answer(packed, headers={"Content-Encoding": "gzip"})]) as server:
        pieces = list(session(server.url, clock).stream(JOB, action="download"))
    assert b"".join(piece for piece, _ in pieces) == b"PK" * 500
    assert {total for _, total in pieces} == {None}


def test_an_error_object_in_pieces_is_read_whole(clock: SimulatedClock) -> None:
    """What begins like JSON in place of a download is read to its end before it is judged."""
    for text, is_error in (('{"error_code": 404, "message": "gone"}', True), ('{"status": "Running"}', False)):
        body = iter([text[:5].encode(), text[5:].encode()])
        with serving([Answer(body, length=len(text))]) as server:
            stream = session(server.url, clock).stream(JOB, action="download")
            if not is_error:
                assert list(stream) == [(text.encode(), len(text))]
                continue
            with pytest.raises(RefusedError) as failed:
                next(stream)
        assert failed.value.message == f"the service refused GET /api/v1/{JOB} with 404: gone"


@pytest.mark.parametrize(
    ("error", "passes", "again"),
    [
        (NotSentError("x"), True, True),
        (CertificateError("x"), False, False),
        (AnswerLostError("x"), True, False),
        (RefusedError("x", 429), True, False),
        (RefusedError("x", 503), True, False),
        (RefusedError("x", 404), False, False),
        (ServiceError("x"), False, False),
        (ValueError("x"), False, False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_may_pass_and_what_may_be_posted_again(error: Exception, passes: bool, again: bool) -> None:
    """Only what surely was not carried out may be posted again blindly."""
    assert (is_transient(error), is_safe_to_post_again(error)) == (passes, again)


@pytest.mark.parametrize(
    ("text", "is_one"), [("0", True), (" 7 ", True), ("9" * 18, True), ("9" * 19, False), ("", False), ("1.5", False)]
)
def test_plain_numbers_are_told_from_other_texts(text: str, is_one: bool) -> None:
    """Up to 18 digits, which no machine's integers overflow."""
    assert is_number(text) is is_one


def test_closing_lets_go_of_the_connection(clock: SimulatedClock) -> None:
    """A program that does many jobs does not gather open connections."""
    with serving([GOOD]) as server:
        asked = session(server.url, clock)
        asked.get_json()
        asked.close()
        asked.get_json()
        assert len({seen.port for seen in server.requests}) == 2


def test_nothing_but_the_method_tells_a_refusal_apart(clock: SimulatedClock) -> None:
    """Each call is named by its own method and path."""
    with serving([Answer({"error_code": 404}, 404)]) as server:
        asked = session(server.url, clock)
        calls: dict[str, Callable[[], Any]] = {
            "GET /api/v1/x": lambda: asked.get_json("x"),
            "DELETE /api/v1/x": lambda: asked.repeat(lambda: asked.json("DELETE", "x")),
            "POST /api/v1": lambda: asked.post_json(form()),
            "GET /api/v1/y": lambda: list(asked.stream("y", action="download")),
        }
        for name, call in calls.items():
            with pytest.raises(RefusedError, match=f"refused {name} with 404: Not Found$"):
                call()
