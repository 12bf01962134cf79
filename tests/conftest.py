"""What all tests share: a clock that is only simulated, a sandbox that lives by it, and no way out of this machine."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from cgi_runner.clock import SystemClock
from cgi_runner.job import JobContext
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_sandbox import Sandbox
from support.cli import cgi_runner
from support.depth import SOAK, register_profiles
from support.sessions import ACCOUNT, session_to

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
CREDENTIALS = ACCOUNT


def pytest_configure() -> None:
    """Let children feel Ctrl-C and SIGHUP, also where the tests were started in the background or by `nohup`."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    register_profiles()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests to `make soak`."""
    long = [] if SOAK else [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_xdist_auto_num_workers() -> int:
    """Have half as many more processes as this one may use processors: a third of the time, a test waits for others."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors + (processors + 1) // 2


TOGETHER = {"galaxy": {"galaxy"}, "workflows": {"python", "snakemake", "wdl"}}
"""Engines whose tests one process runs, one after the other; all that stand in no group are a group, too."""


class EngineScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Shares single tests out among processes, but keeps those together that share what is slow to start.

    Galaxy is booted once, what CWL's engines need is made once, and each scene that is searched for secrets is played
    once. This is decided by path: xdist's own groups (3.8) do not reach the scheduler with pytest 9.2, where each
    process booted a Galaxy of its own.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/promise/"):
            return nodeid.partition("::")[0]
        if not nodeid.startswith("tests/engines/"):
            return nodeid
        engine = nodeid.split("/")[2]
        return next((group for group, engines in TOGETHER.items() if engine in engines), "others")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> EngineScheduling | None:
    """Say which process runs which test."""
    return EngineScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was left out, a line for each reason."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", [])
    )
    if reasons:
        terminalreporter.section("left out")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count:4} {reason}")


class SimulatedClock:
    """A clock that moves by sleeping on it, for the runner and the sandbox alike."""

    def __init__(self) -> None:
        """Start at a fixed moment."""
        self.seconds = 0.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        """Return the seconds slept so far."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.sleeps.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        """Return a date that moves along."""
        return datetime(2026, 1, 5, 12, tzinfo=timezone.utc) + timedelta(seconds=self.seconds)

    def time(self) -> float:
        """Return the same as seconds since 1970, as the sandbox wants it."""
        return self.now().timestamp()

    def replace_system_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let all that reads or sleeps by the machine's clock, as commands do, go by this one."""
        monkeypatch.setattr(SystemClock, "monotonic", lambda _self: self.monotonic())
        monkeypatch.setattr(SystemClock, "sleep", lambda _self, seconds: self.sleep(seconds))
        monkeypatch.setattr(SystemClock, "now", lambda _self: self.now())


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not ip_address(address[0]).is_loopback:
            pytest.fail(f"a test wanted to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def nobodys_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Take away whatever the machine's user has set up for the runner."""
    for name in [name for name in os.environ if name.startswith("CGI_") and name != "CGI_REAL_DATA"]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # what is written at the end differs with it
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


@pytest.fixture(autouse=True)
def nothing_known_of_jobs(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what one test learns of an account's jobs from the next, whose service may have the same address."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("CGI_RUNNER_STATE", str(folder))
    monkeypatch.setattr("cgi_runner.job.job_index.state_dirs", lambda: [folder])


@pytest.fixture(autouse=True)
def logging_as_it_comes() -> None:
    """Let each test begin with levels that no command has set."""
    for name in ("cgi_runner", "cgi_sandbox"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def nothing_to_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what one test has hidden from the next: for a user, each command is a process of its own."""
    monkeypatch.setattr("cgi_runner.redaction._secrets", set())


@pytest.fixture(autouse=True)
def no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk, which costs a network file system seconds: what is synced is seen by one test alone."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def clock() -> SimulatedClock:
    """Return a simulated clock."""
    return SimulatedClock()


@pytest.fixture
def without_waiting(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line live by the simulated clock."""
    clock.replace_system_clock(monkeypatch)


@pytest.fixture
def sandbox(clock: SimulatedClock) -> Iterator[Sandbox]:
    """Serve a sandbox whose jobs take 16 simulated seconds."""
    with Sandbox(duration=16, clock=clock.time) as served:
        yield served


@pytest.fixture
def api(sandbox: Sandbox, clock: SimulatedClock) -> Iterator[CgiClient]:
    """Provide the API of the sandbox, as one account sees it."""
    session = session_to(sandbox.url, clock)
    yield CgiClient(session)
    session.close()


@pytest.fixture
def account_in_environment(sandbox: Sandbox, without_waiting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sandbox as the service, its account in the environment, and the simulated clock for all."""
    del without_waiting
    monkeypatch.setenv("CGI_API_URL", sandbox.url)
    monkeypatch.setenv("CGI_EMAIL", CREDENTIALS.email)
    monkeypatch.setenv("CGI_TOKEN", CREDENTIALS.token)


@pytest.fixture
def context(api: CgiClient, clock: SimulatedClock) -> JobContext:
    """Return what a job is worked with, an hour long."""
    return JobContext(api, api.url, "account", 3600, clock=clock)


@pytest.fixture(scope="session")
def finished_cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a cohort of three samples on the sandbox, once; its folder is to be copied before it is changed."""
    folder = tmp_path_factory.mktemp("finished") / "cohort"
    with pytest.MonkeyPatch.context() as patch:
        SimulatedClock().replace_system_clock(patch)
        patch.setenv("CGI_SANDBOX_DURATION", "0.01")
        outcome = cgi_runner(
            "cohort", "--sandbox", "--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "CM",
            "--reference", "hg38", "--output", folder, "--title", "three", "--no-report",
        )  # fmt: skip
    assert outcome.code == 0, outcome.err
    return folder


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return a function that tells what jobs and output folders have said so far, without CGI's own lines."""
    caplog.set_level(logging.INFO)
    packages = ("cgi_runner.job", "cgi_runner.output")

    def told() -> list[str]:
        ours = [record.getMessage() for record in caplog.records if record.name.startswith(packages)]
        return [line for line in ours if not line.startswith("CGI: ")]

    return told


@pytest.fixture
def real_data() -> Path:
    """Return the folder of real archives, where this machine has them."""
    named = os.environ.get("CGI_REAL_DATA")
    if not named:
        pytest.skip("CGI_REAL_DATA names no folder of real CGI archives")
    return Path(named)
