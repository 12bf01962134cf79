"""What spreadsheets, R and pandas make of a file that they save."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import BRAF, KRAS, Case, packed, vcf

FORMAT = '"##FORMAT=<ID=GT,Number=1,Type=String,Description=""Genotype"">"'
#: Excel puts quotes around cells that hold a comma or a quote, and tabs behind the lines above the columns.
VCF_OF_EXCEL = {
    "a mark of the germline in quotes": Case(
        vcf(
            "12 25398284 . C T . PASS SOMATIC;AF=0.1 GT 0/1",
            '7 140453136 . A T . PASS "GERMLINE;AF=0.2,0.3" GT 0/1',
            '17 7577538 . C T . PASS "AF=0.2,0.3;SOMATIC=0" GT 0/1',
        ),
        (f"{KRAS} P1",),
        dropped=("not somatic: GERMLINE", "not somatic: SOMATIC=0"),
    ),
    "alleles in quotes": Case(vcf('12 25398284 . C "T,A" . PASS . GT 1/2'), ("12 25398284 C A P1", f"{KRAS} P1")),
    "genotypes in quotes": Case(
        vcf(
            '12 25398284 . C T . PASS . GT:AD "0/0:9,0" "0/1:30,12"',
            '7 140453136 . A T . PASS . GT:AD "0/1:9,9" "0/0:30,0"',
            samples="NORMAL TUMOR",
        ),
        (f"{KRAS} PAT1",),
        dropped=("only the normal carries the allele",),
    ),
    "header lines in quotes": Case(
        vcf("12 25398284 . C T . PASS . GT 0/1", meta=f'{FORMAT}\n"##contig=<ID=12,length=133851895>"'),
        (f"{KRAS} P1",),
        told=("chromosome 12 of length 133851895",),
    ),
    "tabs behind header lines": Case(
        packed(vcf("12 25398284 . C T . PASS . GT 0/1"), ("VCFv4.2\n", "VCFv4.2\t\t\n"), ("=hg19\n", "=hg19\t\t\n")),
        (f"{KRAS} P1",),
    ),
    "a quote within a cell is text": Case(
        vcf('12 25398284 . C T . PASS NOTE=5"x GT 0/1', "7 140453136 . A T . PASS . GT 0/1"),
        (f"{BRAF} P1", f"{KRAS} P1"),
    ),
}
CASES = VCF_OF_EXCEL


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
