"""In which build a job is sent, and why.

There is no default: for genomic positions it is `--reference`, or else what the files themselves say. Both must agree,
unless `--ignore-build-hints` is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cgi_runner.errors import InputError
from cgi_runner.inputs.build_evidence import BuildEvidence, named_builds
from cgi_runner.inputs.genome import GENOMES, other_build
from cgi_runner.inputs.hotspots import HotspotVotes

ASKED = "--reference"
NO_POSITIONS = "no input has positions, so the build does not matter"
SENT_WITHOUT_POSITIONS = "hg38"
"""What is sent where the build does not matter: CGI's own default is not known, and recent jobs are of hg38."""
NAME_IT = "name the build that the positions are in: --reference hg19 or --reference hg38"
OVERRIDE = "--ignore-build-hints if the hints are wrong"


@dataclass(frozen=True)
class Reference:
    """The build that is sent, and what decided it."""

    build: str
    """hg19 or hg38."""
    reason: str
    """`--reference`, or where in a file it is named."""
    warnings: tuple[str, ...] = ()
    """What speaks against it."""
    is_needed: bool = True
    """Whether any input has positions, so that the build matters."""


def choose_reference(
    told: Mapping[str, Sequence[BuildEvidence]], asked: str | None, *, ignore_hints: bool = False
) -> Reference | None:
    """Choose the build by what the user and the files say.

    Args:
        told: The evidence of each file, by its name.
        asked: The value of `--reference`: hg19, hg38 or None.
        ignore_hints: Whether the user's word counts against that of the files.

    Returns:
        The choice, or None if nothing tells the build.

    Raises:
        InputError: User and files disagree, or the files do, or they are of another genome.

    """
    if ignore_hints and asked is None:
        raise InputError("--ignore-build-hints was given without --reference", tip=NAME_IT)
    builds = {build for found in told.values() for build in named_builds(found)}
    named = {build: _first(told, build) for build in sorted(builds)}
    against = [said for build, said in named.items() if build != asked]
    if asked is not None:
        if against and not ignore_hints:
            raise InputError(f"{against[0]}, expected {asked} as --reference says", tip=_either(list(named), asked))
        warnings = tuple(f"{said}; sent as {asked} anyway (--ignore-build-hints)" for said in against)
        return Reference(asked, ASKED, warnings or _beside(told, asked))
    if not named:
        return None
    if len(named) > 1:
        raise InputError(f"found two genome builds: {'; '.join(named.values())}", tip=f"{NAME_IT}; and {OVERRIDE}")
    ((build, said),) = named.items()
    if build not in GENOMES:
        raise InputError(
            f"{said}, expected hg19 or hg38", tip="convert the positions to hg38 first, for example with CrossMap"
        )
    silent = ", ".join(source for source, found in told.items() if not found)
    warnings = (f"{silent} does not name the genome build: its positions are sent as {build}",) if silent else ()
    return Reference(build, said, (*warnings, *_beside(told, build)))


def unknown_build(sources: Sequence[str], votes: HotspotVotes) -> InputError:
    """Return the error for positions of which nothing tells the build.

    Args:
        sources: Names of the files.
        votes: Those of their rows, which are told but never decide.

    """
    fits = [build for build in GENOMES if votes.rows[build] > votes.rows[other_build(build)]]
    hint = f"; {votes.describe(fits[0])} at hotspots of {fits[0]} suggest --reference {fits[0]}" if fits else ""
    return InputError(
        f"{', '.join(sources)}: found no genome build, expected it in the file or as --reference",
        tip=NAME_IT + hint,
    )


def check_votes(source: str, votes: HotspotVotes, build: str, *, ignore_hints: bool = False) -> str:
    """Compare the votes of the rows with the build that they would be sent in.

    Args:
        source: Name of the files for the message.
        votes: The votes of all rows that would be sent.
        build: hg19 or hg38.
        ignore_hints: Whether to warn where it is an error otherwise.

    Returns:
        A warning, or an empty string.

    Raises:
        InputError: Hotspots of the other build are hit as often as those of this one, or more often.

    """
    other = other_build(build)
    if not votes.rows[other]:
        return ""
    found = (
        f"{source}: found {votes.describe(other)} at hotspots of {other} and {votes.rows[build]} at those of {build}"
    )
    if votes.contradicts(build) and not ignore_hints:
        raise InputError(f"{found}, expected {build}", tip=_either([other], build))
    return found + ("; sent anyway (--ignore-build-hints)" if votes.contradicts(build) else "")


def warn_misfits(source: str, votes: HotspotVotes, build: str) -> str:
    """Return a warning of reference alleles that are not those of the genome, or an empty string.

    Args:
        source: Name of the files for the message.
        votes: Those of all rows that would be sent.
        build: hg19 or hg38.

    """
    found = votes.describe_misfits(build)
    return (
        f"{source}: reference alleles at hotspots that are not those of {build}: {found}; are these alleles of "
        "the gene's strand, or are reference and alternate swapped?"
        if found
        else ""
    )


def _first(told: Mapping[str, Sequence[BuildEvidence]], build: str) -> str:
    """Return the first evidence for a build, the strongest of its file first."""
    for source, found in told.items():
        if build in named_builds(found):
            one = max((one for one in found if one.build == build), key=lambda one: one.is_strong)
            return f"{source}, {one}, is {build}"
    return ""


def _beside(told: Mapping[str, Sequence[BuildEvidence]], build: str) -> tuple[str, ...]:
    """Return weak evidence for another build, which strong evidence outweighs: it is reported, once for each file."""
    weak = (
        next((f"{source}, {one}, names {one.build}" for one in found if one.build != build), "")
        for source, found in told.items()
    )
    return tuple(f"{one}: read as the build of a resource, not of the positions" for one in weak if one)


def _either(named: list[str], asked: str) -> str:
    known = [build for build in named if build in GENOMES and build != asked]
    return (
        f"--reference {known[0]} if the file is right, {OVERRIDE}"
        if known
        else f"convert the positions first; {OVERRIDE}"
    )
