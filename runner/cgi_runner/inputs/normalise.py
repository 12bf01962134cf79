"""One small variant: judged, and brought to the one spelling that is sent.

CGI's own spelling, seen in its result files: what both alleles share is trimmed, an empty allele is `-`, a deletion
stands at its first deleted base, an insertion at the base before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cgi_runner.inputs.dropped import DroppedFile, variant_text
from cgi_runner.inputs.faults import Faults, shown
from cgi_runner.inputs.genome import GENOMES, NAMES, REFERENCE_TIP, bare
from cgi_runner.inputs.model import Options, Row
from cgi_runner.inputs.samples import is_there

Site = tuple[str, str, str]
"""Chromosome, position and reference allele as the file has them."""

Allele = tuple[str, Sequence[str]]
"""An alternate allele as the file has it, and the samples that carry it."""

LONGEST_POSITION = 10
CHROMOSOME_TIP = "CGI takes 1 to 22, X and Y, with or without chr"
MITOCHONDRIAL = "CGI takes no mitochondrial variants"
OTHER_CONTIG = "CGI takes only the chromosomes 1-22, X and Y"
FILTERED = "FILTER is not PASS"
SYMBOLIC = "symbolic allele"
BREAKEND = "breakend"
SPANNING = "spanning deletion (*)"
NO_ALTERNATE = "no alternate allele"
AMBIGUOUS = "an allele has letters other than A, C, G, T and N"
SAME = "the alternate allele is the reference allele"
NOT_CARRIED = "no sample carries the allele"

_PLAIN = frozenset("ACGT")
_MITOCHONDRIA = frozenset(("M", "MT", "NC_012920.1", "NC_001807.4"))
_BASES = frozenset("ACGTN-")
#: Spellings of a chromosome that nobody should guess at, nor take for a contig: 07, 7.0, 23, NC_000007 and the like.
_MEANT = re.compile(
    r"\W*(chr(om(osome)?)?)?[\s_]*0*([1-9]|1\d|2[0-4]|X|Y)(\.0)?\W*|(NC_0000|CM0006)\d\d(\.\d+)?",
    re.IGNORECASE | re.ASCII,
)
_POSITION = re.compile(rf"[0-9]{{1,{LONGEST_POSITION}}}")
_REFERENCE = re.compile(r"[ACGTNRYSWKMBDHV]+|-")
_BREAKEND = r"[ACGTN.]*([][])[^][<>]+[][][ACGTN.]*|\.[ACGTN]+|[ACGTN]+\."
_ALTERNATE = re.compile(rf"[ACGTNRYSWKMBDHV]+|[-.*]|<[^<>]+>|{_BREAKEND}")


def normalised(position: int, reference: str, alternate: str) -> tuple[int, str, str]:
    """Trim what both alleles share, first at their ends, then at their starts; `-` is an empty allele."""
    ref, alt = reference.replace("-", ""), alternate.replace("-", "")
    # An insertion that is written with `-` already names the base before it.
    first = position if ref else position + 1
    shared, end, start = min(len(ref), len(alt)), 0, 0
    while end < shared and ref[-1 - end] == alt[-1 - end]:
        end += 1
    while start < shared - end and ref[start] == alt[start]:
        start += 1
    ref, alt, first = ref[start : len(ref) - end], alt[start : len(alt) - end], first + start
    if ref:
        return first, ref, alt or "-"
    # Nothing lies before the first base of a chromosome: an insertion there keeps the base that follows it.
    return (first - 1, "-", alt) if first > 1 else (position, reference, alternate)


def reason_against(reference: str, alternate: str) -> str:
    """Say why CGI would not take these well-formed upper-case alleles, or give an empty string."""
    if alternate in ("-", reference) and reference in ("-", alternate):
        return SAME
    if alternate == ".":
        return NO_ALTERNATE
    if alternate == "*":
        return SPANNING
    if alternate.startswith("<"):
        return SYMBOLIC
    if not alternate.isalpha() and alternate != "-":
        return BREAKEND
    return "" if _BASES.issuperset(reference + alternate) else AMBIGUOUS


class Judge:
    """Decides about every variant of one file: a row to send, a row of `dropped.tsv`, or a fault."""

    def __init__(self, options: Options, faults: Faults, dropped: DroppedFile, columns: tuple[str, ...]) -> None:
        """Judge for one file; what is not sent goes to `dropped`, what is wrong to `faults`.

        `columns` is what the file calls chromosome, position, reference and alternate allele.
        """
        self.genome = GENOMES[options.reference]
        self._ranks, self._ends = self.genome.ranks, self.genome.ends
        self._columns = columns
        self._faults = faults
        self._dropped = dropped

    def plain(self, chromosome: str, digits: str, reference: str, alternate: str) -> tuple[int, int, str, str] | None:
        """Give rank, position and trimmed alleles of a variant in the plainest spelling; None for any other.

        Nearly all are plain, and there may be millions: two alleles of A, C, G and T, or one of them `-`, at a place
        that exists. `rows` knows all the rest, and says what is wrong.
        """
        if (
            digits.isdecimal()
            and digits.isascii()
            and len(digits) <= LONGEST_POSITION
            and 0 < (position := int(digits)) <= self._ends[rank := self._ranks.get(chromosome, 0)]
            and reference != alternate
        ):
            if reference in _PLAIN and alternate in _PLAIN:
                return rank, position, reference, alternate
            if all(allele == "-" or (allele and _PLAIN.issuperset(allele)) for allele in (reference, alternate)):
                return (rank, *normalised(position, reference, alternate))
        return None

    def rows(self, line: int, site: Site, alleles: Iterable[Allele], *, passed: bool = True) -> list[Row]:
        """Give the rows to send for the alternate alleles of a site; `passed` is what the filter says about it."""
        chromosome, text, reference = site
        rank = self._rank(line, chromosome)
        position = self._position(line, text, rank)
        if not position or not self._is(_REFERENCE, line, 2, reference, "bases"):
            return []
        against = "" if passed else FILTERED
        if not rank:
            against = MITOCHONDRIAL if bare(chromosome) in _MITOCHONDRIA else OTHER_CONTIG
        rows: list[Row] = []
        for alternate, samples in alleles:
            if not self._is(_ALTERNATE, line, 3, alternate, "bases"):
                continue
            ref, alt = reference.upper(), alternate.upper()
            reason = against or reason_against(ref, alt) or ("" if samples else NOT_CARRIED)
            if reason:
                self.drop(line, samples, variant_text(chromosome, text, reference, alternate), reason)
            else:
                variant = (rank, *normalised(position, ref, alt))
                rows += [((*variant, sample), line) for sample in samples]
        return rows

    def drop(self, line: int, samples: Sequence[str], alteration: str, reason: str) -> None:
        """List an alteration that is not sent, once for each sample that has it."""
        for sample in samples or ("",):
            self._dropped.add("mutations", line, sample, alteration, reason)

    def _rank(self, line: int, chromosome: str) -> int:
        """Give the rank of the chromosome, or 0 when it is not one that CGI takes."""
        if chromosome in self.genome.foreign:
            self._faults.stop(
                f"line {line}, column {self._columns[0]}: found {shown(chromosome)}, not of {self.genome.name}",
                tip=REFERENCE_TIP,
            )
        rank = self.genome.rank(chromosome)
        if not rank and (not is_there(chromosome) or _MEANT.fullmatch(chromosome)):
            self._faults.add(line, self._columns[0], chromosome, "a chromosome, such as 7 or chr7", tip=CHROMOSOME_TIP)
        return rank

    def _position(self, line: int, text: str, rank: int) -> int:
        """Give the position, or 0 when it is none."""
        position = int(text) if _POSITION.fullmatch(text) else 0
        end = self.genome.ends[rank]
        if 0 < position <= (end or position):
            return position
        limits = f"1 to {end}, the end of chromosome {NAMES[rank]} in {self.genome.name}" if rank else "1 or more"
        self._faults.add(line, self._columns[1], text, f"a position from {limits}")
        return 0

    def _is(self, pattern: re.Pattern[str], line: int, column: int, text: str, expected: str) -> bool:
        if pattern.fullmatch(text.upper()) and is_there(text):
            return True
        self._faults.add(line, self._columns[column], text, expected)
        return False
