"""Containers that share nothing but a state folder: a killed sender, and several at once, leave one job.

CGI_SOAK=1 repeats each twenty times: CGI_SOAK=1 .venv/bin/python -m pytest tests/engines/image/test_shared_state.py
"""

from __future__ import annotations

import io
import os
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.depth import SOAK

pytestmark = [
    pytest.mark.image,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Docker = Callable[..., "subprocess.CompletedProcess[str]"]
TIMES = range(20 if SOAK else 3)
AT_ONCE = 4
PATIENCE = 60  # seconds


class LateArrival:
    """An interceptor that holds the first submission, has its sender killed, and takes it in at a later look.

    The second look into the account after the kill is the first one that a command makes only because it is in doubt.
    """

    def __init__(self, kill: Callable[[], object]) -> None:
        """Call `kill` once the submission is there."""
        self._kill, self._looks = kill, 0
        self._is_held, self._go, self._stored = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, environ: Any, start_response: Any, app: Any) -> Any:
        """Hold what is to be held, and let it go when it is time."""
        is_list = environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].rstrip("/") == "/api/v1"
        if environ["REQUEST_METHOD"] == "POST" and not self._is_held.is_set():
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            self._is_held.set()
            self._kill()
            self._go.wait(PATIENCE)
            answer = list(app({**environ, "wsgi.input": io.BytesIO(body)}, start_response))
            self._stored.set()
            return answer
        if self._is_held.is_set() and is_list:
            self._looks += 1
            if self._looks == 2:
                self._go.set()
                self._stored.wait(PATIENCE)
        return app(environ, start_response)


@pytest.fixture
def service() -> Iterator[Sandbox]:
    """Serve a sandbox on this machine, which the containers share the network of."""
    with Sandbox(duration=0) as served:
        yield served


class Containers:
    """Containers of one account, each with an output folder of its own, and all with the same state folder."""

    def __init__(
        self, docker: Docker, image: str, caller: str, folder: Path, url: str, secrets: dict[str, str]
    ) -> None:
        """Make the state folder."""
        self._docker, self._image, self._caller, self._secrets = docker, image, caller, secrets
        self._folder, self._url = folder, url
        self._state = self._made("state")

    def run(self, command: str, name: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a container of this name to its end."""
        mounts = {EXAMPLES: "/examples:ro", self._state: "/state", self._made(name): "/data"}
        volumes = [word for place, inside in mounts.items() for word in ("--volume", f"{place}:{inside}")]
        job = ["--mutations", "/examples/mutations.tsv", "--cancer-type", "BRCA", "--reference", "hg38"]
        job += ["--title", "shared", "--output", "/data/results", "--api-url", self._url]
        tight = ["--network", "host", "--user", self._caller, "--read-only", "--cap-drop", "ALL", "--tmpfs", "/tmp"]
        given = ["--env", "CGI_EMAIL", "--env", "CGI_TOKEN", "--env", "CGI_RUNNER_STATE=/state"]
        return self._docker(
            "run", "--rm", "--name", name, *tight, *given, *volumes, self._image, "cgi-runner", command, *job,
            env=self._secrets, check=False,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        """Kill a container at once."""
        self._docker("kill", name, check=False)

    def jobs(self) -> list[str]:
        """Return the account's jobs."""
        header = {"Authorization": f"{self._secrets['CGI_EMAIL']} {self._secrets['CGI_TOKEN']}"}
        found: list[str] = requests.get(self._url, headers=header, timeout=10).json()
        return found

    def _made(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        if os.geteuid() == 0:
            os.chown(folder, 12345, 12345)
        return folder


@pytest.fixture
def containers(
    docker: Docker, image: str, caller: str, tmp_path: Path, service: Sandbox, secrets: dict[str, str]
) -> Containers:
    """Return the containers of one account."""
    return Containers(docker, image, caller, tmp_path, service.url, secrets)


def new_name() -> str:
    """Return a name that no other container has."""
    return f"cgi-runner-test-{uuid.uuid4().hex[:12]}"


@pytest.mark.parametrize("time", TIMES)
def test_a_killed_sender_whose_job_comes_in_late(time: int, containers: Containers, service: Sandbox) -> None:
    """The next container, with a new output folder, looks for the job for a minute and finds it."""
    first, second = new_name(), new_name()
    service.interceptors.append(LateArrival(lambda: containers.kill(first)))
    assert containers.run("run", first).returncode == 137
    done = containers.run("run", second)
    assert done.returncode == 0, f"{time}: {done.stderr}"
    (job_id,) = containers.jobs()
    assert job_id in done.stdout


@pytest.mark.parametrize("time", TIMES)
def test_four_at_once(time: int, containers: Containers) -> None:
    """Whichever is first submits the job; the others wait for it, and take it over."""
    names = [new_name() for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(lambda name: containers.run("submit", name), names))
    assert [one.returncode for one in done] == [0] * AT_ONCE, f"{time}: {[one.stderr for one in done]}"
    (job_id,) = containers.jobs()
    assert {one.stdout.strip() for one in done} == {job_id}
