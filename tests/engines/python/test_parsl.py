"""The example of docs/python.md, run by Parsl: success, what is repeated and what is not, a lost leader, the token."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cgi_sandbox import Sandbox
from engines.cwl.conftest import missing
from engines.cwl.engines import ROOT
from engines.cwl.service import TOKEN, _by_account

PYTHON = Path(os.environ.get("CGI_PARSL", ROOT / ".engines" / "parsl")) / "bin" / "python"
PAGE = ROOT / "docs" / "python.md"
SAMPLES = ["tumour-1", "tumour-2", "tumour-3"]
#: What a user writes below the example, made to print what came of each task.
TAIL = """
import json
import sys

if __name__ == "__main__":
    with parsl.load(config):
        tasks = {sample: interpret(sample, "variants.tsv", f"results/{sample}") for sample in sys.argv[1:]}
        errors = {sample: task.exception() for sample, task in tasks.items()}
        tries = {sample: task.task_record["try_id"] + 1 for sample, task in tasks.items()}
    codes = {sample: getattr(error, "exit_code", repr(error)) if error else 0 for sample, error in errors.items()}
    print(json.dumps({"codes": codes, "tries": tries}))
"""

pytestmark = [pytest.mark.parsl, pytest.mark.timeout(240)]


class Flow:
    """A folder with the example as a program, its input and its credentials."""

    def __init__(self, folder: Path, url: str, account: str, deadline: str = "2m") -> None:
        """Write all of it; only the deadline and the number of workers differ from the page."""
        self.folder = folder
        folder.mkdir()
        blocks = re.findall(r"```py\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
        example = next(block for block in blocks if "import parsl" in block)
        for old, new in (('deadline="2h"', f'deadline="{deadline}"'), ("_per_node=20", f"_per_node={len(SAMPLES)}")):
            assert old in example
            example = example.replace(old, new)
        (folder / "flow.py").write_text(example + TAIL)
        (folder / "variants.tsv").write_text("chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n")
        private = folder.with_suffix(".credentials")
        private.write_text(f"{account}@example.org {TOKEN}\n")
        private.chmod(0o600)
        self._environment = {
            "HOME": str(folder),
            "PATH": f"{PYTHON.parent}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT / "runner"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "CGI_API_URL": url,
            "CGI_CREDENTIALS_FILE": str(private),
            "CGI_RUNNER_STATE": str(folder / "state"),
        }

    def start(self, *samples: str) -> subprocess.Popen[str]:
        """Start it in a session of its own."""
        with (self.folder / "said.txt").open("a") as said:
            return subprocess.Popen(
                [str(PYTHON), "flow.py", *samples],
                cwd=self.folder,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                start_new_session=True,
            )

    def finish(self, started: subprocess.Popen[str]) -> Any:
        """Wait for its end, and give what it prints."""
        try:
            printed, _ = started.communicate(timeout=150)
        finally:
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
        assert started.returncode == 0, (self.folder / "said.txt").read_text()[-4000:]
        return json.loads(printed)

    def token_holders(self) -> list[str]:
        """Return the files that hold the token; Parsl's own are among those looked through."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        assert any("runinfo" in path.parts for path in files)
        return [str(path) for path in files if TOKEN.encode() in path.read_bytes()]


NewFlow = Callable[..., Flow]


@pytest.fixture
def new_flow(tmp_path: Path) -> NewFlow:
    """Return a function that makes a flow, or leave the test out where there is no Parsl."""
    if not PYTHON.exists():
        missing(f"no Parsl in {PYTHON.parent}; tests/engines/python/install_parsl.sh installs it")
    return lambda name, *settings: Flow(tmp_path / name, *settings)


def posted(sandbox: Sandbox) -> int:
    """Count the jobs that the service has taken."""
    return sum(request[0] == "POST" and request[-1] == 200 for request in sandbox.requests)


def test_a_leader_that_was_killed_goes_on_with_the_same_jobs(new_flow: NewFlow) -> None:
    """The flow is killed with its workers once all jobs are submitted; run again, it brings all results."""
    with Sandbox(duration=8) as sandbox:
        flow = new_flow("leader", sandbox.url, "honest")
        first = flow.start(*SAMPLES)
        ends = time.monotonic() + 60
        while posted(sandbox) < len(SAMPLES) and time.monotonic() < ends:
            time.sleep(0.1)
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate()
        outcome = flow.finish(flow.start(*SAMPLES))
        assert posted(sandbox) == len(SAMPLES)
    assert outcome == {"codes": dict.fromkeys(SAMPLES, 0), "tries": dict.fromkeys(SAMPLES, 1)}
    for sample in SAMPLES:
        assert sample in (flow.folder / "results" / sample / "alterations.tsv").read_text()
    assert flow.token_holders() == []


@pytest.mark.parametrize(
    ("account", "deadline", "code", "tries"),
    [
        pytest.param("honest", "1s", 3, 3, id="may pass"),
        pytest.param("failing", "2m", 5, 1, id="does not pass"),
    ],
)
def test_only_what_may_pass_is_repeated(new_flow: NewFlow, account: str, deadline: str, code: int, tries: int) -> None:
    """The class of the error comes back from the worker, and with it the exit code; no repetition submits again."""
    with Sandbox(duration=3600) as sandbox:
        sandbox.interceptors.append(_by_account)
        flow = new_flow(account, sandbox.url, account, deadline)
        outcome = flow.finish(flow.start("tumour-1"))
        assert posted(sandbox) == 1
    assert outcome == {"codes": {"tumour-1": code}, "tries": {"tumour-1": tries}}
    assert flow.token_holders() == []
