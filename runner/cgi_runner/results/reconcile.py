"""Rows sent against rows returned: CGI drops rows and still says Done, so every row's fate is looked up here.

The archive holds a byte copy of each upload (`inputNN.tsv`), and the result tables name each row's input
(`input01_19` is the 19th data row of `input01.tsv`). A row that is missing is either the twin of one that came back,
folded by CGI, or it was skipped; the reason for a skipped one stands in the log only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cgi_runner.results.layout import Layout
from cgi_runner.results.tables import Table

_SKIPPED = re.compile(r"WARNING\s+(.*?)\s*\|\s*Alteration ID:\s*(input\d+_\d+)")
_SILENT = "CGI returned no result for it and gave no reason"
_DIGITS = 10  # of a row's number: a longer one is no number of CGI's
_LOST, _CAME, _FOLDED = 0, 1, 2


@dataclass(frozen=True)
class Missing:
    """A row that was sent and did not come back; `line` is that of the user's file where it is known."""

    kind: str
    line: str
    sample: str
    alteration: str
    reason: str


@dataclass(frozen=True)
class Rows:
    """What became of the rows of one upload; `lost` is None where the archive does not tell.

    `missing` reads the upload anew each time, so that a million missing rows need no memory; it has to be gone
    through while the archive's files are still where they were unpacked.
    """

    kind: str
    sent: int
    returned: int
    folded: int
    lost: int | None
    missing: Iterable[Missing] = field(default=(), repr=False, compare=False)

    def counts(self) -> dict[str, int | None]:
        """Give the numbers for the record."""
        numbers = {"sent": self.sent, "returned": self.returned, "folded_by_cgi": self.folded}
        return {**numbers, "not_returned": self.lost}


def reconcile(layout: Layout, log: Iterable[str], sent: Mapping[str, int] = MappingProxyType({})) -> list[Rows]:
    """Account for every row of every upload in the archive, and for kinds that were sent and have no upload there.

    `sent` is how many rows of each kind were sent, where that is known.
    """
    reasons = {match[2]: match[1] for line in log if (match := _SKIPPED.search(line))}
    results = {"mutations": layout.alterations, "cnas": layout.cnas, "translocations": layout.fusions}
    accounts = []
    for number, upload in layout.inputs.items():
        kind = kind_of(upload)
        accounts.append(_account(kind or upload.path.name, number, upload, results.get(kind), reasons))
    silent = sent.keys() - {account.kind for account in accounts}
    for kind in sorted(silent):
        result = results.get(kind)
        accounts.append(Rows(kind, sent[kind], result.count() if result else 0, 0, None))
    return accounts


def kind_of(table: Table) -> str:
    """Tell an upload's kind by its header, as CGI does; nothing if the header says none."""
    if table.place("gene") is not None and table.place("cna") is not None:
        return "cnas"
    if _is_gistic(table):
        return "cnas"
    if table.place("fus") is not None:
        return "translocations"
    return "mutations" if table.place("#CHROM", "chrom", "chr", "gdna", "protein") is not None else ""


def _is_gistic(table: Table) -> bool:
    """Whether it is a matrix of copy numbers, of which one row can give many results or none."""
    return table.place("Locus ID") is not None and table.place("Cytoband") is not None


def _account(kind: str, number: str, sent: Table, result: Table | None, reasons: Mapping[str, str]) -> Rows:
    count = sent.count()
    place = result.place("Input ID", "internal_id", "default_id") if result else None
    if _is_gistic(sent) or (result is not None and place is None) or kind == sent.path.name:
        return Rows(kind, count, result.count() if result else 0, 0, None)
    fates = bytearray(count + 1)
    if result is not None and place is not None:
        _mark(fates, number, result, place)
    returned = fates.count(_CAME)
    if returned < count:
        _mark_twins(fates, sent)
    missing = _MissingRows(kind, number, sent, fates, reasons)
    return Rows(kind, count, returned, fates.count(_FOLDED), fates.count(_LOST, 1), missing)


def _mark(fates: bytearray, number: str, result: Table, place: int) -> None:
    """Mark the rows that the result table names."""
    # Generation 1 counts alterations by line, the header being line 1, and copy numbers and fusions from 0.
    first = 1 if result.columns[place].strip().casefold() == "default_id" else -1
    prefix, most = f"input{number}_", len(fates)
    for cell in result.column(place):
        digits, before = (cell[len(prefix) :], 0) if cell.startswith(prefix) else (cell, first)
        row = int(digits) - before if digits.isdecimal() and len(digits) <= _DIGITS else 0
        if 0 < row < most:
            fates[row] = _CAME


def _mark_twins(fates: bytearray, sent: Table) -> None:
    """Mark, among the rows that did not come back, those whose twin did."""
    describe = _describer(sent)
    wanted = {describe(cells) for n, cells in enumerate(sent.rows(), 1) if fates[n] == _LOST}
    came = (describe(cells) for n, cells in enumerate(sent.rows(), 1) if fates[n] == _CAME)
    twins = wanted.intersection(came)
    if twins:
        for n, cells in enumerate(sent.rows(), 1):
            if fates[n] == _LOST and describe(cells) in twins:
                fates[n] = _FOLDED


class _MissingRows:
    """The rows of an upload that did not come back, read from the upload each time they are asked for."""

    def __init__(self, kind: str, number: str, sent: Table, fates: bytearray, reasons: Mapping[str, str]) -> None:
        self._kind, self._number, self._sent, self._fates, self._reasons = kind, number, sent, fates, reasons

    def __iter__(self) -> Iterator[Missing]:
        describe, place = _describer(self._sent), self._sent.place("source_line")
        for n, cells in enumerate(self._sent.rows(), 1):
            if self._fates[n] == _LOST:
                reason = self._reasons.get(f"input{self._number}_{n}", _SILENT)
                yield Missing(self._kind, "" if place is None else cells[place], *describe(cells), reason)


def _describer(sent: Table) -> Callable[[list[str]], tuple[str, str]]:
    """Give a function that tells a row's sample and its alteration."""
    sample = sent.place("sample")
    chromosome, position = sent.place("chr", "#chrom", "chrom"), sent.place("pos")
    reference, alternate = sent.place("ref"), sent.place("alt")
    other = [p for p in map(sent.place, ("gene", "cna", "fus", "protein", "gdna")) if p is not None]

    def describe(cells: list[str]) -> tuple[str, str]:
        whose = "" if sample is None else cells[sample]
        if chromosome is None or position is None or reference is None or alternate is None:
            return whose, " ".join([cells[p] for p in other])
        change = f"{cells[reference]}>{cells[alternate]}".upper()
        return whose, f"chr{cells[chromosome].removeprefix('chr')}:{cells[position]} {change}"

    return describe
