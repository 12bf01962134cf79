"""Connections under guard: cut when an answer goes on for too long, left alone when all is well."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from cgi_runner.config import RetryPolicy
from cgi_runner.service.errors import MaybeProcessedError, RejectedError, parse_error_body
from cgi_runner.service.time_limit import HttpSession, WatchdogTimer, time_limit
from conftest import SimulatedClock
from support.scripted import Answer, serving
from support.sessions import session_to

GOOD = Answer(["c22ecf2af788d65ec257"])


@contextmanager
def answering(*pieces: bytes, pause: float = 0.02) -> Iterator[str]:
    """Answer one request with these pieces, the last one for ever, until the client leaves; gives the address."""
    left = threading.Event()

    def serve() -> None:
        connected, _ = listener.accept()
        with closing(connected), suppress(OSError):
            connected.recv(65536)
            for piece in pieces[:-1]:
                connected.sendall(piece)
            while not left.wait(pause):
                connected.sendall(pieces[-1])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
        left.set()
        thread.join(5)


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[", b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1;", b"x"),
    ],
    ids=["headers without end", "half a header", "half a body", "chunk without end"],
)
def test_an_answer_that_does_not_end_is_cut(pieces: tuple[bytes, ...], clock: SimulatedClock) -> None:
    """Wherever the library happens to be reading, and by the machine's own clock."""
    with answering(*pieces) as url:
        asking = session_to(url, clock, retry_policy=RetryPolicy(answer=0.15, read=20))
        with pytest.raises(MaybeProcessedError) as failed:
            asking.json("GET")
        asking.close()
    said = failed.value.message.removeprefix(url)
    in_the_headers = not pieces[0].endswith((b"[", b"1;"))
    assert not in_the_headers or said == " was not reached: its response took too long"


def test_a_guard_cuts_when_its_time_is_over() -> None:
    """The other end sees the connection closed."""
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        theirs.settimeout(5)
        watchdog = WatchdogTimer(0.02)
        assert watchdog.has_cut is False
        watchdog.watch(ours)
        assert theirs.recv(1) == b""
        watchdog.end()
        assert watchdog.has_cut is True


def test_a_connection_that_is_gone_already_is_no_trouble() -> None:
    """The guard may come too late."""
    ours, theirs = socket.socketpair()
    watchdog = WatchdogTimer(0.02)
    with closing(theirs), closing(ours):
        pass
    watchdog.watch(ours)
    thread = watchdog._thread
    assert thread is not None
    assert thread.daemon
    thread.join(5)
    assert watchdog.has_cut is True


def test_a_guard_that_is_told_to_go_goes() -> None:
    """The connection serves the next request, and no thread stays behind."""
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        watchdog = WatchdogTimer(60)
        watchdog.watch(ours)
        thread = watchdog._thread
        assert thread is not None
        assert thread.is_alive()
        watchdog.end()
        assert not thread.is_alive()
        ours.sendall(b"x")
        assert theirs.recv(1) == b"x"
    assert watchdog.has_cut is False
    WatchdogTimer(60).end()


def test_a_stop_while_a_guard_takes_up_its_duty_is_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a guard that has not begun."""

    def stopped(_: threading.Thread) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", stopped)
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs), pytest.raises(KeyboardInterrupt), time_limit(60) as watchdog:
        watchdog.watch(ours)


def test_without_a_guard_nobody_counts() -> None:
    """A session that is used alone works like any other; a block's guard is gone after it."""
    with serving([GOOD]) as server:
        client = HttpSession()
        before = threading.active_count()
        with time_limit(60) as outer:
            with time_limit(60) as inner:
                assert inner is not outer
            assert client.get(server.url).json() == GOOD.body
        assert client.get(server.url).json() == GOOD.body
        assert outer._is_over.is_set()
        client.close()
    assert threading.active_count() <= before


def test_every_way_out_is_guarded() -> None:
    """Plain, encrypted, and through a proxy."""
    client = HttpSession()
    kinds = {type(client.get_adapter(f"{scheme}://cgi.example.org/")) for scheme in ("http", "https")}
    (kind,) = kinds
    assert kind is not HTTPAdapter
    adapter: Any = client.get_adapter("https://cgi.example.org/")
    pools = adapter.poolmanager.pool_classes_by_scheme
    assert {scheme: pool.ConnectionCls.__mro__[1].__name__ for scheme, pool in pools.items()} == {
        "http": "_TimeLimitedMixin",
        "https": "_TimeLimitedMixin",
    }
    through = adapter.proxy_manager_for("http://127.0.0.1:9", strict=True)
    assert through.pool_classes_by_scheme == pools
    assert through.proxy.port == 9
    assert through.connection_pool_kw["strict"] is True
    client.close()


def test_no_cookie_is_kept(clock: SimulatedClock) -> None:
    """A service that hands out cookies does not get them back."""
    with serving([Answer(["x"], headers={"Set-Cookie": "a=b; Path=/"})]) as server:
        asking = session_to(server.url, clock)
        asking.get_json()
        asking.get_json()
        assert [seen.headers.get("Cookie") for seen in server.requests] == [None, None]
        asking.close()


@pytest.mark.parametrize(("body", "is_read"), [("[1]", True), ("[1,2]", False), ('["{"]', False), ("[[]]", False)])
def test_the_number_of_values_is_bounded(
    body: str, is_read: bool, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte or two of JSON can become a hundred in memory."""
    monkeypatch.setattr("cgi_runner.service.session.MAX_VALUES", 1)
    with serving([Answer(body)]) as server:
        asking = session_to(server.url, clock)
        if is_read:
            assert asking.json("GET") == [1]
            return
        with pytest.raises(MaybeProcessedError, match="sent a response that is too large or too slow"):
            asking.json("GET")


def test_the_text_of_an_error_is_taken_for_json_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it, it is quoted as it is."""
    monkeypatch.setattr("cgi_runner.service.errors._LARGEST_ERROR", 9)
    assert parse_error_body('{"a": 1}') == {"a": 1}
    assert parse_error_body('{"a": 12}') == {"message": '{"a": 12}'}
    assert parse_error_body("[1]") == {"message": "[1]"}
    assert parse_error_body("{") == {"message": "{"}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer("", 302, {"Location": "http://[::1"}), "{url} redirects to an invalid address"),
        (Answer("", 102), "{url} has not answered yet, says its status 102"),
    ],
    ids=["address", "status"],
)
def test_answers_that_are_none_are_said_so(answer: Answer, message: str, clock: SimulatedClock) -> None:
    """In one plain sentence."""
    with serving([answer]) as server:
        asking = session_to(server.url, clock, retry_policy=RetryPolicy(read=1))
        with pytest.raises(Exception, match=r"\w") as failed:
            asking.json("GET")
        assert getattr(failed.value, "message", "") == message.format(url=server.url)


def test_a_refusal_keeps_its_tip() -> None:
    """Like every other error."""
    assert RejectedError("m", 400, tip="t").tip == "t"
