"""Files of copy numbers and fusions as tools and portals write them, and those that get a tip only.

The files in tests/data/structural are made up after the documents of each tool.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cgi_runner.inputs.readers.copy_number import CNA_FORMATS
from cgi_runner.inputs.readers.fusion_callers import FUSION_FORMATS
from cgi_runner.inputs.unsupported import TABLES

DATA = Path(__file__).parents[2] / "data" / "structural"

FUSIONS: dict[str, tuple[str, list[str], dict[str, int]]] = {
    "arriba.fusions.tsv": (
        "Arriba",
        ["EML4__ALK sample 2;3;4"],
        {"a partner is intergenic": 1, "discarded by Arriba's own filters": 1},
    ),
    "star-fusion.tsv": ("STAR-Fusion", ["BCR__ABL1 sample 2;3", "RP11-123M6.2__MYC sample 4"], {}),
    "fusioncatcher.txt": (
        "FusionCatcher",
        ["IGH@__MYC sample 3", "TMPRSS2__ERG sample 2"],
        {"only one partner is named": 1},
    ),
    "pizzly.txt": ("pizzly", ["EWSR1__FLI1 sample 2;3"], {}),
    "linx.fusion.tsv": ("LINX", ["CD74__ROS1 sample 2"], {"not reported by LINX": 1}),
    "data_sv.txt": (
        "cBioPortal structural variants",
        ["NCOA4__RET P1 2"],
        {"germline": 1, "both partners are the same gene": 1, "only one partner is named": 1},
    ),
    "oncokb_sv.txt": ("two gene columns", ["ALK__EML4 P1 2;3"], {"both partners are the same gene": 1}),
    "jaffa_results.csv": ("JAFFA", ["KIAA1549__BRAF P1 2;3"], {}),
    "data_fusions.txt": (
        "fusions",
        ["EML4__ALK P1 2;3", "HLA-A__ALK P2 4"],
        {"only one partner is named": 1},
    ),
}
LOW = "a level between -2 and 2, neither amp nor del"
COPY_NUMBERS: dict[str, tuple[str, list[str], dict[str, int]]] = {
    "gistic_all_thresholded.tsv": (
        "GISTIC",
        ["CDKN2A del P1 3", "MYC amp P1 2", "RPL41 del P2 4"],
        {LOW: 3},
    ),
    "gistic_bare.tsv": ("GISTIC", ["CDKN2A del P2 3", "MYC amp P1 2"], {LOW: 1, "no copy number is given": 1}),
    "data_cna.txt": (
        "cBioPortal matrix",
        ["ERBB2 amp P1 2", "PTEN del P1 3"],
        {LOW: 3, "no copy number is given": 1},
    ),
    "data_cna_long.txt": ("cBioPortal long table", ["ERBB2 amp P1 2", "PTEN del P1 3"], {LOW: 1}),
    "oncokb_cna.txt": (
        "OncoKB",
        ["ERBB2 amp P1 4", "MET amp P1 2", "RB1 del P2 6"],
        {LOW: 2, "neither amp nor del": 1},
    ),
    "facets_gene_level.txt": (
        "FACETS-suite",
        ["CDKN2A del P1 4", "ERBB2 amp P1 2", "MYC amp P1 5"],
        {"suppressed by the filter of FACETS-suite": 1, "neither amp nor del": 1},
    ),
    "purple.driver.catalog.tsv": (
        "PURPLE driver catalogue",
        ["CDKN2A del sample 3", "ERBB2 amp sample 2"],
        {
            "PURPLE's PARTIAL_AMP: only a part of the gene is amplified": 1,
            "a driver of another kind than AMP and DEL": 1,
        },
    ),
    "openpbta.tsv": ("OpenPBTA", ["CDKN2A del P1 3", "MYC amp P1 2"], {"neither amp nor del": 2}),
    "maftools_cn.tsv": ("CNA table", ["CDKN2A del P2 3", "MYC amp P1 2"], {}),
}
READ = {**{name: ("translocations", *right) for name, right in FUSIONS.items()},
        **{name: ("cnas", *right) for name, right in COPY_NUMBERS.items()}}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_files_of_tools_are_read_as_they_are(inputs: Any, name: str) -> None:
    """What the tool calls is sent once, under the file's own samples, and every other row has its reason."""
    kind, file_format, sent, reasons = READ[name]
    outcome = inputs.prepare(**{kind: DATA / name})
    (prepared,) = outcome.prepared.files
    assert prepared.format == file_format
    assert sorted(outcome.sent(kind)) == sent
    assert outcome.prepared.reasons == reasons
    assert prepared.rows_read == prepared.rows_sent + prepared.rows_merged + prepared.rows_not_sent


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("change", ["crlf", "bom", "capitals"])
def test_files_of_tools_vary(inputs: Any, tmp_path: Path, name: str, change: str) -> None:
    """Line ends, a byte-order mark and the case of the header change nothing."""
    kind, _, sent, reasons = READ[name]
    content = (DATA / name).read_bytes()
    header, rest = content.split(b"\n", 1)
    if change == "capitals":
        # Names of samples in a header are names, not words.
        header = header if b"P1" in header else header.upper()
    varied = {
        "crlf": content.replace(b"\n", b"\r\n"),
        "bom": b"\xef\xbb\xbf" + content,
        "capitals": header + b"\n" + rest,
    }[change]
    (tmp_path / name).write_bytes(varied)
    outcome = inputs.prepare(**{kind: tmp_path / name})
    assert sorted(outcome.sent(kind)) == sent
    assert outcome.prepared.reasons == reasons


