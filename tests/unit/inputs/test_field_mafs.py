"""MAFs as the field writes them: alleles, indels, samples."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import KRAS, Case, maf


def indel(start: int, end: int, reference: str, alternate: str) -> dict[str, str | bytes]:
    """Return a MAF of one indel, behind a substitution that counts from 1."""
    return maf("K|12|25398284|25398284|C|C|T|A|37", f"X|8|{start}|{end}|{reference}|{reference}|{alternate}|A|37")


def alleles(first: str, second: str) -> dict[str, str | bytes]:
    """Return a MAF of one substitution of C with both of the tumour's alleles."""
    return maf(f"K|12|25398284|25398284|C|{first}|{second}|A|37")


FIRST_ALLELE = (
    "alleles in Tumor_Seq_Allele1 that are neither the reference nor the other allele are read as well, rows: 1"
)
CASES = {
    "insertion of the GDC": Case(indel(40272817, 40272818, "-", "T"), ("8 40272817 - T A", f"{KRAS} A")),
    "insertion of Ensembl": Case(
        indel(40272818, 40272817, "-", "T"), ("8 40272817 - T A", f"{KRAS} A"), told=("as Ensembl writes them",)
    ),
    "insertion at one place": Case(
        indel(40272818, 40272818, "-", "T"), (f"{KRAS} A",), dropped=("insertion with Start = End",)
    ),
    "insertion at one place, before": Case(
        indel(40272818, 40272818, "-", "T"), ("8 40272818 - T A", f"{KRAS} A"), {"insertion_start": "before"}
    ),
    "insertion at one place, at": Case(
        indel(40272818, 40272818, "-", "T"), ("8 40272817 - T A", f"{KRAS} A"), {"insertion_start": "at"}
    ),
    "insertions at one place alone": Case(
        maf("X|8|40272818|40272818|-|-|T|A|37"),
        ("8 40272817 - T A",),
        refused="insertion with Start = End",
        tip="--insertion-start",
        follow={"insertion_start": "at"},
    ),
    "insertion as a VCF writes it": Case(indel(40272817, 40272818, "A", "AT"), ("8 40272817 - T A", f"{KRAS} A")),
    "deletion": Case(indel(40272817, 40272819, "ACG", "-"), ("8 40272817 ACG - A", f"{KRAS} A")),
    "deletion as a VCF writes it": Case(indel(40272816, 40272819, "TACG", "T"), ("8 40272817 ACG - A", f"{KRAS} A")),
    "deletion with another end": Case(
        indel(40272817, 40272825, "ACG", "-"), ("8 40272817 ACG - A", f"{KRAS} A"), told=("whose End does not fit",)
    ),
    "deletions that count from 0": Case(
        maf("X|8|40272816|40272819|ACG|ACG|-|A|37"), refused="0-based positions", tip="add 1 to the start"
    ),
    "a dot for no base": Case(indel(40272817, 40272818, ".", "T"), (f"{KRAS} A",), dropped=("the row is invalid",)),
    "a dot for no base in the first row": Case(
        maf("X|8|40272817|40272818|.|.|T|A|37"),
        refused="column Reference_Allele: found '.', expected bases",
        tip="correct",
    ),
    "homozygous": Case(alleles("T", "T"), (f"{KRAS} A",)),
    "the change in the first allele": Case(alleles("T", "C"), (f"{KRAS} A",), told=(FIRST_ALLELE,)),
    "both alleles changed": Case(alleles("G", "T"), ("12 25398284 C G A", f"{KRAS} A"), told=(FIRST_ALLELE,)),
    "no first allele": Case(alleles("", "T"), (f"{KRAS} A",)),
    "a row twice": Case(maf(*["K|12|25398284|25398284|C|C|T|A|37"] * 2), (f"{KRAS} A",)),
    "a variant in two samples": Case(
        maf("K|12|25398284|25398284|C|C|T|A|37", "K|12|25398284|25398284|C|C|T|B|37"), (f"{KRAS} A", f"{KRAS} B")
    ),
    "version 2.4": Case(maf("K|12|25398284|25398284|C|C|T|A|37", head="#version 2.4\n"), (f"{KRAS} A",)),
    "lines of the GDC above": Case(
        maf(
            "K|12|25398284|25398284|C|C|T|A|37", head="#version gdc-1.0.0\n#filedate 20240101\n#n.analyzed.samples 1\n"
        ),
        (f"{KRAS} A",),
    ),
    "Funcotator's sample": Case(
        maf("K|12|25398284|25398284|C|C|T|__UNKNOWN__|hg19"),
        (f"{KRAS} PAT1",),
        told=("sent as 'PAT1' (the name of the file)",),
    ),
    "Funcotator's strand": Case(
        maf("K|12|25398284|25398284|C|C|T|A|hg19|__UNKNOWN__", more="Tumor_Sample_Barcode NCBI_Build Strand"),
        (f"{KRAS} A",),
    ),
    "Funcotator's sample and a name": Case(
        maf("K|12|25398284|25398284|C|C|T|__UNKNOWN__|hg19"), (f"{KRAS} P9",), {"sample": "P9"}
    ),
    "no barcode": Case(
        maf("K|12|25398284|25398284|C|C|T||37"),
        (f"{KRAS} P9",),
        refused="expected the name of a sample",
        tip="--sample",
        follow={"sample": "P9"},
    ),
    "a barcode in some rows": Case(
        maf("K|12|25398284|25398284|C|C|T|A|37", "B|7|140453136|140453136|A|A|T|__UNKNOWN__|37"),
        refused="expected a name in every row",
        tip="fill the sample column",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
