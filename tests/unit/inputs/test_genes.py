"""Copy numbers and fusions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import cgi_runner


def test_copy_numbers_are_sent_as_amp_and_del(inputs: Any) -> None:
    """Unambiguous words become CGI's two; everything else is listed with the gene and the word."""
    words = ["amp", "DEL", "Amplification", "homozygous_deletion", "gain", "loss", ""]
    text = "Gene|CNA|Sample\n" + "".join(f"G{place}|{word}|P1\n" for place, word in enumerate(words))
    outcome = inputs.prepare(cnas=text)
    assert outcome.header("cnas") == "gene cna sample source_line"
    assert outcome.sent("cnas") == ["G0 amp P1 2", "G1 del P1 3", "G2 amp P1 4", "G3 del P1 5"]
    assert outcome.dropped() == [
        "cnas|6|P1|G4 gain|not sent|neither amp nor del",
        "cnas|7|P1|G5 loss|not sent|neither amp nor del",
        "cnas|8|P1|G6 |not sent|no copy number is given",
    ]


def test_a_matrix_of_copies_is_not_one_of_levels(inputs: Any) -> None:
    """Two copies are a diploid gene: without a level below 0 nothing tells that 2 is an amplification."""
    rows = "TP53|2|1\nMYC|2|2\nPTEN|0|1\n"
    error = inputs.refuse(cnas="Hugo_Symbol|S1|S2\n" + rows)
    assert "line 2, column S1: found '2', expected levels, with a negative one" in error.message
    assert "copy_number_alteration" in error.tip
    table = "sample|gene|copy_number_alteration\nS1|TP53|2\nS1|PTEN|0\n"
    assert inputs.prepare(cnas=table).sent("cnas") == ["TP53 amp S1 2"]
    assert len(inputs.prepare(cnas="Hugo_Symbol|S1|S2\n" + rows + "RB1|0|-1\n").sent("cnas")) == 3
    gistic = "Gene Symbol|Cytoband|S1\nMYC|8q24|2\n"
    assert inputs.prepare(cnas=gistic).sent("cnas") == ["MYC amp S1 2"]


@pytest.mark.parametrize("gene", ["", "A B", "-", "x" * 300])
def test_a_gene_has_a_symbol(inputs: Any, gene: str) -> None:
    """An empty or impossible symbol is a fault, in tables and matrices."""
    assert "line 2, column gene: found" in inputs.refuse(cnas=f"gene|cna\n{gene}|amp\n").message
    matrix = f"Gene Symbol|Locus ID|Cytoband|S1\n{gene}|1|8q|2\n"
    assert "line 2, column Gene Symbol: found" in inputs.refuse(cnas=matrix).message


GISTIC = "Gene Symbol|Locus ID|Cytoband|S1|S2\nMYC|1|8q24|2|-1\nPTEN|5|10q23|-2|2\n"


def test_gistic_levels_of_two_are_sent(inputs: Any) -> None:
    """2 is an amplification, -2 a deletion, and what lies between is listed."""
    outcome = inputs.prepare(cnas=GISTIC)
    assert outcome.prepared.files[0].format == "GISTIC"
    assert outcome.sent("cnas") == ["MYC amp S1 2", "PTEN amp S2 3", "PTEN del S1 3"]
    assert outcome.dropped() == ["cnas|2|S2|MYC -1|not sent|a level between -2 and 2, neither amp nor del"]


def test_a_sample_of_a_gistic_matrix_can_be_picked(inputs: Any) -> None:
    """`--sample` reads that column alone, and has to be one of the columns."""
    outcome = inputs.prepare(cnas=GISTIC, sample="S2")
    assert outcome.sent("cnas") == ["PTEN amp S2 3"]
    assert outcome.prepared.decisions == ["cnas.txt: other samples are left out: 'S1'"]
    assert "expected 'S3' among them" in inputs.refuse(cnas=GISTIC, sample="S3").message


def test_the_only_sample_of_a_matrix_is_renamed_aloud(inputs: Any) -> None:
    """The record has its own name, too."""
    outcome = inputs.prepare(cnas="Gene Symbol|Cytoband|X9\nMYC|8q24|2\n", sample="P1")
    assert outcome.sent("cnas") == ["MYC amp P1 2"]
    assert outcome.prepared.decisions == ["cnas.txt: the sample 'X9' is sent as 'P1' (asked for)"]


