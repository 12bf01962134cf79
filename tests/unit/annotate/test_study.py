"""A study folder for cBioPortal, of a cohort of the sandbox and of results with rows of every kind."""

from __future__ import annotations

import csv
import logging
from pathlib import Path

import pytest

from cgi_runner.annotate.file import annotate_study
from cgi_runner.errors import InputError
from conftest import EXAMPLES, SimulatedClock
from support.archives import table
from support.cli import cgi_runner
from unit.annotate.conftest import BIOMARKERS, MATCHES, match
from unit.annotate.test_maf import BRAF, NAMES, maf, row, rows_of

COLUMNS = (*NAMES, "Variant_Classification", "HGVSp_Short")
CNAS = ["sample", "gene", "cna", "known_in_tumors", "gene_role", "driver"]
FUSIONS = ["sample", "fus", "effector_gene", "known_in_tumors", "gene_role", "driver"]
DRIVERS = ("cbp_driver", "cbp_driver_annotation", "cbp_driver_tiers", "cbp_driver_tiers_annotation")


def write_maf(path: Path, *rows: list[str], head: str = "") -> Path:
    """Write a MAF that cBioPortal takes."""
    path.write_text(maf(*([*cells, "Missense_Mutation", "p.A1C"] for cells in rows), names=COLUMNS, head=head))
    return path


def run_demo_cohort(folder: Path) -> tuple[Path, Path]:
    """Interpret the examples as a cohort on the sandbox; give the MAF and the cohort's folder."""
    with (EXAMPLES / "mutations.tsv").open(encoding="utf-8") as file:
        facts = list(csv.DictReader(file, delimiter="\t"))
    rows = [row(f"{each['chr']}:{each['pos']}", f"{each['ref']}>{each['alt']}", each["sample"]) for each in facts]
    source = write_maf(folder / "cohort.maf", *rows, head="#version 2.4\n")
    with pytest.MonkeyPatch.context() as patch:
        SimulatedClock().replace_system_clock(patch)
        patch.setenv("CGI_SANDBOX_DURATION", "0.01")
        outcome = cgi_runner(
            "cohort", "--sandbox", "--mutations", source, "--cnas", EXAMPLES / "cnas.tsv", "--translocations",
            EXAMPLES / "translocations.tsv", "--cancer-type", "CM", "--reference", "hg38", "--output",
            folder / "cohort", "--no-report",
        )  # fmt: skip
    assert outcome.code == 0, outcome.err
    return source, folder / "cohort"


def meta(path: Path) -> dict[str, str]:
    """Read a meta file."""
    return dict(line.split(": ", 1) for line in path.read_text(encoding="utf-8").splitlines())


def write_structural(results: Path) -> None:
    """Add copy numbers and fusions, and drug matches of them, to the results."""
    cnas = [
        {
            "sample": "one",
            "gene": "ERBB2",
            "cna": "AMP",
            "gene_role": "Act",
            "driver": "known",
            "known_in_tumors": "A;B",
        },
        {"sample": "two", "gene": "PTEN", "cna": "DEL", "gene_role": "LoF", "driver": "predicted"},
        {"sample": "two", "gene": "XYZ", "cna": "AMP", "driver": "other"},
        {"sample": "two", "gene": "NEW", "cna": "AMP", "driver": "a new word"},
        {"sample": "two", "gene": "PTEN", "cna": "AMP", "driver": "known"},
    ]
    (results / "cna_analysis.tsv").write_text(table(CNAS, *cnas))
    fusion = {"sample": "two", "fus": "ABL1__BCR", "effector_gene": "ABL1", "driver": "known"}
    (results / "fusion_analysis.tsv").write_text(table(FUSIONS, fusion, fusion))
    found = [*BIOMARKERS, match("one", "ERBB2 AMP", "Trastuzumab", "Responsive", "A"),
             match("two", "ABL1__BCR ", "Imatinib", "Responsive", "A", is_this=False)]  # fmt: skip
    (results / "biomarkers.tsv").write_text(table(MATCHES, *found))


