"""How large, how slow and how odd an answer of the service may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import urllib3

from cgi_runner.config import RetryPolicy
from cgi_runner.service.errors import (
    MaybeProcessedError,
    RejectedError,
)
from conftest import SimulatedClock
from support.scripted import Answer, serving
from support.sessions import session_to

JOB = "c22ecf2af788d65ec257"


def test_letters_that_are_none_are_replaced(clock: SimulatedClock) -> None:
    """A log in another encoding is read all the same."""
    with serving([Answer(b'["\xe9t\xc3\xa9"]')]) as server:
        assert session_to(server.url, clock).get_json() == ["\ufffdt\u00e9"]


@pytest.fixture
def line(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return a function that sets the seconds which everything takes to arrive."""
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
    monkeypatch.setattr("cgi_runner.service.session.LARGEST_ANSWER", largest)
    line(seconds)
    with serving([Answer(b"[" + b" " * 98 + b"]")]) as server:
        asked = session_to(server.url, clock)
        if is_read:
            assert asked.json("GET") == []
            return
        with pytest.raises(MaybeProcessedError) as failed:
            asked.json("GET")
    assert failed.value.message == f"{server.url} sent a response that is too large or too slow"
    assert failed.value.tip == "is --api-url right?"


@pytest.mark.parametrize(("seconds", "size", "is_taken"), [(2, 9, True), (3, 3 * 1024, True), (3, 3 * 1024 - 1, False)])
def test_a_download_may_be_as_slow_as_the_bounds_say(
    seconds: int, size: int, is_taken: bool, clock: SimulatedClock, line: Callable[[int], None]
) -> None:
    """The time for an answer is for free, then a kilobyte a second is the least."""
    clock.sleep(50)
    line(seconds)
    with serving([Answer(b"P" * size)]) as server:
        stream = session_to(server.url, clock, retry_policy=RetryPolicy(answer=2)).stream(JOB, action="download")
        if is_taken:
            assert [len(piece) for piece, _ in stream] == [size]
            return
        with pytest.raises(MaybeProcessedError) as failed:
            next(stream)
    assert failed.value.message == f"{server.url} sends too slowly: {size} bytes in {seconds} s"


def test_the_length_of_packed_bytes_is_not_that_of_the_content(clock: SimulatedClock) -> None:
    """A proxy may pack what passes through it; the content comes out unpacked."""
    import gzip

    packed = gzip.compress(b"PK" * 500)
    with serving([Answer(packed, headers={"Content-Encoding": "gzip"})]) as server:
        pieces = list(session_to(server.url, clock).stream(JOB, action="download"))
    assert b"".join(piece for piece, _ in pieces) == b"PK" * 500
    assert {total for _, total in pieces} == {None}


def test_an_error_object_in_pieces_is_read_whole(clock: SimulatedClock) -> None:
    """What begins like JSON in place of a download is read to its end before it is judged."""
    for text, is_error in (('{"error_code": 404, "message": "gone"}', True), ('{"status": "Running"}', False)):
        body = iter([text[:5].encode(), text[5:].encode()])
        with serving([Answer(body, length=len(text))]) as server:
            stream = session_to(server.url, clock).stream(JOB, action="download")
            if not is_error:
                assert list(stream) == [(text.encode(), len(text))]
                continue
            with pytest.raises(RejectedError) as failed:
                next(stream)
        assert failed.value.message == f"the service refused GET /api/v1/{JOB} with 404: gone"
