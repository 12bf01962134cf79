"""Copy numbers and fusions."""

from __future__ import annotations

from typing import Any

import pytest


def test_copy_numbers_are_sent_as_amp_and_del(desk: Any) -> None:
    """Unambiguous words become CGI's two; everything else is listed with the gene and the word."""
    words = ["amp", "DEL", "Amplification", "homozygous_deletion", "gain", "loss", "2", ""]
    text = "Gene|CNA|Sample\n" + "".join(f"G{place}|{word}|P1\n" for place, word in enumerate(words))
    outcome = desk.hand_in(cnas=text)
    assert outcome.header("cnas") == "gene cna sample source_line"
    assert outcome.sent("cnas") == ["G0 amp P1 2", "G1 del P1 3", "G2 amp P1 4", "G3 del P1 5"]
    assert outcome.dropped() == [
        f"cnas|{line}|P1|G{line - 2} {word}|not sent|neither amp nor del"
        for line, word in [(6, "gain"), (7, "loss"), (8, "2"), (9, "")]
    ]


@pytest.mark.parametrize("gene", ["", "A B", "-", "x" * 300])
def test_a_gene_has_a_symbol(desk: Any, gene: str) -> None:
    """An empty or impossible symbol is a fault, in tables and matrices."""
    assert "line 2, column gene: found" in desk.refuse(cnas=f"gene|cna\n{gene}|amp\n").message
    matrix = f"Gene Symbol|Locus ID|Cytoband|S1\n{gene}|1|8q|2\n"
    assert "line 2, column Gene Symbol: found" in desk.refuse(cnas=matrix).message


GISTIC = "Gene Symbol|Locus ID|Cytoband|S1|S2\nMYC|1|8q24|2|-1\nPTEN|5|10q23|-2|2\n"


def test_gistic_levels_of_two_are_sent(desk: Any) -> None:
    """2 is an amplification, -2 a deletion, and what lies between is listed."""
    outcome = desk.hand_in(cnas=GISTIC)
    assert outcome.prepared.files[0].format == "GISTIC"
    assert outcome.sent("cnas") == ["MYC amp S1 2", "PTEN amp S2 3", "PTEN del S1 3"]
    assert outcome.dropped() == ["cnas|2|S2|MYC -1|not sent|GISTIC level between -2 and 2, neither amp nor del"]


def test_a_sample_of_a_gistic_matrix_can_be_picked(desk: Any) -> None:
    """`--sample` reads that column alone, and has to be one of the columns."""
    assert desk.hand_in(cnas=GISTIC, sample="S2").sent("cnas") == ["PTEN amp S2 3"]
    assert "expected 'S3' among them" in desk.refuse(cnas=GISTIC, sample="S3").message


def test_gistic_genes_lose_what_follows_the_bar(desk: Any) -> None:
    """GISTIC writes the place of a gene behind a bar; a tab at the end of the lines is no sample."""
    text = "Gene Symbol\tLocus ID\tCytoband\tS1\t\nMYC|chr8\t1\t8q24\t2\t\n"
    assert desk.hand_in(cnas=text).sent("cnas") == ["MYC amp S1 2"]


def test_other_gistic_levels_are_faults(desk: Any) -> None:
    """The matrix with log ratios is not the thresholded one."""
    error = desk.refuse(cnas="Gene Symbol|Locus ID|Cytoband|S1\nMYC|1|8q24|0.731\n")
    assert error.message == "cnas.txt: line 2, column S1: found '0.731', expected -2, -1, 0, 1 or 2"
    assert "all_thresholded" in error.tip


def test_fusions_are_known_in_three_spellings(desk: Any) -> None:
    """Two underscores, dashes or colons join two genes, whose own names may have one of them."""
    outcome = desk.hand_in(translocations="#Fusion|sample\nBCR__ABL1|P\nBCR--ABL1|P\nHLA-A::ALK|P\nIGH-@--MYC|P\n")
    assert outcome.header("translocations") == "fus sample source_line"
    assert outcome.sent("translocations") == ["BCR__ABL1 P 2;3", "HLA-A__ALK P 4", "IGH-@__MYC P 5"]


@pytest.mark.parametrize(
    "fusion", ["BCR-ABL1", "A__B__C", "A__B::C", "A--B::C", "A--B__C", "A__", "__B", "A__?", "ALK", "", "A B__C"]
)
def test_what_is_not_two_genes_is_listed(desk: Any, fusion: str) -> None:
    """Fusions without two partners stay behind with a reason."""
    outcome = desk.hand_in(translocations=f"fus|sample\nBCR__ABL1|P\n{fusion}|P\n")
    assert outcome.dropped() == [f"translocations|3|P|{fusion}|not sent|not a fusion of two named genes"]
