"""Disk use of the package with its dependencies, compiled files included."""

from __future__ import annotations

import compileall
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from benchmarks import querynator
from benchmarks.measure import Row, Scale

import cgi_runner

MOST = 25


def rows(scale: Scale) -> Iterator[Row]:  # noqa: ARG001 - all measures are called alike
    """Yield the size with and without the sandbox, in the versions that are locked."""
    package = Path(cgi_runner.__file__).parent
    compileall.compile_dir(package, quiet=2)  # as pip does
    for extra, what in (("", "installed, with dependencies"), ("sandbox", "installed, with the sandbox's own as well")):
        names = find_dependencies("cgi-runner", extra)
        row = Row(f"installed.{extra or 'package'}", what, unit="MB", judged="ours", most=MOST)
        own = _folder_size(package)
        row.ours = (own + sum(_installed_size(distribution(name)) for name in names if name != "cgi-runner")) / 1e6
        row.note = f"{len(names)} packages; cgi-runner itself takes {own / 1e6:.1f} MB."
        row.peer = querynator.NAME
        if querynator.is_installed():
            row.peers = _folder_size(querynator.HOME) / 1e6
        else:
            row.peer += ": not installed"
        yield row


def find_dependencies(name: str, extra: str = "") -> set[str]:
    """Return the names of a package and of its dependencies, on this platform and interpreter."""
    from packaging.requirements import Requirement

    found, waiting = set[str](), [(name, extra)]
    while waiting:
        one, its_extra = waiting.pop()
        found.add(_normalise_name(one))
        for text in distribution(one).requires or ():
            asked = Requirement(text)
            if asked.marker is None or asked.marker.evaluate({"extra": its_extra}):
                extras = asked.extras or {""}
                waiting += [(asked.name, more) for more in extras if _normalise_name(asked.name) not in found]
    return found


def _normalise_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed_size(package: Distribution) -> int:
    """Return the bytes of the files that were installed."""
    paths = (Path(str(file.locate())) for file in package.files or ())
    return _disk_usage(path for path in paths if path.is_file())


def _folder_size(folder: Path) -> int:
    return _disk_usage(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _disk_usage(files: Iterable[Path]) -> int:
    """Return the bytes that files take on the disk, in whole blocks, as `du` counts them."""
    return sum(path.stat().st_blocks * 512 for path in files)
