"""Files as the field writes them: several of a kind, line ends, encodings, headers among the rows."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from support.field_files import BRAF, G19, KRAS, ONE, Case, maf, packed, table, vcf

SNVS = vcf(
    "12 25398284 . C T . PASS SOMATIC;NT=ref DP:AU:CU:GU:TU 40:0,0:40,40:0,0:0,0 40:0,0:20,20:0,0:20,20",
    samples="NORMAL TUMOR",
    name="somatic.snvs.vcf",
)
INDELS = vcf(
    "7 55242464 . AGG A . PASS SOMATIC;NT=ref DP:TAR:TIR 40:40,40:0,0 40:20,20:20,20",
    samples="NORMAL TUMOR",
    name="somatic.indels.vcf",
)

SEVERAL_FILES = {
    "Strelka2's, SNVs first": Case(
        {**SNVS, **INDELS}, ("7 55242465 GG - P9", f"{KRAS} P9"), {"sample": "P9"}, ("the normal 'NORMAL' is left out",)
    ),
    "Strelka2's, indels first and compressed": Case(
        {**packed(INDELS, pack=lambda text: gzip.compress(text.encode())), **SNVS},
        ("7 55242465 GG - P9", f"{KRAS} P9"),
        {"sample": "P9"},
    ),
    "Strelka2's without a name for the patient": Case(
        {**SNVS, **INDELS},
        ("7 55242465 GG - P9", f"{KRAS} P9"),
        refused="expected a name that is a patient's",
        tip="--sample",
        follow={"sample": "P9"},
    ),
    "of two builds": Case(
        {**SNVS, **packed(INDELS, ("hg19", "GRCh38"))},
        refused="two genome builds",
        tip="--reference",
        options={"sample": "P"},
    ),
    "a MAF of each patient": Case(
        {
            "a.maf": str(maf("KRAS|12|25398284|25398284|C|C|T|A|37")["PAT1.maf"]),
            "b.maf": str(maf("BRAF|7|140453136|140453136|A|A|T|B|hg19")["PAT1.maf"]),
        },
        (f"{BRAF} B", f"{KRAS} A"),
    ),
}

BYTES = {
    "CRLF": Case(packed(ONE, ("\n", "\r\n")), (f"{KRAS} P1",)),
    "CR": Case(packed(ONE, ("\n", "\r")), (f"{KRAS} P1",), told=("carriage returns",)),
    "CR in gzip": Case(
        packed(ONE, ("\n", "\r"), pack=lambda text: gzip.compress(text.encode())),
        (f"{KRAS} P1",),
        told=("carriage returns",),
    ),
    "a byte order mark": Case(packed(ONE, pack=lambda text: text.encode("utf-8-sig")), (f"{KRAS} P1",)),
    "UTF-16": Case(packed(ONE, pack=lambda text: text.encode("utf-16")), (f"{KRAS} P1",), told=("UTF-16",)),
    "UTF-16 of Windows": Case(
        packed(ONE, ("\n", "\r\n"), ("P1", "M\xfcller"), pack=lambda text: text.encode("utf-16")),
        (f"{KRAS} M\xfcller",),
    ),
    "UTF-16, big end first, in gzip": Case(
        packed(ONE, pack=lambda text: gzip.compress(b"\xfe\xff" + text.encode("utf-16-be"))), (f"{KRAS} P1",)
    ),
    "UTF-16, cut off": Case(
        packed(ONE, pack=lambda text: text.encode("utf-16")[:-1]),
        refused="cannot be read any further",
        tip="copy it again",
    ),
    "UTF-32": Case(packed(ONE, pack=lambda text: text.encode("utf-32")), refused="found a NUL byte", tip="right file"),
    "Latin-1": Case(
        packed(ONE, ("##ref", "##author=M\xfcller\n##ref"), pack=lambda text: text.encode("latin-1")), (f"{KRAS} P1",)
    ),
    "two parts of gzip": Case(
        packed(ONE, pack=lambda text: gzip.compress(text[:50].encode()) + gzip.compress(text[50:].encode())),
        (f"{KRAS} P1",),
    ),
    "no last line feed": Case(packed(ONE, pack=lambda text: text.rstrip("\n").encode()), (f"{KRAS} P1",)),
    "one hash": Case(packed(ONE, ("##reference", "#reference")), (f"{KRAS} P1",)),
    "no first line": Case(packed(ONE, ("##fileformat=VCFv4.2\n", "")), (f"{KRAS} P1",)),
    "chromosomes behind one another, with their headers": Case(
        table("12|25398284|C|T|P1", "chr|pos|ref|alt|sample", "7|140453136|A|T|P1", columns="chr pos ref alt sample"),
        (f"{BRAF} P1", f"{KRAS} P1"),
        G19,
        ("header lines that are repeated among the rows are skipped",),
    ),
    "two patients' VCFs behind one another": Case(
        packed(
            vcf("12 25398284 . C T . PASS . GT 0/1", "X 7 140453136 . A T . PASS . GT 0/1"),
            ("X\t", "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tP2\n"),
        ),
        refused="found other column names ('P2') among the rows",
        tip="give each file separately",
    ),
    "two whole VCFs behind one another": Case(
        {"a.vcf": str(ONE["PAT1.vcf"]) * 2}, refused="the header of another VCF", tip="give each file separately"
    ),
    "rows without any place": Case(
        table("12|25398284|C|T|x", "NA|NA|NA|NA|x", columns="chr pos ref alt note"),
        (f"{KRAS} sample",),
        G19,
        dropped=("the row is invalid",),
    ),
    "residues written out": Case(
        table("EGFR:p.E746_A750delELREA|A", "ERBB2:p.Y772_A775dupYVMA|A", columns="protein sample"),
        ("EGFR:p.E746_A750del A", "ERBB2:p.Y772_A775dup A"),
    ),
}


CASES = {**SEVERAL_FILES, **BYTES}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
