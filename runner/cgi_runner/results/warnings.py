"""What in a set of results misleads people, said aloud: each caution is one sentence with its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cgi_runner.results.layout import Layout
from cgi_runner.results.reconcile import Rows
from cgi_runner.results.tables import Table

_SUMMARY = ("CGI-Oncogenic Summary", "Oncogenic Summary", "ONCOGENIC_CLASSIFICATION")
_CONSEQUENCE = ("CGI-Consequence", "Consequence")
_AFFECTING = (
    "missense", "stop_gained", "stop_lost", "start_lost", "frameshift", "inframe", "splice_acceptor", "splice_donor",
    "protein_altering",
)  # fmt: skip


def cautions(layout: Layout, rows: list[Rows], summary: Mapping[str, str], cancer_type: str) -> list[str]:
    """Give the sentences that a reader of these results should see, most serious first."""
    found = [*_about_the_archive(layout, rows)]
    if layout.alterations:
        found += _about_alterations(layout.alterations, summary.get("Analysed mutations", ""))
    if layout.biomarkers:
        found += _about_biomarkers(layout.biomarkers, cancer_type)
    return found


def _about_the_archive(layout: Layout, rows: list[Rows]) -> Iterator[str]:
    if not layout.is_known:
        yield "CGI's archive has a layout not seen before; its files are kept as they are, row counts may be missing"
    for account in rows:
        if account.lost is None:
            yield f"this archive does not tell which rows of the {account.kind} CGI left out: compare them yourself"


def _about_alterations(table: Table, analysed: str) -> Iterator[str]:
    summary, consequence = table.place(*_SUMMARY), table.place(*_CONSEQUENCE)
    reference, alternate = table.place("REF"), table.place("ALT")
    is_normalised = table.place("Input ID") is not None
    unjudged = shifted = returned = 0
    for cells in table.rows():
        returned += 1
        if summary is not None and consequence is not None and not cells[summary].strip():
            unjudged += cells[consequence].startswith(_AFFECTING)
        if is_normalised and reference is not None and alternate is not None:
            shifted += "-" in (cells[reference], cells[alternate])
    if analysed.isdecimal() and int(analysed) != returned:
        yield f"CGI's summary counts other than its table has rows: {analysed} mutations, {returned} rows"
    if unjudged:
        yield f"alterations that change a protein, without CGI's summary: {unjudged}; not judged, not harmless"
    if shifted:
        yield f"indels: {shifted}; their POSITION, REF and ALT are CGI's own, only echoed columns are as sent"


def _about_biomarkers(table: Table, cancer_type: str) -> Iterator[str]:
    alterations, match = table.place("Alterations"), table.place("Match")
    wild = repeated = total = 0
    seen: set[int] = set()
    for cells in table.rows():
        total += 1
        wild += alterations is not None and "wildtype" in cells[alterations].casefold()
        row = hash(tuple(cells))
        repeated += row in seen
        seen.add(row)
    if wild:
        yield f"biomarkers of wild types: {wild}; inferred from absence, wrong for genes that your panel lacks"
    if repeated:
        yield f"biomarker rows that are exact duplicates of others: {repeated}"
    if total and match is not None:
        also = "; with CANCER it is YES everywhere" if cancer_type == "CANCER" else ""
        yield f"Match in the biomarkers means the tumour type, BioM the alteration{also}"
