"""From a table of mutations to the rows of `alterations.tsv`.

Columns, their order and their collisions are those of v23.12.2: the input's own columns are echoed between the
normalised change and its annotation, except where their names are already taken.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from cgi_runner.sandbox import facts
from cgi_runner.sandbox.tables import GDNA, PROTEIN, TABULAR, SkippedError, Table
from cgi_runner.sandbox.variants import Change, from_gdna, normal, opposite

LEADING = ("Input ID", "CHROMOSOME", "POSITION", "REF", "ALT")
MIDDLE = ("ALT_TYPE", "STRAND")
TRAILING = (
    *("CGI-Gene", "CGI-Protein Change", "CGI-Oncogenic Summary", "CGI-Oncogenic Prediction"),
    *("CGI-External oncogenic annotation", "CGI-Mutation", "CGI-Consequence", "CGI-Transcript"),
    *("CGI-STRAND", "CGI-Type", "CGI-HGVS", "CGI-HGVSc", "CGI-HGVSp"),
)
DEFAULT_SAMPLE = "input01"
UNAFFECTED = "non-protein affecting"
PROTEIN_TEXT = re.compile(r"([^:\s]+):(p\.(?!.*(?:=|Ter))\S+)")


@dataclass(frozen=True)
class Variant:
    """One usable row: where it was, whose it is, what it means, and the fields to echo."""

    number: int
    sample: str
    identity: str
    change: Change | None
    fact: facts.Mutation | None
    echo: list[str]

    @property
    def key(self) -> str:
        """Rows with the same key are one variant of one sample."""
        return f"{self.sample}\t{self.identity}"


class Mutations:
    """The mutations of one upload, which is the `number`th file of the job."""

    def __init__(self, table: Table, file_number: int, build: str) -> None:
        """Look at the table's columns."""
        self._table = table
        self._file = f"input{file_number:02}"
        self._build = build
        self._sample = table.place("sample")
        self._strand = table.place("strand") if table.kind == TABULAR else None
        self._needed = table.needed()
        self._facts = facts.mutations_by_change(build)
        taken = {*LEADING, *MIDDLE}
        self._echoed = [
            place for place, name in enumerate(table.columns) if place != self._sample and name not in taken
        ]

    @property
    def header(self) -> list[str]:
        """The header of `alterations.tsv`."""
        echoed = [self._table.columns[place] for place in self._echoed]
        # CGI keeps the sample in a column called INFO, which then collides with that of a VCF.
        sample = "CGI-INFO" if "INFO" in echoed else "CGI-Sample ID"
        return [*LEADING, *echoed, *MIDDLE, sample, *TRAILING]

    def twins(self, warn: Callable[[str], None]) -> tuple[int, set[int]]:
        """Count the usable rows, and name those that a later row repeats; skipped rows are told to `warn`.

        A temporary database does the sorting, so that memory stays flat whatever the size of the table.
        """
        with closing(sqlite3.connect("")) as scratch:
            scratch.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, key TEXT)")
            keys = ((variant.number, variant.key) for variant in self.variants(warn))
            count = scratch.executemany("INSERT INTO rows VALUES (?, CAST(? AS TEXT))", keys).rowcount
            earlier = scratch.execute(
                "WITH repeated AS (SELECT key, max(number) AS last FROM rows GROUP BY key HAVING count(*) > 1)"
                " SELECT number FROM rows JOIN repeated USING (key) WHERE number < last"
            )
            return max(count, 0), {number for (number,) in earlier}

    def variants(self, warn: Callable[[str], None]) -> Iterator[Variant]:
        """Go through the usable rows."""
        for number, fields in self._table.rows():
            sample = (fields[self._sample] if self._sample is not None else "") or DEFAULT_SAMPLE
            try:
                identity, change, fact = self._read(fields)
            except SkippedError as skipped:
                warn(f"{skipped} | Alteration ID: {self._file}_{number}")
                continue
            yield Variant(number, sample, identity, change, fact, [fields[place] for place in self._echoed])

    def row(self, variant: Variant) -> list[str]:
        """Give the variant's row of `alterations.tsv`."""
        change = variant.change
        where = [change.chromosome, str(change.position), change.reference, change.alternate] if change else [""] * 4
        return [
            *(f"{self._file}_{variant.number}", *where, *variant.echo),
            *(change.alt_type if change else "", "+", variant.sample),
            *_annotation(variant, f"{change}" if change else variant.identity),
        ]

    def _read(self, fields: list[str]) -> tuple[str, Change | None, facts.Mutation | None]:
        texts = [fields[place] for place in self._needed]
        if self._table.kind == PROTEIN:
            fact = _by_protein(texts[0])
            return texts[0], fact.change(self._build) if fact else None, fact
        change = from_gdna(texts[0]) if self._table.kind == GDNA else self._tabular(texts, fields)
        return ":".join(map(str, change)), change, self._facts.get(change)

    def _tabular(self, texts: list[str], fields: list[str]) -> Change:
        chromosome, position, reference, alternate = texts
        if self._strand is not None and fields[self._strand] == "-":
            reference, alternate = opposite(reference), opposite(alternate)
        return normal(chromosome, position, reference, alternate)


def _by_protein(text: str) -> facts.Mutation | None:
    match = PROTEIN_TEXT.fullmatch(text)
    if not match:
        raise SkippedError(f'Skipping variant with invalid protein change: "{text}"')
    return facts.mutations_by_protein().get((match[1], facts.one_letter(match[2])))


def _annotation(variant: Variant, mutation: str) -> list[str]:
    fact, kind = variant.fact, variant.change.type if variant.change else ""
    if fact is None:
        return ["", "--", UNAFFECTED, UNAFFECTED, "", mutation, "", "", "+", kind, "", "", ""]
    transcript = fact.transcript.split(".")[0]
    short = facts.one_letter(fact.hgvsp).removeprefix("p.")
    long = fact.hgvsp.removeprefix("p.")
    return [
        *(fact.gene, fact.protein, fact.summary, fact.prediction),
        ",".join(["sandbox", *([f"clinvar:{fact.clinvar}"] if fact.clinvar else [])]) if fact.driver else "",
        *(mutation, fact.consequence, transcript, "+", kind),
        f"{transcript}:{fact.hgvsc};p.({long});p.({short})",
        *(f"{fact.transcript}:{fact.hgvsc}", f"{fact.protein_id}:{fact.hgvsp}".lstrip(":")),
    ]
