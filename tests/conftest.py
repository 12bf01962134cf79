"""What all tests share: a clock that is only simulated, a sandbox that lives by it, and no way out of this machine."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.api import Api
from cgi_runner.http import Session
from cgi_runner.job import Desk
from cgi_runner.sandbox import Sandbox
from cgi_runner.settings import Credentials, Patience, Service

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
CREDENTIALS = Credentials("biologist@example.org", "deadbeefdeadbeefdead")


def pytest_configure() -> None:
    """Let children feel Ctrl-C, also where the tests were started in the background, which ignores it for all."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class SimulatedClock:
    """A clock that moves by sleeping on it, for the runner and the sandbox alike."""

    def __init__(self) -> None:
        """Start at a fixed moment."""
        self.seconds = 0.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        """Give the seconds slept so far."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.sleeps.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        """Give a date that moves along."""
        return datetime(2026, 1, 5, 12, tzinfo=timezone.utc) + timedelta(seconds=self.seconds)

    def time(self) -> float:
        """Give the same as seconds since 1970, as the sandbox wants it."""
        return self.now().timestamp()


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
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


@pytest.fixture(autouse=True)
def nothing_known_of_jobs(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what one test learns of an account's jobs from the next, whose service may have the same address."""
    folder = tmp_path_factory.mktemp("marks")
    monkeypatch.setattr("cgi_runner.job.marks.shared_folder", lambda: folder)


@pytest.fixture(autouse=True)
def logging_as_it_comes() -> None:
    """Let each test begin with levels that no command has set."""
    logging.getLogger("cgi_runner").setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def nothing_to_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what one test has hidden from the next: for a user, each command is a process of its own."""
    monkeypatch.setattr("cgi_runner.redaction._secrets", set())


@pytest.fixture
def clock() -> SimulatedClock:
    """Give a simulated clock."""
    return SimulatedClock()


@pytest.fixture
def sandbox(clock: SimulatedClock) -> Iterator[Sandbox]:
    """Serve a sandbox whose jobs take 16 simulated seconds."""
    with Sandbox(duration=16, clock=clock.time) as served:
        yield served


@pytest.fixture
def api(sandbox: Sandbox, clock: SimulatedClock) -> Iterator[Api]:
    """Give the API of the sandbox, as one account sees it."""
    session = Session(Service(sandbox.url), CREDENTIALS, clock=clock, patience=Patience())
    yield Api(session)
    session.close()


@pytest.fixture
def desk(api: Api, clock: SimulatedClock) -> Desk:
    """Give what a job is worked with, an hour long."""
    return Desk(api, api.url, "account", 3600, clock=clock)


@pytest.fixture
def real_data() -> Path:
    """Give the folder of real archives, where this machine has them."""
    named = os.environ.get("CGI_REAL_DATA")
    if not named:
        pytest.skip("CGI_REAL_DATA names no folder of real CGI archives")
    return Path(named)
