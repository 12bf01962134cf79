"""Redirects: only one to the same address with a slash is followed, and no form and no token goes along elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cgi_runner.errors import ServiceError
from cgi_runner.service.errors import (
    MaybeProcessedError,
)
from conftest import SimulatedClock
from support.scripted import Answer, Received, serving
from support.sessions import make_form, session_to

JOB = "c22ecf2af788d65ec257"
GOOD = Answer([JOB])


@pytest.mark.parametrize("where", ["/api/v1/", "{url}/"], ids=["path", "whole address"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_the_same_address_with_a_slash_is_followed(
    status: int, where: str, clock: SimulatedClock
) -> None:
    """The list is asked for with a slash from then on, as is the form; a job's address has a slash of its own."""

    def answer(seen: Received) -> Answer:
        path, _, query = seen.path.partition("?")
        if path.endswith("/"):
            return GOOD
        to = where.format(url=server.url) if path == "/api/v1" else f"{path}/"
        return Answer("", status, {"Location": to + (f"?{query}" if query else "")})

    with serving(answer) as server:
        to = session_to(server.url, clock)
        assert to.get_json() == to.post_json(make_form()) == to.json("GET", JOB, action="logs") == [JOB]
        assert b"".join(piece for piece, _ in to.stream(JOB, action="download")) == b'["%s"]' % JOB.encode()
        asked = [(seen.method, seen.path) for seen in server.requests]
    list_, job = "/api/v1", f"/api/v1/{JOB}"
    assert asked == [
        *(("GET", list_), ("GET", f"{list_}/"), ("POST", f"{list_}/")),
        *(("GET", f"{job}?action=logs"), ("GET", f"{job}/?action=logs"), ("GET", f"{job}/?action=download")),
    ]
    assert not clock.sleeps


@pytest.mark.parametrize(
    "where", ["/api/v1//", "//elsewhere.example/api/v1/", "http://127.0.0.1:9/api/v1/", "/login/", "http://["]
)
def test_no_other_redirect_is_followed(where: str, clock: SimulatedClock) -> None:
    """Another host, port or path does not get the token, slash or no slash; nor is a slash added for ever."""
    with serving([Answer("", 302, {"Location": where})]) as server:
        with pytest.raises(ServiceError, match="redirects to"):
            session_to(server.url, clock).get_json()
        assert len(server.requests) == 1
    with serving([Answer("", 302, {"Location": "/api/v1/"})]) as server:
        with pytest.raises(ServiceError, match="redirects to"):
            session_to(server.url, clock).get_json()
        assert [seen.path for seen in server.requests] == ["/api/v1", "/api/v1/"]


def test_a_form_is_not_sent_after_a_redirect(clock: SimulatedClock) -> None:
    """What may have been taken in is never sent again, even to the same address with a slash."""
    with serving([Answer("", 308, {"Location": "/api/v1/"})]) as server:
        with pytest.raises(MaybeProcessedError, match="redirects to"):
            session_to(server.url, clock).post_json(make_form())
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_no_redirect_is_followed(status: int, method: str, clock: SimulatedClock) -> None:
    """The token stays with the host that the user named, which is told where it was to go."""
    with serving([GOOD]) as other:
        away = Answer("", status, {"Location": f"{other.url}?a=b"})
        with serving([away]) as server:
            to = session_to(server.url, clock)
            ask: dict[str, Callable[[], Any]] = {
                "GET": to.get_json,
                "POST": lambda: to.post_json(make_form()),
                "DELETE": lambda: to.json("DELETE", JOB),
            }
            with pytest.raises(ServiceError, match=r"redirects to http://127\.0") as failed:
                ask[method]()
            assert len(server.requests) == 1
        assert not other.requests
    assert failed.value.exit_code == 7


def test_a_redirect_within_the_host_is_not_followed_either(clock: SimulatedClock) -> None:
    """A path alone is named as it is."""
    answer = Answer("", 301, {"Location": "/login"})
    with serving([answer]) as server, pytest.raises(ServiceError, match="redirects to /login"):
        session_to(server.url, clock).get_json()
