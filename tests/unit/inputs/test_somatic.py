"""Which rows are somatic calls that passed: filters, and what callers mark as of the germline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgi_runner.inputs.somatic import InfoMarks, may_be_marked

Vcf = Callable[..., str]
GOOD = "1 10 . C T . PASS . GT 0/1"
MAF = (
    "Chromosome|Start_Position|End_Position|Reference_Allele|Tumor_Seq_Allele2|Tumor_Sample_Barcode|NCBI_Build|{}\n"
    "17|41245466|41245466|G|A|P1|GRCh37|{}\n12|25398284|25398284|C|T|P1|GRCh37|{}\n17|7577120|7577120|C|T|P1|GRCh37|{}\n"
)


@pytest.fixture
def inputs(inputs: Any) -> Any:
    """Return files of hg19, as the textbook positions below are."""
    inputs.build = "hg19"
    return inputs


def test_failed_filters_are_left_out(inputs: Any, vcf: Vcf) -> None:
    """PASS goes, `.` goes and is told apart, anything else is listed with its sample."""
    text = vcf(GOOD, "1 20 . C T . weak;clustered . GT 0/1", "1 30 . C T . . . GT 0/1", samples="T1")
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["1 10 C T T1 3", "1 30 C T T1 5"]
    assert outcome.dropped() == ["mutations|4|T1|chr1:20 C>T|not sent|FILTER is not PASS"]
    assert outcome.prepared.decisions == ["mutations.txt: rows that no filter was applied to (FILTER is .) are sent: 1"]
    assert len(inputs.prepare(mutations=text, keep_filtered=True).sent()) == 3


def test_an_empty_filter_is_counted_whatever_else_the_row_has(inputs: Any, vcf: Vcf) -> None:
    """A row without any filter is counted in a row that is read quickly as in one that needs a closer look."""
    empty = "1\t{}\t.\tC\tT\t.\t\t{}\tGT\t0/1"
    for info in (".", "STATUS=StrongSomatic"):
        outcome = inputs.prepare(mutations=vcf(GOOD, empty.format(20, info), empty.format(30, info), samples="T1"))
        assert len(outcome.sent()) == 3
        assert "rows that no filter was applied to (FILTER is .) are sent: 2" in outcome.prepared.decisions[0]


@pytest.mark.parametrize(
    ("filters", "sent"),
    [
        ("PASS", [10]),
        ("PASS,Tier1", [10, 20]),
        ("Tier1,Tier2", [20, 40]),
        ("PASS,.", [10, 30]),
    ],
)
def test_filters_that_pass_can_be_named(inputs: Any, vcf: Vcf, filters: str, sent: list[int]) -> None:
    """MuSE's tiers count as passed where they are named; then nothing else does, not even `.`."""
    text = vcf(
        GOOD, "1 20 . C T . Tier1 . GT 0/1", "1 30 . C T . . . GT 0/1", "1 40 . C T . Tier2 . GT 0/1", samples="T1"
    )
    outcome = inputs.prepare(mutations=text, filters=frozenset(filters.split(",")))
    assert [int(row.split()[1]) for row in outcome.sent()] == sent
    assert outcome.prepared.files[0].rows_not_sent == 4 - len(sent)


def test_a_file_of_rejected_calls_says_what_to_do(inputs: Any, vcf: Vcf) -> None:
    """Both options of the tip work."""
    text = vcf("1 20 . C T . REJECT . GT 0/1", samples="T1")
    error = inputs.refuse(mutations=text)
    assert error.message == "mutations.txt: found nothing to send, none of its 1 rows is sent (FILTER is not PASS: 1)"
    assert "--filters" in error.tip
    assert "--keep-filtered" in error.tip
    assert inputs.prepare(mutations=text, keep_filtered=True).sent() == ["1 20 C T T1 3"]
    assert inputs.prepare(mutations=text, filters=frozenset({"REJECT"})).sent() == ["1 20 C T T1 3"]


