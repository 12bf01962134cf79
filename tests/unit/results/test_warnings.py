"""What a reader of results is warned of: each caution with its number, and none where there is nothing to say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from archives.generations import generation, laid_out, table
from cgi_runner.results import read
from cgi_runner.results.archive import Unpacked, read_summary

ALTERATIONS = ["Input ID", "REF", "ALT", "CGI-Oncogenic Summary", "CGI-Consequence", "CGI-HGVS"]
BIOMARKERS = ["Sample ID", "Alterations", "Drugs", "Match", "BioM"]


def said(members: Mapping[str, str], folder: Path, cancer_type: str = "") -> list[str]:
    """Give the cautions for an archive."""
    laid_out(members, folder)
    return read(Unpacked(folder / "x.zip", folder, (), read_summary(folder)), [], cancer_type=cancer_type).cautions


def judged(consequence: str, summary: str = "", reference: str = "A", alternate: str = "T") -> dict[str, str]:
    """Give a row of alterations.tsv."""
    return {
        "Input ID": "input01_1",
        "REF": reference,
        "ALT": alternate,
        "CGI-Oncogenic Summary": summary,
        "CGI-Consequence": consequence,
    }


def test_quiet_results_need_no_caution(tmp_path: Path) -> None:
    """A judged substitution, no biomarkers: nothing to beware of."""
    assert said({"alterations.tsv": table(ALTERATIONS, judged("missense_variant", "non-oncogenic"))}, tmp_path) == []


@pytest.mark.parametrize(
    "consequence", ["missense_variant", "stop_gained", "frameshift_variant", "inframe_deletion", "splice_donor_variant"]
)
def test_a_changed_protein_without_a_verdict_is_not_harmless(consequence: str, tmp_path: Path) -> None:
    """CGI has left summaries empty with the status Done; that must not be read as benign."""
    rows = [judged(consequence), judged(consequence, " "), judged(consequence, "oncogenic (predicted)")]
    (caution,) = said({"alterations.tsv": table(ALTERATIONS, *rows)}, tmp_path)
    assert caution == "alterations that change a protein, without CGI's summary: 2; not judged, not harmless"


def test_an_intron_without_a_verdict_is_nothing_to_say(tmp_path: Path) -> None:
    """What does not change a protein has no verdict to miss."""
    assert said({"alterations.tsv": table(ALTERATIONS, judged("intron_variant"))}, tmp_path) == []


@pytest.mark.parametrize("name", ["2a", "2b"])
def test_older_tables_are_looked_at_too(name: str, tmp_path: Path) -> None:
    """The column of the verdict has had three names."""
    assert any(
        caution.startswith("alterations that change a protein, without CGI's summary: 1;")
        for caution in said(generation(name), tmp_path)
    )


def test_normalised_indels_are_pointed_out(tmp_path: Path) -> None:
    """POSITION, REF and ALT are CGI's own; joining them with echoed columns gives wrong keys."""
    rows = [judged("x", "y", "-", "G"), judged("x", "y", "GA", "-"), judged("x", "y")]
    (caution,) = said({"alterations.tsv": table(ALTERATIONS, *rows)}, tmp_path)
    assert caution.startswith("indels: 2; their POSITION, REF and ALT are CGI's")


def test_wild_types_are_inferred_from_absence(tmp_path: Path) -> None:
    """A panel that does not cover a gene gives its wild type all the same."""
    rows = [
        {"Alterations": "KRAS wildtype"},
        {"Alterations": "EGFR Wildtype, ALK wildtype"},
        {"Alterations": "BRAF (V600E)"},
    ]
    cautions = said({"biomarkers.tsv": table(BIOMARKERS, *rows)}, tmp_path)
    assert cautions[0].startswith("biomarkers of wild types: 2; inferred from absence")


def test_repeated_biomarkers_are_counted(tmp_path: Path) -> None:
    """Exact duplicates were in every large table seen; counting rows counts them twice."""
    rows = [{"Alterations": "a"}, {"Alterations": "a"}, {"Alterations": "a"}, {"Alterations": "b"}]
    assert "biomarker rows that are exact duplicates of others: 2" in said(
        {"biomarkers.tsv": table(BIOMARKERS, *rows)}, tmp_path
    )


def test_match_is_the_tumour_type(tmp_path: Path) -> None:
    """With the cancer type CANCER every row matches, which makes it meaningless."""
    members = {"biomarkers.tsv": table(BIOMARKERS, {"Match": "YES"})}
    assert said(members, tmp_path, "CM") == ["Match in the biomarkers means the tumour type, BioM the alteration"]
    assert said(members, tmp_path, "CANCER")[0].endswith("with CANCER it is YES everywhere")


def test_the_cancer_type_of_a_saved_archive_is_in_its_summary(tmp_path: Path) -> None:
    """Offline nobody says which one it was."""
    members = {"biomarkers.tsv": table(BIOMARKERS, {"Match": "YES"}), "summary.txt": "Cancer type: CANCER\n"}
    assert said(members, tmp_path)[0].endswith("with CANCER it is YES everywhere")


def test_a_summary_that_counts_otherwise_is_reported(tmp_path: Path) -> None:
    """CGI's own count is the check on a table that was cut short."""
    members = {"alterations.tsv": table(ALTERATIONS, judged("x", "y")), "summary.txt": "Analysed mutations: 3\n"}
    assert said(members, tmp_path) == ["CGI's summary counts other than its table has rows: 3 mutations, 1 rows"]


def test_a_table_without_the_columns_is_not_judged(tmp_path: Path) -> None:
    """Where a column is missing, nothing is said about it."""
    assert (
        said({"alterations.tsv": "Input ID\tCGI-HGVS\ninput01_1\tx\n", "biomarkers.tsv": "BioM\nx\n"}, tmp_path) == []
    )


def test_a_generation_that_names_no_rows_says_so(tmp_path: Path) -> None:
    """Nobody should take silence for completeness."""
    assert said(generation("2b"), tmp_path)[0] == (
        "this archive does not tell which rows of the mutations CGI left out: compare them yourself"
    )
