"""One real Galaxy for all tests that need a server, with sandboxes as services, and its templates for the others."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
import requests

from cgi_runner import __version__
from cgi_sandbox import Sandbox
from engines.cwl import cluster
from engines.cwl.engines import MissingError
from support.faults import inject

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = Path(__file__).resolve().parents[3]
CONTAINERS = ROOT / "containers"
TOOLS = ROOT / "tools"
SERVE = Path(__file__).with_name("serve.py")
RENDER = Path(__file__).with_name("render.py")
ENGINE = Path(os.environ.get("GALAXY_ENGINE") or ROOT / ".engines" / "galaxy").resolve()
TOOL_VERSION = f"{__version__}+galaxy0"
ADMIN_KEY = "admin-key-of-a-galaxy-that-lives-for-minutes"
BOOT_SECONDS = 900
JOB_SECONDS = 900
SLOW_JOB_SECONDS = 60
ENDED = frozenset(("ok", "error", "deleted", "failed"))


def missing(reason: str) -> NoReturn:
    """Skip for lack of an engine, or fail where engines are demanded."""
    if os.environ.get("REQUIRE_ENGINES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


class User:
    """Somebody with an account on the Galaxy, and perhaps one at the service."""

    def __init__(self, url: str, name: str, *, api_key: str = "", user_id: str = "") -> None:
        """Speak for this user."""
        self.url = url
        self.name = name
        self.id = user_id
        self.api_key = api_key
        self.credentials: dict[str, list[dict[str, Any]]] = {}
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["x-api-key"] = api_key
        self._history = ""

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Call the API and give its answer; what it refuses is an error with its words."""
        answer = self._session.request(method, f"{self.url}/api/{path}", timeout=60, **options)
        if not answer.ok:
            raise RuntimeError(answer.text)
        return answer.json()

    @property
    def history(self) -> str:
        """The id of this user's history."""
        self._history = self._history or self.ask("POST", "histories", json={"name": self.name})["id"]
        return self._history

    def set_credentials(self, tool: str, email: str, token: str) -> None:
        """Put e-mail and token into the vault, as the tool's form does."""
        service = {"name": "cancer_genome_interpreter", "version": "1.0"}
        group = {
            "name": "own",
            "variables": [{"name": "email", "value": email}],
            "secrets": [{"name": "token", "value": token}],
        }
        source = {"source_type": "tool", "source_id": tool, "source_version": TOOL_VERSION}
        path = f"users/{self.id}/credentials"
        made = self.ask("POST", path, json={**source, "service_credential": {**service, "group": group}})
        listed = self.ask("GET", path, params={"source_type": "tool", "source_id": tool})
        chosen = {"id": made["id"], "name": made["name"]}
        self.credentials[tool] = [{**service, "user_credentials_id": listed[0]["id"], "selected_group": chosen}]

    def upload(self, files: dict[str, str], *, ext: str = "tabular", dbkey: str = "hg38") -> dict[str, dict[str, str]]:
        """Upload texts by name; give what tools take as inputs."""
        elements = [
            {"src": "pasted", "paste_content": text, "name": name, "ext": ext, "dbkey": dbkey}
            for name, text in files.items()
        ]
        return {item["name"]: {"src": "hda", "id": item["id"]} for item in self._fetch("hdas", elements)["outputs"]}

    def upload_collection(
        self, name: str, files: dict[str, str], *, ext: str = "tabular", dbkey: str = "hg38"
    ) -> dict[str, str]:
        """Upload texts as the elements of a list."""
        elements = [
            {"src": "pasted", "paste_content": text, "name": element, "ext": ext, "dbkey": dbkey}
            for element, text in files.items()
        ]
        made = self._fetch("hdca", elements, collection_type="list", name=name)
        return {"src": "hdca", "id": made["output_collections"][0]["id"]}

    def make_sample_sheet(
        self, name: str, data: dict[str, dict[str, str]], cells: dict[str, list[str]]
    ) -> dict[str, str]:
        """Make a sample sheet of uploaded datasets; the row of each is its cancer type."""
        column = {"name": "cancer_type", "type": "string", "optional": True, "default_value": None}
        request = {
            "history_id": self.history, "instance_type": "history", "name": name, "collection_type": "sample_sheet",
            "element_identifiers": [{"name": element, **one} for element, one in data.items()],
            "column_definitions": [column], "rows": cells,
        }  # fmt: skip
        return {"src": "hdca", "id": self.ask("POST", "dataset_collections", json=request)["id"]}

    def _fetch(self, kind: str, elements: list[dict[str, Any]], **more: Any) -> Any:
        target = {"destination": {"type": kind}, "elements": elements, **more}
        made = self.ask("POST", "tools/fetch", json={"history_id": self.history, "targets": [target]})
        for job in made["jobs"]:
            assert self.wait(job["id"])["state"] == "ok"
        return made

    def start(self, tool: str, inputs: dict[str, Any]) -> Any:
        """Start a tool with this user's credentials for it, if there are any."""
        request = {"tool_id": tool, "history_id": self.history, "inputs": inputs}
        return self.ask("POST", "tools", json={**request, "credentials_context": self.credentials.get(tool, [])})

    def wait(self, job: str, seconds: float = JOB_SECONDS) -> Any:
        """Wait for a job and give all that Galaxy tells of it."""
        deadline = time.monotonic() + seconds
        while (state := self.ask("GET", f"jobs/{job}")["state"]) not in ENDED:
            assert time.monotonic() < deadline, f"the job is still {state} after {seconds} s"
            time.sleep(0.5)
        return self.ask("GET", f"jobs/{job}", params={"full": True})

    def run(self, tool: str, inputs: dict[str, Any]) -> Any:
        """Start a tool and wait for it; the outputs are by name in `made`."""
        started = self.start(tool, inputs)
        job = self.wait(started["jobs"][0]["id"])
        return {**job, "made": {output["output_name"]: output["id"] for output in started["outputs"]}}

    def dataset(self, dataset: str) -> Any:
        """Return what a dataset's box in the history shows."""
        return self.ask("GET", f"datasets/{dataset}")

    def content(self, dataset: str) -> bytes:
        """Return a dataset's content, byte for byte."""
        path = f"{self.url}/api/datasets/{dataset}/display"
        answer = self._session.get(path, params={"raw": True}, timeout=60)
        answer.raise_for_status()
        return answer.content

    def text(self, dataset: str) -> str:
        """Return a dataset's content as text."""
        return self.content(dataset).decode()


