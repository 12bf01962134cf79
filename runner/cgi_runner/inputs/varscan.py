"""Tables of VarScan2, which writes indels as a pileup does: +TA is put after the base, -GG are lost after it."""

from __future__ import annotations

import re

from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.lazy_pattern import LazyPattern

_INDEL = LazyPattern(r"([+-])([ACGTN]+)", re.IGNORECASE)
#: Columns that tell VarScan's tables from others: those of `somatic`, and those of `mpileup2indel`.
_TELLING = LazyPattern(r"(tumor|normal)_var_freq|cons:cov:reads1:reads2:freq:p-value", re.IGNORECASE)


def has_pileup_indels(header: Header) -> bool:
    """Whether a table is VarScan's."""
    return any(map(_TELLING.fullmatch, header.names))


def spell_out(cells: list[str], reference: int, alternate: int) -> None:
    """Write the alleles of an indel as a VCF has them, which begin with the base at the position.

    Args:
        cells: The cells of a row, whose alternate allele is such as T, +TA or -GG.
        reference: Where the base at the position is among them.
        alternate: Where the alternate allele is.

    """
    if indel := _INDEL.fullmatch(cells[alternate]):
        base, longer = cells[reference], cells[reference] + indel[2]
        cells[reference], cells[alternate] = (base, longer) if indel[1] == "+" else (longer, base)
