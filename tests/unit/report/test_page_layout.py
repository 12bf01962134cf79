"""How the page is laid out: what is unknown, names in drawings, and rows that are stacked on a narrow screen."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from cgi_runner.findings import read_findings
from cgi_runner.report.markdown import render_markdown
from cgi_runner.report.outputs import write_report
from cgi_runner.report.screen import summary
from unit.report.conftest import write_results


def page_of(folder: Path) -> str:
    """Write the page of a folder and give its text."""
    return write_report(read_findings(folder), folder / "report.html", top=300).read_text(encoding="utf-8")


def test_a_sample_without_a_mutation_among_the_results_is_not_shown_as_one_without_drivers(tmp_path: Path) -> None:
    """Nobody knows whether it was sequenced: a sample of a table of fusions alone had empty cells, and a 0."""
    known = read_findings(write_results(tmp_path / "known"))
    known.samples["one"].classes.clear()
    known.drivers[:] = [driver for driver in known.drivers if driver.sample != "one"]
    page = write_report(known, tmp_path / "none.html", top=300).read_text()
    assert "No mutation came back, or not known: one.</desc>" in page
    assert ">none came back</text>" in page
    assert "one: no mutation came back" in page


def test_what_is_unknown_of_drugs_is_not_called_none(tmp_path: Path) -> None:
    """Without a table of drug matches the tile said "none of level A", and the headings (0)."""
    folder = write_results(tmp_path / "results")
    (folder / "biomarkers.tsv").unlink()
    page = page_of(folder)
    assert "none of level A" not in page
    assert "unknown: no table of drug matches" in page
    assert page.count("Unknown: there is no table of drug matches.") == 4
    assert page.count(" (?)</h3>") == 4


def test_long_names_that_differ_at_their_ends_stay_apart_in_drawings(tmp_path: Path) -> None:
    """Both were cut to the same letters."""
    names = {"one": "COHORT-OF-THE-CLINIC-0001-TUMOR", "two": "COHORT-OF-THE-CLINIC-0002-TUMOR"}
    page = page_of(write_results(tmp_path / "results", lambda cell, _column, _row: names.get(cell, cell)))
    drawn = [text for text in re.findall(r"<text[^>]*>([^<]+)</text>", page) if "…" in text]
    assert len(drawn) == 4
    assert len(set(drawn)) == 4


def test_every_column_has_its_heading_where_rows_are_stacked(results: Path) -> None:
    """On a narrow screen, each cell stands below the other behind the name of its column."""
    page = page_of(results)
    tables = re.findall(
        r'<table class="stacked (?:drugs )?(\w+)">.*?<thead><tr>(.*?)</tr></thead>(.*?)</table>', page, re.DOTALL
    )
    assert {name for name, _, _ in tables} == {
        "levels",
        "matches",
        "partial",
        "wild",
        "mutations",
        "structural",
        "dropped",
    }
    for name, head, body in tables:
        headings = [unescape(text) for text in re.findall(r'<th scope="col">(.*?)</th>', head)]
        for place, heading in enumerate(headings, start=1):
            assert f'.{name} tbody tr > :nth-child({place})::before {{ content: "{heading}"; }}' in page
        rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
        assert rows
        assert {len(re.findall(r"<t[dh][ >]", row)) for row in rows} == {len(headings)}


def test_no_browser_hides_rows_of_its_own_accord(results: Path) -> None:
    """Firefox keeps the boxes of a page that is loaded anew: unticked ones would hide resistances unseen."""
    boxes = re.findall(r'<input type="checkbox"[^>]*>', page_of(results))
    assert len(boxes) == 8
    assert all('autocomplete="off"' in box and "checked" in box for box in boxes)


def test_each_sample_of_a_mixed_cohort_has_its_tumour_type_beside_it(results: Path) -> None:
    """A match "in this tumour type" of one sample was in a type that only the head of the page named."""
    found = read_findings(results)
    page = write_report(found, results / "one.html", top=300).read_text(encoding="utf-8")
    assert '<td class="who">one</td>' in page
    found.samples["two"].cancer_type = "BRCA"
    page = write_report(found, results / "two.html", top=300).read_text(encoding="utf-8")
    assert '<td class="who">one <span class="small soft">CM</span></td>' in page
    assert '<td class="who">two <span class="small soft">BRCA</span></td>' in page
    assert any(re.match(r"  one \(CM\) +BRAF \(V600E\)", line) for line in summary(found))
    assert r"one \(CM\)" in render_markdown(found)
    found.samples["two"].cancer_type = None
    page = write_report(found, results / "three.html", top=300).read_text(encoding="utf-8")
    assert '<td class="who">two <span class="small soft">?</span></td>' in page


def test_a_word_breaks_before_a_parenthesis(tmp_path: Path) -> None:
    """`BRAF (` stood at the end of a line, and `V600E)` in the next."""
    page = page_of(write_results(tmp_path / "results"))
    assert "<td>BRAF (V600E)</td>" in page
    assert "Vemurafenib<wbr>(BRAF inhibitor)" in page
