"""Columns for cBioPortal: the words that it allows, within the lengths that it allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgi_runner.annotate.cbioportal import DRIVER_COLUMNS, driver_columns
from cgi_runner.annotate.fields import KEYS
from cgi_runner.errors import InputError
from unit.annotate.conftest import annotate, vcf
from unit.annotate.test_maf import BRAF, NAMES, maf, row, rows_of


def test_drivers_passengers_and_what_was_not_judged_differ(results: Path) -> None:
    """A variant without a result has no word at all."""
    rows = maf(
        BRAF, row("9:300", "C>G", "two"), row("5:200-201", "->GG", "two"), row("3:100", "A>C"), row("1:1", "A>C")
    )
    found = rows_of(annotate(rows, results, cbioportal=True))
    assert [each["cbp_driver"] for each in found] == ["Putative_Driver", "Putative_Passenger", "Unknown", "", ""]
    assert [each["cbp_driver_annotation"] for each in found] == [
        "CGI v23.12.2: oncogenic (annotated)", "CGI v23.12.2: non-oncogenic", "CGI v23.12.2: not judged", "", "",
    ]  # fmt: skip
    assert [each["cbp_driver_tiers"] for each in found] == ["CGI B responsive", "", "CGI D responsive", "", ""]
    assert found[0]["cbp_driver_tiers_annotation"] == "complete match, BRCA, CGI v23.12.2"
    assert found[1]["cbp_driver_tiers_annotation"] == ""
    assert [each["CGI.Status"] for each in found][3:] == ["not_returned", "not_in_run"]


def test_the_columns_stand_together_at_the_right_end(results: Path) -> None:
    """Namespace columns, then all four of the custom drivers, which cBioPortal wants together."""
    names = annotate(maf(BRAF), results, cbioportal=True).splitlines()[1].split("\t")
    assert names == [*NAMES, *(f"CGI.{key.removeprefix('CGI_')}" for key in KEYS), *DRIVER_COLUMNS]


def test_no_text_is_longer_than_cbioportal_takes() -> None:
    """80 letters for annotations, 20 for tiers; two effects of one letter are both told, other levels give no tier."""
    values = {"CGI_Status": "returned", "CGI_Driver": "yes", "CGI_Summary": "x" * 200,
              "CGI_LevelResponsive": "A", "CGI_LevelResistant": "A"}  # fmt: skip
    _, annotation, tier, tier_annotation = driver_columns(values, "v23", "y" * 200)
    assert (len(annotation), len(tier_annotation)) == (80, 80)
    assert tier == "CGI A resp./resist."
    assert len(tier) <= 20
    assert driver_columns({**values, "CGI_LevelResistant": "C"}, "v23", "CM")[2] == "CGI A responsive"
    words = {**values, "CGI_LevelResponsive": "CASE REPORT", "CGI_LevelResistant": ""}
    assert driver_columns(words, "v23", "CM")[2:] == ("", "")


def test_names_that_cbioportal_refuses_are_refused_here(results: Path) -> None:
    """With all of them; a VCF has no place for these columns; columns that are there need --overwrite."""
    with pytest.raises(InputError, match=r"found the samples 'a b', 'c/d'"):
        annotate(maf(BRAF, row("1:1", "A>C", "a b"), row("1:1", "A>C", "c/d")), results, cbioportal=True)
    with pytest.raises(InputError, match="expected a MAF for cBioPortal"):
        annotate(vcf(), results, cbioportal=True)
    once = annotate(maf(BRAF), results, cbioportal=True)
    with pytest.raises(InputError, match=r"CGI\.Status"):
        annotate(once, results, cbioportal=True)
    assert annotate(once, results, cbioportal=True, overwrite=True) == once
