"""The scripts in containers/: safe to repeat, clear when they cannot help, and without a fault a linter can find."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[3]
ENGINE = ROOT / "containers/engine.sh"


def call(*words: str | Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command in this environment, whatever it ends with."""
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def tools(engine_environment: dict[str, str]) -> Path:
    """Return the folder of the linters, as the build script uses it."""
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


@pytest.fixture
def own_engine(engine_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Provide the environment of an engine of one's own, in a folder whose path is short enough for sockets."""
    if os.geteuid() or not Path("/usr/sbin/dockerd").exists():
        pytest.skip("starting an engine of its own needs root and Debian's docker.io")
    with tempfile.TemporaryDirectory(prefix="engine-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        own = engine_environment | {"CONTAINER_STATE": folder, "DOCKER_HOST": f"unix://{folder}/docker.sock"}
        yield own
        call(ENGINE, "down", env=own)


def test_engine_goes_up_and_down_any_number_of_times(own_engine: dict[str, str]) -> None:
    """Up twice is one engine, down twice is none, and nothing is left that keeps it from coming up again."""
    number = Path(own_engine["CONTAINER_STATE"], "docker.pid")
    started = call(ENGINE, "up", env=own_engine)
    assert started.returncode == 0, started.stderr
    first = number.read_text()
    assert call(ENGINE, "up", env=own_engine).returncode == 0
    assert number.read_text() == first
    assert [call(ENGINE, "down", env=own_engine).returncode for _ in range(2)] == [0, 0]
    assert call(ENGINE, "status", env=own_engine).returncode == 1
    assert not Path(f"/proc/{first}").exists()


def test_an_engine_that_dies_while_it_starts_is_started_again(own_engine: dict[str, str]) -> None:
    """On a busy machine a daemon gives up without its containerd; here it is killed before it answers."""
    number = Path(own_engine["CONTAINER_STATE"], "docker.pid")
    with subprocess.Popen(
        [ENGINE, "up"], env=own_engine, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as starting:
        while not (number.exists() and (first := number.read_text())):
            assert starting.poll() is None
        os.kill(int(first), signal.SIGKILL)
        _, said = starting.communicate(timeout=300)
    assert starting.returncode == 0, said.decode()
    assert number.read_text() != first


def test_a_path_that_is_too_long_for_sockets_is_refused_at_once(own_engine: dict[str, str], tmp_path: Path) -> None:
    """The daemon would only wait for its containerd, and say nothing of the path."""
    folder = tmp_path / "".ljust(80, "x")
    long = own_engine | {"CONTAINER_STATE": str(folder), "DOCKER_HOST": f"unix://{folder}/docker.sock"}
    answer = call(ENGINE, "up", env=long)
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        f"engine: the path of CONTAINER_STATE has {len(str(folder))} characters, and sockets there allow 66",
        "TIP: set CONTAINER_STATE to a folder with a shorter path",
    ]


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
