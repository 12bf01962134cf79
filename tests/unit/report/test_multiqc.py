"""Files for MultiQC: its form, the samples' own names, and every text escaped, since it shows them as HTML."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.findings import MatchKind, TumourMatch, read_findings
from cgi_runner.report.multiqc import write_multiqc
from cgi_runner.report.tables import json_pieces
from support.archives import write_members
from unit.report.conftest import write_results
from unit.report.test_page import HOSTILE


def contents(folder: Path) -> dict[str, Any]:
    """Write the files of a folder's findings, and read them."""
    paths = write_multiqc(read_findings(folder), folder / "multiqc")
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def test_general_statistics_are_those_of_each_sample(results: Path) -> None:
    """Drivers, complete matches in the tumour type, level A with its effect; unknown is no cell at all."""
    general = contents(results)["cgi_general_mqc.json"]
    assert general["data"]["one"] == {
        "cgi_mutations": 1, "cgi_drivers": 1, "cgi_complete": 1, "cgi_a_responsive": 1, "cgi_a_resistant": 0,
    }  # fmt: skip
    assert all(len(column) == 1 for column in general["pconfig"])
    only = write_members({"biomarkers.tsv": (results / "biomarkers.tsv").read_bytes()}, results.parent / "only")
    assert "cgi_drivers" not in contents(only)["cgi_general_mqc.json"]["data"]["one"]


def test_under_cancer_level_a_is_counted_in_any_type_and_never_a_nought(results: Path) -> None:
    """The columns then say `any tumour type`; beside a sample of a known type, that number is not known."""
    table = results / "biomarkers.tsv"
    rows = table.read_text().replace("\tNO\t", "\tYES\t")
    table.write_text(rows)
    (results / "summary.txt").write_text("CGI version: v23.12.2\nCancer type: CANCER\n")
    found = read_findings(results)
    general = contents(results)["cgi_general_mqc.json"]
    assert general["data"]["one"] == {
        "cgi_mutations": 1, "cgi_drivers": 1, "cgi_complete": 2, "cgi_a_responsive": 1, "cgi_a_resistant": 0,
    }  # fmt: skip
    assert "any tumour type, level A" in str(general["pconfig"])
    samples = json.loads("".join(json_pieces(found)))["samples"]
    assert [sample["level_a_this_tumour_type"] for sample in samples] == [None, None]
    assert found.samples["one"].matches_of(MatchKind.COMPLETE, TumourMatch.THIS) is None
    assert found.samples["one"].matches_of(MatchKind.COMPLETE, TumourMatch.OTHER) is None


def test_no_word_of_cgi_s_is_the_name_of_a_row(results: Path) -> None:
    """MultiQC cuts names of rows at slashes: they are the sample and a number."""
    table = contents(results)["cgi_biomarkers_mqc.json"]
    assert list(table["data"]) == ["one | 001", "two | 001"]
    assert table["data"]["one | 001"]["drug"] == "Vemurafenib(BRAF inhibitor)"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_cell_is_markup(text: str, tmp_path: Path) -> None:
    """Keys and values alike, in all files."""
    write_results(tmp_path, lambda *_: text.replace("\x00", " "), title=text)
    for path in write_multiqc(read_findings(tmp_path), tmp_path / "multiqc"):
        assert not re.search(r"[<>']|\\\"", path.read_text(encoding="utf-8"))
