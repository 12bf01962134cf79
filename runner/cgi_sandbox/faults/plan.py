"""The language of fault plans, and the interceptor that carries one out.

A line is `STEP FAULT [handled] [retry-after=TEXT] [skip=N] [times=N|always]`, for instance `post drop handled`,
`logs 503 retry-after=30 times=3` or `download corrupt times=always`. The step is one of the API's calls, or `any`.
"""

from __future__ import annotations

import difflib
import logging
import math
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from cgi_sandbox.errors import SandboxError
from cgi_sandbox.faults.call import Call
from cgi_sandbox.faults.catalogue import CATALOGUE, Fault, find
from cgi_sandbox.faults.context import FaultContext
from cgi_sandbox.faults.jobs import CROWD, answer_without, fake_job_info
from cgi_sandbox.faults.rule import STEPS, Rule

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

ANY = "any"
_CHANGING = ("post", "delete", ANY)  # steps of which it makes a difference whether they are carried out
_DAY = 86_400.0
_MOST = {"SECONDS": _DAY, "COUNT": 1_000_000.0, "PERCENT": 100.0}
#: What can stand for a value. Those that get into headers have to be letters that headers can hold.
_VALUES = {
    "SECONDS": re.compile(r"[0-9]+(\.[0-9]+)?"),
    "COUNT": re.compile(r"[0-9]+"),
    "PERCENT": re.compile(r"[0-9]+"),
    "NNN": re.compile(r"[1-9][0-9][0-9]"),
    "URL": re.compile(r"https?://[!-~]+"),
    "TEXT": re.compile(r"[!-~]+"),
}


def parse(line: str) -> Rule:
    """Understand one line of a plan.

    Raises:
        SandboxError: It is none.

    """
    words = line.split()
    if len(words) < 2:  # noqa: PLR2004 - step and fault
        _refuse(line, "a step and a fault are needed")
    step, (name, sign, value), *more = words[0], words[1].partition("="), *words[2:]
    if step not in (*STEPS, ANY):
        _refuse(line, f"{step!r} is not a step: {', '.join(STEPS)} or {ANY}")
    fault = _find_fault(name, line)
    if step not in fault.steps and step != ANY:
        _refuse(line, f"{name!r} is for {', '.join(fault.steps)}")
    _check_value(line, name, value if sign else None, fault)
    options = _options(line, more, name, fault)
    if "handled" in options and step not in _CHANGING:
        _refuse(line, f"'handled' is for {' and '.join(_CHANGING[:-1])}: a {step} changes nothing")
    return Rule(
        step,
        name,
        value,
        handled="handled" in options,
        retry_after=options.get("retry-after", ""),
        skip=_count(options.get("skip", "0"), line),
        times=math.inf if options.get("times") == "always" else _count(options.get("times", "1"), line),
    )


def _check_value(line: str, name: str, value: str | None, fault: Fault) -> None:
    if not fault.value:
        if value is not None:
            _refuse(line, f"{name!r} takes no value")
    elif fault.choices:
        if value not in fault.choices:
            _refuse(line, f"{name} is one of {', '.join(fault.choices)}")
    elif not _VALUES[fault.value].fullmatch(value or ""):
        _refuse(line, f"{name}={fault.value} is expected")
    # Compared before anything makes an int of it, which Python refuses to do with thousands of digits.
    elif fault.value in _MOST and float(value or "") > _MOST[fault.value]:
        _refuse(line, f"{name} can be {_MOST[fault.value]:,.0f} at most")


def _options(line: str, words: Sequence[str], name: str, fault: Fault) -> dict[str, str]:
    """Read what comes after the fault: each word once, and only where it means something."""
    options = dict(word.partition("=")[::2] for word in words)
    if unknown := options.keys() - {"handled", "retry-after", "skip", "times"}:
        _refuse(line, f"{min(unknown)!r} is not one of handled, retry-after=, skip=, times=")
    if len(options) < len(words):
        _refuse(line, "a word is there twice")
    if "handled" in options and "handled" not in words:
        _refuse(line, "'handled' takes no value")
    if "handled" in options and not fault.may_be_handled:
        _refuse(line, f"{name!r} cannot be handled")
    if "retry-after" in options:
        _check_retry_after(line, options["retry-after"], name, fault)
    if not options.get("times", "1").strip("0"):
        _refuse(line, "times is 1 or more, or always")
    return options


