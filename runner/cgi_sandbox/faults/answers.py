"""Faults of the answer itself: none, another one than the service's, or only a part of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from io import BytesIO

from cgi_sandbox.faults.call import Answer, json_answer
from cgi_sandbox.faults.context import FaultContext

_SOON = 30  # seconds ahead, for `retry-after=date`
_FILLER = b" " * 256 * 1024
_PAGE = "<!DOCTYPE html><html><title>Maintenance</title><body>We are back soon.</body></html>"
#: JSON, but not what the call is known to answer.
_WRONG = {
    "post": "42",
    "list": '{"jobs": [1, 2]}',
    "info": '["Done"]',
    "logs": '{"status": ["Done"], "logs": 5}',
    "download": '"Done"',
    "delete": "17",
}


def drop_connection(context: FaultContext) -> Iterable[bytes]:
    """Break the connection."""
    context.forward_if_handled()
    context.call.abort_connection()


def delay_submission(context: FaultContext) -> Iterable[bytes]:
    """Break the connection, and let the service handle the request later."""
    call = context.call
    body = BytesIO(call.read_body())
    context.scheduler.schedule(float(context.rule.value), lambda: call.forward(**{"wsgi.input": body}))
    call.abort_connection()


def hang_up_late(context: FaultContext) -> Iterable[bytes]:
    """Leave the client without an answer."""
    context.forward_if_handled()
    context.call.wait_for_hangup(float(context.rule.value))
    context.call.abort_connection()


def answer_status(context: FaultContext) -> Iterable[bytes]:
    """Answer with the HTTP status that the fault is named after."""
    code = int(context.rule.fault)
    return context.respond_with(json_answer(_error(code), code, _retry_after(context)))


def answer_error_code(context: FaultContext) -> Iterable[bytes]:
    """Answer with an error whose HTTP status is that of success, as CGI has been seen to."""
    return context.respond_with(json_answer(_error(int(context.rule.value)), headers=_retry_after(context)))


def answer_html(context: FaultContext) -> Iterable[bytes]:
    """Answer with a web page."""
    return context.respond_with(Answer(_PAGE.encode(), headers={"Content-Type": "text/html"}))


def answer_nothing(context: FaultContext) -> Iterable[bytes]:
    """Answer with nothing."""
    return context.respond_with(json_answer(""))


def answer_wrong_type(context: FaultContext) -> Iterable[bytes]:
    """Answer with JSON that is none of the call's."""
    return context.respond_with(json_answer(_WRONG[context.call.step]))


def redirect(context: FaultContext) -> Iterable[bytes]:
    """Send the client elsewhere."""
    return context.respond_with(Answer(status=302, headers={"Location": context.rule.value}))


def answer_endlessly(context: FaultContext) -> Iterable[bytes]:
    """Begin an answer, and never end it."""

    def pieces() -> Iterator[bytes]:
        yield b"PK\x03\x04" if context.call.step == "download" else b"["
        while True:
            yield _FILLER

    return context.respond_with(Answer(), pieces())


def answer_slowly(context: FaultContext) -> Iterable[bytes]:
    """Send the answer of the service byte by byte."""
    whole = context.call.forward()

    def drops() -> Iterator[bytes]:
        for at in range(len(whole.body)):
            context.scheduler.sleep(float(context.rule.value))
            yield whole.body[at : at + 1]

    return context.call.respond(whole, drops())


def truncate(context: FaultContext) -> Iterable[bytes]:
    """Send half the service's answer, and break the connection."""
    whole = context.call.forward()
    length = "" if context.rule.fault.endswith("quietly") else f"Content-Length: {len(whole.body)}\r\n"
    head = f"HTTP/1.1 {whole.status} OK\r\nConnection: close\r\n{length}\r\n"
    context.call.abort_connection(head.encode() + whole.body[: len(whole.body) // 2])


def break_json(context: FaultContext) -> Iterable[bytes]:
    """Send half the service's answer as if it were all."""
    whole = context.call.forward()
    return context.call.respond(whole.with_body(whole.body[: len(whole.body) // 2]))


#: What may stand around the JSON of an answer, or between its parts, and still is the same JSON.
SPELLINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "line-end": lambda body: body.rstrip() + b"\r\n",
    "indented": lambda body: json.dumps(json.loads(body), indent=2).encode(),
}


def respell_json(context: FaultContext) -> Iterable[bytes]:
    """Answer with the same JSON, spelled otherwise."""
    whole = context.call.forward()
    return context.call.respond(whole.with_body(SPELLINGS[context.rule.value](whole.body)))


def _error(code: int) -> str:
    return json.dumps({"error_code": code, "message": f"a fault plan answers with {code}"})


def _retry_after(context: FaultContext) -> Mapping[str, str]:
    asked = context.rule.retry_after
    if asked == "date":
        moment = datetime.fromtimestamp(context.scheduler.now(), timezone.utc) + timedelta(seconds=_SOON)
        asked = format_datetime(moment, usegmt=True)
    return {"Retry-After": asked} if asked else {}
