"""What has changed between two interpretations: new, gone, changed; and what is no change at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cgi_runner.errors import InputError
from cgi_runner.findings import read_findings
from cgi_runner.report.compare import Comparison, compare
from unit.report.conftest import Change, as_it_is, write_results


def compared(folder: Path, old: Change, new: Change = as_it_is) -> Comparison:
    """Compare two folders that differ by what happened to their cells."""
    return compare(read_findings(write_results(folder / "old", old)), read_findings(write_results(folder / "new", new)))


def test_the_same_answers_are_no_change(tmp_path: Path) -> None:
    """Nor are other blanks and capitals, in which CGI's versions differ."""

    def respelled(cell: str, column: str, row: int) -> str:
        del row
        return cell.replace("(BRAF inhibitor)", " (BRAF Inhibitor)") if column == "Drugs" else cell

    found = compared(tmp_path, respelled)
    assert found.changes == []
    assert found.unchanged == {"drivers": 5, "drug_matches": 5}


def test_another_level_and_another_effect_are_changes(tmp_path: Path) -> None:
    """Both are told with both verdicts."""

    def earlier(cell: str, column: str, row: int) -> str:
        return "C" if (column, row) == ("Evidence", 0) else cell

    (change,) = compared(tmp_path, earlier).changes
    assert (change.what, change.change, change.sample, change.drug) == (
        "drug match", "changed", "one", "Vemurafenib(BRAF inhibitor)",
    )  # fmt: skip
    assert change.old == "C responsive, complete, this tumour type"
    assert change.new == "A responsive, complete, this tumour type"


def test_what_was_not_there_is_new_and_what_is_no_longer_is_gone(tmp_path: Path) -> None:
    """Of drivers and drug matches alike."""

    def earlier(cell: str, column: str, row: int) -> str:
        if (column, row) == ("CGI-Oncogenic Summary", 0):
            return "non-oncogenic"
        return "Dabrafenib" if (column, row) == ("Drugs", 0) else cell

    found = compared(tmp_path, earlier)
    assert [(each.what, each.change, each.subject, each.drug) for each in found.changes] == [
        ("driver", "new", "BRAF V600E", ""),
        ("drug match", "new", "BRAF (V600E)", "Vemurafenib(BRAF inhibitor)"),
        ("drug match", "gone", "BRAF (V600E)", "Dabrafenib"),
    ]


def test_samples_that_are_in_one_only_are_named_and_not_compared(tmp_path: Path) -> None:
    """One patient's driver is never another's change."""
    found = compared(tmp_path, lambda cell, *_: "three" if cell == "two" else cell)
    assert found.notes == [
        "samples in OLD only, not compared: three (1)",
        "samples in NEW only, not compared: two (1)",
    ]
    assert found.changes == []


def test_other_samples_altogether_are_refused(tmp_path: Path) -> None:
    """There is nothing to compare, and a mix-up is likely."""
    with pytest.raises(InputError, match="no sample in common"):
        compared(tmp_path, lambda cell, *_: {"one": "a", "two": "b"}.get(cell, cell))


def test_other_inputs_are_said(tmp_path: Path) -> None:
    """A driver that was not sent again is gone for another reason than CGI's."""
    findings = [read_findings(write_results(tmp_path / name)) for name in ("old", "new")]
    for sums, differ in ((("a", "b"), True), (("a", "a"), False), (("a", ""), False)):
        for found, checksum in zip(findings, sums, strict=True):
            found.sources = [
                replace(found.sources[0], job_id=found.name, inputs={"mutations": {"source": "v", "sha256": checksum}})
            ]
        assert any("the inputs differ" in note for note in compare(*findings).notes) is differ


def test_one_job_is_not_compared_with_itself(results: Path) -> None:
    """An id in CGI's summary tells that both are the same."""
    with (results / "summary.txt").open("a") as file:
        file.write("Analysis ID: deadbeef0123456789ab\n")
    with pytest.raises(InputError, match="the same job"):
        compare(read_findings(results), read_findings(results))


def test_another_tumour_type_is_said_and_makes_no_change_by_itself(tmp_path: Path) -> None:
    """Under another type CGI says YES to other rows."""
    old = write_results(tmp_path / "old", lambda cell, column, _: "NO" if column == "Match" else cell)
    (old / "summary.txt").write_text((old / "summary.txt").read_text().replace("CM", "LUAD").replace("12.2", "05.3"))
    found = compare(read_findings(old), read_findings(write_results(tmp_path / "new")))
    assert found.changes == []
    assert found.notes == [
        "tumour type differs: LUAD in OLD, CM in NEW",
        "CGI's version differs: v23.05.3 in OLD, v23.12.2 in NEW",
    ]
    assert found.as_json()["old"]["versions"] == ["v23.05.3"]


@pytest.mark.parametrize(
    ("table", "name", "subject"),
    [
        ("alterations.tsv", "mutations", "BRAF V600E"),
        ("cna_analysis.tsv", "copy numbers", "ERBB2 AMP"),
        ("biomarkers.tsv", "drug matches", "BRAF (V600E)"),
    ],
)
def test_what_one_side_has_no_table_of_is_no_change(tmp_path: Path, table: str, name: str, subject: str) -> None:
    """Without the table nobody knows what was found then: its rows were told as new, or as gone."""
    whole = read_findings(write_results(tmp_path / "whole"))
    lacking = write_results(tmp_path / "lacking")
    (lacking / table).unlink()
    for old, new, label in ((read_findings(lacking), whole, "OLD"), (whole, read_findings(lacking), "NEW")):
        found = compare(old, new)
        assert f"{label} has no table of {name}: not compared" in found.notes
        assert subject not in [each.subject for each in found.changes]
