"""The column of a table that names the samples: its spellings, and columns that may be one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

VARIANTS = "chr|pos|ref|alt|{}\n1|10|C|T|{}\n1|20|C|T|{}\n"
KINDS_OF_TABLE = {
    "mutations": VARIANTS,
    "cnas": "gene|cna|{}\nMYC|amp|{}\nMET|amp|{}\n",
    "translocations": "fus|{}\nBCR__ABL1|{}\nEML4__ALK|{}\n",
}


@pytest.mark.parametrize(
    "name",
    [
        "Sample ID", "Sample.ID", "SampleName", "Sample Name", "sample-id", "SAMPLE_BARCODE", "Tumor_Sample_ID",
        "Tumor Sample Barcode", "tumour_sample", "sample",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS_OF_TABLE)
def test_spellings_of_a_known_name(inputs: Any, kind: str, name: str) -> None:
    """Space, dot, dash and underscore are one, in every kind of table."""
    outcome = inputs.prepare(**{kind: KINDS_OF_TABLE[kind].format(name, "P1", "P2")})
    assert outcome.prepared.samples == {"P1": 1, "P2": 1}


@pytest.mark.parametrize(
    "name",
    [
        "Case_ID", "PATIENT_ID", "patient", "Barcode", "specimen", "Individual", "Donor ID", "subject.id",
        "Accession No.", "Lab No.", "Probe", "Proben-Nr.", "Patienten-ID", "Fallnummer", "Muestra", "Nº muestra",
        "ID del paciente", "Código de caso", "amostra", "échantillon", "Numéro de cas", "Campione",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS_OF_TABLE)
def test_a_column_that_may_name_samples_is_a_question(inputs: Any, kind: str, name: str) -> None:
    """Several values would make one patient of several; both ways out of the tip work."""
    text = KINDS_OF_TABLE[kind].format(name, "P1", "P2")
    error = inputs.refuse(**{kind: text})
    assert f"found 'P1' and 'P2' in the column '{name}', which may name samples" in error.message
    assert "--sample-column" in error.tip
    assert "--sample NAME" in error.tip
    assert inputs.prepare(**{kind: text}, sample_column=name).prepared.samples == {"P1": 1, "P2": 1}
    assert inputs.prepare(**{kind: text}, sample="P9").prepared.samples == {"P9": 2}


def test_a_first_column_of_ids_is_a_question(inputs: Any) -> None:
    """Nothing but its place tells that it may be the sample's; further on, variants have ids."""
    assert "in the column 'ID'" in inputs.refuse(translocations="ID|fus\nP1|BCR__ABL1\nP2|EML4__ALK\n").message
    text = "chr|pos|ID|ref|alt\n1|10|rs1|C|T\n1|20|rs2|C|T\n"
    assert inputs.prepare(mutations=text).prepared.samples == {"sample": 2}


@pytest.mark.parametrize("name", ["PATIENT_ID", "Barcode"])
def test_one_value_is_no_question(inputs: Any, name: str) -> None:
    """A table of one patient may say so in a column that is not read."""
    assert inputs.prepare(mutations=VARIANTS.format(name, "P1", "P1")).prepared.samples == {"sample": 2}


@pytest.mark.parametrize(
    "name",
    [
        "n_samples",
        "tumor",
        "sample_count",
        "case_control_ratio",
        "gene",
        "normal_sample_depth",
        "label",
        "no",
        "casein",
    ],
)
def test_other_columns_are_no_question(inputs: Any, name: str) -> None:
    """A count or a tissue is no name."""
    assert inputs.prepare(mutations=VARIANTS.format(name, "3", "4")).prepared.samples == {"sample": 2}


def test_one_sample_of_two_patients_is_refused(inputs: Any) -> None:
    """Regions are called R1 in every patient: beside the sample's column the patient's counts, and both tips work."""
    text = "chr|pos|ref|alt|sample|patient\n1|10|C|T|R1|A\n1|20|C|T|R1|B\n1|30|C|T|R2|\n"
    error = inputs.refuse(mutations=text)
    assert "found 'A' and 'B' in the column 'patient' for the sample 'R1'" in error.message
    assert "--sample-column 'sample'" in error.tip
    assert "--sample-column 'patient'" in error.tip
    assert inputs.prepare(mutations=text, sample_column="sample").prepared.samples == {"R1": 2, "R2": 1}
    named = text.replace("1|30|C|T|R2|\n", "")
    assert inputs.prepare(mutations=named, sample_column="patient").prepared.samples == {"A": 1, "B": 1}
    assert "sample 'R1'" in inputs.refuse(mutations=text, sample="R1", is_sheet_row=True).message


