"""What in an archive speaks against itself or against the job: results that a person should look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from cgi_runner.cancer_types import name_of
from cgi_runner.redaction import safe_excerpt
from cgi_runner.results.generations import ResultTables
from cgi_runner.results.row_index import SAMPLES
from cgi_runner.results.tables import Table

_BUILDS = {"hg19": "hg19", "grch37": "hg19", "hg38": "hg38", "grch38": "hg38"}
_MAX_NAMED = 3


def find_contradictions(
    tables: ResultTables, summary: Mapping[str, str], own_inputs: Mapping[str, Path]
) -> Iterator[str]:
    """Yield why an archive may not be all that CGI has found, one sentence each; the job then has to stay at CGI.

    Args:
        tables: The tables of the archive.
        summary: The lines of CGI's `summary.txt`, name to value (fact 39).
        own_inputs: The files that were sent, by kind, where they are at hand.

    """
    analysed = summary.get("Analysed mutations", "")
    if tables.alterations and analysed.isdecimal() and int(analysed) > (rows := tables.alterations.count()):
        yield f"CGI's summary and its table disagree: {analysed} mutations, {rows} rows"
    for table in (tables.alterations, tables.biomarkers):
        if table and table.is_cut():
            yield f"{table.path.name} is cut off within its last row"
    counts = [said for name, said in summary.items() if name.startswith("Biomarkers in")]
    if not tables.biomarkers and any(said.isdecimal() and int(said) for said in counts):
        yield "CGI's summary counts biomarkers, and the archive holds no table of them"
    inputs = [Table(path) for path in own_inputs.values()] or list(tables.inputs.values())
    sent = _samples(inputs)
    # Rows that were sent without a sample get one from CGI.
    is_named = bool(sent) and "" not in sent and all(table.place(*SAMPLES) is not None for table in inputs)
    if tables.biomarkers and is_named and (strange := _samples([tables.biomarkers]) - sent - {""}):
        named = safe_excerpt(", ".join(sorted(strange)[:_MAX_NAMED]), 60)
        yield f"the table of biomarkers names samples that were not sent: {named}"


def _samples(tables: list[Table]) -> set[str]:
    places = [(table, table.place(*SAMPLES)) for table in tables]
    return {name.strip().casefold() for table, place in places if place is not None for name in table.column(place)}


def contradict_request(cancer_type: str, reference: str, asked_type: str, asked_reference: str) -> str:
    """Say of what else than it was asked for an archive is; an empty text if nothing tells that it is of anything else.

    What is said in words that are not known proves nothing.

    Args:
        cancer_type: What the archive says, or the service of the job; empty if it says nothing.
        reference: Likewise, the genome build.
        asked_type: Id that the job was submitted with; empty if that is not known.
        asked_reference: Likewise, its genome build.

    """
    build, asked = _BUILDS.get(reference.casefold()), _BUILDS.get(asked_reference.casefold())
    if build and asked and build != asked:
        return f"the archive is of {build}, and the job was submitted with {asked}"
    if asked_type and name_of(cancer_type) and cancer_type != asked_type:
        return f"the archive is of cancer type {cancer_type}, and the job was submitted with {asked_type}"
    return ""
