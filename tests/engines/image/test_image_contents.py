"""What the image is: its metadata, its size, what is in it and what is not, and that it can be made again."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[3]
MAX_BYTES = 50_000_000
Docker = Callable[..., "subprocess.CompletedProcess[str]"]


def inspect(docker: Docker, image: str) -> dict[str, Any]:
    """Tell what the engine knows of an image."""
    answer: dict[str, Any] = json.loads(docker("inspect", "--type", "image", image).stdout)[0]
    return answer


def test_no_entry_point_and_help_by_default(docker: Docker, image: str) -> None:
    """Workflow engines append their own command, so there is no entry point, and help is what comes without one."""
    config = inspect(docker, image)["Config"]
    assert not config.get("Entrypoint")
    assert config["Cmd"] == ["cgi-runner", "--help"]


def test_no_user_of_its_own(docker: Docker, image: str) -> None:
    """Engines that run an image as it is mount their caller's files, which a user of the image's own could not read."""
    assert not inspect(docker, image)["Config"]["User"]


def test_labels_name_version_revision_and_base(docker: Docker, image: str, version: str) -> None:
    """The labels of OCI and of BioContainers are all there and tell the truth."""
    labels = inspect(docker, image)["Config"]["Labels"]
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert labels["org.opencontainers.image.version"] == labels["software.version"] == version
    assert labels["org.opencontainers.image.revision"].removesuffix("-modified") == revision.stdout.strip()
    assert labels["base_image"] == labels["org.opencontainers.image.base.name"]
    assert "trixie" in labels["base_image"]
    wanted = {"title", "description", "url", "licenses"}
    assert wanted <= {label.removeprefix("org.opencontainers.image.") for label in labels}
    wanted = {
        "version",
        "software",
        "about.summary",
        "about.home",
        "about.documentation",
        "about.license",
        "about.tags",
    }
    assert wanted <= labels.keys()


def test_licence_is_where_the_label_says(docker: Docker, image: str, in_image: Callable[..., str]) -> None:
    """The label about.license_file names a file in the image, and it is this project's licence."""
    path = inspect(docker, image)["Config"]["Labels"]["about.license_file"]
    assert in_image("cat", path) == (ROOT / "LICENSE").read_text()


def test_command_is_the_version_of_this_clone(in_image: Callable[..., str], version: str) -> None:
    """The command in the image is the package of this clone, not one from elsewhere."""
    assert version in in_image("cgi-runner", "--version")


def test_compressed_size(engine_environment: dict[str, str], image: str) -> None:
    """The image is small enough to be pulled for a test: 50 MB, and `gzip -9` makes it smaller than this does."""
    command = f"set -o pipefail; docker save {image} | gzip | wc -c"
    answer = subprocess.run(["bash", "-c", command], env=engine_environment, capture_output=True, text=True, check=True)
    size = int(answer.stdout)
    print(f"compressed size: {size / 1e6:.1f} MB")  # noqa: T201 - the figure is for the README
    assert size <= MAX_BYTES


def test_no_build_tools(in_image: Callable[..., str]) -> None:
    """What built the image did not stay in it."""
    unwanted = "gcc make pip pip3 git curl wget sudo"
    found = in_image("bash", "-c", f"for tool in bash {unwanted}; do command -v $tool; done; true").split()
    assert [Path(path).name for path in found] == ["bash"]


def test_no_leftovers(in_image: Callable[..., str]) -> None:
    """Neither pip nor package lists nor caches take up room."""
    look = "ls -d /usr/lib/python3*/ensurepip /opt/*/lib/python3*/site-packages/pip /root/.cache; "
    look += "find /var/lib/apt/lists /var/cache/apt /tmp /src /build /wheel -type f -not -name lock"
    assert not in_image("bash", "-c", f"{{ {look}; }} 2>/dev/null || true", options=("--user", "0"))


def test_certificates_are_known(in_image: Callable[..., str]) -> None:
    """Python's default TLS settings find the public authorities, also for those who do not use requests."""
    count = "import ssl; print(ssl.create_default_context().cert_store_stats()['x509_ca'])"
    assert int(in_image("python3", "-c", count)) > 100


def test_bill_of_materials_names_what_is_inside(docker: Docker, image: str, version: str) -> None:
    """The SPDX file has the runner, Python, and every locked dependency with the version that is installed."""
    bill = json.loads((ROOT / "dist" / f"cgi-runner-{version}.spdx.json").read_text())
    assert bill["spdxVersion"].startswith("SPDX-2.")
    named = {package["name"]: package.get("versionInfo") for package in bill["packages"]}
    listing = "from importlib.metadata import distributions as d; "
    listing += "print(*(f'{x.name.lower().replace(chr(95), chr(45))}={x.version}' for x in d()))"
    inside = docker("run", "--rm", "--network", "none", image, "/opt/cgi-runner/bin/python", "-c", listing).stdout
    installed = dict(item.split("=") for item in inside.split())
    assert installed["cgi-runner"] == version
    assert {name: named.get(name) for name in installed} == installed
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements/runner.txt").read_text(), re.MULTILINE))
    assert installed.keys() - {"cgi-runner"} <= locked.keys()
    assert {"procps", "bash", "libc6"} <= named.keys()


def test_two_builds_are_the_same(docker: Docker, engine_environment: dict[str, str], tmp_path: Path) -> None:
    """A second build, without any cache, gives the same files; only the times of folders are the engine's business."""
    # A copy, so that work that goes on in the clone cannot come between the two builds.
    for name in ("Dockerfile", ".dockerignore", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("containers", "requirements", "runner"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))

    def build(tag: str, **more: str) -> None:
        settings = engine_environment | {"TAG": tag, "SOURCE_DATE_EPOCH": "1700000000"} | more
        subprocess.run([tmp_path / "containers/build.sh", "--no-sbom"], env=settings, check=True, timeout=600)

    first = "cgi-runner-twice:first"
    build(first)
    layers = inspect(docker, first)["RootFS"]["Layers"]
    # Called by what the first build holds: where nothing has changed, the second build of last time is still the proof.
    second = f"cgi-runner-twice:{hashlib.sha256(''.join(layers).encode()).hexdigest()[:16]}"
    kept = docker("images", "--format", "{{.Repository}}:{{.Tag}}", "cgi-runner-twice").stdout.split()
    if second not in kept:
        build(second, NO_CACHE="1")
    for old in set(kept) - {first, second}:
        docker("rmi", old)
    if inspect(docker, second)["RootFS"]["Layers"] != layers:
        for tag in (first, second):
            docker("save", "--output", tmp_path / f"{tag}.tar", tag)
        assert _files(tmp_path / f"{first}.tar") == _files(tmp_path / f"{second}.tar")


def _files(saved: Path) -> list[dict[str, tuple[Any, ...]]]:
    """Everything of every layer, save what says only when the layer was written."""
    with tarfile.open(saved) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest
        names = json.load(manifest)[0]["Layers"]
        return [_layer(archive, name) for name in names]


def _layer(archive: tarfile.TarFile, name: str) -> dict[str, tuple[Any, ...]]:
    stream = archive.extractfile(name)
    assert stream
    found: dict[str, tuple[Any, ...]] = {}
    with tarfile.open(fileobj=io.BytesIO(stream.read())) as layer:
        for member in layer:
            content = layer.extractfile(member) if member.isreg() else None
            digest = hashlib.sha256(content.read()).hexdigest() if content else ""
            when = member.mtime if member.isreg() and "/.wh." not in member.name else 0
            owner = (member.mode, member.uid, member.gid)
            found[member.name] = (member.type, *owner, when, digest, member.linkname if member.issym() else "")
    return found
