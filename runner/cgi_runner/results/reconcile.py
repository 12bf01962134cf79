"""Rows sent against rows returned: CGI drops rows and still says Done, so every row's fate is looked up here.

The archive holds a byte copy of each upload (`inputNN.tsv`), and the result tables name each row's input
(`input01_19` is the 19th data row of `input01.tsv`). A row that is missing is either the twin of one that came back,
folded by CGI, or it was skipped; the reason for a skipped one stands in the log only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cgi_runner.results.layout import Layout
from cgi_runner.results.tables import Table

_ROW_ID = re.compile(r"input(\d+)_(\d+)")
_SKIPPED = re.compile(r"WARNING\s+(.*?)\s*\|\s*Alteration ID:\s*(input\d+_\d+)")
_SILENT = "CGI returned no result for it and gave no reason"


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
    """What became of the rows of one kind; `missing` is None where the archive does not name input rows."""

    kind: str
    sent: int
    returned: int
    folded: int
    missing: Sequence[Missing] | None

    def counts(self) -> dict[str, int | None]:
        """Give the numbers for the record."""
        lost = None if self.missing is None else len(self.missing)
        return {"sent": self.sent, "returned": self.returned, "folded_by_cgi": self.folded, "not_returned": lost}


def reconcile(layout: Layout, log: Iterable[str]) -> list[Rows]:
    """Account for every row of every upload in the archive."""
    reasons = {match[2]: match[1] for line in log if (match := _SKIPPED.search(line))}
    results = {"mutations": layout.alterations, "cnas": layout.cnas, "translocations": layout.fusions}
    return [
        _account(kind, number, table, results[kind], reasons)
        for number, table in layout.inputs.items()
        if (kind := kind_of(table))
    ]


def kind_of(table: Table) -> str:
    """Tell an upload's kind by its header, as CGI does."""
    if table.place("gene") is not None and table.place("cna") is not None:
        return "cnas"
    if table.place("fus") is not None:
        return "translocations"
    return "mutations" if table.place("#CHROM", "chrom", "chr", "gdna", "protein") is not None else ""


def _account(kind: str, number: str, sent: Table, result: Table | None, reasons: Mapping[str, str]) -> Rows:
    count = sum(1 for _ in sent.rows())
    came = bytearray(count + 1)
    if not (has_ids := _mark(came, number, result)):
        rows = sum(1 for _ in result.rows()) if result else 0
        return Rows(kind, count, rows, 0, None if result else _all_missing(kind, number, sent, reasons))
    describe = _describer(sent)
    lost = [(n, describe(cells)) for n, cells in enumerate(sent.rows(), 1) if not came[n]] if has_ids else []
    # Only the few missing rows are held; their twins are looked for in a second pass over the upload.
    wanted = {described[1:] for _, described in lost}
    twins = _returned_among(sent, came, describe, wanted) if wanted else set()
    missing = [
        Missing(kind, line, sample, text, reasons.get(f"input{number}_{n}", _SILENT))
        for n, (line, sample, text) in lost
        if (sample, text) not in twins
    ]
    return Rows(kind, count, sum(came), len(lost) - len(missing), missing)


def _mark(came: bytearray, number: str, result: Table | None) -> bool:
    """Mark the rows that the result table names; False if there is no table, or it names none."""
    place = result.place("Input ID", "internal_id", "default_id") if result else None
    if result is None or place is None:
        return False
    # Generation 1 counts alterations by line, the header being line 1, and copy numbers and fusions from 0.
    first = 1 if result.columns[place].casefold() == "default_id" else -1
    for cells in result.rows():
        match = _ROW_ID.fullmatch(cells[place])
        if match and match[1] == number and int(match[2]) < len(came):
            came[int(match[2])] = 1
        elif cells[place].isdigit() and 0 < int(cells[place]) - first < len(came):
            came[int(cells[place]) - first] = 1
    return True


Described = tuple[str, str, str]


def _describer(sent: Table) -> Callable[[list[str]], Described]:
    """Give a function that tells a row's line in the user's file, its sample and its alteration."""
    line, sample = sent.place("source_line"), sent.place("sample")
    variant = [sent.place(*names) for names in (("chr", "#chrom", "chrom"), ("pos",), ("ref",), ("alt",))]
    other = [p for p in map(sent.place, ("gene", "cna", "fus", "protein", "gdna")) if p is not None]

    def text(cells: list[str]) -> str:
        if None in variant:
            return " ".join(cells[p] for p in other)
        chromosome, position, reference, alternate = (cells[p] for p in variant if p is not None)
        return f"chr{chromosome.removeprefix('chr')}:{position} {reference.upper()}>{alternate.upper()}"

    def describe(cells: list[str]) -> Described:
        return "" if line is None else cells[line], "" if sample is None else cells[sample], text(cells)

    return describe


def _returned_among(
    sent: Table, came: bytearray, describe: Callable[[list[str]], Described], wanted: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    found = (describe(cells)[1:] for n, cells in enumerate(sent.rows(), 1) if came[n])
    return {pair for pair in found if pair in wanted}


def _all_missing(kind: str, number: str, sent: Table, reasons: Mapping[str, str]) -> list[Missing]:
    describe = _describer(sent)
    rows = ((n, describe(cells)) for n, cells in enumerate(sent.rows(), 1))
    return [Missing(kind, *described, reasons.get(f"input{number}_{n}", _SILENT)) for n, described in rows]
