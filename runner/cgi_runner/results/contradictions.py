"""What in an archive speaks against itself or against the job: results that a person should look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from cgi_runner.cancer_types import table as cancer_types
from cgi_runner.redaction import safe_excerpt
from cgi_runner.results.generations import ResultTables
from cgi_runner.results.row_index import SAMPLES, kind_of
from cgi_runner.results.summary import Summary
from cgi_runner.results.tables import Table

_BUILDS = {"hg19": "hg19", "grch37": "hg19", "hg38": "hg38", "grch38": "hg38"}
_BUILD = re.compile(r"(?<![a-z0-9])(?:hg19|grch37|hg38|grch38)(?![0-9])")
_MAX_NAMED = 3
_BIOMARKERS = ("Biomarkers in cancer type", "Biomarkers in other cancer type")
#: Kinds of inputs by what CGI's summary calls them, beside mutations.
_COUNTED = {"cnas": "cnas", "fusions": "translocations"}
_GENES = ("CGI-Gene", "Gene")
_GENE_END = re.compile(r"__|[^\w.-]+")
_MAX_GENES = 1_000_000  # of biomarkers that are looked at; real archives have ten thousands
#: A mutation in the cell `Alterations` of a biomarker, such as `NRAS (Q61K)` or `RET MUT* (M918T)`; its gene.
_MUTATION = re.compile(r"(?:^|, )([^\s,()]+)(?: MUT\*?)? \(")


def find_contradictions(
    tables: ResultTables, summary: Summary, own_inputs: Mapping[str, Path], cancer_type: str = ""
) -> Iterator[str]:
    """Yield why an archive may not be all that CGI has found, one sentence each; the job then has to stay at CGI.

    Args:
        tables: The tables of the archive.
        summary: The lines of CGI's `summary.txt`, name to value (fact 39).
        own_inputs: The files that were sent, by kind, where they are at hand.
        cancer_type: Id that the job was submitted with; empty if that is not known.

    """
    yield from _unknown_words(summary, cancer_type)
    analysed = summary.get("Analysed mutations", "")
    if tables.alterations and analysed.isdecimal() and int(analysed) > (rows := tables.alterations.count()):
        yield f"CGI's summary and its table disagree: {analysed} mutations, {rows} rows"
    for table in (tables.alterations, tables.biomarkers):
        if table and table.is_cut():
            yield f"{table.path.name} is cut off within its last row"
    inputs = [Table(path) for path in own_inputs.values()] or list(tables.inputs.values())
    sent = _samples(inputs)
    # Rows that were sent without a sample get one from CGI.
    is_named = bool(sent) and "" not in sent and all(table.place(*SAMPLES) is not None for table in inputs)
    yield from _miscounts(summary, inputs, len(sent) if is_named else 0)
    yield from _about_biomarkers(tables, summary)
    if tables.biomarkers and is_named and (strange := _samples([tables.biomarkers]) - sent - {""}):
        yield f"the table of biomarkers names samples that were not sent: {_listed(strange)}"


def count_biomarkers(summary: Mapping[str, str]) -> int | None:
    """Return how many biomarkers CGI's summary counts in all; None if it does not tell.

    Args:
        summary: The lines of CGI's `summary.txt`.

    """
    counts = [summary.get(name, "") for name in _BIOMARKERS]
    return sum(map(int, counts)) if all(said.isdecimal() for said in counts) else None


def _about_biomarkers(tables: ResultTables, summary: Mapping[str, str]) -> Iterator[str]:
    counts = [said for name, said in summary.items() if name.startswith("Biomarkers in")]
    if not tables.biomarkers:
        if any(said.isdecimal() and int(said) for said in counts):
            yield "CGI's summary counts biomarkers, and the archive holds no table of them"
        return
    if (counted := count_biomarkers(summary) or 0) > (rows := tables.biomarkers.count()):
        yield f"CGI's summary and its table disagree: {counted} biomarkers, {rows} rows"
    if strange := _untold_genes(tables, tables.biomarkers):
        yield f"the biomarkers name mutations of genes of which the sample has none in the results: {_listed(strange)}"


def _untold_genes(tables: ResultTables, biomarkers: Table) -> set[str]:
    """Return the genes that biomarkers name with a mutation, and that the sample has none of in the other tables."""
    cell, whose = biomarkers.place("Alterations"), biomarkers.place(*SAMPLES)
    if not tables.alterations or cell is None or whose is None:
        return set()
    gene, sample = tables.alterations.place(*_GENES), tables.alterations.place(*SAMPLES)
    if gene is None or sample is None:
        return set()
    named = (
        (row[whose].strip().casefold(), name)
        for row in biomarkers.rows()
        for name in _MUTATION.findall(row[cell].strip())
    )
    not_found = set(islice(named, _MAX_GENES))
    # How biomarkers write copy numbers and fusions is not known.
    structural = (row for table in (tables.cnas, tables.fusions) if table for row in table.rows())
    others = {word for row in structural for text in row for word in _GENE_END.split(text)}
    not_found = {each for each in not_found if each[1] not in others}
    for row in tables.alterations.leading_cells(max(gene, sample)):
        if not not_found:
            break
        not_found.difference_update((row[sample].strip().casefold(), name) for name in re.split(r"[,;\s]+", row[gene]))
    return {f"{name} ({sample})" for sample, name in not_found if sample}


def _unknown_words(summary: Summary, cancer_type: str) -> Iterator[str]:
    build, kind = summary.reference, summary.cancer_type
    if build and not _builds(build):
        yield f"CGI's summary names a genome build that is not known: {safe_excerpt(build)}"
    if kind and cancer_type and kind.casefold() != cancer_type.casefold() and not _types(kind):
        yield f"CGI's summary names a cancer type that is not known: {safe_excerpt(kind)}"


def _miscounts(summary: Summary, inputs: Iterable[Table], samples: int) -> Iterator[str]:
    """Yield what CGI's summary counts that was never sent; `samples` is 0 if it is not known how many they are."""
    kinds = {kind_of(table) for table in inputs}
    for word, kind in _COUNTED.items():
        said = summary.get(f"Analysed {word}", "")
        if kinds and kind not in kinds and said.isdecimal() and int(said):
            yield f"CGI's summary counts {word}, and none were sent: {said}"
    said = summary.samples
    if samples and said.isdecimal() and int(said) > samples:
        yield f"CGI's summary counts more samples than were sent: {said}, and {samples} sent"


