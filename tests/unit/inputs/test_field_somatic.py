"""Filters and marks of somatic calls as the field writes them."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import BRAF, G19, KRAS, Case, maf, table, vcf

FIRST = "7 140453136 . A T . PASS ."


def marked(info: str = ".", filters: str = "PASS", also: frozenset[str] = frozenset(), **options: Any) -> Case:
    """Return a case of two rows, of which the first is marked and left out, unless options take it."""
    options |= {"filters": also} if also else {}
    rows = [f"12 25398284 . C T . {filters} {info} GT 0/1", "7 140453136 . A T . PASS DP=3 GT 0/1"]
    sent = (f"{BRAF} P1", f"{KRAS} P1") if options else (f"{BRAF} P1",)
    failed = "FILTER is not PASS" if info == "." and "germline" not in filters.casefold() else "not somatic"
    return Case(vcf(*rows), sent, options, dropped=() if options else (failed,))


CASES = {
    **{
        f"INFO {info}": marked(info)
        for info in (
            "SS=1",
            "SS=3;DP=9",
            "DP=9;STATUS=Germline",
            "STATUS=StrongLOH",
            "GERMLINE",
            "GERMLINE=1",
            "isGermline=true",
            "ORIGIN=germline",
            "SOMATIC=0",
            "GermlineStatus=Germline_DB",
            "VARTYPE=germline_snv",
            "LOH",
        )
    },
    **{
        f"FILTER {filters}": marked(filters=filters)
        for filters in (
            "REJECT",
            "q10;s50",
            "PASS;clustered_events",
            "germline",
            "PASS;germline",
            "Tier1",
            "0",
            "panel_of_normals",
        )
    },
    "a filter that counts as passed": marked(filters="Tier1", also=frozenset(("PASS", "Tier1"))),
    "filters are ignored": marked(filters="Tier1", keep_filtered=True),
    "the germline on demand": marked("STATUS=Germline", keep_germline=True),
    **{
        f"a somatic call with {info}": Case(vcf(f"12 25398284 . C T . PASS {info} GT 0/1"), (f"{KRAS} P1",))
        for info in (
            "SS=2",
            "STATUS=StrongSomatic",
            "SOMATIC",
            "SOMATIC=1",
            "GERMQ=93;AS_FilterStatus=SITE",
            "TYPE=snp",
            "CLNORIGIN=1",
            "GERMLINE=0",
            "IN_PON;NLOD=3",
        )
    },
    "no filter applied, in a VCF": Case(
        vcf("12 25398284 . C T . . . GT 0/1"),
        (f"{KRAS} P1",),
        told=("no filter was applied to (FILTER is .) are sent: 1",),
    ),
    "no filter applied, in a table": Case(
        table("12|25398284|C|T|.|P1", "7|140453136|A|T||P1", columns="chr pos ref alt FILTER sample"),
        (f"{BRAF} P1", f"{KRAS} P1"),
        G19,
        ("rows that no filter was applied to (FILTER is . or empty) are sent: 2",),
    ),
    "no filter applied, where PASS was asked for": Case(
        vcf("12 25398284 . C T . . . GT 0/1"),
        (f"{KRAS} P1",),
        {"filters": frozenset(("PASS",))},
        refused="no filter was applied",
        tip="--filters PASS,.",
        follow={"filters": frozenset(("PASS", "."))},
    ),
    **{
        f"Mutation_Status {word}": Case(
            maf(
                f"K|12|25398284|25398284|C|C|T|A|37|{word}",
                "B|7|140453136|140453136|A|A|T|A|37|Somatic",
                more="Tumor_Sample_Barcode NCBI_Build Mutation_Status",
            ),
            (f"{BRAF} A",),
            dropped=("not somatic",),
        )
        for word in ("Germline", "LOH", "Wildtype", "None", "germline_het", "Post-transcriptional modification")
    },
    "a filter of the tumour's call": Case(
        vcf("12 25398284 . C T . PASS . GT:FT 0/1:LowGQX", f"{FIRST} GT:FT 0/1:PASS"),
        (f"{BRAF} P1",),
        dropped=("FILTER is not PASS",),
    ),
    "a filter of the tumour's call on demand": Case(
        vcf("12 25398284 . C T . PASS . GT:FT 0/1:LowGQX", f"{FIRST} GT:FT 0/1:."),
        (f"{BRAF} P1", f"{KRAS} P1"),
        {"keep_filtered": True},
    ),
    "filters in a table": Case(
        table("12|25398284|C|T|LowQual|P1", "7|140453136|A|T|PASS|P1", columns="chr pos ref alt Filters sample"),
        (f"{BRAF} P1",),
        G19,
        dropped=("FILTER is not PASS",),
    ),
    **{
        f"Validation_Status {word}": Case(
            table(
                f"12|25398284|C|T|{word}|P1",
                "7|140453136|A|T|Valid|P1",
                "7|140453140|A|T|Untested|P1",
                columns="chr pos ref alt Validation_Status sample",
            ),
            (f"{BRAF} P1", "7 140453140 A T P1"),
            G19,
            dropped=("not detected",),
        )
        for word in ("Invalid", "Wildtype")
    },
    "regions without reads of the allele": Case(
        table(
            "12|25398284|C|T|0|80|R1", "12|25398284|C|T|9|80|R2", columns="chr pos ref alt t_alt_count t_depth sample"
        ),
        (f"{KRAS} R2",),
        G19,
        dropped=("not carried: t_alt_count=0",),
    ),
    "Mutation_Status Unknown": Case(
        maf("K|12|25398284|25398284|C|C|T|A|37|Unknown", more="Tumor_Sample_Barcode NCBI_Build Mutation_Status"),
        (f"{KRAS} A",),
        told=("it is not known what the column 'Mutation_Status' says of them, the first on line 2: 'Unknown'",),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