def test_the_demo_cohort_makes_a_whole_study(tmp_path: Path) -> None:
    """Every meta file names its data file, and every sample of any file is among the clinical ones and in its lists."""
    source, cohort = run_demo_cohort(tmp_path)
    outcome = cgi_runner("annotate", source, cohort, "--study", tmp_path / "my study")
    assert (outcome.code, outcome.out) == (0, f"{tmp_path / 'my study'}\n"), outcome.err
    study = tmp_path / "my study"
    about = meta(study / "meta_study.txt")
    assert about["cancer_study_identifier"] == "my_study"
    assert about["type_of_cancer"] == (study / "cancer_type.txt").read_text().split("\t")[0] == "cgi_cm"
    for path in study.glob("meta_*.txt"):
        assert (study / meta(path).get("data_filename", "meta_study.txt")).is_file(), path
    with (study / "data_clinical_sample.txt").open() as file:
        samples = [line.split("\t")[1] for line in file if not line.startswith("#")][1:]
    assert samples == ["breast-1", "leukaemia-1", "lung-1", "melanoma-1"]
    named = {name: {each["Sample_Id"] for each in rows_of((study / f"data_{name}.txt").read_text())}
             for name in ("cna", "sv")}  # fmt: skip
    assert named == {"cna": {"breast-1", "lung-1", "melanoma-1"}, "sv": {"leukaemia-1", "lung-1"}}
    for name, whose in named.items():
        listed = meta(study / "case_lists" / f"cases_{name}.txt")["case_list_ids"].split("\t")
        assert whose <= set(listed) <= set(samples)
    rows = rows_of((study / "data_mutations.txt").read_text())
    assert {each["CGI.Status"] for each in rows} == {"returned"}
    assert set(DRIVERS) <= rows[0].keys()


def test_copy_numbers_and_fusions_have_their_calls(
    results: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Known and predicted are drivers, other is none, a new word is not judged; a contradiction is said."""
    write_structural(results)
    caplog.set_level(logging.INFO)
    annotate_study(write_maf(tmp_path / "in.maf", BRAF), results, tmp_path / "study")
    found = {
        each["Hugo_Symbol"]: each for each in rows_of((tmp_path / "study/data_cna.txt").read_text(encoding="utf-8"))
    }
    assert {gene: (each["Sample_Id"], each["Value"], each["cbp_driver"]) for gene, each in found.items()} == {
        "ERBB2": ("one", "2", "Putative_Driver"), "PTEN": ("two", "-2", "Putative_Driver"),
        "XYZ": ("two", "2", "Putative_Passenger"), "NEW": ("two", "2", "Unknown"),
    }  # fmt: skip
    assert found["ERBB2"]["cbp_driver_tiers"] == "CGI A responsive"
    assert found["ERBB2"]["CGI.Drugs"] == "Responsive:Trastuzumab"
    assert found["ERBB2"]["CGI.KnownIn"] == "A|B"
    assert found["PTEN"]["cbp_driver_tiers"] == found["PTEN"]["cbp_driver_tiers_annotation"] == ""
    (fusion,) = rows_of((tmp_path / "study/data_sv.txt").read_text(encoding="utf-8"))
    assert (fusion["Site1_Hugo_Symbol"], fusion["Site2_Hugo_Symbol"]) == ("ABL1", "BCR")
    assert (fusion["CGI.LevelResponsive"], fusion["CGI.LevelOtherResponsive"]) == ("", "A")
    assert "both AMP and DEL in one sample, only the first is written: 'PTEN of two'" in caplog.text


def test_samples_that_the_results_do_not_know_are_in_the_study_too(results: Path, tmp_path: Path) -> None:
    """Rows of a sample are refused by cBioPortal if no clinical file names it; no copy numbers, no file."""
    source = write_maf(tmp_path / "in.maf", BRAF, row("1:5", "A>C", "stranger"))
    annotate_study(source, results, tmp_path / "study")
    clinical = (tmp_path / "study/data_clinical_sample.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[1:3] for line in clinical[5:]] == [["one", "BRCA"], ["stranger", "NA"], ["two", "BRCA"]]
    assert not list((tmp_path / "study").glob("*cna*"))
    assert meta(tmp_path / "study/case_lists/cases_sequenced.txt")["case_list_ids"] == "one\tstranger\ttwo"


def test_what_makes_no_study_leaves_none(results: Path, tmp_path: Path) -> None:
    """A folder with files in it, a MAF without what cBioPortal needs, a sample without a name, and both outputs."""
    source, study = write_maf(tmp_path / "in.maf", BRAF), tmp_path / "study"
    study.mkdir()
    (study / "notes.txt").touch()
    with pytest.raises(InputError, match="expected a new or an empty folder"):
        annotate_study(source, results, study)
    (study / "notes.txt").unlink()
    (tmp_path / "bare.maf").write_text(maf(BRAF))
    with pytest.raises(InputError, match="found no column Variant_Classification"):
        annotate_study(tmp_path / "bare.maf", results, study)
    with pytest.raises(InputError, match="found the samples ''"):
        annotate_study(write_maf(tmp_path / "nameless.maf", row("1:5", "A>C", "")), results, study)
    outcome = cgi_runner("annotate", source, results, "--study", study, "--output", tmp_path / "out.maf")
    assert (outcome.code, "found both of --output and --study" in outcome.err) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith((".", "study"))) == ["study"]
    assert not list(study.iterdir())
