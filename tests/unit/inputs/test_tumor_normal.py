"""Tumour and normal: whose rows of a VCF are sent, and under which name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgi_runner.inputs.tumor_normal import find_roles, is_generic

Vcf = Callable[..., str]
SOMATIC = "12 25398284 . C T . PASS . GT 0/0 0/1"
SHARED = "17 7577120 . C T . PASS . GT 0/1 0/1"
NORMALS = "17 41245466 . G A . PASS . GT 0/1 0/0"


@pytest.fixture
def inputs(inputs: Any) -> Any:
    """Return files of hg19, as the textbook positions below are."""
    inputs.build = "hg19"
    return inputs


def test_mutect2_is_read_by_its_header(inputs: Any, vcf: Vcf) -> None:
    """Of a tumour-normal VCF the tumour's somatic row is sent, and nothing of the normal."""
    text = vcf(
        "17 41245466 . G A . germline;normal_artifact GERMQ=1 GT:AD 0/1:20,19 0/1:20,22",
        "12 25398284 . C T . PASS GERMQ=93 GT:AD 0/0:40,0 0/1:30,12",
        samples="PAT1_A PAT1_B",
        meta="##normal_sample=PAT1_A\n##tumor_sample=PAT1_B\n",
    )
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["12 25398284 C T PAT1_B 6"]
    assert outcome.prepared.samples == {"PAT1_B": 1}
    assert outcome.prepared.decisions == [
        "mutations.txt: the normal 'PAT1_A' is left out, known by ##normal_sample",
        "mutations.txt: the tumour is 'PAT1_B' (##tumor_sample)",
    ]


@pytest.mark.parametrize(
    ("meta", "columns"),
    [
        ("##normal_sample=N1", "N1 T1"),
        ('##SAMPLE=<ID=N1,Description="Wild type">\n##SAMPLE=<ID=T1,Description="Mutant">', "N1 T1"),
        ("##SAMPLE=<ID=N1,Genomes=Germline>", "N1 T1"),
        ("##PEDIGREE=<Derived=T1,Original=N1>", "N1 T1"),
        ("##PEDIGREE=<ID=T1,Original=N1>", "N1 T1"),
        ('##DRAGENCommandLine=<ID=dragen,CommandLineOptions="--RGSM N1 --RGSM-tumor T1 --x y">', "N1 T1"),
        ('##SentieonCommandLine.TNscope=<ID=TNscope,CommandLine="x --tumor_sample T1 --normal_sample N1">', "N1 T1"),
        ('##GATKCommandLine=<ID=Mutect2,CommandLine="Mutect2 --normal-sample N1 --input a.bam">', "N1 T1"),
        ('##MuTect="analysis_type=MuTect tumor_sample_name=T1 normal_sample_name=N1"', "N1 T1"),
        ("##cmdline=configure.py --normalBam /bam/N1.bam --tumorBam /bam/T1.bam", "N1 T1"),
        ("##sageCommand=sage -reference N1 -reference_bam n.bam -tumor T1", "N1 T1"),
        ("##source=x", "PAT_normal T1"),
        ("##source=x", "PAT1-Normal-1 T1"),
        ("##source=x", "T1-match T1"),
        ("##source=x", "TCGA-AB-1234-11A T1"),
    ],
)
def test_the_normal_is_known(inputs: Any, vcf: Vcf, meta: str, columns: str) -> None:
    """Whatever tells the normal, its rows stay behind: those that it alone carries are listed, others are counted."""
    text = vcf(SOMATIC, SHARED, NORMALS, samples=columns, meta=meta + "\n")
    first = text.count("\n") - 2
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == [f"12 25398284 C T T1 {first}", f"17 7577120 C T T1 {first + 1}"]
    assert outcome.dropped() == [
        f"mutations|{first + 2}||chr17:41245466 G>A|not sent|only the normal carries the allele"
    ]
    assert any("is left out, known by" in text for text in outcome.prepared.decisions)
    assert "mutations.txt: rows that only the normal carries are left out: 1" in outcome.prepared.decisions
    assert outcome.prepared.warnings == [
        "mutations.txt: rows that the normal carries as well as the tumour are sent: 1"
    ]