class FailingAccount:
    """Makes every job of the account failing@... end with Error; all others are left to the sandbox."""

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, app: WSGIApplication
    ) -> Iterable[bytes]:
        """Change the word that ends a job, and the length that is announced with it."""
        if not environ.get("HTTP_AUTHORIZATION", "").startswith("failing@"):
            return app(environ, start_response)
        begun: list[Any] = []
        answer = b"".join(app(environ, lambda *given: begun.append(given)))  # type: ignore[arg-type]
        answer = answer.replace(b'"Done"', b'"Error"')
        status, headers, *_ = begun[0]
        others = [header for header in headers if header[0].lower() != "content-length"]
        start_response(status, [*others, ("Content-Length", str(len(answer)))])
        return [answer]


class Galaxy:
    """A running server: its files, its sandboxes and its users."""

    def __init__(self, folder: Path, port: int, sandboxes: dict[str, Sandbox], slurm: Path) -> None:
        """Know where it is, and the folder of the Slurm that it calls."""
        self.folder = folder
        self.slurm = slurm
        self.url = f"http://127.0.0.1:{port}"
        self.sandboxes = sandboxes
        self.admin = User(self.url, "admin", api_key=ADMIN_KEY)

    def is_up(self) -> bool:
        """Say whether the API answers."""
        try:
            self.admin.ask("GET", "version")
        except (RuntimeError, requests.ConnectionError):
            return False
        return True

    def new_user(self, environment: str, name: str) -> User:
        """Register somebody whose jobs run in the environment of that name."""
        email = f"{environment}@{name}.example.org"
        about = {"username": f"{environment}-{name}", "email": email, "password": "no-secret"}
        user_id = self.admin.ask("POST", "users", json=about)["id"]
        key = self.admin.ask("POST", f"users/{user_id}/api_key")
        return User(self.url, name, api_key=key, user_id=user_id)


@pytest.fixture(scope="session")
def engine() -> Path:
    """Return the folder in which install_galaxy.sh has put Galaxy."""
    if not (ENGINE / "ready").is_file():
        missing(f"Galaxy is not installed in {ENGINE}: run tests/engines/galaxy/install_galaxy.sh")
    return ENGINE


