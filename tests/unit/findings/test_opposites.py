"""Drugs to which one alteration of a tumour responds and another does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgi_runner.findings import Findings, read_findings
from cgi_runner.report.markdown import render_markdown
from cgi_runner.report.outputs import write_report
from cgi_runner.report.screen import summary
from support.archives import table, write_members

COLUMNS = ["Sample ID", "Alterations", "Biomarker", "Drugs", "Response", "Evidence", "Match", "BioM"]
WARNING = "drugs with complete matches both for a response and against one in the same sample: "


def findings_of(folder: Path, *rows: str) -> Findings:
    """Return the findings of matches: sample, alteration, drug, effect and BioM, cells apart by bars."""
    cells = []
    for row in rows:
        sample, alteration, drug, effect, fit = row.split("|")
        values = (sample, alteration, alteration, drug, effect, "A", "YES", fit)
        cells.append(dict(zip(COLUMNS, values, strict=True)))
    return read_findings(write_members({"biomarkers.tsv": table(COLUMNS, *cells)}, folder))


RESPONSE = "P1|EGFR (L858R)|Gefitinib(EGFR inhibitor 1st gen)|Responsive|complete"
RESISTANCE = "P1|EGFR (T790M)|gefitinib (EGFR inhibitor)|Resistant|complete"


def test_a_drug_with_both_effects_is_marked_and_warned_of(tmp_path: Path) -> None:
    """The response of L858R stood in level A without a word of the resistance of T790M beside it."""
    found = findings_of(tmp_path / "results", RESPONSE, RESISTANCE, "P2|EGFR (L858R)|Gefitinib|Responsive|complete")
    assert [match.opposite for match in found.matches] == ["resistant", "", "responsive"]
    assert f"{WARNING}Gefitinib of P1" in found.warnings
    page = write_report(found, tmp_path / "report.html", top=300).read_text(encoding="utf-8")
    assert "Responsive (also resistant)" in page
    assert "Resistant (also responsive)" in page
    assert any("Responsive (also resistant)" in line for line in summary(found))
    assert r"Responsive \(also resistant\)" in render_markdown(found)


@pytest.mark.parametrize(
    "other",
    [
        RESISTANCE.replace("P1", "P2"),
        RESISTANCE.replace("complete", "only gene"),
        RESISTANCE.replace("gefitinib", "Osimertinib"),
        RESISTANCE.replace("Resistant", "Increased Toxicity"),
        "P1|KRAS wildtype|Gefitinib|Resistant|complete",
    ],
)
def test_what_is_of_another_sample_drug_or_kind_is_no_opposite(tmp_path: Path, other: str) -> None:
    """Nor is a partial match, which the tumour does not have."""
    found = findings_of(tmp_path / "results", RESPONSE, other)
    assert not any(match.opposite for match in found.matches)
    assert not any(text.startswith(WARNING) for text in found.warnings)


def test_a_drug_that_does_not_help_is_no_response_either(tmp_path: Path) -> None:
    """CGI has No Responsive beside Resistant."""
    found = findings_of(tmp_path / "results", RESPONSE, RESISTANCE.replace("Resistant", "No Responsive"))
    assert {match.opposite for match in found.matches} == {"no responsive", "responsive"}