@pytest.mark.parametrize(
    ("meta", "columns", "name", "by"),
    [
        ("##tumor_sample=PAT1_B\n", "NORMAL TUMOR", "PAT1_B", "the tumour's name in the header"),
        ("", "NORMAL TUMOR", "mutations", "the name of the file"),
        ("", "Normal Tumour", "mutations", "the name of the file"),
        ('##TUMOR="Sample=Case1,File=a.bam"\n', "NORMAL TUMOR", "Case1", "##TUMOR"),
        ("##SAMPLE=<ID=TUMOUR,SampleName=PD1a>\n", "NORMAL TUMOUR", "PD1a", "##SAMPLE"),
        # The GDC's files name the aliquots in NAME (GDC, VCF format).
        (
            "##SAMPLE=<ID=NORMAL,NAME=TCGA-AA-0001-10A-01D>\n##SAMPLE=<ID=TUMOR,NAME=TCGA-AA-0001-01A-01D,BAM_ID=d4>\n",
            "NORMAL TUMOR",
            "TCGA-AA-0001-01A-01D",
            "##SAMPLE",
        ),
    ],
)
def test_a_generic_name_is_no_patient(inputs: Any, vcf: Vcf, meta: str, columns: str, name: str, by: str) -> None:
    """The header's name of the tumour is taken, or the file's; which one is said."""
    outcome = inputs.prepare(mutations=vcf(SOMATIC, samples=columns, meta=meta))
    assert outcome.prepared.samples == {name: 1}
    assert any(text.endswith(f"is sent as '{name}' ({by})") for text in outcome.prepared.decisions)


def test_the_only_column_may_be_generic(inputs: Any, vcf: Vcf) -> None:
    """A tumour-only file with the column `sample` is of the patient whose name the file has."""
    (inputs.folder / "PAT7.vcf").write_text(vcf("1 10 . C T . PASS . GT 0/1", samples="sample"))
    assert inputs.prepare(mutations=inputs.folder / "PAT7.vcf").prepared.samples == {"PAT7": 1}


def test_two_tumours_of_one_file_keep_apart(inputs: Any, vcf: Vcf) -> None:
    """PRIMARY and METASTASIS beside a normal are two samples, neither called after its kind alone."""
    text = vcf("1 10 . C T . PASS . GT 0/0 0/1 1/1", samples="NORMAL PRIMARY METASTASIS")
    assert inputs.prepare(mutations=text).prepared.samples == {"mutations_METASTASIS": 1, "mutations_PRIMARY": 1}


def test_a_second_column_beside_tumor_is_a_question(inputs: Any, vcf: Vcf) -> None:
    """TUMOR and RNA_TUMOR may be two assays of one patient, who must not become two."""
    text = vcf("1 10 . C T . PASS . GT 0/0 0/1 1/1", samples="NORMAL TUMOR RNA_TUMOR")
    assert (
        "found the samples 'TUMOR', 'RNA_TUMOR', expected names or a header that show which"
        in inputs.refuse(mutations=text).message
    )
    assert inputs.prepare(mutations=text, sample="P1", tumor_column="TUMOR").prepared.samples == {"P1": 1}
    assert len(inputs.prepare(mutations=text, all_samples=True).prepared.samples) == 2


def test_one_name_for_two_tumours_is_refused(inputs: Any, vcf: Vcf) -> None:
    """`--sample` names one sample; the tip's option picks it."""
    text = vcf("1 10 . C T . PASS . GT 0/0 0/1 1/1", samples="NORMAL PRIMARY METASTASIS")
    error = inputs.refuse(mutations=text, sample="P1")
    assert (
        error.message
        == "mutations.txt: line 2: found the samples 'PRIMARY', 'METASTASIS', expected one for --sample 'P1'"
    )
    assert "--tumor-column" in error.tip
    outcome = inputs.prepare(mutations=text, sample="P1", tumor_column="PRIMARY")
    assert outcome.prepared.samples == {"P1": 1}


