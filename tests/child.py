"""A process that runs jobs in processes of its own, which may be killed: reads one order a line, answers in kind.

Forking one that has everything imported is what makes hundreds of kills affordable.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from cgi_runner.api import Api
from cgi_runner.errors import RunnerError
from cgi_runner.http import Session
from cgi_runner.job import Desk, Wish, journal, run
from cgi_runner.settings import Credentials, Patience, Service
from conftest import CREDENTIALS, SimulatedClock


class HurriedClock(SimulatedClock):
    """A simulated clock that runs 200 times too fast: the service may be at work on a killed one's request still."""

    def sleep(self, seconds: float) -> None:
        """Move on soon."""
        time.sleep(seconds / 200)
        super().sleep(seconds)


def kill_at(step: int, moment: str) -> None:
    """Have this process killed at a step of the journal: before the write, within it, or after it."""
    steps = iter(range(1, 1000))
    advance, settle = journal.Journal.advance, journal.settle

    def die(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def advance_or_die(self: journal.Journal, state: journal.State, **facts: Any) -> None:
        is_due = next(steps) == step
        if is_due and moment == "before":
            die()
        journal.settle = die if is_due and moment == "within" else settle  # type: ignore[assignment]
        advance(self, state, **facts)
        if is_due:
            die()

    journal.Journal.advance = advance_or_die  # type: ignore[method-assign]


def work(order: dict[str, Any]) -> int:
    """Run a job as ordered and give its exit code."""
    if "kill" in order:
        kill_at(*order["kill"])
    clock = HurriedClock()
    random.seed(order.get("seed", 0))
    credentials = Credentials(order.get("email", CREDENTIALS.email), CREDENTIALS.token)
    session = Session(Service(order["url"]), credentials, clock=clock, patience=Patience())
    wish = Wish({"mutations": Path(order["mutations"])}, "CM", "hg38", order.get("title", "killed"))
    desk = Desk(Api(session), order["url"], order.get("email", "account"), 3600, clock=clock)
    try:
        run(wish, Path(order["out"]), desk, delete=order.get("delete", False))
    except RunnerError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def forked(order: dict[str, Any]) -> int:
    """Start a process for an order and give its id."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            code = work(order)
        finally:
            sys.stderr.flush()
            os._exit(code)
    return pid


def main() -> None:
    """Take lists of orders, one a line; start all orders of a line at once; answer with their exit codes."""
    for line in sys.stdin:
        orders = json.loads(line)
        pids = [forked(order) for order in orders]
        for pid, order in zip(pids, orders, strict=True):
            if "seconds" in order:
                time.sleep(order["seconds"])
                os.kill(pid, signal.SIGKILL)
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        sys.stdout.write(json.dumps(codes) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