@pytest.mark.parametrize(
    ("filter_", "info", "mark"),
    [
        ("PASS", "DP=40;SS=1;SSC=20", "SS=1 (germline)"),
        ("PASS", "SS=3", "SS=3 (LOH)"),
        ("PASS", "SS=0", "SS=0 (wildtype)"),
        ("PASS", "STATUS=Germline", "STATUS=Germline"),
        ("PASS", "STATUS=StrongLOH;X=1", "STATUS=StrongLOH"),
        ("PASS", "STATUS=LikelyLOH", "STATUS=LikelyLOH"),
        ("PASS", "DP=4;GERMLINE", "GERMLINE"),
        ("PASS", "Status=Germline", "Status=Germline"),
        ("PASS", "AS_FilterStatus=SITE;Somatic_Status=wildtype", "Somatic_Status=wildtype"),
        ("PASS", "AS_FilterStatus=SITE;SomaticStatus=None", "SomaticStatus=None"),
        ("PASS", "AS_FilterStatus=SITE;Mutation_Status=Wildtype", "Mutation_Status=Wildtype"),
        ("PASS", "AS_FilterStatus=SITE;Status=Wildtype", "Status=Wildtype"),
        ("PASS", "SOMATIC_STATUS=Wildtype", "SOMATIC_STATUS=Wildtype"),
        ("PASS", "GermlineStatus=Germline_DB", "GermlineStatus=Germline_DB"),
        ("germline", ".", "FILTER germline"),
        ("normal_artifact", ".", "FILTER normal_artifact"),
        ("GERMLINE", ".", "FILTER GERMLINE"),
    ],
)
def test_rows_marked_as_not_somatic_are_left_out(inputs: Any, vcf: Vcf, filter_: str, info: str, mark: str) -> None:
    """Each with what marks it, whether they passed their filters or not; one option takes them, the other does not."""
    text = vcf(GOOD, f"1 20 . C T . {filter_} {info} GT 0/1", samples="T1")
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["1 10 C T T1 3"]
    assert outcome.dropped() == [f"mutations|4|T1|chr1:20 C>T|not sent|not somatic: {mark}"]
    assert len(inputs.prepare(mutations=text, keep_filtered=True).sent()) == 1
    assert len(inputs.prepare(mutations=text, keep_germline=True).sent()) == 2


@pytest.mark.parametrize(
    "info", ["SS=2", "STATUS=StrongSomatic", "STATUS=LikelySomatic", "FS=1.0;DB", "SOMATIC", "GERMQ=93", "CLASS=1"]
)
def test_somatic_rows_are_sent(inputs: Any, vcf: Vcf, info: str) -> None:
    """Marks of somatic calls, and words that only look like others, leave nothing behind."""
    assert len(inputs.prepare(mutations=vcf(f"1 20 . C T . PASS {info} GT 0/1", samples="T1")).sent()) == 1


def test_a_status_in_format_is_the_tumours(inputs: Any, vcf: Vcf) -> None:
    """SomaticSniper and MuSE write SS of each sample; the normal's is no matter."""
    text = vcf("1 10 . C T . . . GT:SS 0/0:0 0/1:2", "1 20 . C T . . . GT:SS 0/1:. 0/1:1", samples="NORMAL TUMOR")
    outcome = inputs.prepare(mutations=text, sample="P1")
    assert outcome.sent() == ["1 10 C T P1 3"]
    assert outcome.dropped() == ["mutations|4|P1|chr1:20 C>T|not sent|not somatic: SS=1 (germline)"]


def test_octopus_marks_what_is_somatic(inputs: Any, vcf: Vcf) -> None:
    """Its other calls are of the germline, and the file alone tells that it is Octopus's."""
    lines = ("1 10 . C T . PASS AC=1;SOMATIC GT 0|1", "1 20 . C T . PASS AC=1 GT 0|1")
    text = vcf(*lines, samples="T1", meta="##octopus=<version=0.7.4>\n")
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["1 10 C T T1 4"]
    assert outcome.prepared.reasons == {"not somatic: no SOMATIC in INFO": 1}
    assert len(inputs.prepare(mutations=vcf(*lines, samples="T1")).sent()) == 2


def test_both_options_take_what_failed_for_both_reasons(inputs: Any, vcf: Vcf) -> None:
    """A row of the germline that failed another filter as well needs both options."""
    text = vcf(GOOD, "1 20 . C T . germline;weak_evidence . GT 0/1", samples="T1")
    assert len(inputs.prepare(mutations=text, keep_germline=True).sent()) == 1
    assert len(inputs.prepare(mutations=text, keep_filtered=True).sent()) == 1
    assert len(inputs.prepare(mutations=text, keep_filtered=True, keep_germline=True).sent()) == 2


@pytest.mark.parametrize("column", ["Mutation_Status", "mutation status", "Somatic_Status"])
def test_a_mafs_status_is_heard(inputs: Any, column: str) -> None:
    """One row is sent, two are listed with the reason, and the option takes them."""
    text = MAF.format(column, "Germline", "LOH", "Somatic")
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["17 7577120 C T P1 4"]
    assert outcome.dropped() == [
        f"mutations|2|P1|chr17:41245466 G>A|not sent|not somatic: {column}=Germline",
        f"mutations|3|P1|chr12:25398284 C>T|not sent|not somatic: {column}=LOH",
    ]
    assert len(inputs.prepare(mutations=text, keep_germline=True).sent()) == 3


@pytest.mark.parametrize(("status", "sent"), [("Wildtype", 2), ("None", 2), ("Unknown", 3), (".", 3), ("", 3)])
def test_other_words_for_a_status(inputs: Any, status: str, sent: int) -> None:
    """Wildtype and None are no calls; what is unknown or empty is not marked."""
    assert len(inputs.prepare(mutations=MAF.format("Mutation_Status", status, "", "Somatic")).sent()) == sent


