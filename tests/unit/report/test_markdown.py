"""The short report in Markdown: short enough for Galaxy, and cells stay text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cgi_runner.findings import read_findings
from cgi_runner.report.compare import compare
from cgi_runner.report.markdown import MAX_CHARACTERS, escape, render_markdown
from support.archives import table, write_members
from unit.report.conftest import MATCHES, write_results
from unit.report.test_page import HOSTILE


def test_it_holds_numbers_warnings_matches_and_drivers(results: Path) -> None:
    """In this order, with what the results may be used for above all of them."""
    text = render_markdown(read_findings(results))
    words = ["Research use, unreviewed", "| Driver mutations | 2 |", "| Rows not returned | ? |", "## Warnings",
             "Vemurafenib\\(BRAF inhibitor\\)", "```vega", "## Drivers", "| two | TP53 | R273H |"]  # fmt: skip
    assert [text.index(word) for word in words] == sorted(text.index(word) for word in words)
    assert "Olaparib" not in text  # only the gene agrees


def test_it_ends_at_a_whole_line_before_galaxy_stops_reading(tmp_path: Path) -> None:
    """And says that there is more."""
    rows = [{"Sample ID": "one", "Drugs": f"drug {n}", "Match": "NO", "BioM": "complete"} for n in range(2)]
    rows += [{"Sample ID": "one", "Drugs": f"drug {n}", "Match": "YES", "BioM": "complete"} for n in range(500)]
    text = render_markdown(read_findings(write_members({"biomarkers.tsv": table(MATCHES, *rows)}, tmp_path)))
    assert len(text) <= MAX_CHARACTERS
    assert text.endswith("*More in the tables.*\n")
    assert re.search(r"\| drug \d+ \|  \|  \|\n\n\*More", text)


def test_many_warnings_leave_room_for_the_tables(results: Path) -> None:
    """A cohort of many jobs can have more warnings than Galaxy reads characters; drivers are shown all the same."""
    findings = read_findings(results)
    findings.warnings = [f"warning {number}: {'words ' * 20}" for number in range(200)]
    findings.sources *= 30
    text = render_markdown(findings)
    assert "| two | TP53 | R273H |" in text
    assert re.search(r"^- and 18\d more, which the page \(report.html\) has$", text, re.MULTILINE)
    assert f"and {len(findings.sources) - 5} more jobs" in text


@pytest.mark.parametrize(
    "text", [*HOSTILE, "a | b", "`x` **y** [z](http://e)", "# x", "```galaxy", "${x} <%", "x" * 300]
)
def test_cells_stay_text(text: str, tmp_path: Path) -> None:
    """No cell opens an element, a link, a column or a block, and the figure's block ends where it should."""
    assert not re.search(r"(?<!\\)[<>|`*\[\]]", escape(text))
    write_results(tmp_path, lambda *_: text.replace("\x00", " "), title=text)
    shown = render_markdown(read_findings(tmp_path))
    outside = re.sub(r"^```vega\n(.*)\n```$", "", shown, flags=re.MULTILINE)
    assert not re.search(r"(?<!\\)[<>`]", outside)
    assert all(json.loads(figure) for figure in re.findall(r"^```vega\n(.*)\n```$", shown, flags=re.MULTILINE))


def test_changes_stand_above_the_tables(tmp_path: Path) -> None:
    """With what was compared; and where nothing has changed, that is said."""

    def earlier(cell: str, column: str, row: int) -> str:
        return "C" if (column, row) == ("Evidence", 0) else cell

    new = read_findings(write_results(tmp_path / "new"))
    text = render_markdown(new, compare(read_findings(write_results(tmp_path / "old", earlier)), new))
    assert text.index("## What has changed") < text.index("## Drivers")
    assert "| drug match | changed |" in text
    same = render_markdown(new, compare(read_findings(write_results(tmp_path / "same")), new))
    assert "Nothing: drivers and drug matches are the same." in same
    assert "What has changed" not in render_markdown(new)


def test_what_was_not_sent_is_not_unknown(tmp_path: Path) -> None:
    """A run of mutations alone has no copy numbers, and that is known; the page has a dash there."""
    folder = write_results(tmp_path)
    for name in ("cna_analysis.tsv", "fusion_analysis.tsv"):
        (folder / name).unlink()
    assert "| Driver copy numbers and fusions | ? |" in render_markdown(read_findings(folder))
    record = {"schema": 1, "service": "s", "state": "verified", "inputs": {"mutations": {}}, "samples": {"one": 1}}
    (folder / "cgi-job.json").write_text(json.dumps(record))
    text = render_markdown(read_findings(folder))
    assert "| Driver copy numbers and fusions | none was sent |" in text


def test_words_that_nobody_knows_are_among_the_warnings(results: Path) -> None:
    """As on the page: a class of CGI's that this version does not know is shown as it is."""
    assert "this version does not know, 1 times\\: new word" in render_markdown(read_findings(results))


def test_rows_left_out_stand_with_their_reasons(tmp_path: Path) -> None:
    """How many were not sent is among the numbers; without a list it is unknown, not none."""
    folder = write_results(tmp_path)
    (folder / "dropped.tsv").unlink()
    text = render_markdown(read_findings(folder))
    assert "| Rows not sent | ? |" in text
    assert "## Rows left out" not in text
    header = "input\tline\tsample\talteration\tstage\treason\n"
    rows = [f"mutations\t{line}\tone\tchr7:{line} A>T\tnot sent\tFILTER is not PASS\n" for line in range(4, 7)]
    (folder / "dropped.tsv").write_text("".join([header, *rows]))
    text = render_markdown(read_findings(folder))
    assert "| Rows not sent | 3 |" in text
    assert text.index("## Drivers") < text.index("| 3 | not sent | FILTER is not PASS |")
    (folder / "dropped.tsv").write_text(header)
    assert "| Rows not sent | 0 |" in render_markdown(read_findings(folder))


def test_the_title_names_a_few_samples(tmp_path: Path) -> None:
    """The name of a folder alone would not say whose report it is."""
    folder = write_results(tmp_path / "results")
    assert render_markdown(read_findings(folder)).splitlines()[0] == "# results\\: one, two"