def _check_retry_after(line: str, asked: str, name: str, fault: Fault) -> None:
    if name != "error-code" and fault is not CATALOGUE["NNN"]:
        _refuse(line, "retry-after is for statuses and error-code")
    if not _VALUES["TEXT"].fullmatch(asked):
        _refuse(line, f"{asked!r} cannot be sent in a header")


def _find_fault(name: str, line: str) -> Fault:
    fault = find(name)
    if fault is None:
        near = difflib.get_close_matches(name, CATALOGUE, 1)
        _refuse(line, f"{name!r} is not a fault{f'; {near[0]}?' if near else ''}")
    return fault


def _count(text: str, line: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        _refuse(line, f"{text!r} is not a number")
    return int(text)


def _refuse(line: str, why: str) -> NoReturn:
    raise SandboxError(
        f"{line!r} is not a line of a fault plan: {why}",
        tip="write it like `post drop handled` or `logs 503 retry-after=30 times=3`; docs/drills.md lists the faults",
    )


@dataclass
class _Armed:
    rule: Rule
    fault: Fault
    met: int = 0

    def is_due(self, step: str) -> bool:
        """Count a request of this step, and say whether it is one that the rule is for."""
        if self.rule.step not in {step, ANY} or step not in self.fault.steps:
            return False
        self.met += 1
        return self.rule.skip < self.met <= self.rule.skip + self.rule.times


class FaultPlan:
    """An interceptor for the sandbox's middleware: each request meets the first rule that is for it."""

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Arm the rules; `clock` is the sandbox's own, `sleep` is what lets slow answers be slow."""
        self._armed = [_Armed(rule, _find_fault(rule.fault, str(rule))) for rule in rules]
        self._has_crowd = any(armed.rule.fault == "crowd" for armed in self._armed)
        self._lock = threading.Lock()
        self._waiting: list[tuple[float, Callable[[], object]]] = []
        self._unseen: dict[str, float] = {}
        self.now = clock
        self.sleep = sleep

    def schedule(self, seconds: float, action: Callable[[], object]) -> None:
        """Run an action with the first request after so many seconds: before, no client could notice it.

        Args:
            seconds: How long to wait, from now on.
            action: What to run; what it returns is not used.

        """
        with self._lock:
            self._waiting.append((self.now() + seconds, action))

    def hide(self, job_id: str, seconds: float) -> None:
        """Let no call find this job for so many seconds.

        Args:
            job_id: The job.
            seconds: How long it stays unseen, from now on.

        """
        self._unseen[job_id] = self.now() + seconds

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, app: WSGIApplication
    ) -> Iterable[bytes]:
        """Let a request meet its fault, or pass."""
        for action in self._due_actions():
            action()
        call = Call(environ, start_response, app)
        if self._has_crowd and call.job_id.startswith(CROWD):
            return fake_job_info(call)
        if hidden := {job_id for job_id, until in self._unseen.items() if self.now() < until}:
            call = Call(environ, start_response, partial(answer_without, app, hidden))
        armed = self._find_armed(call.step)
        if armed is None:
            return call.pass_on()
        log.info("fault plan: %s meets %s", call.step, armed.rule)
        return armed.fault.perform(FaultContext(call, armed.rule, self))

    def _find_armed(self, step: str) -> _Armed | None:
        with self._lock:
            return next((armed for armed in self._armed if armed.is_due(step)), None) if step else None

    def _due_actions(self) -> Sequence[Callable[[], object]]:
        with self._lock:
            due = [action for at, action in self._waiting if at <= self.now()]
            self._waiting = [(at, action) for at, action in self._waiting if at > self.now()]
            return due
