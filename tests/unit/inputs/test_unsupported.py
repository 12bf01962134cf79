"""Files of copy numbers and structural variants without calls: each is named as what it is, with a tip that helps."""

from __future__ import annotations

from typing import Any

import pytest

from cgi_runner.inputs.readers.copy_number import CNA_FORMATS
from cgi_runner.inputs.readers.fusion_callers import FUSION_FORMATS
from cgi_runner.inputs.unsupported import TABLES

TIPS = {
    "CNVkit .cns": ("cnas", "chromosome start end gene log2 depth probes weight", "CNVkit", "5 copies"),
    "CNVkit genemetrics": ("cnas", "gene chromosome start end log2 depth weight n_bins", "CNVkit", "5 copies"),
    "CNVkit call": ("cnas", "chromosome start end gene log2 cn depth probes weight", "CNVkit", "5 copies"),
    "PURPLE genes": ("cnas", "chromosome start end gene minCopyNumber maxCopyNumber", "PURPLE", "3 times"),
    "PURPLE segments": ("cnas", "chromosome start end copyNumber bafCount observedBAF", "PURPLE", "no cut-off"),
    "SEG": ("cnas", "ID chrom loc.start loc.end num.mark seg.mean", "SEG", "no cut-off"),
    "SEG of the GDC": ("cnas", "GDC_Aliquot Chromosome Start End Num_Probes Segment_Mean", "SEG", "no cut-off"),
    "ASCAT": ("cnas", "sample chr startpos endpos nMajor nMinor", "ASCAT", "no cut-off"),
    "Sequenza": ("cnas", "chromosome start.pos end.pos Bf N.BAF depth.ratio CNt A B", "Sequenza", "no cut-off"),
    "FACETS": ("cnas", "chrom seg num.mark nhet cnlr.median mafR tcn.em lcn.em", "FACETS", "no cut-off"),
    "GATK": ("cnas", "CONTIG START END NUM_POINTS_COPY_RATIO MEAN_LOG2_COPY_RATIO CALL", "GATK", "no cut-off"),
    "GDC genes": ("cnas", "gene_id gene_name chromosome start end copy_number min_copy_number", "GDC", "no cut-off"),
    "Oncomine": ("cnas", "vcf.rownum rowtype call CHROM.x FUNC1.gene", "Oncomine", "confidence"),
    "Ion Reporter": ("cnas", "locus type ref length genotype filter pvalue iscn gene", "Oncomine", "confidence"),
}  # fmt: skip
VCF = "##fileformat=VCFv4.2\n"
GATK = "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:1\nCONTIG\tSTART\tEND\tNUM_POINTS_COPY_RATIO\tCALL\n"
RECORD = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchr1\t7\t.\tN\t{}\t.\tPASS\t.\n"
GDC_FOCAL = "Gene Symbol\tGene ID\tCytoband\tP1\nENSG00000141736.14\t0\t17q12\t1\n"
FILES = {
    "DRAGEN CNV": ("cnas", VCF + "##source=DRAGEN_CNV\n##ALT=<ID=DUP>\n#CHROM\n", "copy numbers", "expected"),
    "Manta": ("translocations", VCF + "##source=GenerateSVCandidates 1.6\n#CHROM\n", "structural variants", "genes"),
    "DRAGEN SV": ("translocations", VCF + "##INFO=<ID=MATEID,Number=.>\n#CHROM\n", "structural variants", "no genes"),
    "TSO500": ("cnas", "[Analysis Details]\t\t\nPair ID\tP1\t\n", "TSO500", "fold change"),
    "FoundationOne": ("cnas", '<?xml version="1.0"?>\n<rr:ResultsReport>\n', "FoundationOne", "4 copies above"),
    "CNVkit VCF": ("cnas", VCF + RECORD.format("<DUP>"), "copy numbers", "cut-off"),
    "breakends": ("translocations", VCF + RECORD.format("A[chr2:9["), "structural variants", "no genes"),
    "GISTIC peaks": ("cnas", "Unique Name\tDescriptor\tWide Peak Limits\tP1\n", "peaks of GISTIC", "whole cohort"),
    "Control-FREEC": ("cnas", "chr\tstart\tend\tcopies\tstatus\n", "regions", "no cut-off"),
    "GATK": ("cnas", GATK, "GATK", "no cut-off"),
    "GDC focal": ("cnas", GDC_FOCAL, "ids", "cut-off at 0.3"),
}  # fmt: skip