def test_one_patient_may_have_several_samples(inputs: Any) -> None:
    """And rows that leave the patient open are no contradiction."""
    text = "chr|pos|ref|alt|sample|patient\n1|10|C|T|R1|A\n1|20|C|T|R2|A\n1|30|C|T|R1|\n"
    assert inputs.prepare(mutations=text).prepared.samples == {"R1": 2, "R2": 1}


def test_a_sheets_row_asks_as_well(inputs: Any) -> None:
    """A patient's own file with two patients in it is refused in a cohort, too."""
    text = VARIANTS.format("PATIENT_ID", "P1", "P2")
    assert "which may name samples" in inputs.refuse(mutations=text, sample="P1", is_sheet_row=True).message


@pytest.mark.parametrize("value", ["__UNKNOWN__", "TUMOR", "unknown", "sample"])
def test_a_word_for_any_sample_is_no_patient(inputs: Any, value: str) -> None:
    """Funcotator writes `__UNKNOWN__`, vcf2maf TUMOR: such rows are of the patient named, else of the file's."""
    text = VARIANTS.format("Tumor_Sample_Barcode", value, value)
    outcome = inputs.prepare(mutations=text)
    assert outcome.prepared.samples == {"mutations": 2}
    assert outcome.prepared.decisions == [
        f"mutations.txt: the sample '{value}' is sent as 'mutations' (the name of the file)"
    ]
    assert inputs.prepare(mutations=text, sample="P1").prepared.samples == {"P1": 2}


def test_names_and_words_for_any_sample_do_not_mix(inputs: Any) -> None:
    """Whose the other rows are is not known."""
    error = inputs.refuse(mutations=VARIANTS.format("sample", "P1", "__UNKNOWN__"))
    assert "rows of a sample without a name" in error.message


def test_an_unknown_strand_is_forward(inputs: Any) -> None:
    """Funcotator's `__UNKNOWN__` says nothing."""
    text = "chr|pos|ref|alt|strand\n1|10|C|T|__UNKNOWN__\n"
    assert len(inputs.prepare(mutations=text).sent()) == 1


@pytest.mark.parametrize("kind", KINDS_OF_TABLE)
@pytest.mark.parametrize("word", ["NORMAL", "germline", "control"])
def test_rows_of_the_normal_are_not_the_patients(inputs: Any, kind: str, word: str) -> None:
    """A table with TUMOR and NORMAL holds two samples, and only one of them is the tumour; both ways out work."""
    text = KINDS_OF_TABLE[kind].format("sample", "TUMOR", word)
    for options in ({}, {"sample": "P1"}):
        error = inputs.refuse(**{kind: text}, **options)
        assert f"found the sample '{word}', a normal by its name" in error.message
        assert "--keep-germline" in error.tip
    assert inputs.prepare(**{kind: text}, sample="P1", keep_germline=True).prepared.samples == {"P1": 2}
    without = "\n".join(line for line in text.splitlines() if word not in line)
    assert inputs.prepare(**{kind: without}, sample="P1").prepared.samples == {"P1": 1}


@pytest.mark.parametrize("name", ["P1_normal", "TCGA-AA-1234-10A-01D-1234-09", "TARGET-20-PABHKY-14A-01D"])
def test_a_name_of_a_normal_is_a_warning(inputs: Any, name: str) -> None:
    """A sample of its own stays one, and its reader learns what its name says."""
    prepared = inputs.prepare(mutations=VARIANTS.format("sample", "P1", name)).prepared
    assert prepared.samples == {"P1": 1, name: 1}
    assert f"'{name}' is sent as a tumour, although its name is that of a normal" in prepared.warnings[0]


def test_a_files_name_may_be_no_patients_either(inputs: Any, tmp_path: Path) -> None:
    """tumor.tsv with rows of TUMOR names nobody."""
    path = tmp_path / "tumor.tsv"
    path.write_text(VARIANTS.format("sample", "TUMOR", "TUMOR").replace("|", "\t"))
    assert "--sample NAME" in inputs.refuse(mutations=path).tip


@pytest.mark.parametrize("kind", KINDS_OF_TABLE)
def test_semicolons_separate_as_spreadsheets_write_them(inputs: Any, kind: str, tmp_path: Path) -> None:
    """Where the comma is the decimal sign, Excel's CSV has semicolons."""
    path = tmp_path / "t.csv"
    path.write_text(KINDS_OF_TABLE[kind].format("sample", '"P1"', "P1").replace("|", ";"))
    assert inputs.prepare(**{kind: path}).prepared.samples == {"P1": 2}
