"""CGI's archive becomes verified files, with an account of every row and the cautions that a reader needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

from cgi_runner.errors import ResultsError
from cgi_runner.redaction import excerpt
from cgi_runner.results.archive import Unpacked
from cgi_runner.results.cautions import cautions
from cgi_runner.results.layout import read_layout
from cgi_runner.results.reconcile import Missing, Rows, reconcile


@dataclass(frozen=True)
class Findings:
    """What reading an archive tells: CGI's version and date, what became of the rows, and what to beware of."""

    generation: str
    version: str
    date: str
    rows: list[Rows]
    cautions: list[str]

    @property
    def missing(self) -> Iterator[Missing]:
        """Every row that was sent and did not come back, read from the archive's files where they were unpacked."""
        return chain.from_iterable(rows.missing for rows in self.rows)


def read(
    unpacked: Unpacked, log: Iterable[str], *, cancer_type: str = "", sent: Mapping[str, int] = MappingProxyType({})
) -> Findings:
    """Read an unpacked archive.

    Args:
        unpacked: The archive.
        log: The job's log, the only place where CGI says why it skipped a row.
        cancer_type: What was asked for, where that is known.
        sent: How many rows of each kind were sent, where that is known.

    Raises:
        ResultsError: There are no results in it.

    """
    layout = read_layout(unpacked.folder)
    if not (layout.is_known or layout.holds_tables(unpacked.members)):
        raise ResultsError(
            f"the archive holds no table of results, but {excerpt(', '.join(unpacked.members)) or 'nothing'}",
            tip="run the command again; if it stays so, look at the job on CGI's web site",
        )
    rows = reconcile(layout, log, sent)
    summary = unpacked.summary
    kind = cancer_type or summary.get("Cancer type", "")
    return Findings(
        generation=layout.generation,
        version=summary.get("CGI version", ""),
        date=summary.get("Date", ""),
        rows=rows,
        cautions=cautions(layout, rows, summary, kind),
    )
