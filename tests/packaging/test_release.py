"""A release made for real in a clone: what it refuses, what it changes, and that what it builds can be built again."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest
import release

from conftest import ROOT

CANARY = "9.8.7"


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody who is set up nowhere, and give what it prints."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_AUTHOR_NAME": "releaser",
        "GIT_AUTHOR_EMAIL": "releaser@example.org",
        "GIT_COMMITTER_NAME": "releaser",
        "GIT_COMMITTER_EMAIL": "releaser@example.org",
    }
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone of the working tree, as it is, with a first commit."""
    folder = tmp_path / "clone"
    try:
        listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs git, and the files from a clone")
    for name in listed:
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "init", "--quiet")
    git(folder, "config", "user.name", "releaser")
    git(folder, "config", "user.email", "releaser@example.org")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All there is")
    return folder


def make_release(clone: Path, version: str, *options: str, checks: str = "true") -> subprocess.CompletedProcess[str]:
    """Call the script of the clone."""
    words = [str(clone / "packaging" / "release.py"), version, "--checks", checks, "--no-image", "--no-site", *options]
    return subprocess.run([sys.executable, *words], cwd=clone, capture_output=True, text=True, check=False)


def test_a_release_changes_every_version_and_builds_what_is_published(clone: Path) -> None:
    """No file keeps the old version, the changelog is dated, and commit, tag and checksums are there."""
    before = re.findall(r'__version__ = "(.+)"', (clone / "runner/cgi_runner/__init__.py").read_text())[0]
    made = make_release(clone, CANARY)
    assert made.returncode == 0, made.stderr
    assert git(clone, "tag", "--list").split() == [f"v{CANARY}"]
    assert git(clone, "status", "--porcelain", "--untracked-files=no") == ""
    versions = (
        rf"(cgi-runner[:= ]+|softwareVersion: |^version: |__version__ = \"|TOOL_VERSION@\">){re.escape(before)}\b"
    )
    files = [path for path in git(clone, "ls-files").split("\n") if path and not path.startswith("requirements/")]
    texts = {name: (clone / name).read_bytes().decode("utf-8", "replace") for name in files}
    assert [name for name, text in texts.items() if re.search(versions, text, re.MULTILINE)] == []
    assert re.search(rf"## \[Unreleased\]\n\n## \[{re.escape(CANARY)}\] - \d{{4}}-\d\d-\d\d\n", texts["CHANGELOG.md"])
    day = re.findall(r"(?m)^date-released: (.+)$", texts["CITATION.cff"])
    assert re.findall(r'"datePublished": "(.+)"', texts["ro-crate-metadata.json"]) == day
    assert re.findall(r'PUBLISHED = "(.+)"', texts["cwl/make_crate.py"]) == day
    sums = {line[66:]: line[:64] for line in (clone / "dist/SHA256SUMS").read_text().splitlines()}
    built = {f"cgi_runner-{CANARY}-py3-none-any.whl", f"cgi_runner-{CANARY}.tar.gz", f"cgi_runner-{CANARY}.spdx.json"}
    assert set(sums) == {*built, "meta.yaml"}
    for name, digest in sums.items():
        assert hashlib.sha256((clone / "dist" / name).read_bytes()).hexdigest() == digest
    assert sums[f"cgi_runner-{CANARY}.tar.gz"] in (clone / "dist/meta.yaml").read_text()


