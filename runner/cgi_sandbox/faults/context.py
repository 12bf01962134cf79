"""What a fault is given to work with: the request, the rule that it has met, and the plan of that rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from cgi_sandbox.faults.call import Answer, Call
from cgi_sandbox.faults.rule import Rule


class FaultScheduler(Protocol):
    """What a fault needs of the plan that it belongs to."""

    def now(self) -> float:
        """Return the time as the sandbox has it, in seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        ...

    def hide(self, job_id: str, seconds: float) -> None:
        """Let no call find this job for so many seconds.

        Args:
            job_id: The job.
            seconds: How long it stays unseen, from now on.

        """
        ...

    def schedule(self, seconds: float, action: Callable[[], object]) -> None:
        """Run an action when the seconds have passed.

        Args:
            seconds: How long to wait, from now on.
            action: What to run; what it returns is not used.

        """
        ...


@dataclass(frozen=True)
class FaultContext:
    """A request, the rule that it has met, and the plan of that rule."""

    call: Call
    rule: Rule
    scheduler: FaultScheduler

    def forward_if_handled(self) -> None:
        """Let the service handle the request if the rule says `handled`, and read its body otherwise."""
        if self.rule.handled:
            self.call.forward()
        else:
            self.call.read_body()  # all of it, so that the client gets as far as waiting for an answer

    def respond_with(self, answer: Answer, pieces: Iterator[bytes] | None = None) -> Iterable[bytes]:
        """Send another answer than the service's, which still handles the request if the rule says so.

        Args:
            answer: Status, headers and body.
            pieces: Sent one by one in the place of the body, with no length announced.

        Returns:
            The body as a WSGI server takes it.

        """
        self.forward_if_handled()
        return self.call.respond(answer, pieces)


def change_json(context: FaultContext, change: Callable[[Any], Any]) -> Iterable[bytes]:
    """Send the JSON of the service after a change; an error stays as it is.

    Args:
        context: The request, and the rule that it meets.
        change: Makes the JSON that is sent out of the one that the service answered.

    Returns:
        The body as a WSGI server takes it.

    """
    whole = context.call.forward()
    if whole.status >= 400:  # noqa: PLR2004 - a class of HTTP statuses
        return context.call.respond(whole)
    return context.call.respond(whole.with_body(json.dumps(change(json.loads(whole.body))).encode()))


def change_archive(context: FaultContext, change: Callable[[bytes], bytes]) -> Iterable[bytes]:
    """Send the archive of the service after a change; another answer stays as it is.

    Args:
        context: The request, and the rule that it meets.
        change: Makes the archive that is sent out of the bytes of the service's own.

    Returns:
        The body as a WSGI server takes it.

    """
    whole = context.call.forward()
    is_archive = whole.body.startswith(b"PK")
    return context.call.respond(whole.with_body(change(whole.body)) if is_archive else whole)
