"""In the container a step is whoever called the engine: an ordinary user, whom the image has never heard of."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cwltool
import pytest

from engines.cwl import engines
from engines.cwl.conftest import needed
from engines.cwl.engines import CWL

SOMEBODY = 12345
# The interpreter of the tests may lie in a home folder that others cannot enter.
PYTHON = Path("/usr/bin") / f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def home() -> Iterator[Path]:
    """Provide a folder that belongs to somebody else, on a path that they can enter."""
    with tempfile.TemporaryDirectory(prefix="cgi-runner-tests-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "own").mkdir()
        os.chown(folder / "own", SOMEBODY, SOMEBODY)
        yield folder / "own"


@pytest.mark.cwl
@pytest.mark.image
@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests are an ordinary user's already")
@pytest.mark.skipif(not PYTHON.exists(), reason=f"no {PYTHON} for another user")
def test_the_image_serves_a_user_whom_it_does_not_know(home: Path) -> None:
    """The step runs under the caller's number, on a read-only root, and the results are the caller's."""
    engine = needed(engines.docker)
    socket = engine.environment.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
    packages = Path(cwltool.__file__).parents[1]
    own = {"HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": str(packages)}
    call = [PYTHON, "-m", "cwltool", *engine.options, "--debug", CWL / "run.cwl", CWL / "examples/sandbox.yml"]
    answer = subprocess.run(
        list(map(str, call)),
        cwd=home,
        env={**engine.environment, **own},
        user=SOMEBODY,
        group=SOMEBODY,
        extra_groups=[Path(socket).stat().st_gid],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert f"--user={SOMEBODY}:{SOMEBODY}" in answer.stderr
    assert "--read-only=true" in answer.stderr
    assert (home / "demo" / "alterations.tsv").stat().st_uid == SOMEBODY
