"""The one place that every request passes: it keeps the request log, and it is where faults plug in.

An interceptor is any callable with the signature of `Interceptor`. It may answer by itself, pass the request on to
`app` and change what comes back, or break the connection through `environ["werkzeug.socket"]`. The list is read anew
for each request, so that interceptors can be added to and taken from a sandbox that is serving.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REMEMBERED = 10_000


class Request(NamedTuple):
    """One line of the request log; the status is 0 as long as nothing was answered."""

    method: str
    path: str
    action: str
    status: int


class Interceptor(Protocol):
    """What stands between the client and the service."""

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, app: WSGIApplication
    ) -> Iterable[bytes]:
        """Answer, or pass on to `app`."""
        ...


class RequestLog:
    """A WSGI application around another one, with a log of the latest requests and a list of interceptors."""

    def __init__(self, app: WSGIApplication, interceptors: list[Interceptor]) -> None:
        """Stand in front of `app`; the list of interceptors is kept by reference, so that its owner can change it."""
        self._interceptors = interceptors
        self._app = app
        self._log: deque[list[Any]] = deque(maxlen=REMEMBERED)

    @property
    def requests(self) -> list[Request]:
        """The requests so far, oldest first."""
        return [Request(*entry) for entry in tuple(self._log)]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the request pass through the interceptors, the first one outermost."""
        action = parse_qs(environ.get("QUERY_STRING", "")).get("action", [""])[0]
        entry = [environ["REQUEST_METHOD"], environ["PATH_INFO"], action, 0]
        self._log.append(entry)

        def noted(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
            entry[3] = int(status[:3])
            return start_response(status, headers, exc_info)

        app = self._app
        for interceptor in reversed(self._interceptors):
            app = _chain(interceptor, app)
        return app(environ, noted)


def _chain(interceptor: Interceptor, app: WSGIApplication) -> WSGIApplication:
    return lambda environ, start_response: interceptor(environ, start_response, app)