@pytest.mark.parametrize(
    ("columns", "meta"),
    [
        ("A B", ""),
        ("S1_N S1_T", ""),
        ("NORMAL TUMOR", "##tumor_sample=NORMAL\n"),
        ("A B NORMAL", "##tumor_sample=A\n"),
    ],
)
def test_unknown_columns_are_a_question(inputs: Any, vcf: Vcf, columns: str, meta: str) -> None:
    """Nothing is guessed where the file does not say which column is the normal; both ways out work."""
    genotypes = " 0/1" * len(columns.split())
    text = vcf(f"1 10 . C T . PASS . GT{genotypes}", samples=columns, meta=meta)
    error = inputs.refuse(mutations=text)
    assert "expected names or a header that show which are tumours" in error.message
    assert "--tumor-column" in error.tip
    assert "--all-samples" in error.tip
    one = columns.split(maxsplit=1)[0]
    assert sum(inputs.prepare(mutations=text, tumor_column=one, sample="P").prepared.samples.values()) == 1
    outcome = inputs.prepare(mutations=text, all_samples=True)
    left_out = sum(name == "NORMAL" and not meta.endswith("NORMAL\n") for name in columns.split())
    assert len(outcome.sent()) == len(columns.split()) - left_out


def test_a_file_of_the_normal_alone_is_refused(inputs: Any, vcf: Vcf) -> None:
    """There is no tumour in it; whoever knows better names the column."""
    text = vcf("1 10 . C T . PASS . GT 0/1", samples="NORMAL")
    error = inputs.refuse(mutations=text)
    assert error.message == "mutations.txt: line 2: found no tumour, 'NORMAL' is a normal by its name"
    outcome = inputs.prepare(mutations=text, tumor_column="NORMAL", sample="P1")
    assert outcome.sent() == ["1 10 C T P1 3"]
    assert "is a normal by its name" in outcome.prepared.warnings[0]


def test_a_sheets_row_has_its_tumour(inputs: Any, vcf: Vcf) -> None:
    """PAT1.vcf with NORMAL and TUMOR is of the patient that the sheet names; a column of another row is not."""
    row = {"sample": "PAT1", "is_sheet_row": True}
    assert inputs.prepare(mutations=vcf(SOMATIC, samples="NORMAL TUMOR"), **row).prepared.samples == {"PAT1": 1}
    text = vcf(SOMATIC, samples="PAT2 PAT1")
    assert inputs.prepare(mutations=text, **row).sent() == ["12 25398284 C T PAT1 3"]
    error = inputs.refuse(mutations=vcf(SOMATIC, samples="A B"), **row)
    assert "tumor_column" in error.tip
    outcome = inputs.prepare(mutations=vcf(SOMATIC, samples="A B"), tumor_column="B", **row)
    assert outcome.prepared.samples == {"PAT1": 1}


@pytest.mark.parametrize(
    ("columns", "meta"),
    [("P1 P1_tumor", ""), ("P1 P1_T", ""), ("P1T P1", ""), ("P1 X2", "##tumor_sample=X2\n"), ("P1 P1-met2", "")],
)
def test_a_sheets_name_may_be_that_of_the_normal(inputs: Any, vcf: Vcf, columns: str, meta: str) -> None:
    """The normal is often called as the patient is; beside a column that looks like the tumour nothing is guessed."""
    row = {"sample": "P1", "is_sheet_row": True}
    text = vcf(NORMALS, SOMATIC, samples=columns, meta=meta)
    error = inputs.refuse(mutations=text, **row)
    assert "'P1' may be its normal" in error.message
    other = next(name for name in columns.split() if name != "P1")
    outcome = inputs.prepare(mutations=text, tumor_column=other, **row)
    assert outcome.prepared.samples == {"P1": 1}
    assert inputs.prepare(mutations=text, other_samples=frozenset([other]), **row).prepared.samples == {"P1": 1}


