"""What failed requests say, word for word: the sentence and the tip are all that most people see of this program."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest
import requests

from cgi_runner.errors import CredentialsError, InputError, RunnerError, ServiceError
from cgi_runner.service.errors import (
    CertificateError,
    MaybeProcessedError,
    NotSentError,
    RejectedError,
    as_credentials_error,
    is_number,
    is_safe_to_post_again,
    is_transient,
    translate_errors,
)
from conftest import SimulatedClock
from support.scripted import DROPPED, Answer, serving
from support.sessions import make_form, session_to

SERVICE = "https://cgi.example.org/api/v1"


NO_JSON = "is --api-url right, and no login or maintenance page in between?"


SAID: dict[str, tuple[Answer, type[RunnerError], str, str]] = {
    "dropped": (
        DROPPED,
        MaybeProcessedError,
        "{url} was not reached: Remote end closed connection without response",
        "check the address and the network",
    ),
    "cut": (
        Answer("[]", length=9),
        MaybeProcessedError,
        "the response of {url} was cut off: IncompleteRead(2 bytes read, 7 more expected)",
        "run the command again",
    ),
    "text": (
        Answer("hello\nthere"),
        MaybeProcessedError,
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
        RejectedError,
        "the service refused GET /api/v1 with 400: not now",
        "",
    ),
    "refused in words": (
        Answer("go away", 400),
        RejectedError,
        "the service refused GET /api/v1 with 400: go away",
        "",
    ),
    "refused by a list": (Answer([1], 400), RejectedError, "the service refused GET /api/v1 with 400: [1]", ""),
    "refused in silence": (Answer("", 404), RejectedError, "the service refused GET /api/v1 with 404: Not Found", ""),
    "refused inside": (
        Answer({"error_code": "418"}),
        RejectedError,
        "the service refused GET /api/v1 with 418: OK",
        "",
    ),
    "elsewhere": (
        Answer("", 302, {"Location": "https://login.example.org/a?token=b"}),
        ServiceError,
        "{url} redirects to https://login.example.org/a",
        "the token is not sent there; if you trust that address, give it as --api-url",
    ),
    "nowhere": (
        Answer("", 302, {"Location": ""}),
        ServiceError,
        "{url} redirects to ",
        "the token is not sent there; if you trust that address, give it as --api-url",
    ),
}


@pytest.mark.parametrize(("answer", "kind", "message", "tip"), SAID.values(), ids=SAID)
def test_each_failed_answer_has_its_sentence_and_its_tip(
    answer: Answer, kind: type[RunnerError], message: str, tip: str, clock: SimulatedClock
) -> None:
    """What was found, what was expected and where; then what to do."""
    with serving([answer]) as server, pytest.raises(RunnerError) as failed:
        session_to(server.url, clock).json("GET")
    assert type(failed.value) is kind
    assert (failed.value.message, failed.value.tip) == (message.format(url=server.url), tip)


def test_a_page_in_answer_to_a_post_may_hide_that_it_arrived(clock: SimulatedClock) -> None:
    """To a GET a page is lasting; after a POST it leaves open whether the job exists."""
    with serving([Answer("<html>")]) as server, pytest.raises(MaybeProcessedError) as failed:
        session_to(server.url, clock).post_json(make_form())
    assert failed.value.message == "POST /api/v1 answered with a web page where JSON was expected: <html>"


def test_a_port_on_which_nobody_listens_is_said_without_the_librarys_words(clock: SimulatedClock) -> None:
    """No names of classes, no pools: the cause alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/api/v1"
    with pytest.raises(NotSentError) as failed:
        session_to(url, clock).json("GET")
    assert failed.value.tip == "check the address and the network"
    assert failed.value.message.startswith(f"{url} was not reached: ")
    assert "onnection refused" in failed.value.message
    assert "HTTPConnection" not in failed.value.message


