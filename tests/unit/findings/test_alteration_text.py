"""Cells that name several alterations come apart as they were put together."""

from __future__ import annotations

import time

import pytest

from cgi_runner.findings.alteration_text import Named, parse, unlisted_changes


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("BRAF (V600E)", [Named("mutation", "BRAF", "V600E")]),
        ("RET MUT* (FPEEEKCFC612-620-)", [Named("mutation", "RET", "FPEEEKCFC612-620-", is_marked=True)]),
        ("PIK3CA MUT (H1047R)", [Named("mutation", "PIK3CA", "H1047R")]),
        ("BRCA1 MUT* (--)", [Named("mutation", "BRCA1", "--", is_marked=True)]),
        ("TP53 (R306*), ERBB2 AMP", [Named("mutation", "TP53", "R306*"), Named("cna", "ERBB2", "AMP")]),
        ("ABL1__BCR ", [Named("fusion", "ABL1__BCR")]),
        ("KRAS wildtype", [Named("wild type", "KRAS")]),
        ("A (x, y), B (z)", [Named("mutation", "A", "x, y"), Named("mutation", "B", "z")]),
        ("A (x, B (y)", [Named("mutation", "A", "x, B (y")]),
        ("two words", [Named("unknown", "two words")]),
        ("", []),
    ],
)
def test_each_form_is_read(cell: str, parts: list[Named]) -> None:
    """All forms that real tables hold, and text that is none of them."""
    assert parse(cell) == parts


@pytest.mark.parametrize(
    ("alterations", "biomarker", "unlisted"),
    [
        ("ATM (N2875H)", "ATM (R2832C,.,N2875K)", ("N2875H",)),
        ("MTOR (R2505P), MTOR (F2108L), MTOR (F2108L)", "MTOR (R2505P, E2419K)", ("F2108L",)),
        ("AKT1 MUT* (Q79K), AKT1 (E17K)", "AKT1 E17K", ("Q79K",)),
        ("BRAF (V600E), PIK3CA (E545K)", "BRAF (V600E), PIK3CA (H1047R)", ("E545K",)),
        ("NRAS (Q61H)", "NRAS (12,13,59,61)", ()),
        ("GNAQ (Q209L)", "GNAQ Q209", ()),
        ("JAK1 (S646F)", "JAK1 (S646F;R683)", ()),
        ("EGFR (T790M)", "EGFR (746-750)", ()),
        ("EGFR (KELREA745-750K)", "EGFR (L858R)", ()),
        ("TP53 (R306*)", "TP53 oncogenic mutation", ()),
        ("TP53 (R306*)", "MDM2 (A1B)", ()),
        ("ERBB2 AMP", "ERBB2 amplification", ()),
        ("", "", ()),
    ],
)
def test_changes_that_a_biomarker_does_not_list_are_told(
    alterations: str, biomarker: str, unlisted: tuple[str, ...]
) -> None:
    """Lists of changes and positions of the same gene; nothing is said of what may be spelled in another way."""
    assert unlisted_changes(alterations, biomarker) == unlisted


def test_a_very_long_cell_takes_no_longer_than_its_length_asks() -> None:
    """A million letters of commas or parentheses are read in a moment."""
    started = time.process_time()
    for cell in ("a, " * 300_000, "(, " * 300_000, "a (" * 300_000):
        parse(cell)
    assert time.process_time() - started < 5
