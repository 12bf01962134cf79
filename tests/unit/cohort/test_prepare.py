"""Samples prepared from files of their own and from files that all share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.cohort import Cohort, Defaults, run
from cgi_runner.cohort.lifecycle import _prepare_all
from cgi_runner.cohort.prepare import PreparedSamples, prepare_samples
from cgi_runner.cohort.references import same_reference
from cgi_runner.errors import InputError
from cgi_runner.inputs import Options
from cgi_runner.inputs.reference import Reference
from unit.cohort.conftest import BRAF, EGFR, TP53, Bench, cohort_of, files_in, rows_of

Table = Callable[..., Path]
VCF = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"


def gathered(tmp_path: Path, sheet: Path | None, **wanted: Any) -> PreparedSamples:
    """Prepare the samples of a sheet."""
    return _prepare_all(cohort_of(sheet, **wanted), tmp_path / "work")


def bad(found: PreparedSamples) -> dict[str, str]:
    """Return what is wrong, by sample."""
    return {one.name: one.reason for one in found.rejected}


def test_a_file_with_a_header_and_no_rows_is_left_out(table: Table, tmp_path: Path) -> None:
    """Callers write such a file when they found nothing; the sample's other files are good all the same."""
    table("m.tsv", "chr\tpos\tref\talt", BRAF)
    table("none.tsv", "fus")
    sheet = table("s.tsv", "sample\tcancer_type\tmutations\ttranslocations", "one\tCM\tm.tsv\tnone.tsv")
    (member,) = gathered(tmp_path, sheet).samples
    assert [part.kind for part in member.parts] == ["mutations"]


def test_a_file_without_a_header_is_a_fault(table: Table, tmp_path: Path) -> None:
    """An empty file is no answer: whatever should have written it has failed; and so is a missing file."""
    table("m.tsv", "chr\tpos\tref\talt", BRAF)
    (tmp_path / "empty.tsv").touch()
    table("none.tsv", "fus")
    header = "sample\tcancer_type\tmutations\ttranslocations"
    rows = ["empty\tCM\tm.tsv\tempty.tsv", "gone\tCM\tm.tsv\tgone.tsv", "bare\tCM\t\tnone.tsv", "nothing\tCM"]
    found = bad(gathered(tmp_path, table("s.tsv", header, *rows)))
    assert "empty.tsv" in found["empty"]
    assert "gone.tsv" in found["gone"]
    assert "nothing to send" in found["bare"]
    assert "no alterations" in found["nothing"]


@pytest.mark.parametrize(
    ("kind", "line"),
    [("translocations", "BCR__ABL1"), ("cnas", "MYC\tamp"), ("mutations", "7\t140753336\tA\tT")],
)
@pytest.mark.parametrize("shares", [False, True])
def test_a_single_row_without_a_header_is_not_taken_for_one(
    kind: str, line: str, shares: bool, table: Table, tmp_path: Path
) -> None:
    """Whatever else the sample has, the alteration is not lost: a list is read as it is, any other file is refused."""
    table("one.tsv", line)
    other = "cnas" if kind != "cnas" else "translocations"
    rows = {"cnas": ("gene\tcna\tsample", "ERBB2\tamp\tP1"), "translocations": ("fus\tsample", "EML4--ALK\tP1")}
    own = table("own.tsv", *rows[other])
    header, row = f"sample\tcancer_type\t{kind}", "P1\tCM\tone.tsv"
    if shares:
        found = gathered(tmp_path, table("s.tsv", header, row), shared={other: own})
    else:
        found = gathered(tmp_path, table("s.tsv", f"{header}\t{other}", f"{row}\town.tsv"))
    if kind == "mutations":
        assert not found.samples
        assert "one.tsv" in bad(found)["P1"]
    else:
        (sample,) = found.samples
        assert sample.rows == 2


