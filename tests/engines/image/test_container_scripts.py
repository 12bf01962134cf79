"""The scripts in containers/: safe to repeat, clear when they cannot help, and without a fault a linter can find."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "containers/engine.sh"


def call(*words: str | Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command in this environment, whatever it ends with."""
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def tools(engine_environment: dict[str, str]) -> Path:
    """Give the folder of the linters, as the build script uses it."""
    return Path(call(ROOT / "containers/tools.sh", env=engine_environment).stdout.strip())


def test_dockerfile_is_clean(tools: Path, engine_environment: dict[str, str]) -> None:
    """Hadolint finds nothing but what the file itself answers for."""
    answer = call(tools / "hadolint", ROOT / "Dockerfile", env=engine_environment)
    assert (answer.returncode, answer.stdout) == (0, "")


def test_scripts_are_clean(tools: Path, engine_environment: dict[str, str]) -> None:
    """Shellcheck finds nothing in any script."""
    scripts = sorted((ROOT / "containers").glob("*.sh"))
    answer = call(tools / "shellcheck", *scripts, env=engine_environment)
    assert scripts
    assert (answer.returncode, answer.stdout) == (0, "")


@pytest.mark.parametrize("word", ["", "frobnicate"])
def test_engine_script_explains_itself(word: str, engine_environment: dict[str, str]) -> None:
    """A word that it does not know brings the list of those that it does, and changes nothing."""
    answer = call(ENGINE, word, env=engine_environment)
    assert answer.returncode == 2
    assert "engine.sh up" in answer.stderr


def test_no_engine_is_said_with_a_tip(tmp_path: Path, engine_environment: dict[str, str]) -> None:
    """Where none answers, one line says so and another what to do."""
    elsewhere = {"CONTAINER_STATE": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    answer = call(ENGINE, "env", env=engine_environment | elsewhere)
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == ["engine: none answers", "TIP: containers/engine.sh up"]


def test_engine_goes_up_and_down_any_number_of_times(tmp_path: Path, engine_environment: dict[str, str]) -> None:
    """Up twice is one engine, down twice is none, and nothing is left that keeps it from coming up again."""
    if os.geteuid() or not Path("/usr/sbin/dockerd").exists():
        pytest.skip("starting an engine of its own needs root and Debian's docker.io")
    own = engine_environment | {"CONTAINER_STATE": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/docker.sock"}
    try:
        assert call(ENGINE, "up", env=own).returncode == 0
        first = (tmp_path / "docker.pid").read_text()
        assert call(ENGINE, "up", env=own).returncode == 0
        assert (tmp_path / "docker.pid").read_text() == first
    finally:
        stopped = [call(ENGINE, "down", env=own).returncode for _ in range(2)]
    assert stopped == [0, 0]
    assert call(ENGINE, "status", env=own).returncode == 1
    assert not Path(f"/proc/{first}").exists()


def test_apptainer_runs_the_saved_image(tmp_path: Path, engine_environment: dict[str, str], image: str) -> None:
    """The documented line turns the image into one file that Apptainer runs."""
    apptainer = shutil.which("apptainer") or shutil.which("singularity")
    if not apptainer:
        pytest.skip("Apptainer is not installed")
    saved, sif = tmp_path / "cgi-runner.tar", tmp_path / "cgi-runner.sif"
    assert call("docker", "save", "--output", saved, image, env=engine_environment).returncode == 0
    built = call(apptainer, "build", sif, f"docker-archive:{saved}", env=engine_environment)
    assert built.returncode == 0, built.stderr
    assert (
        "Usage" in call(apptainer, "exec", "--containall", sif, "cgi-runner", "--help", env=engine_environment).stdout
    )
