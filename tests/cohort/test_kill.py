"""Killed anywhere, the same command goes on: each job submitted once, and the same files in the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cgi_runner.sandbox import Sandbox
from cohort.conftest import everything_in

KILLED = -signal.SIGKILL
NO_STEP = 9_999

Run = Callable[..., int]


@pytest.fixture(scope="module")
def quick() -> Iterator[Sandbox]:
    """Serve a sandbox by the real clock, whose jobs are done at once."""
    with Sandbox(duration=0.01, quota=100) as served:
        yield served


@pytest.fixture(scope="module")
def killer(quick: Sandbox) -> Iterator[Run]:
    """Give a function that runs a cohort in another process, which is killed at a step, and gives its exit code."""
    tests = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(tests)}
    command = [sys.executable, "-m", "cohort.killed"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stdin
        assert process.stdout
        orders, answers = process.stdin, process.stdout

        def run(sheet: Path, out: Path, *, step: int = NO_STEP, delete: bool = False) -> int:
            order = {"url": quick.url, "email": f"{out.parent.name}@example.org", "sheet": str(sheet), "out": str(out)}
            orders.write(json.dumps({**order, "step": step, "delete": delete}) + "\n")
            orders.flush()
            return int(answers.readline())

        yield run
        process.stdin.close()


def posts(sandbox: Sandbox) -> int:
    """Count the jobs that were submitted so far."""
    return [request.method for request in sandbox.requests].count("POST")


@pytest.mark.parametrize("step", [1, 4, 8, 13, 18, 24, 30, 37, 44, 51])
def test_one_kill_costs_nothing(killer: Run, quick: Sandbox, three: Path, tmp_path: Path, step: int) -> None:
    """A command that was killed once, and run again, leaves what one that was not killed leaves."""
    before = posts(quick)
    assert killer(three, tmp_path / "out", step=step) == KILLED
    assert killer(three, tmp_path / "out") == 0
    assert posts(quick) == before + 2
    assert killer(three, tmp_path / "whole") == 0
    assert everything_in(tmp_path / "out") == everything_in(tmp_path / "whole")
    assert not (tmp_path / "out" / ".cgi-runner").exists()


def test_kill_after_kill(killer: Run, quick: Sandbox, three: Path, tmp_path: Path) -> None:
    """Killed a little later each time, with jobs being deleted on the way, it comes to its end with two jobs in all."""
    before, step = posts(quick), 5
    while (code := killer(three, tmp_path / "out", step=step, delete=True)) == KILLED:
        step += 3
    assert code == 0
    assert step > 20
    assert posts(quick) == before + 2
