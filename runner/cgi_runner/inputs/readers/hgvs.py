"""Tables that tell each alteration in one HGVS expression, genomic or of a protein."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.dropped import DroppedRows
from cgi_runner.inputs.germline_words import GermlineWords
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.problems import is_present
from cgi_runner.inputs.readers.table import CONTEXT, VariantTable
from cgi_runner.inputs.rows import Row
from cgi_runner.inputs.samples import SampleColumn, is_gene_symbol
from cgi_runner.inputs.schema import PROTEINS
from cgi_runner.inputs.somatic import CallStatus
from cgi_runner.inputs.status_columns import StatusColumns

GENOMIC_EXAMPLE = "an expression like chr3:g.178936091G>A"
GENOMIC_TIP = "give the bases, as in chr3:g.100_101delAG, chr3:g.100_101delAGinsT or chr3:g.100dupA; or give a VCF"
PROTEIN_EXAMPLE = "an expression like TP53:p.R248Q"
PROTEIN_TIP = "a stop is written *, as in TP53:p.R213*"
UNCHANGED = "the protein does not change"
UNKNOWN = "the effect on the protein is not known"

_GENOMIC = re.compile(r"([^:\s]+):[gm]\.(\d{1,10})(?:_(\d{1,10}))?(.+)", re.ASCII)
_EDIT = re.compile(
    r"(?P<old>[ACGTN]+)>(?P<new>[ACGTN]+)|del(?P<gone>[ACGTN]+)(?:ins(?P<instead>[ACGTN]+))?"
    r"|ins(?P<inserted>[ACGTN]+)|dup(?P<doubled>[ACGTN]+)|(?P<same>[ACGTN]*)=",
    re.IGNORECASE,
)
_PROTEIN = re.compile(r"([^:\s]+)(?::\s*|\s+)(?:p\.|P\.)?(\(?)([^()\s]+)(\)?)")
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
_AT = r"[A-Z*][1-9]\d*"
_ONE = r"[ACDEFGHIKLMNPQRSTUVWY*]"
_PROTEIN_EDIT = re.compile(
    rf"{_AT}{_ONE}|{_AT}(_{_AT})?(del|dup|delins{_ONE}+)|{_AT}_{_AT}ins{_ONE}+|{_AT}{_ONE}?fs(\*(\d+|\?)?)?"
    rf"|{_AT}{_ONE}?ext([*-]?(\d+|\?))?",
    re.ASCII,
)
_UNCHANGED = re.compile(rf"(?P<old>[A-Z*])\d+(?P=old)|({_AT}(_{_AT})?)?=", re.ASCII)
_UNKNOWN = re.compile(r"\?|0\??|M1\?|\(?=?\)?\?|[A-Z*]?\d+_?splice(_region)?|[A-Z*]\d+\?", re.ASCII)
#: HGVS may name the gene behind a transcript, as in NM_004333.6(BRAF).
_IN_BRACKETS = re.compile(r"\([^()]*\)$")
_SEVERAL = re.compile("[,;|]")
_SMALL = re.compile(r"[a-z]\d+[a-z*]")
#: The residues of a deletion or a duplication written out, which HGVS once recommended: E746_A750delELREA.
_SPELLED_OUT = re.compile(r"^([A-Z])(\d+)(?:_([A-Z])(\d+))?(del|dup)([A-Z]+)(?=$|ins)")
#: A stop at the end of a substitution, or of a shifted frame.
_STOP = re.compile(r"^([A-Z*]\d+[A-Z]?(?:fs)?)X(\d*)$")
_NO_CHANGE = frozenset(("", ".", "-"))
NOTHING = "the row names no protein change"


class GenomicReader(VariantTable):
    """Reads a column `gdna`, and sends coordinates in its place."""

    format = "gdna"

    def variant_columns(self, header: Header) -> tuple[str, str, str, str]:
        """Return the one column that tells everything."""
        name = header.name("gdna")
        return name, name, name, name

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Yield the rows to send, one line at a time."""
        problems = self.header.source.problems
        # A genomic expression is of the forward strand: a column of the strand is the gene's, as COSMIC has it.
        places = self.header.column_indexes("gdna", "build", *CONTEXT[:-1])
        for line, cells in self.header.cells():
            self._germline_words.look_at(line, cells)
            expression, build, *rest = [([*cells, ""])[place] for place in places]
            self.check_build(line, build)
            variant = parse_hgvs_g(expression)
            if variant:
                chromosome, position, reference, alternate = variant
                against = self._status_columns.rejection_reason(line, cells, reference)
                rows = self.check_alleles(
                    line, (chromosome, position, reference), [alternate], [*rest, ""], default, against
                )
                if rows:
                    self._normal.watch(line, cells, [alternate])
                yield rows
            else:
                problems.add_odd(line, self.header.name("gdna"), expression, GENOMIC_EXAMPLE, tip=GENOMIC_TIP)
        self.note_counts()


