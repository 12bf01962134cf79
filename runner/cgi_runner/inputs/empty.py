"""Why nothing is left of a file to send, and which option changes that."""

from __future__ import annotations

from collections import Counter

from cgi_runner.inputs.indels import AMBIGUOUS
from cgi_runner.inputs.normalise import BREAKEND, NOT_CARRIED, SYMBOLIC
from cgi_runner.inputs.somatic import FAILED, NO_FILTER, NOT_SOMATIC
from cgi_runner.inputs.status_columns import NOT_DETECTED, NOT_IN_TUMOR, NOT_PASSED


def explain_empty(reasons: Counter[str]) -> str:
    """Return why nothing is left of some rows, given the reasons why they are not sent."""
    why = "; ".join(f"{reason}: {rows}" for reason, rows in reasons.most_common())
    return f"none of its {reasons.total()} rows is sent ({why})" if why else "it has no rows"


_TIPS = (
    (
        (NOT_CARRIED, NOT_IN_TUMOR, NOT_DETECTED),
        "no genotype or result has the allele; if the records are calls anyway, give --ignore-genotypes",
    ),
    ((NOT_SOMATIC,), "give --keep-germline to send what the file marks as not somatic"),
    ((NO_FILTER,), "count rows that no filter was applied to as passed, too: --filters PASS,."),
    ((FAILED,), "name the filters that count as passed (--filters PASS,NAME), or give --keep-filtered"),
    ((NOT_PASSED,), "give --keep-filtered to send what a column such as QC or PASS rules out"),
    ((AMBIGUOUS,), "say where the insertions are: --insertion-start before or --insertion-start at"),
    (
        (BREAKEND, SYMBOLIC),
        "this VCF names no genes; give calls as tables: --cnas (gene, cna), --translocations (fus)",
    ),
)
"""The beginnings of reasons, and what to do about them."""


def tip_for_empty(reasons: Counter[str]) -> str:
    """Return what to do about the reason why most rows are left out."""
    most = next((reason for reason, _ in reasons.most_common(1)), "")
    tips = (tip for beginnings, tip in _TIPS if most.startswith(beginnings))
    return next(tips, "leave this file out, or give one with alterations")
