"""Warnings of what may mislead people in a set of results, each one sentence with its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cgi_runner.results.contradictions import count_biomarkers
from cgi_runner.results.generations import ResultTables
from cgi_runner.results.reconcile import RowAccount
from cgi_runner.results.tables import Table

_SUMMARY = ("CGI-Oncogenic Summary", "Oncogenic Summary", "ONCOGENIC_CLASSIFICATION")
_CONSEQUENCE = ("CGI-Consequence", "Consequence")
_AFFECTING = (
    "missense", "stop_gained", "stop_lost", "start_lost", "frameshift", "inframe", "splice_acceptor", "splice_donor",
    "protein_altering",
)  # fmt: skip


def collect_warnings(
    tables: ResultTables, rows: list[RowAccount], summary: Mapping[str, str], cancer_type: str
) -> list[str]:
    """Return the sentences that a reader of these results should see, most serious first.

    Args:
        tables: The tables of the archive.
        rows: What became of the rows that were sent, for each kind.
        summary: The lines of CGI's `summary.txt`, name to value (fact 39).
        cancer_type: Id that the job was submitted with.

    Returns:
        One sentence each, without a full stop.

    """
    found = [*_about_the_archive(tables, rows)]
    if tables.alterations:
        found += _about_alterations(tables.alterations, summary.get("Analysed mutations", ""))
    if tables.biomarkers:
        found += _about_biomarkers(tables.biomarkers, cancer_type, count_biomarkers(summary))
    return found


def unknown_reasons(rows: list[RowAccount]) -> list[str]:
    """Return what an archive leaves open of the rows that were sent and returned, one sentence each."""
    found = []
    if not rows:
        found.append("the archive holds no copy of an input, so it is not known which rows CGI left out")
    seen = set()
    for account in rows:
        kind, matching = account.kind, account.matching
        if account.not_returned is None:
            found.append(f"this archive does not show which rows of the {kind} CGI left out: compare them yourself")
        if id(matching) in seen:
            continue
        seen.add(id(matching))
        if matching.unreadable:
            found.append(f"rows of {kind} with an Input ID that names no row that was sent: {matching.unreadable}")
        if matching.misnumbered:
            found.append(f"rows of {kind} with the Input ID of a row with another variant: {matching.misnumbered}")
        if matching.by_echo:
            found.append(
                f"rows of {kind} that are of another variant by POSITION, REF and ALT than by their echoed columns: "
                f"{matching.by_echo}"
            )
        if matching.uncompared:
            found.append(
                f"rows of {kind} that could not be compared with the input, only their ids: {matching.uncompared}"
            )
    return found


def _about_the_archive(tables: ResultTables, rows: list[RowAccount]) -> Iterator[str]:
    if not tables.is_known:
        yield "CGI's archive has a layout not seen before; its files are kept as they are, row counts may be missing"
    yield from unknown_reasons(rows)
    for account in rows:
        if shared := account.matching.shared:
            yield (
                f"rows of {account.kind} with the Input ID and echoed columns of another sample's row with the same "
                f"variant: {shared}; CGI-Sample ID is right"
            )


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
    if analysed.isdecimal() and int(analysed) < returned:
        yield f"CGI's summary and its table disagree: {analysed} mutations, {returned} rows"
    if unjudged:
        yield f"alterations that change a protein, without CGI's summary: {unjudged}; not judged, not harmless"
    if shifted:
        yield f"indels: {shifted}; their POSITION, REF and ALT are CGI's own, only echoed columns are as sent"


def _about_biomarkers(table: Table, cancer_type: str, counted: int | None) -> Iterator[str]:
    alterations, match = table.place("Alterations"), table.place("Match")
    wild = repeated = returned = 0
    seen: set[int] = set()
    for returned, cells in enumerate(table.rows(), 1):  # noqa: B007 - counted, and used behind the loop
        wild += alterations is not None and "wildtype" in cells[alterations].casefold()
        row = hash(tuple(cells))
        repeated += row in seen
        seen.add(row)
    if counted is not None and counted < returned:
        yield f"CGI's summary and its table disagree: {counted} biomarkers, {returned} rows"
    if wild:
        yield f"biomarkers of wild types: {wild}; inferred from absence, wrong for genes that your panel lacks"
    if repeated:
        yield f"biomarker rows that are exact duplicates of others: {repeated}"
    if seen and match is not None:
        also = "; with CANCER it is YES everywhere" if cancer_type == "CANCER" else ""
        yield f"Match in the biomarkers means the tumour type, BioM the alteration{also}"