def _listed(names: set[str]) -> str:
    return safe_excerpt(", ".join(sorted(names)[:_MAX_NAMED]))


def _samples(tables: list[Table]) -> set[str]:
    places = [(table, table.place(*SAMPLES)) for table in tables]
    return {name.strip().casefold() for table, place in places if place is not None for name in table.column(place)}


def _builds(said: str) -> set[str]:
    """Return the builds that a text names, such as `GRCh37.p13` or `hg19 (GRCh37)`."""
    return {_BUILDS[word] for word in _BUILD.findall(said.casefold())}


def _types(said: str) -> set[str]:
    """Return the ids of the cancer types that have a text as their id or their name, in any capitals."""
    wanted = said.strip().casefold()
    return {kind.id for kind in cancer_types().values() if wanted in (kind.id.casefold(), kind.name.casefold())}


def contradict_request(cancer_type: str, reference: str, asked_type: str, asked_reference: str) -> str:
    """Say of what else than it was asked for an archive is; an empty text if nothing tells that it is of anything else.

    What is said in words that are not known proves nothing.

    Args:
        cancer_type: What the archive says, or the service of the job; empty if it says nothing.
        reference: Likewise, the genome build.
        asked_type: Id that the job was submitted with; empty if that is not known.
        asked_reference: Likewise, its genome build.

    """
    builds, asked = _builds(reference), _BUILDS.get(asked_reference.casefold())
    if asked and builds and asked not in builds:
        return f"the archive is of {', '.join(sorted(builds))}, and the job was submitted with {asked}"
    types = _types(cancer_type)
    if asked_type and types and asked_type not in types:
        return f"the archive is of cancer type {cancer_type}, and the job was submitted with {asked_type}"
    return ""
