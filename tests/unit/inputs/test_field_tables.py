"""Tables of tools, portals and public data sets, by the names of their columns."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import BRAF, BRAF_38, G19, KRAS, KRAS_38, Case, maf, table

STATUS = "tumor_gt somatic_status"
P9 = G19 | {"sample": "P9"}
DELETION = "7 55242465 GG -"
ALLELES = (
    "Chrom|Position|Ref|Variant|Allele Call|Filter|Quality|Filter|Coverage|Filter|VCF Position|VCF Ref|VCF Variant|"
    "Sample Name|Barcode\n"
    "chr12|25398284|C|T|Heterozygous|-|90|-|400|-|25398284|C|T|P1|IonX_1\n"
    "chr7|55242466|-|GG|Heterozygous|-|90|-|400|-|55242465|A|AGG|P1|IonX_1\n"
    "chr7|55242465|GG|-|Homozygous|-|90|-|400|-|55242464|AGG|A|P1|IonX_1\n"
    "chr7|140453136|A|T|Absent|-|90|-|400|-|140453136|A|T|P1|IonX_1\n"
    "chr17|7577538|C|T|No Call|Minimum quality (SNP)|9|Minimum quality (SNP)|400|-|7577538|C|T|P1|IonX_1\n"
)
QUERY = (
    "#[1]CHROM|[2]POS|[3]REF|[4]ALT|[5]FILTER|[6]P1:GT\n"
    "12|25398284|C|T|PASS|0/1\n7|140453136|A|T|PASS|0/0\n17|7577538|C|T|q10|0/1\n"
)
SMALL_VARIANTS = (
    "Gene|Chromosome|Genomic Position|Reference Call|Alternative Call|Depth\n"
    "KRAS|chr12|25398284|C|T|400\nEGFR|chr7|55242464|AGG|A|400\n"
)
CLC = '"Chromosome","Region","Type","Reference","Allele","Reference allele"\n"12","9","SNV","C","T","No"\n'
ICGC = (
    "icgc_mutation_id icgc_donor_id icgc_sample_id matched_icgc_sample_id submitted_sample_id chromosome "
    "chromosome_start chromosome_end chromosome_strand assembly_version reference_genome_allele mutated_from_allele "
    "mutated_to_allele transcript_affected"
)
XENA = "Sample_ID gene chrom start end ref alt Tumor_Sample_Barcode Amino_Acid_Change effect callers dna_vaf"
COSMIC = "GENE_SYMBOL COSMIC_SAMPLE_ID SAMPLE_NAME LOH CHROMOSOME GENOME_START GENOME_STOP STRAND HGVSG"
PCGR = "CHROM POS REF ALT GENOMIC_CHANGE GENOME_VERSION VARIANT_CLASS SYMBOL"


def tabs(text: str) -> dict[str, str | bytes]:
    """Give a file in which bars stand for tabs."""
    return {"PAT1.tsv": text.replace("|", "\t")}


def icgc(donor: int, place: str, transcript: str, strand: str = "1") -> str:
    """Give a row of ICGC's table, which is there once for each transcript."""
    chromosome, start, end, reference, alternate = place.split()
    alleles = f"{reference}|{reference}|{alternate}"
    return f"MU|DO{donor}|SA{donor}|SN|s{donor}|{chromosome}|{start}|{end}|{strand}|GRCh37|{alleles}|{transcript}"


