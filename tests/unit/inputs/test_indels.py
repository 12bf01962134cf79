"""Insertions and deletions of tables with an end: three conventions, and what does not fit."""

from __future__ import annotations

from typing import Any

import pytest

MAF = (
    "Chromosome|Start_Position|End_Position|Reference_Allele|Tumor_Seq_Allele2|Tumor_Sample_Barcode\n"
    "1|500|500|C|T|P1\n{}"
)
SNV = "1 500 C T P1 2"


def maf(*rows: str) -> str:
    """Return a MAF with a substitution and these rows of chromosome 2."""
    return MAF.format("".join(f"2|{row}|P1\n" for row in rows))


@pytest.mark.parametrize(
    ("row", "place"), [("1000|1001|-|AC", 1000), ("1001|1000|-|AC", 1000)], ids=["standard", "Ensembl"]
)
def test_an_insertion_lies_behind_its_base(inputs: Any, row: str, place: int) -> None:
    """Start and End in either order name the two bases around it."""
    assert inputs.prepare(mutations=maf(row)).sent() == [SNV, f"2 {place} - AC P1 3"]


def test_an_insertion_at_one_base_is_a_question(inputs: Any) -> None:
    """It is listed and not sent until the option says on which side of the base it is."""
    text = maf("1001|1001|-|AC")
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == [SNV]
    reason = "insertion with Start = End: --insertion-start before or at says where it is"
    assert outcome.dropped() == [f"mutations|3|P1|chr2:1001 ->AC|not sent|{reason}"]
    assert inputs.prepare(mutations=text, insertion_start="before").sent() == [SNV, "2 1001 - AC P1 3"]
    at = inputs.prepare(mutations=text, insertion_start="at")
    assert at.sent() == [SNV, "2 1000 - AC P1 3"]
    assert at.prepared.decisions == [
        "mutations.txt: insertions with Start = End are before that base (--insertion-start at)"
    ]


def test_one_insertion_in_three_spellings_is_one_row(inputs: Any) -> None:
    """Standard, Ensembl's, and `at`, once that is known."""
    text = maf("1000|1001|-|A", "1001|1000|-|A", "1001|1001|-|A")
    assert inputs.prepare(mutations=text, insertion_start="at").sent() == [SNV, "2 1000 - A P1 3;4;5"]


def test_the_first_allele_is_no_shortcut(inputs: Any) -> None:
    """A MAF with both alleles of the tumour asks as well."""
    text = (
        "Chromosome|Start_Position|End_Position|Reference_Allele|Tumor_Seq_Allele1|Tumor_Seq_Allele2\n"
        "1|500|500|C|C|T\n2|1001|1001|-|-|A\n2|1001|1000|-|-|A\n"
    )
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["1 500 C T sample 2", "2 1000 - A sample 4"]
    assert len(outcome.dropped()) == 1


def test_tables_with_an_end_are_read_alike(inputs: Any) -> None:
    """ANNOVAR's tables have Start = End."""
    text = "Chr|Start|End|Ref|Alt\n1|500|500|C|T\n2|1000|1000|-|A\n"
    assert inputs.prepare(mutations=text).prepared.reasons == {
        "insertion with Start = End: --insertion-start before or at says where it is": 1
    }
    assert "2 1000 - A sample 3" in inputs.prepare(mutations=text, insertion_start="before").sent()


def test_a_table_without_an_end_names_the_base_before(inputs: Any) -> None:
    """That is CGI's own spelling."""
    assert inputs.prepare(mutations="chr|pos|ref|alt\n2|1000|-|A\n").sent() == ["2 1000 - A sample 2"]


def test_an_insertion_of_distant_bases_is_listed(inputs: Any) -> None:
    """Start and End that are no neighbours name no place."""
    assert inputs.prepare(mutations=maf("1000|1005|-|A")).prepared.reasons == {
        "insertion whose Start and End are not adjacent": 1
    }


def test_a_deletion_that_does_not_fit_is_a_warning(inputs: Any) -> None:
    """It is sent by its start and its allele."""
    outcome = inputs.prepare(mutations=maf("1000|1001|AC|-", "2000|2005|AC|-"))
    assert outcome.sent() == [SNV, "2 1000 AC - P1 3", "2 2000 AC - P1 4"]
    assert outcome.prepared.warnings == [
        "mutations.txt: deletions whose End does not fit their allele are sent, the first on line 4: 2000 to 2005"
    ]


def test_indels_alone_that_count_from_zero_are_refused(inputs: Any) -> None:
    """As substitutions are; one deletion that fits tells that they do not."""
    text = maf("1000|1002|AC|-", "2000|2003|ACG|-").replace("1|500|500|C|T|P1\n", "")
    assert "1-based positions" in inputs.refuse(mutations=text).message
    assert len(inputs.prepare(mutations=text + "2|3000|3001|AC|-|P1\n").sent()) == 3
