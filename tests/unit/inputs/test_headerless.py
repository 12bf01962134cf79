"""Lists without a header, and tables in which people say how sure they are."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("text", ["EML4--ALK\nBCR::ABL1\n", "EML4__ALK\r\nBCR__ABL1", "\nEML4::ALK\n\nBCR--ABL1\n"])
def test_a_list_of_fusions_needs_no_header(inputs: Any, text: str) -> None:
    """Its first line can be nothing else, is sent, and what was decided is said."""
    outcome = inputs.prepare(translocations=text, sample="P1")
    assert [row.split()[0] for row in outcome.sent("translocations")] == ["BCR__ABL1", "EML4__ALK"]
    assert any("there is no header" in text and "read as fus" in text for text in outcome.prepared.decisions)


def test_genes_with_amp_or_del_need_no_header(inputs: Any) -> None:
    """The source line is that of the file."""
    outcome = inputs.prepare(cnas="ERBB2|AMP\nCDKN2A|HOMDEL\n", sample="P1")
    assert outcome.sent("cnas") == ["CDKN2A del P1 2", "ERBB2 amp P1 1"]
    assert any("line 1 is a row, read as gene and cna" in text for text in outcome.prepared.decisions)


@pytest.mark.parametrize(
    ("files", "columns"),
    [
        ({"translocations": "EML4--ALK|P1\n"}, "fus and sample"),
        ({"translocations": "EML4|ALK\n"}, "gene1, gene2 and sample"),
        ({"cnas": "ERBB2|amp|P1\n"}, "gene, cna and sample"),
        ({"cnas": "P1|ERBB2|amp\n"}, "gene, cna and sample"),
    ],
)
def test_what_a_further_cell_means_is_not_guessed(inputs: Any, files: dict[str, str], columns: str) -> None:
    """It may be a sample or anything else; the tip names the line that is missing, and quotes nobody's row."""
    error = inputs.refuse(**files)
    assert "this line seems to be a row: put the names of the columns above it" in error.tip
    assert columns in error.tip
    assert "P1" not in error.message + error.tip


@pytest.mark.parametrize(
    ("files", "tip"),
    [
        ({"translocations": "BRAF-V600E\n"}, "the first line must name the columns"),
        ({"translocations": "EML4-ALK\n"}, "the first line must name the columns"),
        ({"cnas": "ERBB2|2\n"}, "the first line must name the columns"),
        ({"cnas": "ERBB2|amplified?\n"}, "the first line must name the columns"),
    ],
)
def test_what_may_be_anything_is_refused(inputs: Any, files: dict[str, str], tip: str) -> None:
    """A hyphen may join anything, a number may be a level or copies, and a word may be the name of a column."""
    assert tip in inputs.refuse(**files).tip


@pytest.mark.parametrize("column", ["confidence", "Confidence level", "Reliability"])
def test_a_fusion_of_low_confidence_is_sent_with_a_warning(inputs: Any, column: str) -> None:
    """How sure somebody is decides nothing here, and is not passed over either."""
    outcome = inputs.prepare(translocations=f"fusion|sample|{column}\nEML4--ALK|P1|low\nBCR--ABL1|P1|high\n")
    assert len(outcome.sent("translocations")) == 2
    (warning,) = outcome.prepared.warnings
    assert "of the fusions that are sent: 1 high, 1 low; all of them are sent" in warning


def test_confidence_that_is_not_low_is_said_without_a_warning(inputs: Any) -> None:
    """A warning about everything warns of nothing."""
    outcome = inputs.prepare(translocations="gene1|gene2|sample|confidence\nEML4|ALK|P1|high\n")
    assert not outcome.prepared.warnings
    assert any("1 high" in text for text in outcome.prepared.decisions)


def test_every_state_of_facets_is_known(inputs: Any) -> None:
    """Those whose number of minor copies is not known stand in nearly every file, and one unknown word refused it."""
    neither = (
        "CNLOH", "CNLOH & GAIN", "CNLOH AFTER", "CNLOH BEFORE", "CNLOH BEFORE & GAIN", "CNLOH BEFORE & LOSS", "DIPLOID",
        "DIPLOID or CNLOH", "DOUBLE LOSS AFTER", "GAIN", "GAIN (many states)", "HETLOSS", "INDETERMINATE",
        "LOSS & GAIN", "LOSS (many states)", "LOSS AFTER", "LOSS BEFORE", "LOSS BEFORE & AFTER",
        "LOSS BEFORE or DOUBLE LOSS AFTER", "TETRAPLOID", "TETRAPLOID or CNLOH BEFORE",
    )  # fmt: skip
    states = (*neither, "AMP", "AMP (BALANCED)", "AMP (LOH)", "AMP (many states)", "HOMDEL")
    rows = [f"P1|GENE{number}|{state}|PASS" for number, state in enumerate(states)]
    outcome = inputs.prepare(cnas="\n".join(["sample|gene|cn_state|filter", *rows, ""]))
    assert [row.split()[1] for row in outcome.sent("cnas")] == ["amp"] * 4 + ["del"]
    assert outcome.prepared.reasons == {"neither amp nor del": len(neither)}


def test_levels_of_genie_are_read(inputs: Any) -> None:
    """1.5 lies below an amplification, as -1.5 lies below a deep loss."""
    content = "Hugo_Symbol|P1\nERBB2|2\nMYC|1.5\nRB1|-1.5\nPTEN|-2\n"
    outcome = inputs.prepare(cnas=content)
    assert outcome.sent("cnas") == ["ERBB2 amp P1 2", "PTEN del P1 5"]
    assert len(inputs.prepare(cnas=content, low_level_cnas=True).sent("cnas")) == 4


def test_long_reads_support_a_fusion(inputs: Any) -> None:
    """ctat-LR-fusion counts short reads, too, of which there may be none."""
    header = "#FusionName|num_LR|LeftGene|RightGene|JunctionReadCount|SpanningFragCount"
    outcome = inputs.prepare(translocations=f"{header}\nNCOA4--RET|12|NCOA4|RET|0|0\nA1--B2|0|A1|B2|0|0\n", sample="P1")
    assert [row.split()[0] for row in outcome.sent("translocations")] == ["NCOA4__RET"]


def test_oncofuse_is_read(inputs: Any) -> None:
    """Its columns name the partners 5' and 3'."""
    table = "SAMPLE_ID|FUSION_ID|5_FPG_GENE_NAME|3_FPG_GENE_NAME|DRIVER_PROB\nP1|1|EML4|ALK|0.98\n"
    assert [row.split()[0] for row in inputs.prepare(translocations=table).sent("translocations")] == ["EML4__ALK"]