@pytest.mark.parametrize("name", READ)
def test_files_of_tools_given_with_the_wrong_option_are_known(inputs: Any, name: str) -> None:
    """The tip names the option, whichever was used; nothing of the file is quoted but names of columns."""
    kind = READ[name][0]
    for wrong in {"mutations", "cnas", "translocations"} - {kind}:
        error = inputs.refuse(**{wrong: DATA / name})
        assert error.tip == f"give this file with --{kind}", wrong


def test_the_confidence_of_a_caller_is_said(inputs: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Arriba's low confidence is sent as well, and the screen and the record say how many rows have which."""
    caplog.set_level("INFO")
    outcome = inputs.prepare(translocations=DATA / "arriba.fusions.tsv")
    said = "confidence of the fusions that are sent: 1 high, 1 low, 1 medium; all of them are sent"
    assert said in outcome.prepared.files[0].notes
    assert f"arriba.fusions.tsv: {said}" in caplog.text


def test_an_intergenic_partner_with_one_neighbour_is_listed(inputs: Any) -> None:
    """At the end of a chromosome, Arriba names one gene and its distance, which looks like a place in brackets."""
    text = "#gene1\tgene2\tbreakpoint1\tbreakpoint2\tsite1\tsite2\n"
    rows = "EML4\tALK\t2:1\t2:2\tCDS\tCDS\nEML4\tRSU1(5022)\t2:1\t10:2\tCDS\tintergenic\n"
    outcome = inputs.prepare(translocations=text + rows)
    assert outcome.sent("translocations") == ["EML4__ALK sample 2"]
    assert outcome.dropped() == ["translocations|3|sample|EML4--RSU1(5022)|not sent|a partner is intergenic"]


TIPS = {
    "CNVkit .cns": ("cnas", "chromosome start end gene log2 depth probes weight", "CNVkit", "5 copies"),
    "CNVkit genemetrics": ("cnas", "gene chromosome start end log2 depth weight n_bins", "CNVkit", "5 copies"),
    "CNVkit call": ("cnas", "chromosome start end gene log2 cn depth probes weight", "CNVkit", "5 copies"),
    "PURPLE genes": ("cnas", "chromosome start end gene minCopyNumber maxCopyNumber", "PURPLE", "3 times"),
    "PURPLE segments": ("cnas", "chromosome start end copyNumber bafCount observedBAF", "PURPLE", "no limit"),
    "SEG": ("cnas", "ID chrom loc.start loc.end num.mark seg.mean", "SEG", "no limit"),
    "SEG of the GDC": ("cnas", "GDC_Aliquot Chromosome Start End Num_Probes Segment_Mean", "SEG", "no limit"),
    "ASCAT": ("cnas", "sample chr startpos endpos nMajor nMinor", "ASCAT", "no limit"),
    "Sequenza": ("cnas", "chromosome start.pos end.pos Bf N.BAF depth.ratio CNt A B", "Sequenza", "no limit"),
    "FACETS": ("cnas", "chrom seg num.mark nhet cnlr.median mafR tcn.em lcn.em", "FACETS", "no limit"),
    "GATK": ("cnas", "CONTIG START END NUM_POINTS_COPY_RATIO MEAN_LOG2_COPY_RATIO CALL", "GATK", "no limit"),
    "GDC genes": ("cnas", "gene_id gene_name chromosome start end copy_number min_copy_number", "GDC", "no limit"),
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
    "Control-FREEC": ("cnas", "chr\tstart\tend\tcopies\tstatus\n", "regions", "no limit"),
    "GATK": ("cnas", GATK, "GATK", "no limit"),
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


@pytest.mark.parametrize("names", ["START-1 HER2pos", "END_2 fus1", "type-1 P.value1", "mean1 callable"])
@pytest.mark.parametrize("first", ["Hugo_Symbol", "Gene Symbol", "gene"])
def test_samples_of_a_matrix_may_be_called_almost_anything(inputs: Any, first: str, names: str) -> None:
    """A column beside the genes is a sample, unless it is a known measure of a gene."""
    one, two = names.split()
    outcome = inputs.prepare(cnas=f"{first}\t{one}\t{two}\nMYC\t2\t0\nRB1\t0\t-2\n")
    assert outcome.sent("cnas") == [f"MYC amp {one} 2", f"RB1 del {two} 3"]


@pytest.mark.parametrize("measure", ["depth", "log2", "copy_number", "segment_mean", "pos", "variant_class"])
def test_a_table_of_measures_is_no_matrix(inputs: Any, measure: str) -> None:
    """A number of copies is never taken for a level of a sample that is called so."""
    assert "expected a table with the columns gene and cna" in inputs.refuse(cnas=f"gene\t{measure}\nMYC\t2\n").message


def test_the_genes_of_a_matrix_may_stand_behind_their_ids(inputs: Any) -> None:
    """Annotation columns may come in any order."""
    outcome = inputs.prepare(cnas="Entrez_Gene_Id\tHugo_Symbol\tCytoband\tP1\n4609\tMYC\t8q24\t2\n")
    assert outcome.sent("cnas") == ["MYC amp P1 2"]


@pytest.mark.parametrize("remark", ["Notes", "gene_description", "COMMENT"])
def test_a_remark_beside_the_samples_of_a_matrix_is_none_of_them(inputs: Any, remark: str) -> None:
    """People add columns: what stands there is no level and the column no patient, which is said."""
    outcome = inputs.prepare(cnas=f"Hugo_Symbol\tP1\t{remark}\nERBB2\t2\tfocal\nPTEN\t-2\t\n")
    assert outcome.prepared.samples == {"P1": 2}
    assert f"columns that are no samples are left out: '{remark}'" in outcome.prepared.files[0].notes


def test_a_column_of_a_matrix_without_any_level_is_warned_of(inputs: Any) -> None:
    """It may be a remark under a name that is not known."""
    outcome = inputs.prepare(cnas="Hugo_Symbol\tP1\tchecked\nERBB2\t2\t\nPTEN\t-2\tNA\n")
    assert "no level in any row of 'checked': is it a sample?" in outcome.prepared.files[0].notes


def test_a_known_header_without_what_is_needed_is_told_the_columns(inputs: Any) -> None:
    """The first line does name the columns, so a tip to name them would not help."""
    tip = inputs.refuse(cnas="gene\tchromosome\tcopies\nERBB2\t17\t9\n").tip
    assert tip == "name the columns as expected; a table needs gene and cna (amp or del)"


LOW_LEVELS = {
    "words": ("gene\tcna\nMYC\tgain\nRB1\tHETLOSS\nTP53\tCNLOH\nERBB2\tamp\n", ["ERBB2 amp sample 5"]),
    "levels": ("gene\tgistic\nMYC\t1\nRB1\t-1\nTP53\t0\nERBB2\t2\n", ["ERBB2 amp sample 5"]),
    "matrix": ("gene\tsample\nMYC\t1\nRB1\t-1.5\nTP53\t0\nERBB2\t2\n", ["ERBB2 amp sample 5"]),
}


@pytest.mark.parametrize("form", LOW_LEVELS)
def test_gains_and_losses_are_sent_only_where_that_is_asked(inputs: Any, form: str) -> None:
    """CGI takes amp for a high amplification: who sends a gain as amp has to say so, and is warned."""
    text, sent = LOW_LEVELS[form]
    text = text.replace("\tsample\n", "\tP\n", 1)
    sample = "P" if form == "matrix" else "sample"
    right = [row.replace("sample", sample) for row in sent]
    assert inputs.prepare(cnas=text).sent("cnas") == right
    outcome = inputs.prepare(cnas=text, low_level_cnas=True)
    assert sorted(outcome.sent("cnas")) == [*right, f"MYC amp {sample} 2", f"RB1 del {sample} 3"]
    (warning,) = outcome.prepared.files[0].files[0].warnings
    assert warning.startswith("sent as amp and del as asked: 1 gains, 1 losses; CGI takes them for")


def test_levels_of_1_may_be_single_copies(inputs: Any) -> None:
    """Without a negative number nothing tells a gain from one copy, which is the opposite."""
    error = inputs.refuse(cnas="gene\tP\nMYC\t1\nRB1\t0\n", low_level_cnas=True)
    assert "found '1', expected levels, with a negative one" in error.message


def test_partial_amplifications_are_sent_only_where_that_is_asked(inputs: Any) -> None:
    """PURPLE says that a part of the gene is amplified."""
    outcome = inputs.prepare(cnas=DATA / "purple.driver.catalog.tsv", partial_amplifications=True)
    assert len(outcome.sent("cnas")) == 3
    assert any("1 partial amplifications" in note for note in outcome.prepared.files[0].notes)


PEOPLE = {
    "words under another name": ("cnas", "Gene,Copy number status\nERBB2,Amplification\n", ["ERBB2 amp sample 2"]),
    "annotated by OncoKB": (
        "cnas",
        "SAMPLE\tHUGO_SYMBOL\tALTERATION\tGENE_IN_ONCOKB\nP1\tPTEN\tDeletion\tTrue\n",
        ["PTEN del P1 2"],
    ),
    "UCSC Xena": ("cnas", "Sample\tTCGA-3C-AAAU-01\nERBB2\t2\nPTEN\t-2\n", [
        "ERBB2 amp TCGA-3C-AAAU-01 2", "PTEN del TCGA-3C-AAAU-01 3",
    ]),
    "deFuse": (
        "translocations",
        "gene1\tgene2\tgene_name1\tgene_name2\nENSG00000143924\tENSG00000171094\tEML4\tALK\n",
        ["EML4__ALK sample 2"],
    ),
    "5 prime": ("translocations", "Sample,5 prime gene,3 prime gene\nP1,EML4,ALK\n", ["EML4__ALK P1 2"]),
    "results of a laboratory": (
        "translocations", "Gene Fusion\tResult\nEML4-ALK\tDetected\nCD74-ROS1\tNot detected\n", ["EML4__ALK sample 2"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_tables_of_laboratories_and_portals_are_read(inputs: Any, name: str) -> None:
    """Columns are known under the names that people and less common tools give them."""
    kind, text, sent = PEOPLE[name]
    assert inputs.prepare(**{kind: text}).sent(kind) == sent


@pytest.mark.parametrize("header", ["fusion\t{}", "gene1\tgene2\t{}"])
@pytest.mark.parametrize(
    ("column", "cell"), [("Result", "Not detected"), ("detected", "no"), ("status", "germline"), ("filter", "LowQual")]
)
def test_fusions_that_a_column_denies_are_listed(inputs: Any, header: str, column: str, cell: str) -> None:
    """A fusion that was looked for and not found, in a table with one column for the partners or two."""
    rows = ["EML4--ALK\t.", f"CD74--ROS1\t{cell}"]
    text = "\n".join([header.format(column), *rows])
    if "gene1" in header:
        text = text.replace("--", "\t")
    outcome = inputs.prepare(translocations=text + "\n")
    assert outcome.sent("translocations") == ["EML4__ALK sample 2"]
    assert len(outcome.dropped()) == 1


def test_words_in_a_matrix_are_told_the_column(inputs: Any) -> None:
    """A table by hand looks like a matrix of one sample; a tip to give GISTIC's file would not help."""
    error = inputs.refuse(cnas="Gene\tVerdict\nERBB2\tAmplified\n")
    assert error.tip == "call the column with the words cna, if the table has one gene and its copy number a row"


def test_a_column_of_several_samples_is_asked_for(inputs: Any) -> None:
    """Merged reports list the samples of each fusion: they are not all rows of one patient."""
    error = inputs.refuse(translocations="fusion,samples,tools\nEML4--ALK,P1,2\nBCR--ABL1,P2,2\n")
    assert "which may name samples" in error.message


CALLERS = {
    "STAR-Fusion 1.0": ("#FusionName JunctionReads LeftGene RightGene", "BCR--ABL1 5 BCR^E ABL1^E", "STAR-Fusion"),
    "STAR-Fusion beside a sample": ("id #FusionName JunctionReadCount", "x BCR--ABL1 5", "STAR-Fusion"),
    "JAFFA of R": ("sample fusion.genes chrom1 classification", "sample BCR:ABL1 chr22 High", "JAFFA"),
    "EricScript": ("GeneName1 GeneName2 EnsemblGene1 EricScore", "BCR ABL1 ENSG1 0.9", "EricScript"),
    "deFuse": ("gene1 gene2 gene_name1 gene_name2", "ENSG1 ENSG2 BCR ABL1", "deFuse"),
    "AGFusion": ("5'_gene 3'_gene 5'_transcript Fusion_effect", "BCR ABL1 ENST1 in-frame", "AGFusion"),
    "Isofox": ("FusionId GeneIdUp GeneNameUp GeneNameDown", "1 ENSG1 BCR ABL1", "Isofox"),
    "SOAPfuse": ("up_gene up_chr dw_gene dw_chr", "BCR chr22 ABL1 chr9", "two gene columns"),
    "FusionGDB": ("Hgene Hchr Tgene Tchr", "BCR chr22 ABL1 chr9", "two gene columns"),
    "DRAGEN": ("#FusionGene Score LeftBreakpoint RightBreakpoint", "BCR--ABL1 0.9 chr22:1:+ chr9:1:+", "DRAGEN"),
    "by hand": ("Sample Gene.Fusion", "sample BCR-ABL1", "fusions"),
    "partners": ("5'_Partner 3'_Partner", "BCR ABL1", "two gene columns"),
    "a gene and its partner": ("Gene Fusion_Partner", "BCR ABL1", "two gene columns"),
}


@pytest.mark.parametrize("name", CALLERS)
def test_columns_of_callers_are_read_however_they_are_spelled(inputs: Any, name: str) -> None:
    """Dots of R, underscores and a `#` behind another column do not count, and more callers are known."""
    header, row, file_format = CALLERS[name]
    outcome = inputs.prepare(translocations=f"{header}\n{row}\n".replace(" ", "\t"))
    assert outcome.prepared.files[0].format == file_format
    assert [row.split()[0] for row in outcome.sent("translocations")] == ["BCR__ABL1"]


def test_a_fusion_of_dragen_that_failed_its_filters_is_listed(inputs: Any) -> None:
    """Of its candidates, the rows that DRAGEN itself does not pass stay behind unless they are asked for."""
    text = (
        "#FusionGene\tScore\tLeftBreakpoint\tFilter\nA1--B1\t0.1\tc\tLOW_SCORE;MIN_SUPPORT\nBCR--ABL1\t0.9\tc\tPASS\n"
    )
    outcome = inputs.prepare(translocations=text)
    assert outcome.sent("translocations") == ["BCR__ABL1 sample 3"]
    assert outcome.dropped() == ["translocations|2|sample|A1--B1|not sent|FILTER is not PASS"]


MORE_TIPS = {
    "BEDPE": ("#chrom1 start1 end1 chrom2 start2 end2 name", "BEDPE", "no genes"),
    "LINX svs": ("vcfId svId clusterId geneStart geneEnd", "linx.svs", "linx.fusion.tsv"),
    "LINX breakends": ("id svId isStart gene transcriptId", "linx.breakend", "linx.fusion.tsv"),
    "AnnotSV": ("AnnotSV_ID SV_chrom SV_start SV_end Gene_name", "AnnotSV", "pairs none"),
    "Funcotator": ("CONTIG START END Num_Probes Segment_Call", "Funcotator", "gains from losses"),
    "Funcotator genes": ("gene contig start stop segment_call", "Funcotator", "gains from losses"),
    "GATK ratios": ("CONTIG START END LOG2_COPY_RATIO", "GATK", "no limit"),
    "CNVkit breaks": ("gene chromosome location change probes_left", "CNVkit (breaks)", "amplified or not"),
    "FACETS arms": ("sample arm tcn lcn cn_state", "arms", "gene level"),
    "GISTIC arms": ("Chromosome_Arm P1 P2", "arms", "all_thresholded"),
    "PURPLE germline": ("gene chromosome germlineStatus tumorStatus", "germline", "driver catalogue"),
    "Control-FREEC": ("Chromosome Start Ratio MedianRatio CopyNumber", "regions", "no limit"),
    "ASCAT of R": ("sample chr start.pos endpos", "regions", "no limit"),
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


def test_a_status_beside_the_type_of_a_copy_number_is_not_taken_for_it(inputs: Any) -> None:
    """FoundationOne's table has COPY_NUMBER and STATUS (known or likely), as OpenPBTA's has, and CNA_TYPE."""
    text = "GENE\tCOPY_NUMBER\tCNA_TYPE\tSTATUS\nERBB2\t12\tamplification\tknown\n"
    assert inputs.prepare(cnas=text).sent("cnas") == ["ERBB2 amp sample 2"]


@pytest.mark.parametrize("kind", ["cnas", "translocations"])
@pytest.mark.parametrize(
    ("column", "cell"),
    [("Call", "Not Detected"), ("Status", "not found"), ("Interpretation", "Negative"), ("Test call", "NO CALL"),
     ("Final outcome", "absent"), ("Befund", "negativ"), ("Detected", "0"), ("present", "N")],
)  # fmt: skip
def test_a_row_that_a_column_denies_is_listed(inputs: Any, kind: str, column: str, cell: str) -> None:
    """Laboratories list what they looked for; whatever the column is called, what was not there is not sent."""
    head, denied, sent = {
        "cnas": ("gene\tcna", "ERBB2\tamp", "MYC\tamp"),
        "translocations": ("fus", "EML4-ALK", "BCR-ABL1"),
    }[kind]
    outcome = inputs.prepare(**{kind: f"{head}\t{column}\n{denied}\t{cell}\n{sent}\tdetected\n"})
    assert len(outcome.sent(kind)) == 1
    assert [line.split("|")[-1] for line in outcome.dropped()] == [f"not detected: {column.lower()}={cell}"]


def test_a_row_that_an_unknown_column_denies_is_a_warning(inputs: Any) -> None:
    """What a column of another name says may be about another assay: the row is sent, and not in silence."""
    outcome = inputs.prepare(translocations="fus\tFISH\nEML4-ALK\tnot detected\nBCR-ABL1\tdetected\n")
    assert len(outcome.sent("translocations")) == 2
    assert "the column 'fish' says 'not detected', the first on line 2" in " ".join(outcome.prepared.warnings)


def test_the_origin_of_a_fusion_is_read(inputs: Any) -> None:
    """CBioPortal's old files have Fusion_Status, which tells somatic from germline."""
    outcome = inputs.prepare(
        translocations="Fusion\tFusion_Status\nEML4-ALK fusion\tGERMLINE\nBCR-ABL1 fusion\tSOMATIC\n"
    )
    assert outcome.sent("translocations") == ["BCR__ABL1 sample 3"]
    assert outcome.dropped() == ["translocations|2|sample|EML4-ALK fusion|not sent|not somatic: fusion_status=GERMLINE"]
