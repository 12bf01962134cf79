"""The engine, the image and a sandbox container, made once for all tests of the image."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[3]
# Made up, of the form of a real one, and found nowhere else.
TOKEN = "deadbeefcafe" + "0ddba11f"
EMAIL = "nobody@example.org"
HEALTHY = "import urllib.request as u; u.urlopen('http://127.0.0.1:{port}/health', timeout=3)"

Docker = Callable[..., "subprocess.CompletedProcess[str]"]


def _missing(reason: str) -> NoReturn:
    if os.environ.get("REQUIRE_ENGINES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def engine_environment() -> dict[str, str]:
    """Return the environment in which commands reach the engine; skip without one, or fail where one is demanded."""
    answer = subprocess.run([ROOT / "containers/engine.sh", "env"], capture_output=True, text=True, check=False)
    if answer.returncode:
        _missing(f"no container engine answers ({answer.stderr.strip().splitlines()[0]}); containers/engine.sh up")
    shown = subprocess.run(["bash", "-c", f"{answer.stdout}\nenv -0"], capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in shown.stdout.split("\0") if "=" in line)


@pytest.fixture(scope="session")
def docker(engine_environment: dict[str, str]) -> Docker:
    """Run the engine's client with these words; `env` adds to its environment, `check=False` lets it fail."""

    def run(
        *words: str | Path, check: bool = True, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = ["docker", *map(str, words)]
        answer = subprocess.run(
            command,
            env=engine_environment | (env or {}),
            capture_output=True,
            errors="replace",
            check=False,
            timeout=300,
        )
        if check and answer.returncode:
            pytest.fail(f"{shlex.join(command)}\nexit {answer.returncode}\n{answer.stdout}{answer.stderr}")
        return answer

    return run


@pytest.fixture(scope="session")
def version() -> str:
    """Return the version that the package gives itself."""
    text = (ROOT / "runner/cgi_runner/__init__.py").read_text()
    match = re.search(r'__version__ = "(.+)"', text)
    assert match
    return match[1]


@pytest.fixture(scope="session")
def token() -> str:
    """Return the token that must be seen nowhere."""
    return TOKEN


@pytest.fixture(scope="session")
def secrets() -> dict[str, str]:
    """Credentials as an environment."""
    return {"CGI_EMAIL": EMAIL, "CGI_TOKEN": TOKEN}


@pytest.fixture(scope="session")
def image(engine_environment: dict[str, str], version: str, secrets: dict[str, str]) -> str:
    """Build the image of this clone by the project's own script, with credentials in the builder's environment."""
    subprocess.run([ROOT / "containers/build.sh"], env=engine_environment | secrets, check=True, timeout=600)
    return os.environ.get("TAG", f"cgi-runner:{version}")


@pytest.fixture
def in_image(docker: Docker, image: str) -> Callable[..., str]:
    """Run a command in a throw-away container and give its output; `options` are those of `docker run`."""

    def run(*command: str, options: tuple[str | Path, ...] = ()) -> str:
        return docker("run", "--rm", "--network", "host", *options, image, *command).stdout

    return run


@pytest.fixture
def container(docker: Docker) -> Iterator[str]:
    """Provide a name for a container, which is removed at the end of the test."""
    name = f"cgi-runner-test-{uuid.uuid4().hex[:12]}"
    yield name
    docker("rm", "--force", "--volumes", name, check=False)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Return a port of this machine that nothing listens on."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture(scope="session")
def await_health(docker: Docker) -> Callable[[str, int], None]:
    """Wait inside the named container until the sandbox there is healthy, by the question that compose.yaml asks."""

    def wait(name: str, port: int) -> None:
        question = HEALTHY.format(port=port)
        loop = (
            f"for _ in $(seq 100); do python3 -c {shlex.quote(question)} 2>/dev/null && exit; sleep 0.1; done; exit 1"
        )
        answer = docker("exec", name, "bash", "-c", loop, check=False)
        if answer.returncode:
            logs = docker("logs", name, check=False)
            pytest.fail(f"the sandbox in {name} is not healthy\n{logs.stdout}{logs.stderr}")

    return wait


@pytest.fixture(scope="session")
def sandbox(
    docker: Docker, image: str, free_port: Callable[[], int], await_health: Callable[[str, int], None]
) -> Iterator[str]:
    """Provide the API's URL at a sandbox that runs in a container of its own, as tightly locked as the runner's."""
    port, name = free_port(), f"cgi-runner-sandbox-{uuid.uuid4().hex[:12]}"
    tight = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp")
    serve = ("cgi-runner", "sandbox", "--port", str(port), "--duration", "0")
    docker("run", "--detach", "--name", name, "--network", "host", *tight, image, *serve)
    try:
        await_health(name, port)
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        docker("rm", "--force", "--volumes", name, check=False)


@pytest.fixture
def shared_folder(tmp_path: Path) -> Path:
    """Make a folder that belongs to the user 12345, as far as this user may give it away."""
    folder = tmp_path / "results"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, 12345, 12345)
    return folder


@pytest.fixture(scope="session")
def caller() -> str:
    """Return the user of the tests: one the image has never heard of, or this very user where that is not to be had."""
    return "12345:12345" if os.geteuid() == 0 else f"{os.geteuid()}:{os.getegid()}"


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    """Credentials as a file that only the caller can read."""
    path = tmp_path / "credentials"
    path.write_text(f"{EMAIL} {TOKEN}\n")
    path.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(path, 12345, 12345)
    return path


@pytest.fixture
def tight(caller: str, shared_folder: Path) -> tuple[str, ...]:
    """Return the tightest options: an unknown user, no privilege, a read-only root, and one folder to write."""
    mounts = ("--volume", f"{ROOT / 'examples'}:/examples:ro", "--volume", f"{shared_folder}:/data")
    return ("--user", caller, "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", *mounts)


@pytest.fixture
def run_job(docker: Docker, image: str, tight: tuple[str, ...]) -> Docker:
    """Run the main job of all pipelines under the tightest options.

    `options` are more options of `docker run`, `more` is the rest of the command, `before` what it is called by.
    """
    job: tuple[str, ...] = (
        "cgi-runner",
        "run",
        "--mutations",
        "/examples/mutations.tsv",
        "--cancer-type",
        "BRCA",
        "--reference",
    )
    job = (*job, "hg38", "--title", "image test", "--output", "results")

    def run(
        *more: str, options: tuple[str, ...] = (), before: tuple[str, ...] = (), env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        network = () if "--network" in options else ("--network", "host")
        return docker("run", *network, *tight, *options, image, *before, *job, *more, env=env)

    return run