@pytest.mark.parametrize("name", TIPS)
@pytest.mark.parametrize("option", ["cnas", "translocations", "mutations"])
def test_tables_without_calls_get_a_tip(inputs: Any, name: str, option: str) -> None:
    """The message names the kind of file, the tip where its tool draws the line; no row is quoted."""
    _, header, known, limit = TIPS[name]
    row = "\t".join("secret" for _ in header.split())
    error = inputs.refuse(**{option: header.replace(" ", "\t") + f"\n{row}\n"})
    assert known in error.message
    assert limit in error.tip
    assert "secret" not in error.message + error.tip


def test_a_report_given_for_its_fusions_says_how_to_get_them(inputs: Any) -> None:
    """The tip works when followed: the table below the heading is read."""
    part = "Gene Pair\tBreakpoint 1\tFusion Supporting Reads\tFilter\nEML4/ALK\tchr2:1\t9\tPASS\n"
    error = inputs.refuse(translocations=f"[Analysis Details]\t\nPair ID\tP1\n\n[Fusions]\n{part}")
    assert "TSO500" in error.message
    assert "Gene Pair" in error.tip
    assert inputs.prepare(translocations=part).sent("translocations") == ["EML4__ALK sample 2"]
    assert "rearrangements" in inputs.refuse(translocations='<?xml version="1.0"?>\n').tip


@pytest.mark.parametrize("name", FILES)
def test_other_files_without_calls_get_a_tip(inputs: Any, name: str) -> None:
    """VCFs of segments and breakends, reports and scores are known by their first lines."""
    kind, content, known, limit = FILES[name]
    error = inputs.refuse(**{kind: content})
    assert known in error.message
    assert limit in error.tip


def test_no_format_gets_the_message_of_another(inputs: Any) -> None:
    """Each header of a format with calls is read as that format; each without calls is known as what it is."""
    headers = [("translocations", one.columns) for one in FUSION_FORMATS] + [
        ("cnas", one.columns) for one in CNA_FORMATS
    ]
    for kind, columns in headers:
        assert "it has no rows" in inputs.refuse(**{kind: "\t".join(columns) + "\n"}).message, columns
    for table in TABLES:
        assert table.name in inputs.refuse(cnas="\t".join(sorted(table.columns)) + "\n").message


def test_a_vcf_of_small_variants_is_for_mutations(inputs: Any, vcf: Any) -> None:
    """A VCF without copy numbers or breakends goes where it belongs."""
    for option in ("cnas", "translocations"):
        assert inputs.refuse(**{option: vcf("7 1 . A T . PASS .")}).tip == "give this file with --mutations"


def test_one_unknown_column_is_one_column(inputs: Any) -> None:
    """And not `1 columns`."""
    assert "found 1 column with unknown names" in inputs.refuse(mutations="what\nx\n").message


@pytest.mark.parametrize("option", ["cnas", "translocations", "mutations"])
def test_a_row_is_never_quoted_as_a_header(inputs: Any, option: str) -> None:
    """A comment that is no header known leads to the first row, which may be a patient's: nothing of it is said."""
    error = inputs.refuse(**{option: "#who\twhat\nJane Roe\tERBB2 amplified\n"})
    assert "Roe" not in error.message
    assert "ERBB2" not in error.message
    assert "2 columns with unknown names" in error.message


def test_a_known_header_without_what_is_needed_is_told_the_columns(inputs: Any) -> None:
    """The first line does name the columns, so a tip to name them would not help."""
    tip = inputs.refuse(cnas="gene\tchromosome\tcopies\nERBB2\t17\t9\n").tip
    assert tip == "name the columns as expected; a table needs gene and cna (amp or del)"


def test_words_in_a_matrix_are_told_the_column(inputs: Any) -> None:
    """A table by hand looks like a matrix of one sample; a tip to give GISTIC's file would not help."""
    error = inputs.refuse(cnas="Gene\tVerdict\nERBB2\tAmplified\n")
    assert error.tip == "call the column with the words cna, if the table has one gene and its copy number a row"


