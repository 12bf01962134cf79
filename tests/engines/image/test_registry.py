"""From a registry, by digest: what is pushed once is what Docker, Podman, cwltool and miniwdl pull and run."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engines.cwl import engines as cwl
from engines.cwl.cluster import until
from engines.cwl.conftest import missing, needed
from engines.wdl import engines as wdl
from engines.wdl.descriptions import WDL

pytestmark = [pytest.mark.image, pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[3]
INSTALL = "tests/engines/image/install_registry.sh installs it"
REGISTRY = """\
version: 0.1
log: {{level: warn}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
#: Podman's settings for a machine whose own runtime and limits may not be to be had, and for a registry without TLS.
CONTAINERS = '[engine]\nruntime = "runc"\n[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
STORAGE = '[storage]\ndriver = "overlay"\ngraphroot = "{folder}/images"\nrunroot = "{folder}/run"\n'
REGISTRIES = '[[registry]]\nlocation = "{registry}"\ninsecure = true\n'

Docker = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[str]:
    """Serve an empty registry on loopback, and give its address."""
    program = shutil.which("docker-registry")
    if program is None:
        missing(f"no docker-registry on this machine; {INSTALL}")
    folder, port = tmp_path_factory.mktemp("registry"), free_port()
    (folder / "config.yml").write_text(REGISTRY.format(folder=folder / "data", port=port))
    with (folder / "log.txt").open("wb") as log:
        command = [str(program), "serve", str(folder / "config.yml")]
        served = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(lambda: served.poll() is not None or _listens(port), 30)
        assert served.poll() is None, (folder / "log.txt").read_text()
        yield f"127.0.0.1:{port}"
    finally:
        served.terminate()
        served.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def digest(docker: Docker, image: str, registry: str) -> Iterator[str]:
    """Push the image, forget it under that name, and give the name with the digest that it got."""
    name = f"{registry}/cgi-runner:published"
    docker("tag", image, name)
    docker("push", "--quiet", name)
    known = json.loads(docker("inspect", "--format", "{{json .RepoDigests}}", name).stdout)
    found = next(one for one in known if one.startswith(registry))
    docker("rmi", name)
    yield found
    docker("rmi", found, check=False)


def test_docker_runs_it_by_digest(docker: Docker, digest: str, version: str) -> None:
    """The digest is that of the very image: docker pulls it, and the command is of this version."""
    assert digest.rpartition("@")[2].startswith("sha256:")
    assert version in docker("run", "--rm", "--network", "host", digest, "cgi-runner", "--version").stdout


def write_job(folder: Path, digest: str) -> None:
    """Write a job file of CWL that names the image by digest, as the README shows."""
    examples = {"class": "File", "location": str(ROOT / "examples/mutations.tsv")}
    job = {
        "mutations": [{**examples, "format": "http://edamontology.org/format_3475"}],
        "cancer_type": "CM",
        "reference": "hg38",
        "sandbox": True,
        "cwl:requirements": [{"class": "DockerRequirement", "dockerPull": digest}],
    }
    (folder / "job.json").write_text(json.dumps(job))


@pytest.mark.cwl
def test_cwltool_runs_it_by_digest(digest: str, tmp_path: Path) -> None:
    """The job file names the digest, and every step is pulled and run by it."""
    write_job(tmp_path, digest)
    engine = replace(needed(cwl.docker), options=("--custom-net", "host", "--force-docker-pull"))
    answer = engine.run("--outdir", "outputs", cwl.CWL / "run.cwl", "job.json", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert digest in answer.stderr
    assert (tmp_path / "outputs/cgi-results/alterations.tsv").stat().st_size


@pytest.mark.wdl
def test_miniwdl_runs_it_by_digest(digest: str, tmp_path: Path) -> None:
    """The input image names the digest, and the task runs by it."""
    inputs = {"mutations": [str(ROOT / "examples/mutations.tsv")], "cancer_type": "CM", "reference": "hg38"}
    written = wdl.write_inputs(tmp_path, "interpret", **inputs, sandbox=True, max_retries=0, image=digest)
    engine = needed(wdl.miniwdl)
    answer = engine.run("--dir", "runs", "-i", written, WDL / "interpret.wdl", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert digest in answer.stderr


@pytest.fixture(scope="module")
def podman(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Provide the environment of a Podman of root's with a store of its own, which a command `docker` calls, too."""
    if os.geteuid() != 0:
        pytest.skip("the settings of this test are for root's Podman")
    program = shutil.which("podman") or ""
    if not program:
        missing(f"no podman on this machine; {INSTALL}")
    folder = tmp_path_factory.mktemp("podman")
    settings = {
        "CONTAINERS_CONF": CONTAINERS,
        "CONTAINERS_STORAGE_CONF": STORAGE.format(folder=folder),
        "CONTAINERS_REGISTRIES_CONF": REGISTRIES.format(registry=registry),
    }
    for name, text in settings.items():
        (folder / name).write_text(text)
    (folder / "bin").mkdir()
    (folder / "bin" / "docker").symlink_to(program)
    environment = {
        "PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        **{name: str(folder / name) for name in settings},
    }
    yield environment
    subprocess.run([program, "rmi", "--all", "--force"], env=environment, capture_output=True, check=False)


def test_podman_runs_it_by_digest(digest: str, podman: dict[str, str], secret_file: Path) -> None:
    """Podman pulls it into a store of its own and runs the main job, with a credentials file of mode 600 mounted."""
    mounts = ("--volume", f"{ROOT / 'examples'}:/examples:ro", "--volume", f"{secret_file}:/run/secrets/cgi:ro")
    job = ("cgi-runner", "run", "--sandbox", "--mutations", "/examples/mutations.tsv", "--cancer-type", "BRCA")
    more = ("--reference", "hg38", "--credentials", "/run/secrets/cgi", "--output", "results", "--json")
    command = ["podman", "run", "--rm", "--network", "host", *mounts, digest, *job, *more]
    answer = subprocess.run(command, env=podman, capture_output=True, text=True, check=False, timeout=200)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["state"] == "verified"


@pytest.mark.cwl
def test_cwltool_runs_it_with_roots_podman(digest: str, podman: dict[str, str], tmp_path: Path) -> None:
    """As the page says: --podman asks for what Podman refuses to root, a `docker` that is Podman does not."""
    write_job(tmp_path, digest)
    engine = replace(needed(cwl.without_containers), options=("--custom-net", "host"), environment=podman)
    answer = engine.run("--outdir", "outputs", cwl.CWL / "run.cwl", "job.json", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "outputs/cgi-results/alterations.tsv").stat().st_size
