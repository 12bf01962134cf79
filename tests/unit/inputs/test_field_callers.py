"""What single callers do that neither header lines nor names of columns say, as their documentation and source tell."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import BRAF, KRAS, Case, vcf

SAGE = "##sageVersion=4.0\n##contig=<ID=12,length=133851895>"
FIELDS = "12 25398284 . C T 400 PASS TIER=HOTSPOT GT:AD:AF:DP"
NORMAL, TUMOR = "0/0:40,0:0:40", "0/1:30,12:0.28:42"
OPEN_NORMAL, OPEN_TUMOR = "./.:40,0:0:40", "./.:30,12:0.28:42"
VARDICT = (
    '##source=VarDict_v1.8.2\n##reference=/r/hg19.fa\n##INFO=<ID=STATUS,Number=1,Type=String,Description="Status">'
)
LANCET = (
    "##source=lancet 1.1.0\n##cmdline=lancet --tumor /d/T9.bam --normal /d/N9.bam --ref hg19.fa\n##reference=hg19.fa"
)
LANCET2 = '##source=Lancet_v2.8\n##commandLine="Lancet2 pipeline -n /d/N9.bam -t /d/T9.bam"\n##reference="hg19.fa"'
IN_BOTH, IN_TUMOR = "GT:AD 0/1:20,20 0/1:20,20", "GT:AD 0/0:40,0 0/1:20,20"
NO_GENOTYPES = "SAGE writes no genotypes: its records count as called in the tumour"
ASK: dict[str, Any] = {"refused": "expected names or a header that show which are tumours", "tip": "--tumor-column"}


def sage(names: str, *cells: str, **told: Any) -> Case:
    """Return a file of SAGE with one record, whose right answer is the last column's unless it is a question."""
    tumor = told.pop("tumor", names.rsplit(maxsplit=1)[-1])
    options: dict[str, Any] = {"follow": {"tumor_column": tumor}} if "refused" in told else {}
    return Case(vcf(f"{FIELDS} {' '.join(cells)}", samples=names, meta=SAGE), (f"{KRAS} {tumor}",), **options, **told)


def germline(meta: str) -> Case:
    """Return a file of one sample by a caller of germline variants."""
    told = ("calls germline variants: they are sent as somatic",)
    return Case(vcf("12 25398284 . C T 90 PASS . GT 0/1", meta=f"##reference=hg19\n{meta}"), (f"{KRAS} P1",), told=told)