def parse_hgvs_g(expression: str) -> tuple[str, str, str, str] | None:
    """Return chromosome, position and alleles of a genomic expression, or None where it does not tell them."""
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
    schema = PROTEINS
    renamed = False

    def __init__(self, header: Header, options: Options, dropped: DroppedRows) -> None:
        """Read below this header."""
        if options.filters and not header.has("filter"):
            header.source.problems.abort(
                f"line {header.line}: found proteins, expected variants with FILTER for --filters",
                tip="leave --filters out",
            )
        self._status, self._status_columns = CallStatus(options), StatusColumns(header, options)
        self._header = header
        self._dropped = dropped
        self._samples = SampleColumn(header, options)
        self.named, self.samples = self._samples.named, self._samples.seen

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Yield the rows to send, one line at a time."""
        places = self._header.column_indexes("protein", "gene", "protein_change", "sample", "filter", "ref")
        words = GermlineWords(self._header, self._status_columns.origins)
        for line, cells in self._header.cells():
            words.look_at(line, cells)
            whole, gene, part, cell, verdict, reference = [([*cells, ""])[place] for place in places]
            sample = self._samples.of(line, cell, default)
            if self._header.has("protein"):
                # Ion Reporter and others have the change alone there, and the gene beside it.
                expression = f"{gene}:{whole}" if gene and whole and not _PROTEIN.fullmatch(whole) else whole
            else:
                # ANNOVAR lists a change for each transcript: the last one may be of another than the first.
                expression = f"{gene}:{part if _SEVERAL.search(part) else part.rpartition(':')[2]}"
            name, change = protein_change(expression)
            reason = UNKNOWN if _UNKNOWN.fullmatch(change) else UNCHANGED if _UNCHANGED.fullmatch(change) else ""
            told = whole if self._header.has("protein") else part
            if (gene or not self._header.has("protein")) and (told in _NO_CHANGE or not is_present(told)):
                reason = NOTHING
            reason = reason or self._status_columns.rejection_reason(line, cells, reference)
            reason = reason or self._status.rejection_reason(verdict)
            if reason:
                self._dropped.add("mutations", line, sample, expression, reason)
            elif _PROTEIN_EDIT.fullmatch(change) and _is_in_order(change):
                yield [((f"{name}:p.{change}", sample), line)]
            else:
                column = self._header.name("protein" if self._header.has("protein") else "protein_change")
                self._header.source.problems.add_odd(line, column, expression, PROTEIN_EXAMPLE, tip=PROTEIN_TIP)


def protein_change(expression: str) -> tuple[str, str]:
    """Return the gene or transcript and the change in one-letter codes; both are empty when the expression is none."""
    whole = _PROTEIN.fullmatch(expression.strip().replace("%3D", "="))
    is_one = whole and len(whole[2]) == len(whole[4]) and not _SEVERAL.search(whole[1]) and is_gene_symbol(whole[1])
    if not whole or not is_one:
        return "", ""
    change = _THREE.sub(lambda code: _THREE_LETTERS[code[0]], whole[3])
    change = change.upper() if _SMALL.fullmatch(change) else change
    change = _SPELLED_OUT.sub(_without_residues, change)
    name = _IN_BRACKETS.sub("", whole[1])
    # X was the stop before HGVS made it *; it still means any amino acid at other places.
    return name, _STOP.sub(lambda found: f"{found[1]}*{found[2]}", change)


def _without_residues(found: re.Match[str]) -> str:
    """Return a deletion or a duplication without its residues if they are those of its range, else as it is."""
    first, start, last, end, what, residues = found.groups()
    size = int(end or start) - int(start) + 1
    fits = len(residues) == size and residues[0] == first and residues[-1] == (last or first)
    return f"{first}{start}{f'_{last}{end}' if last else ''}{what}" if fits else found[0]


def _is_in_order(change: str) -> bool:
    """Whether the places of a range come in their order."""
    places = [int(place) for place in re.findall(r"(?:^|_)[A-Z*](\d+)", change)]
    return places == sorted(places)
