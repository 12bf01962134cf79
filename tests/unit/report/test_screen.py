"""What a run ends with on the screen: drivers and complete matches, never what only looks like one."""

from __future__ import annotations

from pathlib import Path

from cgi_runner.findings import read_findings
from cgi_runner.report.screen import MAX_ROWS, summary
from support.archives import table, write_members
from unit.report.conftest import MATCHES, write_results


def test_drivers_and_complete_matches_of_this_type_stand_in_columns(results: Path) -> None:
    """The letter beside its effect; what agrees in the gene only, and wild types, are not there."""
    lines = list(summary(read_findings(results)))
    assert lines[0] == "drivers: 5"
    assert lines[1].split() == ["sample", "gene", "change", "driver"]
    assert ["two", "ERBB2", "AMP", "known"] in [line.split() for line in lines]
    place = lines.index("complete matches in this tumour type (CM): 2")
    assert lines[place + 1].split() == ["sample", "alteration", "drug", "effect", "level"]
    assert lines[place + 2].split() == [
        "one", "BRAF", "(V600E)", "Vemurafenib(BRAF", "inhibitor)", "Responsive", "A",
    ]  # fmt: skip
    assert len(lines) == place + 4
    assert not any("Olaparib" in line or "Cetuximab" in line for line in lines)


def test_under_cancer_no_match_is_called_one_of_this_type(tmp_path: Path) -> None:
    """CGI says YES to every row then."""
    folder = write_results(tmp_path, lambda cell, column, _: "YES" if column == "Match" else cell)
    (folder / "summary.txt").write_text("Cancer type: CANCER\n")
    lines = list(summary(read_findings(folder)))
    assert "complete matches in any tumour type: 3" in lines
    assert not any("this tumour type" in line for line in lines)


def test_long_tables_and_cells_say_that_there_is_more(tmp_path: Path) -> None:
    """The screen shows the first ones only."""
    rows = [
        {"Sample ID": "one", "Drugs": f"{n:03}" + "x" * 90, "Match": "YES" if n else "NO", "BioM": "complete"}
        for n in range(MAX_ROWS + 4)
    ]
    lines = list(summary(read_findings(write_members({"biomarkers.tsv": table(MATCHES, *rows)}, tmp_path))))
    assert lines[0] == "drivers: unknown, there is no table of alterations"
    assert lines[-1] == "  … and 3 more"
    assert max(map(len, lines)) < 120
    assert "…" in lines[3]


def test_no_table_of_matches_is_not_no_match(tmp_path: Path) -> None:
    """Unknown is a question mark."""
    cells = table(["Input ID", "CGI-Gene", "CGI-Oncogenic Summary"], {"CGI-Gene": "X"})
    lines = list(summary(read_findings(write_members({"alterations.tsv": cells}, tmp_path))))
    assert lines == ["drivers: 0 (copy numbers and fusions: unknown)", "complete matches in this tumour type: ?"]
