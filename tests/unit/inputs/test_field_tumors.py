"""Tumour and normal as the field names them, in headers and columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.field_files import GENOTYPES, IN_FIRST, IN_SECOND, KRAS, Case, vcf

#: Header lines and columns of pairs whose second one is the tumour.
TUMOR_IS_SECOND = {
    "Mutect2": ("##normal_sample=A1\n##tumor_sample=A2", "A1 A2"),
    "SAMPLE by its description": (
        '##SAMPLE=<ID=A1,Description="Germline from blood">\n##SAMPLE=<ID=A2,Description="Tumour biopsy">',
        "A1 A2",
    ),
    "PEDIGREE of VCF 4.1": ("##PEDIGREE=<Derived=A2,Original=A1>", "A1 A2"),
    "PEDIGREE of VCF 4.3": ("##PEDIGREE=<ID=A2,Original=A1>", "A1 A2"),
    "DRAGEN's lists of FASTQ files": (
        '##DRAGENCommandLine=<CommandLineOptions="--fastq-list-sample-id A1 --tumor-fastq-list-sample-id A2">',
        "A1 A2",
    ),
    "DRAGEN's alignments": (
        '##DRAGENCommandLine=<ID=dragen,CommandLineOptions="--bam-input /d/A1.bam --tumor-bam-input /d/A2.bam">',
        "A1 A2",
    ),
    "Sentieon's command line": (
        '##SentieonCommandLine.TNscope=<CommandLine="driver --algo TNscope --tumor_sample A2 --normal_sample A1">',
        "A1 A2",
    ),
    "barcodes of TCGA": ("", "TCGA-AA-0001-10A-01D TCGA-AA-0001-01A-01D"),
    "barcodes of TARGET": ("", "TARGET-20-PABHKY-14A-01D TARGET-20-PABHKY-09A-01D"),
    "words beside the patient": ("", "A.normal A.tumor"),
}


def pairs() -> Iterator[tuple[str, Case]]:
    """Yield a case for each way to tell the tumour, and the same with its columns the other way round."""
    for name, (meta, columns) in TUMOR_IS_SECOND.items():
        normal, tumor = columns.split()
        for samples, row in ((f"{normal} {tumor}", IN_SECOND), (f"{tumor} {normal}", IN_FIRST)):
            only_normal = (
                row.replace("25398284", "25398285").replace("0/0", "x").replace("0/1", "0/0").replace("x", "0/1")
            )
            yield (
                f"{name}, {'last' if row is IN_SECOND else 'first'}",
                Case(
                    vcf(row, only_normal, samples=samples, meta=f"##reference=hg19\n{meta}"),
                    (f"{KRAS} {tumor}",),
                    told=(f"the normal '{normal}' is left out", "rows that only the normal carries are left out: 1"),
                    dropped=("only the normal carries the allele",),
                ),
            )


UNKNOWN_PAIRS = ("P1_N P1_T", "P1-N P1-T", "P1 P1_T", "N T", "NT T", "blood tumor", "BM1 CSF1", "WBC cfDNA", "S1 S2")

CASES = {
    **dict(pairs()),
    **{
        f"a question: {columns}": Case(
            vcf(IN_SECOND, samples=columns),
            (f"{KRAS} P1",),
            {"sample": "P1"} if " " in columns else {},
            refused="expected names or a header that show which are tumours",
            tip="--tumor-column",
            follow={"tumor_column": columns.split()[1]},
        )
        for columns in UNKNOWN_PAIRS
    },
    "the normal's name for the patient": Case(
        vcf(IN_SECOND, samples="NORMAL TUMOR"),
        (f"{KRAS} P1",),
        {"sample": "NORMAL"},
        refused="found the sample 'NORMAL', a normal by its name",
        tip="--sample names the patient",
        follow={"sample": "P1"},
    ),
    "alignments for names": Case(vcf(IN_SECOND, samples="normal.bam tumor.bam"), (f"{KRAS} PAT1",)),
    "germline and somatic": Case(vcf(IN_SECOND, samples="Germline Somatic"), (f"{KRAS} PAT1",)),
    "a caller's name for the file": Case(
        vcf(IN_SECOND, samples="NORMAL TUMOR", name="mutect2.filtered.vcf"),
        (f"{KRAS} P1",),
        refused="expected a name that is a patient's",
        tip="--sample",
        follow={"sample": "P1"},
    ),
    "two tumours and a normal": Case(
        vcf(f"{IN_SECOND} 0/1:9,9", samples="P1_normal P1_primary P1_metastasis"),
        (f"{KRAS} P1_metastasis", f"{KRAS} P1_primary"),
    ),
    "carried by both": Case(
        vcf(f"{GENOTYPES} 0/1:20,20 0/1:20,22", samples="NORMAL TUMOR"),
        (f"{KRAS} PAT1",),
        told=("rows that the normal carries as well as the tumour are sent: 1",),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