def test_all_files_without_rows_are_left_out(table: Table, tmp_path: Path) -> None:
    """Also when there are several, with comments above the header, beside one that has rows."""
    table("m.maf", "#version 2.4", "Chromosome\tStart_Position\tReference_Allele\tTumor_Seq_Allele2")
    table("c.tsv", "gene\tcna")
    table("f.tsv", "fus", "EML4--ALK")
    header = "sample\tcancer_type\tmutations\tcnas\ttranslocations"
    found = gathered(tmp_path, table("s.tsv", header, "P1\tCM\tm.maf\tc.tsv\tf.tsv", "P2\tCM\tm.maf\tc.tsv"))
    assert [part.kind for member in found.samples for part in member.parts] == ["translocations"]
    assert "it has no rows" in bad(found)["P2"]


def test_samples_of_a_shared_file_are_listed_also_when_nothing_of_theirs_can_be_sent(
    table: Table, tmp_path: Path
) -> None:
    """Without a sheet, whoever stands in a file is a sample: one that is not analysed is told."""
    carried, not_carried = (
        "7\t140753336\t.\tA\tT\t.\tPASS\t.\tGT\t0/1\t0/0",
        "17\t7674220\t.\tC\tT\t.\tlow\t.\tGT\t0/0\t0/1",
    )
    vcf = table("all.vcf", f"{VCF}\tP1\tP2", carried, not_carried)
    found = gathered(
        tmp_path, None, shared={"mutations": vcf}, options=Options(filters=frozenset({"PASS"})), defaults=Defaults("CM")
    )
    assert [member.sample.label for member in found.samples] == ["P1"]
    assert "nothing to send in the shared files" in bad(found)["P2"]


