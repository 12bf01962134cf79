"""A sandbox under a simulated clock, and a client that speaks to it over real HTTP."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from cgi_sandbox import Sandbox

POSTED = 1_765_029_909.0
"""2025-12-06 14:05:09 UTC, when it is an hour later in Barcelona."""

OWNER = "someone@example.org"
TOKEN = "deadbeefdeadbeefdead"


class Archive:
    """A downloaded archive and its tables."""

    def __init__(self, content: bytes) -> None:
        """Open the zip file."""
        self.content = content
        self.zip = zipfile.ZipFile(io.BytesIO(content))

    def text(self, name: str) -> str:
        """Return a member as text."""
        return self.zip.read(name).decode()

    def table(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a member."""
        return list(csv.DictReader(io.StringIO(self.text(name)), delimiter="\t", quoting=csv.QUOTE_NONE))

    def header(self, name: str) -> list[str]:
        """Return the columns of a member."""
        return self.text(name).splitlines()[0].split("\t")


class Client:
    """One account's view of a sandbox."""

    def __init__(self, sandbox: Sandbox, owner: str = OWNER, token: str = TOKEN) -> None:
        """Speak for this account."""
        self.sandbox = sandbox
        self.now = POSTED
        self.headers = {"Authorization": f"{owner} {token}"}

    def other(self, owner: str, token: str = TOKEN) -> Client:
        """Return a client of another account of the same sandbox."""
        return Client(self.sandbox, owner, token)

    def call(self, method: str, job_id: str = "", **options: Any) -> requests.Response:
        """Make one call; the job id is left out for the calls that have none."""
        address = f"{self.sandbox.url}/{job_id}".rstrip("/")
        return requests.request(method, address, headers=self.headers, timeout=10, **options)

    def post(self, mutations: str | bytes | None = None, **fields: str) -> requests.Response:
        """Submit a job; other files are given by the names of their fields."""
        texts = {"mutations": mutations, "cnas": fields.pop("cnas", None), "translocations": fields.pop("fus", None)}
        files = {name: ("any.name", text) for name, text in texts.items() if text is not None}
        data = {"cancer_type": "CM", "title": "a title", "reference": "hg38"} | fields
        return self.call("POST", files=files or None, data=data)

    def submit(self, mutations: str | bytes | None = None, **fields: str) -> str:
        """Submit a job that is fine and give its id."""
        answer = self.post(mutations, **fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json())

    def info(self, job_id: str) -> Any:
        """Return the description of a job."""
        return self.call("GET", job_id).json()

    def logs(self, job_id: str) -> Any:
        """Return the log of a job."""
        return self.call("GET", job_id, params={"action": "logs"}).json()

    def download(self, job_id: str) -> requests.Response:
        """Ask for the archive of a job."""
        return self.call("GET", job_id, params={"action": "download"})

    @staticmethod
    def archive(content: bytes) -> Archive:
        """Open a downloaded archive."""
        return Archive(content)

    def wait(self, seconds: float = 100) -> None:
        """Let the simulated time pass."""
        self.now += seconds

    def analysed(self, mutations: str | bytes | None = None, **fields: str) -> Archive:
        """Submit a job, let its time pass and give its archive."""
        job_id = self.submit(mutations, **fields)
        self.wait()
        return self.archive(self.download(job_id).content)

    def failed(self, mutations: str | bytes | None = None, **fields: str) -> str:
        """Submit a job that has to fail and give the last line of its log."""
        job_id = self.submit(mutations, **fields)
        self.wait()
        logs = self.logs(job_id)
        assert logs["status"] == "Error"
        return str(logs["logs"][-1])

    def warnings(self, mutations: str | bytes | None = None, **fields: str) -> list[str]:
        """Submit a job and give the texts of its warnings."""
        job_id = self.submit(mutations, **fields)
        self.wait()
        marked = [line.partition(" WARNING  ") for line in self.logs(job_id)["logs"]]
        return [text.rstrip("\n") for _, mark, text in marked if mark]


@pytest.fixture
def client() -> Iterator[Client]:
    """Provide a client of a sandbox of its own, with a job time of ten seconds and three slots."""
    sandbox = Sandbox(duration=10, quota=3, clock=lambda: ours.now)
    ours = Client(sandbox)
    with sandbox:
        yield ours


@pytest.fixture
def connect() -> type[Client]:
    """Return what makes a client of a sandbox that the test sets up by itself."""
    return Client


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return a place for a database that outlives its sandbox."""
    return tmp_path / "jobs.db"
