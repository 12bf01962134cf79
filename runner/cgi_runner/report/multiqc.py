"""Files that MultiQC finds by name and shows among those of other tools (`*_mqc.json`, custom content)."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path

from cgi_runner.findings.model import AlterationClass, Findings, Match, MatchKind, SampleCounts, TumourMatch
from cgi_runner.inputs.problems import printable
from cgi_runner.report.wording import LICENCE, RESEARCH_USE, SANDBOX, effect_of, heading, strict_tumour

_COLOURS = {
    AlterationClass.BOTH: "#8f1313",
    AlterationClass.ANNOTATED: "#c9472f",
    AlterationClass.PREDICTED: "#f0a58c",
    AlterationClass.NON_ONCOGENIC: "#7ea6cf",
    AlterationClass.NOT_PROTEIN_AFFECTING: "#c4d7ea",
    AlterationClass.NOT_JUDGED: "#9a9a9a",
    AlterationClass.UNKNOWN: "#777777",
}


def write_multiqc(findings: Findings, folder: Path) -> list[Path]:
    """Write the files for MultiQC.

    Args:
        findings: What was found.
        folder: Where they are written; it is made if need be.

    Returns:
        The paths of the files, whose names end as MultiQC looks for them.

    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "cgi_general_mqc.json": _general(findings),
        "cgi_drivers_mqc.json": _drivers(findings),
        "cgi_biomarkers_mqc.json": _biomarkers(findings),
    }
    for name, content in contents.items():
        text = json.dumps(_escape(content), indent=1, ensure_ascii=False)
        (folder / name).write_text(text + "\n", encoding="utf-8", errors="backslashreplace", newline="\n")
    return [folder / name for name in contents]


def _escape(value: object) -> object:
    """Escape every text, keys too: MultiQC puts them on its page as HTML."""
    if isinstance(value, str):
        return html.escape(printable(value))
    if isinstance(value, dict):
        return {_escape(key): _escape(each) for key, each in value.items()}
    return [_escape(each) for each in value] if isinstance(value, list) else value


def _about(findings: Findings) -> dict[str, str]:
    words = [SANDBOX] if findings.is_sandbox else []
    versions = ", ".join(dict.fromkeys(source.version for source in findings.sources if source.version))
    return {
        "parent_id": "cgi",
        "parent_name": "Cancer Genome Interpreter",
        "parent_description": " ".join([*words, RESEARCH_USE, f"CGI {versions or 'of unknown version'}, {LICENCE}."]),
    }


def _general(findings: Findings) -> dict[str, object]:
    strict = strict_tumour(findings)
    title = heading(MatchKind.COMPLETE, strict)
    columns = {
        "cgi_mutations": ("Mutations", "Mutations that came back", True),
        "cgi_drivers": ("Drivers", "Driver mutations by CGI's oncogenic summary", False),
        "cgi_complete": ("Matches", f"{title}, distinct", False),
        "cgi_a_responsive": ("A responsive", f"{title}, level A, responsive", False),
        "cgi_a_resistant": ("A resistant", f"{title}, level A, resistant", False),
        "cgi_not_returned": ("Not returned", "Rows that were sent and did not come back", False),
    }
    config = [
        {
            name: {"title": shown, "namespace": "CGI", "description": about, "format": "{:,.0f}", "hidden": is_hidden,
                   "scale": "OrRd"}
        }
        for name, (shown, about, is_hidden) in columns.items()
    ]  # fmt: skip
    return {
        "id": "cgi_general",
        "plot_type": "generalstats",
        "pconfig": config,
        "data": {sample.name: dict(_numbers(sample, strict)) for sample in findings.samples.values()},
    }


def _numbers(sample: SampleCounts, strict: TumourMatch) -> Iterator[tuple[str, int]]:
    """Return the numbers of a sample; what is not known has no cell."""
    complete = sample.matches_of(MatchKind.COMPLETE, strict)
    numbers = {
        "cgi_mutations": sample.mutations,
        "cgi_drivers": sample.drivers,
        "cgi_complete": complete,
        "cgi_a_responsive": None if complete is None else _level_a(sample, "responsive"),
        "cgi_a_resistant": None if complete is None else _level_a(sample, "resistant"),
        "cgi_not_returned": sample.not_returned,
    }
    return ((name, number) for name, number in numbers.items() if number is not None)


def _level_a(sample: SampleCounts, effect: str) -> int:
    return sum(number for word, number in sample.level_a.items() if word.casefold() == effect)


def _drivers(findings: Findings) -> dict[str, object]:
    return {
        "id": "cgi_drivers",
        **_about(findings),
        "section_name": "Mutations by CGI's oncogenic summary",
        "plot_type": "bargraph",
        "pconfig": {"id": "cgi_drivers_plot", "title": "CGI: mutations by oncogenic summary", "ylab": "Mutations"},
        "categories": {
            klass.name.lower(): {"name": klass.value, "color": _COLOURS[klass]} for klass in AlterationClass
        },
        "data": {
            sample.name: {klass.name.lower(): sample.classes[klass] for klass in AlterationClass}
            for sample in findings.samples.values()
            if sample.mutations is not None
        },
    }


def _biomarkers(findings: Findings) -> dict[str, object]:
    strict = strict_tumour(findings)
    names = {"sample": "Sample", "level": "Level", "effect": "Effect", "drug": "Drug", "alterations": "Alterations",
             "biomarker": "Biomarker", "diseases": "Shown in"}  # fmt: skip
    rows: dict[str, dict[str, str]] = {}
    numbers: dict[str, int] = {}
    for match in findings.matches_of(MatchKind.COMPLETE, strict):
        numbers[match.sample] = numbers.get(match.sample, 0) + 1
        # MultiQC cleans row names as if they were files', so no word of CGI's may stand in one.
        rows[f"{match.sample} | {numbers[match.sample]:03}"] = _row(match)
    return {
        "id": "cgi_biomarkers",
        **_about(findings),
        "section_name": heading(MatchKind.COMPLETE, strict),
        "plot_type": "table",
        "pconfig": {
            "id": "cgi_biomarkers_table",
            "title": f"CGI: {heading(MatchKind.COMPLETE, strict).lower()}",
            "col1_header": "Match",
            "sort_rows": False,
            "no_violin": True,
        },
        "headers": {key: {"title": title} for key, title in names.items()},
        "data": rows,
    }


def _row(match: Match) -> dict[str, str]:
    return {
        "sample": match.sample,
        "level": match.level,
        "effect": effect_of(match),
        "drug": match.drug,
        "alterations": match.alterations,
        "biomarker": match.biomarker,
        "diseases": "; ".join(match.diseases),
    }
