"""Neighbouring substitutions, and their phase as the field writes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.field_files import BRAF, Case, vcf

FIRST, SECOND = "7 140453136 . A T . PASS .", "7 140453137 . C T . PASS ."


def neighbours(
    first: str, second: str, phase: str, *, joined: bool = False, rows: tuple[str, str] = (FIRST, SECOND)
) -> Case:
    """Return two adjacent SNVs, FORMAT and column of each, and what is known of their phase."""
    files = vcf(*(f"{row} {cells}" for row, cells in zip(rows, (first, second), strict=True)))
    apart = (f"{BRAF} P1", "7 140453137 C T P1")
    return Case(
        files,
        ("7 140453136 AC TT P1",) if joined else apart,
        {"merge_phased": True},
        ("substitutions in phase are joined: 2 become 1",) if joined else (f"lines 4 and 5, {phase})",),
    )


PID = "0/1:0|1:140453136_A_T"
CASES = {
    "no phase": neighbours("GT 0/1", "GT 0/1", "phase not known"),
    "one phase set": neighbours("GT:PS 0|1:5", "GT:PS 0|1:5", "", joined=True),
    "other copies": neighbours("GT:PS 0|1:5", "GT:PS 1|0:5", "not in phase (PS)"),
    "two phase sets": neighbours("GT:PS 0|1:5", "GT:PS 0|1:9", "phase not known"),
    "FORMAT in another order": neighbours("GT:PS:DP 0|1:5:30", "GT:DP:PS 0|1:30:5", "", joined=True),
    "GATK's fields": neighbours(f"GT:PGT:PID {PID}", f"GT:PGT:PID {PID}", "", joined=True),
    "GATK's fields, other copies": neighbours(
        f"GT:PGT:PID {PID}", f"GT:PGT:PID {PID.replace('0|1', '1|0')}", "not in phase (PID)"
    ),
    "the second allele of the first line": replace(
        neighbours("GT:PS 0|2:5", "GT:PS 0|1:5", "", joined=True, rows=(FIRST.replace("A T", "A *,T"), SECOND)),
        dropped=("spanning deletion",),
    ),
    "both copies and one": neighbours("GT:PS 1|1:5", "GT:PS 0|1:5", "partly in phase (PS)"),
    "no set, as CaVEMan writes every call": neighbours("GT 0|1", "GT 0|1", "GT alone says in phase"),
    "a missing set": neighbours("GT:PS 0|1:.", "GT:PS 0|1:.", "phase not known"),
    "one MNV": Case(vcf("7 140453136 . AC TT . PASS . GT 0/1"), ("7 140453136 AC TT P1",)),
    "three bases apart": Case(
        vcf(f"{FIRST} GT 0/1", "7 140453139 . C T . PASS . GT 0/1"), (f"{BRAF} P1", "7 140453139 C T P1")
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)