def test_gistic_genes_lose_what_follows_the_bar(inputs: Any) -> None:
    """GISTIC writes the place of a gene behind a bar; a tab at the end of the lines is no sample."""
    text = "Gene Symbol\tLocus ID\tCytoband\tS1\t\nMYC|chr8\t1\t8q24\t2\t\n"
    assert inputs.prepare(cnas=text).sent("cnas") == ["MYC amp S1 2"]


def test_other_gistic_levels_are_faults(inputs: Any) -> None:
    """The matrix with log ratios is not the thresholded one."""
    error = inputs.refuse(cnas="Gene Symbol|Locus ID|Cytoband|S1\nMYC|1|8q24|0.731\n")
    assert error.message == "cnas.txt: line 2, column S1: found '0.731', expected a level: -2, -1.5, -1, 0, 1, 1.5 or 2"
    assert "all_thresholded" in error.tip


def test_fusions_are_known_in_three_spellings(inputs: Any) -> None:
    """Two underscores, dashes or colons join two genes, whose own names may have one of them."""
    outcome = inputs.prepare(translocations="#Fusion|sample\nBCR__ABL1|P\nBCR--ABL1|P\nHLA-A::ALK|P\nIGH-@--MYC|P\n")
    assert outcome.header("translocations") == "fus sample source_line"
    assert outcome.sent("translocations") == ["BCR__ABL1 P 2;3", "HLA-A__ALK P 4", "IGH-@__MYC P 5"]


@pytest.mark.parametrize("fusion", ["A__B__C", "A__B::C", "A--B::C", "A--B__C", "NONE", "", "A B__C", "__", "A:B:C"])
def test_what_is_not_two_genes_is_listed(inputs: Any, fusion: str) -> None:
    """Fusions without two partners stay behind with a reason."""
    outcome = inputs.prepare(translocations=f"fus|sample\nBCR__ABL1|P\n{fusion}|P\n")
    assert outcome.dropped() == [f"translocations|3|P|{fusion}|not sent|not a fusion of two named genes"]


