"""Names of columns, spellings of proteins and shapes of files that people have, and tips for those not read."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import BRAF, G19, KRAS, Case, packed, table

V600E = "BRAF:p.V600E P1"
LATIN = table("12|25398284|C|T|Müller", columns="chr pos ref alt sample")
CASES = {
    "MuTect's call_stats": Case(
        table(
            "12|25398284|C|T|P1|KEEP",
            "7|140453136|A|T|P1|REJECT",
            columns="contig position ref_allele alt_allele sample judgement",
        ),
        (f"{KRAS} P1",),
        G19,
        dropped=("did not pass: judgement=REJECT",),
    ),
    "VarScan2's own table": Case(
        table(
            "12|25398284|C|T|Y|Somatic|P1",
            "7|140453136|A|T|W|Germline|P1",
            columns="chrom position ref var tumor_gt somatic_status sample",
        ),
        (f"{KRAS} P1",),
        G19,
        dropped=("not somatic: somatic_status=Germline",),
    ),
    "cBioPortal's results": Case(
        table(
            "P1|Somatic|7|140453136|140453136|A|T|7:g.140453136A>T",
            "P1|Germline|12|25398284|25398284|C|T|12:g.25398284C>T",
            columns="Sample_ID MS Chromosome Start_Pos End_Pos Ref Var HGVSg",
        ),
        (f"{BRAF} P1",),
        G19,
        dropped=("not somatic: MS=Germline",),
    ),
    "Sophia's table": Case(
        table(
            "BRAF|7|140453136|A|T|p.(Val600Glu)|P1",
            columns="gene chr genome_position ref alt protein sample",
        ),
        (f"{BRAF} P1",),
        G19,
    ),
    "Illumina's table": Case(
        table("12|25398284|T|C|het|P1", columns="Chr Coordinate Alt_Allele Ref_Allele Genotype sample"),
        (f"{KRAS} P1",),
        G19,
    ),
    "a usual name beside another one": Case(
        table("12|25398284|C|T|99|G|P1", columns="chr pos ref alt coordinate var sample"), (f"{KRAS} P1",), G19
    ),
    "COSMIC's build": Case(table("P1|37|7:g.140453136A>T", columns="sample GRCh HGVSG"), (f"{BRAF} P1",)),
    "proteins beside their genes": Case(
        table("BRAF|p.(Val600Glu)|P1", "KRAS|G12D|P1", columns="gene protein sample"), (V600E, "KRAS:p.G12D P1")
    ),
    "COSMIC's name for a change": Case(
        table("BRAF|A375|p.V600E", columns="Gene_name Sample_name Mutation_AA"), ("BRAF:p.V600E A375",)
    ),
    "proteins with their genes, in two columns": Case(
        table("BRAF|BRAF:p.V600E|P1", columns="gene protein sample"), (V600E,)
    ),
    "a gene without a change": Case(
        table("BRAF|p.V600E|P1", "KRAS||P1", columns="gene protein sample"),
        (V600E,),
        dropped=("the row names no protein change",),
    ),
    "Ion Reporter's table": Case(
        {
            "PAT1.tsv": "##fileformat=ir\n# locus\tref\tgenotype\tfilter\tgene\tprotein\tsample\n"
            "chr7:140453136\tA\tA/T\tPASS\tBRAF\tp.Val600Glu\tP1\n"
            "chr12:25398284\tC\tC/C\tPASS\tKRAS\tp.Gly12Asp\tP1\n"
        },
        (V600E,),
        dropped=("not carried: genotype=C/C",),
    ),
    **{
        f"changes of several transcripts, {genes}": Case(
            table("BRAF|p.V600E|P1", f"{genes}|{changes}|P1", columns="gene aa_change sample"),
            (V600E,),
            dropped=("the row is invalid",),
        )
        for genes, changes in (
            ("EGFR", "EGFR:NM_1:exon1:c.T1G:p.L858R,EGFR:NM_2:exon1:c.T1G:p.L813R"),
            ("KRAS;KRASP1", "p.G12D"),
        )
    },
    "alleles of the gene's strand": Case(
        table("7|140453136|T|A|P1", "12|25398284|C|T|P1", columns="chr pos ref alt sample"),
        ("7 140453136 T A P1", f"{KRAS} P1"),
        G19,
    ),
    "a transcript and its gene": Case(
        table("NM_004333.6(BRAF):p.Val600Glu|P1", columns="protein sample"), ("NM_004333.6:p.V600E P1",)
    ),
    "one genomic expression that cannot be read": Case(
        table("chr7:g.140453136A>T|P1", "chr7:g.55242465_55242479del|P1", columns="gdna sample"),
        (f"{BRAF} P1",),
        G19,
        ("invalid rows are left out: 1, the first on line 3, column gdna",),
        ("the row is invalid",),
    ),
    "Excel's line above the names": Case(
        {"PAT1.csv": "sep=;\nchr;pos;ref;alt;sample;NCBI_Build\n12;25398284;C;T;P1;37\n"}, (f"{KRAS} P1",)
    ),
    "several samples in a cell": Case(
        table("12|25398284|C|T|P1;P2", columns="chr pos ref alt sample"),
        (f"{KRAS} P1;P2",),
        G19,
        ("the sample 'P1;P2' is sent as one sample, although it looks like a list of several",),
    ),
    "a name that is not in UTF-8": Case(
        packed(LATIN, pack=lambda text: text.encode("latin-1")), options=G19, refused="printable", tip="iconv -f latin1"
    ),
    "the same in UTF-8, as the tip says": Case(LATIN, ("12 25398284 C T Müller",), G19),
    "TSO500": Case(
        {"PAT1.tsv": "[Analysis Details]\t\nDNA Sample ID\tP1\n[Small Variants]\nGene\tChromosome\n"},
        refused="found a combined output of TSO500, expected a VCF, a MAF",
        tip="give the VCF",
    ),
    "VEP's table": Case(
        {"PAT1.txt": "## ENSEMBL VEP\n#Uploaded_variation\tLocation\tAllele\tGene\n.\t7:140453136\tT\tE\n"},
        refused="found a table of VEP",
        tip="give the VCF",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)


@pytest.mark.parametrize(("reference", "is_told"), [("T", True), ("A", False)])
def test_a_reference_allele_that_is_not_the_genomes_is_told(inputs: Any, *, reference: str, is_told: bool) -> None:
    """At hotspots the base is known: another one is of the gene's strand, or reference and alternate are exchanged."""
    text = f"chr|pos|ref|alt|sample\n7|140453136|{reference}|G|P1\n"
    warnings = inputs.prepare(mutations=text, **G19).prepared.reference.warnings
    told = "mutations.txt: reference alleles at hotspots that are not those of hg19: 1 (BRAF V600E: T, not A)"
    assert [warning.partition(";")[0] for warning in warnings] == [told] * is_told
