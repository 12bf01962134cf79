"""A web server that gives exactly the answers that a test has written down."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from cgi_sandbox import listener

KEPT = 1024 * 1024
HTML = "<!DOCTYPE html><html><title>Maintenance</title>We are back soon</html>"


class Received(NamedTuple):
    """A request as it arrived; of a long body only the beginning and the size are kept; `port` is the client's."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    size: int
    port: int


@dataclass(frozen=True)
class Answer:
    """What is sent back: `body` is text, bytes, pieces of bytes, or anything else as JSON; None drops the connection.

    `length` announces another length than that of the body.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None

    @property
    def pieces(self) -> Iterable[bytes]:
        """Return the body in bytes."""
        if isinstance(self.body, (bytes, str)):
            return [self.body.encode() if isinstance(self.body, str) else self.body]
        if isinstance(self.body, Iterator):
            return self.body
        return [json.dumps(self.body).encode()]


DROPPED = Answer()


def drip_pieces(step: Callable[[], object], piece: bytes = b" ", pieces: int = 3000) -> Iterator[bytes]:
    """Yield pieces at a pace that a reader can keep up with, doing something before each."""
    pause = threading.Event()
    for _ in range(pieces):
        step()
        yield piece
        pause.wait(0.001)


class ScriptedServer(ThreadingHTTPServer):
    """Serves on loopback while its block lasts; `requests` is what came in."""

    daemon_threads = True

    def __init__(
        self, script: Sequence[Answer] | Callable[[Received], Answer], tls: ssl.SSLContext | None = None
    ) -> None:
        """Answer with one of these after the other, the last one for ever, or with what a function makes of it."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[Received] = []
        self.script = script
        self._scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    @property
    def url(self) -> str:
        """The address of the API."""
        return f"{self._scheme}://127.0.0.1:{self.server_address[1]}/api/v1"

    def answer(self, seen: Received) -> Answer:
        """Note a request and find its answer."""
        self.requests.append(seen)
        if callable(self.script):
            return self.script(seen)
        return self.script[min(len(self.requests), len(self.script)) - 1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that leave early are the point of many tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ScriptedServer

    def _serve(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        size, kept = left, b""
        while left > 0 and (piece := self.rfile.read(min(left, KEPT))):
            left -= len(piece)
            kept = kept or piece
        answer = self.server.answer(
            Received(self.command, self.path, dict(self.headers), kept, size, self.client_address[1])
        )
        if answer.body is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        pieces = answer.pieces
        length = answer.length if isinstance(pieces, Iterator) else answer.length or sum(map(len, pieces))
        if length is not None:
            self.send_header("Content-Length", str(length))
        if length is None or answer.length is not None:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's signature
        """Say nothing."""


@contextmanager
def serving(
    script: Sequence[Answer] | Callable[[Received], Answer], tls: ssl.SSLContext | None = None
) -> Iterator[ScriptedServer]:
    """Serve the script from a thread."""
    with ScriptedServer(script, tls) as server, listener.serving(server):
        yield server


def finished_job(download: Callable[[], Answer]) -> Callable[[Received], Answer]:
    """Answer as for a job that is done, with this download."""
    done = Answer({"status": "Done", "logs": ["2026-01-05 12:00:00,000 INFO     Analysis done"]})
    return lambda seen: download() if "download" in seen.path else done
