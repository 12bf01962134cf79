"""Substitutions of one sample that may share a codon: CGI interprets each alone, which gives a wrong protein.

Callers such as Strelka2 and DRAGEN write BRAF V600K as two substitutions of one base. Whether two of them lie on one
chromosome copy is their phase, which some files tell: by a phase set (PS, or PID of GATK) that both share, and the same
phased genotype (GT, or PGT of GATK) in both. Nothing is joined unless that is asked for and the file says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import sub

from cgi_runner.inputs.dropped import variant_text
from cgi_runner.inputs.genome import NAMES
from cgi_runner.inputs.genotypes import field_of
from cgi_runner.inputs.rows import Batch, Key, Row, part_of, positions_of
from cgi_runner.inputs.schema import OutputSchema

REACH = 2
"""Bases between the first and the last of three, a codon."""
_NEAR = frozenset(range(1, REACH + 1))
#: A few rows of the last place are enough: three samples with two alleles each, and then some.
_TAIL = 16
MAX_REPORTED = 20
UNKNOWN_PHASE = "phase not known"


@dataclass(frozen=True)
class Neighbours:
    """Two substitutions of one sample, the first before the second, and their lines."""

    first: Key
    second: Key
    lines: tuple[int, int]

    @property
    def are_adjacent(self) -> bool:
        """Whether no base lies between them."""
        return int(self.second[1]) - int(self.first[1]) == 1

    def __str__(self) -> str:
        """Write both for people."""
        one, two = (variant_text(NAMES[int(key[0])], *map(str, key[1:4])) for key in (self.first, self.second))
        return f"{self.first[-1]} {one} and {two}"


class NeighbourFinder:
    """Finds neighbours in sorted rows that come in batches."""

    def __init__(self) -> None:
        """Start without any."""
        self.found: dict[tuple[Key, Key], Neighbours] = {}
        self._tail: list[Row] = []
        self._last_texts: list[str] = []

    def scan(self, batch: Batch) -> None:
        """Look through rows that are sorted and not before those of the last batch."""
        if not batch:
            return
        tail = self._tail
        places = positions_of(tail) + positions_of(batch)
        for window in _near(places):
            start, end = max(0, window.start - len(tail)), max(0, window.stop - len(tail))
            self._compare(tail[window] + part_of(batch, start, end))
        self._tail = (tail + part_of(batch, max(0, len(batch) - _TAIL), len(batch)))[-_TAIL:]

    def scan_texts(self, texts: list[str], schema: OutputSchema) -> None:
        """Look through rows of a prepared file as `scan` does; only those close to another are taken apart.

        Args:
            texts: The rows as they are written, without line ends; the second cell is the position.
            schema: Reads them.

        """
        texts = self._last_texts + texts
        places = [int(text.split("\t", 2)[1]) for text in texts]
        for window in _near(places):
            self._compare([(key, lines[0]) for key, lines, _ in map(schema.parse, texts[window])])
        self._last_texts = texts[-_TAIL:]

    def _compare(self, rows: Sequence[Row]) -> None:
        """Compare rows that lie close to each other."""
        window = [row for row in rows if _is_substitution(row[0])]
        for place, (first, line) in enumerate(window):
            for second, other in window[place + 1 :]:
                is_near = 0 < int(second[1]) - int(first[1]) <= REACH
                if is_near and first[0] == second[0] and first[-1] == second[-1]:
                    self.found.setdefault((first, second), Neighbours(first, second, (line, other)))


def _near(places: Sequence[int]) -> Iterator[slice]:
    """Give, for each small gap between two places that follow each other, all places around it."""
    gaps = list(map(sub, places[1:], places))
    if _NEAR.isdisjoint(gaps):
        return
    for index in [index for index, gap in enumerate(gaps) if gap in _NEAR]:
        low, high = index, index + 1
        while low and 0 <= places[index + 1] - places[low - 1] <= REACH:
            low -= 1
        while high + 1 < len(places) and 0 <= places[high + 1] - places[index] <= REACH:
            high += 1
        yield slice(low, high + 1)


def _is_substitution(key: Key) -> bool:
    return all(len(str(allele)) == 1 and allele != "-" for allele in key[2:4])


@dataclass(frozen=True)
class PhasedCall:
    """What a line of a VCF says of one alternate allele of one sample."""

    names: str
    """FORMAT."""
    cell: str
    """The sample's column."""
    allele: int = 1
    """The number of the allele in ALT, from 1."""
    has_others: bool = False
    """Whether ALT has other alleles, which PGT does not distinguish."""

    def copies(self, genotype: str, phase_set: str) -> tuple[str, frozenset[int]]:
        """Return the phase set, and which of the chromosome's copies carry the allele; none where it is not phased.

        Args:
            genotype: Key of the phased genotype, GT or PGT.
            phase_set: Key of its set, PS or PID.

        """
        keys = self.names.split(":")
        call, name = field_of(keys, self.cell, genotype), field_of(keys, self.cell, phase_set)
        if "|" not in call or "/" in call or (genotype == "PGT" and self.has_others):
            return "", frozenset()
        return name, frozenset(place for place, one in enumerate(call.split("|")) if one == str(self.allele))

    @property
    def has_sets(self) -> bool:
        """Whether the line has room for the name of a phase set."""
        return not {"PS", "PID"}.isdisjoint(self.names.split(":"))


def phase_of(first: PhasedCall, second: PhasedCall) -> str:
    """Return what a file says of the phase of two substitutions.

    CaVEMan writes 0|1 for every call: without a phase set that is told and nothing more.

    Args:
        first: The one.
        second: The other.

    Returns:
        `in phase (PS)`, `not in phase (PS)`, `partly in phase (PS)` where only some of the copies have both,
        `GT alone says in phase`, or `phase not known`.

    """
    for genotype, phase_set in (("PGT", "PID"), ("GT", "PS")):
        (one, copies), (other, more) = (call.copies(genotype, phase_set) for call in (first, second))
        if copies and more and one == other and one not in ("", "."):
            return f"{_compare_copies(copies, more)} ({phase_set})"
    if copies and more and not (first.has_sets or second.has_sets):
        return f"GT alone says {_compare_copies(copies, more)}"
    return UNKNOWN_PHASE


def _compare_copies(one: frozenset[int], other: frozenset[int]) -> str:
    return "in phase" if one == other else "partly in phase" if one & other else "not in phase"


def join_chains(pairs: Iterable[Neighbours]) -> dict[Key, Key]:
    """Return, for each substitution that is joined with others, the variant that it becomes a part of."""
    chains: dict[Key, list[Key]] = {}
    for one in sorted(pairs, key=lambda pair: (pair.first, pair.second)):
        chain = chains.get(one.first, [one.first])
        if chain[-1] == one.first and one.second not in chains:
            chain.append(one.second)
            chains[one.first] = chains[one.second] = chain
    joined: dict[Key, Key] = {}
    for key, chain in chains.items():
        first = chain[0]
        reference, alternate = ("".join(str(part[place]) for part in chain) for place in (2, 3))
        joined[key] = (first[0], first[1], reference, alternate, first[-1])
    return joined
