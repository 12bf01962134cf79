"""A process that runs cohorts in processes of its own and has them killed: reads one order a line, answers in kind.

An order says after how many steps; a step is whatever changes a record, a sample's folder or a table on disk.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cgi_runner.api import Api
from cgi_runner.cohort import Cohort, Flags, ledger, run, shelf, tables
from cgi_runner.http import Session
from cgi_runner.job import Desk, journal
from cgi_runner.settings import Credentials, Patience, Service
from conftest import SimulatedClock


def kill_at(wanted: int) -> None:
    """Have this process killed at a step: odd ones before it, even ones after it."""
    steps = iter(range(1, 10_000))

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            if next(steps) == wanted:
                os.kill(os.getpid(), signal.SIGKILL)
            given = function(*arguments, **named)
            if next(steps) == wanted:
                os.kill(os.getpid(), signal.SIGKILL)
            return given

        return step

    for place, name in (
        (journal.Journal, "advance"),
        (ledger.Ledger, "write"),
        (shelf, "_place"),
        (tables, "settle"),
    ):
        setattr(place, name, counted(getattr(place, name)))


def work(order: dict[str, Any]) -> None:
    """Run the cohort, on a clock that does not let it wait."""
    kill_at(order["step"])
    clock = SimulatedClock()
    credentials = Credentials(order["email"], "deadbeefdeadbeefdead")
    session = Session(Service(order["url"]), credentials, clock=clock, patience=Patience())
    desk = Desk(Api(session), "sandbox", credentials.email, 1e9, clock=clock)
    report = run(Cohort(Path(order["sheet"])), Path(order["out"]), desk, Flags(delete=order["delete"]))
    report.check(strict=True)


def main() -> None:
    """Do what is asked until there is no more."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            code = 1
            try:
                work(json.loads(line))
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