MORE_TIPS = {
    "BEDPE": ("#chrom1 start1 end1 chrom2 start2 end2 name", "BEDPE", "no genes"),
    "LINX svs": ("vcfId svId clusterId geneStart geneEnd", "linx.svs", "linx.fusion.tsv"),
    "LINX breakends": ("id svId isStart gene transcriptId", "linx.breakend", "linx.fusion.tsv"),
    "AnnotSV": ("AnnotSV_ID SV_chrom SV_start SV_end Gene_name", "AnnotSV", "pairs none"),
    "Funcotator": ("CONTIG START END Num_Probes Segment_Call", "Funcotator", "gains from losses"),
    "Funcotator genes": ("gene contig start stop segment_call", "Funcotator", "gains from losses"),
    "GATK ratios": ("CONTIG START END LOG2_COPY_RATIO", "GATK", "no cut-off"),
    "CNVkit breaks": ("gene chromosome location change probes_left", "CNVkit (breaks)", "amplified or not"),
    "FACETS arms": ("sample arm tcn lcn cn_state", "arms", "gene level"),
    "GISTIC arms": ("Chromosome_Arm P1 P2", "arms", "all_thresholded"),
    "PURPLE germline": ("gene chromosome germlineStatus tumorStatus", "germline", "driver catalogue"),
    "Control-FREEC": ("Chromosome Start Ratio MedianRatio CopyNumber", "regions", "no cut-off"),
    "ASCAT of R": ("sample chr start.pos endpos", "regions", "no cut-off"),
}  # fmt: skip


@pytest.mark.parametrize("name", MORE_TIPS)
def test_more_tables_without_calls_get_a_tip(inputs: Any, name: str) -> None:
    """Breakpoints, arms and segments with genes are named as what they are, and no row is quoted."""
    header, known, limit = MORE_TIPS[name]
    row = "\t".join("secret" for _ in header.split())
    error = inputs.refuse(cnas=header.replace(" ", "\t") + f"\n{row}\n")
    assert known in error.message
    assert limit in error.tip
    assert "secret" not in error.message + error.tip


STRUCTURE = {
    "DELLY": "##ALT=<ID=DEL>\n##ALT=<ID=TRA>\n##FORMAT=<ID=CN,Number=1>\n",
    "LUMPY": "##source=LUMPY\n##ALT=<ID=DEL>\n##ALT=<ID=CNV>\n",
    "SvABA": "##source=svabaV1.1\n##ALT=<ID=DEL>\n",
    "a caller that nobody knows": "##ALT=<ID=DEL>\n",
}


@pytest.mark.parametrize("name", STRUCTURE)
def test_a_vcf_of_structural_variants_is_none_of_copy_numbers(inputs: Any, name: str) -> None:
    """Those of DELLY, LUMPY and SvABA have deletions and duplications too, and got the message of copy numbers."""
    record = RECORD.format("A[chr2:9[" if "nobody" in name else "<DEL>")
    for option in ("translocations", "cnas"):
        error = inputs.refuse(**{option: VCF + STRUCTURE[name] + record})
        assert "a VCF of structural variants" in error.message, option


def test_a_vcf_without_genes_is_told_where_its_calls_go(inputs: Any) -> None:
    """Given as mutations, breakends and symbolic alleles leave nothing, and the tip says what to give."""
    for allele in ("<DUP>", "A[chr2:9["):
        assert "--translocations (fus)" in inputs.refuse(mutations=VCF + RECORD.format(allele)).tip


def test_the_tip_for_a_table_of_numbers_works_when_followed(inputs: Any) -> None:
    """Calls that somebody adds to a table of CNVkit are read, though the other columns hold numbers."""
    text = "chromosome\tstart\tend\tgene\tlog2\tcna\nchr17\t1\t9\tERBB2\t2.1\tamp\nchr9\t1\t9\tCDKN2A\t-3\tdel\n"
    assert inputs.prepare(cnas=text).sent("cnas") == ["CDKN2A del sample 3", "ERBB2 amp sample 2"]
