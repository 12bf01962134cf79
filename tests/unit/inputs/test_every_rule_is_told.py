"""Whatever decides about a sample, a column, a row or its meaning has a line on the screen and an entry in the record.

The rules are read from the code: every sentence that is noted anywhere in the package of inputs, and every option of
reading. A new one without a case here fails.
"""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import pytest

from cgi_runner.cli.summary import summarise
from cgi_runner.inputs import Options, Prepared
from cgi_runner.inputs.account import input_account
from conftest import ROOT

INPUTS = ROOT / "runner" / "cgi_runner" / "inputs"
STRUCTURAL = ROOT / "tests" / "data" / "structural"
NOTING = {"decide", "warn", "note"}
VCF = "##fileformat=VCFv4.2\n{}#CHROM|POS|ID|REF|ALT|QUAL|FILTER|INFO|FORMAT|{}\n"
TABLE = "chr|pos|ref|alt{}\n1|100|C|T{}\n1|200|C|T{}\n"
MAF = "chr|start|end|ref|tumor_seq_allele2|tumor_sample_barcode\n{}\n1|900|900|C|T|P1\n"


@dataclass(frozen=True)
class Case:
    """Files in which some rules decide, and the options that make them."""

    files: dict[str, str | bytes]
    options: dict[str, Any] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    """Why rows are left out, where that is what is decided."""


def vcf(*lines: str, columns: str = "T1", meta: str = "", **options: Any) -> Case:
    """Return a case of a VCF; blanks stand for tabs in its lines."""
    text = VCF.format(meta, columns) + "".join(line.replace(" ", "|") + "\n" for line in lines)
    return Case({"mutations": text.replace("|", "\t").replace("!", "|")}, options)


