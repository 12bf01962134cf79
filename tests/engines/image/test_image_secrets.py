"""Where a token could be left behind by the image and by the commands that the README shows: nowhere."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[3]
Docker = Callable[..., "subprocess.CompletedProcess[str]"]


def test_image_has_no_token(docker: Docker, image: str, token: str, tmp_path: Path) -> None:
    """It was built with credentials in the builder's environment, and neither metadata nor layers hold them."""
    known = docker("history", "--no-trunc", image).stdout + docker("inspect", image).stdout
    assert "cgi-runner" in known
    assert token not in known
    docker("save", "--output", tmp_path / "saved.tar", image)
    with tarfile.open(tmp_path / "saved.tar") as saved:
        streams = [stream.read() for member in saved if (stream := saved.extractfile(member))]
    # Newer engines compress the layers inside what they save.
    layers = [gzip.decompress(stream) if stream.startswith(b"\x1f\x8b") else stream for stream in streams]
    assert any(b"cgi_runner" in layer for layer in layers)
    assert [layer for layer in layers if token.encode() in layer] == []


def test_build_context_takes_nothing_private(docker: Docker, image: str, tmp_path: Path, token: str) -> None:
    """Credentials, results and the history of a clone never reach the builder, whatever the Dockerfile copies."""
    for name in ("credentials", ".env", "runner.env", "results/cgi-job.json", ".git/config", "requirements/own.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(token)
    (tmp_path / "runner").mkdir()
    (tmp_path / "runner/module.py").write_text("")
    (tmp_path / ".dockerignore").write_text((ROOT / ".dockerignore").read_text())
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\nCOPY . /context\n")
    tag = f"cgi-runner-context:{os.getpid()}"
    docker("build", "--network", "host", "--tag", tag, tmp_path, env={"DOCKER_BUILDKIT": "1"})
    try:
        listing = docker("run", "--rm", "--network", "none", tag, "find", "/context", "-type", "f").stdout.split()
    finally:
        docker("rmi", "--force", tag)
    assert listing == ["/context/runner/module.py"]


def test_mounted_credentials_are_seen_nowhere(
    docker: Docker, run_job: Docker, container: str, sandbox: str, shared_folder: Path, secret_file: Path, token: str
) -> None:
    """The file's token is in no argument list, environment, log, changed file, result or metadata of the container."""
    options = ("--name", container, "--volume", f"{secret_file}:/run/secrets/cgi:ro")
    answer = run_job("--api-url", sandbox, "--credentials", "/run/secrets/cgi", options=options)
    known = docker("inspect", container).stdout
    assert "/run/secrets/cgi" in known
    assert token not in known + answer.stdout + answer.stderr
    assert token.encode() not in _left_behind(docker, container, shared_folder)


def test_credentials_by_name_stay_in_the_environment(
    docker: Docker,
    run_job: Docker,
    container: str,
    sandbox: str,
    shared_folder: Path,
    secrets: dict[str, str],
    token: str,
) -> None:
    """`-e CGI_TOKEN` puts the value on no command line and in no log; the engine itself notes it as the environment."""
    options = ("--name", container, "-e", "CGI_EMAIL", "-e", "CGI_TOKEN")
    answer = run_job("--api-url", sandbox, options=options, env=secrets)
    assert token not in answer.stdout + answer.stderr
    assert token.encode() not in _left_behind(docker, container, shared_folder)
    known = json.loads(docker("inspect", container).stdout)[0]
    known["Config"]["Env"].remove(f"CGI_TOKEN={token}")
    assert token not in json.dumps(known)


def _left_behind(docker: Docker, container: str, folder: Path) -> bytes:
    """Collect the container's log, what it wrote, and its own files without the mounts."""
    logs = docker("logs", container)
    exported = folder.with_name("exported.tar")
    docker("export", "--output", exported, container)
    results = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert results
    return b"".join([logs.stdout.encode(), logs.stderr.encode(), *results, exported.read_bytes()])