@pytest.mark.parametrize("columns", ["primary-N primary-T", "P1_primary_blood P1_primary_tumor", "MET_PBMC MET_biopsy"])
def test_a_patients_normal_beside_a_primary_tumour(inputs: Any, vcf: Vcf, columns: str) -> None:
    """PRIMARY says whose the column is and not that it is the tumour: two such columns are a question."""
    assert "which are tumours" in inputs.refuse(mutations=vcf(SOMATIC, samples=columns)).message


@pytest.mark.parametrize("options", ["--normal-lod 2.2", "--tumor-lod-to-emit 3.0 --normal-lod 2", "--normal-depth 2"])
def test_a_threshold_is_no_sample(inputs: Any, vcf: Vcf, options: str) -> None:
    """Numbers are names of samples only behind an option for names."""
    command = f'##GATKCommandLine=<ID=Mutect2,CommandLine="Mutect2 --normal-sample 3 {options}">\n'
    assert inputs.prepare(mutations=vcf(SOMATIC, samples="3 2", meta=command)).prepared.samples == {"2": 1}


def strelka(vcf: Vcf) -> tuple[str, str]:
    """Return both files of Strelka2: no genotypes, read counts of two tiers, columns NORMAL and TUMOR."""
    snvs = vcf(
        "7 140453136 . A T . PASS SOMATIC;QSS=90;NT=ref DP:AU:CU:GU:TU 40:40,41:0,0:0,0:0,0 60:30,31:0,0:0,0:30,30",
        "12 25398284 . C T . LowEVS SOMATIC;NT=ref DP:AU:CU:GU:TU 40:0,0:40,40:0,0:0,0 60:0,0:57,57:0,0:3,3",
        samples="NORMAL TUMOR",
    )
    indels = vcf(
        "7 55242464 . AGGAATTAAGAGAAGC A . PASS SOMATIC;NT=ref DP:TAR:TIR 40:40,40:0,0 60:30,30:28,28",
        "7 55242500 . A AG . PASS SOMATIC;NT=het DP:TAR:TIR 40:20,20:20,20 60:30,30:28,28",
        samples="NORMAL TUMOR",
    )
    return snvs, indels


def test_both_files_of_strelka_are_one_upload(inputs: Any, vcf: Vcf) -> None:
    """TUMOR's rows only, under the name given, each with its file and line; what failed stays behind."""
    paths = []
    for name, text in zip(("somatic.snvs.vcf", "somatic.indels.vcf"), strelka(vcf), strict=True):
        paths.append(inputs.folder / name)
        paths[-1].write_text(text)
    outcome = inputs.prepare(mutations=paths, sample="P1")
    assert outcome.sent() == [
        "7 55242465 GGAATTAAGAGAAGC - P1 2:3",
        "7 55242500 - G P1 2:4",
        "7 140453136 A T P1 1:3",
    ]
    assert outcome.dropped() == ["mutations|1:4|P1|chr12:25398284 C>T|not sent|FILTER is not PASS"]
    assert outcome.prepared.warnings == [
        "somatic.indels.vcf: rows that the normal carries as well as the tumour are sent: 1"
    ]
    error = inputs.refuse(mutations=paths)
    assert "found the sample 'TUMOR', expected a name that is a patient's" in error.message
    assert "--sample" in error.tip


def test_files_of_two_patients_are_kept_apart(inputs: Any, vcf: Vcf) -> None:
    """Two files whose columns are both called TUMOR may be of anybody."""
    paths = [inputs.folder / f"PAT{number}.vcf" for number in (1, 2)]
    for path, text in zip(paths, strelka(vcf), strict=True):
        path.write_text(text)
    assert "sample names that are not a patient's" in inputs.refuse(mutations=paths).message


def test_a_tumour_without_reads_of_the_allele_does_not_carry_it(inputs: Any, vcf: Vcf) -> None:
    """Where Strelka2 counts no read in either tier, the row is listed."""
    line = "7 140453136 . A T . PASS NT=ref DP:AU:CU:GU:TU 40:40,41:0,0:0,0:0,0 60:60,61:0,0:0,0:0,0"
    text = vcf(
        line, line.replace("60:60,61:0,0:0,0:0,0", "60:50,50:0,0:0,0:0,9").replace("136", "137"), samples="NORMAL TUMOR"
    )
    outcome = inputs.prepare(mutations=text, sample="P1")
    assert outcome.sent() == ["7 140453137 A T P1 4"]
    assert outcome.dropped() == ["mutations|3||chr7:140453136 A>T|not sent|no sample carries the allele"]


