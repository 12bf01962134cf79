"""What a reader of results is warned of: each warning with its number, and none where there is nothing to say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cgi_runner.results import read
from cgi_runner.results.archive import ExtractedArchive
from cgi_runner.results.matching import Matching
from cgi_runner.results.reconcile import RowAccount
from cgi_runner.results.summary import Summary, read_summary
from cgi_runner.results.warnings import unknown_reasons
from support.archives import make_generation, table, write_members

ALTERATIONS = ["Input ID", "REF", "ALT", "CGI-Oncogenic Summary", "CGI-Consequence", "CGI-HGVS"]
BIOMARKERS = ["Sample ID", "Alterations", "Drugs", "Match", "BioM"]

NO_COPY = "the archive holds no copy of an input, so it is not known which rows CGI left out"


def said(members: Mapping[str, str], folder: Path, cancer_type: str = "") -> list[str]:
    """Return the warnings for an archive."""
    write_members(members, folder)
    found = read(ExtractedArchive(folder / "x.zip", folder, (), read_summary(folder)), [], cancer_type=cancer_type)
    return [sentence for sentence in found.warnings if sentence != NO_COPY]


def judged(consequence: str, summary: str = "", reference: str = "A", alternate: str = "T") -> dict[str, str]:
    """Return a row of alterations.tsv."""
    return {
        "Input ID": "input01_1",
        "REF": reference,
        "ALT": alternate,
        "CGI-Oncogenic Summary": summary,
        "CGI-Consequence": consequence,
    }


def test_quiet_results_need_no_warning(tmp_path: Path) -> None:
    """A judged substitution, no biomarkers: nothing to warn of."""
    assert said({"alterations.tsv": table(ALTERATIONS, judged("missense_variant", "non-oncogenic"))}, tmp_path) == []


@pytest.mark.parametrize(
    "consequence", ["missense_variant", "stop_gained", "frameshift_variant", "inframe_deletion", "splice_donor_variant"]
)
def test_a_changed_protein_without_a_verdict_is_not_harmless(consequence: str, tmp_path: Path) -> None:
    """CGI has left summaries empty with the status Done; that must not be read as benign."""
    rows = [judged(consequence), judged(consequence, " "), judged(consequence, "oncogenic (predicted)")]
    (warning,) = said({"alterations.tsv": table(ALTERATIONS, *rows)}, tmp_path)
    assert warning == "alterations that change a protein, without CGI's summary: 2; not judged, not harmless"


def test_an_intron_without_a_verdict_is_nothing_to_say(tmp_path: Path) -> None:
    """What does not change a protein has no verdict to miss."""
    assert said({"alterations.tsv": table(ALTERATIONS, judged("intron_variant"))}, tmp_path) == []


@pytest.mark.parametrize("name", ["2a", "2b"])
def test_older_tables_are_looked_at_too(name: str, tmp_path: Path) -> None:
    """The column of the verdict has had three names."""
    assert any(
        warning.startswith("alterations that change a protein, without CGI's summary: 1;")
        for warning in said(make_generation(name), tmp_path)
    )


def test_normalised_indels_are_pointed_out(tmp_path: Path) -> None:
    """POSITION, REF and ALT are CGI's own; joining them with echoed columns gives wrong keys."""
    rows = [judged("x", "y", "-", "G"), judged("x", "y", "GA", "-"), judged("x", "y")]
    (warning,) = said({"alterations.tsv": table(ALTERATIONS, *rows)}, tmp_path)
    assert warning.startswith("indels: 2; their POSITION, REF and ALT are CGI's")


def test_wild_types_are_inferred_from_absence(tmp_path: Path) -> None:
    """A panel that does not cover a gene gives its wild type all the same."""
    rows = [
        {"Alterations": "KRAS wildtype"},
        {"Alterations": "EGFR Wildtype, ALK wildtype"},
        {"Alterations": "BRAF (V600E)"},
    ]
    warnings = said({"biomarkers.tsv": table(BIOMARKERS, *rows)}, tmp_path)
    assert warnings[0].startswith("biomarkers of wild types: 2; inferred from absence")


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
    assert said(members, tmp_path) == ["CGI's summary and its table disagree: 3 mutations, 1 rows"]


def test_a_summary_that_counts_fewer_biomarkers_is_reported(tmp_path: Path) -> None:
    """Rows that CGI does not count may be another job's."""
    counts = "Biomarkers in cancer type: 0\nBiomarkers in other cancer type: 1\n"
    members = {"biomarkers.tsv": table(BIOMARKERS, {"Match": "NO"}, {"Match": ""}), "summary.txt": counts}
    assert "CGI's summary and its table disagree: 1 biomarkers, 2 rows" in said(members, tmp_path)
    members["biomarkers.tsv"] = table(BIOMARKERS, {"Match": "NO"})
    assert not any("disagree" in warning for warning in said(members, tmp_path))


def test_a_table_without_the_columns_is_not_judged(tmp_path: Path) -> None:
    """Where a column is missing, nothing is said about it."""
    assert (
        said({"alterations.tsv": "Input ID\tCGI-HGVS\ninput01_1\tx\n", "biomarkers.tsv": "BioM\nx\n"}, tmp_path) == []
    )


def test_a_generation_that_names_no_rows_says_so(tmp_path: Path) -> None:
    """Nobody should take silence for completeness."""
    assert said(make_generation("2b"), tmp_path)[0] == (
        "this archive does not show which rows of the mutations CGI left out: compare them yourself"
    )


