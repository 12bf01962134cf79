"""What the sandbox knows: small tables of textbook alterations, each row with its public source.

This is teaching material with sources, not a knowledge base. CGI itself knows thousands of alterations; the sandbox
knows only the rows of the `knowledge` folder and says "non-protein affecting" about everything else, because it has no
genome and no gene models to say more. That is a limit of the sandbox and no statement about a variant.

A plain "FDA label" names the kind of source only, its application number was not looked up. The protein names of
indels are formed after the pattern of CGI's results, and were not seen in them.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import NamedTuple

from cgi_sandbox.variants import Change, normalise

DISCLAIMER = "SANDBOX of cgi-runner, not the Cancer Genome Interpreter: textbook rows, no interpretation of a patient"
MARK = "cgi-runner sandbox, no interpretation"

AMINO_ACIDS = (
    "Ala=A Arg=R Asn=N Asp=D Cys=C Gln=Q Glu=E Gly=G His=H Ile=I Leu=L "
    "Lys=K Met=M Phe=F Pro=P Ser=S Ter=* Thr=T Trp=W Tyr=Y Val=V"
)
ONE_LETTER = dict(pair.split("=") for pair in AMINO_ACIDS.split())
THREE_LETTERS = re.compile("|".join(ONE_LETTER))


class Mutation(NamedTuple):
    """A textbook mutation; positions and alleles as a VCF has them, `protein` as CGI writes it."""

    gene: str
    protein: str
    hgvsp: str
    hgvsc: str
    transcript: str
    protein_id: str
    consequence: str
    chromosome: str
    hg38: str
    hg19: str
    reference: str
    alternate: str
    summary: str
    prediction: str
    clinvar: str
    source: str

    @property
    def driver(self) -> bool:
        """Whether it counts as oncogenic."""
        return self.summary.startswith("oncogenic")

    def change(self, build: str) -> Change:
        """Return the change in normal form, in the coordinates of `hg38` or `hg19`."""
        position = self.hg19 if build == "hg19" else self.hg38
        return normalise(self.chromosome, position, self.reference, self.alternate)


class CopyNumber(NamedTuple):
    """A gene that is known to be amplified or lost in some tumours; tumour lists are joined by semicolons."""

    gene: str
    cna: str
    role: str
    known_in: str
    source: str


class Fusion(NamedTuple):
    """A known fusion, its partners in alphabetical order."""

    fusion: str
    effector: str
    role: str
    known_in: str
    source: str


class Biomarker(NamedTuple):
    """A drug response that depends on an alteration.

    `kind` is mutation, amplification, deletion, fusion or wildtype; `changes` are the changes in CGI words that fulfil
    it, or `oncogenic` for any driver, or `any`. `resisted_by` names the biomarker that takes the response away.
    """

    key: str
    gene: str
    kind: str
    changes: str
    biomarker: str
    drugs: str
    diseases: str
    response: str
    evidence: str
    tumor_types: str
    resisted_by: str
    source: str


def one_letter(protein: str) -> str:
    """Amino acids in one letter, so `p.Gly13Asp` becomes `p.G13D`."""
    return THREE_LETTERS.sub(lambda match: ONE_LETTER[match[0]], protein)


def _rows(name: str) -> list[list[str]]:
    text = (resources.files("cgi_sandbox") / "knowledge" / f"{name}.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]


@cache
def mutations() -> tuple[Mutation, ...]:
    """All textbook mutations."""
    return tuple(Mutation(*row) for row in _rows("mutations"))


@cache
def mutations_by_change(build: str) -> dict[Change, Mutation]:
    """Return the textbook mutations by their change in one genome build."""
    return {fact.change(build): fact for fact in mutations()}


@cache
def mutations_by_protein() -> dict[tuple[str, str], Mutation]:
    """Return the textbook mutations by gene or transcript and one-letter protein change; of several the first."""
    names: dict[tuple[str, str], Mutation] = {}
    for fact in mutations():
        for key in (fact.gene, fact.transcript.split(".")[0]):
            names.setdefault((key, one_letter(fact.hgvsp)), fact)
    return names


@cache
def copy_numbers() -> dict[tuple[str, str], CopyNumber]:
    """Return the known copy number changes by gene and `AMP` or `DEL`."""
    facts = (CopyNumber(*row) for row in _rows("copy_numbers"))
    return {(fact.gene, fact.cna): fact for fact in facts}


@cache
def fusions() -> dict[str, Fusion]:
    """Return the known fusions by name."""
    facts = (Fusion(*row) for row in _rows("fusions"))
    return {fact.fusion: fact for fact in facts}


@cache
def biomarkers() -> tuple[Biomarker, ...]:
    """All biomarkers, in the order in which they are reported."""
    return tuple(Biomarker(*row) for row in _rows("biomarkers"))


@cache
def biomarker_places() -> dict[str, int]:
    """Where each biomarker stands in the table, counted from 0."""
    return {fact.key: place for place, fact in enumerate(biomarkers())}
