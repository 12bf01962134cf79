"""Tables of ANNOVAR, which may have the columns of the VCF after their own: Otherinfo4, Otherinfo5 and so on."""

from __future__ import annotations

import re

from cgi_runner.inputs.columns import Header, split

_OTHER = re.compile(r"otherinfo\d+", re.IGNORECASE)
_BASES = re.compile(r"[ACGTN]+", re.IGNORECASE)
_FILTER = 6  # its place among the columns of a VCF, from 0


def use_copied_filter(header: Header) -> None:
    """Take FILTER of the VCF that ANNOVAR copied for that of the table.

    Args:
        header: The header of the table, of which no row was read.

    """
    row = header.source.line()
    header.source.unread([row] if row else [])
    others = [place for place, name in enumerate(header.names) if _OTHER.fullmatch(name)]
    if header.has("filter") or not row or not others:
        return
    cells = split(row[1], header.separator, len(header.names))
    (chromosome,) = header.column_indexes("chr")
    for start in others:
        copied = cells[start:]
        if (
            len(copied) > _FILTER
            and copied[0] == cells[chromosome]
            and copied[1].isdecimal()
            and _BASES.match(copied[3])
        ):
            header.column_index["filter"] = start + _FILTER
            header.source.note(f"the column {header.name('filter')!r} is read as FILTER of the VCF that was annotated")
            return
