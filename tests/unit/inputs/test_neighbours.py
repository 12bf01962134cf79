"""Substitutions that may share a codon: told with lines and phase, joined where that is asked for and known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Vcf = Callable[..., str]


def two(vcf: Vcf, names: str, first: str, second: str, *, second_place: int = 1001) -> str:
    """Return a VCF of one sample with two substitutions."""
    return vcf(
        f"7 1000 . A T . PASS . {names} {first}", f"7 {second_place} . C A . PASS . {names} {second}", samples="T1"
    )


@pytest.mark.parametrize(
    ("names", "first", "second", "phase"),
    [
        ("GT:PS", "0|1:1000", "0|1:1000", "in phase (PS)"),
        ("GT:PS", "0|1:1000", "1|0:1000", "not in phase (PS)"),
        ("GT:PS", "0|1:1000", "0|1:900", "phase not known"),
        ("GT:PGT:PID", "0/1:0|1:1000_A_T", "0/1:0|1:1000_A_T", "in phase (PID)"),
        ("GT", "0|1", "0|1", "GT alone says in phase"),
        ("GT", "0/1", "0/1", "phase not known"),
    ],
)
def test_neighbours_are_a_warning(inputs: Any, vcf: Vcf, names: str, first: str, second: str, phase: str) -> None:
    """Both are sent, with a warning; the option joins those in phase and no others."""
    text = two(vcf, names, first, second)
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["7 1000 A T T1 3", "7 1001 C A T1 4"]
    (warning,) = outcome.prepared.warnings
    assert f"T1 chr7:1000 A>T and chr7:1001 C>A (lines 3 and 4, {phase})" in warning
    joined = inputs.prepare(mutations=text, merge_phased=True)
    if phase.startswith("in phase"):
        assert joined.sent() == ["7 1000 AC TA T1 3;4"]
        assert joined.prepared.decisions == ["mutations.txt: substitutions in phase are joined: 2 become 1"]
        assert joined.prepared.warnings == []
    else:
        assert joined.sent() == outcome.sent()


def test_three_in_a_row_become_one(inputs: Any, vcf: Vcf) -> None:
    """A whole codon in phase is one variant."""
    lines = [f"7 {place} . A T . PASS . GT:PS 0|1:1000" for place in (1000, 1001, 1002)]
    assert inputs.prepare(mutations=vcf(*lines, samples="T1"), merge_phased=True).sent() == ["7 1000 AAA TTT T1 3;4;5"]


def test_a_base_between_keeps_them_apart(inputs: Any, vcf: Vcf) -> None:
    """The base between is not known, so that they are not joined; further apart is no neighbour."""
    text = two(vcf, "GT:PS", "0|1:1", "0|1:1", second_place=1002)
    outcome = inputs.prepare(mutations=text, merge_phased=True)
    assert len(outcome.sent()) == 2
    assert "in phase (PS)" in outcome.prepared.warnings[0]
    assert inputs.prepare(mutations=two(vcf, "GT", "0/1", "0/1", second_place=1003)).prepared.warnings == []


def test_neighbours_of_two_patients_are_none(inputs: Any) -> None:
    """Nor are an insertion beside a substitution, or two alleles of one place."""
    text = "chr|pos|ref|alt|sample\n7|1000|A|T|P1\n7|1001|C|A|P2\n8|10|A|T|P1\n8|10|A|G|P1\n8|11|-|T|P1\n9|11|A|T|P1\n"
    assert inputs.prepare(mutations=text).prepared.warnings == []


def test_unsorted_tables_are_looked_through_as_well(inputs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """However far apart the two rows stand in the file; a table says nothing of phase."""
    monkeypatch.setattr("cgi_runner.inputs.sorting.WINDOW", 2)
    monkeypatch.setattr("cgi_runner.inputs.sorting.RUN", 4)
    rows = [f"{chromosome}|{place}|A|T" for chromosome in (3, 1, 2) for place in range(10, 200, 10)]
    text = "chr|pos|ref|alt\n" + "\n".join(["7|1001|C|A", *rows, "7|1000|A|T"]) + "\n"
    (warning,) = inputs.prepare(mutations=text).prepared.warnings
    assert f"sample chr7:1000 A>T and chr7:1001 C>A (lines {len(rows) + 3} and 2, phase not known)" in warning


def test_lines_of_several_files_are_told_with_their_file(inputs: Any, vcf: Vcf) -> None:
    """Phase is known within one file only."""
    paths = [inputs.folder / "a.vcf", inputs.folder / "b.vcf"]
    for path, place in zip(paths, (1000, 1001), strict=True):
        path.write_text(vcf(f"7 {place} . A T . PASS . GT:PS 0|1:1", samples="T1"))
    (warning,) = inputs.prepare(mutations=paths).prepared.warnings
    assert "(lines 1:3 and 2:3, phase not known)" in warning
