"""Who carries an allele: genotypes, and the read counts and notes of Strelka2, which writes no genotypes."""

from __future__ import annotations

import re
from functools import lru_cache

GENOTYPE_FIRST = frozenset(("GT", "GT:"))
USUAL_CALLS = {
    f"{one}{phase}{two}{end}": "1" in (one, two)
    for one in "01."
    for two in "01."
    for phase in "/|"
    for end in ("", ":")
}
"""Whether the one alternate allele is carried, by the first four letters of a genotype column that starts with GT."""
_NORMAL_GENOTYPE = re.compile(r"(?:^|;)NT=(het|hom)(?:;|$)")


@lru_cache(maxsize=1000)
def alleles_of(genotype: str) -> frozenset[int]:
    """Return the alternate alleles in a genotype like 0/1, 1|2 or 1; -1 stands for something that is none."""
    calls = [call for call in re.split(r"[/|]", genotype) if call not in ("", ".", "0")]
    return frozenset(int(call) if re.fullmatch("[0-9]{1,4}", call) else -1 for call in calls)


def germline_alleles(genotype: str, statuses: str) -> frozenset[int]:
    """Return the alternate alleles that stand on no somatic haplotype, where Octopus tells the haplotypes apart.

    Args:
        genotype: GT with an allele for each haplotype, the somatic ones among them, as 1|0|2.
        statuses: HSS, 1 for each haplotype that is somatic and 0 for others, as 0,0,1 (Octopus, VCF format).

    """
    calls, marks = re.split(r"[/|]", genotype), statuses.split(",")
    if len(calls) != len(marks):
        return frozenset()
    somatic = [call for call, mark in zip(calls, marks, strict=True) if mark == "1"]
    return alleles_of(genotype) - alleles_of("|".join(somatic))


def field_of(names: list[str], cell: str, name: str) -> str:
    """Return a field of a genotype column, empty where FORMAT or the column lacks it.

    Args:
        names: Keys of FORMAT.
        cell: The sample's column.
        name: The key to look up.

    """
    values = cell.split(":")
    return values[names.index(name)] if name in names and names.index(name) < len(values) else ""


def failed_filters(names: list[str], cell: str) -> str:
    """Return the filters that the call of one sample failed: FT in FORMAT, which is as FILTER is for the row (VCF 4.3).

    Args:
        names: Keys of FORMAT.
        cell: The sample's column.

    """
    filters = field_of(names, cell, "FT")
    return "" if filters in ("", ".", "PASS") else filters


def has_reads(names: list[str], cell: str, alternate: str) -> bool | None:
    """Return whether Strelka2 counted reads with the allele, in either of its tiers; None where it counted none at all.

    FORMAT has AU, CU, GU and TU for substitutions, TIR for insertions and deletions, each with the counts of tier 1
    and tier 2 (Strelka2 user guide, "Somatic variant calls").

    Args:
        names: Keys of FORMAT.
        cell: The sample's column.
        alternate: The allele that is looked for.

    """
    field = f"{alternate.upper()}U" if f"{alternate.upper()}U" in names else "TIR"
    if field not in names:
        return None
    counts = [count for count in field_of(names, cell, field).split(",") if count.isdecimal()]
    return any(int(count) for count in counts) if counts else None


def is_in_normal(info: str) -> bool:
    """Return whether Strelka2 takes the normal for heterozygous or homozygous there: NT in INFO."""
    return bool(_NORMAL_GENOTYPE.search(info))
