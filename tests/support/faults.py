"""Faults of a sandbox, for tests: `inject` is the one way to have them, whatever they are made of."""

from __future__ import annotations

import io
import socket
import zipfile
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from cgi_sandbox import Sandbox
from cgi_sandbox.faults import FaultPlan, parse
from cgi_sandbox.faults.call import Call
from cgi_sandbox.middleware import Interceptor
from support.scripted import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def inject(sandbox: Sandbox, *faults: Interceptor | str, instead: bool = False) -> None:
    """Have a sandbox misbehave from now on, the first fault outermost.

    Args:
        sandbox: The service.
        *faults: Lines of the sandbox's own language, as `--fault` takes them; answers of the test's own (`Fault`,
            `Repacked`); or any other interceptor.
        instead: Whether they take the place of those before.

    """
    made = [FaultPlan([parse(fault)]) if isinstance(fault, str) else fault for fault in faults]
    if instead:
        sandbox.interceptors.clear()
    sandbox.interceptors.extend(made)


def heal(sandbox: Sandbox, *faults: Interceptor) -> None:
    """Take these faults away again, or all of them."""
    for fault in faults or sandbox.interceptors[:]:
        sandbox.interceptors.remove(fault)


class Repacked:
    """An interceptor for the sandbox: gives its archives with other members."""

    def __init__(self, change: Callable[[dict[str, bytes]], object]) -> None:
        """Have this function change the members of each archive, in place."""
        self._change = change

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, app: WSGIApplication
    ) -> Iterable[bytes]:
        """Answer with the changed archive."""
        call = Call(environ, start_response, app)
        if call.step != "download":
            return call.pass_on()
        whole = call.forward()
        with zipfile.ZipFile(io.BytesIO(whole.body)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        self._change(members)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return call.respond(whole.with_body(packed.getvalue()))


class StoredLate:
    """An interceptor for the sandbox: the first submission gets a 504, and is stored once the next one is there."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._held: WSGIEnvironment | None = None
        self._is_stored = False

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, app: WSGIApplication
    ) -> Iterable[bytes]:
        """Hold the first submission back, and let in both with the second."""
        if environ["REQUEST_METHOD"] != "POST" or self._is_stored:
            return app(environ, start_response)
        request = {**environ, "wsgi.input": io.BytesIO(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))}
        if self._held is None:
            self._held = request
            start_response("504 Late", [])
            return [b""]
        list(app(self._held, lambda *_: lambda _: None))
        self._is_stored = True
        return app(request, start_response)


class Fault:
    """An interceptor for the sandbox: gives another answer, before or after the request was carried out."""

    def __init__(
        self, answer: Answer, method: str, action: str | None = None, *, times: float = 1, carried_out: bool = False
    ) -> None:
        """Meet the first `times` requests of this method, and of this action if it is given ("" for none)."""
        self._answer = answer
        self._method = method
        self._action = action
        self._left = times
        self._carried_out = carried_out

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, app: WSGIApplication
    ) -> Iterable[bytes]:
        """Answer in the place of the sandbox."""
        action = parse_qs(environ.get("QUERY_STRING", "")).get("action", [""])[0]
        if environ["REQUEST_METHOD"] != self._method or self._action not in {None, action} or self._left < 1:
            return app(environ, start_response)
        self._left -= 1
        if self._carried_out:
            done = app(environ, lambda *_: lambda _: None)
            list(done)
            getattr(done, "close", str)()
        else:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(f"{self._answer.status} ScriptedServer", list(self._answer.headers.items()))
        if self._answer.body is None:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            return [b" "]
        return self._answer.pieces


class OnlyJobs(Fault):
    """A fault of single jobs, not of the list."""

    def __init__(self, answer: Answer) -> None:
        """Answer so for every job."""
        super().__init__(answer, "GET", "", times=999)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, app: WSGIApplication
    ) -> Iterable[bytes]:
        """Let the list through."""
        if environ["PATH_INFO"].endswith("/v1"):
            return app(environ, start_response)
        return super().__call__(environ, start_response, app)
