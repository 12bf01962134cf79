"""What the tests of kills share: a machine whose processes are stopped, a service that stops them, and looking over."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import requests

from cgi_runner.job import Record, State, read_record
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from promise.child import TOKEN
from support.faults import inject

KILLED, TERMINATED = -signal.SIGKILL, 128 + signal.SIGTERM
COLLEAGUES = "a colleague's"
OWN = {"cgi-job.json", "cgi-logs.txt", "cgi-results.zip", "dropped.tsv", "report.html"}
_accounts = count()
_PATIENCE = 20  # seconds, for what takes milliseconds


@dataclass
class Account:
    """One account at the service, which a colleague uses, too."""

    url: str
    email: str
    colleagues_job: str = ""

    def ask(self, path: str = "") -> Any:
        """Return the service's answer to a GET."""
        headers = {"Authorization": f"{self.email} {TOKEN}"}
        return requests.get(f"{self.url}/{path}" if path else self.url, headers=headers, timeout=_PATIENCE).json()

    def share(self) -> None:
        """Have a colleague submit a job."""
        with (EXAMPLES / "cnas.tsv").open("rb") as cnas:
            self.colleagues_job = requests.post(
                self.url,
                headers={"Authorization": f"{self.email} {TOKEN}"},
                data={"cancer_type": "BRCA", "title": COLLEAGUES},
                files={"cnas": cnas},
                timeout=_PATIENCE,
            ).json()

    def titles(self) -> Counter[str]:
        """Return the titles of its jobs."""
        return Counter(self.ask(job)["metadata"]["title"] for job in self.ask())


@contextmanager
def service(*, duration: float = 8, seconds: float = 4) -> Iterator[Sandbox]:
    """Serve a sandbox whose clock moves by so many seconds at each request, for clients that have their own clocks."""
    clock = SimulatedClock()

    def tick(environ: Any, start_response: Any, app: Any) -> Any:
        clock.sleep(seconds)
        return app(environ, start_response)

    with Sandbox(duration=duration, quota=1000, clock=clock.time) as sandbox:
        inject(sandbox, tick)
        yield sandbox


def account(sandbox: Sandbox, *, shared: bool = True) -> Account:
    """Open a new account."""
    opened = Account(sandbox.url, f"{next(_accounts)}@example.org")
    if shared:
        opened.share()
    return opened


class Machine:
    """A machine whose processes run tasks, see `child`; `shared` is what its processes have in common."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        """Assign tasks to this process; the folder is for what must not lie in output folders."""
        self._process = process
        self.shared = folder / "shared"
        self.shared.mkdir()
        self._folder = folder
        self._numbers = count()

    def submission(self, account: Account, out: Path, *more: str, title: str = "kill", **how: Any) -> dict[str, Any]:
        """Describe the process that runs the example into a folder."""
        mutations = ("--mutations", str(EXAMPLES / "mutations.tsv"), "--cancer-type", "CM", "--reference", "hg38")
        return self.command(account, "run", *mutations, "--title", title, "--output", str(out), *more, **how)

    def command(self, account: Account, *arguments: str, **how: Any) -> dict[str, Any]:
        """Describe the process that runs a command line at the account's service."""
        number = next(self._numbers)
        files = {name: str(self._folder / f"{name}{number}") for name in ("said", "pid")}
        whole = [*arguments, "--api-url", account.url]
        return {"arguments": whole, "email": account.email, "shared": str(self.shared), "signal": 9, **files, **how}

    def run(self, *tasks: dict[str, Any]) -> list[int]:
        """Run tasks, all at once, and give their exit codes."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(tasks) + "\n")
        self._process.stdin.flush()
        codes: list[int] = json.loads(self._process.stdout.readline())
        return codes

    @contextmanager
    def running(self, task: dict[str, Any]) -> Iterator[list[int]]:
        """Run a task beside the block; its exit code is in the list when the block has ended."""
        codes: list[int] = []
        thread = threading.Thread(target=lambda: codes.extend(self.run(task)))
        thread.start()
        yield codes
        thread.join(_PATIENCE)


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """Start the process that starts processes."""
    here = Path(__file__)
    with subprocess.Popen(
        [sys.executable, here.with_name("child.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(here.parents[1]), *sys.path])},
    ) as process:
        yield Machine(process, folder)
        assert process.stdin
        process.stdin.close()


def stop(task: dict[str, Any]) -> None:
    """Send a task's process its signal, and wait until it has ended."""
    pid_file, until = Path(task["pid"]), time.monotonic() + _PATIENCE
    while not (pid_file.exists() and pid_file.read_text()):
        assert time.monotonic() < until
        time.sleep(0.001)
    pid = int(pid_file.read_text())
    os.kill(pid, task["signal"])
    while _is_alive(pid):
        assert time.monotonic() < until
        time.sleep(0.001)


def _is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


