"""CGI's archive becomes verified files, with an account of every row and the warnings that a reader needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from cgi_runner.errors import ForeignResultsError, ResultsError
from cgi_runner.redaction import safe_excerpt
from cgi_runner.results.archive import ExtractedArchive
from cgi_runner.results.contradictions import find_contradictions
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.reconcile import MissingRow, RowAccount, reconcile
from cgi_runner.results.warnings import collect_warnings, unknown_reasons


@dataclass(frozen=True)
class ResultSummary:
    """What reading an archive tells: CGI's version and date, what became of the rows, and what to be warned of."""

    format_version: str
    version: str
    date: str
    rows: list[RowAccount]
    warnings: list[str]
    contradictions: list[str]
    """What in the archive speaks against itself, one sentence each."""

    @property
    def missing(self) -> Iterator[MissingRow]:
        """Every row that was sent and did not come back, read from the archive's files where they were unpacked."""
        return chain.from_iterable(rows.missing for rows in self.rows)

    @property
    def unknown_reasons(self) -> list[str]:
        """What the archive leaves open of the rows, one sentence each; while there is any, the job has to stay."""
        return [*unknown_reasons(self.rows), *self.contradictions]


def read(
    unpacked: ExtractedArchive,
    log: Iterable[str],
    *,
    cancer_type: str = "",
    sent: Mapping[str, int] = MappingProxyType({}),
    own_inputs: Mapping[str, Path] = MappingProxyType({}),
) -> ResultSummary:
    """Read an unpacked archive.

    Args:
        unpacked: The archive.
        log: The job's log, the only place where CGI says why it skipped a row.
        cancer_type: What was asked for, where that is known.
        sent: How many rows of each kind were sent, where that is known.
        own_inputs: The files that were sent, by kind, where they are at hand; rows are then accounted for by these
            and not by the archive's copies.

    Raises:
        ResultsError: There are no results in it.
        ForeignResultsError: A row is of a variant that was not sent for its sample.

    """
    tables = read_result_tables(unpacked.folder)
    if not (tables.is_known or tables.holds_tables(unpacked.members)):
        raise ResultsError(
            f"the archive holds no table of results, but {safe_excerpt(', '.join(unpacked.members)) or 'nothing'}",
            tip="run the command again; if that does not help, look at the job on CGI's web site",
        )
    rows = reconcile(tables, log, sent, own_inputs)
    _refuse_foreign_rows(rows)
    summary = unpacked.summary
    kind = cancer_type or summary.cancer_type
    contradictions = list(find_contradictions(tables, summary, own_inputs, cancer_type))
    return ResultSummary(
        format_version=tables.format_version,
        version=summary.get("CGI version", ""),
        date=summary.get("Date", ""),
        rows=rows,
        contradictions=contradictions,
        warnings=[*contradictions, *collect_warnings(tables, rows, summary, kind), *_left_out(unpacked.left_out)],
    )


def _left_out(names: tuple[str, ...]) -> Iterator[str]:
    if names:
        yield f"members of the archive that are not results were left out: {safe_excerpt(', '.join(names))}"


def _refuse_foreign_rows(rows: Iterable[RowAccount]) -> None:
    for account in rows:
        if foreign := account.matching.foreign:
            examples = safe_excerpt("; ".join(account.matching.examples))
            raise ForeignResultsError(
                f"the archive holds {foreign} rows of {account.kind} that were not sent for their sample: {examples}",
                tip="compare the archive with the input; it is intact, but must not be used for these samples",
            )