@pytest.mark.parametrize("genotypes", ["./.:0:0 ./.:9:11", "0/0:0:0 0/0:9:11"])
def test_genotypes_that_tell_nothing_may_be_ignored(inputs: Any, vcf: Vcf, genotypes: str) -> None:
    """Pindel calls rows whose genotypes carry nothing: the error offers the option that takes them, and it does."""
    text = vcf(f"7 55242464 . AGGAATTAAGAGAAGC A 250 PASS PC=D GT:PP:NP {genotypes}", samples="NORMAL TUMOUR")
    error = inputs.refuse(mutations=text, sample="P1")
    assert "no sample carries the allele: 1" in error.message
    assert "--ignore-genotypes" in error.tip
    outcome = inputs.prepare(mutations=text, sample="P1", ignore_genotypes=True)
    assert outcome.sent() == ["7 55242465 GGAATTAAGAGAAGC - P1 3"]
    assert any("genotypes are ignored" in text for text in outcome.prepared.decisions)


@pytest.mark.parametrize(
    ("name", "generic"),
    [
        ("TUMOR", True),
        ("Tumor_Sample", True),
        ("__UNKNOWN__", True),
        ("sample", True),
        ("PAT1", False),
        ("P1_T", False),
    ],
)
def test_generic_names(name: str, generic: bool) -> None:
    """Words that callers use for any sample are known in any case."""
    assert is_generic(name) is generic


def test_a_metastasis_of_a_primary_tumour_is_no_pair() -> None:
    """An origin that is a tumour itself is no normal."""
    roles = find_roles(["##PEDIGREE=<Derived=METASTASIS,Original=PRIMARY>"], ["PRIMARY", "METASTASIS"])
    assert (set(roles.tumors), roles.normals) == ({"PRIMARY", "METASTASIS"}, {})


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["0/0", "0/1", "1|1", "./.", ".", "1", "0/2", "1/2"]),
            st.sampled_from(["0/0", "0/1", "1|1", "./.", ".", "1", "0/2", "1/2"]),
            st.sampled_from(["PASS", ".", "weak", "germline"]),
        ),
        min_size=1,
        max_size=30,
    ),
    st.booleans(),
    st.sampled_from(["##normal_sample=N1\n##tumor_sample=T1\n", "##PEDIGREE=<Derived=T1,Original=N1>\n"]),
)
def test_what_is_sent_is_the_tumours_always(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], swapped: bool, meta: str
) -> None:
    """Whatever the genotypes, the filters and the order of the columns: only alleles of the tumour are sent."""
    from cgi_runner.inputs import Options, prepare
    from cgi_runner.inputs.preparation import NothingToSendError

    columns = ("T1", "N1") if swapped else ("N1", "T1")
    lines, expected = [], set()
    for place, (normal, tumor, verdict) in enumerate(rows, 1000):
        cells = (tumor, normal) if swapped else (normal, tumor)
        lines.append(f"1\t{place}\t.\tC\tT,G\t.\t{verdict}\t.\tGT\t{cells[0]}\t{cells[1]}\n")
        carried = {call for call in tumor.replace("|", "/").split("/") if call in "12"}
        if verdict in ("PASS", "."):
            expected |= {(str(place), "TG"[int(call) - 1], "T1") for call in carried}
    header = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(columns) + "\n"
    folder: Path = tmp_path_factory.mktemp("pair")
    (folder / "x.vcf").write_text("##fileformat=VCFv4.2\n" + meta + header + "".join(lines))
    try:
        prepare({"mutations": folder / "x.vcf"}, folder, Options(reference="hg19"))
    except NothingToSendError:
        found = set()
    else:
        cells_ = [line.split("\t") for line in (folder / "mutations.tsv").read_text().splitlines()[1:]]
        found = {(row[1], row[3], row[4]) for row in cells_}
    assert found == expected