class Templates:
    """Asks the parts of Galaxy that read tools and fill templates; they take seconds to start, so they start once."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Talk to a process that answers each line with a line."""
        self._process = process

    def ask(self, tool: str, part: str, parameters: dict[str, Any]) -> Any:
        """Return the form of a tool as XML, the lines of its command, or the labels by output."""
        assert self._process.stdin
        assert self._process.stdout
        question = {"tool": str(TOOLS / f"{tool}.xml"), "part": part, "parameters": parameters}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the template of {tool} cannot be filled; see the error output above"
        return json.loads(answer)


@pytest.fixture(scope="module")
def templates(engine: Path) -> Iterator[Templates]:
    """Provide Galaxy's way to fill templates, without a server."""
    command = [str(engine / "server" / "bin" / "python"), str(RENDER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Templates(process)


@pytest.fixture(scope="session")
def docker_environment() -> dict[str, str]:
    """Return what a shell needs to reach a container engine; nothing where there is none."""
    script = 'set -e; found=$("$0" env); eval "$found"; env -0'
    answer = subprocess.run(
        ["bash", "-c", script, CONTAINERS / "engine.sh"], capture_output=True, text=True, check=False
    )
    found = dict(line.split("=", 1) for line in answer.stdout.split("\0") if "=" in line)
    return {name: found[name] for name in ("DOCKER_HOST", "PATH") if name in found}


@pytest.fixture(scope="session")
def image(docker_environment: dict[str, str]) -> str:
    """Build the image that the tools ask for from this clone, and give its name."""
    if not docker_environment:
        missing("no container engine answers: containers/engine.sh up")
    build = [str(CONTAINERS / "build.sh"), "--no-sbom"]
    built = subprocess.run(build, env={**os.environ, **docker_environment}, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-2000:]
    return f"cgi-runner:{__version__}"


@pytest.fixture(scope="session")
def galaxy(
    engine: Path, docker_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Galaxy]:
    """Start one Galaxy for all tests, and end it with all its jobs."""
    folder = tmp_path_factory.mktemp("galaxy")
    port, nobody = free_ports(2)
    with ExitStack() as stack:
        sandboxes = {
            "quick": stack.enter_context(Sandbox(folder / "quick.db", duration=1)),
            "slow": stack.enter_context(Sandbox(folder / "slow.db", duration=SLOW_JOB_SECONDS)),
        }
        inject(sandboxes["quick"], FailingAccount())
        services = [f"--service={name}={sandbox.url}" for name, sandbox in sandboxes.items()]
        services.append(f"--service=dead=http://127.0.0.1:{nobody}/api/v1")
        command = [sys.executable, str(SERVE), str(engine), str(folder), "--port", str(port), *services]
        slurm = Path(stack.enter_context(TemporaryDirectory(prefix="slurm")))  # short, since it has a socket
        own = {**environment(folder, docker_environment), "SLURM_CONF": str(slurm / "slurm.conf")}
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=own, start_new_session=True)
        stack.callback(end, process)
        served = Galaxy(folder, port, sandboxes, slurm)
        wait_until_up(served, process)
        yield served


@pytest.fixture
def slurm(galaxy: Galaxy) -> Iterator[cluster.Cluster]:
    """Start the Slurm that Galaxy's destination calls."""
    try:
        with cluster.running(galaxy.slurm) as running:
            yield running
    except MissingError as error:
        missing(str(error))


def environment(folder: Path, docker: dict[str, str]) -> dict[str, str]:
    """Return an environment in which Galaxy's jobs find this cgi-runner, and nothing else of this environment."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "cgi-runner").symlink_to(Path(sys.executable).with_name("cgi-runner"))
    kept = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    return {**kept, **docker, "PATH": f"{programs}:{docker.get('PATH', os.environ['PATH'])}"}


def wait_until_up(galaxy: Galaxy, process: subprocess.Popen[bytes]) -> None:
    """Return when the API answers."""
    deadline = time.monotonic() + BOOT_SECONDS
    while not galaxy.is_up():
        log = (galaxy.folder / "server.log").read_text(errors="replace")
        assert process.poll() is None, f"Galaxy ended by itself: {log[-2000:]}"
        assert time.monotonic() < deadline, f"Galaxy is not up after {BOOT_SECONDS} s: {log[-2000:]}"
        time.sleep(0.5)


def end(process: subprocess.Popen[bytes]) -> None:
    """End Galaxy, its worker and its jobs: all of them are in the session that was started for it."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [opened.getsockname()[1] for opened in sockets]
