"""From tables of copy numbers and fusions to the rows of `cna_analysis.tsv` and `fusion_analysis.tsv`.

Both are still the tables of CGI's first generation, with its line ends; the column order of the first one is that of a
result of 2024, that of the second one follows it (fact 38).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cgi_sandbox import knowledge_base
from cgi_sandbox.biomarkers import CNA_KINDS, Finding
from cgi_sandbox.tables import GISTIC, Table

CNA_HEADER = (
    *("internal_id", "sample", "gene", "cna", "cancer", "predicted_in_tumors", "gene_role", "known_in_tumors"),
    *("driver", "driver_statement", "predicted_match", "known_match"),
)
FUSION_HEADER = (
    *("internal_id", "sample", "fus", "effector_gene", "gene_role", "known_in_tumors", "cancer"),
    *("driver", "driver_statement", "known_match"),
)
DEFAULT_SAMPLE = "single_sample"  # fact 34
GISTIC_VALUES = {"2": "AMP", "-2": "DEL"}
GISTIC_SAMPLES = 3
UNREADABLE = "n/a"


class Event(NamedTuple):
    """One copy number change or fusion: its id, its sample and what it is."""

    id: str
    sample: str
    name: str
    cna: str = ""


def cnas(table: Table, file_number: int, warn: Callable[[str], None]) -> Iterator[Event]:
    """Go through the usable copy number changes of a table; others are reported to `warn` (facts 22 and 24).

    Args:
        table: The upload: a table gene/cna or a GISTIC matrix.
        file_number: NN of the upload's `inputNN` (fact 27).
        warn: Takes the text of the WARNING for each row that is skipped (fact 22).

    Yields:
        One event for each change of a gene in a sample.

    """
    if table.kind == GISTIC:
        yield from _gistic(table, file_number)
        return
    gene, cna = table.required_columns()
    for number, fields in table.rows():
        identifier = f"input{file_number:02}_{number}"
        kind = fields[cna].upper()
        if kind in CNA_KINDS and fields[gene]:
            yield Event(identifier, _sample(table, fields), fields[gene], kind)
        else:
            warn(f'Skipping malformed CNA: "{fields[gene]}/{fields[cna]}" | Alteration ID: {identifier}')


def _gistic(table: Table, file_number: int) -> Iterator[Event]:
    events = (
        (sample, fields[0], GISTIC_VALUES[value])
        for _, fields in table.rows()
        for sample, value in zip(table.columns[GISTIC_SAMPLES:], fields[GISTIC_SAMPLES:], strict=False)
        if value in GISTIC_VALUES
    )
    for number, (sample, gene, cna) in enumerate(events, 1):
        yield Event(f"input{file_number:02}_{number}", sample, gene, cna)


def fusions(table: Table, file_number: int, _warn: Callable[[str], None]) -> Iterator[Event]:
    """Go through all fusions of a table; partners are sorted, what is no pair of genes becomes `n/a` (fact 25).

    Args:
        table: The upload.
        file_number: NN of the upload's `inputNN` (fact 27).
        _warn: Not used: no fusion is skipped.

    Yields:
        One event for each row.

    """
    (place,) = table.required_columns()
    for number, fields in table.rows():
        identifier, sample = f"input{file_number:02}_{number}", _sample(table, fields)
        partners = sorted(fields[place].split("__"))
        name = "__".join(partners) if len(partners) > 1 and all(partners) else UNREADABLE
        yield Event(identifier, sample, name)


def cna_row(event: Event, cancer_type: str) -> tuple[list[str], Finding | None]:
    """Return the row of a copy number change, and the finding for the biomarkers.

    Args:
        event: A change of a gene's copy number.
        cancer_type: Id that the job was submitted with.

    """
    known = knowledge_base.copy_numbers().get((event.name, event.cna))
    known_in, role = (known.known_in, known.role) if known else ("", "")
    row = [
        *(event.id, event.sample, event.name, event.cna, cancer_type, "", role, known_in),
        *_verdict(known_in),
        *("", "known_match" if known else ""),
    ]
    return row, Finding(event.name, CNA_KINDS[event.cna], event.cna)


def fusion_row(event: Event, cancer_type: str) -> tuple[list[str], Finding | None]:
    """Return the row of a fusion, and the finding for the biomarkers, if it is known.

    Args:
        event: A fusion.
        cancer_type: Id that the job was submitted with.

    """
    known = knowledge_base.fusions().get(event.name)
    effector, role, known_in = (known.effector, known.role, known.known_in) if known else ("", "", "")
    row = [
        *(event.id, event.sample, event.name, effector, role, known_in, cancer_type),
        *_verdict(known_in),
        "known_match" if known else "",
    ]
    return row, Finding(effector, "fusion", event.name) if known else None


def _verdict(known_in: str) -> tuple[str, str]:
    return ("known", f"known in: {known_in}") if known_in else ("other", "")


def _sample(table: Table, fields: list[str]) -> str:
    place = table.column_index("sample")
    return (fields[place] if place is not None else "") or DEFAULT_SAMPLE
