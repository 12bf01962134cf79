"""Make a release: `make release VERSION=1.2.3` (what it does stands in CONTRIBUTING.md).

One command sets the version wherever it is written, dates the changelog, commits and tags, and builds into `dist/` what
is published: wheel and sdist, image, a bill of materials of each, documentation and checksums. Nothing is uploaded.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

from sbom import write_sbom

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
HOME_OF_VERSION = ROOT / "runner" / "cgi_runner" / "__init__.py"
#: Where else the version is written: files, and what stands before it.
PLACES = {
    "CITATION.cff": r"^version: ",
    "cwl/*.cwl": r"s:softwareVersion: ",
    "cwl/*.yml": r"(?:cgi-runner:|version: \[\")",
    "cwl/README.md": r"cgi-runner:",
    "docs/containers.md": r"cgi-runner:",
    "docs/install.md": r"cgi_runner-",
    "nextflow/README.md": r"cgi-runner:",
    "nextflow/modules/cgirunner/run/environment.yml": r"cgi-runner=",
    "nextflow/modules/cgirunner/run/main.nf": r"cgi-runner:",
    "packaging/conda/meta.yaml": r"set version = \"",
    "ro-crate-metadata.json": r"\"version\": \"",
    "snakemake/bio/cgi-runner/environment.yaml": r"cgi-runner =",
    "tools/README.md": r"cgi-runner[:-]",
    "tools/macros.xml": r"@TOOL_VERSION@\">",
    "wdl/README.md": r"cgi-runner:",
    "wdl/*.wdl": r"cgi-runner:",
}
#: Where the day of the version is written besides CITATION and the changelog.
DAYS = {"cwl/make_crate.py": r"PUBLISHED = \"", "ro-crate-metadata.json": r"\"datePublished\": \""}
VERSION = re.compile(r"\d+\.\d+\.\d+")


class ReleaseError(Exception):
    """Why no release is made."""


def run(*command: str | Path, **more: str) -> str:
    """Run a command in the repository and give what it prints; `more` are environment variables."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, **more},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"{' '.join(map(str, command))} ended with {done.returncode}")
    return done.stdout


def read_version() -> str:
    """Return the version of the tree."""
    found = re.search(r'__version__ = "(.+)"', HOME_OF_VERSION.read_text(encoding="utf-8"))
    if not found:
        raise ReleaseError(f"{HOME_OF_VERSION} names no version")
    return found[1]


def check_version(version: str) -> None:
    """Refuse what is no version, and one that is older than the tree's."""

    def parts(text: str) -> list[int]:
        return [int(part) for part in text.split(".")]

    if not VERSION.fullmatch(version):
        raise ReleaseError(f"found VERSION={version!r}, expected three numbers such as 1.2.3")
    if parts(version) < parts(read_version()):
        raise ReleaseError(f"{version} is older than the tree's {read_version()}")
    if run("git", "tag", "--list", f"v{version}").strip():
        raise ReleaseError(f"the tag v{version} is there already")


def replace_versions(old: str, new: str, today: str) -> dict[Path, str]:
    """Return the new text of each file that names the version, and of the changelog."""
    places = {HOME_OF_VERSION: r'__version__ = "'}
    for pattern, before in PLACES.items():
        files = sorted(ROOT.glob(pattern))
        if not files:
            raise ReleaseError(f"no file is called {pattern}")
        places |= dict.fromkeys(files, before)
    changed = {}
    for path, before in places.items():
        text = path.read_text(encoding="utf-8")
        changed[path] = re.sub(rf"({before}){re.escape(old)}(?![\w.]*\d)", rf"\g<1>{new}", text, flags=re.MULTILINE)
    changelog = ROOT / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    if "## [Unreleased]\n" not in text:
        raise ReleaseError("CHANGELOG.md has no part [Unreleased]")
    changed[changelog] = text.replace("## [Unreleased]\n", f"## [Unreleased]\n\n## [{new}] - {today}\n", 1)
    citation = ROOT / "CITATION.cff"
    dated = re.sub(r"^date-released: .*\n", "", changed[citation], flags=re.MULTILINE)
    changed[citation] = re.sub(r"^(version: .*\n)", rf"\g<1>date-released: {today}\n", dated, flags=re.MULTILINE)
    for name, before in DAYS.items():
        changed[ROOT / name] = re.sub(
            rf"({before})\d{{4}}-\d\d-\d\d",
            rf"\g<1>{today}",
            changed.get(ROOT / name) or (ROOT / name).read_text(encoding="utf-8"),
        )
    return changed


