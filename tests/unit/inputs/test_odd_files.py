"""Files that are odd without being wrong: a few bad rows, line ends, quotes, ragged rows, spellings of proteins."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

HEADER = "chr|pos|ref|alt\n"
GOOD = "".join(f"1|{place}|C|T\n" for place in range(100, 4100, 10))


@pytest.mark.parametrize("row", ["1|50|C|A/T", "1|50|C|-T", "1|50|C|+TA", "1|NA|C|T", "1||C|T"])
def test_one_odd_row_is_listed(inputs: Any, row: str) -> None:
    """The rest goes, with a warning; --strict-input refuses it with line and column."""
    text = HEADER + f"1|10|C|T\n{row}\n"
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["1 10 C T sample 2"]
    (listed,) = outcome.dropped()
    assert listed.startswith("mutations|3||column ")
    assert listed.endswith("|not sent|the row is invalid")
    assert "line 3, column" in outcome.prepared.warnings[0]
    assert inputs.refuse(mutations=text, strict_input=True).message.startswith("mutations.txt: line 3, column")


@pytest.mark.parametrize(("odd", "is_sent"), [(20, True), (21, False)])
def test_at_most_twenty_rows_may_be_odd(inputs: Any, odd: int, is_sent: bool) -> None:
    """Of 420 rows twenty are less than 5 %; one more, and the file is refused as a whole."""
    text = HEADER + GOOD + "1|NA|C|T\n" * odd
    if is_sent:
        assert inputs.prepare(mutations=text).prepared.reasons == {"the row is invalid": 20}
    else:
        assert "20 errors" in inputs.refuse(mutations=text).message


def test_two_of_three_rows_are_too_many(inputs: Any) -> None:
    """More than 5 % tell of a wrong file."""
    assert "2 errors" in inputs.refuse(mutations=HEADER + "1|10|C|T\n1|NA|C|T\n1|x|C|T\n").message


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gz"])
def test_carriage_returns_may_end_lines(inputs: Any, pack: Callable[[bytes], bytes]) -> None:
    """As an old Macintosh writes them, also compressed."""
    content = pack((HEADER + "1|10|C|T\n1|20|C|T\n").replace("|", "\t").replace("\n", "\r").encode())
    assert inputs.prepare(mutations=content).sent() == ["1 10 C T sample 2", "1 20 C T sample 3"]


def test_a_header_line_with_one_hash_is_passed_over(inputs: Any, vcf: Callable[..., str]) -> None:
    """Some tools write their comments so."""
    text = vcf("1 10 . C T . PASS .", meta="#a comment\n##x=y\n")
    assert inputs.prepare(mutations=text).sent() == ["1 10 C T sample 5"]


def test_na_are_two_bases_in_a_vcf_only(inputs: Any, vcf: Callable[..., str]) -> None:
    """In a table R writes it where there is nothing."""
    assert inputs.prepare(mutations=vcf("1 10 . G T . PASS .", "1 20 . NA T . PASS .")).prepared.reasons == {}
    assert inputs.prepare(mutations=HEADER + "1|10|C|T\n1|20|NA|T\n").prepared.reasons == {"the row is invalid": 1}


@pytest.mark.parametrize(
    ("note", "sent"), [('"a', 1), ('5" x', 1), ('"whole"', 1)], ids=["never closed", "inches", "quoted"]
)
def test_quotes_are_text(inputs: Any, note: str, sent: int) -> None:
    """A quote that is never closed swallows no row."""
    assert len(inputs.prepare(mutations=f"chr|pos|note|ref|alt\n1|10|{note}|C|T\n").sent()) == sent


def test_rows_may_end_early_or_be_wider(inputs: Any) -> None:
    """All columns that count are there: spreadsheets drop empty cells, ANNOVAR has one name for many columns."""
    assert len(inputs.prepare(mutations="chr|pos|ref|alt|gene|note\n1|10|C|T|G|n\n1|20|C|T\n").sent()) == 2
    assert len(inputs.prepare(mutations="chr|pos|ref|alt|Otherinfo\n1|10|C|T|a|b\n1|20|C|T|c|d\n").sent()) == 2
    message = inputs.refuse(mutations="chr|pos|ref|alt|note\n1|10|C|T|a\n1|20|C|T|a|b\n").message
    assert message == "mutations.txt: line 3: found 6 columns, expected 5"


@pytest.mark.parametrize("number", ["23", "24"])
def test_the_tip_for_numbered_sex_chromosomes_works(inputs: Any, number: str) -> None:
    """PLINK's numbers are X and Y, says the tip, and so they can be written."""
    assert "23 and 24 are X and Y" in inputs.refuse(mutations=HEADER + f"{number}|10|C|T\n").tip
    letter = {"23": "X", "24": "Y"}[number]
    assert inputs.prepare(mutations=HEADER + f"{letter}|10|C|T\n").sent() == [f"{letter} 10 C T sample 2"]


@pytest.mark.parametrize(
    ("expression", "sent"),
    [
        ("BRAF V600E", "BRAF:p.V600E"),
        ("BRAF:V600E", "BRAF:p.V600E"),
        ("BRAF p.V600E", "BRAF:p.V600E"),
        ("BRAF:p.v600e", "BRAF:p.V600E"),
        ("TP53:p.R213X", "TP53:p.R213*"),
        ("APC:p.T1556fsX12", "APC:p.T1556fs*12"),
    ],
)
def test_spellings_of_a_protein_change(inputs: Any, expression: str, sent: str) -> None:
    """What has one meaning is read."""
    assert inputs.prepare(mutations=f"protein\n{expression}\n").sent() == [f"{sent} sample 2"]


@pytest.mark.parametrize("expression", ["TP53:p.M1?", "TP53:p.X1010_splice", "TP53:p.?", "TP53:p.R2%3D"])
def test_changes_without_a_protein_are_listed(inputs: Any, expression: str) -> None:
    """They do not stop the file."""
    outcome = inputs.prepare(mutations=f"protein\nTP53:p.R248Q\n{expression}\n")
    assert len(outcome.sent()) == 1
    assert len(outcome.dropped()) == 1


def test_a_reversed_range_is_a_fault(inputs: Any) -> None:
    """Nobody can say what it means."""
    assert "expected an expression" in inputs.refuse(mutations="protein\nTP53:p.E7_A5del\n").message


def test_gene_and_change_in_two_columns(inputs: Any) -> None:
    """As OncoKB and cBioPortal have them."""
    text = "Hugo_Symbol|HGVSp_Short|Tumor_Sample_Barcode\nBRAF|p.V600E|P1\nTP53|R248Q|P1\nKRAS||P1\n"
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["BRAF:p.V600E P1 2", "TP53:p.R248Q P1 3"]
    assert outcome.prepared.reasons == {"the row names no protein change": 1}
