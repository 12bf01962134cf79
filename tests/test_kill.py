"""Killed at any moment, repeated by many at once: one job at the service, complete results, nothing half-written."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from cgi_runner.job import State, read_record
from cgi_runner.sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock

STEPS = 8  # prepared, submitting, waiting, done, fetching, claimed, verified, deleted
# Clients that are killed leave the threads of the sandbox in the middle of a sentence.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
KILLS = int(os.environ.get("CGI_TEST_KILLS", "12"))
Ask = Callable[[list[dict[str, Any]]], list[int]]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Start the process that starts processes; give a function that has it run orders and gives their exit codes."""
    with subprocess.Popen(
        [sys.executable, Path(__file__).with_name("child.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        writer, reader = process.stdin, process.stdout

        def send(orders: list[dict[str, Any]]) -> list[int]:
            writer.write(json.dumps(orders) + "\n")
            writer.flush()
            codes: list[int] = json.loads(reader.readline())
            return codes

        yield send
        writer.close()


@pytest.fixture
def service(clock: SimulatedClock) -> Iterator[Sandbox]:
    """Serve a sandbox whose clock moves by four seconds at each request, for clients that have clocks of their own."""

    def tick(environ: Any, start_response: Any, app: Any) -> Any:
        clock.sleep(4)
        return app(environ, start_response)

    with Sandbox(duration=30, quota=100, clock=clock.time) as sandbox:
        sandbox.interceptors.append(tick)
        yield sandbox


def order(service: Sandbox, out: Path, **more: Any) -> dict[str, Any]:
    """Write an order for the example."""
    return {"url": service.url, "out": str(out), "mutations": str(EXAMPLES / "mutations.tsv"), **more}


def posts(service: Sandbox) -> int:
    """Count the submissions that came in."""
    return [request.method for request in service.requests].count("POST")


def assert_whole(out: Path, state: State = State.VERIFIED) -> None:
    """See that a folder holds a job's results, byte for byte those of its archive, and nothing else."""
    record = read_record(out / "cgi-job.json")
    assert record.state is state
    with zipfile.ZipFile(io.BytesIO((out / "cgi-results.zip").read_bytes())) as archive:
        members = archive.namelist()
        for name in members:
            assert (out / name).read_bytes() == archive.read(name)
    assert record.job_id in (out / "summary.txt").read_text()
    own = {"cgi-job.json", "cgi-logs.txt", "cgi-results.zip", "dropped.tsv"}
    assert {path.name for path in out.iterdir()} == {*members, *own}
    assert "Analysis done" in (out / "cgi-logs.txt").read_text()
    assert (out / "dropped.tsv").read_text().startswith("input\tline\t")


@pytest.mark.parametrize("moment", ["before", "within", "after"])
@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_killed_at_a_step_of_the_journal(step: int, moment: str, ask: Ask, service: Sandbox, tmp_path: Path) -> None:
    """Before, within and after each write of the record: the same command goes on, and there is one submission."""
    out = tmp_path / "out"
    killed = order(service, out, delete=True, kill=[step, moment])
    assert ask([killed]) == [-signal.SIGKILL]
    assert ask([order(service, out, delete=True)]) == [0]
    assert posts(service) == 1
    assert_whole(out, State.DELETED)


def test_all_steps_are_covered(ask: Ask, service: Sandbox, tmp_path: Path) -> None:
    """A run takes just as many steps as are killed at."""
    assert ask([order(service, tmp_path / "out", delete=True, kill=[STEPS + 1, "before"])]) == [0]


def test_killed_at_random_times(ask: Ask, service: Sandbox, tmp_path: Path) -> None:
    """Wherever the kill strikes, another folder or the same one: one job for each order, and whole results."""
    started = time.monotonic()
    assert ask([order(service, tmp_path / "measured", title="measured")]) == [0]
    takes = time.monotonic() - started
    chance = random.Random(4711)
    for kill in range(KILLS):
        out, title = tmp_path / f"out{kill}", f"kill {kill % 90}"
        ask([order(service, out, title=title, seconds=chance.uniform(0, takes))])
        assert ask([order(service, out, title=title)]) == [0]
        assert_whole(out)
    listed = requests.get(service.url, headers={"Authorization": CREDENTIALS.header}, timeout=10).json()
    assert len(listed) == 1 + min(KILLS, 90)


def test_killed_again_and_again(ask: Ask, service: Sandbox, tmp_path: Path) -> None:
    """A job that is killed at every step in turn still ends as one job."""
    out = tmp_path / "out"
    for _ in range(6):
        for step in (2, 3, 1):
            ask([order(service, out, kill=[step, "after"])])
    assert ask([order(service, out)]) == [0]
    assert posts(service) == 1
    assert_whole(out)


@pytest.mark.parametrize("processes", [2, 20])
@pytest.mark.parametrize("folders", ["one", "many"])
def test_many_processes_with_the_same_order(
    processes: int, folders: str, ask: Ask, service: Sandbox, tmp_path: Path
) -> None:
    """All come to the results of one job, in one folder or each in its own."""
    outs = [tmp_path / ("out" if folders == "one" else f"out{n}") for n in range(processes)]
    assert ask([order(service, out) for out in outs]) == [0] * processes
    assert posts(service) == 1
    for out in outs:
        assert_whole(out)
    assert len({read_record(out / "cgi-job.json").job_id for out in outs}) == 1


def test_many_orders_on_one_account(ask: Ask, service: Sandbox, tmp_path: Path) -> None:
    """Different orders at once each get their own job, and no result gets into another's folder."""
    orders = [order(service, tmp_path / f"out{n}", title=f"order {n}") for n in range(20)]
    assert ask(orders) == [0] * 20
    records = [read_record(tmp_path / f"out{n}" / "cgi-job.json") for n in range(20)]
    assert len({record.job_id for record in records}) == posts(service) == 20
    for n in range(20):
        assert_whole(tmp_path / f"out{n}")
        assert f"order {n} [cgi-runner" in (tmp_path / f"out{n}" / "summary.txt").read_text()


def test_a_killed_process_gives_way(ask: Ask, service: Sandbox, tmp_path: Path) -> None:
    """One of several is killed in the act of submitting: the others go on, with one job."""
    orders = [order(service, tmp_path / f"out{n}") for n in range(4)]
    orders[0]["kill"] = [2, "after"]
    assert ask(orders) == [-signal.SIGKILL, 0, 0, 0]
    assert posts(service) == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_stopped_by_a_signal(number: signal.Signals, code: int, tmp_path: Path) -> None:
    """The command ends at once with the code for it, tells the job's id, and leaves the remote job alone."""
    out = tmp_path / "out"
    with Sandbox(duration=3600) as sandbox:
        environ = {"PATH": os.environ["PATH"], "CGI_EMAIL": CREDENTIALS.email, "CGI_TOKEN": CREDENTIALS.token}
        command = ["run", "--mutations", str(EXAMPLES / "mutations.tsv"), "--cancer-type", "CM", "--output", str(out)]
        with subprocess.Popen(
            [sys.executable, "-m", "cgi_runner", *command, "--api-url", sandbox.url],
            env=environ,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            until = time.monotonic() + 30
            while not ((out / "cgi-job.json").exists() and read_record(out / "cgi-job.json").job_id):
                assert time.monotonic() < until
                assert process.poll() is None
                time.sleep(0.02)
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=30)
        record = read_record(out / "cgi-job.json")
        assert process.returncode == code
        assert stdout == ""
        assert f"job {record.job_id} goes on at CGI" in stderr
        assert "Traceback" not in stderr
        assert record.state is State.WAITING
        assert {request.method for request in sandbox.requests} <= {"GET", "POST"}
        assert posts(sandbox) == 1
    assert {path.name for path in out.iterdir()} <= {"cgi-job.json", "dropped.tsv"}