def test_a_mafs_filter_counts(inputs: Any) -> None:
    """FILTER in a MAF is that of the VCF before it; empty and NA mean that there was none."""
    text = MAF.format("FILTER", "common_variant", "PASS", "NA")
    outcome = inputs.prepare(mutations=text)
    assert [row.split()[0] for row in outcome.sent()] == ["12", "17"]
    assert outcome.prepared.reasons == {"FILTER is not PASS": 1}


def test_proteins_are_judged_as_variants_are(inputs: Any) -> None:
    """The germline and failed filters are left out of a table of proteins, too; the options send them."""
    text = (
        "protein|Mutation_Status|FILTER\nBRAF:p.V600E|Somatic|PASS\nBRCA1:p.R1443*|Germline|PASS\n"
        "KRAS:p.G12D|Somatic|LowQual\n"
    )
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["BRAF:p.V600E sample 2"]
    assert [line.rpartition("|")[2] for line in outcome.dropped()] == [
        "not somatic: Mutation_Status=Germline",
        "FILTER is not PASS",
    ]
    assert len(inputs.prepare(mutations=text, keep_germline=True, keep_filtered=True).sent()) == 3
    assert len(inputs.prepare(mutations=text, filters=frozenset(["PASS", "LowQual"])).sent()) == 2


@pytest.mark.parametrize("name", ["status", "Origin", "SV_Status", "Somatic/Germline"])
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("cnas", "gene|cna|{}|FILTER\nMYC|amp|somatic|PASS\nPTEN|del|Germline|PASS\nRB1|del||LowQual\n"),
        ("translocations", "fus|{}|FILTER\nA1__B1|somatic|PASS\nC1__D1|Germline|PASS\nE1__F1||LowQual\n"),
    ],
)
def test_copy_numbers_and_fusions_are_judged_as_variants_are(inputs: Any, kind: str, text: str, name: str) -> None:
    """What the table calls germline or failed is left out, listed, and sent where it is asked for."""
    text = text.format(name)
    outcome = inputs.prepare(**{kind: text})
    assert len(outcome.sent(kind)) == 1
    assert [line.rpartition("|")[2] for line in outcome.dropped()] == [
        f"not somatic: {name.lower()}=Germline",
        "FILTER is not PASS",
    ]
    assert len(inputs.prepare(**{kind: text}, keep_germline=True, keep_filtered=True).sent(kind)) == 3


@pytest.mark.parametrize("column", ["detected", "Result", "Test result"])
@pytest.mark.parametrize("word", ["no", "Not detected", "negative", "absent"])
@pytest.mark.parametrize(
    ("kind", "text"), [("cnas", "gene|cna|{}\nMYC|amp|{}\n"), ("translocations", "fus|{}\nA1__B1|{}\n")]
)
def test_what_a_laboratory_did_not_find_is_listed(inputs: Any, kind: str, text: str, column: str, word: str) -> None:
    """A row that its own table calls not detected is no alteration of the tumour."""
    found = {"cnas": "PTEN|del|yes\n", "translocations": "C1__D1|detected\n"}[kind]
    outcome = inputs.prepare(**{kind: text.format(column, word) + found})
    assert len(outcome.sent(kind)) == 1
    assert [line.rpartition("|")[2] for line in outcome.dropped()] == [f"not detected: {column.lower()}={word}"]


def test_the_filter_status_of_mutect2_needs_no_look_at_each_row() -> None:
    """It stands in every row of Mutect2, and looking at each costs five times the time."""
    assert not may_be_marked(["AS_FilterStatus=SITE;GERMQ=93"])
    assert may_be_marked(["AS_FilterStatus=SITE;Status=Wildtype"])


MARKS = ["GERMLINE", "Status=germline", "STATUS=Germline", "LOH", "SS=1", "SOMATIC=0", "status=x_ermline", "SS=2"]
OTHERS = ["DP=7", "AS_FilterStatus=SITE", "CSQ=a|b-c:1.5", "NOTE=\udc80", "."]


@given(st.lists(st.lists(st.lists(st.sampled_from(OTHERS + MARKS[:1]), min_size=1, max_size=4)), max_size=5))
@pytest.mark.parametrize("mark", MARKS)
def test_a_marked_block_is_found_whatever_was_read_before(mark: str, blocks: list[list[list[str]]]) -> None:
    """Cells that differ in numbers alone are looked at once, and no marked one is taken for one of these."""
    marks = InfoMarks()
    for block in blocks:
        infos = [";".join(mark if item == MARKS[0] else item for item in items) for items in block]
        assert marks.may_be_in(infos) == may_be_marked(infos)