CASES = {
    "the normal": vcf("1 10 . C T . PASS . GT 0/0 0/1", "1 90 . C T . PASS . GT 0/1 0/0", columns="NORMAL|TUMOR"),
    "the normal has it as well": vcf("1 10 . C T . PASS . GT 0/1 0/1", columns="NORMAL|TUMOR", sample="P1"),
    "a column was asked for": vcf(
        "1 10 . C T . . . GT 0/1 0/1 0/1", columns="NORMAL|TUMOR|X", tumor_column="NORMAL", sample="P1"
    ),
    "all columns": vcf("1 10 . C T . PASS . GT 0/1 0/1", columns="A|B", all_samples=True),
    "genotypes are ignored": vcf("1 10 . C T . PASS . GT ./.", ignore_genotypes=True),
    "neighbours": vcf("1 10 . C T . PASS . GT 0/1", "1 11 . C T . PASS . GT 0/1"),
    "neighbours in phase": vcf("1 10 . C T . PASS . GT:PS 0!1:7", "1 11 . C T . PASS . GT:PS 0!1:7", merge_phased=True),
    "a column of another name denies": Case({"translocations": "fus|FISH\nBCR-ABL1|not detected\n"}),
    "no sample": Case({"mutations": TABLE.format("", "", "")}),
    "a word for any sample": Case({"mutations": TABLE.format("|sample", "|TUMOR", "|TUMOR")}, {"sample": "P1"}),
    "a normal by its name": Case({"mutations": TABLE.format("|sample", "|P1", "|P1_normal")}),
    "a sample column": Case({"mutations": TABLE.format("|case", "|P1", "|P2")}, {"sample_column": "case"}),
    "a normal by a letter": Case({"mutations": TABLE.format("|sample", "|P1_T", "|P1_N")}),
    "a header twice": Case({"mutations": TABLE.format("|x", "|1", "|2") + "chr|pos|ref|alt|x\n"}),
    "a header twice in a VCF": vcf(
        "1 10 . C T . PASS . GT 0/1",
        "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT T1",
    ),
    "no filter applied": Case({"mutations": TABLE.format("|filter", "|PASS", "|.")}),
    "a first allele": Case(
        {
            "mutations": MAF.replace("ref|", "ref|tumor_seq_allele1|")
            .replace("C|T", "C|C|T")
            .format("1|100|100|C|A|T|P1")
        }
    ),
    "barcodes": Case(
        {"mutations": TABLE.format("|sample", *["|TCGA-AB-1234-01A-11D-A10S-08"] * 2)}, {"tcga_barcodes": True}
    ),
    "an unknown status": Case({"mutations": TABLE.format("|status", "|odd", "|odd")}),
    "the germline in a column that is not read": Case({"mutations": TABLE.format("|class", "|x", "|Germline")}),
    "short rows": Case({"mutations": TABLE.format("|x|y", "||", "|")}),
    "R's row names": Case({"mutations": "chr|pos|ref|alt\n1|1|100|C|T\n2|1|200|C|T\n"}),
    "long rows": Case({"mutations": TABLE.format("", "|a|b", "|a|b")}),
    "UTF-16": Case({"mutations": TABLE.format("", "", "").replace("|", "\t").encode("utf-16")}),
    "carriage returns": Case({"mutations": TABLE.format("", "", "").replace("\n", "\r")}),
    "an odd row": Case({"mutations": TABLE.format("", "", "") + "1|NA|C|T\n"}),
    "Ensembl's insertions": Case({"mutations": MAF.format("1|101|100|-|T|P1")}),
    "ambiguous insertions": Case({"mutations": MAF.format("1|100|100|-|T|P1")}, {"insertion_start": "at"}),
    "a deletion's end": Case({"mutations": MAF.format("1|100|105|CT|-|P1")}),
    "a substitution's end": Case({"mutations": MAF.format("1|100|105|C|T|P1")}),
    "the normal's allele": Case(
        {
            "mutations": MAF.replace("barcode\n", "barcode|match_norm_seq_allele2|n_alt_count\n")
            .format("1|100|100|C|T|P1|T|9")
            .replace("C|T|P1\n", "C|T|P1||0\n")
        }
    ),
    "a list of samples": Case({"mutations": TABLE.format("|sample", "|P1;P2", "|P3")}),
    "ANNOVAR's copy of FILTER": Case(
        {
            "mutations": "chr|start|end|ref|alt"
            + "".join(f"|otherinfo{number}" for number in range(1, 8))
            + "\n1|100|100|C|T|1|100|.|C|T|.|PASS\n"
        }
    ),
    "SAGE": vcf("1 10 . C T . PASS . GT ./. ./.", columns="P1R|P1T", meta="##sageVersion=4.0\n"),
    "a caller of the germline": vcf("1 10 . C T . PASS . GT 0/1", meta="##DeepVariant_version=1\n"),
    "failed filters": Case({"mutations": TABLE.format("|filter", "|PASS", "|bad")}, reasons=("FILTER is not PASS",)),
    "named filters": Case(
        {"mutations": TABLE.format("|filter", "|PASS", "|bad")},
        {"filters": frozenset({"bad"})},
        ("FILTER is not PASS",),
    ),
    "filters are ignored": Case({"mutations": TABLE.format("|filter", "|PASS", "|bad")}, {"keep_filtered": True}),
    "the germline": Case(
        {"mutations": TABLE.format("|origin", "|Somatic", "|Germline")}, reasons=("not somatic: origin=Germline",)
    ),
    "a failed check": Case({"mutations": TABLE.format("|QC", "|PASS", "|FAIL")}, reasons=("did not pass: QC=FAIL",)),
    "the germline is kept": Case(
        {"mutations": TABLE.format("|origin", "|Somatic", "|Germline")}, {"keep_germline": True}
    ),
    "genotypes": Case({"mutations": TABLE.format("|gt", "|0/1", "|0/0")}, reasons=("not carried: gt=0/0",)),
    "hints are ignored": vcf(
        "1 10 . C T . PASS . GT 0/1", meta="##reference=hg19\n", ignore_build_hints=True, reference="hg38"
    ),
    "the file's build": vcf("1 10 . C T . PASS . GT 0/1", meta="##reference=hg19\n", reference=None),
    "copy numbers": Case({"cnas": "gene|cna|sample\nMYC|amp|P1\nMYC|del|P1\nmet|amp|P1\nHER2|amp|P1\n"}),
    "a matrix": Case({"cnas": (STRUCTURAL / "gistic_all_thresholded.tsv").read_text()}),
    "columns of a matrix": Case({"cnas": "Hugo_Symbol|P1|checked|Notes\nERBB2|2||x\nPTEN|-2|NA|\n"}),
    "doubts": Case(
        {
            "translocations": "Gene_1_symbol(5end_fusion_partner)|Gene_2_symbol(3end_fusion_partner)"
            "|Fusion_description\nEML4|ALK|banned\n"
        }
    ),
    "no header": Case({"translocations": "EML4--ALK\n"}),
    "no read": Case(
        {"translocations": "fus|reads\nEML4__ALK|9\nBCR__ABL1|0\n"}, reasons=("no read supports it: reads=0",)
    ),
    "low levels": Case({"cnas": "Hugo_Symbol|P1\nERBB2|1\nPTEN|-2\n"}, {"low_level_cnas": True}),
    "partial amplifications": Case({"cnas": "gene|cna|sample\nMYC|partial_amp|P1\n"}, {"partial_amplifications": True}),
    "nearly one name": Case({"mutations": TABLE.format("|sample", "|p1", "|P1")}),
    "more lines than are named": Case({"mutations": TABLE.format("", "", "") + "1|100|C|T\n" * 30}),
    "duplicates": Case({"mutations": TABLE.format("", "", "") + "1|100|C|T\n"}),
    "kinds of different samples": Case(
        {"mutations": TABLE.format("|sample", "|P1", "|P2"), "cnas": "gene|cna|sample\nMYC|amp|P1\n"}
    ),
    **{
        path.name: Case({kind: path.read_text()})
        for kind, names in {
            "cnas": ("facets_gene_level.txt", "purple.driver.catalog.tsv", "data_cna.txt"),
            "translocations": ("arriba.fusions.tsv", "star-fusion.tsv"),
        }.items()
        for path in [STRUCTURAL / name for name in names]
    },
}
#: Who else is named and how rows of few files are forgiven is no choice about a file by itself.
NO_CHOICES = {"other_samples", "is_sheet_row", "samples_may_differ", "strict_input"}


