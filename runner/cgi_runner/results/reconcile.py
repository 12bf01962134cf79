"""Rows sent against rows returned: CGI drops rows and still says Done, so every row's fate is looked up here.

The archive holds a copy of each upload (`inputNN.tsv`), and the result tables name each row's input (`input01_19` is
the 19th data row of `input01.tsv`), which `matching` checks. A row that is missing is either the duplicate of one that
came back, merged by CGI, or it was skipped; the reason for a skipped one stands in the log only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict

from cgi_runner.results.generations import ResultTables
from cgi_runner.results.matching import Matching, match_rows
from cgi_runner.results.row_index import RowIndex, is_gistic, kind_of, uploaded_columns
from cgi_runner.results.tables import Table

_SKIPPED = re.compile(r"WARNING\s+(.*?)\s*\|\s*Alteration ID:\s*(input\d+_\d+)")
_ID = re.compile(r"input(\d+)_")
_SILENT = "CGI returned no result for it and gave no reason"
_NOT_RETURNED, _RETURNED, _MERGED = 0, 1, 2


@dataclass(frozen=True)
class MissingRow:
    """A row that was sent and did not come back; `line` is that of the user's file where it is known."""

    kind: str
    line: str
    sample: str
    alteration: str
    reason: str


class RowCounts(TypedDict):
    """What became of the rows of one kind, as a record has it; None where the archive does not tell."""

    sent: int
    returned: int
    merged: int
    not_returned: int | None


@dataclass(frozen=True)
class RowAccount:
    """What became of the rows of one upload; `not_returned` is None where the archive does not tell.

    `missing` reads the upload anew each time, so that a million missing rows need no memory; it has to be gone
    through while the archive's files are still where they were unpacked.
    """

    kind: str
    sent: int
    returned: int
    merged: int
    not_returned: int | None
    missing: Iterable[MissingRow] = field(default=(), repr=False, compare=False)
    matching: Matching = field(default_factory=Matching, repr=False, compare=False)
    """How the returned rows of this kind fit what was sent."""

    def counts(self) -> RowCounts:
        """Return the numbers for the record."""
        return RowCounts(sent=self.sent, returned=self.returned, merged=self.merged, not_returned=self.not_returned)


def reconcile(
    tables: ResultTables,
    log: Iterable[str],
    sent: Mapping[str, int] = MappingProxyType({}),
    own_inputs: Mapping[str, Path] = MappingProxyType({}),
) -> list[RowAccount]:
    """Account for every row of every upload in the archive, and for kinds that were sent and have no upload there.

    Args:
        tables: Those of the archive.
        log: The job's log.
        sent: How many rows of each kind were sent, where that is known.
        own_inputs: The files that were sent, by kind, where they are at hand: they count, not the archive's copies.

    Returns:
        The accounts, in the order of the uploads' numbers.

    """
    reasons = {match[2]: match[1] for line in log if (match := _SKIPPED.search(line))}
    results = {"mutations": tables.alterations, "cnas": tables.cnas, "translocations": tables.fusions}
    uploads: dict[str, list[tuple[str, Table]]] = {}
    for number, copy in tables.inputs.items():
        kind = kind_of(copy)
        own = own_inputs.get(kind)
        uploads.setdefault(kind or copy.path.name, []).append((number, Table(own) if own else copy))
    for kind in sorted(own_inputs.keys() - uploads.keys()):
        uploads[kind] = [("", Table(own_inputs[kind]))]
    accounts = {}
    for kind, some in uploads.items():
        for number, account in zip(
            (n for n, _ in some), _accounts(kind, some, results.get(kind), reasons), strict=True
        ):
            accounts[number, kind] = account
    found = [accounts[key] for key in sorted(accounts)]
    for kind in sorted(sent.keys() - uploads.keys()):
        result = results.get(kind)
        found.append(RowAccount(kind, sent[kind], result.count() if result else 0, 0, None))
    return found


def _accounts(
    kind: str, uploads: list[tuple[str, Table]], result: Table | None, reasons: Mapping[str, str]
) -> Iterator[RowAccount]:
    place = result.place("Input ID", "internal_id", "default_id") if result else None
    if result is None or place is None or any(is_gistic(table) for _, table in uploads):
        # Without ids, or without a table under a known name, nobody can say which rows came back.
        for _, table in uploads:
            yield RowAccount(kind, table.count(), result.count() if result else 0, 0, None)
        return
    indexes = [
        RowIndex(number or _number_in(result, place), table, uploaded_columns(table)) for number, table in uploads
    ]
    matching = match_rows(indexes, result, place)
    for index in indexes:
        fates = index.returned
        returned = fates.count(_RETURNED, 1)
        if returned < index.count:
            _flag_duplicates(index)
        if matching.unreadable or not matching.is_believed:
            yield RowAccount(kind, index.count, returned, 0, None, matching=matching)
            continue
        missing = _MissingRows(kind, index, reasons)
        lost = fates.count(_NOT_RETURNED, 1)
        yield RowAccount(kind, index.count, returned, fates.count(_MERGED), lost, missing, matching)


def _number_in(result: Table, place: int) -> str:
    """Return the number of an upload that has no copy in the archive, as the first id of a table of results has it."""
    match = _ID.match(next(result.column(place), ""))
    return match[1] if match else ""


def _flag_duplicates(index: RowIndex) -> None:
    """Flag, among the rows that did not come back, those whose duplicate did."""
    fates = index.returned
    if not index.columns:
        return
    hashes = index.hashes
    wanted = {hashes[row] for row, fate in enumerate(fates) if fate == _NOT_RETURNED}
    duplicates = {hashes[row] for row, fate in enumerate(fates) if fate == _RETURNED and hashes[row] in wanted}
    if duplicates:
        for row in range(1, len(fates)):
            if fates[row] == _NOT_RETURNED and hashes[row] in duplicates:
                fates[row] = _MERGED


class _MissingRows:
    """The rows of an upload that did not come back, read from the upload each time they are asked for."""

    def __init__(self, kind: str, index: RowIndex, reasons: Mapping[str, str]) -> None:
        self._kind, self._number, self._sent, self._fates = kind, index.number, index.table, index.returned
        self._reasons = reasons

    def __iter__(self) -> Iterator[MissingRow]:
        describe, place = _row_formatter(self._sent), self._sent.place("source_line")
        for n, cells in enumerate(self._sent.rows(), 1):
            if self._fates[n] == _NOT_RETURNED:
                reason = self._reasons.get(f"input{self._number}_{n}", _SILENT)
                yield MissingRow(self._kind, "" if place is None else cells[place], *describe(cells), reason)


def _row_formatter(sent: Table) -> Callable[[list[str]], tuple[str, str]]:
    """Return a function that tells a row's sample and its alteration."""
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
