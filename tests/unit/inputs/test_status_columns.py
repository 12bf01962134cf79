"""Columns of hand-made tables that say that a row is of the germline, or that the tumour does not have it."""

from __future__ import annotations

from typing import Any

import pytest

TABLE = "chr|pos|ref|alt|{}\n1|10|C|T|{}\n1|20|C|T|{}\n"
SENT = "1 10 C T sample 2"
FORMATS = {
    "table": TABLE,
    "gdna": "gdna|{}\nchr1:g.10C>T|{}\nchr1:g.20C>T|{}\n",
    "protein": "protein|{}\nTP53:p.R248Q|{}\nBRCA1:p.R1443*|{}\n",
    "MAF": (
        "Chromosome|Start_Position|End_Position|Reference_Allele|Tumor_Seq_Allele2|NCBI_Build|{}\n"
        "1|10|10|C|T|GRCh38|{}\n1|20|20|C|T|GRCh38|{}\n"
    ),
}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ("Origin", "Somatic", "Germline"),
        ("Variant Origin", "somatic", "inherited"),
        ("Germline/Somatic", "Somatic", "Germline"),
        ("Somatic/Germline", "S", "G"),
        ("somatic_status", "Somatic", "LOH"),
        ("Germline or somatic", "confirmed somatic", "likely germline"),
        ("is_germline", "no", "yes"),
        ("Germline", "0", "1"),
        ("is_somatic", "TRUE", "FALSE"),
        ("Mutation_Status", "SOMATIC", "GERMLINE"),
        ("Status", "Confirmed", "germline (het)"),
        ("Call status", "", "Not somatic"),
    ],
)
def test_rows_of_the_germline_are_left_out(inputs: Any, format_: str, column: str, good: str, bad: str) -> None:
    """Whatever the column is called, in every format: one row is sent, one is listed, and an option takes it."""
    text = FORMATS[format_].format(column, good, bad)
    outcome = inputs.prepare(mutations=text)
    assert len(outcome.sent()) == 1
    assert outcome.sent()[0].endswith(" 2")
    (row,) = outcome.dropped()
    assert row.startswith("mutations|3|")
    assert row.endswith(f"|not sent|not somatic: {column}={bad}")
    assert len(inputs.prepare(mutations=text, keep_germline=True).sent()) == 2


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("column", "good", "bad", "reason"),
    [
        ("Genotype", "0/1", "0/0", "not carried"),
        ("GT", "1", "0", "not carried"),
        ("genotype", "0/1", "./.", "not carried"),
        ("Tumor_GT", "1", "0", "not carried"),
        ("Zygosity", "het", "hom_ref", "not carried"),
        ("Genotype", "", "wild type", "not carried"),
        ("Status", "found", "absent", "not detected"),
        ("Result", "positive", "Not detected", "not detected"),
        ("detected", "yes", "no", "not detected"),
    ],
)
def test_rows_that_the_tumour_does_not_have_are_left_out(
    inputs: Any, format_: str, column: str, good: str, bad: str, reason: str
) -> None:
    """A genotype of the reference and a negative result are no alteration; --ignore-genotypes sends them."""
    text = FORMATS[format_].format(column, good, bad)
    outcome = inputs.prepare(mutations=text)
    assert len(outcome.sent()) == 1
    assert outcome.prepared.reasons == {f"{reason}: {column}={bad}": 1}
    assert len(inputs.prepare(mutations=text, ignore_genotypes=True).sent()) == 2


@pytest.mark.parametrize(("genotype", "is_sent"), [("C/C", False), ("c/c", False), ("C/T", True), ("T/T", True)])
def test_a_genotype_in_letters_is_compared_with_the_reference(inputs: Any, genotype: str, is_sent: bool) -> None:
    """The same letters may be the reference of one row and the change of another."""
    text = f"chr|pos|ref|alt|genotype\n1|10|C|T|{genotype}\n1|20|{'CA'[is_sent]}|G|A/G\n1|30|T|C|C/C\n"
    outcome = inputs.prepare(mutations=text)
    assert [row.split()[1] for row in outcome.sent()] == (["10"] if is_sent else []) + ["20", "30"]


