"""The shared sandbox of compose.yaml: what it runs, and that its health check means something."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[3]
Docker = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def service() -> dict[str, Any]:
    """Read the one service that compose.yaml describes."""
    from ruamel.yaml import YAML

    described: dict[str, Any] = YAML(typ="safe").load((ROOT / "compose.yaml").read_text())
    (only,) = described["services"].values()
    answer: dict[str, Any] = only
    return answer


def test_service_listens_on_this_machine_unless_told_otherwise(service: dict[str, Any]) -> None:
    """Anyone who reaches the sandbox may use it, so opening it to the network is the administrator's own choice."""
    assert service["ports"] == ["${CGI_SANDBOX_LISTEN:-127.0.0.1}:${CGI_SANDBOX_PORT:-8080}:8080"]


def test_service_is_healthy_and_keeps_its_jobs(
    docker: Docker, image: str, container: str, free_port: Callable[[], int], service: dict[str, Any]
) -> None:
    """Run as compose would run it, the sandbox passes its own check, also after a restart on the same volume."""
    port, volume = free_port(), f"{container}-data"
    moved = [word.replace("8080", str(port)) for word in service["command"]]
    check = [word.replace("8080", str(port)) for word in service["healthcheck"]["test"][1:]]
    options = ("--network", "host", "--read-only", "--tmpfs", *service["tmpfs"], "--cap-drop", *service["cap_drop"])
    options += (
        "--security-opt",
        *service["security_opt"],
        "--volume",
        f"{volume}:{service['volumes'][0].split(':')[1]}",
    )
    docker("run", "--detach", "--name", container, *options, image, *moved)
    try:
        for _ in ("first", "restarted"):
            _until_healthy(docker, container, check)
            assert docker("exec", container, "ls", "/data").stdout.split()[0].startswith("sandbox.sqlite")
            docker("restart", container)
    finally:
        docker("rm", "--force", container)
        docker("volume", "rm", volume)


def test_health_check_notices_a_sandbox_that_is_gone(in_image: Callable[..., str], service: dict[str, Any]) -> None:
    """Where nothing listens the check fails: it is no formality."""
    check = service["healthcheck"]["test"]
    assert check[0] == "CMD"
    code = check[3].replace("8080", "1")
    assert in_image("bash", "-c", f'python3 -c "{code}" 2>/dev/null || echo unhealthy').strip() == "unhealthy"


def _until_healthy(docker: Docker, container: str, check: list[str]) -> None:
    loop = 'for _ in $(seq 100); do "$@" 2>/dev/null && exit; sleep 0.1; done; exit 1'
    answer = docker("exec", container, "bash", "-c", loop, "-", *check, check=False)
    logs = docker("logs", container)
    assert answer.returncode == 0, logs.stdout + logs.stderr
