"""A submission that is still being taken in when its sender is dead: whoever repeats the command looks for a minute.

The service holds the submission between its arrival and its being stored, and lets it go on at a given look.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.job import read_record
from cgi_sandbox import Sandbox
from promise import killing
from promise.killing import KILLED, Account, Machine
from support.faults import heal, inject

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
LOOKS = 3
PATIENCE = 20


class Slow:
    """An interceptor that holds the first submission, kills its sender, and stores it at a later request.

    `let_in` says at which: ("list", 2) is the second look into the account after that, ("POST", 1) the next submission.
    """

    def __init__(self, task: dict[str, Any], let_in: tuple[str, int]) -> None:
        """Hold the submission of this task."""
        self._task = task
        self._kind, self._left = let_in
        self._is_held, self._go, self._stored = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, environ: Any, start_response: Any, app: Any) -> Iterable[bytes]:
        """Hold what is to be held, and let it go when it is time."""
        kind = killing.kind_of(environ)
        if kind == "POST" and not self._is_held.is_set():
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            self._is_held.set()
            killing.stop(self._task)
            self._go.wait(PATIENCE)
            answer = list(app({**environ, "wsgi.input": io.BytesIO(body)}, start_response))
            self._stored.set()
            return answer
        if self._is_held.is_set() and kind == self._kind:
            self._left -= 1
            if not self._left:
                self._go.set()
                self._stored.wait(PATIENCE)
        return app(environ, start_response)  # type: ignore[no-any-return]


@contextmanager
def slow(sandbox: Sandbox, task: dict[str, Any], let_in: tuple[str, int]) -> Iterator[None]:
    """Have the service slow with the task's submission within the block."""
    interceptor = Slow(task, let_in)
    inject(sandbox, interceptor)
    yield
    heal(sandbox, interceptor)


@pytest.mark.parametrize("look", range(1, LOOKS + 2))
@pytest.mark.parametrize("again", ["out", "another"])
def test_a_job_that_arrives_within_a_minute_is_found(
    look: int, again: str, account: Account, service: Sandbox, machine: Machine, tmp_path: Path
) -> None:
    """At the first look or at any of the three that follow, from the same folder or from a new one: one job."""
    task = machine.submission(account, tmp_path / "out")
    with slow(service, task, ("list", look)):
        assert machine.run(task) == [KILLED]
        assert machine.run(machine.submission(account, tmp_path / again)) == [0]
    record = read_record(tmp_path / again / "cgi-job.json")
    assert record.adopted is (again != "out")  # what its own record had begun to send is its own
    assert sorted(account.ask()) == sorted([account.colleagues_job, record.job_id])
    # The doubt is gone: the next one looks once.
    before = lists(service)
    assert machine.run(machine.submission(account, tmp_path / "third")) == [0]
    assert lists(service) - before <= 2


def test_a_doubt_lasts_until_it_is_settled(
    account: Account, service: Sandbox, machine: Machine, tmp_path: Path
) -> None:
    """Killed while it looks for the job of one that was killed: a third one, in yet another folder, still looks."""
    task = machine.submission(account, tmp_path / "out")
    with slow(service, task, ("list", 6)):
        assert machine.run(task) == [KILLED]
        looking = machine.submission(account, tmp_path / "second", point="ambiguous is written")
        assert machine.run(looking) == [KILLED]
        assert machine.run(machine.submission(account, tmp_path / "third", seconds=0.2)) == [KILLED]
        assert machine.run(machine.submission(account, tmp_path / "fourth")) == [0]
    assert account.titles().total() == 2


def test_a_job_that_arrives_later_is_told(account: Account, service: Sandbox, machine: Machine, tmp_path: Path) -> None:
    """More than a minute after its sender's death nobody waits for it: there are two jobs, and the record says so."""
    task = machine.submission(account, tmp_path / "out")
    with slow(service, task, ("POST", 1)):
        assert machine.run(task) == [KILLED]
        assert machine.run(machine.submission(account, tmp_path / "out")) == [0]
    record = read_record(tmp_path / "out" / "cgi-job.json")
    (other,) = set(account.ask()) - {account.colleagues_job, record.job_id}
    assert any(other in warning for warning in record.warnings)


def lists(service: Sandbox) -> int:
    """Count the looks into accounts."""
    return sum(method == "GET" and path.rstrip("/").endswith("/v1") for method, path, *_ in service.requests)