def test_an_archive_without_a_copy_of_the_input_leaves_everything_open(tmp_path: Path) -> None:
    """Without what was sent, nobody can tell what is missing, and that is said."""
    write_members({"alterations.tsv": table(ALTERATIONS, judged("x", "y"))}, tmp_path)
    found = read(ExtractedArchive(tmp_path / "x.zip", tmp_path, (), Summary()), [])
    assert found.warnings == found.unknown_reasons == [NO_COPY]


def warnings_of(members: dict[str, str], folder: Path, **about: str) -> list[str]:
    """Return the warnings for an archive."""
    write_members(members, folder)
    found = read(ExtractedArchive(folder / "x.zip", folder, (), Summary(about)), []).warnings
    return [sentence for sentence in found if sentence != NO_COPY]


def test_warnings_are_whole_sentences(tmp_path: Path) -> None:
    """In their order, most serious first."""
    columns = ["Input ID", "REF", "ALT", "CGI-Oncogenic Summary", "CGI-Consequence", "CGI-HGVS"]
    rows = [
        {"REF": "-", "ALT": "A", "CGI-Consequence": "stop_lost"},
        {"REF": "A", "ALT": "-", "CGI-Consequence": "protein_altering_variant"},
        {"REF": "A", "ALT": "T", "CGI-Consequence": "start_lost", "CGI-Oncogenic Summary": "x"},
    ]
    biomarkers = ["Alterations", "Match", "BioM"]
    drugs = [{"Alterations": "KRAS wildtype"}] * 2
    assert warnings_of(
        {"alterations.tsv": table(columns, *rows), "biomarkers.tsv": table(biomarkers, *drugs)},
        tmp_path,
        **{"Analysed mutations": "2", "Cancer type": "CANCER"},
    ) == [
        "CGI's summary and its table disagree: 2 mutations, 3 rows",
        "alterations that change a protein, without CGI's summary: 2; not judged, not harmless",
        "indels: 2; their POSITION, REF and ALT are CGI's own, only echoed columns are as sent",
        "biomarkers of wild types: 2; inferred from absence, wrong for genes that your panel lacks",
        "biomarker rows that are exact duplicates of others: 1",
        "Match in the biomarkers means the tumour type, BioM the alteration; with CANCER it is YES everywhere",
    ]


def test_a_layout_not_seen_before_is_said_in_full(tmp_path: Path) -> None:
    """And which rows it leaves open, by the upload's own name where its kind is unknown."""
    assert warnings_of({"alterations.tsv": "Verdict\nx\n", "input01.tsv": "what\ny\n"}, tmp_path) == [
        "CGI's archive has a layout not seen before; its files are kept as they are, row counts may be missing",
        "this archive does not show which rows of the input01.tsv CGI left out: compare them yourself",
    ]


@pytest.mark.parametrize("missing", ["REF", "ALT", "Input ID", "CGI-Oncogenic Summary", "CGI-Consequence"])
def test_nothing_is_judged_by_half_of_its_columns(missing: str, tmp_path: Path) -> None:
    """A table that lacks one of two columns is read to its end all the same."""
    columns = ["Input ID", "REF", "ALT", "CGI-Oncogenic Summary", "CGI-Consequence", "CGI-HGVS"]
    columns.remove(missing)
    said = warnings_of({"alterations.tsv": table(columns, {"REF": "-", "CGI-Consequence": "missense"})}, tmp_path)
    is_about_indels = missing in {"REF", "ALT", "Input ID"}
    assert [sentence.split(",")[0].split(":")[0] for sentence in said] == [
        "alterations that change a protein" if is_about_indels else "indels"
    ]


def test_a_table_of_biomarkers_without_rows_needs_no_warning(tmp_path: Path) -> None:
    """Nor one without the columns in question."""
    assert warnings_of({"biomarkers.tsv": "Alterations\tMatch\tBioM\n"}, tmp_path) == []
    assert warnings_of({"biomarkers.tsv": "Match\tBioM\nYES\tx\n"}, tmp_path) == [
        "Match in the biomarkers means the tumour type, BioM the alteration"
    ]


def test_findings_say_nothing_that_the_summary_does_not(tmp_path: Path) -> None:
    """Without a summary, version and date are empty; the log's reasons come with the missing rows."""
    write_members(make_generation("2d") | {"summary.txt": ""}, tmp_path)
    log = ["WARNING  odd allele  | Alteration ID:  input01_2", "WARNING  x | Alteration ID: input02_2 "]
    found = read(ExtractedArchive(tmp_path / "x.zip", tmp_path, (), Summary()), log)
    assert (found.format_version, found.version, found.date) == ("2d", "", "")
    assert [(row.kind, row.alteration, row.reason) for row in found.missing] == [
        ("mutations", "chr7:55181378 C>T,A", "odd allele"),
        ("cnas", "PTEN gone", "x"),
    ]


def test_what_is_open_is_told_of_each_kind_once() -> None:
    """Uploads of one kind share their rows of results; those of the next kind are told of all the same."""
    shared, own = Matching(unreadable=2), Matching(uncompared=3)
    accounts = [
        RowAccount("mutations", 1, 1, 0, 0, matching=shared),
        RowAccount("mutations", 1, 1, 0, 0, matching=shared),
        RowAccount("cnas", 1, 1, 0, None, matching=own),
    ]
    assert unknown_reasons(accounts) == [
        "rows of mutations with an Input ID that names no row that was sent: 2",
        "this archive does not show which rows of the cnas CGI left out: compare them yourself",
        "rows of cnas that could not be compared with the input, only their ids: 3",
    ]
