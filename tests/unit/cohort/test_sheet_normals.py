"""Lines of a sample sheet that are normals, and columns that tell them from tumours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.cohort import Defaults, read_sheet
from cgi_runner.errors import InputError

Table = Callable[..., Path]


NF_CORE = [
    "patient,sex,status,sample,vcf",
    "P1,XX,0,P1_N,n.vcf.gz",
    "P1,XX,1,P1_T,t.vcf.gz",
    "P2,XY,1,P2_T,u.vcf.gz",
]


def test_a_samplesheet_of_nf_core_is_read_without_its_normals(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    """Status 0 is a normal, whose variants are not those of a tumour; it is left out aloud."""
    sheet = read_sheet(table("s.csv", *NF_CORE), Defaults("CM"))
    assert [(s.name, Path(str(s.sources["mutations"])).name) for s in sheet.samples] == [
        ("P1_T", "t.vcf.gz"),
        ("P2_T", "u.vcf.gz"),
    ]
    assert [one.name for one in sheet.left_out] == ["P1_N"]
    assert "left out, as the sheet calls them normal: 'P1_N'" in caplog.text


def test_a_status_of_something_else_is_no_normal(table: Table) -> None:
    """0 in a column `status` of a clinical table may mean anything; a type that says normal does not."""
    rows = ["one\t0\tPrimary Tumor", "two\t1\tSolid Tissue Normal"]
    sheet = read_sheet(table("s.tsv", "sample\tstatus\tSample Type", *rows), Defaults("CM"))
    assert [sample.name for sample in sheet.samples] == ["one"]


@pytest.mark.parametrize(
    ("name", "tumor", "normal"),
    [
        ("tumor_normal", "tumor", "normal"), ("type", "T", "N"), ("Probenart", "Tumor", "Normalgewebe"),
        ("tejido", "tumor", "tejido normal"), ("class", "primary", "germline"),
    ],
)  # fmt: skip
def test_normals_are_asked_for_under_any_name(table: Table, name: str, tumor: str, normal: str) -> None:
    """The germline of a normal's line is no tumour; renamed as the tip says, the column leaves it out."""
    rows = [f"one\t{tumor}\ta.vcf", f"two\t{normal}\tb.vcf"]
    with pytest.raises(InputError, match="distinguishes tumours from normals") as raised:
        read_sheet(table("s.tsv", f"sample\t{name}\tvcf", *rows), Defaults("CM"))
    assert f"rename the column '{name}'" in raised.value.tip
    sheet = read_sheet(table("s.tsv", "sample\tstatus\tvcf", *rows), Defaults("CM"))
    assert [[one.name for one in found] for found in (sheet.samples, sheet.left_out)] == [["one"], ["two"]]


@pytest.mark.parametrize(("name", "cells"), [("is_tumor", "TRUE FALSE"), ("IsNormal", "0 1"), ("tumor_normal", "1 0")])
def test_flags_of_normals_are_asked_for_as_words(table: Table, name: str, cells: str) -> None:
    """Yes and no mean nothing below status, so the tip asks for words."""
    rows = [f"{sample}\t{cell}\ta.vcf" for sample, cell in zip("AB", cells.split(), strict=True)]
    with pytest.raises(InputError, match=f"'{name}', which distinguishes tumours from normals") as raised:
        read_sheet(table("s.tsv", f"sample\t{name}\tvcf", *rows), Defaults("CM"))
    assert "write tumor or normal" in raised.value.tip


def test_a_status_of_0_with_a_file_is_a_question(table: Table) -> None:
    """Without nf-core's column patient nobody knows whether it is a normal's."""
    sheet = read_sheet(table("s.tsv", "sample\tstatus\tvcf", "one\t1\ta.vcf", "two\t0\tb.vcf"), Defaults("CM"))
    assert "found the status '0'" in sheet.rejected[0].reason
    assert [one.name for one in sheet.samples] == ["one"]


@pytest.mark.parametrize(
    ("name", "cell"), [("side", "L"), ("relapse", "N"), ("sex", "F"), ("tissue", "tumor"), ("site", "Boston")]
)
def test_columns_that_decide_nothing_are_passed_over(table: Table, name: str, cell: str) -> None:
    """Short words are not taken for ids of cancer types, and a table of tumours only asks nothing."""
    sheet = read_sheet(table("s.tsv", f"sample\t{name}\tvcf", f"one\t{cell}\ta.vcf"), Defaults("CM"))
    assert sheet.unused == [name]
