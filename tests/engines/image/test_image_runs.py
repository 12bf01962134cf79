"""What the image does: the main job as pipelines run it, under every restriction that a cluster may impose."""

from __future__ import annotations

import json
import shlex
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
TIGHT = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
Docker = Callable[..., "subprocess.CompletedProcess[str]"]


def test_main_job_in_a_locked_container(
    run_job: Docker, sandbox: str, shared_folder: Path, caller: str, secrets: dict[str, str]
) -> None:
    """An unknown user without any privilege, on a read-only root, gets all results, and they are that user's own."""
    run_job("--api-url", sandbox, options=("--rm", "--env", "CGI_EMAIL", "--env", "CGI_TOKEN"), env=secrets)
    results = shared_folder / "results"
    wanted = {"alterations.tsv", "biomarkers.tsv", "summary.txt", "cgi-logs.txt", "cgi-results.zip", "cgi-job.json"}
    assert wanted <= {path.name for path in results.iterdir()}
    assert (results / "alterations.tsv").stat().st_size
    user, group = map(int, caller.split(":"))
    assert {(path.stat().st_uid, path.stat().st_gid) for path in [results, *results.rglob("*")]} == {(user, group)}
    assert json.loads((results / "cgi-job.json").read_text())["state"] == "verified"


def test_main_job_with_mounted_credentials_and_no_home(
    run_job: Docker, sandbox: str, shared_folder: Path, secret_file: Path
) -> None:
    """Neither HOME nor an environment of any kind is needed when the credentials are a mounted file."""
    bare = ("env", "--ignore-environment", "PATH=/usr/local/bin:/usr/bin")
    options = ("--rm", "--volume", f"{secret_file}:/run/secrets/cgi:ro")
    run_job("--api-url", sandbox, "--credentials", "/run/secrets/cgi", options=options, before=bare)
    assert (shared_folder / "results/alterations.tsv").stat().st_size


def test_main_job_in_a_container_without_any_option(
    docker: Docker, image: str, sandbox: str, shared_folder: Path, secret_file: Path
) -> None:
    """An engine that names no user runs it on the caller's own files: a secret of mode 600, and a folder to work in."""
    mounts = ("--volume", f"{secret_file}:{secret_file}:ro", "--volume", f"{shared_folder}:{shared_folder}")
    job = ("cgi-runner", "run", "--mutations", "mutations.tsv", "--cancer-type", "BRCA", "--reference", "hg38")
    service = ("--api-url", sandbox, "--credentials", str(secret_file), "--output", "results")
    shutil.copy(EXAMPLES / "mutations.tsv", shared_folder)
    plain = ("run", "--rm", "--network", "host", *mounts, "--workdir", shared_folder, image)
    docker(*plain, "/bin/bash", "-ue", "-c", shlex.join([*job, *service]))
    assert (shared_folder / "results/alterations.tsv").stat().st_size


def test_built_in_sandbox_needs_no_network(run_job: Docker, shared_folder: Path) -> None:
    """A first try needs no account, no service and no network at all."""
    run_job("--sandbox", options=("--rm", "--network", "none"))
    assert (shared_folder / "results/alterations.tsv").stat().st_size


@pytest.mark.parametrize("user", ["0:0", "12345:12345", "65534:65534", "2147483646:1"])
def test_any_user_can_start_it(in_image: Callable[..., str], user: str) -> None:
    """No entry in the password file is needed, and root is taken as well, as cwltool may ask for it."""
    assert "Usage" in in_image("cgi-runner", "--help", options=("--user", user, *TIGHT))


@pytest.mark.parametrize("command", [("/bin/bash", "-c", "echo ready"), ("ps", "-p", "1", "-o", "comm=")])
def test_what_pipelines_call_is_there(in_image: Callable[..., str], command: tuple[str, ...]) -> None:
    """Nextflow wraps every task in /bin/bash and watches it by ps."""
    assert in_image(*command, options=("--user", "12345:12345", *TIGHT)).strip() in {"ready", "ps"}


def test_login_shells_find_the_command(in_image: Callable[..., str]) -> None:
    """A login shell resets PATH, and the command is still found."""
    assert in_image("bash", "-lc", "command -v cgi-runner").strip() == "/usr/local/bin/cgi-runner"


def test_start_up_time(docker: Docker, image: str) -> None:
    """The command's help takes at most half a second more than a container that does nothing."""

    def median(*command: str) -> float:
        times = []
        for _ in range(5):
            start = time.monotonic()
            docker("run", "--rm", "--network", "host", *TIGHT, image, *command)
            times.append(time.monotonic() - start)
        return statistics.median(times)

    nothing, help_ = median("true"), median("cgi-runner", "--help")
    print(f"docker run: true {nothing:.2f} s, --help {help_:.2f} s")  # noqa: T201 - the figure is for the README
    assert help_ - nothing <= 0.5


def test_a_stopped_container_stops_at_once(docker: Docker, image: str, container: str) -> None:
    """`docker stop` reaches the runner although it is process 1, which ignores signals that it does not handle."""
    serve = ("cgi-runner", "sandbox", "--port", "0")
    docker("run", "--detach", "--name", container, "--network", "host", *TIGHT, image, *serve)
    listening = "for _ in $(seq 100); do grep -q ' 0A ' /proc/1/net/tcp && ps -p 1 -o comm= && exit; sleep 0.1; done"
    docker("exec", container, "bash", "-c", listening)
    start = time.monotonic()
    docker("stop", "--time", "20", container)
    assert time.monotonic() - start < 60
