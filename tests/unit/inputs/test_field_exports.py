"""What spreadsheets, R and pandas make of a file that they save."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import BRAF, G19, KRAS, Case, maf, packed, table, vcf

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
ROW_NAMES = ("the row names that R wrote before the first column are not read",)
TABLES = {
    "R's row names, quoted": Case(
        {"a.tsv": 'chr\tpos\tref\talt\tsample\n"1"\t"12"\t25398284\t"C"\t"T"\t"P1"\n'}, (f"{KRAS} P1",), G19, ROW_NAMES
    ),
    "R's row names before a MAF that says its build": Case(
        maf("17|KRAS|12|25398284|25398284|C|C|T|A|37", "203|BRAF|7|140453136|140453136|A|A|T|B|37"),
        (f"{BRAF} B", f"{KRAS} A"),
        told=(*ROW_NAMES, "line 2, column NCBI_Build"),
    ),
    "R's row names before proteins": Case(
        table("1|BRAF|p.V600E|P1", "2|TP53|R213*|P2", columns="gene protein sample"),
        ("BRAF:p.V600E P1", "TP53:p.R213* P2"),
        told=ROW_NAMES,
    ),
    "R's row names before genomic expressions": Case(
        table("1|P1|7:g.140453136A>T", columns="sample gdna"), (f"{BRAF} P1",), G19, ROW_NAMES
    ),
    "a tab at the end of each row": Case(
        table("12|25398284|C|T|P1|", "7|140453136|A|T|P1|", columns="chr pos ref alt sample"),
        (f"{BRAF} P1", f"{KRAS} P1"),
        G19,
    ),
    "cells behind the last name": Case(
        table("12|25398284|C|T|P1|x|y", columns="chr pos ref alt sample"),
        (f"{KRAS} P1",),
        G19,
        ("rows have 7 columns, the header 5",),
    ),
    "decimal commas between commas": Case(
        {"a.csv": "chr,pos,ref,alt,freq,sample\n12,25398284,C,T,0,31,P1\n7,140453136,A,T,0,45,P1\n"},
        options=G19,
        refused="line 2: found 7 columns, expected 6",
        tip="put quotes around cells that hold a `,`",
    ),
    "decimal commas in quotes, as the tip says": Case(
        {"a.csv": 'chr,pos,ref,alt,freq,sample\n12,25398284,C,T,"0,31",P1\n'}, (f"{KRAS} P1",), G19
    ),
    "ANNOVAR's many columns of one name": Case(
        {"a.csv": "Chr,Start,End,Ref,Alt,Otherinfo\n12,25398284,25398284,C,T,het,30,9\n"}, (f"{KRAS} sample",), G19
    ),
    "pandas' index": Case(
        {"a.csv": ",chr,pos,ref,alt,sample\n0,12,25398284,C,T,P1\n1,7,140453136,A,T,P1\n"},
        (f"{BRAF} P1", f"{KRAS} P1"),
        G19,
    ),
}
CASES = {**VCF_OF_EXCEL, **TABLES}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
