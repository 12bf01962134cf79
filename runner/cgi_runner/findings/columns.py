"""What CGI has called its columns since 2018: one list of names for each fact, the newest name first.

A name is looked up whatever its case. Names that echo a column of the user's come last, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cgi_runner.results.tables import Table

ALTERATIONS: Mapping[str, tuple[str, ...]] = {
    "sample": ("CGI-Sample ID", "CGI-INFO", "Sample ID", "INFO", "sample"),
    "gene": ("CGI-Gene", "SYMBOL", "Gene"),
    "protein": ("CGI-Protein Change", "Protein Change", "PROTEIN_CHANGE"),
    "hgvsp": ("CGI-HGVSp",),
    "summary": ("CGI-Oncogenic Summary", "Oncogenic Summary", "ONCOGENIC_CLASSIFICATION"),
    "prediction": ("CGI-Oncogenic Prediction", "Oncogenic Prediction", "BOOSTDM_DS"),
    "known": ("CGI-External oncogenic annotation", "External oncogenic annotation", "SOURCE"),
    "consequence": ("CGI-Consequence", "Consequence"),
    "genome": ("CGI-Mutation", "Mutation"),
}
#: Generation 1 has columns of the same names with other contents: `protein_change`, `source`.
ALTERATIONS_1: Mapping[str, tuple[str, ...]] = {
    "sample": ("sample",),
    "gene": ("gene",),
    "protein": ("protein",),
    "hgvsp": (),
    "summary": ("driver",),
    "prediction": ("driver_mut_prediction",),
    "known": ("known_oncogenic_source",),
    "consequence": ("consequence",),
    "genome": ("gdna",),
}
#: The columns of the upload that CGI echoes where the runner wrote it, and the user's line.
ECHO = ("chr", "pos", "ref", "alt", "source_line")
MATCHES: Mapping[str, tuple[str, ...]] = {
    "sample": ("Sample ID", "SAMPLE"),
    "alterations": ("Alterations", "SAMPLE_ALTERATION"),
    "biomarker": ("Biomarker",),
    "drug": ("Drugs", "DRUG"),
    "diseases": ("Diseases", "TESTED_TUMOR"),
    "effect": ("Response", "EFFECT"),
    "level": ("Evidence", "EVIDENCE_LABEL"),
    "match": ("Match", "CTYPE_MATCH", "TUMOR_MATCH"),
    "source": ("Source",),
    "details": ("SOURCE_DETAILS",),
    "biom": ("BioM", "ALTERATION_MATCH"),
    "cancer_type": ("CANCER_TYPE",),
}
STRUCTURAL: Mapping[str, tuple[str, ...]] = {
    "sample": ("sample",),
    "gene": ("gene",),
    "change": ("cna",),
    "fusion": ("fus",),
    "effector": ("effector_gene",),
    "driver": ("driver",),
    "role": ("gene_role",),
    "known_in": ("known_in_tumors",),
}

Getter = Callable[[list[str]], dict[str, str]]


def getter(table: Table, names: Mapping[str, tuple[str, ...]]) -> Getter:
    """Return a function that picks facts from a row's cells.

    Args:
        table: The table that the rows come from.
        names: For each fact, the names that its column may have; the first one that is there counts.

    Returns:
        A function from cells to facts. A fact whose column is missing is an empty text. No-break spaces become
        blanks: CGI's drugs are full of them.

    """
    places = [(fact, table.place(*known) if known else None) for fact, known in names.items()]

    def pick(cells: list[str]) -> dict[str, str]:
        return {fact: "" if place is None else clean(cells[place]) for fact, place in places}

    return pick


def brief_getter(
    table: Table, names: Mapping[str, tuple[str, ...]], facts: Sequence[str]
) -> Callable[[list[str]], list[str]]:
    """Return a function that picks a few facts from a row's cells, in their order; as `getter`, and much faster.

    Args:
        table: The table of results.
        names: For each fact, the names that its column may have, best first.
        facts: The facts to pick.

    Returns:
        A function from a row's cells to the facts, empty where the table has no such column.

    """
    places = [table.place(*names[fact]) if names[fact] else None for fact in facts]

    def pick(cells: list[str]) -> list[str]:
        return ["" if place is None else clean(cells[place]) for place in places]

    return pick


def clean(cell: str) -> str:
    """Return a cell without no-break spaces and without blanks at its ends."""
    return cell.replace("\xa0", " ").strip()