def test_phased_genotypes_are_read_as_well(inputs: Any) -> None:
    """A bar stands between the alleles of a phased genotype."""
    text = TABLE.format("GT", "1/1", "0/0").replace("|", "\t").replace("/", "|")
    assert inputs.prepare(mutations=text).prepared.reasons == {"not carried: GT=0|0": 1}


@pytest.mark.parametrize("column", ["Origin", "Germline/Somatic", "somatic_status", "is_germline"])
@pytest.mark.parametrize("word", ["blood", "2", "somatic or germline", "?what"])
def test_an_unknown_word_of_an_origin_is_a_question(inputs: Any, column: str, word: str) -> None:
    """It may mean the germline, so nothing is guessed; both ways out of the tip work."""
    text = TABLE.format(column, "Somatic", word)
    error = inputs.refuse(mutations=text)
    assert error.message == (f"mutations.txt: line 3, column {column}: found '{word}', expected Somatic or Germline")
    assert "--keep-germline" in error.tip
    assert len(inputs.prepare(mutations=text, keep_germline=True).sent()) == 2
    assert inputs.prepare(mutations=text.replace(word, "Germline")).sent() == [SENT]


def test_an_unknown_word_of_a_status_is_a_warning(inputs: Any) -> None:
    """A status may be about anything, so the rows go, and the first word is told once."""
    prepared = inputs.prepare(
        mutations="chr|pos|ref|alt|Status\n" + "".join(f"1|{n}|C|T|state{n}\n" for n in (10, 20, 30))
    )
    assert len(prepared.sent()) == 3
    (warning,) = prepared.prepared.warnings
    assert warning == (
        "mutations.txt: rows are sent although it is not known what the column 'Status' says of them, the first on "
        "line 2: 'state10'"
    )


@pytest.mark.parametrize("word", ["Unknown", "not determined", "unclear"])
def test_an_origin_that_is_said_to_be_unknown_is_a_warning(inputs: Any, word: str) -> None:
    """The row is sent, as callers leave it open, and nobody has to find out from the results."""
    prepared = inputs.prepare(mutations=TABLE.format("Origin", "Somatic", word))
    assert len(prepared.sent()) == 2
    (warning,) = prepared.prepared.warnings
    assert "'Origin'" in warning
    assert f"on line 3: '{word}'" in warning


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("normal_genotype", ("0/0", "0/0")),
        ("Validation_Status", ("Untested", "Inconclusive")),
        ("Clinvar_origin_codes", ("1", "2")),
        ("Result", ("pathogenic", "VUS")),
        ("Origin", ("", "NA")),
        ("Status", ("not germline", "non-germline")),
    ],
)
def test_other_columns_decide_nothing(inputs: Any, column: str, cells: tuple[str, str]) -> None:
    """What only looks like such a column, or says nothing of its row, leaves no row out and needs no word."""
    outcome = inputs.prepare(mutations=TABLE.format(column, *cells))
    assert (len(outcome.sent()), outcome.prepared.warnings) == (2, [])


def test_vep_speaks_of_known_variants(inputs: Any) -> None:
    """SOMATIC in a MAF of vcf2maf holds numbers for variants that are known at the place, not for the row."""
    outcome = inputs.prepare(mutations=FORMATS["MAF"].format("SOMATIC", "0,1", "0"))
    assert len(outcome.sent()) == 2


def test_a_row_that_ends_before_the_origin_is_a_fault(inputs: Any) -> None:
    """A row that lacks the column which decides is not taken for a somatic one."""
    assert "found 4 columns, expected 5" in inputs.refuse(mutations=TABLE.format("Origin", "Somatic", "x")[:-3]).message


def test_a_file_of_germline_rows_alone_says_what_to_do(inputs: Any) -> None:
    """Both tips work, that for the germline and that for genotypes."""
    for column, word, option in (("Origin", "Germline", "keep_germline"), ("Genotype", "0/0", "ignore_genotypes")):
        text = TABLE.format(column, word, word)
        error = inputs.refuse(mutations=text)
        assert f"--{option.replace('_', '-')}" in error.tip
        assert len(inputs.prepare(mutations=text, **{option: True}).sent()) == 2
