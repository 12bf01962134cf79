"""A workflow of a test: the module with its sheet, called as a user does, in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engines.cwl.engines import OWN_BIN, ROOT, MissingError
from engines.cwl.service import TOKEN

HERE = ROOT / "snakemake"
FOLDER = Path(os.environ.get("CGI_SNAKEMAKE", ROOT / ".engines" / "snakemake")) / "bin"
MODULE = """\
module cgi:
    snakefile: "{module}"
    config: config

use rule * from cgi as cgi_*
"""


def snakemake_program(name: str = "snakemake") -> str:
    """Return the path of Snakemake or of a program beside it.

    Raises:
        MissingError: It is not on this machine.

    """
    program = shutil.which(name, path=str(FOLDER))
    if program is None:
        raise MissingError(f"{name} is not in {FOLDER}; tests/engines/snakemake/install_snakemake.sh installs it")
    return program


class Workflow:
    """A folder with a Snakefile, credentials and all that Snakemake leaves there."""

    def __init__(self, folder: Path, account: str, environment: Mapping[str, str] | None = None) -> None:
        """Prepare the folder; `account` is the part of the e-mail before the @."""
        self.folder = folder
        self.credentials = folder / "private" / account
        self.credentials.parent.mkdir(parents=True)
        self.credentials.write_text(f"{account}@example.org {TOKEN}\n")
        self.credentials.chmod(0o600)
        self._environment = {
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "CGI_RUNNER_STATE": str(folder / "state"),
            "PATH": f"{OWN_BIN}:{FOLDER}:/usr/bin:/bin",
            **(environment or {}),
        }

    def write_module(self, samples: list[str], url: str, **options: object) -> None:
        """Write a Snakefile that uses the module, its sheet and its configuration."""
        inputs = self.folder / "inputs"
        inputs.mkdir()
        for sample in samples:
            for kind, position in {"snvs": 140753336, "mnvs": 140753337}.items():
                text = f"chr\tpos\tref\talt\tsample\nchr7\t{position}\tA\tT\t{sample}\n"
                (inputs / f"{sample}.{kind}.tsv").write_text(text)
        lines = [f"{sample}\tcgi:CM\thg38\t{sample}.snvs.tsv; {sample}.mnvs.tsv\n" for sample in samples]
        (inputs / "samples.tsv").write_text("sample\tcancer_type\treference\tmutations\n" + "".join(lines))
        common = {"api_url": url, "credentials": str(self.credentials), "deadline": "3m", **options}
        config = {"samples": "inputs/samples.tsv", "options": common}
        (self.folder / "config.json").write_text(json.dumps(config))
        (self.folder / "Snakefile").write_text(MODULE.format(module=HERE / "workflow" / "Snakefile"))

    def prepend_path(self, folder: str) -> None:
        """Let programs in a folder be found before all others."""
        self._environment["PATH"] = f"{folder}:{self._environment['PATH']}"

    @contextmanager
    def leader(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Have Snakemake run; all that it says is kept in `said.txt`, and it does not outlive the block."""
        command = [snakemake_program(), *arguments]
        if (self.folder / "config.json").exists():
            command += ["--configfile", "config.json"]
        with (self.folder / "said.txt").open("ab") as said:
            leader = subprocess.Popen(command, cwd=self.folder, env=self._environment, stdout=said, stderr=said)
        try:
            yield leader
        finally:
            if leader.poll() is None:
                leader.kill()
                leader.wait()

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run Snakemake to its end; gives its exit code and all that was said so far."""
        with self.leader(*arguments) as leader:
            code = leader.wait(240)
        return code, self.said

    @property
    def said(self) -> str:
        """All that Snakemake has said."""
        return (self.folder / "said.txt").read_text()

    def record(self, output: str) -> dict[str, Any]:
        """Return the record in an output folder, empty while there is none."""
        path = self.folder / output / "cgi-job.json"
        record: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return record

    def runners(self) -> dict[int, str]:
        """Return the runners that are at work for this folder, by process: the command line of each."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                is_here = os.path.realpath(entry / "cwd") == os.path.realpath(self.folder)
            except OSError:
                continue
            if is_here and any(word.endswith("/cgi-runner") for word in words[:2]):
                found[int(entry.name)] = " ".join(words)
        return found

    def token_holders(self) -> list[str]:
        """Return the files beside the credentials that hold the token."""
        files = [
            path for path in self.folder.rglob("*") if path.is_file() and self.credentials.parent not in path.parents
        ]
        assert any(".snakemake" in path.parts for path in files), "there should be something to look through"
        return [str(path.relative_to(self.folder)) for path in files if TOKEN.encode() in path.read_bytes()]


def wait_until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds, and fail if it does not come to that in time."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, f"it did not come to that within {seconds} s"
        time.sleep(0.1)


NewWorkflow = Callable[..., Workflow]
