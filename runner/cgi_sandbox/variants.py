"""Changes in the genome: their normal form, their names, and which spellings CGI passes over.

Normal form, as seen in CGI's own results: the common leading bases of an indel are trimmed, `-` stands for an empty
allele, a deletion begins at its first lost base and an insertion stays at the base before it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cgi_runner.sandbox.tables import RefusedError, SkippedError

CHROMOSOMES = frozenset([*map(str, range(1, 23)), "X", "Y"])
MITOCHONDRIAL = frozenset(["M", "MT"])
COMPLEMENT = str.maketrans("ACGT", "TGCA")

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


def normal(chromosome: str, position: str, reference: str, alternate: str) -> Change:
    """Bring a row of a table or a VCF into normal form."""
    name = chromosome_name(chromosome)
    if not POSITION.fullmatch(position):
        raise SkippedError(f'Skipping variant with invalid position: "{position}"')
    shared = _shared(reference, alternate) if len(reference) != len(alternate) else 0
    short, long = reference[shared:] or "-", alternate[shared:] or "-"
    if not (reference and alternate and ALLELE.fullmatch(short) and ALLELE.fullmatch(long)) or short == long:
        raise SkippedError(f'Skipping variant with invalid ref/alt: "{short}/{long}"')
    stay = 1 if shared and short == "-" else 0
    return Change(name, int(position) + shared - stay, short, long)


def _shared(reference: str, alternate: str) -> int:
    """Count the leading bases that both alleles have."""
    pairs = enumerate(zip(reference, alternate, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(reference), len(alternate)))


def chromosome_name(text: str) -> str:
    """Take off the `chr`; a mitochondrial name ends the whole job, as it does at CGI."""
    name = text.upper().removeprefix("CHR")
    if name in CHROMOSOMES:
        return name
    if name in MITOCHONDRIAL:
        raise RefusedError(f"Mitochondrial variants can not be processed: {text}")
    raise SkippedError(f'Skipping variant with invalid chromosome: "{text}"')


def opposite(allele: str) -> str:
    """Read the same allele read on the other strand."""
    return allele.translate(COMPLEMENT)[::-1]


def from_gdna(text: str) -> Change:
    """Read genomic HGVS; bases that the text does not name are given as N."""
    match = GDNA.fullmatch(text)
    if not match:
        raise SkippedError(f'Skipping variant with invalid gdna: "{text}"')
    chromosome, first, last, reference, alternate, kind, bases = match.groups()
    if reference:
        return normal(chromosome, first, reference, alternate)
    length = int(last or first) - int(first) + 1
    if length > len(bases) + 10_000 or length < 1:
        raise SkippedError(f'Skipping variant with invalid gdna: "{text}"')
    if kind == "ins":
        return normal(chromosome, first, "-", bases)
    if kind == "dup":
        return normal(chromosome, last or first, "-", bases or "N" * length)
    lost = bases if kind == "del" and bases else "N" * length
    return normal(chromosome, first, lost, bases if kind == "delins" else "-")
