"""The WDL engines of this machine, and how each of them is called."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cgi_runner import __version__
from engines.cwl.engines import TOIL, Engine, find_program, with_image
from engines.cwl.service import TOKEN

#: The image as containers/build.sh calls it.
IMAGE = os.environ.get("TAG", f"cgi-runner:{__version__}")
#: A container on the host's network reaches the service of a test on loopback.
HOST = json.dumps({"docker_network": "host"})


@dataclass(frozen=True)
class Outcome:
    """What came of a run: the engine's exit code, all that it said, and the folder that holds what it kept."""

    code: int
    said: str
    folder: Path

    @property
    def outputs(self) -> dict[str, Any]:
        """The outputs by their names, as miniwdl prints them."""
        found: dict[str, Any] = json.loads(self.said[self.said.index("\n{") :])["outputs"]
        return {name.rpartition(".")[2]: value for name, value in found.items()}


def checker() -> Engine:
    """Return miniwdl without containers, which can only check."""
    return Engine(find_program("miniwdl", TOIL), environment={"PATH": f"{TOIL}:{os.environ['PATH']}"})


def miniwdl() -> Engine:
    """Return miniwdl with Docker, in the image of this clone, run as it is."""
    program = find_program("miniwdl", TOIL)  # first: the image is built for nobody where it is missing
    environment = with_image()
    networks = {"MINIWDL__DOCKER_SWARM__ALLOW_NETWORKS": '["host"]'}
    environment |= {"PATH": f"{TOIL}:{environment['PATH']}"} | networks
    return Engine(program, ("run", "--runtime-defaults", HOST), environment)


def toil(folder: Path) -> Engine:
    """Return Toil's WDL runner with Docker; its job store and all else lie in a folder of the test."""
    program = find_program("toil-wdl-runner", TOIL)
    environment = with_image()
    environment |= {"PATH": f"{TOIL}:{environment['PATH']}", "TMPDIR": str(folder), "HOME": str(folder)}
    always = ("--container", "docker", "--retryCount", "0", "--disableProgress", "--clean", "never")
    return Engine(program, always, environment)


def write_credentials(folder: Path, account: str) -> Path:
    """Write the credentials of an account of the test's service, readable for their owner alone."""
    path = folder / "credentials"
    path.write_text(f"{account}@example.org {TOKEN}\n")
    path.chmod(0o600)
    return path


def write_inputs(folder: Path, workflow: str, **inputs: object) -> Path:
    """Write the inputs of a workflow; it runs in the image of this clone."""
    path = folder / "inputs.json"
    path.write_text(json.dumps({f"{workflow}.{name}": value for name, value in {"image": IMAGE, **inputs}.items()}))
    return path
