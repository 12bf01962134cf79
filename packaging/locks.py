"""What the locks pin: read by the audit and by the bill of materials."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
#: Every lock of Python packages.
LOCKS = ("requirements/*.txt", "containers/*.txt", "tests/engines/*/*.txt")
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)\s*(?:;\s*([^\\]*?))?\s*\\?$")
_HASH = re.compile(r"\s+--hash=sha256:([0-9a-f]{64})")
_NEEDED_BY = re.compile(r"\s+#(?: via)?\s+(\S.*)$")


class LockError(Exception):
    """A line of a lock that is not understood."""


class Pin(NamedTuple):
    """One package of a lock."""

    name: str  # in lower case, with hyphens
    version: str
    marker: str  # where it is installed; empty: everywhere
    hashes: tuple[str, ...]  # SHA-256 of each file that may be installed
    needed_by: tuple[str, ...]  # packages of the lock, or the project itself


def read_lock(path: Path) -> list[Pin]:
    """Read the packages of a lock.

    Args:
        path: A file that `uv pip compile --generate-hashes` wrote.

    Returns:
        A pin for each package and each marker, in the order of the file.

    Raises:
        LockError: A line is neither a package nor a hash nor a remark.

    """
    pins: list[Pin] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.strip() == "# via":
            continue
        if found := _PIN.match(line):
            pins.append(Pin(normalise_name(found[1]), found[2], found[3] or "", (), ()))
        elif pins and (found := _HASH.match(line)):
            pins[-1] = pins[-1]._replace(hashes=(*pins[-1].hashes, found[1]))
        elif pins and (found := _NEEDED_BY.match(line)):
            pins[-1] = pins[-1]._replace(needed_by=(*pins[-1].needed_by, found[1]))
        else:
            raise LockError(f"{path}, line {number}: found {line!r}, expected NAME==VERSION, a hash or a remark")
    return pins


def read_all_locks(root: Path = ROOT) -> dict[tuple[str, str], list[str]]:
    """Return the locks that pin each package: name and version, and the names of the files.

    Args:
        root: The repository.

    Returns:
        The locks, as paths below `root`, for each name and version.

    Raises:
        LockError: There is no lock, or a line is not understood.

    """
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted(path for pattern in LOCKS for path in root.glob(pattern)):
        for pin in read_lock(path):
            locks = found.setdefault((pin.name, pin.version), [])
            if (name := str(path.relative_to(root))) not in locks:
                locks.append(name)
    if not found:
        raise LockError(f"{root} has no locks")
    return found


def normalise_name(name: str) -> str:
    """Write a package's name as indexes compare it: lower case, with single hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()