TOOLS = {
    "Ion Torrent's alleles": Case(
        tabs(ALLELES),
        ("7 55242465 - GG P1", f"{DELETION} P1", f"{KRAS} P1"),
        G19,
        dropped=("not carried: Allele Call=Absent", "not carried: Allele Call=No Call"),
    ),
    "Ion Torrent's variants": Case(
        table(
            "chr12|25398284|SNP|Het|C/T|C|T,A",
            "chr7|55242464|DEL|Het|AGG/A|AGG|A",
            "chr7|140453136|SNP|Ref|A/A|A|T",
            columns="Chrom Position Type Zygosity Genotype Ref Variant",
        ),
        (f"{DELETION} P9", f"{KRAS} P9"),
        P9,
        dropped=("not carried: Genotype=C/T", "not carried: Zygosity=Ref"),
    ),
    "VarScan2's own indels": Case(
        table(
            "12|25398284|C|+TA|0%|20|10|33.3%|*/+TA|Somatic",
            "7|55242464|A|-GG|0%|20|10|33.3%|*/-GG|Somatic",
            "7|140453136|A|T|0%|20|10|33.3%|W|Somatic",
            "17|7577538|C|-G|50%|20|10|50%|*/-G|Germline",
            columns=f"chrom position ref var normal_var_freq tumor_reads1 tumor_reads2 tumor_var_freq {STATUS}",
        ),
        (f"{DELETION} P9", f"{BRAF} P9", "12 25398284 - TA P9"),
        P9,
        dropped=("not somatic: somatic_status=Germline",),
    ),
    "VarScan2's indels of one sample": Case(
        table("7|55242464|A|-GG|*/-GG:40", columns="Chrom Position Ref Var Cons:Cov:Reads1:Reads2:Freq:P-value"),
        (f"{DELETION} P9",),
        P9,
    ),
    "such an indel in another table": Case(
        table("7|55242465|G|-G", columns="chr pos ref alt"),
        options=G19,
        refused="found '-G', expected bases",
        tip="correct",
    ),
    "a list of WashU's": Case(
        table("12|25398284|25398284|C|T|SNP", columns="chromosome_name start stop reference variant type"),
        (f"{KRAS} P9",),
        P9,
    ),
    "bcftools query": Case(tabs(QUERY), (f"{KRAS} P9",), P9, dropped=("not carried: P1:GT=0/0", "FILTER is not PASS")),
    "bcftools query of two samples": Case(
        tabs("# [1]CHROM|[2]POS|[3]REF|[4]ALT|[5]PA:GT|[6]PB:GT\n12|25398284|C|T|0/1|0/0\n"),
        options=G19,
        refused="found columns of several samples",
        tip="give the VCF",
    ),
    "PCGR says its build": Case(
        table("12|25398284|C|T|12:g.25398284C>T|grch37|SNV|KRAS", columns=PCGR),
        (f"{KRAS} sample",),
        told=("line 2, column GENOME_VERSION: 'grch37'",),
    ),
    "PCGR's build is not the user's": Case(
        table("12|25400000|C|T|12:g.25400000C>T|grch37|SNV|KRAS", columns=PCGR),
        options={"reference": "hg38"},
        refused="is hg19, expected hg38",
        tip="--reference hg19",
    ),
    "TSO500's small variants, copied as the tip says": Case(tabs(SMALL_VARIANTS), (f"{DELETION} P9", f"{KRAS} P9"), P9),
    "TSO500 whole": Case(
        tabs(f"[Analysis Details]|\nDNA Sample ID|P1\n[Small Variants]\n{SMALL_VARIANTS}"),
        refused="found a combined output of TSO500",
        tip="or the lines below [Small Variants]",
    ),
    "FoundationOne's short variants": Case(
        table(
            "P1|BRAF|V600E|chr7:140453136|-|known",
            "P1|TP53|R213*|chr17:7578212|-|known",
            columns="sample gene protein-effect position strand status",
        ),
        ("BRAF:p.V600E P1", "TP53:p.R213* P1"),
    ),
    "CLC's variants": Case({"a.csv": CLC}, refused="found a table of CLC", tip="exports VCFs as well"),
    "names behind a hash that are not known": Case(
        tabs("##fileformat=ir\n# locus|type|ref|genotype\nchr7:140453136|SNV|A|A/T\n"),
        refused="line 2: found the columns 'locus', 'type', 'ref' and 1 column with unknown names",
        tip="a table needs chr, pos, ref and alt",
    ),
    "numbers as pandas writes them beside empty ones": Case(
        table("12|25398284.0|25398284.0|C|T", "7|140453136.0|140453136.0|A|T", columns="chr start end ref alt"),
        (f"{BRAF} P9", f"{KRAS} P9"),
        P9,
    ),
    "such numbers that count from 0": Case(
        table("12|25398283.0|25398284.0|C|T", columns="chr start end ref alt"),
        options=G19,
        refused="expected 1-based positions",
        tip="add 1",
    ),
}
PUBLIC_SETS = {
    "ICGC, once for each transcript": Case(
        table(
            icgc(1, "12 25398284 25398284 C T", "T1"),
            icgc(1, "12 25398284 25398284 C T", "T2"),
            icgc(2, "7 140453136 140453136 A T", "T3"),
            icgc(2, "7 55242465 55242466 GG -", "T3"),
            icgc(2, "7 55242465 55242465 - GG", "T3"),
            columns=ICGC,
        ),
        (f"{DELETION} SA2", f"{BRAF} SA2", f"{KRAS} SA1"),
        told=("column assembly_version: 'GRCh37'",),
        dropped=("insertion with Start = End",),
    ),
    "ICGC's reverse strand": Case(
        table(icgc(1, "12 25398284 25398284 C T", "T1", strand="-1"), columns=ICGC),
        refused="column chromosome_strand: found '-1'",
        tip="forward strand",
    ),
    "Xena's GDC table": Case(
        table(
            "TCGA-AA-0001-01A|KRAS|chr12|25245350|25245350|C|T|TCGA-AA-0001-01A-01D|p.G12D|missense|muse|0.3",
            "TCGA-AA-0002-01A|BRAF|chr7|140753336|140753336|A|T|TCGA-AA-0002-01A-01D|p.V600E|missense|muse|0.3",
            columns=XENA,
        ),
        (f"{BRAF_38} TCGA-AA-0002-01A", f"{KRAS_38} TCGA-AA-0001-01A"),
        {"reference": "hg38"},
        refused="found the columns 'Sample_ID' and 'Tumor_Sample_Barcode', expected one of them",
        tip="--sample-column NAME",
        follow={"sample_column": "Sample_ID"},
    ),
    "MC3, which has VEP's STRAND as well": Case(
        maf("B|7|140453136|140453136|A|A|T|GRCh37|+|A|-1", more="NCBI_Build Strand Tumor_Sample_Barcode STRAND"),
        (f"{BRAF} A",),
    ),
    "alleles of the other strand, and VEP's STRAND before it": Case(
        maf("B|7|140453136|140453136|T|T|A|1|GRCh37|-|A", more="STRAND NCBI_Build Strand Tumor_Sample_Barcode"),
        refused="column Strand: found '-'",
        tip="forward strand",
    ),
    "COSMIC, a gene of the reverse strand": Case(
        table("BRAF|COSS1|A375|n|7|140753336|140753336|-|7:g.140753336A>T", columns=COSMIC),
        (f"{BRAF_38} A375",),
        {"reference": "hg38"},
    ),
}
CASES = {**TOOLS, **PUBLIC_SETS}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