class Stop:
    """An interceptor that stops the process whose request it is, once; `moments` says before, in or after what."""

    MOMENTS = (
        "list: asked",
        "list: answered",
        "POST: received, carried out when nobody waits any more",
        "POST: received, never carried out",
        "POST: carried out, answer not read",
        "log: asked",
        "log: answered",
        "download: asked",
        "download: half of it sent",
        "DELETE: received",
        "DELETE: carried out, answer not read",
    )

    def __init__(self, moment: str, task: dict[str, Any]) -> None:
        """Stop the task's process at this moment."""
        self._kind, self._moment = moment.split(": ")
        self._task = task
        self.is_done = False

    def __call__(self, environ: Any, start_response: Any, app: Any) -> Iterable[bytes]:
        """Stop whom it concerns."""
        if self.is_done or kind_of(environ) != self._kind or self._task["email"] not in environ["HTTP_AUTHORIZATION"]:
            return app(environ, start_response)  # type: ignore[no-any-return]
        self.is_done = True
        if self._moment in {"answered", "carried out, answer not read", "half of it sent"}:
            answer = b"".join(app(environ, start_response))
            if self._moment == "half of it sent":
                return self._halves(answer)
            stop(self._task)
            return [answer]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        stop(self._task)
        if self._moment == "received, never carried out":
            start_response("503 Gone", [])
            return [b""]
        return app({**environ, "wsgi.input": io.BytesIO(body)}, start_response)  # type: ignore[no-any-return]

    def _halves(self, answer: bytes) -> Iterator[bytes]:
        yield answer[: len(answer) // 2]
        stop(self._task)
        yield answer[len(answer) // 2 :]


def kind_of(environ: Any) -> str:
    """Return what a request wants: list, POST, info, log, download or DELETE."""
    method, is_list = environ["REQUEST_METHOD"], environ["PATH_INFO"].rstrip("/").endswith("/v1")
    if method != "GET":
        return str(method)
    action = parse_qs(environ.get("QUERY_STRING", "")).get("action", ["info"])[0]
    return "list" if is_list else {"logs": "log"}.get(action, action)


def posts(sandbox: Sandbox) -> int:
    """Count the submissions that came in."""
    return [request.method for request in sandbox.requests].count("POST")


def tables_in(folder: Path) -> dict[str, bytes]:
    """Return the tables of results, which name neither job nor time, and so are the same after every run of one."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.tsv"))}


def tables_of_cohort(out: Path) -> dict[str, bytes]:
    """Return the tables of a cohort and of its samples that name neither job nor time."""
    found = {name: content for name, content in tables_in(out).items() if not name.startswith((".", "jobs/"))}
    # The jobs' ids stand in the table of samples.
    return found | {"samples.tsv": b"\n".join(row.split(b"\t")[0] for row in found["samples.tsv"].splitlines())}


def faults_in(out: Path, tables: dict[str, bytes], state: State = State.VERIFIED) -> list[str]:
    """Return what is wrong with a folder of results: nothing if all is there, byte for byte, and nothing else."""
    record = read_record(out / "cgi-job.json")
    with zipfile.ZipFile(out / "cgi-results.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    told = {
        f"the state is {record.state.value}": record.state is not state,
        "a file is not the archive's": any((out / name).read_bytes() != content for name, content in members.items()),
        "the results are another job's": record.job_id.encode() not in members["summary.txt"],
        "there are other files than there should be": {path.name for path in out.iterdir()} != {*members, *OWN},
        "the log is not whole": "Analysis done" not in (out / "cgi-logs.txt").read_text(),
        "the tables are not those of an undisturbed run": tables_in(out) != tables,
    }
    return [fault for fault, is_so in told.items() if is_so]


def half_written_in(out: Path, tables: dict[str, bytes]) -> list[str]:
    """Return what is half-written in the folder of a process that was stopped; a record that can be read is whole."""
    if (out / "cgi-job.json").exists():
        read_record(out / "cgi-job.json")
    files = tables_in(out) if out.exists() else {}
    return [
        name
        for name, content in files.items()
        # What is in the work folder is nobody's results, and dropped.tsv is added to at the end.
        if not name.startswith((".", "dropped")) and content != tables[name]
    ]


def left_unsaid(task: dict[str, Any], out: Path) -> list[str]:
    """Return what a process that was stopped by SIGTERM ought to have told, or left undone."""
    said = Path(task["said"]).read_text()
    record = read_record(out / "cgi-job.json") if (out / "cgi-job.json").exists() else Record("")
    # The id may be known already while the record that has it is still being written.
    told = (
        {f"job {record.job_id} keeps running at CGI"}
        if record.job_id
        else {"stopped while submitting", "keeps running at CGI"}
    )
    is_open = record.job_id or record.state in {State.SUBMITTING, State.AMBIGUOUS}
    wanted = {
        " or ".join(told): bool(is_open)
        and not record.state.is_complete
        and not any(sentence in said for sentence in told),
        "no traceback": "Traceback" in said,
        "no work folder": (out / ".cgi-runner").exists(),
    }
    return [f"{what}: {said}" for what, is_missing in wanted.items() if is_missing]
