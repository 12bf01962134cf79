"""Sheets that portals and workflows write: cBioPortal's clinical tables, with and without their lines of metadata."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.cohort import Defaults, read_sheet
from cgi_runner.errors import InputError

Table = Callable[..., Path]
METADATA = [
    "#Patient Identifier\tSample Identifier\tOncotree Code\tCancer Type\tCancer Type Detailed\tTumor Type\tSample Type",
    "#about\tabout\tabout\tabout\tabout\tabout\tabout",
    "#STRING\tSTRING\tSTRING\tSTRING\tSTRING\tSTRING\tSTRING",
    "#1\t1\t1\t1\t1\t1\t1",
]
HEADER = "PATIENT_ID\tSAMPLE_ID\tONCOTREE_CODE\tCANCER_TYPE\tCANCER_TYPE_DETAILED\tTUMOR_TYPE\tSAMPLE_TYPE"
ROWS = [
    "A\tA-01\tLUAD\tNon-Small Cell Lung Cancer\tLung Adenocarcinoma\tprimary\tPrimary",
    "B\tB-01\tES\tBone Cancer\tEwing Sarcoma\tmetastasis\tMetastasis",
]


@pytest.mark.parametrize("lines", [[*METADATA, HEADER, *ROWS], [HEADER, *ROWS], [HEADER.lower(), *ROWS]])
def test_a_clinical_table_is_a_sheet(table: Table, caplog: pytest.LogCaptureFixture, lines: list[str]) -> None:
    """OncoTree's code decides of the cancer type: ES is Ewing sarcoma there, and the endocrine system in CGI's list."""
    caplog.set_level("INFO")
    sheet = read_sheet(table("data_clinical_sample.txt", *lines), Defaults())
    assert not sheet.rejected
    assert [(sample.name, sample.cancer_type) for sample in sheet.samples] == [("A-01", "LUAD"), ("B-01", "EWS")]
    assert sheet.columns["sample"].lower() == "sample_id"
    assert "where it is filled" in caplog.text


def test_an_empty_code_leaves_the_type_to_the_other_column(table: Table) -> None:
    """Where OncoTree's code is missing, the column cancer_type is read; where both are, it is the option's."""
    rows = ["A\tA-01\tNA\tmelanoma cutaneous", "B\tB-01\t\tNA"]
    path = table("s.txt", "PATIENT_ID\tSAMPLE_ID\tONCOTREE_CODE\tCANCER_TYPE", *rows)
    sheet = read_sheet(path, Defaults("BRCA", any_cancer_type=True))
    assert [sample.cancer_type for sample in sheet.samples] == ["melanoma cutaneous", "BRCA"]


def test_the_detailed_name_stands_for_a_code_that_is_not_there(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    """It is OncoTree's name of the code; where it is none, the wider name is taken, with a warning."""
    caplog.set_level("INFO")
    rows = [
        "A\tA-01\tColorectal Cancer\tColon Adenocarcinoma",
        "B\tB-01\tNon-Small Cell Lung Cancer\tLung Adenocarcinoma",
        "C\tC-01\tMelanoma\tSomething Else",
        "D\tD-01\t\tEwing Sarcoma",
        "E\tE-01\tCM\tLung Adenocarcinoma",
    ]
    path = table("s.txt", "PATIENT_ID\tSAMPLE_ID\tCANCER_TYPE\tCANCER_TYPE_DETAILED", *rows)
    sheet = read_sheet(path, Defaults())
    types = {sample.name: sample.cancer_type for sample in sheet.samples}
    assert types == {"A-01": "COREAD", "B-01": "LUAD", "D-01": "EWS"}
    told = {one.name: one.reason for one in sheet.rejected}
    assert "those of the skin (CM)" in told["C-01"]
    assert "LUAD" in told["E-01"]
    assert "cancer types from 'CANCER_TYPE_DETAILED' where it names one of OncoTree" in caplog.text


