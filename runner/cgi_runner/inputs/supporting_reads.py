"""Reads that support a fusion, by the columns in which callers and portals count them: none in any is no finding.

Names are those of STAR-Fusion (JunctionReadCount, SpanningFragCount), Arriba (split_reads1, discordant_mates),
FusionCatcher (Spanning_unique_reads), pizzly (paircount, splitcount), JAFFA (spanning pairs), deFuse (splitr_count),
EricScript (crossingreads), ctat-LR-fusion (num_LR), DRAGEN (NumSplitReads), Isofox (SplitFrags), CICERO (readsA),
cBioPortal (Tumor_Variant_Count; DNA_support and RNA_support, which are yes or no), and such as sheets have. Counts
of the normal, of the reference and of all reads say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

NO_READS = "no read supports it"

_READS = r"(reads?|frags?|fragments?|pairs?|mates|umis?|molecules|pairedends?(reads?)?)"
_COUNT = r"(counts?|number|num|n)?"
_SUPPORT = re.compile(
    rf"(num|number(of)?|n|no(of)?|#|count|tumou?r|t|total|unique|fusion)*"
    rf"((spanning|split|junction|discordant|crossing|encompassing|chimeric|paired|softclipped|realigned|supporting"
    rf"|supported|evidence|unique|long)+{_READS}{_COUNT}[12ab]?"
    rf"|supports?{_READS}?{_COUNT}|{_READS}?support(ing|count)?|fusion{_READS}{_COUNT}|{_READS}{_COUNT}[ab]?"
    rf"|(pair|split|splitr|span|lr)counts?|lr|variantcount|split{_READS}?{_COUNT}|[dr]nasupport)",
    re.IGNORECASE,
)
_OF_ALL = re.compile(
    r"total(num(ber)?)?(of)?(reads[ab]?|readcounts?|count)|tumou?r(reads?counts?|reads)", re.IGNORECASE
)
_SHARES = "%"  # a share is 0 where it is small
_ZERO = re.compile(r"0+(\.0*)?|no|none", re.IGNORECASE)
_SOME = re.compile(r".*\d.*|yes", re.IGNORECASE)


class SupportingReads:
    """Finds rows of which every such column says 0."""

    def __init__(self, names: Sequence[str]) -> None:
        """Find the columns among these names."""
        plain = {name: re.sub(r"[\W_]", "", name) for name in names if _SHARES not in name}
        self._columns = [
            name for name, word in plain.items() if _SUPPORT.fullmatch(word) and not _OF_ALL.fullmatch(word)
        ]

    def rejection_reason(self, cells: Mapping[str, str]) -> str:
        """Return that no read supports a row, or return an empty string; a column without a number says nothing.

        Args:
            cells: All cells of the row by the name of their column.

        """
        found = [name for name in self._columns if _ZERO.fullmatch(cells[name].strip())]
        if not found or any(_SOME.fullmatch(cells[name].strip()) for name in self._columns if name not in found):
            return ""
        return f"{NO_READS}: {', '.join(f'{name}={cells[name]}' for name in found)}"
