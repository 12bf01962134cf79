"""A sandbox that misbehaves for some accounts, so that every exit code can be reached over real HTTP."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

from werkzeug.test import run_wsgi_app

from cgi_sandbox import Sandbox
from support.faults import inject

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TOKEN = "deadbeefdeadbeefdead"

Member = Callable[[str, bytes], bytes]


@contextmanager
def served(*, duration: float = 2.0, quota: int = 100, clock: Callable[[], float] = time.time) -> Iterator[str]:
    """Serve on loopback and give the address; jobs take so many seconds, except where the account says otherwise."""
    with Sandbox(duration=duration, quota=quota, clock=clock) as sandbox:
        inject(sandbox, _by_account)
        yield sandbox.url


def _by_account(environ: WSGIEnvironment, start_response: StartResponse, app: WSGIApplication) -> Iterable[bytes]:
    """Misbehave as the name of the account says; `honest` and all others are served as ever."""
    account = environ.get("HTTP_AUTHORIZATION", "").partition("@")[0]
    action = environ.get("QUERY_STRING", "").removeprefix("action=") or environ["REQUEST_METHOD"]
    if account == "away":
        return _answer(start_response, "503 Service Unavailable", {}, ("Retry-After", "0"))
    if (account, action) in ANSWERS:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return _answer(start_response, *ANSWERS[account, action])
    if (account, action) in CHANGES:
        return _rewritten(environ, start_response, app, CHANGES[account, action])
    return app(environ, start_response)


def _answer(start_response: StartResponse, status: str, content: object, *more: tuple[str, str]) -> list[bytes]:
    body = json.dumps(content).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *more])
    return [body]


def _rewritten(
    environ: WSGIEnvironment, start_response: StartResponse, app: WSGIApplication, change: Member
) -> list[bytes]:
    """Pass a download on with every member of the archive changed."""
    answer, status, headers = run_wsgi_app(app, environ, buffered=True)
    body = b"".join(answer)
    if status.startswith("200"):
        body = _zip_changed(body, change)
    fields = [field for field in headers if field[0].lower() != "content-length"]
    start_response(status, [*fields, ("Content-Length", str(len(body)))])
    return [body]


def _zip_changed(archive: bytes, change: Member) -> bytes:
    written = BytesIO()
    with ZipFile(BytesIO(archive)) as old, ZipFile(written, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return written.getvalue()


def _of_somebody_else(name: str, content: bytes) -> bytes:
    return re.sub(rb"(Analysis ID: )\w+", rb"\g<1>00000000000000000000", content) if name == "summary.txt" else content


def _without_last_row(name: str, content: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:-1]) if name == "alterations.tsv" else content


ANSWERS = {
    ("full", "POST"): ("403 Forbidden", {"error_code": 403, "message": "All slots are full"}),
    ("slow", "logs"): ("200 OK", {"status": "Running", "logs": []}),
    ("corrupt", "download"): ("200 OK", {"message": "We are back soon."}),
    ("failing", "logs"): ("200 OK", {"status": "Error", "logs": ["ERROR it was meant to fail\n"]}),
}
CHANGES: dict[tuple[str, str], Member] = {
    ("foreign", "download"): _of_somebody_else,
    ("missing", "download"): _without_last_row,
}
