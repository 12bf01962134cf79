"""Genome builds as the field names them, in headers, columns and accessions."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import BRAF, BRAF_38, KRAS, KRAS_38, Case, maf, table, vcf

CASES = {
    "GenBank's accession of a contig": Case(
        vcf("12 25245350 . C T . PASS . GT 0/1", meta="##contig=<ID=CM000674.2,length=133275309>"), (f"{KRAS_38} P1",)
    ),
    "RefSeq's accession in a row": Case(
        vcf("NC_000012.11 25398284 . C T . PASS . GT 0/1", meta=""), (f"{KRAS} P1",), told=("'NC_000012.11', is hg19",)
    ),
    "accession in HGVS": Case(table("NC_000007.13:g.140453136A>T|P1", columns="gdna sample"), (f"{BRAF} P1",)),
    "GenBank's accession in a table": Case(
        table("CM000669.2|140753336|A|T|P1", columns="chr pos ref alt sample"), (f"{BRAF_38} P1",)
    ),
    "Ensembl's name of the FASTA": Case(
        vcf("12 25398284 . C T . PASS . GT 0/1", meta="##reference=file:///d/Homo_sapiens.GRCh37.75.dna.fa"),
        (f"{KRAS} P1",),
    ),
    "lengths of another chromosome": Case(
        vcf("12 25245350 . C T . PASS . GT 0/1", meta="##contig=<ID=chr8,length=145138636>"), (f"{KRAS_38} P1",)
    ),
    "a first row that leaves the build open": Case(
        maf("K|12|25398284|25398284|C|C|T|A|", "B|7|140453136|140453136|A|A|T|A|37"), (f"{BRAF} A", f"{KRAS} A")
    ),
    "37 and hg19 are one build": Case(
        maf("K|12|25398284|25398284|C|C|T|A|hg19", "B|7|140453136|140453136|A|A|T|A|37"), (f"{BRAF} A", f"{KRAS} A")
    ),
    "37 and 38 in one MAF": Case(
        maf("K|12|25398284|25398284|C|C|T|A|GRCh37", "B|7|140753336|140753336|A|A|T|A|GRCh38"),
        refused="line 3, column NCBI_Build: found 'GRCh38', expected hg19",
        tip="remove the rows of the other build",
    ),
    "names of columns as R writes them": Case(
        table(
            "7|140753336|A|T|38|P1",
            columns="Chromosome Start.Position Reference.Allele Tumor.Seq.Allele2 NCBI.Build sample",
        ),
        (f"{BRAF_38} P1",),
    ),
    "a later row of another build": Case(
        table("7|140453136|A|T|37|P1", "12|25245350|C|T|38|P1", columns="chr pos ref alt reference_genome sample"),
        refused="column reference_genome: found '38', expected hg19",
        tip="--reference hg38",
    ),
    "past the end of the other build's chromosome": Case(
        table("8|146300000|C|T|P1", columns="chr pos ref alt sample"),
        ("8 146300000 C T P1",),
        {"reference": "hg38"},
        refused="it fits hg19",
        tip="--reference hg19",
        follow={"reference": "hg19"},
    ),
    "told against by a hotspot": Case(
        table("7|140453136|A|T|P1", columns="chr pos ref alt sample"),
        (f"{BRAF} P1",),
        {"reference": "hg38"},
        refused="BRAF V600E",
        tip="--reference hg19",
        follow={"reference": "hg19"},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