TOLD: dict[str, tuple[Exception, type[RunnerError], str, str]] = {
    "scheme": (
        requests.exceptions.InvalidSchema("No adapters"),
        InputError,
        f"{SERVICE} is not a valid address of a service: No adapters",
        "check --api-url",
    ),
    "untrusted": (
        requests.exceptions.SSLError(ssl.SSLCertVerificationError(1, "self signed")),
        CertificateError,
        f"the certificate of {SERVICE} cannot be trusted: self signed",
        "name your institution's certificates with --ca-bundle FILE; as a last resort --insecure",
    ),
    "encryption": (
        requests.exceptions.SSLError(ssl.SSLEOFError(8, "EOF occurred")),
        MaybeProcessedError,
        f"the encryption to {SERVICE} failed: EOF occurred",
        "is it https on that port?",
    ),
    "time-out": (
        requests.exceptions.ReadTimeout("read timed out"),
        MaybeProcessedError,
        f"{SERVICE} was not reached: read timed out",
        "check the address and the network",
    ),
    "wordless": (
        requests.exceptions.ConnectionError(),
        MaybeProcessedError,
        f"{SERVICE} was not reached: ConnectionError",
        "check the address and the network",
    ),
    "pool": (
        requests.exceptions.ConnectionError("HTTPSConnectionPool(host='h', port=443): no\n more"),
        MaybeProcessedError,
        f"{SERVICE} was not reached: no more",
        "check the address and the network",
    ),
    "bundle": (
        OSError("Could not find a suitable TLS CA certificate bundle: /nowhere"),
        InputError,
        "Could not find a suitable TLS CA certificate bundle: /nowhere",
        "correct or unset REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE",
    ),
}


@pytest.mark.parametrize(("error", "kind", "message", "tip"), TOLD.values(), ids=TOLD)
def test_each_failure_of_the_libraries_has_its_sentence_and_its_tip(
    error: Exception, kind: type[RunnerError], message: str, tip: str
) -> None:
    """Whatever the libraries raise, people read one plain sentence."""
    with pytest.raises(RunnerError) as failed, translate_errors(SERVICE):
        raise error
    assert type(failed.value) is kind
    assert (failed.value.message, failed.value.tip) == (message, tip)
    assert failed.value.__cause__ is error


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_account_is_told_with_its_status(status: int) -> None:
    """And where a new token comes from; all other refusals stay what they are."""
    told = as_credentials_error(RejectedError("no", status))
    assert isinstance(told, CredentialsError)
    assert told.message == f"the service does not accept these credentials ({status})"
    assert told.tip == ("check the e-mail, and make a new token on CGI's REST API page if this one is no longer valid")
    other = RejectedError("no", 402)
    assert as_credentials_error(other) is other


def test_the_last_resort_is_said_in_one_line(clock: SimulatedClock, caplog: pytest.LogCaptureFixture) -> None:
    """What --insecure means stands in the warning itself."""
    session_to(SERVICE, clock, insecure=True)
    assert caplog.messages == [
        (
            "warning: --insecure: the service's certificate is not checked; anyone between here and there may read the "
            "token"
        )
    ]


@pytest.mark.parametrize(
    ("error", "passes", "again"),
    [
        (NotSentError("x"), True, True),
        (CertificateError("x"), False, False),
        (MaybeProcessedError("x"), True, False),
        (RejectedError("x", 429), True, False),
        (RejectedError("x", 503), True, False),
        (RejectedError("x", 404), False, False),
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


def test_nothing_but_the_method_tells_a_refusal_apart(clock: SimulatedClock) -> None:
    """Each call is named by its own method and path."""
    with serving([Answer({"error_code": 404}, 404)]) as server:
        asked = session_to(server.url, clock)
        calls: dict[str, Callable[[], Any]] = {
            "GET /api/v1/x": lambda: asked.get_json("x"),
            "DELETE /api/v1/x": lambda: asked.with_retries(lambda: asked.json("DELETE", "x")),
            "POST /api/v1": lambda: asked.post_json(make_form()),
            "GET /api/v1/y": lambda: list(asked.stream("y", action="download")),
        }
        for name, call in calls.items():
            with pytest.raises(RejectedError, match=f"refused {name} with 404: Not Found$"):
                call()
