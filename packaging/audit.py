"""Check every package that the locks pin for known vulnerabilities: `make audit`.

The database is OSV's. `AUDIT_DATABASE` names a copy of it (the ZIP file of its Python part, or a folder of its JSON
files); without that, its service is asked. Only Python packages are checked: those of Debian, npm and Galaxy are not.

Exit codes: 0 none is known; 1 some are; 3 the database was not reached or not understood, so nothing was checked.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict

import requests
from locks import ROOT, LockError, normalise_name, read_all_locks
from packaging.version import InvalidVersion, Version

SERVICE = "https://api.osv.dev"
EXPORT = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"
FOUND, NOT_CHECKED = 1, 3
_BATCH = 500  # packages in a request; the service takes 1,000
_TIMEOUT = 30  # seconds


class Event(TypedDict, total=False):
    """Where a range of versions begins or ends."""

    introduced: str
    fixed: str
    last_affected: str


class Range(TypedDict, total=False):
    """A range of versions."""

    type: str
    events: list[Event]


class Affected(TypedDict, total=False):
    """A package that a vulnerability is in."""

    package: dict[str, str]
    versions: list[str]
    ranges: list[Range]


class Advisory(TypedDict, total=False):
    """A record of the database, as far as it is read."""

    id: str
    modified: str
    withdrawn: str
    affected: list[Affected]


class Package(NamedTuple):
    """A package that is pinned."""

    name: str
    version: str


Known = dict[Package, list[str]]


class NotCheckedError(Exception):
    """Why nothing was checked."""


def read_database(path: Path) -> Iterator[Advisory]:
    """Read a copy of the database.

    Args:
        path: A ZIP file with a JSON file for each record, or a folder of them.

    Yields:
        Each record.

    Raises:
        NotCheckedError: It is not there, or is not such a copy.

    """
    try:
        if path.is_dir():
            texts: Iterator[bytes] = (file.read_bytes() for file in sorted(path.rglob("*.json")))
            yield from map(_as_advisory, texts)
        else:
            with zipfile.ZipFile(path) as archive:
                for name in sorted(archive.namelist()):
                    if name.endswith(".json"):
                        yield _as_advisory(archive.read(name))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise NotCheckedError(f"{path} cannot be read as a copy of OSV's database: {error}") from error


def _as_advisory(text: bytes) -> Advisory:
    content: Advisory = json.loads(text)
    if not isinstance(content, dict) or "id" not in content:
        raise ValueError("a record has no id")
    return content


def search_database(packages: Sequence[Package], path: Path) -> tuple[Known, str]:
    """Look packages up in a copy of the database.

    Args:
        packages: What is pinned.
        path: The copy.

    Returns:
        The ids of the vulnerabilities of each package that has any; and what was asked, in words.

    Raises:
        NotCheckedError: The copy cannot be read, or has nothing on Python packages.

    """
    by_name: dict[str, list[Package]] = {}
    for package in packages:
        by_name.setdefault(package.name, []).append(package)
    known: Known = {}
    records, newest = 0, ""
    for advisory in read_database(path):
        for affected in advisory.get("affected", []):
            about = affected.get("package", {})
            if about.get("ecosystem") != "PyPI":
                continue
            records += 1
            newest = max(newest, advisory.get("modified", ""))
            for package in by_name.get(normalise_name(about.get("name", "")), []):
                if "withdrawn" not in advisory and is_affected(package.version, affected):
                    known.setdefault(package, []).append(advisory["id"])
    if not records:
        raise NotCheckedError(f"{path} has no records of Python packages")
    return known, f"{path}, newest record of {newest or 'no date'}"


def is_affected(version: str, affected: Affected) -> bool:
    """Tell whether a version is among those that a record lists, or in one of its ranges.

    Args:
        version: A version, as the lock writes it.
        affected: What the record says of the package.

    Returns:
        True, too, where a version cannot be compared: somebody has to look at it.

    """
    if version in affected.get("versions", []):
        return True
    try:
        ours = Version(version)
        if any(ours == Version(each) for each in affected.get("versions", [])):
            return True
        return any(_is_in(ours, each) for each in affected.get("ranges", []) if each.get("type") == "ECOSYSTEM")
    except InvalidVersion:
        return True


def _is_in(ours: Version, versions: Range) -> bool:
    inside = False
    for event in sorted(versions.get("events", []), key=_order):
        if "introduced" in event and ours >= _start(event["introduced"]):
            inside = True
        if "fixed" in event and ours >= Version(event["fixed"]):
            inside = False
        if "last_affected" in event and ours > Version(event["last_affected"]):
            inside = False
    return inside


def _order(event: Event) -> Version:
    return _start(event.get("introduced") or event.get("fixed") or event.get("last_affected") or "0")


def _start(version: str) -> Version:
    """Return a version; "0" stands for the first of all, which is before 0.dev0 as well."""
    return Version("0.dev0") if version == "0" else Version(version)


def ask_service(packages: Sequence[Package], url: str) -> tuple[Known, str]:
    """Ask OSV's service for packages.

    Args:
        packages: What is pinned.
        url: Its address.

    Returns:
        The ids of the vulnerabilities of each package that has any; and what was asked, in words.

    Raises:
        NotCheckedError: The service was not reached, or its answer is not understood.

    """
    known: Known = {}
    open_queries: list[tuple[Package, str]] = [(package, "") for package in packages]
    while open_queries:
        batch, open_queries = open_queries[:_BATCH], open_queries[_BATCH:]
        queries = [_query(package, token) for package, token in batch]
        try:
            answer = requests.post(f"{url}/v1/querybatch", json={"queries": queries}, timeout=_TIMEOUT)
            answer.raise_for_status()
            results = answer.json()["results"]
            for (package, _), result in zip(batch, results, strict=True):
                ids = [str(each["id"]) for each in (result or {}).get("vulns") or []]
                if ids:
                    known.setdefault(package, []).extend(ids)
                if token := (result or {}).get("next_page_token"):
                    open_queries.append((package, token))
        except requests.RequestException as error:
            raise NotCheckedError(f"{url} was not reached: {type(error).__name__}") from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NotCheckedError(f"{url} gave an answer that is not understood") from error
    return known, url


def _query(package: Package, token: str) -> Mapping[str, object]:
    query = {"package": {"name": package.name, "ecosystem": "PyPI"}, "version": package.version}
    return {**query, "page_token": token} if token else query


def audit(root: Path, database: str | None, service: str) -> int:
    """Check the locks, print what is known, and give the exit code.

    Args:
        root: The repository.
        database: A copy of the database; None asks the service.
        service: The service's address.

    Returns:
        0, `FOUND` or `NOT_CHECKED`.

    """
    try:
        locks = read_all_locks(root)
        packages = [Package(*each) for each in locks]
        known, source = search_database(packages, Path(database)) if database else ask_service(packages, service)
    except (LockError, NotCheckedError) as reason:
        print(f"audit: NOT CHECKED: {reason}", file=sys.stderr)
        print(f"TIP: fetch {EXPORT} where it can be had, and run make audit AUDIT_DATABASE=all.zip", file=sys.stderr)
        return NOT_CHECKED
    for package, ids in sorted(known.items()):
        print(f"{package.name} {package.version} ({', '.join(locks[package])}): {', '.join(sorted(set(ids)))}")
    print(f"audit: {len(packages)} pinned packages, {len(known)} with known vulnerabilities (by {source})")
    return FOUND if known else 0


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default=os.environ.get("AUDIT_DATABASE"), help="a copy of OSV's database")
    parser.add_argument("--service", default=SERVICE, help="OSV's service; default: %(default)s")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.exit(audit(given.root, given.database, given.service))


if __name__ == "__main__":
    main()