def test_a_file_for_two_samples_that_names_neither_is_told(
    table: Table, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be one patient's under two cancer types, or a slip in the sheet."""
    table("a.tsv", "chr\tpos\tref\talt", BRAF)
    table("b.vcf", f"{VCF}\tTUMOR", "7\t140753336\t.\tA\tT\t.\tPASS\t.\tGT\t0/1")
    table("c.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\tx")
    table("d.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\tP7", f"{BRAF}\tP8")
    files = ["a.tsv", "a.tsv", "b.vcf", "./b.vcf", "c.tsv", "c.tsv", "d.tsv", "d.tsv"]
    rows = [f"P{number}\tCM\t{name}" for number, name in enumerate(files, 1)]
    assert len(gathered(tmp_path, table("s.tsv", "sample\tcancer_type\tmutations", *rows)).samples) == 8
    said = [record.getMessage() for record in caplog.records if "names none of them" in record.getMessage()]
    assert said == [
        f"{name}: used for each of 'P{first}', 'P{first + 1}', but names none of them"
        for name, first in (("a.tsv", 1), ("b.vcf", 3), ("c.tsv", 5))
    ]


def test_the_sheet_names_the_sample(table: Table, tmp_path: Path) -> None:
    """A file with a single sample of another name is that sample's; of several, the one of that name is taken."""
    table("one.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\tTCGA-1", f"{TP53}\tTCGA-1")
    table("more.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\tb", f"{TP53}\tc")
    sheet = table("s.tsv", "sample\tcancer_type\tmutations", "a\tCM\tone.tsv", "b\tCM\tmore.tsv", "d\tCM\tmore.tsv")
    found = gathered(tmp_path, sheet)
    assert [(m.sample.label, m.rows, m.parts[0].name) for m in found.samples] == [("a", 2, b"TCGA-1"), ("b", 1, b"b")]
    assert found.samples[1].not_sent == {"rows of other samples in the same file": 1}
    assert "found the samples 'b', 'c', expected 'd'" in bad(found)["d"]


def test_another_name_in_a_file_is_said_on_screen_and_in_the_record(
    table: Table, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The sheet decides whose a file is; a slip in it would send one patient's variants under another's name."""
    caplog.set_level("INFO")
    table("one.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\tTCGA-1")
    table("two.vcf", f"{VCF}\tP2_T", "chr7\t140753336\t.\tA\tT\t.\tPASS\t.\tGT\t0/1")
    table("three.tsv", "chr\tpos\tref\talt\tsample", f"{TP53}\tc")
    sheet = table("s.tsv", "sample\tcancer_type\tmutations", "a\tCM\tone.tsv", "b\tCM\ttwo.vcf", "c\tCM\tthree.tsv")
    found = gathered(tmp_path, sheet)
    assert "sent under the names of the sheet: 'TCGA-1' in one.tsv as 'a', 'P2_T' in two.vcf as 'b'" in caplog.messages
    notes = [member.parts[0].about["files"][0]["decisions"] for member in found.samples]
    assert notes[0] == ["the sample 'TCGA-1' is sent as 'a' (asked for)"]
    assert "the sample 'P2_T' is sent as 'b' (asked for)" in notes[1]
    assert notes[2] == []


@pytest.mark.parametrize(
    ("kind", "header", "useless", "usable", "said"),
    [
        ("cnas", "gene\tcna\tsample", "MYC\tgain\tA", "ERBB2\tamp\tB", "neither amp nor del: 1"),
        ("mutations", "chr\tpos\tref\talt\tsample", "chrM\t5\tA\tG\tA", f"{BRAF}\tB", "mitochondrial variants: 1"),
        ("translocations", "fus\tsample", "single\tA", "BCR__ABL1\tB", "two named genes: 1"),
    ],
)
def test_a_sample_without_a_usable_row_never_gets_those_of_another(
    table: Table, tmp_path: Path, kind: str, header: str, useless: str, usable: str, said: str
) -> None:
    """Its own rows are all of no use, and the file has another patient's beside them: it is told, with the reasons."""
    table("f.tsv", header, useless, usable)
    found = gathered(tmp_path, table("s.tsv", f"sample\tcancer_type\t{kind}", "A\tBRCA\tf.tsv"))
    assert not found.samples
    assert "found nothing to send of 'A'" in bad(found)["A"]
    assert said in bad(found)["A"]
    assert found.dropped
    assert [row["sample"] for row in rows_of(found.dropped)] == ["A"]


def test_the_only_sample_of_a_file_is_no_other_line_s(table: Table, tmp_path: Path) -> None:
    """Two lines with one file that names one of them: the other has no rows there, and does not get its rows."""
    table("f.tsv", "gene\tcna\tsample", "ERBB2\tamp\tB")
    found = gathered(tmp_path, table("s.tsv", "sample\tcancer_type\tcnas", "A\tBRCA\tf.tsv", "B\tBRCA\tf.tsv"))
    assert [member.sample.label for member in found.samples] == ["B"]
    assert "only the sample 'B', which has its own line" in bad(found)["A"]


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("mutations", (VCF + "\tB", "7\t140753336\t.\tA\tT\t.\tPASS\t.\tGT\t0/1")),
        ("cnas", ("Gene Symbol\tLocus ID\tCytoband\tB", "MYC\t4609\t8q24.21\t2")),
    ],
)
def test_the_only_column_of_a_file_is_no_other_line_s(
    kind: str, lines: tuple[str, ...], table: Table, tmp_path: Path
) -> None:
    """A VCF or matrix given to the wrong line is that of the patient whom its column names."""
    table("f.txt", *lines)
    table("g.txt", *(line.replace("\tB", "\tTUMOR") for line in lines))
    sheet = table("s.tsv", f"sample\tcancer_type\t{kind}", "A\tBRCA\tf.txt", "B\tBRCA\tf.txt", "C\tBRCA\tg.txt")
    found = gathered(tmp_path, sheet)
    assert [member.sample.label for member in found.samples] == ["B", "C"]
    assert "found the samples 'B', expected 'A' among them" in bad(found)["A"]


