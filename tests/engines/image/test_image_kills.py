"""A container that is killed or stopped, at moments of the service and at random times: repeated, it has one job."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from cgi_sandbox import Sandbox
from support.faults import inject

pytestmark = [
    pytest.mark.image,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Docker = Callable[..., "subprocess.CompletedProcess[str]"]
#: What stops a container, and the codes with which it may end: it is process 1 there, without an init.
STOPS = {"kill": ("kill",), "stop": ("stop", "--time", "20")}
CODES = {"kill": {"137"}, "stop": {"143"}}
MOMENTS = ("POST received", "POST carried out", "log asked", "download asked")


class Stop:
    """An interceptor that has a container stopped at a moment, once, and waits for its end before it goes on."""

    def __init__(self, moment: str, stop: Callable[[], object]) -> None:
        """Call `stop` at the moment."""
        self._kind, _, self._when = moment.partition(" ")
        self._stop = stop
        self._lock = threading.Lock()

    def __call__(self, environ: Any, start_response: Any, app: Any) -> Any:
        """Stop whom it concerns."""
        action = parse_qs(environ.get("QUERY_STRING", "")).get("action", [""])[0]
        kind = {"logs": "log", "": environ["REQUEST_METHOD"]}.get(action, action)
        if kind != self._kind or not self._lock.acquire(blocking=False):
            return app(environ, start_response)
        if self._when == "carried out":
            answer = list(app(environ, start_response))
            self._stop()
            return answer
        self._stop()
        return app(environ, start_response)


@pytest.fixture
def service() -> Iterator[Sandbox]:
    """Serve a sandbox on this machine, which the containers share the network of."""
    with Sandbox(duration=1) as served:
        yield served


class Container:
    """The main job in a container that can be stopped, and the same job again in another one."""

    def __init__(self, run_job: Docker, docker: Docker, name: str, url: str, secrets: dict[str, str]) -> None:
        """Keep what is needed to run it."""
        self._run_job, self.docker, self.name, self._url, self._secrets = run_job, docker, name, url, secrets

    def start(self) -> None:
        """Start it, and come back at once."""
        self._run("--detach", "--name", self.name)

    def repeat(self) -> None:
        """Run the same command in a container of its own, to the end."""
        self._run("--rm")

    def _run(self, *options: str) -> None:
        given = (*options, "--env", "CGI_EMAIL", "--env", "CGI_TOKEN", "--tmpfs", "/tmp")
        self._run_job("--api-url", self._url, options=given, env=self._secrets)

    def stop(self, how: str) -> None:
        """Stop it; it may be just about to start, or have ended."""
        self.docker(*STOPS[how], self.name, check=False)

    def ended(self) -> tuple[str, str]:
        """Wait for its end, and give its exit code and what it said."""
        code = self.docker("wait", self.name).stdout.strip()
        logs = self.docker("logs", self.name)
        self.docker("rm", "--force", self.name)
        return code, logs.stdout + logs.stderr


@pytest.fixture
def held(run_job: Docker, docker: Docker, container: str, service: Sandbox, secrets: dict[str, str]) -> Container:
    """Return the main job in a container."""
    return Container(run_job, docker, container, service.url, secrets)


def jobs(service: Sandbox, secrets: dict[str, str]) -> list[str]:
    """Return the account's jobs."""
    header = {"Authorization": f"{secrets['CGI_EMAIL']} {secrets['CGI_TOKEN']}"}
    given: list[str] = requests.get(service.url, headers=header, timeout=10).json()
    return given


def assert_whole(folder: Path, job_id: str) -> None:
    """See that the results of the job are in the folder, and no half-written file."""
    assert job_id in (folder / "summary.txt").read_text()
    assert (folder / "alterations.tsv").stat().st_size
    assert not [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("how", STOPS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_stopped_at_a_moment_of_the_service(
    how: str, moment: str, held: Container, service: Sandbox, shared_folder: Path, secrets: dict[str, str]
) -> None:
    """The second container ends with the one job, and one that is stopped softly says 143 and what becomes of it."""
    stop = Stop(moment, lambda: held.stop(how))
    inject(service, stop)
    held.start()
    code, said = held.ended()
    assert code in CODES[how], said
    assert "Traceback" not in said
    if how == "stop":
        assert ("keeps running at CGI" in said) != moment.startswith("POST"), said
        assert ("stopped while submitting" in said) == moment.startswith("POST"), said
    held.repeat()
    (job_id,) = jobs(service, secrets)
    assert_whole(shared_folder / "results", job_id)


def test_stopped_at_random_times(
    held: Container, service: Sandbox, shared_folder: Path, secrets: dict[str, str]
) -> None:
    """Stopped again and again, from its start on, it comes to its end with one job."""
    chance = random.Random(4711)
    for how in ("kill", "stop") * 2:
        held.start()
        time.sleep(chance.uniform(0, 1))
        held.stop(how)
        code, said = held.ended()
        assert code in {"0", "137", "143"}, said
        assert "Traceback" not in said
    held.repeat()
    (job_id,) = jobs(service, secrets)
    assert_whole(shared_folder / "results", job_id)
