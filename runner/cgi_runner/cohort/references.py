"""Of which genome build each sample of a cohort is: it is decided for each of them, and said for all at once."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable

from cgi_runner.cohort.names import plural
from cgi_runner.errors import InputError
from cgi_runner.inputs.reference import ASKED, Reference

log = logging.getLogger(__name__)


def same_reference(found: list[Reference]) -> Reference:
    """Return the build of a sample's own rows and of those in shared files.

    Raises:
        InputError: They are two.

    """
    needed = [one for one in found if one.is_needed] or found
    other = next((one for one in needed if one.build != needed[0].build), None)
    if other:
        raise InputError(
            f"found {needed[0].build} in the shared files ({needed[0].reason}) and {other.build} in its own "
            f"({other.reason}), expected one genome build"
        )
    return needed[0]


def report_references(references: Iterable[Reference]) -> None:
    """Say how many samples are of which build, and whose word that is."""
    counts = Counter((one.build, _whose_word(one)) for one in references)
    if counts:
        parts = [f"{plural(number, 'sample')} {build} {whose}" for (build, whose), number in sorted(counts.items())]
        log.info("references: %s", ", ".join(parts))


def mixed_builds_warning(references: Iterable[Reference]) -> list[str]:
    """Return a warning if samples with positions are of two genome builds, since one table has the rows of all."""
    counts = Counter(one.build for one in references if one.is_needed)
    if len(counts) < 2:  # noqa: PLR2004 - two builds
        return []
    parts = [f"{build} ({plural(number, 'sample')})" for build, number in sorted(counts.items())]
    said = f"the tables of the cohort have samples of two genome builds, {' and '.join(parts)}"
    return [f"{said}: their positions are not comparable; samples.tsv says which sample is of which"]


def _whose_word(reference: Reference) -> str:
    if not reference.is_needed:
        return "without positions"
    return "as asked for" if reference.reason == ASKED else "as the files say"