@pytest.mark.parametrize(("hers", "his"), [("Jos\u00e9", "Jose\u0301"), ("p2", "P2")])
@pytest.mark.parametrize("kind", ["table", "vcf"])
def test_names_that_people_take_for_one_are_not_told_apart(
    kind: str, hers: str, his: str, table: Table, tmp_path: Path
) -> None:
    """Accents and case are written in several ways: a file of the one is not given to somebody else."""
    if kind == "vcf":
        table("f.txt", f"{VCF}\t{his}", "7\t140753336\t.\tA\tT\t.\tPASS\t.\tGT\t0/1")
    else:
        table("f.txt", "chr\tpos\tref\talt\tsample", f"{BRAF}\t{his}")
    sheet = table("s.tsv", "sample\tcancer_type\tmutations", "Ana\tCM\tf.txt", f"{hers}\tCM\tf.txt")
    found = gathered(tmp_path, sheet)
    assert [member.sample.label for member in found.samples] == [hers]
    assert "expected 'Ana'" in bad(found)["Ana"]


def test_what_is_not_sent_of_others_is_not_listed_for_a_sample(table: Table, tmp_path: Path) -> None:
    """In a file of several samples, each has its own rows in its list, under the name that the sheet gives it."""
    table("more.tsv", "gene\tcna\tsample", "ERBB2\tamp\ta", "MYC\tgain\ta", "MYC\tloss\tb", "MET\tamp\tb")
    table("one.tsv", "gene\tcna\tsample", "MYC\tgain\tTCGA-1", "MET\tamp\tTCGA-1")
    sheet = table("s.tsv", "sample\tcancer_type\tcnas", "a\tCM\tmore.tsv", "c\tCM\tone.tsv")
    first, second = gathered(tmp_path, sheet).samples
    assert [(row["sample"], row["alteration"]) for row in rows_of(first.dropped)] == [("a", "MYC gain")]
    assert [(row["sample"], row["alteration"]) for row in rows_of(second.dropped)] == [("c", "MYC gain")]
    assert first.not_sent == {"neither amp nor del": 1, "rows of other samples in the same file": 2}


