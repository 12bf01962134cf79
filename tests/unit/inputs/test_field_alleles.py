"""Which alleles of a row are the tumour's, in tables that have a genotype beside several alleles."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import G19, KRAS, Case, table

OTHER = "12 25398284 C A sample"
T, A = f"{KRAS} sample", OTHER


def row(reference: str, alternates: str, genotype: str, column: str = "P1.GT") -> dict[str, str | bytes]:
    """Return a table of one row with its genotype, and one row that nothing is said of."""
    return table(
        f"12|25398284|{reference}|{alternates}|{genotype}",
        "7|140453136|A|T|A/T",
        columns=f"CHROM POS REF ALT {column}",
    )


BRAF = "7 140453136 A T sample"
CASES = {
    "letters, the first": Case(row("C", "T,A", "C/T"), (BRAF, T), G19, dropped=("not carried: P1.GT=C/T",)),
    "letters, the second": Case(row("C", "T,A", "C/A"), (BRAF, A), G19, dropped=("not carried: P1.GT=C/A",)),
    "letters, both": Case(row("C", "T,A", "A/T"), (BRAF, A, T), G19),
    "numbers": Case(row("C", "T,A", "2/2", "GT"), (BRAF, A), G19, dropped=("not carried: GT=2/2",)),
    "numbers with other fields": Case(row("C", "T,A", "0/2:9,0,9"), (BRAF, A), G19, dropped=("not carried",)),
    "half a call": Case(row("C", "T,A", "./1"), (BRAF, T), G19, dropped=("not carried: P1.GT=./1",)),
    "one of several rows of a site": Case(row("C", "A", "C/T"), (BRAF,), G19, dropped=("not carried: P1.GT=C/T",)),
    "alleles of several bases": Case(
        row("CAG", "C,TAG", "CAG/C"), (BRAF, "12 25398285 AG - sample"), G19, dropped=("not carried: P1.GT=CAG/C",)
    ),
    "on demand": Case(row("C", "T,A", "C/T"), (BRAF, A, T), G19 | {"ignore_genotypes": True}),
    "other words for an indel": Case(row("-", "GG", "I/D"), (BRAF, "12 25398284 - GG sample"), G19),
    "a number that the row has no allele for": Case(row("C", "T", "0/2"), (BRAF, T), G19),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
