"""Fusions that no read supports, and rows that a report is not to have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cgi_runner.inputs.readers.fusion_names import (
    DENIED,
    HYPHENS,
    LONGEST,
    NOT_TWO,
    ONE_SIDED,
    TOO_LONG,
    check_partners,
    parse_fusion,
)


def prepare(inputs: Any, tmp_path: Path, kind: str, *lines: str) -> Any:
    """Prepare a table of these lines, whose cells have bars between them."""
    (tmp_path / "table.tsv").write_text("".join(f"{line}\n" for line in lines).replace("|", "\t"))
    return inputs.prepare(**{kind: tmp_path / "table.tsv"})


@pytest.mark.parametrize(
    ("header", "zero", "some"),
    [
        ("#FusionName|JunctionReadCount|SpanningFragCount|LeftBreakpoint", "A1--B1|0|0|1", "A2--B2|0|3|1"),
        ("#gene1|gene2|breakpoint1|breakpoint2|split_reads1|split_reads2|discordant_mates|filters",
         "A1|B1|1:1|2:1|0|0|0|.", "A2|B2|1:1|2:1|0|0|4|."),
        ("fus|supporting_reads", "A1__B1|0", "A2__B2|12"),
        ("fusion|Reads|% Reads", "A1--B1|0|0", "A2--B2|40|0"),
        ("Sample_Id|Site1_Hugo_Symbol|Site2_Hugo_Symbol|Tumor_Split_Read_Count|Tumor_Paired_End_Read_Count",
         "P1|A1|B1|0|0", "P1|A2|B2|0|2"),
        ("geneA.name|geneB.name|paircount|splitcount", "A1|B1|0|0", "A2|B2|1|0"),
    ],
)  # fmt: skip
def test_a_fusion_without_any_supporting_read_is_listed(
    inputs: Any, tmp_path: Path, header: str, zero: str, some: str
) -> None:
    """One read in any of the columns is enough."""
    outcome = prepare(inputs, tmp_path, "translocations", header, zero, some)
    assert [line.split(" ")[0] for line in outcome.sent("translocations")] == ["A2__B2"]
    (reason,) = outcome.prepared.reasons
    assert reason.startswith("no read supports it")


@pytest.mark.parametrize(
    "header",
    ["fus|Normal_Read_Count", "fus|Total reads", "fus|% Reads", "fus|Reference reads", "fus|Tumor_Read_Count"],
)
def test_counts_of_other_reads_decide_nothing(inputs: Any, tmp_path: Path, header: str) -> None:
    """Those of the normal, of the reference and of all reads, and shares of them."""
    outcome = prepare(inputs, tmp_path, "translocations", header, "A1__B1|0")
    assert len(outcome.sent("translocations")) == 1


@pytest.mark.parametrize("cell", ["", "NA", ".", "3"])
def test_a_count_that_is_not_given_decides_nothing(inputs: Any, tmp_path: Path, cell: str) -> None:
    """Only a 0 does."""
    outcome = prepare(inputs, tmp_path, "translocations", "fus|reads", f"A1__B1|{cell}")
    assert len(outcome.sent("translocations")) == 1


def test_what_purple_does_not_report_is_listed(inputs: Any, tmp_path: Path) -> None:
    """From pipeline 3.0 on, the driver catalogue has candidates, too."""
    outcome = prepare(
        inputs,
        tmp_path,
        "cnas",
        "chromosome|gene|driver|likelihoodMethod|reportedStatus|driverLikelihood",
        "17|ERBB2|AMP|AMP|REPORTED|1",
        "9|CDKN2A|DEL|DEL|NOT_REPORTED|1",
        "8|MYC|AMP|AMP|CANDIDATE|0.2",
        "7|MET|HET_DEL|DEL|REPORTED|1",
    )
    assert [line.split(" ")[:2] for line in outcome.sent("cnas")] == [["ERBB2", "amp"]]
    assert outcome.prepared.reasons == {
        "not reported by PURPLE": 2,
        "a driver of another kind than AMP and DEL": 1,
    }


@pytest.mark.parametrize(
    ("kind", "header", "row"), [("translocations", "fus", "A{0}__B{0}"), ("cnas", "gene|cna", "A{0}|amp")]
)
@pytest.mark.parametrize(
    ("column", "no"), [("reported", "false"), ("reportedStatus", "NOT_REPORTED"), ("Reportable", "No")]
)
def test_what_a_report_is_not_to_have_is_listed(
    inputs: Any, tmp_path: Path, kind: str, header: str, row: str, column: str, no: str
) -> None:
    """In tables by hand."""
    rows = [f"{row.format(1)}|{no}", f"{row.format(2)}|yes"]
    outcome = prepare(inputs, tmp_path, kind, f"{header}|{column}", *rows)
    assert [line[:2] for line in outcome.sent(kind)] == ["A2"]
    (reason,) = outcome.prepared.reasons
    assert reason.startswith("not reported")


def test_a_cell_that_is_no_name_costs_little() -> None:
    """Its length is bounded once its blanks are taken together, so that no pattern takes long."""
    assert parse_fusion("EML4" + " " * 6000 + "-" + " " * 6000 + "ALK" + " " * 6000 + "fusion") == ("EML4", "ALK")
    assert check_partners("EML4" + " " * 6000 + "(13)", "ALK") == ("EML4", "ALK")
    assert parse_fusion("A" + "- _" * 3000 + "B") == TOO_LONG
    assert parse_fusion("A-" * (LONGEST // 2 - 1) + "B") == HYPHENS
    assert check_partners("A" * (LONGEST + 1), "B") == TOO_LONG


@pytest.mark.parametrize(
    ("file_format", "reason", "lines"),
    [
        ("TSO500 AllFusions", "KeepFusion is not True",
         ("Gene A|Gene B|Filter|KeepFusion", "A1|B1|PASS|False", "A2|B2|PASS|True")),
        ("TSO500", "FILTER is not PASS",
         ("Gene Pair|Fusion Supporting Reads|Filter", "A1/B1|2|LowSupport", "A2/B2|20|PASS")),
        ("SQUID", "not a fusion of genes (SQUID)",
         ("# chrom1|start1|end1|chrom2|start2|end2|Type|FusedGenes", "2|1|9|2|1|9|non-fusion-gene|",
          "2|1|9|2|1|9|fusion-gene|A2:B2")),
        ("CICERO", "rated bad by CICERO",
         ("sample|geneA|geneB|readsA|readsB|total_readsA|rating", "P1|A1|B1|3|1|99|bad", "P1|A2|B2|9|9|99|HQ")),
        ("CICERO", "no read supports it: readsa=0, readsb=0",
         ("sample|geneA|geneB|readsA|readsB|total_readsA|rating", "P1|A1|B1|0|0|99|LQ", "P1|A2|B2|9|9|99|HQ")),
        ("STAR-SEQR", "DISPOSITION is not PASS",
         ("NAME|LEFT_SYMBOL|RIGHT_SYMBOL|DISPOSITION", "A1--B1|A1|B1|FAIL", "A2--B2|A2|B2|PASS")),
        ("FusionCatcher", "found in the matched normal, too (FusionCatcher)",
         ("Gene_1_symbol(5end_fusion_partner)|Gene_2_symbol(3end_fusion_partner)|Fusion_description",
          "A1|B1|known,matched-normal", "A2|B2|known")),
        ("fusions", "no read supports it: dna_support=no, rna_support=no",
         ("Tumor_Sample_Barcode|Fusion|DNA_support|RNA_support", "P1|A1-B1|no|no", "P1|A2-B2|no|yes")),
        ("fusions", "FILTER is not PASS", ("Fusion|Filters", "A1-B1|Low Reads", "A2-B2|None")),
    ],
)  # fmt: skip
def test_what_a_tool_rejects_is_listed(
    inputs: Any, tmp_path: Path, file_format: str, reason: str, lines: tuple[str, ...]
) -> None:
    """By the column in which the tool judges its rows."""
    outcome = prepare(inputs, tmp_path, "translocations", *lines)
    assert outcome.prepared.files[0].format == file_format
    assert [line.split(" ")[0] for line in outcome.sent("translocations")] == ["A2__B2"]
    assert outcome.prepared.reasons == {reason: 1}


def test_what_fusioncatcher_doubts_is_a_warning(inputs: Any, tmp_path: Path) -> None:
    """Its manual calls some labels those of very probable false positives."""
    outcome = prepare(
        inputs,
        tmp_path,
        "translocations",
        "Gene_1_symbol(5end_fusion_partner)|Gene_2_symbol(3end_fusion_partner)|Fusion_description",
        "A1|B1|banned,readthrough",
        "A2|B2|known,oncogene",
        "A3|B3|banned",
    )
    assert len(outcome.sent("translocations")) == 3
    told = "FusionCatcher marks fusions that are sent as probably false: 2 banned, 1 readthrough"
    assert any(told in warning for warning in outcome.prepared.warnings)


def test_evidence_of_archer_is_told(inputs: Any, tmp_path: Path) -> None:
    """Its own judgement is counted, as that of other tools is."""
    outcome = prepare(
        inputs, tmp_path, "translocations", "Fusion|Strong Evidence", "A1 \u2192 B1|true", "A2 \u2192 B2|false"
    )
    assert outcome.sent("translocations") == ["A1__B1 sample 2", "A2__B2 sample 3"]
    assert any(
        "strong evidence of the fusions that are sent: 1 false, 1 true" in note for note in outcome.prepared.decisions
    )


@pytest.mark.parametrize(
    ("column", "tumor", "other"),
    [
        ("somatic", "yes", "no"),
        ("is_germline", "FALSE", "TRUE"),
        ("Germline", "no", "yes"),
        ("germline_or_somatic", "Somatic", "Germline"),
        ("variant origin", "somatic", "inherited"),
        ("Sample Type", "Primary Tumor", "Solid Tissue Normal"),
        ("tissue_type", "tumor", "normal"),
        ("tumor_normal", "T", "N"),
        ("sample_type", "T", "N"),
        ("specimen type", "Metastasis", "germ-line"),
        ("tissue", "lung", "paired normal"),
        ("sample_class", "FFPE", "Control"),
        ("is_normal", "no", "yes"),
        ("is_tumor", "1", "0"),
        ("is_germline", "absent", "x"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "header", "row"),
    [
        ("translocations", "fus", "A{0}__B{0}"),
        ("translocations", "gene1|gene2", "A{0}|B{0}"),
        ("cnas", "gene|cna", "A{0}|amp"),
        ("mutations", "chr|pos|ref|alt", "{0}|100|C|T"),
    ],
)
def test_rows_of_the_germline_and_of_normals_are_listed(
    inputs: Any, tmp_path: Path, kind: str, header: str, row: str, column: str, tumor: str, other: str
) -> None:
    """By a question for one of the two, or by the type of the sample."""
    rows = [f"{row.format(1)}|{other}", f"{row.format(2)}|{tumor}"]
    outcome = prepare(inputs, tmp_path, kind, f"{header}|{column}", *rows)
    assert len(outcome.sent(kind)) == 1
    assert "2" in outcome.sent(kind)[0].split(" ")[0]
    (reason,) = outcome.prepared.reasons
    assert reason.startswith("not somatic: ")
    assert len(inputs.prepare(**{kind: tmp_path / "table.tsv"}, keep_germline=True).sent(kind)) == 2


@pytest.mark.parametrize("cell", ["matched tumor-normal pair", "Tumor vs normal", "FFPE", "Metastasis"])
def test_a_type_of_a_pair_is_no_normal(inputs: Any, tmp_path: Path, cell: str) -> None:
    """The word stands in what labs call an analysis, too."""
    outcome = prepare(inputs, tmp_path, "cnas", "gene|cna|sample_type", f"MYC|amp|{cell}")
    assert len(outcome.sent("cnas")) == 1


@pytest.mark.parametrize("cell", ["normal adjacent to tumor", "11", "tumor/normal", "not germline"])
@pytest.mark.parametrize(
    ("kind", "header", "row"),
    [
        ("translocations", "fus", "A{0}__B{0}"),
        ("cnas", "gene|cna", "GENE{0}|amp"),
        ("mutations", "chr|pos|ref|alt", "1|{0}|C|T"),
    ],
)
def test_a_type_that_may_be_a_normal_is_sent_with_a_warning(
    inputs: Any, tmp_path: Path, kind: str, header: str, row: str, cell: str
) -> None:
    """It is judged alike in every table, and said once."""
    outcome = prepare(inputs, tmp_path, kind, f"{header}|sample_type", *(f"{row.format(one)}|{cell}" for one in "12"))
    assert outcome.prepared.reasons == {}
    (warning,) = (text for text in outcome.prepared.warnings if "it is not known what the column" in text)
    assert f"'sample_type' says of them, the first on line 2: '{cell}'" in warning


@pytest.mark.parametrize("column", ["result", "detected", "call", "interpretation"])
@pytest.mark.parametrize("cell", ["nicht nachgewiesen", "no call", "negativo", "not found", "No"])
@pytest.mark.parametrize(
    ("kind", "header", "row"),
    [("translocations", "fus", "A{0}__B{0}"), ("mutations", "chr|pos|ref|alt", "1|{0}|C|T")],
)
def test_a_denial_leaves_a_row_out_of_every_table(
    inputs: Any, tmp_path: Path, kind: str, header: str, row: str, column: str, cell: str
) -> None:
    """Whatever its language, and whatever the column of results is called."""
    rows = (f"{row.format(1)}|{cell}", f"{row.format(2)}|yes")
    outcome = prepare(inputs, tmp_path, kind, f"{header}|{column}", *rows)
    assert len(outcome.sent(kind)) == 1
    assert outcome.prepared.reasons == {f"not detected: {column}={cell}": 1}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("wild-type", NOT_TWO),
        ("BRAF-V600E", ONE_SIDED),
        ("KRAS-p.G12D", ONE_SIDED),
        ("TP53-R175H", ONE_SIDED),
        ("F11R-ALK", ("F11R", "ALK")),
        ("EML4-ALK (suspected)", DENIED),
        ("EML4-ALK [equivocal]", DENIED),
        ("EML4ex13-ALKex20", ("EML4", "ALK")),
        ("EML4 exon 13::ALK exon 20", ("EML4", "ALK")),
    ],
)
def test_what_reports_write_is_no_partner(text: str, found: object) -> None:
    """A change of the protein, a doubt, exons."""
    assert parse_fusion(text) == found


@pytest.mark.parametrize(
    ("kind", "lines", "told"),
    [
        ("cnas", ("gene|cna", "HER2|amp", "MYC|amp"), "1 symbols that are not those of HGNC (HER2: ERBB2)"),
        ("cnas", ("Hugo_Symbol|P1", "MLL2|2", "MYC|-2"), "(MLL2: KMT2D)"),
        ("translocations", ("fus", "BCR-ABL", "MLL::AF4"), "(ABL: ABL1, AF4: AFF1, MLL: KMT2A)"),
    ],
)
def test_former_symbols_are_a_warning(
    inputs: Any, tmp_path: Path, kind: str, lines: tuple[str, ...], told: str
) -> None:
    """CGI answers for none of them, and says nothing."""
    outcome = prepare(inputs, tmp_path, kind, *lines)
    assert any(told in warning for warning in outcome.prepared.warnings)


@pytest.mark.parametrize(
    ("kind", "header", "row"), [("translocations", "fus", "A{0}__B{0}"), ("cnas", "gene|cna", "A{0}|amp")]
)
@pytest.mark.parametrize(
    ("column", "cells", "reason"),
    [
        ("filter_status", "FAIL/PASS", "FILTER is not PASS"),
        ("Filter Status", "low quality/.", "FILTER is not PASS"),
        ("QC", "FAIL/PASS", "quality control failed: qc=FAIL"),
        ("qc_status", "failed/ok", "quality control failed: qc_status=failed"),
        ("Ergebnis", "nicht nachgewiesen/nachgewiesen", "not detected: ergebnis=nicht nachgewiesen"),
        ("resultado", "no detectado/detectado", "not detected: resultado=no detectado"),
        (
            "R\u00e9sultat",
            "non d\u00e9tect\u00e9/d\u00e9tect\u00e9",
            "not detected: r\u00e9sultat=non d\u00e9tect\u00e9",
        ),
    ],
)
def test_rows_that_a_laboratory_rules_out_are_listed(
    inputs: Any, tmp_path: Path, kind: str, header: str, row: str, column: str, cells: str, reason: str
) -> None:
    """By a filter under another name, by its quality control, or in its own language."""
    bad, good = cells.split("/")
    rows = [f"{row.format(1)}|{bad}", f"{row.format(2)}|{good}"]
    outcome = prepare(inputs, tmp_path, kind, f"{header}|{column}", *rows)
    assert [line[:2] for line in outcome.sent(kind)] == ["A2"]
    assert outcome.prepared.reasons == {reason: 1}


def test_a_denial_in_another_language_is_a_warning(inputs: Any, tmp_path: Path) -> None:
    """It stands in a column that may be about anything."""
    outcome = prepare(inputs, tmp_path, "translocations", "fus|Kommentar", "A1__B1|nicht nachgewiesen")
    assert any("nicht nachgewiesen" in warning for warning in outcome.prepared.warnings)


@pytest.mark.parametrize(
    "header", ["STUDY_ID|SAMPLE_ID|EGFR|MYC", "SAMPLE_ID|EGFR|NKX2-1", "|A1BG (1)|EGFR (1956)", "ModelID|A1BG (1)"]
)
def test_a_matrix_whose_columns_are_genes_gets_a_tip(inputs: Any, tmp_path: Path, header: str) -> None:
    """As the result page of cBioPortal and DepMap give it; the tip works when followed."""
    (tmp_path / "matrix.tsv").write_text(f"{header}\n".replace("|", "\t"))
    error = inputs.refuse(cnas=tmp_path / "matrix.tsv")
    assert "a matrix whose columns are genes" in error.message
    outcome = prepare(inputs, tmp_path, "cnas", "sample|gene|copy_number_alteration", "T1|EGFR|2", "T1|MYC|0")
    assert outcome.sent("cnas") == ["EGFR amp T1 2"]


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("Amplifikation", "amp"),
        ("amplificaci\u00f3n", "amp"),
        ("d\u00e9l\u00e9tion homozygote", "del"),
        ("Verlust", None),
        ("ganho", None),
    ],
)
def test_words_of_other_languages_are_known(inputs: Any, tmp_path: Path, word: str, meaning: str | None) -> None:
    """Gains and losses are left out, as in English."""
    outcome = prepare(inputs, tmp_path, "cnas", "gene|cna", f"ERBB2|{word}", "MYC|amp")
    sent = [line.split(" ")[:2] for line in outcome.sent("cnas")]
    assert sent == ([["ERBB2", meaning]] if meaning else []) + [["MYC", "amp"]]


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"{\\rtf1 x", "an RTF document"),
        (b"<!DOCTYPE html>\n", "a web page"),
        (b'{"fusions": []}\n', "JSON"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
    ],
)
def test_documents_are_named(inputs: Any, tmp_path: Path, start: bytes, what: str) -> None:
    """Their first line names no columns, and a tip to name them would not help."""
    (tmp_path / "file").write_bytes(start)
    error = inputs.refuse(cnas=tmp_path / "file")
    assert what in error.message
    assert "tab separated text" in error.tip
