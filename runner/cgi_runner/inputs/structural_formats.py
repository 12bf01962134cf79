"""The formats of copy numbers and fusions, and which of them a header announces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain

from cgi_runner.inputs.column_words import canonical
from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.dropped import DroppedRows
from cgi_runner.inputs.model import Kind, Options, Reader
from cgi_runner.inputs.problems import quote
from cgi_runner.inputs.readers.copy_number import CNA_FORMATS, CopyNumberFormat, CopyNumberReader
from cgi_runner.inputs.readers.copy_number_matrix import GENES, MatrixReader, is_matrix
from cgi_runner.inputs.readers.fusion_callers import FUSION_FORMATS
from cgi_runner.inputs.readers.fusions import FusionFormat, FusionReader
from cgi_runner.inputs.unsupported import BREAKPOINTS, TABLES, find_by_header

_Make = Callable[[Header, Options, DroppedRows], Reader]
_FORMATS: tuple[tuple[Kind, Sequence[CopyNumberFormat | FusionFormat]], ...] = (
    ("translocations", FUSION_FORMATS),
    ("cnas", CNA_FORMATS),
)
#: What people write by hand may be called by several names, of which a table must have one.
_FREE = {"cnas": ("gene", "cna", "sample"), "translocations": ("fus", "sample")}

COLUMN_NAMES = frozenset(
    name
    for name in map(
        canonical,
        chain(
            GENES,
            chain.from_iterable(one.columns for _, formats in _FORMATS for one in formats),
            chain.from_iterable(table.columns for table in (*TABLES, *BREAKPOINTS)),
        ),
    )
    if len(name) > 1
)
"""Names of columns that some format has, as they are compared: these can be quoted, as they are nobody's data. A single
letter may be an allele."""


def find_format(header: Header) -> tuple[Kind, _Make] | None:
    """Return the kind of alterations that a header announces and the reader for it, or None.

    A table that holds numbers is none, unless somebody has added a column for calls.
    """
    names = frozenset(map(canonical, header.names))
    for kind, formats in _FORMATS:
        if known := next((one for one in formats if not one.is_free and one.matches(names)), None):
            return kind, partial(_make, known)
    by_hand = [(kind, one) for kind, formats in _FORMATS for one in formats if one.is_free and one.matches(names)]
    if find_by_header(header.names):
        by_hand = [(kind, one) for kind, one in by_hand if not one.is_ambiguous]
        if not by_hand:
            return None
    if by_hand:
        kind, known = by_hand[0]
        return kind, partial(_make, known)
    return ("cnas", MatrixReader) if is_matrix(header.names) else None


def _make(
    known: CopyNumberFormat | FusionFormat, header: Header, options: Options, dropped: DroppedRows
) -> CopyNumberReader | FusionReader:
    names = [canonical(name) for name in header.names]
    if twice := next((one for one in map(canonical, known.columns) if names.count(one) > 1), None):
        name = header.names[names.index(twice)]
        header.source.problems.abort(f"line {header.line}: found the column {quote(name)} twice, expected it once")
    header.check("sample")
    if isinstance(known, FusionFormat):
        if known.is_free:
            header.check(*_FREE["translocations"])
        return FusionReader(header, options, dropped, known)
    if known.is_free:
        header.check(*_FREE["cnas"])
    return CopyNumberReader(header, options, dropped, known)
