"""One small variant: checked, and brought to the one spelling that is sent.

CGI's own spelling, seen in its result files: what both alleles share is trimmed, an empty allele is `-`, a deletion
stands at its first deleted base, an insertion at the base before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

from cgi_runner.inputs.dropped import DroppedRows, variant_text
from cgi_runner.inputs.genome import GENOMES, NAMES, REFERENCE_TIP, other_build, strip_chr
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.problems import InputProblems, is_present, quote
from cgi_runner.inputs.rows import Row, VariantKey

Site = tuple[str, str, str]
"""Chromosome, position and reference allele as the file has them."""

LONGEST_POSITION = 10
FITS_TIP = "give --reference {} if the positions are of that build"
CHROMOSOME_TIP = "CGI takes 1 to 22, X and Y, with or without chr; 23 and 24 are X and Y in PLINK: write X and Y"
MITOCHONDRIAL = "CGI takes no mitochondrial variants"
OTHER_CONTIG = "CGI takes only the chromosomes 1-22, X and Y"
SYMBOLIC = "symbolic allele"
BREAKEND = "breakend"
SPANNING = "spanning deletion (*)"
NO_ALTERNATE = "no alternate allele"
AMBIGUOUS = "an allele has letters other than A, C, G, T and N"
SAME = "the alternate allele is the reference allele"
NOT_CARRIED = "no sample carries the allele"
ONLY_NORMAL = "only the normal carries the allele"

_PLAIN = frozenset("ACGT")
_SUBSTITUTIONS = frozenset((old, new) for old in _PLAIN for new in _PLAIN if old != new)
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


class Allele(NamedTuple):
    """An alternate allele as the file has it, and the samples that carry it."""

    bases: str
    samples: Sequence[str]
    absent: str = NOT_CARRIED
    """Why nothing is sent where no sample carries it."""
    in_normal: bool = False
    """Whether the normal carries it, too."""


def normalise(position: int, reference: str, alternate: str) -> tuple[int, str, str]:
    """Trim what both alleles share, first at their ends, then at their starts, as CGI does (facts 23 and 28).

    Args:
        position: Position of the first base, from 1; of an insertion that is written with `-`, the base before it.
        reference: The bases of the genome; `-` for none.
        alternate: The bases of the tumour; `-` for none.

    Returns:
        Position, reference and alternate; an empty allele is `-`.

    """
    if reference[:1] == alternate[:1] and reference[-1:] != alternate[-1:]:
        # The usual indel of a VCF: both alleles share the base before it, and nothing else.
        if len(reference) == 1:
            return position, "-", alternate[1:]
        if len(alternate) == 1:
            return position + 1, reference[1:], "-"
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


def rejection_reason(reference: str, alternate: str) -> str:
    """Return why CGI would not take these alleles (fact 21).

    Args:
        reference: Well formed, in upper case.
        alternate: Well formed, in upper case.

    Returns:
        The reason, or an empty string.

    """
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


class VariantValidator:
    """Decides about every variant of one file: a row to send, a row of `dropped.tsv`, or a problem."""

    def __init__(
        self, options: Options, problems: InputProblems, dropped: DroppedRows, columns: tuple[str, ...]
    ) -> None:
        """Validate for one file; what is not sent goes to `dropped`, what is wrong to `problems`.

        `columns` is what the file calls chromosome, position, reference and alternate allele.
        """
        self.genome = GENOMES[str(options.reference)]
        self._order, self._lengths = self.genome.order, self.genome.lengths
        self._columns = columns
        self._problems = problems
        self._dropped = dropped

    def fast_parse(
        self, chromosome: str, digits: str, reference: str, alternate: str, sample: str
    ) -> VariantKey | None:
        """Return the key of a variant in the plainest spelling, with trimmed alleles; None for any other.

        Nearly all are plain, and there may be millions: two alleles of A, C, G and T, or one of them `-`, at a place
        that exists. `rows` knows all the rest, and says what is wrong.

        Args:
            chromosome: As the file has it.
            digits: The position as the file has it.
            reference: The bases of the genome.
            alternate: The bases of the tumour.
            sample: The name to send.

        Returns:
            The key; None if `rows` has to look.

        """
        if (
            digits.isdecimal()
            and digits.isascii()
            and len(digits) <= LONGEST_POSITION
            and 0 < (position := int(digits)) <= self._lengths[rank := self._order.get(chromosome, 0)]
            and reference != alternate
        ):
            if reference in _PLAIN and alternate in _PLAIN:
                return rank, position, reference, alternate, sample
            # What is left of a word without its bases at both ends is empty if it has no others.
            if reference == "-" or alternate == "-":
                bases = alternate if reference == "-" else reference
                return (rank, position, reference, alternate, sample) if bases and not bases.strip("ACGT") else None
            if reference and alternate and not reference.strip("ACGT") and not alternate.strip("ACGT"):
                return (rank, *normalise(position, reference, alternate), sample)
        return None

    def parse_columns(
        self, chromosomes: list[str], digits: list[str], references: list[str], alternates: list[str]
    ) -> tuple[list[int], list[int], set[int]] | None:
        """Return rank and position of many plain variants, as `fast_parse` does of each, and trim alleles in place.

        Args:
            chromosomes: The column of the chromosome as the file has it.
            digits: The column of the position.
            references: The column of the reference allele; where alleles are trimmed, they are replaced in it.
            alternates: The column of the alternate allele, likewise.

        Returns:
            Ranks, positions, and the places of the rows at which `rows` has to look; None if that is all of them.

        """
        # `rows` looks at what has zeros in front, which may be longer than a position, and at what is empty.
        others = "".join(digits).encode("utf-8", "surrogateescape").translate(None, b"0123456789")
        if others or min(digits) < "1" or not (all(references) and all(alternates)):
            return None
        positions, ranks = list(map(int, digits)), self._find_ranks(chromosomes)
        odd = self._places_outside(ranks, positions)
        alleles = zip(references, alternates, strict=True)
        for row in [row for row, pair in enumerate(alleles) if pair not in _SUBSTITUTIONS]:
            reference, alternate = references[row], alternates[row]
            if reference != alternate and not (reference + alternate).strip("ACGT"):
                positions[row], references[row], alternates[row] = normalise(positions[row], reference, alternate)
            elif not (
                (reference == "-" and not alternate.strip("ACGT")) or (alternate == "-" and not reference.strip("ACGT"))
            ):
                odd.add(row)
        return ranks, positions, odd

    def _find_ranks(self, chromosomes: list[str]) -> list[int]:
        """Return the rank of each chromosome, 0 for those that are not plain; most blocks are of one."""
        first = chromosomes[0]
        if chromosomes.count(first) == len(chromosomes):
            return [self._order.get(first, 0)] * len(chromosomes)
        return list(map(self._order.get, chromosomes, repeat(0)))

    def _places_outside(self, ranks: list[int], positions: list[int]) -> set[int]:
        """Return the rows whose position is not on their chromosome."""
        if min(positions) > 0 and max(positions) <= min(map(self._lengths.__getitem__, set(ranks))):
            return set()
        ends = map(self._lengths.__getitem__, ranks)
        return {row for row, (at, end) in enumerate(zip(positions, ends, strict=True)) if not 0 < at <= end}

    def rows(self, line: int, site: Site, alleles: Iterable[Allele], *, against: str = "") -> list[Row]:
        """Return the rows to send for the alternate alleles of a site.

        Args:
            line: Number of the line in the user's file, from 1.
            site: Chromosome, position and reference as the file has them.
            alleles: The alternate alleles, each with the samples that carry it.
            against: A reason to send none of them; empty if there is none.

        Returns:
            One row for each allele of each sample; the others are listed as not sent, or are problems.

        """
        chromosome, text, reference = site
        rank = self._rank(line, chromosome)
        position = self._position(line, text, rank)
        if not position or not self._is(_REFERENCE, line, 2, reference, "bases"):
            return []
        if not rank:
            against = MITOCHONDRIAL if strip_chr(chromosome) in _MITOCHONDRIA else OTHER_CONTIG
        rows: list[Row] = []
        for alternate, samples, absent, _ in alleles:
            if not self._is(_ALTERNATE, line, 3, alternate, "bases"):
                continue
            ref, alt = reference.upper(), alternate.upper()
            reason = against or rejection_reason(ref, alt) or ("" if samples else absent)
            if reason:
                self.drop(line, samples, variant_text(chromosome, text, reference, alternate), reason)
            else:
                variant = (rank, *normalise(position, ref, alt))
                rows += [((*variant, sample), line) for sample in samples]
        return rows

    def drop(self, line: int, samples: Sequence[str], alteration: str, reason: str) -> None:
        """List an alteration that is not sent, once for each sample that has it.

        Args:
            line: Number of the line in the user's file, from 1.
            samples: Samples that have it; if there are none, it is listed once without a name.
            alteration: How people write it.
            reason: Why it is not sent.

        """
        for sample in samples or ("",):
            self._dropped.add("mutations", line, sample, alteration, reason)

    def _rank(self, line: int, chromosome: str) -> int:
        """Return the rank of the chromosome, or 0 when it is not one that CGI takes."""
        if chromosome in self.genome.other_build_accessions:
            self._problems.abort(
                f"line {line}, column {self._columns[0]}: found {quote(chromosome)}, not of {self.genome.name}",
                tip=REFERENCE_TIP,
            )
        rank = self.genome.rank(chromosome)
        if not rank and (not is_present(chromosome) or _MEANT.fullmatch(chromosome)):
            add = self._problems.add if is_present(chromosome) else self._problems.add_odd
            add(line, self._columns[0], chromosome, "a chromosome, such as 7 or chr7", tip=CHROMOSOME_TIP)
        return rank

    def _position(self, line: int, text: str, rank: int) -> int:
        """Return the position, or 0 when it is none."""
        position = int(text) if _POSITION.fullmatch(text) else 0
        end = self.genome.lengths[rank]
        if 0 < position <= (end or position):
            return position
        limits = f"1 to {end}, the end of chromosome {NAMES[rank]} in {self.genome.name}" if rank else "1 or more"
        other = other_build(self.genome.name)
        if end < position <= GENOMES[other].lengths[rank]:
            self._problems.add(
                line, self._columns[1], text, f"a position from {limits}; it fits {other}", tip=FITS_TIP.format(other)
            )
        else:
            add = self._problems.add if _POSITION.fullmatch(text) else self._problems.add_odd
            add(line, self._columns[1], text, f"a position from {limits}")
        return 0

    def _is(self, pattern: re.Pattern[str], line: int, column: int, text: str, expected: str) -> bool:
        # In a VCF NA are two bases, in a table a missing value of R.
        if pattern.fullmatch(text.upper()) and (self._columns[0] == "CHROM" or is_present(text)):
            return True
        self._problems.add_odd(line, self._columns[column], text, expected)
        return False
