"""Copy numbers in matrices and tables: which columns are samples, which levels are sent, and what is said of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "data" / "structural"


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
    assert f"columns that are not samples are left out: '{remark}'" in outcome.prepared.files[0].notes


def test_a_column_of_a_matrix_without_any_level_is_warned_of(inputs: Any) -> None:
    """It may be a remark under a name that is not known."""
    outcome = inputs.prepare(cnas="Hugo_Symbol\tP1\tchecked\nERBB2\t2\t\nPTEN\t-2\tNA\n")
    assert "no level in any row of 'checked': is it a sample?" in outcome.prepared.files[0].notes


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
    assert warning.startswith("sent as amp and del as requested: 1 gains, 1 losses; CGI treats them as")


def test_levels_of_1_may_be_single_copies(inputs: Any) -> None:
    """Without a negative number nothing tells a gain from one copy, which is the opposite."""
    error = inputs.refuse(cnas="gene\tP\nMYC\t1\nRB1\t0\n", low_level_cnas=True)
    assert "found '1', expected levels, with a negative one" in error.message


def test_partial_amplifications_are_sent_only_where_that_is_asked(inputs: Any) -> None:
    """PURPLE says that a part of the gene is amplified."""
    outcome = inputs.prepare(cnas=DATA / "purple.driver.catalog.tsv", partial_amplifications=True)
    assert len(outcome.sent("cnas")) == 3
    assert any("1 partial amplifications" in note for note in outcome.prepared.files[0].notes)


def test_a_status_beside_the_type_of_a_copy_number_is_not_taken_for_it(inputs: Any) -> None:
    """FoundationOne's table has COPY_NUMBER and STATUS (known or likely), as OpenPBTA's has, and CNA_TYPE."""
    text = "GENE\tCOPY_NUMBER\tCNA_TYPE\tSTATUS\nERBB2\t12\tamplification\tknown\n"
    assert inputs.prepare(cnas=text).sent("cnas") == ["ERBB2 amp sample 2"]
