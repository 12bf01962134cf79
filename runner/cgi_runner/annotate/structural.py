"""CGI's copy numbers and fusions with what it says of each, as rows for cBioPortal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cgi_runner.annotate.fields import DRIVER, PREFIX, STATUS, Status, entry, match_values
from cgi_runner.annotate.folders import ResultFolder
from cgi_runner.annotate.join import DEFAULT_SAMPLE
from cgi_runner.annotate.matches import matches_by_alteration
from cgi_runner.findings import Findings, Match
from cgi_runner.findings.columns import STRUCTURAL, getter
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.tables import Table

ROLE, KNOWN_IN = f"{PREFIX}Role", f"{PREFIX}KnownIn"
_CALLS = {"known": "yes", "predicted": "yes", "other": "no"}
"""CGI's words for a copy number or a fusion; any other word, or none, is no judgement."""


@dataclass(frozen=True)
class StructuralRow:
    """One copy number or fusion of a sample."""

    kind: str
    """`cna` or `fusion`."""
    sample: str
    """As the results call it."""
    gene: str
    """The gene, or both partners as CGI sorts them (`ABL1__BCR`)."""
    change: str
    """`AMP` or `DEL`; empty for a fusion."""
    values: Mapping[str, str]
    """What CGI says of it, by the keys that a mutation has, and by `ROLE` and `KNOWN_IN`."""


def read_structural(folders: Iterable[ResultFolder], findings: Findings) -> Iterator[StructuralRow]:
    """Yield the copy numbers and fusions of all folders that have results.

    Args:
        folders: Where the tables are.
        findings: What was read of the same folders, for the drug matches.

    """
    matches = matches_by_alteration(findings, "cna", "fusion")
    for folder in folders:
        if not folder.is_complete:
            continue
        tables = read_result_tables(folder.path)
        default = folder.samples[0] if len(folder.samples) == 1 else DEFAULT_SAMPLE
        for kind, table in (("cna", tables.cnas), ("fusion", tables.fusions)):
            if table:
                yield from _rows(kind, table, default, matches)


def _rows(
    kind: str, table: Table, default: str, matches: Mapping[tuple[str, ...], list[Match]]
) -> Iterator[StructuralRow]:
    pick = getter(table, STRUCTURAL)
    for cells in table.rows():
        facts = pick(cells)
        sample = facts["sample"] or default
        gene, change = (facts["gene"], facts["change"].upper()) if kind == "cna" else (facts["fusion"], "")
        values = {
            STATUS: Status.RETURNED.value,
            DRIVER: _CALLS.get(facts["driver"].casefold(), "not_judged"),
            "CGI_Summary": entry(facts["driver"]),
            ROLE: entry(facts["role"]),
            KNOWN_IN: "|".join(entry(each) for each in facts["known_in"].split(";") if each.strip()),
        }
        values |= match_values(matches.get((sample, gene, change), []), change or gene)
        yield StructuralRow(kind, sample, gene, change, values)
