"""What some callers of VCFs are known to do, where neither header lines nor names of columns say it.

- SAGE writes its reference samples first, then the tumours, and no genotypes (from version 3 on). Run for the germline
  it has them the other way round, and RNA may come behind the tumour, so that its order counts only where the names of
  two columns agree: P1R and P1T, or P1_N and P1_T.
- VarDict for pairs names the tumour in SAMPLE of INFO, in every row.
- Lancet writes down what only the normal has, and what both have: the flags NORMAL (or CTRL) and SHARED.
- Octopus marks somatic calls among those of the germline with the flag SOMATIC (its guide to the cancer model).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from cgi_runner.inputs.lazy_pattern import LazyPattern

_SAGE = "##sageversion="
_SAGE_NAMES = LazyPattern(r"(.*[\W_\d])(?:[RN]\d?|ref|normal)\t\1(?:T\d?|TI+|tumou?r)", re.IGNORECASE)
_VARDICT = "##source=vardict"
_PAIRED = "##info=<id=status,"
_LANCET = LazyPattern(r'##source="?lancet', re.IGNORECASE)
_OCTOPUS = LazyPattern(r"##(octopus\b|source=\"?octopus)", re.IGNORECASE)
_DEEPSOMATIC = LazyPattern(r"##(deepsomatic|FILTER=<ID=GERMLINE,)", re.IGNORECASE)
#: Callers whose variants are of the germline, whatever tissue they were run on, as their headers name them.
_GERMLINE = LazyPattern(
    r"##GATKCommandLine[^=]*=<ID=(HaplotypeCaller|GenotypeGVCFs|UnifiedGenotyper)\b"
    r"|##SentieonCommandLine\.(Haplotyper|GVCFtyper|DNAscope)\b|##(DeepVariant)_version|##source=\"?(HaplotypeCaller|GenotypeGVCFs|Clair3|Platypus)"
    r"|##cmdline=\S*(configureStrelkaGermlineWorkflow)|##(bcftools_call)Command"
)
#: PURPLE enriches both kinds of SAGE's files, and only those of the germline get these filters.
_PURPLE_GERMLINE = LazyPattern(r'##FILTER=<ID=LOW_(VAF|TUMOR_VCN),Description="Germline variant')
_PAIR = 2


def roles_by_convention(
    header: Sequence[str], columns: Sequence[str], first_row: str
) -> Iterator[tuple[Literal["tumor", "normal"], str, str]]:
    """Return which of two columns is the tumour and which the normal, and in short how that is known.

    Args:
        header: The lines that begin with `##`.
        columns: Names of the sample columns.
        first_row: The first line below the names of the columns.

    """
    if len(columns) != _PAIR:
        return
    if _has(header, _SAGE) and _SAGE_NAMES.fullmatch("\t".join(columns)):
        yield "normal", columns[0], "its name and SAGE, which writes it first"
        yield "tumor", columns[1], "its name and SAGE, which writes it last"
    if _has(header, _VARDICT) and _has(header, _PAIRED):
        named = re.search(r"[\t;]SAMPLE=([^;\t]*)", first_row)
        tumors = [name for name in columns if named and re.sub(r"\s", "_", name) == named[1]]
        if len(tumors) == 1:
            yield "tumor", tumors[0], "SAMPLE in INFO"
            yield from (("normal", name, "SAMPLE in INFO") for name in columns if name not in tumors)


def lacks_genotypes(header: Sequence[str]) -> bool:
    """Whether the caller writes `./.` for every sample of every record, whoever has the allele."""
    return _has(header, _SAGE)


def germline_flags(header: Sequence[str]) -> frozenset[str]:
    """Return flags of INFO, in lower case, that mark a row as the normal's as well, beside those of all callers."""
    return frozenset(("shared", "normal", "ctrl")) if any(map(_LANCET.match, header)) else frozenset()


def expects_somatic_flag(header: Sequence[str]) -> bool:
    """Whether a row without the flag SOMATIC is of the germline."""
    return any(map(_OCTOPUS.match, header))


def germline_caller(header: Sequence[str]) -> str:
    """Return the caller of germline variants that a header names, or an empty string."""
    if any(map(_DEEPSOMATIC.match, header)):
        return ""
    if any(map(_PURPLE_GERMLINE.match, header)):
        return "PURPLE, as its filters say,"
    return next((found[found.lastindex or 0] for line in header if (found := _GERMLINE.match(line))), "")


def _has(header: Sequence[str], beginning: str) -> bool:
    return any(line.casefold().startswith(beginning) for line in header)
