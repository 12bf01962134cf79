"""The CWL engines of this machine, and how each of them is called."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CWL = ROOT / "cwl"
OWN_BIN = Path(sys.executable).parent
_ONE_BUILD = threading.Lock()
TOIL = Path(os.environ.get("CGI_TOIL", ROOT / ".engines" / "toil")) / "bin"


class MissingError(Exception):
    """An engine is not on this machine; the message says which, and how to get it."""


@dataclass(frozen=True)
class Engine:
    """A program that runs CWL, with the options that it always gets and the environment that it needs."""

    program: str
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(
        self, *arguments: str | Path, folder: Path | None = None, timeout: float = 240
    ) -> subprocess.CompletedProcess[str]:
        """Run it with these arguments after its own, in this folder."""
        command = [self.program, *self.options, *map(str, arguments)]
        environment = dict(self.environment)
        return subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=timeout
        )


def cwltool(*options: str) -> Engine:
    """Return cwltool with these options; steps find the runner that is under test."""
    return Engine(find_program("cwltool", OWN_BIN), options, _environment())


def without_containers() -> Engine:
    """Return cwltool that runs the steps on this machine as they are."""
    return cwltool("--no-container")


def docker() -> Engine:
    """Return cwltool that runs each step in the image of this clone, with cwltool's own read-only defaults."""
    with _ONE_BUILD:
        environment = with_image()
    # NetworkAccess means the host's network here, so that a step reaches the test's service on loopback.
    return Engine(find_program("cwltool", OWN_BIN), ("--disable-pull", "--custom-net", "host"), environment)


@cache
def with_image() -> dict[str, str]:
    """Build the image, and give the environment in which the engine is reached."""
    script = ROOT / "containers" / "engine.sh"
    answer = subprocess.run([script, "env"], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise MissingError("no container engine answers; containers/engine.sh up")
    shown = subprocess.run(["bash", "-c", f"{answer.stdout}\nenv -0"], capture_output=True, text=True, check=True)
    found = dict(line.split("=", 1) for line in shown.stdout.split("\0") if "=" in line)
    environment = {**_environment(), "PATH": f"{OWN_BIN}:{found['PATH']}"}
    if "DOCKER_HOST" in found:
        environment["DOCKER_HOST"] = found["DOCKER_HOST"]
    subprocess.run(
        [ROOT / "containers" / "build.sh", "--no-sbom"], env=found, check=True, capture_output=True, timeout=600
    )
    return environment


def toil(jobs: Path, *options: str) -> Engine:
    """Return Toil on this machine, its job stores in a folder of the test."""
    program = find_program("toil-cwl-runner", TOIL)
    always = ("--no-container", "--retryCount", "0", "--logWarning", "--clean", "always", "--disableProgress")
    environment = _environment()
    environment |= {"PATH": f"{OWN_BIN}:{TOIL}:{environment['PATH']}", "TMPDIR": str(jobs), "HOME": str(jobs)}
    return Engine(program, (*always, *options), environment)


def find_program(name: str, folder: Path) -> str:
    """Return the path of a program in a folder.

    Raises:
        MissingError: It is not there.

    """
    program = shutil.which(name, path=str(folder))
    if program is None:
        raise MissingError(f"{name} is not in {folder}; tests/engines/cwl/install_engines.sh installs it")
    return program


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"HOME", "PATH", "TMPDIR", "LANG"}}
    return {**kept, "PATH": f"{OWN_BIN}:{kept['PATH']}"}
