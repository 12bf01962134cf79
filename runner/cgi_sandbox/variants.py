"""Changes in the genome: their normal form, their names, and which spellings CGI passes over.

Normal form, as seen in CGI's own results: the common leading bases of an indel are trimmed, `-` stands for an empty
allele, a deletion begins at its first lost base and an insertion stays at the base before it (fact 28).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cgi_sandbox.tables import RefusedError, SkippedError

# Fact 20.
CHROMOSOMES = frozenset([*map(str, range(1, 23)), "X", "Y"])
MITOCHONDRIAL = frozenset(["M", "MT"])
COMPLEMENT = str.maketrans("ACGT", "TGCA")

# Fact 21.
ALLELE = re.compile(r"[ACGTN]+|-")
POSITION = re.compile(r"[1-9][0-9]{0,9}")
GDNA = re.compile(r"(?:chr)?(\w+):g\.([0-9]+)(?:_([0-9]+))?(?:([ACGT])>([ACGT])|(delins|del|ins|dup)([ACGT]*))")


class Change(NamedTuple):
    """One change in normal form."""

    chromosome: str
    position: int
    reference: str
    alternate: str

    @property
    def alt_type(self) -> str:
        """CGI's `ALT_TYPE`."""
        if "-" in (self.reference, self.alternate) or len(self.reference) != len(self.alternate):
            return "indel"
        return "snp" if len(self.reference) == 1 else "mnp"

    @property
    def type(self) -> str:
        """CGI's `CGI-Type`."""
        if self.alt_type != "indel":
            return {"snp": "SNV", "mnp": "MNV"}[self.alt_type]
        grows = self.reference == "-" or (self.alternate != "-" and len(self.alternate) > len(self.reference))
        return "INS" if grows else "DEL"

    def __str__(self) -> str:
        """CGI's `CGI-Mutation`, with its way of giving the end of indels."""
        span = {
            "SNV": "",
            "MNV": f"-{self.position + len(self.reference) - 1}",
            "DEL": f"-{self.position}",
            "INS": f"-{self.position + 1}",
        }
        return f"chr{self.chromosome}:{self.position}{span[self.type]} {self.reference}>{self.alternate}"


def normalise(chromosome: str, position: str, reference: str, alternate: str) -> Change:
    """Bring a row of a table or a VCF into normal form.

    Args:
        chromosome: Its name, with or without `chr`.
        position: Of the first base of `reference`, counted from 1.
        reference: The bases of the genome, or `-` for none.
        alternate: The bases in their place, or `-` for none.

    Raises:
        RefusedError: The row ends the whole job.
        SkippedError: The row cannot be used.

    """
    name = parse_chromosome(chromosome)
    if not POSITION.fullmatch(position):
        raise SkippedError(f'Skipping variant with invalid position: "{position}"')
    shared = _common_prefix_length(reference, alternate) if len(reference) != len(alternate) else 0
    short, long = reference[shared:] or "-", alternate[shared:] or "-"
    if not (reference and alternate and ALLELE.fullmatch(short) and ALLELE.fullmatch(long)) or short == long:
        short, long = _trim(reference, alternate)
        raise SkippedError(f'Skipping variant with invalid ref/alt: "{short}/{long}"')
    stay = 1 if shared and short == "-" else 0
    return Change(name, int(position) + shared - stay, short, long)


def _trim(reference: str, alternate: str) -> tuple[str, str]:
    """Take off what both texts begin and end with, as the log does (fact 23).

    An ALT of several alleles is one text here: of GT > G,GTTT,GTT remains `-` and `,GTTT,GT`.
    """
    start = _common_prefix_length(reference, alternate)
    reference, alternate = reference[start:], alternate[start:]
    end = _common_prefix_length(reference[::-1], alternate[::-1])
    return reference[: len(reference) - end] or "-", alternate[: len(alternate) - end] or "-"


def _common_prefix_length(reference: str, alternate: str) -> int:
    """Count the leading bases that both alleles have."""
    pairs = enumerate(zip(reference, alternate, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(reference), len(alternate)))


def parse_chromosome(text: str) -> str:
    """Take off the `chr`; a mitochondrial name ends the whole job, as it does at CGI.

    Raises:
        RefusedError: The name is mitochondrial (fact 20).
        SkippedError: It is no chromosome's; the job goes on without the row.

    """
    name = text.upper().removeprefix("CHR")
    if name in CHROMOSOMES:
        return name
    if name in MITOCHONDRIAL:
        raise RefusedError(f"Mitochondrial variants cannot be processed: {text}")
    raise SkippedError(f'Skipping variant with invalid chromosome: "{text}"')


def reverse_complement(allele: str) -> str:
    """Read the same allele read on the other strand."""
    return allele.translate(COMPLEMENT)[::-1]


def parse_gdna(text: str) -> Change:
    """Read genomic HGVS; bases that the text does not name are given as N.

    Raises:
        SkippedError: The text is not genomic HGVS, or its span is not positive or exceeds its bases by 10,000.

    """
    match = GDNA.fullmatch(text)
    if not match:
        raise SkippedError(f'Skipping variant with invalid gdna: "{text}"')
    chromosome, first, last, reference, alternate, kind, bases = match.groups()
    if reference:
        return normalise(chromosome, first, reference, alternate)
    length = int(last or first) - int(first) + 1
    if length > len(bases) + 10_000 or length < 1:
        raise SkippedError(f'Skipping variant with invalid gdna: "{text}"')
    if kind == "ins":
        return normalise(chromosome, first, "-", bases)
    if kind == "dup":
        return normalise(chromosome, last or first, "-", bases or "N" * length)
    lost = bases if kind == "del" and bases else "N" * length
    return normalise(chromosome, first, lost, bases if kind == "delins" else "-")
