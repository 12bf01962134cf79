"""Real archives: all numbers of the model are those of a count with nothing but the csv module."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from cgi_runner.findings import MatchKind, TumourMatch, read_findings

pytestmark = pytest.mark.real_archives

FOLDERS = ("querynator_2023-05-30_b829a5b", "querynator_2024-07-03_1182bbd", "querynator_2024-09-09_v23.12.2")


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table by csv alone."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("name", FOLDERS)
def test_matches_are_those_of_an_independent_count(name: str, real_data: Path) -> None:
    """Distinct matches by kind and tumour type, as the contract defines them."""
    keys = {
        tuple(row[name].replace("\xa0", " ").strip() for name in
              ("Sample ID", "Alterations", "Biomarker", "Drugs", "Response", "Evidence", "BioM", "Match"))
        for row in rows(real_data / name / "biomarkers.tsv")
    }  # fmt: skip
    counted = Counter(
        (
            "wild type" if "wildtype" in key[1] + key[2] else "complete" if key[6] == "complete" else "partial",
            "any" if "2023" in name else {"YES": "this", "NO": "other"}[key[7]],
        )
        for key in keys
    )
    found = read_findings(real_data / name)
    assert Counter((match.kind.value, match.tumour.value) for match in found.matches) == counted
    assert sum(sum(sample.matches.values()) for sample in found.samples.values()) == len(keys)


@pytest.mark.parametrize("name", [FOLDERS[0], FOLDERS[2]])
def test_drivers_are_those_of_the_summary_column(name: str, real_data: Path) -> None:
    """CGI calls them oncogenic, whatever the prediction says."""
    table = rows(real_data / name / "alterations.tsv")
    drivers = [row for row in table if row["CGI-Oncogenic Summary"].startswith("oncogenic (")]
    found = read_findings(real_data / name)
    assert sorted((driver.gene, driver.protein, driver.genome) for driver in found.drivers) == sorted(
        (row["CGI-Gene"], row["CGI-Protein Change"], row["CGI-Mutation"]) for row in drivers
    )
    assert (found.samples["input01"].mutations, found.samples["input01"].drivers) == (len(table), len(drivers))


def test_the_archive_of_a_breast_tumour_has_the_numbers_of_its_dossier(real_data: Path) -> None:
    """17 complete matches in the tumour type, none of level A, though CGI's summary counts one."""
    found = read_findings(real_data / FOLDERS[2] / "cgi_test_out.cgi_results.zip")
    sample = found.samples["input01"]
    assert sample.drivers == 84
    assert sample.matches_of(MatchKind.COMPLETE, TumourMatch.THIS) == 17
    assert sample.matches_of(MatchKind.COMPLETE, TumourMatch.OTHER) == 119
    assert sample.matches_of(MatchKind.PARTIAL) == 13 + 268
    assert sample.matches_of(MatchKind.WILD_TYPE) == 14
    assert not sample.level_a
    assert any("in the tumour type: 1 by CGI's summary, 0 of them complete" in text for text in found.warnings)
    assert {(match.tumour.value, match.alterations) for match in found.matches if match.unlisted == ("N2875H",)} == {
        ("this", "ATM (N2875H)")
    }
    assert sum(bool(match.unlisted) for match in found.matches) == 5
    assert found.not_returned == 0
    assert not any(match.is_untied for match in found.matches)
    unknown = read_findings(real_data / "querynator_2023-02-07_8b1e8ad")
    assert unknown.not_returned is None