def test_what_is_not_ready_is_refused_and_left_alone(clone: Path) -> None:
    """A version that is none, an older one, red checks and changes that are not committed."""
    head = git(clone, "rev-parse", "HEAD")
    for version, checks, reason in [
        ("1.2", "true", "expected three numbers"),
        ("0.0.1", "true", "is older than"),
        (CANARY, "false", "bash -c false ended with 1"),
    ]:
        refused = make_release(clone, version, checks=checks)
        assert refused.returncode == 1
        assert reason in refused.stderr
    (clone / "README.md").write_text("changed")
    assert "not committed" in make_release(clone, CANARY).stderr
    git(clone, "checkout", "README.md")
    shown = make_release(clone, CANARY, "--dry-run")
    assert "would change runner/cgi_runner/__init__.py" in shown.stdout
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "rev-parse", "HEAD") == head
    assert git(clone, "tag", "--list") == ""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return two folders, each with a wheel and an sdist of this tree, built one after the other."""
    folders = []
    for number in range(2):
        folders.append(tmp_path_factory.mktemp(f"dist{number}"))
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "TZ": f"UTC-{number}"}
        command = [sys.executable, "-m", "hatchling", "build", "-d", str(folders[-1])]
        subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    return folders


def test_two_builds_are_the_same_bytes(packages: list[Path]) -> None:
    """Of wheel and sdist."""
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in packages)
    assert len(first) == 2
    assert first == second


def test_the_wheel_holds_what_it_should_and_nothing_else(packages: list[Path]) -> None:
    """Both packages with their data and type information; no tests, no caches."""
    (wheel,) = packages[0].glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    kept = {
        str(path.relative_to(ROOT / "runner"))
        for path in (ROOT / "runner").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    extra = {name for name in names if ".dist-info/" not in name}
    assert extra == kept
    assert {"cgi_runner/py.typed", "cgi_sandbox/py.typed"} <= names
    (sdist,) = packages[0].glob("*.tar.gz")
    with tarfile.open(sdist) as archive_of_source:
        inside = {name.split("/", 1)[1] for name in archive_of_source.getnames() if "/" in name}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"} <= inside
    assert not {name for name in inside if "__pycache__" in name or name.startswith((".venv", "dist", "demo"))}


@pytest.fixture
def installed(packages: list[Path], tmp_path: Path) -> Path:
    """Return an environment into which pip has installed the wheel; its dependencies are those of this one."""
    (wheel,) = packages[0].glob("*.whl")
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    options = ["--quiet", "--isolated", "--no-index", "--no-deps", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", *options, str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def test_the_wheel_alone_gives_a_first_report(installed: Path, tmp_path: Path) -> None:
    """With the commands of docs/install.md, for somebody whose home folder is empty."""
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    (commands,) = re.findall(r"^```console\n(printf .*?)^```$", page, re.MULTILINE | re.DOTALL)
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    environment = {
        "PATH": f"{installed / 'bin'}:{os.defpath}",
        "HOME": str(tmp_path / "home"),
        "CGI_SANDBOX_DURATION": "0.01",
    }
    done = subprocess.run(
        ["bash", "-euc", commands], cwd=tmp_path / "work", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "work" / "first" / "report.html").stat().st_size > 10_000
    where = subprocess.run(
        [installed / "bin" / "python", "-c", "import cgi_runner; print(cgi_runner.__file__)"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(installed))


def test_the_conda_recipe_needs_what_the_package_needs() -> None:
    """Run dependencies and their least versions are those of pyproject.toml, the sandbox's included."""
    recipe = (ROOT / "packaging/conda/meta.yaml").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    dependencies = project.split("\ndependencies = [", 1)[1].split("]", 1)[0]
    extra = project.split("\nsandbox = [", 1)[1].split("]", 1)[0]
    wanted = dict(re.findall(r'"([a-z0-9-]+)(>=[\d.]+)"', dependencies + extra))
    run_part = recipe.split("  run:\n", 1)[1].split("\ntest:", 1)[0]
    listed = dict(re.findall(r"^    - ([a-z0-9-]+) (>=[\d.]+)$", run_part, re.MULTILINE))
    assert len(wanted) > 7
    assert listed.pop("python") == ">=" + project.split('requires-python = ">=', 1)[1].split('"', 1)[0]
    assert listed == wanted


def test_site_and_manual_page_are_files_of_the_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two builds of the archive are the same bytes, whenever its files were made."""
    for number in range(2):
        root = tmp_path / str(number)
        root.mkdir()
        made = "mkdir -p dist/site dist/man && touch -d @{} dist/site/page.html && touch dist/man/cgi-runner.1"
        (root / "Makefile").write_text(f"site:\n\t{made.format(1000 * number)}\n")
        monkeypatch.setattr(release, "ROOT", root)
        monkeypatch.setattr(release, "DIST", root / "dist")
        release.build_site()
    first, second = (tmp_path / str(number) / "dist" for number in range(2))
    assert {path.name for path in first.iterdir() if path.is_file()} == {"site.tar.gz", "cgi-runner.1"}
    assert (first / "site.tar.gz").read_bytes() == (second / "site.tar.gz").read_bytes()


def test_the_site_is_published_without_what_its_builder_keeps() -> None:
    """Sphinx keeps pages with the paths of this machine beside its output, if no other folder is named."""
    recipe = subprocess.run(
        ["make", "--dry-run", "--always-make", "site"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    kept, built = (re.findall(rf" {flag} (?:\S+ \. )?(\S+)", recipe) for flag in ("-d", "-b"))
    assert (kept, built) == (["build/site", "build/man"], ["dist/site", "dist/man"])
    assert recipe.index("SOURCE_DATE_EPOCH") < recipe.index("-b html") < recipe.index("-b man")
    assert "rm -rf dist/site dist/man" in recipe  # no page of an earlier build stays
