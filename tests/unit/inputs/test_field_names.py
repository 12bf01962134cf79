"""Columns of samples and patients as the field calls them."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import BRAF, G19, KRAS, Case, table

SAMPLE_COLUMNS = (
    "Sample ID",
    "Sample.ID",
    "SampleName",
    "Sample Name",
    "sample_barcode",
    "Tumor_Sample_ID",
    "biospecimen_id",
    "TUMOUR SAMPLE",
    "sample-id",
    "Tumor.Sample.Barcode",
    "tumor_name",
)
LIKE_SAMPLES = (
    "Case_ID",
    "PATIENT_ID",
    "patient",
    "Barcode",
    "Tumor",
    "Cell Line",
    "DNA_ID",
    "DepMap_ID",
    "library_id",
    "Pat",
    "Patient initials",
    "Befundnr",
    "Matched_Norm_Sample_Barcode",
    "Fallnummer",
    "BioSample",
    "icgc_donor_id",
    "VCF_SAMPLE_ID",
    "USUBJID",
    "pair_id",
    "submitter_id",
    "External ID",
    "Source Name",
    "Tumor DNA ID",
    "lims_sample_id",
    "Biopsy",
    "time point",
    "file",
    "Source File",
    "filename",
    "vcf",
    "bam_path",
)
#: Names like these that say something else of a row.
OTHERS = ("vcf_id", "maf", "n_samples", "sample_count", "profile", "in_sample")


def two_rows(column: str) -> dict[str, str | bytes]:
    """Return a table of two rows, each with another value in a column."""
    text = f"chr\tpos\tref\talt\t{column}\n" + "12\t25398284\tC\tT\tA1\n7\t140453136\tA\tT\tB2\n"
    return {"PAT1.tsv": text}


CASES = {
    **{column: Case(two_rows(column), (f"{BRAF} B2", f"{KRAS} A1"), G19) for column in SAMPLE_COLUMNS},
    **{
        column: Case(
            two_rows(column),
            (f"{BRAF} B2", f"{KRAS} A1"),
            G19,
            refused="which may name samples",
            tip="--sample-column",
            follow={"sample_column": column},
        )
        for column in LIKE_SAMPLES
    },
    **{
        f"no question: {column}": Case(two_rows(column), (f"{BRAF} sample", f"{KRAS} sample"), G19) for column in OTHERS
    },
    "a tumour's name beside the sample's": Case(
        table("12|25398284|C|T|A1|X", "7|140453136|A|T|B2|X", columns="chr pos ref alt sample tumor_name"),
        (f"{BRAF} B2", f"{KRAS} A1"),
        G19,
    ),
    "reads of the tumour": Case(
        {"PAT1.tsv": str(two_rows("tumor")["PAT1.tsv"]).replace("A1", "12/40").replace("B2", "7.5%")},
        (f"{BRAF} sample", f"{KRAS} sample"),
        G19,
    ),
    "regions of two patients": Case(
        table("12|25398284|C|T|R1|A", "7|140453136|A|T|R1|B", columns="chr pos ref alt sample patient_id"),
        (f"{BRAF} B", f"{KRAS} A"),
        G19,
        refused="for the sample 'R1', expected one patient",
        tip="--sample-column 'patient_id'",
        follow={"sample_column": "patient_id"},
    ),
    "regions of one patient": Case(
        table("12|25398284|C|T|R1|A", "7|140453136|A|T|R2|A", columns="chr pos ref alt sample patient_id"),
        (f"{BRAF} R2", f"{KRAS} R1"),
        G19,
    ),
    "two words for any sample": Case(
        table("12|25398284|C|T|Primary", "7|140453136|A|T|Metastasis", columns="chr pos ref alt sample"),
        (f"{BRAF} P1", f"{KRAS} P1"),
        G19,
        refused="neither is a patient's name",
        tip="--sample",
        follow={"sample": "P1"},
    ),
    "a tumour and its normal by a letter": Case(
        table("12|25398284|C|T|P1_T", "7|140453136|A|T|P1_N", columns="chr pos ref alt sample"),
        (f"{BRAF} P1_N", f"{KRAS} P1_T"),
        G19,
        ("'P1_N' is sent as a tumour, although it may be the normal of 'P1_T'",),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