def test_a_detailed_name_that_is_not_known_is_said(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    """The wider one beside it is used."""
    path = table("s.txt", "SAMPLE_ID\tCANCER_TYPE\tCANCER_TYPE_DETAILED", "A\tCM\tSomething Else")
    (sample,) = read_sheet(path, Defaults()).samples
    assert sample.cancer_type == "CM"
    assert "'Something Else' beside the cancer type 'CM' is no name of OncoTree, and is not used" in caplog.text


def test_a_detailed_name_of_another_tumour_than_the_code_is_a_warning(
    table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    """The code decides; a wider name beside it, or a finer one, is none."""
    rows = ["A\tLUAD\tEwing Sarcoma", "B\tES\tEwing Sarcoma", "C\tNSCLC\tLung Adenocarcinoma"]
    path = table("s.txt", "SAMPLE_ID\tONCOTREE_CODE\tCANCER_TYPE_DETAILED", *rows)
    sheet = read_sheet(path, Defaults())
    assert [sample.cancer_type for sample in sheet.samples] == ["LUAD", "EWS", "NSCLC"]
    assert caplog.text.count("the cancer type beside it is") == 1
    assert "'Ewing Sarcoma'" in caplog.text


def test_a_name_of_oncotree_is_as_good_as_its_code(table: Table) -> None:
    """People write either into the column."""
    path = table("s.txt", "sample\toncotree_code", "A\tColon Adenocarcinoma", "B\tewing sarcoma", "C\tno such thing")
    sheet = read_sheet(path, Defaults())
    assert [sample.cancer_type for sample in sheet.samples] == ["COREAD", "EWS"]
    assert [one.name for one in sheet.rejected] == ["C"]


def test_a_samplesheet_with_a_line_for_each_file_gets_a_tip(table: Table) -> None:
    """That of oncoanalyser names folders and files of one sample below one another."""
    header = "group_id,subject_id,sample_id,sample_type,sequence_type,filetype,filepath"
    path = table("samplesheet.csv", header, "P1,P1,P1-T,tumor,dna,purple_dir,/x/purple")
    with pytest.raises(InputError) as caught:
        read_sheet(path, Defaults("LUAD"))
    assert "a line for each file" in caught.value.message
    assert "purple.driver.catalog.somatic.tsv" in caught.value.tip


@pytest.mark.parametrize(
    ("cell", "tip"), [("a.vcf,b.vcf", "write ; there"), ("a.vcf|b.vcf", "write ; there"), (".\\a.vcf", "write / there")]
)
def test_other_signs_between_files_and_folders_get_a_tip(table: Table, cell: str, tip: str) -> None:
    """Only where the files are there: a name may hold any of these signs."""
    for name in ("a.vcf", "b.vcf"):
        table(name, "##fileformat=VCFv4.2")
    (rejected,) = read_sheet(table("s.txt", "sample\tcancer_type\tmutations", f"A\tCM\t{cell}"), Defaults()).rejected
    assert tip in rejected.reason


def test_other_names_of_the_sample_are_passed_over_beside_its_id(table: Table) -> None:
    """The key of cBioPortal is SAMPLE_ID, whatever else names a sample."""
    path = table("s.txt", "PATIENT_ID\tSAMPLE_ID\tSAMPLE_NAME\tTUMOR_ID\tONCOTREE_CODE", "A\tA-01\tx\ty\tLUAD")
    assert [sample.name for sample in read_sheet(path, Defaults()).samples] == ["A-01"]


def test_an_id_of_cgis_that_is_another_tumour_than_the_code_is_refused(table: Table) -> None:
    """Two columns that name two tumours are a contradiction, and nobody's to decide."""
    path = table("s.txt", "sample\tcancer_type\toncotree_code", "A\tCOREAD\tLUAD")
    (rejected,) = read_sheet(path, Defaults()).rejected
    assert "COREAD" in rejected.reason
    assert "LUAD" in rejected.reason


def test_a_table_without_types_needs_the_option(table: Table) -> None:
    """A clinical table of a study without codes is refused line by line, with the way out."""
    path = table("s.txt", "PATIENT_ID\tSAMPLE_ID\tAGE", "A\tA-01\t60")
    assert "--cancer-type" in read_sheet(path, Defaults()).rejected[0].reason
    assert read_sheet(path, Defaults("CM")).samples[0].cancer_type == "CM"


def test_a_patients_table_is_no_sheet_of_samples(table: Table) -> None:
    """data_clinical_patient.txt has no samples, and the error says what was expected."""
    with pytest.raises(InputError, match="expected one called sample"):
        read_sheet(table("s.txt", "PATIENT_ID\tSEX\tOS_STATUS", "A\tF\t0:LIVING"), Defaults("CM"))