CASES = {
    "SAGE, with genotypes": sage("P1R P1T", NORMAL, TUMOR, told=("the normal 'P1R' is left out", "SAGE")),
    "SAGE, without": sage("COLO829v003R COLO829v003T", OPEN_NORMAL, OPEN_TUMOR, told=(NO_GENOTYPES,)),
    "SAGE, other letters": sage("P1-N P1-T", NORMAL, TUMOR),
    "SAGE, a second biopsy": sage("P1R P1TII", OPEN_NORMAL, OPEN_TUMOR),
    "SAGE, a tumour alone": sage("P1T", OPEN_TUMOR, told=(NO_GENOTYPES,)),
    "SAGE, run for the germline": sage("P1T P1R", TUMOR, TUMOR, tumor="P1T", **ASK),
    "SAGE, RNA behind the tumour": sage("P1T P1T_RNA", TUMOR, TUMOR, tumor="P1T", **ASK),
    "SAGE, other names": sage("A17 A18", NORMAL, TUMOR, **ASK),
    "SAGE, three columns": sage("P1R P1T P1T_RNA", OPEN_NORMAL, OPEN_TUMOR, OPEN_TUMOR, tumor="P1T", **ASK),
    "another caller with these names": Case(
        vcf(f"{FIELDS} {NORMAL} {TUMOR}", samples="P1R P1T"), (f"{KRAS} P1T",), follow={"tumor_column": "P1T"}, **ASK
    ),
    "another caller without genotypes": Case(
        vcf(f"{FIELDS} {OPEN_TUMOR}"),
        (f"{KRAS} P1",),
        refused="no sample carries the allele: 1",
        tip="--ignore-genotypes",
        follow={"ignore_genotypes": True},
    ),
    **{
        f"VarDict, {samples}": Case(
            vcf(
                f"12 25398284 . C T 90 PASS STATUS=StrongSomatic;SAMPLE=A17 GT {cells}",
                "7 140453136 . A T 90 PASS STATUS=Germline;SAMPLE=A17 GT 0/1 0/1",
                samples=samples,
                meta=VARDICT,
            ),
            (f"{KRAS} A17",),
            told=("the normal 'A16' is left out, known by SAMPLE in INFO", "the tumour is 'A17' (SAMPLE in INFO)"),
            dropped=("not somatic: STATUS=Germline",),
        )
        for samples, cells in (("A17 A16", "0/1 0/0"), ("A16 A17", "0/0 0/1"))
    },
    "VarDict, a sample of another name": Case(
        vcf("12 25398284 . C T 90 PASS STATUS=StrongSomatic;SAMPLE=X GT 0/1 0/0", samples="A17 A16", meta=VARDICT),
        (f"{KRAS} A17",),
        follow={"tumor_column": "A17"},
        **ASK,
    ),
    "VarDict, called for each sample": Case(
        vcf(
            "12 25398284 . C T 90 PASS SAMPLE=A17 GT 0/1 0/0",
            samples="A17 A16",
            meta=VARDICT.partition("\n##INFO")[0],
        ),
        (f"{KRAS} A17",),
        follow={"tumor_column": "A17"},
        **ASK,
    ),
    "Lancet": Case(
        vcf(
            f"12 25398284 . C T 90 PASS SOMATIC;FETS=20 {IN_TUMOR}",
            f"7 140453136 . A T 90 PASS SHARED;FETS=6 {IN_BOTH}",
            f"17 7577538 . C T 90 PASS NORMAL;FETS=6 {IN_BOTH}",
            samples="N9 T9",
            meta=LANCET,
        ),
        (f"{KRAS} T9",),
        dropped=("not somatic: SHARED", "not somatic: NORMAL"),
    ),
    "Lancet, the germline on demand": Case(
        vcf(f"7 140453136 . A T 90 PASS SHARED;FETS=6 {IN_BOTH}", samples="N9 T9", meta=LANCET),
        (f"{BRAF} T9",),
        {"keep_germline": True},
    ),
    **{
        f"Lancet2, {flag}": Case(
            vcf(
                f"12 25398284 . C T 90 . {flag};TYPE=SNV {IN_TUMOR}",
                f"7 140453136 . A T 90 . SHARED;TYPE=SNV {IN_BOTH}",
                samples="N9 T9",
                meta=LANCET2,
            ),
            (f"{KRAS} T9",),
            {"tumor_column": "T9"},
            dropped=("not somatic: SHARED",),
        )
        for flag in ("TUMOR", "CASE")
    },
    "another caller's flag SHARED": Case(vcf("12 25398284 . C T 90 PASS SHARED;NORMAL GT 0/1"), (f"{KRAS} P1",)),
    **{
        f"one patient's columns, {columns}": Case(
            vcf("12 25398284 . C T 30 PASS . GT 0/0 0/1 0/1", samples=columns),
            (f"{KRAS} PAT1",),
            follow={"tumor_column": columns.split()[1]},
            **ASK,
        )
        for columns in (
            "DNA_NORMAL DNA_TUMOR RNA_TUMOR",
            "NORMAL TUMOR.mutect TUMOR.strelka",
            "NORMAL.variant TUMOR.variant TUMOR.variant2",
        )
    },
    "ClairS": Case(
        vcf(
            "12 25398284 . C T 20 PASS H;FAU=0 GT:GQ:DP:AF:AU:CU:GU:TU 0/1:20:40:0.3:0:28:0:12",
            "7 140453136 . A T 20 Germline . GT:GQ:DP:AF 0/1:20:40:0.5",
            "17 7577538 . C T 2 RefCall . GT:GQ:DP:AF 0/0:2:40:0.1",
            samples="SAMPLE",
            meta="##source=ClairS\n##clairs_version=0.4\n##reference=/r/GRCh37.fa",
        ),
        (f"{KRAS} PAT1",),
        dropped=("not somatic: FILTER Germline", "FILTER is not PASS"),
    ),
    "ClairS-TO, whatever failed": Case(
        vcf(
            "12 25398284 . C T 20 PASS H GT:AF 0/1:0.3",
            "7 140453136 . A T 20 NonSomatic H GT:AF 0/1:0.5",
            samples="SAMPLE",
            meta="##source=ClairS-TO\n##reference=/r/hg19.fa",
        ),
        (f"{KRAS} PAT1",),
        {"keep_filtered": True},
        dropped=("not somatic: FILTER NonSomatic",),
    ),
    "CaVEMan": Case(
        vcf(
            "12 25398284 . C T . PASS DP=80;TG=CC/CT;SG=CC/CC GT:FAZ:PM 0|0:1:0 0|1:1:0.3",
            "17 7577538 . C T . UM;MN DP=80 GT:FAZ:PM 0|0:1:0 0|1:1:0.3",
            samples="NORMAL TUMOUR",
            meta="##SAMPLE=<ID=NORMAL,SampleName=PD1b>\n##SAMPLE=<ID=TUMOUR,SampleName=PD1a>\n##reference=/r/GRCh37d5",
        ),
        (f"{KRAS} PD1a",),
        dropped=("FILTER is not PASS",),
    ),
    "NeuSomatic": Case(
        vcf(
            "12 25398284 . C T 20 PASS SCORE=0.99 GT:DP 0/1:40",
            "7 140453136 . A T 2 REJECT SCORE=0.1 GT:DP 0/1:40",
            samples="SAMPLE",
            meta="##NeuSomatic Version=0.2.1\n##reference=hg19",
        ),
        (f"{KRAS} PAT1",),
        dropped=("FILTER is not PASS",),
    ),
    "HaplotypeCaller": germline('##GATKCommandLine=<ID=HaplotypeCaller,CommandLine="HaplotypeCaller -R hg19.fa">'),
    "Sentieon's Haplotyper": germline('##SentieonCommandLine.Haplotyper=<ID=Haplotyper,CommandLine="driver">'),
    "HaplotypeCaller, without its command line": germline("##source=HaplotypeCaller"),
    "DeepVariant": germline("##DeepVariant_version=1.5.0"),
    "PURPLE's file of the germline": germline(
        '##purpleVersion=4.1\n##FILTER=<ID=LOW_VAF,Description="Germline variant has very low allelic frequency">'
    ),
    "DeepSomatic, which is no germline caller": Case(
        vcf(
            "12 25398284 . C T 90 PASS . GT 1/1",
            meta="##reference=hg19\n##DeepVariant_version=1.7\n##DeepSomatic_version=1.7",
        ),
        (f"{KRAS} P1",),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)


@pytest.mark.parametrize("name", ["DeepSomatic, which is no germline caller", "SAGE, with genotypes", "ClairS"])
def test_somatic_callers_give_no_warning(inputs: Any, name: str) -> None:
    """What they write is what is expected."""
    assert inputs.prepare(mutations=_written(inputs, name), reference=None).prepared.warnings == []


def _written(inputs: Any, name: str) -> Any:
    ((file, text),) = CASES[name].files.items()
    path = inputs.folder / file
    path.write_text(str(text))
    return path
