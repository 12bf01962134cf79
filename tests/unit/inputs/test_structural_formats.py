"""Files of copy numbers and fusions as tools, laboratories and portals write them.

The files in tests/data/structural are made up after the documents of each tool.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

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
    "purecn_genes.csv": ("PureCN", ["CDKN2A del P1 4", "ERBB2 amp P1 2"], {"neither amp nor del": 2}),
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