WORDS = {
    "amp": [
        "amp", "AMP", "amplification", "Amplified", "AMP (LOH)", "AMP (BALANCED)", "HLAMP", "high level amplification",
        "high-level_amplification", "ampl", "highly amplified",
    ],
    "del": [
        "del", "DEL", "deletion", "HOMD", "HOMDEL", "DeepDel", "Deep Deletion", "Homozygous loss", "hom del",
        "homozygous-deletion", "biallelic deletion", "deep_loss", "homozygously deleted",
    ],
    "": [
        "gain", "GAIN", "loss", "HETLOSS", "CNLOH", "diploid", "neutral", "DUP", "low level gain", "shallow_deletion",
        "LOSS BEFORE & AFTER",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("meaning", "word"), [(meaning, word) for meaning, words in WORDS.items() for word in words])
def test_words_for_copy_numbers_are_known(inputs: Any, meaning: str, word: str) -> None:
    """Words of high amplification and of the loss of all copies are sent, words for less are listed."""
    outcome = inputs.prepare(cnas=f"gene|cna|sample\nMYC|amp|P\nERBB2|{word}|P\n")
    assert outcome.sent("cnas") == ([f"ERBB2 {meaning} P 3"] if meaning else []) + ["MYC amp P 2"]
    assert outcome.prepared.reasons == ({} if meaning else {"neither amp nor del": 1})


@pytest.mark.parametrize("word", ["ampp", "up", "yes", "LOH/del", "amp?", "3 copies"])
def test_unknown_words_for_copy_numbers_are_faults(inputs: Any, word: str) -> None:
    """A word that may mean an amplification is never dropped."""
    error = inputs.refuse(cnas=f"gene|cna\nMYC|amp\nERBB2|{word}\n")
    assert f"line 3, column cna: found '{word}', expected amp, del" in error.message


@pytest.mark.parametrize("levels", [["2", "-2"], ["2.0", "-2.0"], ["2", "-2", "NA"], ["2", "-2", "-1.5", "0", "1"]])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("column", ["cna", "Copy_Number_Alteration"])
def test_numbers_are_levels_where_one_is_negative(inputs: Any, column: str, levels: list[str], turned: bool) -> None:
    """2 and -2 are amplification and deletion in such a column, in whichever order they come."""
    genes = dict(zip(("MYC", "RB1", "KRAS", "MET", "ALK"), levels, strict=False))
    rows = [f"{gene}|{level}|P\n" for gene, level in genes.items()]
    outcome = inputs.prepare(cnas=f"gene|{column}|sample\n" + "".join(rows[::-1] if turned else rows))
    assert [line.rpartition(" ")[0] for line in outcome.sent("cnas")] == ["MYC amp P", "RB1 del P"]


def test_numbers_without_a_negative_one_are_refused(inputs: Any) -> None:
    """2 may be two copies; under OncoKB's header it is an amplification."""
    error = inputs.refuse(cnas="gene|cna\nMYC|2\nERBB2|8\n")
    assert "line 2, column cna: found '2', expected a word" in error.message
    assert "copy_number_alteration" in error.tip
    assert inputs.prepare(cnas="gene|copy_number_alteration|sample\nMYC|2|P\n").sent("cnas") == ["MYC amp P 2"]
    assert "expected a level" in inputs.refuse(cnas="gene|copy_number_alteration\nMYC|8\n").message


def test_a_gene_that_is_amplified_and_deleted_is_a_warning(inputs: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Both are sent; the screen and the record say so."""
    outcome = inputs.prepare(cnas="gene|cna|sample\nMYC|amp|P\nMYC|del|P\nMYC|amp|Q\n")
    said = "1 genes are amplified and deleted in one sample: MYC of P"
    assert outcome.prepared.files[0].notes == [said]
    assert [record.levelname for record in caplog.records if said in record.getMessage()] == ["WARNING"]


def test_a_fusion_and_its_mirror_image_are_one(inputs: Any) -> None:
    """Partners are sorted by CGI, so both lines are one row, as the first of them is written, for each sample alone."""
    outcome = inputs.prepare(translocations="fus|sample\nBCR--ABL1|P\nABL1--BCR|P\nABL1--BCR|Q\nABL1::BCR|P\n")
    assert outcome.sent("translocations") == ["ABL1__BCR Q 4", "BCR__ABL1 P 2;3;5"]
    assert outcome.prepared.files[0].rows_merged == 2


@pytest.mark.parametrize(
    ("gene", "reason"),
    [
        ("CDKN2A,CDKN2B", "several genes in one cell"),
        ("ERBB2;CDK12", "several genes in one cell"),
        ("CCND1/FGF19", "several genes in one cell"),
        ("MYC|PVT1", "several genes in one cell"),
        ("ENSG00000141736", "an id or a position, not a gene symbol"),
        ("ENSG00000141736.14", "an id or a position, not a gene symbol"),
        ("NM_004448.3", "an id or a position, not a gene symbol"),
        ("IGH@-ext", "not a gene symbol"),
    ],
)
def test_what_names_no_gene_is_listed(inputs: Any, gene: str, reason: str) -> None:
    """Lists and ids come back from CGI as `other`; they stay behind with a reason, alone or as a partner."""
    outcome = inputs.prepare(cnas=f"gene\tcna\tsample\nMYC\tamp\tP\n{gene}\tamp\tP\n")
    assert outcome.sent("cnas") == ["MYC amp P 2"]
    assert outcome.dropped() == [f"cnas|3|P|{gene} amp|not sent|{reason}"]
    outcome = inputs.prepare(translocations=f"fus\tsample\nBCR__ABL1\tP\n{gene}__ALK\tP\n")
    assert outcome.dropped() == [f"translocations|3|P|{gene}__ALK|not sent|{reason}"]


def test_many_rows_without_a_gene_are_the_wrong_file(inputs: Any) -> None:
    """One always may be odd; of many, at most 20 and 5 %."""
    good = "".join(f"G{number}|amp\n" for number in range(1, 61))
    outcome = inputs.prepare(cnas=f"gene|cna\n{good}A,B|amp\nC,D|amp\nE,F|amp\n")
    assert outcome.prepared.files[0].rows_sent == 60
    error = inputs.refuse(cnas=f"gene|cna\n{good}" + "A,B|amp\n" * 4)
    assert "found 4 invalid rows among 64, expected at most 3: line 62: 'A,B amp'" in error.message


@pytest.mark.parametrize(
    ("fusion", "genes"),
    [
        ("EML4(13)::ALK(20)", "EML4__ALK"),
        ("BCR^ENSG00000186716.20--ABL1^ENSG00000097007.18", "BCR__ABL1"),
        ("EML4-ALK fusion", "EML4__ALK"),
        ("EML4-ALK", "EML4__ALK"),
        ("EML4 - ALK Fusion", "EML4__ALK"),
        ("EML4 :: ALK", "EML4__ALK"),
        ("EML4-ALK fusion - Archer", "EML4__ALK"),
        ("HLA-A-ALK fusion", "HLA-A__ALK"),
        ("NKX2-1-ALK", "NKX2-1__ALK"),
        ("ALK-NKX2-1", "ALK__NKX2-1"),
        ("KMT2A:AFF1", "KMT2A__AFF1"),
        ("C11orf95--RELA", "C11orf95__RELA"),
        ("RPS6-ALK", "RPS6__ALK"),
        ("TRA-MYC", "TRA__MYC"),
    ],
)
def test_partners_are_found_however_they_are_written(inputs: Any, fusion: str, genes: str) -> None:
    """Places in brackets, ids, the word fusion and blanks are taken off; a hyphen of a symbol stays."""
    outcome = inputs.prepare(translocations=f"fus\tsample\n{fusion}\tP\n")
    assert outcome.sent("translocations") == [f"{genes} P 2"]
    assert outcome.prepared.files[0].notes == []


@pytest.mark.parametrize(
    ("fusion", "reason"),
    [
        ("ALK-intragenic", "only one partner is named"),
        ("A__", "only one partner is named"),
        ("__B", "only one partner is named"),
        ("A__?", "only one partner is named"),
        ("HLA-A", "only one partner is named"),
        ("ALK--intergenic", "a partner is intergenic"),
        ("ALK__ALK", "both partners are the same gene"),
        ("A-B-C", "several hyphens: it is not clear which of them joins the partners"),
        *((word, "only one partner is named") for word in (
            "FLT3-ITD", "KMT2A-PTD", "EGFR-KDD", "EGFR-vIII", "AR-V7", "MET-exon14", "ALK-rearranged", "EWSR1-split",
            "ALK-negative", "RET-translocation", "ALK--amplification", "NTRK1::other",
        )),
        *((text, "marked as absent, uncertain or germline") for text in (
            "EML4-ALK (not detected)", "EML4--ALK(negative)", "BCR::ABL1 [no]", "ETV6--NTRK3 (germline)",
        )),
    ],
)  # fmt: skip
def test_half_a_fusion_is_listed(inputs: Any, fusion: str, reason: str) -> None:
    """Each kind of row that is no fusion of two genes has its reason."""
    outcome = inputs.prepare(translocations=f"fus\tsample\nBCR__ABL1\tP\n{fusion}\tP\n")
    assert outcome.dropped() == [f"translocations|3|P|{fusion}|not sent|{reason}"]


def test_symbols_in_lower_case_are_a_warning(inputs: Any) -> None:
    """They are sent as they are; C9orf72 is written as it should be."""
    cnas = "gene|cna|sample\nerbb2|amp|P\nC9orf72|amp|P\n"
    outcome = inputs.prepare(cnas=cnas, translocations="fus|sample\nEml4--ALK|P\n")
    assert outcome.sent("cnas") == ["C9orf72 amp P 3", "erbb2 amp P 2"]
    assert [file.notes for file in outcome.prepared.files] == [
        ["1 gene symbols not in capitals ('erbb2'): CGI may not know them"],
        ["1 gene symbols not in capitals ('Eml4'): CGI may not know them"],
    ]


def test_each_word_for_a_copy_number_has_one_meaning() -> None:
    """The reviewed table has no word twice, and only meanings that CGI, an option or nobody has."""
    path = Path(cgi_runner.__file__).parent / "data" / "copy_number_words.tsv"
    rows = [line.split("\t") for line in path.read_text().splitlines()[1:]]
    assert len({word for word, _ in rows}) == len(rows)
    assert {meaning for _, meaning in rows} == {"amp", "del", "gain", "loss", "partial", "neither"}
    assert all(word == re.sub(r"[\s_-]+", " ", word.casefold()).strip() for word, _ in rows)


@pytest.mark.parametrize("place", ["7q", "chr7", "chrX", "17p13.1", "Xp", "chr8q24"])
def test_a_chromosome_is_no_gene(inputs: Any, place: str) -> None:
    """Arms and bands, as cytogeneticists list them, are listed and not sent."""
    outcome = inputs.prepare(cnas=f"gene|cna\n{place}|amp\nMYC|amp\n")
    assert len(outcome.sent("cnas")) == 1
    assert outcome.dropped() == [f"cnas|2|sample|{place} amp|not sent|an id or a position, not a gene symbol"]
    assert "expected at most 0" in inputs.refuse(cnas=f"gene|cna\n{place}|amp\nMYC|amp\n", strict_input=True).message


@pytest.mark.parametrize(
    "text",
    ["EML4\u2013ALK", "EML4 \u2192 ALK", "EML4->ALK", "EML4-ALK_fusion", "EML4-ALK gene fusion",
     "EML4-ALK Fusion (Inframe)", "EML4::ALK fusion (E6;A20)", "Fusion EML4-ALK", "fusion: EML4::ALK",
     "EML4-ALK translocation",
     "EML4-ALK.E13A20", "EML4-ALK.E6aA20.AB374361", "EML4.E13-ALK.E20", "EML4-ALK (Exon13-Exon20)",
     "EML4-ALK rearrangement"],
)  # fmt: skip
def test_words_about_a_fusion_are_no_part_of_it(inputs: Any, text: str) -> None:
    """Reports write dashes of word processors, exons and other words for a fusion beside its two genes."""
    assert inputs.prepare(translocations=f"fus\n{text}\n").sent("translocations") == ["EML4__ALK sample 2"]


@pytest.mark.parametrize("text", ["EML4-ALK:in-frame", "EML4_ALK", "t(9;22)(q34;q11)", "ALK split signal", "NPM1-wt"])
def test_what_only_looks_like_a_fusion_is_listed(inputs: Any, text: str) -> None:
    """A colon behind both genes, an underscore or a place of a chromosome makes no pair."""
    outcome = inputs.prepare(translocations=f"fus\nBCR-ABL1\n{text}\n")
    assert outcome.sent("translocations") == ["BCR__ABL1 sample 2"]
    assert len(outcome.dropped()) == 1


@pytest.mark.parametrize("text", ["ALK rearrangement", "ALK fusion", "ALK", "NKX2-1 translocation", "ROS1-other"])
def test_a_fusion_with_one_partner_is_told_as_such(inputs: Any, text: str) -> None:
    """An assay that finds a rearrangement does not find the partner, and CGI takes pairs only."""
    outcome = inputs.prepare(translocations=f"fus\nBCR-ABL1\n{text}\n")
    assert outcome.dropped() == [f"translocations|3|sample|{text}|not sent|only one partner is named"]


@pytest.mark.parametrize(
    ("meaning", "word"),
    [
        *(("amp", word) for word in ("Copy number amplification", "High-level Amp.", "amplification (focal)")),
        *(("del", word) for word in ("Hom. deletion", "del (hom)", "deletion (homozygous)", "DELETION, HOM")),
    ],
)
def test_the_parts_of_a_word_may_stand_in_any_order(inputs: Any, meaning: str, word: str) -> None:
    """Reports write what kind of deletion it is before it or in brackets behind it."""
    assert inputs.prepare(cnas=f"gene\tcna\nERBB2\t{word}\n").sent("cnas") == [f"ERBB2 {meaning} sample 2"]


@pytest.mark.parametrize(
    "word", ["no deletion", "AMP?", "deletion/loss", "possible amp", "single copy deletion", "CN 2"]
)
def test_a_word_more_or_a_question_makes_another_word(inputs: Any, word: str) -> None:
    """What is not known as a whole is a fault, whatever known words are in it."""
    assert "expected amp, del, or a word" in inputs.refuse(cnas=f"gene\tcna\nERBB2\t{word}\n").message


def test_barcodes_of_r_are_barcodes(inputs: Any) -> None:
    """R makes dots of the dashes in the names of columns."""
    text = "Hugo_Symbol\tTCGA.AB.1234.01A.11D\nMYC\t2\nRB1\t-2\n"
    sent = inputs.prepare(tcga_barcodes=True, cnas=text).sent("cnas")
    assert sent == ["MYC amp TCGA-AB-1234-01 2", "RB1 del TCGA-AB-1234-01 3"]
