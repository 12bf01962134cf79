"""Tables for programs: `drivers.tsv`, `drugs.tsv` and `results.json`, the same columns for every generation of CGI."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from cgi_runner import __version__
from cgi_runner.findings.model import (
    Alteration,
    Findings,
    Match,
    SampleCounts,
    Source,
    StructuralAlteration,
    TumourMatch,
)
from cgi_runner.inputs.problems import printable
from cgi_runner.report.json_schema import (
    DriverFacts,
    DriverLevels,
    DriverRow,
    DrugRow,
    ResultsHead,
    SampleJson,
    SourceJson,
)
from cgi_runner.report.levels import LevelIndex, structural_drivers
from cgi_runner.report.wording import LICENCE, RESEARCH_USE

SCHEMA = 1
DRIVERS = (
    "sample", "kind", "gene", "change", "hgvsp", "class", "prediction", "known", "consequence", "genome",
    "levels_this_tumour_type", "levels_other_tumour_types", "levels_any_tumour_type", "line",
)  # fmt: skip
DRUGS = (
    "sample", "kind", "tumour_type", "level", "effect", "drug", "alterations", "biomarker", "alteration_match",
    "diseases", "sources", "has_non_driver", "is_ambiguous", "is_untied",
    "unlisted_changes",
)  # fmt: skip


def write_tables(findings: Findings, folder: Path) -> list[Path]:
    """Write all tables.

    Args:
        findings: What was found.
        folder: Where they are written; it is made if need be.

    Returns:
        The paths of the tables of drivers and of drugs, and of the JSON.

    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "drivers.tsv", folder / "drugs.tsv", folder / "results.json"]
    _write(paths[0], DRIVERS, drivers(findings))
    _write(paths[1], DRUGS, (drug_match(match) for match in findings.matches))
    with paths[2].open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.writelines(json_pieces(findings))
    return paths


def _write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write("\t".join(columns) + "\n")
        for row in rows:
            file.write("\t".join(_cell(row[column]) for column in columns) + "\n")


def _cell(value: object) -> str:
    """Write a value on one line; what is not known is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable("; ".join(value) if isinstance(value, list) else str(value))


def drivers(findings: Findings) -> Iterator[DriverRow]:
    """Yield the drivers as rows: mutations, then copy numbers and fusions."""
    index = LevelIndex(findings)
    for driver in findings.drivers:
        yield {**_mutation(driver), **_levels(index, driver), "line": findings.lines.get(driver)}
    for each in structural_drivers(findings):
        yield {**_structural(each), **_levels(index, each), "line": None}


def _levels(index: LevelIndex, alteration: Alteration | StructuralAlteration) -> DriverLevels:
    return {
        "levels_this_tumour_type": index.of(alteration, TumourMatch.THIS) or None,
        "levels_other_tumour_types": index.of(alteration, TumourMatch.OTHER) or None,
        "levels_any_tumour_type": index.of(alteration, TumourMatch.ANY) or None,
    }


def _mutation(driver: Alteration) -> DriverFacts:
    return {
        "sample": driver.sample,
        "kind": "mutation",
        "gene": driver.gene,
        "change": driver.protein or None,
        "hgvsp": driver.hgvsp or None,
        "class": driver.klass.value,
        "prediction": driver.prediction or None,
        "known": driver.known or None,
        "consequence": driver.consequence or None,
        "genome": driver.genome or None,
    }


def _structural(each: StructuralAlteration) -> DriverFacts:
    kinds = {"AMP": "amplification", "DEL": "deletion"}
    return {
        "sample": each.sample,
        "kind": "fusion" if each.kind == "fusion" else kinds.get(each.change, "copy number"),
        "gene": each.gene,
        "change": each.change or None,
        "hgvsp": None,
        "class": each.driver.casefold(),
        "prediction": None,
        "known": each.known_in or None,
        "consequence": None,
        "genome": None,
    }


def drug_match(match: Match) -> DrugRow:
    """Return a drug match as a row."""
    return {
        "sample": match.sample,
        "kind": match.kind.value,
        "tumour_type": match.tumour.value,
        "level": match.level or None,
        "effect": match.effect or None,
        "drug": match.drug or None,
        "alterations": match.alterations,
        "biomarker": match.biomarker,
        "alteration_match": match.alteration_match or None,
        "diseases": list(match.diseases),
        "sources": list(match.sources),
        "has_non_driver": match.has_non_driver,
        "is_ambiguous": match.is_ambiguous,
        "is_untied": match.is_untied,
        "unlisted_changes": list(match.unlisted),
    }


def json_pieces(findings: Findings) -> Iterator[str]:
    """Yield `results.json` piece by piece, so that a large cohort is never whole in memory."""
    head = json.dumps(_head(findings), indent=1, ensure_ascii=False)
    yield head.removesuffix("\n}")
    lists: tuple[tuple[str, Callable[[], Iterator[object]]], ...] = (
        ("drivers", lambda: drivers(findings)),
        ("drug_matches", lambda: map(drug_match, findings.matches)),
    )
    for name, rows in lists:
        yield f',\n "{name}": ['
        for number, row in enumerate(rows()):
            yield (",\n  " if number else "\n  ") + json.dumps(row, ensure_ascii=False)
        yield "\n ]"
    yield "\n}\n"


def _head(findings: Findings) -> ResultsHead:
    reasons = findings.dropped_reasons
    return {
        "schema": SCHEMA,
        "cgi_runner": __version__,
        "name": findings.name,
        "use": RESEARCH_USE,
        "licence": LICENCE,
        "is_sandbox": findings.is_sandbox,
        "warnings": [
            *findings.warnings,
            *(f"unknown word of CGI's summary: {word} ({n} rows)" for word, n in findings.other_words.items()),
        ],
        "sources": [_source(source) for source in findings.sources],
        "samples": [_sample(sample) for sample in findings.samples.values()],
        "rows_not_returned": findings.not_returned,
        "rows_left_out": None
        if reasons is None
        else [{"stage": stage, "reason": reason, "rows": rows} for (stage, reason), rows in sorted(reasons.items())],
    }


def _source(source: Source) -> SourceJson:
    return {
        "title": source.title or None,
        "job_id": source.job_id or None,
        "service": source.service or None,
        "cancer_type": source.cancer_type or None,
        "reference": source.reference or None,
        "version": source.version or None,
        "date": source.date or None,
        "generation": source.generation or None,
        "archive_sha256": source.archive_sha256 or None,
        "inputs": {kind: dict(about) for kind, about in source.inputs.items()},
    }


def _sample(sample: SampleCounts) -> SampleJson:
    has_matches = "matches" in sample.tables
    counted = sorted(sample.matches.items(), key=lambda pair: (pair[0][0].value, pair[0][1].value))
    return {
        "sample": sample.name,
        "cancer_type": sample.cancer_type,
        "mutations": sample.mutations,
        "drivers": sample.drivers,
        "classes": None
        if sample.mutations is None
        else {klass.value: count for klass, count in sorted(sample.classes.items(), key=lambda pair: pair[0].value)},
        "structural": sample.structural_total,
        "structural_drivers": sample.structural_driver_total,
        "drug_matches": [
            {"kind": kind.value, "tumour_type": tumour.value, "matches": count} for (kind, tumour), count in counted
        ]
        if has_matches
        else None,
        "level_a_this_tumour_type": dict(sorted(sample.level_a.items()))
        if has_matches and not sample.is_of_any_type
        else None,
        "rows_not_sent": sample.not_sent,
        "rows_not_returned": sample.not_returned,
    }
