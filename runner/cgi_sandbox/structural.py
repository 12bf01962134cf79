"""From tables of copy numbers and fusions to the rows of `cna_analysis.tsv` and `fusion_analysis.tsv`.

Both are still the tables of CGI's first generation, with its line ends; the column order of the first one is that of a
result of 2024, that of the second one follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cgi_runner.sandbox import facts
from cgi_runner.sandbox.biomarkers import CNA_KINDS, Finding
from cgi_runner.sandbox.tables import GISTIC, Table

CNA_HEADER = (
    *("internal_id", "sample", "gene", "cna", "cancer", "predicted_in_tumors", "gene_role", "known_in_tumors"),
    *("driver", "driver_statement", "predicted_match", "known_match"),
)
FUSION_HEADER = (
    *("internal_id", "sample", "fus", "effector_gene", "gene_role", "known_in_tumors", "cancer"),
    *("driver", "driver_statement", "known_match"),
)
DEFAULT_SAMPLE = "single_sample"
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
    """Go through the usable copy number changes of a table; others are told to `warn`."""
    if table.kind == GISTIC:
        yield from _gistic(table, file_number)
        return
    gene, cna = table.needed()
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
    """Go through all fusions of a table, the partners in alphabetical order; what is no pair of genes becomes `n/a`."""
    (place,) = table.needed()
    for number, fields in table.rows():
        identifier, sample = f"input{file_number:02}_{number}", _sample(table, fields)
        partners = sorted(fields[place].split("__"))
        name = "__".join(partners) if len(partners) > 1 and all(partners) else UNREADABLE
        yield Event(identifier, sample, name)


def cna_row(event: Event, cancer_type: str) -> tuple[list[str], Finding | None]:
    """Give the row of a copy number change, and what it means for the biomarkers."""
    fact = facts.copy_numbers().get((event.name, event.cna))
    known_in, role = (fact.known_in, fact.role) if fact else ("", "")
    row = [
        *(event.id, event.sample, event.name, event.cna, cancer_type, "", role, known_in),
        *_verdict(known_in),
        *("", "known_match" if fact else ""),
    ]
    return row, Finding(event.name, CNA_KINDS[event.cna], event.cna)


def fusion_row(event: Event, cancer_type: str) -> tuple[list[str], Finding | None]:
    """Give the row of a fusion, and what it means for the biomarkers."""
    fact = facts.fusions().get(event.name)
    effector, role, known_in = (fact.effector, fact.role, fact.known_in) if fact else ("", "", "")
    row = [
        *(event.id, event.sample, event.name, effector, role, known_in, cancer_type),
        *_verdict(known_in),
        "known_match" if fact else "",
    ]
    return row, Finding(effector, "fusion", event.name) if fact else None


def _verdict(known_in: str) -> tuple[str, str]:
    return ("known", f"known in: {known_in}") if known_in else ("other", "")


def _sample(table: Table, fields: list[str]) -> str:
    place = table.place("sample")
    return (fields[place] if place is not None else "") or DEFAULT_SAMPLE