def build_packages() -> list[Path]:
    """Build wheel, sdist and the wheel's bill of materials.

    The date in them is that of the last commit, so that all builds of it are alike.
    """
    epoch = run("git", "log", "-1", "--format=%ct").strip()
    run(sys.executable, "-m", "hatchling", "build", "--clean", "-d", DIST, SOURCE_DATE_EPOCH=epoch)
    (wheel,) = DIST.glob("*.whl")
    return sorted([wheel, *DIST.glob("*.tar.gz"), write_sbom(wheel, int(epoch), ROOT)])


def build_site() -> None:
    """Build the documentation: an archive of the site, and the manual page."""
    run("make", "site")
    same = ("--sort=name", "--owner=0", "--group=0", "--mtime=@0")
    run("tar", *same, "-czf", DIST / "site.tar.gz", "-C", DIST, "site")
    shutil.copy(DIST / "man" / "cgi-runner.1", DIST)


def write_checksums() -> None:
    """Write the SHA-256 of every file of the release, as `sha256sum --check` reads them."""
    files = sorted(path for path in DIST.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def pin_recipe(sdist: Path) -> None:
    """Write the checksum of the sdist into the Conda recipe of the release, which is a file of `dist/`."""
    recipe = (ROOT / "packaging" / "conda" / "meta.yaml").read_text(encoding="utf-8")
    digest = hashlib.sha256(sdist.read_bytes()).hexdigest()
    pinned = re.sub(r"sha256: .*", f"sha256: {digest}", recipe, count=1)
    (DIST / "meta.yaml").write_text(pinned, encoding="utf-8")


def release(version: str, *, checks: str, image: bool, site: bool, dry_run: bool) -> None:
    """Make a release, or with `dry_run` say what it would change."""
    check_version(version)
    if run("git", "status", "--porcelain", "--untracked-files=no").strip():
        raise ReleaseError("there are changes that are not committed; commit or stash them")
    changed = replace_versions(read_version(), version, datetime.now(timezone.utc).date().isoformat())
    if dry_run:
        for path, text in changed.items():
            if text != path.read_text(encoding="utf-8"):
                print(f"would change {path.relative_to(ROOT)}")
        return
    run("bash", "-c", checks)
    for path, text in changed.items():
        path.write_text(text, encoding="utf-8")
    run("git", "commit", "--quiet", "--all", "--message", f"Release {version}")
    run("git", "tag", "--annotate", f"v{version}", "--message", f"cgi-runner {version}")
    DIST.mkdir(exist_ok=True)
    pin_recipe(next(path for path in build_packages() if path.name.endswith(".tar.gz")))
    if image:
        run("make", "image")
    if site:
        build_site()
    write_checksums()
    print(
        f"{version} is committed, tagged and built in dist/. Push the commit and the tag; cgi_runner-{version}*.whl and"
    )
    print(f"cgi_runner-{version}.tar.gz go to PyPI, meta.yaml to bioconda, and all files to the page of the release")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version")
    parser.add_argument("--checks", default=".ci/run", help="command that has to pass first")
    parser.add_argument("--no-image", action="store_true", help="leave the image out")
    parser.add_argument("--no-site", action="store_true", help="leave the documentation out")
    parser.add_argument("--dry-run", action="store_true", help="say which files would change, and change none")
    given = parser.parse_args()
    try:
        release(
            given.version,
            checks=given.checks,
            image=not given.no_image,
            site=not given.no_site,
            dry_run=given.dry_run,
        )
    except ReleaseError as error:
        sys.exit(f"release: {error}")


if __name__ == "__main__":
    main()
