"""From a table of mutations to the rows of `alterations.tsv`.

Columns, their order and their collisions are those of v23.12.2: the input's own columns are echoed between the
normalised change and its annotation, except where their names are already taken (facts 33 and 35).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cgi_sandbox import knowledge_base
from cgi_sandbox.row_index import RowIndex, SharedVariants
from cgi_sandbox.tables import GDNA, PROTEIN, TABULAR, SkippedError, Table
from cgi_sandbox.variants import Change, normalise, parse_gdna, reverse_complement

LEADING = ("Input ID", "CHROMOSOME", "POSITION", "REF", "ALT")
MIDDLE = ("ALT_TYPE", "STRAND")
TRAILING = (
    *("CGI-Gene", "CGI-Protein Change", "CGI-Oncogenic Summary", "CGI-Oncogenic Prediction"),
    *("CGI-External oncogenic annotation", "CGI-Mutation", "CGI-Consequence", "CGI-Transcript"),
    *("CGI-STRAND", "CGI-Type", "CGI-HGVS", "CGI-HGVSc", "CGI-HGVSp"),
)
DEFAULT_SAMPLE = "input01"  # fact 34
UNAFFECTED = "non-protein affecting"
PROTEIN_TEXT = re.compile(r"([^:\s]+):(p\.(?!.*(?:=|Ter))\S+)")


@dataclass(frozen=True)
class Variant:
    """One usable row: where it was, whose it is, what it means, and the fields to echo."""

    number: int
    sample: str
    identity: str
    change: Change | None
    known: knowledge_base.Mutation | None
    echo: list[str]


class Mutations:
    """The mutations of one upload, which is the `number`th file of the job."""

    def __init__(self, table: Table, file_number: int, build: str) -> None:
        """Look at the columns of the table."""
        self._table = table
        self._file = f"input{file_number:02}"
        self._build = build
        self._sample = table.column_index("sample")
        self._strand = table.column_index("strand") if table.kind == TABULAR else None
        self._needed = table.required_columns()
        self._facts = knowledge_base.mutations_by_change(build)
        self._echoed = self._echoed_columns()

    @property
    def header(self) -> list[str]:
        """The header of `alterations.tsv`."""
        echoed = [self._table.columns[place] for place in self._echoed]
        # CGI keeps the sample in a column called INFO, which then collides with that of a VCF.
        sample = "CGI-INFO" if "INFO" in echoed else "CGI-Sample ID"
        return [*LEADING, *echoed, *MIDDLE, sample, *TRAILING]

    def _echoed_columns(self) -> list[int]:
        """Return the positions of the columns to echo, in the order of the result (fact 33)."""
        taken = {*LEADING, *MIDDLE}
        echoed = [
            place for place, name in enumerate(self._table.columns) if place != self._sample and name not in taken
        ]
        if self._sample is not None and self._table.columns[self._sample] != "sample":
            return [self._sample, *echoed]
        return echoed

    def index_rows(self, warn: Callable[[str], None], shared_variants: SharedVariants) -> RowIndex:
        """Return the usable rows by sample and variant; skipped rows are reported to `warn`.

        Args:
            warn: Takes the text of the WARNING for each row that is skipped (fact 22).
            shared_variants: Tells which variants several samples have, across all rows (fact 32).

        """
        rows = ((variant.number, variant.sample, variant.identity) for variant in self.variants(warn))
        return RowIndex(rows, shared_variants)

    def variants(self, warn: Callable[[str], None]) -> Iterator[Variant]:
        """Go through the usable rows, numbered as in `Input ID` (fact 29)."""
        for number, fields in self._table.rows():
            sample = (fields[self._sample] if self._sample is not None else "") or DEFAULT_SAMPLE
            try:
                identity, change, known = self._read(fields)
            except SkippedError as skipped:
                warn(f"{skipped} | Alteration ID: {self._file}_{number}")
                continue
            yield Variant(number, sample, identity, change, known, [fields[place] for place in self._echoed])

    def row(self, variant: Variant, sample: str) -> list[str]:
        """Return the one row of `alterations.tsv` that a sample has for this variant (fact 30).

        The number and the echo are those of `variant`, whose row in the upload may be another sample's.

        Args:
            variant: The row of the upload whose number and echo the result has.
            sample: The sample that the result is for.

        Returns:
            The cells, in the order of the table's columns.

        """
        change = variant.change
        where = [change.chromosome, str(change.position), change.reference, change.alternate] if change else [""] * 4
        return [
            *(f"{self._file}_{variant.number}", *where, *variant.echo),
            *(change.alt_type if change else "", "+", sample),
            *_annotation(variant, f"{change}" if change else variant.identity),
        ]

    def _read(self, fields: list[str]) -> tuple[str, Change | None, knowledge_base.Mutation | None]:
        texts = [fields[place] for place in self._needed]
        if self._table.kind == PROTEIN:
            known = _by_protein(texts[0])
            return texts[0], known.change(self._build) if known else None, known
        change = parse_gdna(texts[0]) if self._table.kind == GDNA else self._tabular(texts, fields)
        return ":".join(map(str, change)), change, self._facts.get(change)

    def _tabular(self, texts: list[str], fields: list[str]) -> Change:
        chromosome, position, reference, alternate = texts
        if self._strand is not None and fields[self._strand] == "-":
            reference, alternate = reverse_complement(reference), reverse_complement(alternate)
        return normalise(chromosome, position, reference, alternate)


def _by_protein(text: str) -> knowledge_base.Mutation | None:
    match = PROTEIN_TEXT.fullmatch(text)
    if not match:
        raise SkippedError(f'Skipping variant with invalid protein change: "{text}"')
    return knowledge_base.mutations_by_protein().get((match[1], knowledge_base.one_letter(match[2])))


def _annotation(variant: Variant, mutation: str) -> list[str]:
    known, kind = variant.known, variant.change.type if variant.change else ""
    if known is None:
        return ["", "--", UNAFFECTED, UNAFFECTED, "", mutation, "", "", "+", kind, "", "", ""]
    transcript = known.transcript.split(".")[0]
    short = knowledge_base.one_letter(known.hgvsp).removeprefix("p.")
    long = known.hgvsp.removeprefix("p.")
    return [
        *(known.gene, known.protein, known.summary, known.prediction),
        ",".join(["sandbox", *([f"clinvar:{known.clinvar}"] if known.clinvar else [])]) if known.driver else "",
        *(mutation, known.consequence, transcript, "+", kind),
        f"{transcript}:{known.hgvsc};p.({long});p.({short})",
        *(f"{known.transcript}:{known.hgvsc}", f"{known.protein_id}:{known.hgvsp}".lstrip(":")),
    ]
