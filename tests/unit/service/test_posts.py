"""A submission is sent again only where it is certain that it never arrived."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest
import requests
import urllib3

from cgi_runner.config import Service
from cgi_runner.errors import ServiceError
from cgi_runner.service.errors import (
    MaybeProcessedError,
    NotSentError,
    is_safe_to_post_again,
    translate_errors,
)
from conftest import SimulatedClock
from support.scripted import DROPPED, HTML, Answer, serving
from support.sessions import make_form, session_to

JOB = "c22ecf2af788d65ec257"
POSTED = Answer(f'"{JOB}"')


def closed_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize(
    "answer",
    [
        DROPPED,
        *(Answer("trouble", status) for status in (408, 429, 500, 502, 504)),
        *(Answer(HTML), Answer("{"), Answer("", 204), Answer("hello", length=500)),
    ],
    ids=["dropped", "408", "429", "500", "502", "504", "html", "broken", "204", "truncated"],
)
def test_a_post_that_may_have_been_carried_out_is_sent_once(answer: Answer, clock: SimulatedClock) -> None:
    """Whoever calls has to look before the POST goes out again."""
    with serving([answer]) as server:
        with pytest.raises(ServiceError) as failed:
            session_to(server.url, clock).post_json(make_form())
        assert len(server.requests) == 1
    assert not is_safe_to_post_again(failed.value)
    assert not clock.sleeps


def test_a_post_that_never_left_is_sent_again(clock: SimulatedClock) -> None:
    """Refused connections are harmless to repeat, and in the end are exit code 7."""
    with pytest.raises(NotSentError) as failed:
        session_to(f"http://127.0.0.1:{closed_port()}/api/v1", clock).post_json(make_form())
    assert len(clock.sleeps) == 5
    assert failed.value.exit_code == 7
    assert "refused" in failed.value.message


def test_a_service_that_comes_back_gets_the_post_once(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A POST goes through as soon as somebody listens."""
    with serving([POSTED]) as server:
        good, bad = server.url, f"http://127.0.0.1:{closed_port()}/api/v1"
        tried = session_to(bad, clock)
        monkeypatch.setattr(clock, "sleep", lambda _: setattr(tried, "service", Service(good)))
        assert tried.post_json(make_form()) == JOB
        assert len(server.requests) == 1


def test_an_unknown_host_is_no_connection(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that does not resolve counts as never sent."""

    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSentError, match="Name or service not known"):
        session_to("http://localhost:1/api/v1", clock).json("GET")


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.SSLError(ssl.SSLEOFError("EOF occurred in violation of protocol")),
        requests.exceptions.ProxyError(urllib3.exceptions.ProxyError("gone", OSError("reset"))),
        requests.exceptions.ReadTimeout("read timed out"),
        requests.exceptions.ChunkedEncodingError("broken"),
        requests.exceptions.ConnectionError(),
        urllib3.exceptions.IncompleteRead(1, 2),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_break_after_sending_is_never_taken_for_unsent(error: Exception) -> None:
    """Encryption and proxies can fail after the request went out, too."""
    with pytest.raises(MaybeProcessedError), translate_errors("https://example.org"):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ConnectTimeout(
            urllib3.exceptions.MaxRetryError(
                urllib3.HTTPConnectionPool("h"), "/", urllib3.exceptions.ConnectTimeoutError("slow")
            )
        ),
        requests.exceptions.ProxyError(
            urllib3.exceptions.ProxyError(
                "no", urllib3.exceptions.NewConnectionError(urllib3.connection.HTTPConnection("h"), "refused")
            )
        ),
    ],
    ids=["connect", "proxy"],
)
def test_a_connection_that_never_came_about_is_unsent(error: Exception) -> None:
    """No connection, no job: such a POST may be sent again."""
    with pytest.raises(NotSentError) as failed, translate_errors("https://example.org"):
        raise error
    assert is_safe_to_post_again(failed.value)
