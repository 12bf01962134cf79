"""Whose the files of a sheet are, by what they call their samples: said where it is not what the sheet says."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cgi_runner.cohort.sheet import Sheet
from cgi_runner.inputs.preparation import list_paths
from cgi_runner.inputs.problems import first_names, quote, quote_names

log = logging.getLogger(__name__)

_MAX_NAMED = 5


@dataclass(frozen=True)
class FileClaims:
    """What the own files of one sample of the sheet say of whose they are."""

    label: str
    others: Mapping[Path, frozenset[str]]
    """Other samples that they name."""
    nameless: Sequence[Path]
    """Those that do not name it."""
    renamed: Mapping[Path, str]
    """What they call it, where that is another name."""


def report_claims(claims: Sequence[FileClaims], sheet: Sheet) -> None:
    """Say on screen which files name other samples than the line of the sheet that they stand on.

    Args:
        claims: Those of every sample that is sent.
        sheet: All lines.

    """
    _report_renamed(claims)
    _warn_of_unclaimed(claims, sheet)
    _warn_of_several_owners(claims)


def _report_renamed(claims: Sequence[FileClaims]) -> None:
    """Say which samples their files call otherwise: the sheet decides, and a slip in it would be another patient."""
    renamed = [
        f"{quote(own)} in {path.name} as {quote(one.label)}" for one in claims for path, own in one.renamed.items()
    ]
    if renamed:
        log.info("sent under the names of the sheet: %s", first_names(renamed, _MAX_NAMED))


def _warn_of_unclaimed(claims: Sequence[FileClaims], sheet: Sheet) -> None:
    """Say which samples in the files no line of the sheet takes from there: they would be missed late."""
    claimed = {
        (path, sample.label)
        for sample in sheet.samples
        for paths in sample.sources.values()
        for path in list_paths(paths)
    }
    unclaimed: dict[Path, set[str]] = {}
    for one in claims:
        for path, others in one.others.items():
            unclaimed.setdefault(path, set()).update(name for name in others if (path, name) not in claimed)
    for path, names in unclaimed.items():
        if names:
            log.warning(
                "%s: not sent, as no line of the sheet has them with this file: %s",
                path.name,
                quote_names(sorted(names), _MAX_NAMED),
            )


def _warn_of_several_owners(claims: Sequence[FileClaims]) -> None:
    """Say which files are taken for several samples: one patient's under two cancer types, or a slip in the sheet."""
    owners: dict[Path, list[str]] = {}
    for one in claims:
        for path in one.nameless:
            owners.setdefault(path.resolve(), []).append(one.label)
    for path, labels in owners.items():
        if len(labels) > 1:
            log.warning("%s: used for each of %s, but names none of them", path.name, quote_names(labels, _MAX_NAMED))
