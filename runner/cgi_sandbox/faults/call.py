"""One request as a fault sees it: carried out or not, answered by the service, by the fault, or not at all."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_CHUNK = 1024 * 1024
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """What a request is answered with."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] | None = None

    def with_body(self, body: bytes) -> Answer:
        """Return the same answer with another body."""
        return replace(self, body=body)


def json_answer(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer that says it is JSON.

    Args:
        text: The body, which need not be JSON: a fault may announce what it does not send.
        status: The HTTP status.
        headers: Further headers; they replace the content type if they name another.

    """
    return Answer(text.encode(), status, {**_JSON, **(headers or {})})


@dataclass(frozen=True)
class Call:
    """A request on its way to the service."""

    environ: WSGIEnvironment
    start_response: StartResponse
    app: WSGIApplication

    @property
    def step(self) -> str:
        """Which of the API's calls this is, by the names that the plan's language has for them; "" for none of them."""
        return step_of(self.environ)

    @property
    def job_id(self) -> str:
        """The job that is asked for; nothing for the calls that are about none."""
        return str(self.environ["PATH_INFO"]).removeprefix("/api/v1").strip("/")

    def pass_on(self) -> Iterable[bytes]:
        """Let the service answer, undisturbed."""
        return self.app(self.environ, self.start_response)

    def forward(self, **changed: Any) -> Answer:
        """Let the service handle the request and return its answer unsent; `changed` replaces parts of the request."""
        noted: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
            del exc_info
            noted[:] = [status, headers]
            return lambda _: None

        pieces = self.app({**self.environ, **changed}, note)
        try:
            body = b"".join(pieces)
        finally:
            getattr(pieces, "close", str)()
        status, headers = noted
        kept = {name: value for name, value in headers if name.lower() != "content-length"}
        return Answer(body, int(status[:3]), kept)

    def read_body(self) -> bytes:
        """Return the body of the request; a GET has none, and reading on would wait for ever."""
        sent: bytes = self.environ["wsgi.input"].read(int(self.environ.get("CONTENT_LENGTH") or 0))
        return sent

    def respond(self, answer: Answer, pieces: Iterator[bytes] | None = None) -> Iterable[bytes]:
        """Send an answer.

        Args:
            answer: Status, headers and body.
            pieces: Sent one by one in the place of the body, with no length announced.

        Returns:
            The body as a WSGI server takes it.

        """
        phrase = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else "Unknown"
        headers = list((answer.headers or {}).items())
        if pieces is None:
            headers.append(("Content-Length", str(len(answer.body))))
        self.start_response(f"{answer.status} {phrase}", headers)
        return [answer.body] if pieces is None else pieces

    def abort_connection(self, sent: bytes = b"") -> NoReturn:
        """Break the connection, after these bytes.

        Args:
            sent: What the client receives before the connection breaks.

        Raises:
            ConnectionAbortedError: Always: it ends the request in the server, too.

        """
        connection = self._connection
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:  # the client was quicker
            pass
        raise ConnectionAbortedError("the fault plan has broken this connection")

    def wait_for_hangup(self, seconds: float) -> None:
        """Say nothing until the client gives up, at most so many seconds."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            # What a client sends while it waits is nothing but the end.
            if select.select([self._connection], [], [], left)[0] and not self._connection.recv(_CHUNK):
                return

    @property
    def _connection(self) -> socket.socket:
        connection: socket.socket = self.environ["werkzeug.socket"]
        return connection


def step_of(environ: WSGIEnvironment) -> str:
    """Return the step of the API that a request is, or an empty text."""
    method, path = environ["REQUEST_METHOD"], str(environ["PATH_INFO"]).rstrip("/")
    if path == "/api/v1":
        return {"POST": "post", "GET": "list"}.get(method, "")
    if not path.startswith("/api/v1/") or method not in {"GET", "DELETE"}:
        return ""
    if method == "DELETE":
        return "delete"
    return {"": "info", "action=logs": "logs", "action=download": "download"}.get(environ.get("QUERY_STRING", ""), "")
