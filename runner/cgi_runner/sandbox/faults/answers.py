"""What each fault does to a request: no answer, another one than the service's, or the service's own, spoiled."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from io import BytesIO
from typing import Any, Protocol

from cgi_runner.sandbox.faults.archives import SPOILED
from cgi_runner.sandbox.faults.call import Answer, Call, json_answer
from cgi_runner.sandbox.faults.rule import Rule

#: What the ids begin with that only `crowd` has put into the list.
CROWD = "c0ffee"
_ID_DIGITS = 20
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


class Stage(Protocol):
    """What a fault needs of the plan that it belongs to."""

    def now(self) -> float:
        """Give the time as the sandbox has it, in seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let the seconds pass."""
        ...

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Have something done when the seconds have passed."""
        ...


@dataclass(frozen=True)
class Scene:
    """A request, the rule that it has met, and the plan of that rule."""

    call: Call
    rule: Rule
    stage: Stage

    def before(self) -> None:
        """Have the request carried out before the answer is spoiled, or not at all, as the rule says."""
        if self.rule.handled:
            self.call.carry_out()
        else:
            self.call.sent()  # all of it, so that the client gets as far as waiting for an answer

    def instead(self, answer: Answer, pieces: Iterator[bytes] | None = None) -> Iterable[bytes]:
        """Give another answer than the service's."""
        self.before()
        return self.call.give(answer, pieces)


def drop(scene: Scene) -> Iterable[bytes]:
    """Break the connection."""
    scene.before()
    scene.call.break_off()


def late(scene: Scene) -> Iterable[bytes]:
    """Break the connection, and have the request carried out when nobody waits for its answer any more."""
    call = scene.call
    body = BytesIO(call.sent())
    scene.stage.later(float(scene.rule.value), lambda: call.carry_out(**{"wsgi.input": body}))
    call.break_off()


def hang(scene: Scene) -> Iterable[bytes]:
    """Leave the client without an answer."""
    scene.before()
    scene.call.wait_for_hanging_up(float(scene.rule.value))
    scene.call.break_off()


def status(scene: Scene) -> Iterable[bytes]:
    """Answer with the HTTP status that the fault is named after."""
    code = int(scene.rule.fault)
    return scene.instead(json_answer(_error(code), code, _retry_after(scene)))


def error_code(scene: Scene) -> Iterable[bytes]:
    """Answer with an error whose HTTP status is that of success, as CGI has been seen to."""
    return scene.instead(json_answer(_error(int(scene.rule.value)), headers=_retry_after(scene)))


def page(scene: Scene) -> Iterable[bytes]:
    """Answer with a web page."""
    return scene.instead(Answer(_PAGE.encode(), headers={"Content-Type": "text/html"}))


def empty(scene: Scene) -> Iterable[bytes]:
    """Answer with nothing."""
    return scene.instead(json_answer(""))


def wrong_type(scene: Scene) -> Iterable[bytes]:
    """Answer with JSON that is none of the call's."""
    return scene.instead(json_answer(_WRONG[scene.call.step]))


def redirect(scene: Scene) -> Iterable[bytes]:
    """Send the client elsewhere."""
    return scene.instead(Answer(status=302, headers={"Location": scene.rule.value}))


def endless(scene: Scene) -> Iterable[bytes]:
    """Begin an answer, and never end it."""

    def pieces() -> Iterator[bytes]:
        yield b"PK\x03\x04" if scene.call.step == "download" else b"["
        while True:
            yield _FILLER

    return scene.instead(Answer(), pieces())


def slow(scene: Scene) -> Iterable[bytes]:
    """Give the service's answer byte by byte."""
    whole = scene.call.carry_out()

    def drops() -> Iterator[bytes]:
        for at in range(len(whole.body)):
            scene.stage.sleep(float(scene.rule.value))
            yield whole.body[at : at + 1]

    return scene.call.give(whole, drops())


def truncated(scene: Scene) -> Iterable[bytes]:
    """Give half the service's answer, and break the connection."""
    whole = scene.call.carry_out()
    length = "" if scene.rule.fault.endswith("quietly") else f"Content-Length: {len(whole.body)}\r\n"
    head = f"HTTP/1.1 {whole.status} OK\r\nConnection: close\r\n{length}\r\n"
    scene.call.break_off(head.encode() + whole.body[: len(whole.body) // 2])


def broken_json(scene: Scene) -> Iterable[bytes]:
    """Give half the service's answer as if it were all."""
    whole = scene.call.carry_out()
    return scene.call.give(whole.with_body(whole.body[: len(whole.body) // 2]))


def spoiled_archive(scene: Scene) -> Iterable[bytes]:
    """Give the archive spoiled; a job that is not done has none."""
    whole = scene.call.carry_out()
    is_archive = whole.body.startswith(b"PK")
    return scene.call.give(whole.with_body(SPOILED[scene.rule.fault](whole.body)) if is_archive else whole)


def word(scene: Scene) -> Iterable[bytes]:
    """Call the job's state by another word."""

    def renamed(content: Any) -> Any:
        lines = content.get("logs", [])
        if scene.rule.value == "Error":
            lines = [*lines[:-1], "ERROR: the analysis was given up by a fault plan"]
        return {**content, "status": scene.rule.value, **({"logs": lines} if "logs" in content else {})}

    return _changed(scene, renamed)


def vanish(scene: Scene) -> Iterable[bytes]:
    """Have the job deleted, as by somebody else, before it is asked for."""
    scene.call.carry_out(REQUEST_METHOD="DELETE", QUERY_STRING="")
    return scene.call.pass_on()


def full(scene: Scene) -> Iterable[bytes]:
    """Turn a job away for want of a slot."""
    return scene.instead(json_answer(json.dumps({"error_code": 403, "message": "All slots are full"}), 403))


def shuffled(scene: Scene) -> Iterable[bytes]:
    """Give the jobs in an order that means nothing."""
    return _changed(scene, lambda ids: random.sample(ids, len(ids)))


def crowd(scene: Scene) -> Iterable[bytes]:
    """Give many other jobs besides."""
    others = [f"{CROWD}{n:0{_ID_DIGITS - len(CROWD)}x}" for n in range(int(scene.rule.value))]
    return _changed(scene, lambda ids: [*others, *ids])


def in_the_crowd(call: Call) -> Iterable[bytes]:
    """Answer for a job that only `crowd` has put into the list."""
    about = {"id": call.job_id, "title": f"job {call.job_id[-6:]}", "cancertype": "CANCER", "reference": "hg38"}
    return call.give(json_answer(json.dumps({"status": "Done", "metadata": about})))


def _changed(scene: Scene, change: Callable[[Any], Any]) -> Iterable[bytes]:
    """Give the service's JSON changed; an error stays as it is."""
    whole = scene.call.carry_out()
    if whole.status >= 400:  # noqa: PLR2004 - a class of HTTP statuses
        return scene.call.give(whole)
    return scene.call.give(whole.with_body(json.dumps(change(json.loads(whole.body))).encode()))


def _error(code: int) -> str:
    return json.dumps({"error_code": code, "message": f"a fault plan answers with {code}"})


def _retry_after(scene: Scene) -> Mapping[str, str]:
    asked = scene.rule.retry_after
    if asked == "date":
        moment = datetime.fromtimestamp(scene.stage.now(), timezone.utc) + timedelta(seconds=_SOON)
        asked = format_datetime(moment, usegmt=True)
    return {"Retry-After": asked} if asked else {}