def test_samples_in_a_file_that_no_line_takes_are_named(
    table: Table, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A few names and how many more there are, once for each file; samples with a line of their own are not meant."""
    table("f.tsv", "gene\tcna\tsample", *(f"ERBB2\tamp\t{name}" for name in "abcdefghi"))
    gathered(tmp_path, table("s.tsv", "sample\tcancer_type\tcnas", "a\tBRCA\tf.tsv", "b\tBRCA\tf.tsv"))
    (told,) = [message for message in caplog.messages if "not sent" in message]
    assert told.startswith("f.tsv: not sent")
    assert told.endswith("'c', 'd', 'e', 'f', 'g' and 2 more")


def test_rows_of_no_use_of_a_sample_that_has_no_others_are_listed(table: Table, tmp_path: Path) -> None:
    """Of its own file and of a shared one: they are in the cohort's list, and the reason that is given is true."""
    maf = table("all.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\ta", "MT\t5\tA\tG\tb")
    table("c.tsv", "gene\tcna\tsample", "MET\tgain\tTCGA-1")
    sheet = table("s.tsv", "sample\tcancer_type\tcnas", "a\tCM", "b\tCM", "c\tCM\tc.tsv")
    found = gathered(tmp_path, sheet, shared={"mutations": maf})
    assert "(CGI takes no mitochondrial variants: 1)" in bad(found)["b"]
    assert "(neither amp nor del: 1)" in bad(found)["c"]
    assert found.dropped
    assert [(row["sample"], row["input"]) for row in rows_of(found.dropped)] == [("b", "mutations"), ("c", "cnas")]


def test_shared_files_are_told_apart_by_sample(table: Table, tmp_path: Path) -> None:
    """Rows go to their sample, what is not sent too; a sample that is in one of them only is told."""
    maf = table("all.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\ta", f"{TP53}\tb", "MT\t5\tA\tG\tb", "MT\t6\tA\tG\tc")
    table("c.tsv", "gene\tcna", "MET\tamp", "MET\tgain")
    sheet = table("s.tsv", "sample\tcancer_type\tcnas", "a\tCM", "b\tCM\tc.tsv", "d\tCM")
    found = gathered(tmp_path, sheet, shared={"mutations": maf})
    assert [(m.sample.label, [p.kind for p in m.parts]) for m in found.samples] == [
        ("a", ["mutations"]),
        ("b", ["mutations", "cnas"]),
    ]
    assert [row["reason"] for row in rows_of(found.samples[1].dropped)] == [
        "neither amp nor del",
        "CGI takes no mitochondrial variants",
    ]
    assert sum(found.samples[1].not_sent.values()) == 2
    assert found.dropped
    assert [row["sample"] for row in rows_of(found.dropped)] == ["c"]
    assert "no alterations" in bad(found)["d"]


def test_a_file_without_rows_beside_a_shared_one(table: Table, tmp_path: Path) -> None:
    """What the sample has in the shared file is enough."""
    maf = table("all.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\ta")
    table("none.tsv", "fus")
    sheet = table("s.tsv", "sample\tcancer_type\ttranslocations", "a\tCM\tnone.tsv")
    (member,) = gathered(tmp_path, sheet, shared={"mutations": maf}).samples
    assert [part.kind for part in member.parts] == ["mutations"]


def test_a_sample_that_the_sheet_does_not_name_is_told(table: Table, tmp_path: Path) -> None:
    """A name that is spelled in two ways must not make a sample vanish."""
    maf = table("all.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\ta", f"{TP53}\tA")
    found = gathered(tmp_path, table("s.tsv", "sample\tcancer_type", "a\tCM"), shared={"mutations": maf})
    assert "no line in the sheet" in bad(found)["A"]


def test_without_a_sheet_the_files_name_the_samples(table: Table, tmp_path: Path) -> None:
    """One file of many samples of one cancer type needs no sheet, but the cancer type."""
    maf = table("all.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\tb", f"{TP53}\ta")
    found = gathered(tmp_path, None, shared={"mutations": maf}, defaults=Defaults("CM"))
    assert [(m.sample.label, m.sample.cancer_type) for m in found.samples] == [("a", "CM"), ("b", "CM")]


def test_the_tip_of_a_shared_file_names_what_a_cohort_has(table: Table, tmp_path: Path) -> None:
    """Two pairs called TUMOR need a sheet, as --sample is no option of a cohort; with the sheet, both go."""
    head = f"{VCF}\tNORMAL\tTUMOR".replace("#CHROM", "##reference=hg38\n#CHROM")
    rows = "7\t140753336\t.\tA\tT\t.\tPASS\t.\tGT\t0/0\t0/1"
    files = [table(name, head, rows) for name in ("PAT1.vcf", "PAT2.vcf")]
    with pytest.raises(InputError) as caught:
        gathered(tmp_path, None, shared={"mutations": files}, defaults=Defaults("CM"))
    assert "found sample names that are not a patient's ('TUMOR')" in caught.value.message
    assert caught.value.tip == "say whose alterations these are: a table SAMPLES with a row for each sample"
    sheet = table("s.tsv", "sample\tcancer_type\tmutations", "PAT1\tCM\tPAT1.vcf", "PAT2\tCM\tPAT2.vcf")
    found = _prepare_all(cohort_of(sheet), tmp_path / "again")
    assert [one.sample.label for one in found.samples] == ["PAT1", "PAT2"]


@pytest.mark.parametrize(
    ("defaults", "shared", "said"),
    [
        (Defaults(), True, "neither a sheet nor a cancer type"),
        (Defaults("XYZ"), True, "is not one of CGI's"),
        (Defaults("CM"), False, "found no samples"),
    ],
)
def test_without_a_sheet_the_rest_must_be_given(
    table: Table, tmp_path: Path, defaults: Defaults, shared: bool, said: str
) -> None:
    """What is missing is said."""
    maf = table("all.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\tb")
    with pytest.raises(InputError, match=said):
        gathered(tmp_path, None, shared={"mutations": maf} if shared else {}, defaults=defaults)


def test_a_shared_file_is_of_one_reference(table: Table, tmp_path: Path) -> None:
    """Coordinates of one file cannot be those of two builds."""
    maf = table("all.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\ta", f"{BRAF}\tb")
    sheet = table("s.tsv", "sample\tcancer_type\treference", "a\tCM\thg19", "b\tCM\thg38")
    with pytest.raises(InputError, match="hg19 and hg38"):
        gathered(tmp_path, sheet, shared={"mutations": maf})


def test_a_vcf_of_many_samples_gives_each_what_it_would_have_got_alone(
    table: Table, tmp_path: Path, bench: Bench
) -> None:
    """A multi-sample VCF with a clinical table: the tables are those of `run --tumor-column` on the same VCF."""
    lines = [("7", 140753336, "A", "T", "0/1", "0/0", "1|1"), ("17", 7673802, "C", "T,G", "1/2", "0/2", "0/1")]
    text = [f"{c}\t{p}\t.\t{r}\t{a}\t.\tPASS\t.\tGT\t{x}\t{y}\t{z}" for c, p, r, a, x, y, z in lines]
    vcf = table("all.vcf", f"{VCF}\tone\ttwo\tthree", *text)
    sheet = table("s.tsv", "sample\tcancer_type", "one\tCM", "two\tBRCA", "three\tCM")
    report = run(cohort_of(sheet, shared={"mutations": vcf}), tmp_path / "out", bench.context)
    report.raise_for_failures(strict=True)
    for name, cancer_type in (("one", "CM"), ("two", "BRCA"), ("three", "CM")):
        job_request = {"sources": {"mutations": vcf}, "cancer_type": cancer_type, "reference": "hg38"}
        options = Options(tumor_column=name)
        alone = bench.of_another().alone(tmp_path / f"alone-{name}", options=options, **job_request)
        got = files_in(tmp_path / "out" / name)
        # Alone, the file's alleles that this sample does not carry are listed as such.
        assert {**got, "dropped.tsv": b""} == {**alone, "dropped.tsv": b""}


def test_nothing_is_lost_of_a_gistic_matrix(table: Table, tmp_path: Path) -> None:
    """A matrix of all samples, with mutations of their own files: levels that are not sent stay with their sample."""
    matrix = table("g.tsv", "Gene Symbol\tLocus ID\tCytoband\ta\tb", "ERBB2\t1\tx\t2\t1", "TP53\t2\tx\t0\t-2")
    table("a.tsv", "chr\tpos\tref\talt", EGFR)
    sheet = table("s.tsv", "sample\tcancer_type\tmutations", "a\tCM\ta.tsv", "b\tCM")
    found = gathered(tmp_path, sheet, shared={"cnas": matrix})
    assert [member.rows for member in found.samples] == [2, 1]
    assert all(sum(member.not_sent.values()) == 1 for member in found.samples)


def test_gather_takes_what_is_no_sample_for_what_it_is(tmp_path: Path) -> None:
    """A sheet of bad lines only gives no members and all faults."""
    from cgi_runner.cohort.shared_inputs import SharedInputs
    from cgi_runner.cohort.sheet import RejectedSample, Sheet

    found = prepare_samples(Sheet([], [RejectedSample("x", "why")]), SharedInputs(), tmp_path / "w", Options())
    assert (found.samples, bad(found)) == ([], {"x": "why"})


def test_a_shared_file_with_a_sheet_of_bad_lines_only_is_told(table: Table, tmp_path: Path) -> None:
    """Rows of the shared file that cannot be sent are listed though there is no sample to list them with."""
    table("m.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\tone", "MT\t100\tA\tG\tone")
    sheet = table("s.tsv", "sample\tcancer_type", "one\tno such type")
    found = gathered(tmp_path, sheet, shared={"mutations": tmp_path / "m.tsv"})
    assert list(bad(found)) == ["one"]
    assert found.dropped
    assert [row["sample"] for row in rows_of(found.dropped)] == ["one"]


def test_each_sample_has_the_build_that_its_own_files_say(table: Table, tmp_path: Path) -> None:
    """The line of the sheet comes first; a sample of which nothing tells the build cannot be used."""
    header = "chr\tpos\tref\talt\tgenome_build"
    table("old.tsv", header, "7\t140453136\tA\tT\tGRCh37")
    table("new.tsv", header, f"{BRAF}\tGRCh38")
    table("silent.tsv", "chr\tpos\tref\talt", BRAF)
    table("c.tsv", "gene\tcna", "MET\tamp")
    lines = ["old\t\told.tsv\t", "new\t\tnew.tsv\t", "told\thg38\tsilent.tsv\t", "none\t\tsilent.tsv\t"]
    lines += ["cna\t\t\tc.tsv", "wrong\thg38\told.tsv\t"]
    sheet = table("s.tsv", "sample\treference\tmutations\tcnas", *lines)
    found = _prepare_all(Cohort(sheet, defaults=Defaults("CM")), tmp_path / "work")
    assert {member.sample.label: member.reference.build for member in found.samples} == {
        "old": "hg19", "new": "hg38", "told": "hg38", "cna": "hg38"
    }  # fmt: skip
    assert {name: reason.partition(" (")[0] for name, reason in bad(found).items()} == {
        "none": "silent.tsv: found no genome build, expected it in the file or as --reference",
        "wrong": "old.tsv, line 2, column genome_build: 'GRCh37', is hg19, expected hg38 as --reference says",
    }


def test_own_and_shared_files_of_two_builds_are_refused(table: Table, tmp_path: Path) -> None:
    """A job has one."""
    table("own.tsv", "chr\tpos\tref\talt\tgenome_build", f"{BRAF}\tGRCh38")
    shared = table("all.tsv", "gene\tcna\tsample", "MET\tamp\tone")
    sheet = table("s.tsv", "sample\tmutations", "one\town.tsv")
    (member,) = _prepare_all(Cohort(sheet, {"cnas": shared}, Defaults("CM")), tmp_path / "work").samples
    assert member.reference.build == "hg38"
    references = [Reference("hg38", "own"), Reference("hg19", "shared"), Reference("hg38", "none", is_needed=False)]
    with pytest.raises(InputError, match="expected one genome build"):
        same_reference(references)
    assert same_reference(references[1:]).build == "hg19"


def test_shared_files_without_a_sample_in_common_are_a_warning(
    table: Table, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Samples may have mutations or copy numbers only; but when none has both, names are likely to differ."""
    table("m.tsv", "chr\tpos\tref\talt\tsample", f"{BRAF}\tone_DNA")
    table("c.tsv", "gene\tcna\tsample", "MYC\tamp\tone")
    files = {"mutations": tmp_path / "m.tsv", "cnas": tmp_path / "c.tsv"}
    found = gathered(tmp_path, None, shared=files, defaults=Defaults("BRCA", "hg38"))
    assert [sample.sample.name for sample in found.samples] == ["one", "one_DNA"]
    assert "inputs have no sample in common: m.tsv (--mutations) names 'one_DNA'" in caplog.text


def test_a_sample_that_cannot_be_used_comes_with_the_way_out(table: Table, tmp_path: Path) -> None:
    """The tip for its file is told, but for one that names an option which a cohort does not have."""
    table("c.tsv", "gene\tchromosome\tstart\tend\tlog2", "MYC\t8\t1\t2\t3.1")
    table("m.tsv", "gene\tcna", "MYC\tamp")
    rows = ["one\tBRCA\tc.tsv\t", "two\tBRCA\t\tm.tsv"]
    sheet = table("s.tsv", "sample\tcancer_type\tcnas\ttranslocations", *rows)
    found = bad(gathered(tmp_path, sheet))
    assert "keeps 5 copies or more" in found["one"]
    assert "(give this file with --cnas)" in found["two"]