def prepare(inputs: Any, case: Case) -> Prepared:
    """Prepare the files of a case."""
    found: Prepared = inputs.prepare(**case.files, **case.options).prepared
    return found


def templates() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield each sentence that is noted in the code, with its place, as a pattern for its values."""
    for path in sorted(INPUTS.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in NOTING:
                parts = call.args[0].values if isinstance(call.args[0], ast.JoinedStr) else call.args[:1]
                texts = [part.value if isinstance(part, ast.Constant) else None for part in parts]
                if any(texts):
                    pattern = "".join(".*" if text is None else re.escape(str(text)) for text in texts)
                    yield f"{path.name}: {pattern}", re.compile(pattern)


@pytest.mark.parametrize("name", CASES)
def test_what_is_decided_is_on_the_screen_and_in_the_record(
    inputs: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each sentence, each reason to leave rows out, and the reason for the build, unless a person gave it."""
    caplog.set_level(logging.INFO)
    case = CASES[name]
    found = prepare(inputs, case)
    record = json.dumps([input_account(file) for file in found.files], ensure_ascii=False)
    for text in (*found.decisions, *found.warnings):
        assert text in caplog.messages
        assert json.dumps(text.partition(": ")[2] or text, ensure_ascii=False)[1:-1] in record or text in record
    assert set(found.reference.warnings) <= set(caplog.messages)
    if case.options.get("reference", "hg38") is None:
        assert any(found.reference.reason in text for text in caplog.messages)
    assert set(case.reasons) <= found.reasons.keys()
    table = "\n".join(summarise(found))
    assert all(f"not sent: {count} ({reason})" in table for reason, count in found.reasons.items())


def test_merged_duplicates_are_counted(inputs: Any) -> None:
    """The table that is shown has a column for them, the record a number, and the row the lines of both."""
    outcome = inputs.prepare(**CASES["duplicates"].files)
    (file,) = outcome.prepared.files
    names, counts = (line.split() for line in summarise(outcome.prepared)[:2])
    assert counts[names.index("merged")] == str(input_account(file)["rows_merged"]) == "1"
    assert outcome.sent()[0].endswith(" 2;4")


def test_every_rule_has_a_case(inputs: Any) -> None:
    """A sentence of the code that no case brings out, or an option that none gives, is missing above."""
    said: list[str] = []
    given: set[str] = set()
    for case in CASES.values():
        found = prepare(inputs, case)
        said += [text.partition(": ")[2] for text in (*found.decisions, *found.warnings)]
        given |= case.options.keys()
    rules = dict(templates())
    assert len(rules) > 25
    missing = [rule for rule, pattern in rules.items() if not any(map(pattern.fullmatch, said))]
    assert missing == []
    assert {one.name for one in fields(Options)} - NO_CHOICES - given == set()
