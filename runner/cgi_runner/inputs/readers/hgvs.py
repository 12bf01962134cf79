"""Tables that tell each alteration in one HGVS expression, genomic or of a protein."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.inputs.model import Options, Row
from cgi_runner.inputs.samples import is_symbol
from cgi_runner.inputs.tables import CONTEXT, Header, Samples, VariantTable

GENOMIC_EXAMPLE = "an expression like chr3:g.178936091G>A"
GENOMIC_TIP = "tell the bases, as in chr3:g.100_101delAG, chr3:g.100_101delAGinsT or chr3:g.100dupA; or give a VCF"
PROTEIN_EXAMPLE = "an expression like TP53:p.R248Q"
PROTEIN_TIP = "a stop is written *, as in TP53:p.R213*"
UNCHANGED = "the protein does not change"
UNKNOWN = "what happens to the protein is not known"

_GENOMIC = re.compile(r"([^:\s]+):[gm]\.(\d{1,10})(?:_(\d{1,10}))?(.+)", re.ASCII)
_EDIT = re.compile(
    r"(?P<old>[ACGTN]+)>(?P<new>[ACGTN]+)|del(?P<gone>[ACGTN]+)(?:ins(?P<instead>[ACGTN]+))?"
    r"|ins(?P<inserted>[ACGTN]+)|dup(?P<doubled>[ACGTN]+)|(?P<same>[ACGTN]*)=",
    re.IGNORECASE,
)
_PROTEIN = re.compile(r"([^:\s]+):p\.(\(?)([^()\s]+)(\)?)")
_THREE_LETTERS = dict(
    zip(
        [
            "Ala",
            "Arg",
            "Asn",
            "Asp",
            "Cys",
            "Gln",
            "Glu",
            "Gly",
            "His",
            "Ile",
            "Leu",
            "Lys",
            "Met",
            "Phe",
            "Pro",
            "Ser",
            "Thr",
            "Trp",
            "Tyr",
            "Val",
            "Sec",
            "Ter",
        ],
        "ARNDCQEGHILKMFPSTWYVU*",
        strict=True,
    )
)
_THREE = re.compile("|".join(_THREE_LETTERS))
_AT = r"[A-Z*]\d+"
_ONE = r"[ACDEFGHIKLMNPQRSTUVWY*]"
_PROTEIN_EDIT = re.compile(
    rf"{_AT}{_ONE}|{_AT}(_{_AT})?(del|dup|delins{_ONE}+)|{_AT}_{_AT}ins{_ONE}+|{_AT}{_ONE}?fs(\*(\d+|\?)?)?"
    rf"|{_AT}{_ONE}?ext([*-]?(\d+|\?))?",
    re.ASCII,
)
_UNCHANGED = re.compile(rf"(?P<old>[A-Z*])\d+(?P=old)|({_AT}(_{_AT})?)?=", re.ASCII)
_UNKNOWN = frozenset(("?", "0", "0?"))


class GenomicReader(VariantTable):
    """Reads a column `gdna`, and sends coordinates in its place."""

    format = "gdna"

    def variant_columns(self, header: Header) -> tuple[str, str, str, str]:
        """Give the one column that tells everything."""
        name = header.name("gdna")
        return name, name, name, name

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Give the rows to send, one line at a time."""
        faults = self.header.source.faults
        for line, (expression, build, *rest) in self.header.rows("gdna", "build", *CONTEXT):
            self.check_build(line, build)
            variant = coordinates(expression)
            if variant:
                chromosome, position, reference, alternate = variant
                yield self.judged(line, (chromosome, position, reference), [alternate], rest, default)
            else:
                faults.add(line, self.header.name("gdna"), expression, GENOMIC_EXAMPLE, tip=GENOMIC_TIP)


def coordinates(expression: str) -> tuple[str, str, str, str] | None:
    """Give chromosome, position and alleles of a genomic expression, or None where it does not tell them."""
    whole = _GENOMIC.fullmatch(expression)
    edit = whole and _EDIT.fullmatch(whole[4])
    if not whole or not edit:
        return None
    chromosome, start, covered = whole[1], whole[2], int(whole[3] or whole[2]) - int(whole[2]) + 1
    if edit["same"] is not None:
        same = edit["same"] or "N"
        return chromosome, start, same, same
    if edit["inserted"]:
        # The bases go between two neighbours, and both are named.
        return (chromosome, start, "-", edit["inserted"]) if covered == 2 else None  # noqa: PLR2004
    old = edit["old"] or edit["gone"] or edit["doubled"]
    new = edit["new"] or edit["instead"] or (edit["doubled"] or "") * 2 or "-"
    return (chromosome, start, old, new) if covered == len(old) else None


class ProteinReader:
    """Reads a column `protein`; what is sent has one-letter codes and no brackets."""

    format = "protein"
    renamed = False

    def __init__(self, header: Header, options: Options, dropped: DroppedFile) -> None:
        """Read below this header."""
        if options.pass_only:
            header.source.faults.stop(
                f"line {header.line}: found proteins, expected variants with FILTER for --pass-only"
            )
        self._header = header
        self._dropped = dropped
        self._samples = Samples(header, options)
        self.named, self.samples = self._samples.named, self._samples.seen

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Give the rows to send, one line at a time."""
        for line, (expression, cell) in self._header.rows("protein", "sample"):
            sample = self._samples.of(line, cell, default)
            name, change = protein_change(expression)
            reason = UNKNOWN if change in _UNKNOWN else UNCHANGED if _UNCHANGED.fullmatch(change) else ""
            if reason:
                self._dropped.add("mutations", line, sample, expression, reason)
            elif _PROTEIN_EDIT.fullmatch(change):
                yield [((f"{name}:p.{change}", sample), line)]
            else:
                column = self._header.name("protein")
                self._header.source.faults.add(line, column, expression, PROTEIN_EXAMPLE, tip=PROTEIN_TIP)


def protein_change(expression: str) -> tuple[str, str]:
    """Give the gene or transcript and the change in one-letter codes; both are empty when the expression is none."""
    whole = _PROTEIN.fullmatch(expression)
    if not whole or len(whole[2]) != len(whole[4]) or not is_symbol(whole[1]):
        return "", ""
    return whole[1], _THREE.sub(lambda code: _THREE_LETTERS[code[0]], whole[3])
