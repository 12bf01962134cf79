"""Places of frequent cancer mutations in both builds: a check of the build that the positions are in.

A row that has the reference base of a hotspot at its place in one build, and not in the other, is a vote for that
build. Among the many rows of a whole genome some hit one by chance, so that votes count only if they are more than
chance explains.

`data/hotspots.tsv` names the sources of every place. A place of hg19 stands in two of cancerhotspots.org v2 (with the
annotation of VEP on GRCh37), the Molecular Oncology Almanac and result rows of CGI; the place in hg38 is that of two
copies of UCSC's chain hg19ToHg38, whose distance is the same for all places of a gene and was confirmed for each gene
by a record of GRCh38. Left out are genes that lie at the same place in both builds or a few bases apart, which can
tell nothing (HRAS, JAK2, CDKN2A, GNA11, STK11, MAP2K2), and genes without such a record.
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pkgutil import get_data
from typing import cast

from cgi_runner.inputs.genome import NAMES, other_build
from cgi_runner.inputs.rows import Batch, VariantKey, positions_of, row_of

BUILDS = ("hg19", "hg38")
LONGEST_REFERENCE = 50
"""Longest reference allele, in bases, that is searched for hotspots."""
#: Stretches of 64 bases, which are longer than the longest reference: it lies in two at most.
_BIN_BITS = 6
MAX_NAMED = 3
BASES_OF_GENOME = 3.1e9
MAX_CHANCE = 1e-4
"""How rarely a file of the right build may be refused because its rows hit hotspots of the other one by chance."""
#: A row that lies at a hotspot by chance has its base in one of three cases, and then its usual change in one of three.
_SAME_BASE, _USUAL_CHANGE = 1 / 3, 1 / 9
_BASES = "TCAG"
_COMPLEMENT = str.maketrans("ACGT", "TGCA")
_CODE = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
"""The amino acids of all codons, in the order of `_BASES`."""

_RANKS = {name: rank for rank, name in enumerate(NAMES) if rank}


@dataclass(frozen=True)
class Hotspot:
    """One base that is often mutated in cancer."""

    gene: str
    change: str
    """The usual change of the protein there, such as V600E."""
    chromosome: str
    reference: str
    """The base of the forward strand, the same in both builds."""
    hg19: int
    hg38: int
    hg19_source: str
    hg38_source: str

    def position(self, build: str) -> int:
        """Return its position in hg19 or hg38, counted from 1."""
        return self.hg19 if build == "hg19" else self.hg38

    def __str__(self) -> str:
        """Write gene and change."""
        return f"{self.gene} {self.change}"


@cache
def hotspots() -> tuple[Hotspot, ...]:
    """Return all hotspots of the table."""
    # `importlib.resources` would take more time to import than the table to read.
    text = cast("bytes", get_data("cgi_runner", "data/hotspots.tsv")).decode()
    return tuple(
        Hotspot(
            row["gene"], row["change"], row["chromosome"], row["reference"],
            int(row["hg19"]), int(row["hg38"]), row["hg19_source"], row["hg38_source"],
        )
        for row in csv.DictReader(text.splitlines(), delimiter="\t")
    )  # fmt: skip


@cache
def usual_alternates(spot: Hotspot) -> frozenset[str]:
    """Return the bases that make the usual change of a hotspot, by the genetic code on either strand.

    All are returned for what is no exchange of one amino acid by one base, such as TERT C228T in the promoter.
    """
    whole = re.fullmatch(r"([A-Z*])\d+([A-Z*])", spot.change)
    exchanges = _exchanges()[whole[1], whole[2]] if whole else set()
    return frozenset(new for old, new in exchanges if old == spot.reference) or frozenset(_BASES) - {spot.reference}


@cache
def _exchanges() -> Mapping[tuple[str, str], set[tuple[str, str]]]:
    """Return the exchanges of one base, on the forward strand, that make one amino acid another."""
    acids = {"".join(bases): acid for bases, acid in zip(product(_BASES, repeat=3), _CODE, strict=True)}
    found: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for (codon, acid), place, new in product(acids.items(), range(3), _BASES):
        old = codon[place]
        known = found[acid, acids[codon[:place] + new + codon[place + 1 :]]]
        known |= {(old, new), (old.translate(_COMPLEMENT), new.translate(_COMPLEMENT))} if old != new else set()
    return found


@cache
def _bases() -> dict[tuple[int, int, str], tuple[str, Hotspot]]:
    """Return build and hotspot for each rank of a chromosome, position and base."""
    return {
        (_RANKS[spot.chromosome], spot.position(build), spot.reference): (build, spot)
        for build in BUILDS
        for spot in hotspots()
    }


@cache
def _places() -> dict[tuple[int, int], list[tuple[str, Hotspot]]]:
    """Return build and hotspot for each rank of a chromosome and position, whatever base a row has there."""
    found = defaultdict[tuple[int, int], list[tuple[str, Hotspot]]](list)
    for (rank, position, _), one in _bases().items():
        found[rank, position].append(one)
    return dict(found)


@cache
def _bins() -> frozenset[int]:
    """Return the stretches of any chromosome in which a reference allele may begin that covers a hotspot.

    There are 400 of them, in place of 14,000 positions: so small a set stays in the fastest memory.
    """
    places = {position for _, position, _ in _bases()}
    return frozenset(start >> _BIN_BITS for place in places for start in (place - LONGEST_REFERENCE + 1, place))


@dataclass
class HotspotVotes:
    """Counts the rows of one file that fit a hotspot in one build only."""

    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUILDS, 0))
    """Rows that vote for each build."""
    usual: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUILDS, 0))
    """Those of them that have the usual change of the hotspot."""
    total: int = 0
    """All rows that were counted."""
    misfits: dict[str, list[str]] = field(default_factory=lambda: {build: [] for build in BUILDS})
    """Hotspots of each build at which a row has another base than the genome, and that base."""
    _named: dict[str, dict[str, None]] = field(default_factory=lambda: {build: {} for build in BUILDS})

    def count(self, batch: Batch) -> None:
        """Count rows of variants, whose keys are rank, position, reference, alternate and sample."""
        # There may be millions of rows and hardly ever a hotspot: most blocks are done with after this line.
        self.total += len(batch)
        bins, found = _bins(), [position >> _BIN_BITS for position in positions_of(batch)]
        if bins.isdisjoint(found):
            return
        for index, place in enumerate(found):
            if place in bins:
                key, _ = row_of(batch, index)
                rank, position, reference, alternate, _ = cast("VariantKey", key)
                self._vote(rank, position, reference, alternate)
                self._compare(rank, position, reference)

    def _vote(self, rank: int, position: int, reference: str, alternate: str) -> None:
        bases = _bases()
        found = {
            offset: bases[place]
            for offset, base in enumerate(reference[:LONGEST_REFERENCE])
            if (place := (rank, position + offset, base)) in bases
        }
        if len({build for build, _ in found.values()}) == 1:
            build, spot = next(iter(found.values()))
            self.rows[build] += 1
            self.usual[build] += len(reference) == len(alternate) and any(
                alternate[offset] in usual_alternates(one) for offset, (_, one) in found.items()
            )
            self._named[build].setdefault(str(spot))

    def _compare(self, rank: int, position: int, reference: str) -> None:
        """Note a reference allele that is not the genome's: it was turned round, or is meant for another place."""
        for offset, base in enumerate(reference[:LONGEST_REFERENCE]):
            for build, spot in _places().get((rank, position + offset), ()):
                if base in _BASES and base != spot.reference:
                    self.misfits[build].append(f"{spot}: {base}, not {spot.reference}")

    def add(self, other: HotspotVotes) -> None:
        """Add the votes of another file of the same samples."""
        self.total += other.total
        for build in BUILDS:
            self.rows[build] += other.rows[build]
            self.usual[build] += other.usual[build]
            self.misfits[build] += other.misfits[build]
            self._named[build].update(other._named[build])

    def contradicts(self, build: str) -> bool:
        """Whether the rows fit the other build's hotspots at least as often as those of this one, and not by chance."""
        other = other_build(build)
        if not self.rows[other] or self.rows[other] < self.rows[build]:
            return False
        expected = self.total * len(hotspots()) / BASES_OF_GENOME
        chances = (
            _chance_of(self.rows[other], expected * _SAME_BASE),
            _chance_of(self.usual[other], expected * _USUAL_CHANGE),
        )
        return min(chances) < MAX_CHANCE

    def describe_misfits(self, build: str) -> str:
        """Return how many bases of rows at the hotspots of a build are not the genome's, with some; empty for none."""
        found = self.misfits[build]
        more = ["…"] if len(found) > MAX_NAMED else []
        return f"{len(found)} ({', '.join([*found[:MAX_NAMED], *more])})" if found else ""

    def describe(self, build: str) -> str:
        """Return how many rows vote for a build, with some of the hotspots: `2 rows (BRAF V600E, KRAS G12D)`."""
        rows, names = self.rows[build], list(self._named[build])
        more = ["…"] if len(names) > MAX_NAMED else []
        return f"{rows} {'row' if rows == 1 else 'rows'} ({', '.join([*names[:MAX_NAMED], *more])})"


def _chance_of(number: int, expected: float) -> float:
    """Return how likely at least so many hits are where so many are expected (Poisson)."""
    return 1 - sum(math.exp(-expected) * expected**hits / math.factorial(hits) for hits in range(number))
