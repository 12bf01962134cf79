"""The cancer types of a sheet: by OncoTree code or by text, said once, refused where they exclude each other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.cohort import Defaults, read_sheet

Table = Callable[..., Path]


def test_an_oncotree_code_gives_the_cancer_type(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    """Said once for all of its samples; a wider name beside it does not matter, as in tables of cBioPortal."""
    caplog.set_level(logging.INFO)
    lines = ["one\tBone Cancer\tES", "two\t\tES", "three\tCRC\tCOAD", "four\tCM\t", "five\t\ttcga:SKCM"]
    path = table("s.tsv", "sample\tCANCER_TYPE\tONCOTREE_CODE", *lines)
    types = {sample.name: sample.cancer_type for sample in read_sheet(path, Defaults()).samples}
    assert types == {"one": "EWS", "two": "EWS", "three": "COREAD", "four": "CM", "five": "CM"}
    assert "cancer type EWS (Ewing sarcoma): the type for oncotree:ES (Ewing Sarcoma) (2 samples)" in caplog.messages


def test_what_excludes_each_other_or_is_unknown_is_refused(table: Table) -> None:
    """Neither of them wins in silence."""
    path = table("s.tsv", "sample\tcancer_type\toncotree_code", "one\tBRCA\tES", "two\t\tXX", "three\tES\t", "four\t\t")
    told = {one.name: one.reason for one in read_sheet(path, Defaults()).rejected}
    assert "BRCA (Breast adenocarcinoma), and the OncoTree code 'ES', EWS (Ewing sarcoma)" in told["one"]
    assert "found oncotree:XX, expected a code of OncoTree" in told["two"]
    assert "write oncotree:ES" in told["three"]
    assert "found no cancer type" in told["four"]


def test_a_main_type_of_oncotree_is_enough(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    """Studies of cBioPortal without codes have it; where it is several diseases, it is refused."""
    caplog.set_level(logging.INFO)
    path = table("s.tsv", "SAMPLE_ID\tCANCER_TYPE", "one\tColorectal Cancer", "two\tBreast Cancer", "three\tMelanoma")
    sheet = read_sheet(path, Defaults())
    assert {sample.name: sample.cancer_type for sample in sheet.samples} == {"one": "COREAD", "two": "BRCA"}
    assert any("the nearest type to oncotree:Colorectal Cancer (main type)" in line for line in caplog.messages)
    assert [one.name for one in sheet.rejected] == ["three"]
    assert "of the skin (CM), of the eye (UVM) and of mucosa (MUCM)" in sheet.rejected[0].reason


def test_main_types_of_cbioportal_are_those_of_their_codes(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    """OncoTree's tree holds where CGI's has the finer type elsewhere: these pairs stand in public studies."""
    pairs = {
        "Sex Cord Stromal Tumor": "GRCT", "Esophagogastric Cancer": "STAD",
        "Hepatobiliary Cancer": "IHCH", "Skin Cancer, Non-Melanoma": "MCC", "Breast Cancer": "IDC",
    }  # fmt: skip
    lines = [f"{code}\t{text}\t{code}" for text, code in pairs.items()]
    sheet = read_sheet(table("s.tsv", "sample\tcancer_type\toncotree_code", *lines), Defaults())
    assert [sample.name for sample in sheet.samples] == list(pairs.values())
    assert "the cancer type beside it is" not in caplog.text


@pytest.mark.parametrize(
    ("text", "code"),
    [("Melanoma", "LUAD"), ("Breast Cancer", "SKCM"), ("Lung Cancer", "BRCA"), ("Soft Tissue Sarcoma", "LMS")],
)
def test_a_text_of_another_tumour_is_a_warning(
    table: Table, caplog: pytest.LogCaptureFixture, text: str, code: str
) -> None:
    """It names no single type of CGI and none like the code's, or a type beside it in CGI's tree."""
    sheet = read_sheet(table("s.tsv", "sample\tcancer_type\toncotree_code", f"one\t{text}\t{code}"), Defaults())
    assert sheet.samples[0].choice
    assert f"the cancer type beside it is '{text}'" in sheet.samples[0].choice.warnings[-1]
    assert "the cancer type beside it is" in caplog.text
