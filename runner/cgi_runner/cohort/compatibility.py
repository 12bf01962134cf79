"""Which results may stand in one table: of one genome build, and either all of CGI or all of the sandbox."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cgi_runner.errors import InputError
from cgi_runner.inputs.problems import first_names
from cgi_runner.output.record import Record, service_kind

log = logging.getLogger(__name__)

_SANDBOX = "sandbox"
_UNKNOWN = "unknown"
_MAX_NAMED = 3


@dataclass(frozen=True)
class Origin:
    """What all results of a merge have in common, and which versions of CGI they are of."""

    reference: str
    service: str
    """`sandbox` or `CGI`."""
    versions: dict[str, int]
    """How many folders are of each version."""


def require_one_origin(records: Mapping[Path, Record]) -> Origin:
    """Make sure that results may be put into one table.

    Args:
        records: The record of each folder.

    Returns:
        What they are of; more than one version of CGI is a warning.

    Raises:
        InputError: They are of several genome builds, or of the sandbox and of CGI.

    """
    builds = _by({folder: record.reference or _UNKNOWN for folder, record in records.items()})
    services = _by({folder: _SANDBOX if _is_sandbox(record) else "CGI" for folder, record in records.items()})
    if len(builds) > 1:
        raise InputError(
            f"the folders are of different genome builds: {_spell(builds)}",
            tip="merge the folders of each build separately: positions of two builds are not comparable",
        )
    if len(services) > 1:
        raise InputError(
            f"the folders are of different services: {_spell(services)}",
            tip="leave out the results of the sandbox: they are made up",
        )
    versions = _by({folder: record.cgi.get("version") or _UNKNOWN for folder, record in records.items()})
    if len(versions) > 1:
        log.warning("the folders are of different versions of CGI: %s", _spell(versions))
    return Origin(
        reference=next(iter(builds), _UNKNOWN),
        service=next(iter(services), _UNKNOWN),
        versions={version: len(folders) for version, folders in versions.items()},
    )


def _is_sandbox(record: Record) -> bool:
    # Records of earlier versions do not say it.
    return _SANDBOX in {record.service_kind, service_kind(record.service, record.cgi.get("version", ""))}


def _by(values: Mapping[Path, str]) -> dict[str, list[Path]]:
    """Return the folders of each value, values in their order."""
    return {
        value: [folder for folder, each in values.items() if each == value] for value in sorted(set(values.values()))
    }


def _spell(groups: Mapping[str, list[Path]]) -> str:
    """Name each value with its number of folders, and the first of them."""
    spelled = []
    for value, folders in groups.items():
        spelled.append(f"{value} ({first_names(list(map(str, folders)), _MAX_NAMED)})")
    return ", ".join(spelled)
