"""Reading folders into the findings, one after another; what each folder is, others find out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cgi_runner.errors import InputError, ResultsError
from cgi_runner.findings.alterations import AlterationReader
from cgi_runner.findings.matches import MatchCollector, mark_opposites
from cgi_runner.findings.model import Dropped, Findings, SampleCounts, Source
from cgi_runner.inputs.dropped import COLUMNS, NOT_RETURNED, NOT_SENT
from cgi_runner.output.record import Record
from cgi_runner.results import ResultSummary
from cgi_runner.results import read as read_results
from cgi_runner.results.archive import ExtractedArchive
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.summary import Summary, read_summary
from cgi_runner.results.tables import Table

DROPPED = "dropped.tsv"
_LEVEL_A = "Biomarkers in cancer type - Level A"
_MAX_NAMED = 10
_SAMPLE = "sample"
_QUOTED = re.compile(r'[ :]*"[^"]*"')
_MAX_REASONS = 50


def compare_level_a(summary: Mapping[str, str], complete: int) -> list[str]:
    """Return a warning where CGI's summary counts more biomarkers of level A than alterations of the tumour fit.

    Args:
        summary: The lines of CGI's `summary.txt`, name to value (fact 39).
        complete: Number of complete matches of level A in the tumour type.

    """
    said = summary.get(_LEVEL_A, "")
    if not said.isdecimal() or complete >= int(said):
        return []
    return [
        (
            f"biomarkers of level A in the tumour type: {said} by CGI's summary, {complete} of them complete "
            "matches; the others match only the gene or the kind of alteration, or are wild types"
        )
    ]


class FindingsReader:
    """Reads one folder after another into the same findings."""

    def __init__(self, name: str, top: int, *, reads_mutations: bool = True) -> None:
        """Read nothing yet.

        Args:
            name: What the findings are called.
            top: How many rows to keep of what is only listed.
            reads_mutations: Whether the tables of mutations are read, too, which takes longest.

        """
        self.findings = Findings(name)
        self._reads_mutations = reads_mutations
        self.top = top
        self._matches = MatchCollector(self.findings)
        self._alterations = AlterationReader(self.findings, self._matches, top)
        self._missing: list[int | None] = []

    def read_run(self, folder: Path, record: Record) -> None:
        """Read the folder of a finished run, or of a sample of a cohort.

        Args:
            folder: The folder, with verified results.
            record: Its record.

        """
        summary = read_summary(folder)
        self.read_tables(folder, record.cancer_type, names=tuple(record.samples), summary=summary)
        counts = [about.get("not_returned") for about in record.rows.values()]
        total = _sum(counts)
        self._missing.append(total)
        rows = self._read_dropped(folder / DROPPED)
        for name in record.samples:
            sample = self.findings.samples[name]
            if rows is not None:
                sample.not_sent = (sample.not_sent or 0) + rows[name, NOT_SENT]
            if total is not None and rows is not None:
                sample.not_returned = (sample.not_returned or 0) + rows[name, NOT_RETURNED]

    def read_archive(
        self, folder: Path, *, names: tuple[str, ...] = (), source: Source | None = None, shown: Path | None = None
    ) -> None:
        """Read files of CGI's own that came without a record of a job.

        Args:
            folder: Where they are.
            names: The samples, where another record names them.
            source: Where the files come from, if that is known better than CGI's own summary tells.
            shown: What the user calls the folder, for errors; for a zip that is unpacked, the zip.

        Raises:
            InputError: They are no results of CGI's.

        """
        summary = read_summary(folder)
        cancer_type = summary.cancer_type
        found = _results(folder, shown or folder)
        self.read_tables(folder, cancer_type, names=names, summary=summary)
        self.findings.sources.append(source or _source_of(summary, found))
        self.findings.warnings += found.warnings
        total = _sum([rows.not_returned for rows in found.rows])
        self._missing.append(total)
        if self._read_dropped(folder / DROPPED) is None and total is not None:
            self._add_dropped(
                Dropped(row.kind, row.line, row.sample, row.alteration, NOT_RETURNED, row.reason)
                for row in found.missing
            )

    def read_tables(
        self,
        folder: Path,
        cancer_type: str,
        *,
        names: tuple[str, ...] = (),
        summary: Mapping[str, str] | None = None,
    ) -> None:
        """Read CGI's tables.

        Args:
            folder: Where they are.
            cancer_type: What was asked for; an empty text where that is not known.
            names: The samples that were sent, where that is known; each is counted, with nothing found as well.
            summary: CGI's own summary, where there is one, to hold its numbers against.

        """
        layout = read_result_tables(folder)
        for name in names:
            self.findings.samples.setdefault(name, SampleCounts(name, cancer_type or None))
        default = names[0] if len(names) == 1 else _SAMPLE
        if layout.biomarkers:
            self._matches.read(layout.biomarkers, cancer_type, default)
            if summary:
                self.findings.warnings += compare_level_a(summary, self._matches.level_a_rows)
        if layout.alterations and self._reads_mutations:
            sent = self._alterations.read_mutations(layout.alterations, layout.format_version, cancer_type, default)
            self._alterations.find_lines(layout.inputs.values(), sent)
        for kind, table in (("cna", layout.cnas), ("fusion", layout.fusions)):
            if table:
                self._alterations.read_structural(kind, table, cancer_type, default)
        tables = {"mutations": layout.alterations, "cna": layout.cnas, "fusion": layout.fusions}
        found = {name for name, table in {**tables, "matches": layout.biomarkers}.items() if table}
        for name in names or self.findings.samples:
            self.findings.samples[name].tables |= found

    @property
    def level_a_rows(self) -> int:
        """Rows of complete matches of level A in the tumour type, in the last folder."""
        return self._matches.level_a_rows

    def finish(self) -> Findings:
        """Return the findings, in the order of every output, with what can only be said at the end."""
        findings = self.findings
        if untied := sum(1 for _ in self._matches.untied()):
            findings.warnings.append(f"drug matches that could not be tied to an alteration of the results: {untied}")
        if unlisted := sum(1 for match in findings.matches if match.unlisted):
            findings.warnings.append(
                f"complete matches with a change that is not among those that the biomarker lists: {unlisted}"
            )
        if drugs := mark_opposites(findings.matches):
            more = f" and {len(drugs) - _MAX_NAMED:,} more" if len(drugs) > _MAX_NAMED else ""
            findings.warnings.append(
                "drugs with complete matches both for a response and against one in the same sample: "
                f"{', '.join(drugs[:_MAX_NAMED])}{more}"
            )
        findings.warnings = list(dict.fromkeys(findings.warnings))
        findings.matches.sort(key=lambda match: match.order)
        findings.drivers.sort(key=lambda driver: (driver.sample, driver.gene, driver.protein, driver.genome))
        findings.structural.sort(key=lambda each: (not each.is_driver, each.kind, each.sample, each.gene))
        findings.samples = dict(sorted(findings.samples.items()))
        findings.not_returned = _sum(self._missing)
        if len(findings.samples) == 1:
            for sample in findings.samples.values():
                sample.not_returned = findings.not_returned
        return findings

    def _read_dropped(self, path: Path) -> Counter[tuple[str, str]] | None:
        """Read a list of rows that were left out; gives their numbers by sample and stage, None without a list."""
        if not path.is_file():
            return None
        table = Table(path)
        places = [table.place(name) for name in COLUMNS]
        if any(place is None for place in places):
            return None
        rows: Counter[tuple[str, str]] = Counter()

        def read() -> Iterable[Dropped]:
            for cells in table.rows():
                row = Dropped(*(cells[place] for place in places if place is not None))
                rows[row.sample, row.stage] += 1
                yield row

        self._add_dropped(read())
        return rows

    def _add_dropped(self, rows: Iterable[Dropped]) -> None:
        findings = self.findings
        if findings.dropped_reasons is None:
            findings.dropped_reasons = Counter()
        for row in rows:
            # CGI's reasons quote the alleles: by themselves, each row would have a reason of its own.
            key = (row.stage, reason_class(row.reason))
            is_kept = key in findings.dropped_reasons or len(findings.dropped_reasons) < _MAX_REASONS
            findings.dropped_reasons[key if is_kept else (row.stage, "(other reasons)")] += 1
            if len(findings.dropped) < self.top:
                findings.dropped.append(row)


def reason_class(reason: str) -> str:
    """Return a reason without what it quotes, which is the same for all rows with this reason."""
    return _QUOTED.sub("", reason)


def _results(folder: Path, shown: Path) -> ResultSummary:
    """Account for the rows of an archive without a record, as far as its own uploads tell."""
    members = tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))
    try:
        return read_results(ExtractedArchive(folder, folder, members, read_summary(folder)), [])
    except ResultsError:
        raise InputError(
            f"{shown} holds no results of CGI", tip="name an output folder of cgi-runner, or a zip saved from CGI"
        ) from None


def source_of(record: Record, summary: Mapping[str, str] | None = None) -> Source:
    """Return where the results of a record come from.

    Args:
        record: Record of a run, or of a sample of a cohort.
        summary: Lines of CGI's `summary.txt`; it tells what an archive without inputs analysed.

    """
    inputs: dict[str, Mapping[str, str]] = {
        kind: {"source": _text(about.get("source")), "sha256": _text(about.get("sha256"))}
        for kind, about in record.inputs.items()
    }
    return Source(
        title=record.title,
        job_id=record.job_id,
        service=record.service,
        cancer_type=record.cancer_type,
        reference=record.reference,
        version=_text(record.cgi.get("version")),
        date=_text(record.cgi.get("date")),
        generation=_text(record.cgi.get("generation")),
        archive_sha256=_text(record.archive.get("sha256")),
        inputs=inputs,
        type_notes=tuple(record.cancer_type_notes),
        reference_reason=record.reference_reason,
        kinds=frozenset(record.inputs) if record.inputs else _analysed_kinds(summary or {}),
    )


def _source_of(summary: Summary, found: ResultSummary) -> Source:
    return Source(
        title=summary.title,
        job_id=summary.job_id,
        cancer_type=summary.cancer_type,
        reference=summary.reference,
        version=found.version,
        date=found.date,
        generation=found.format_version,
        kinds=_analysed_kinds(summary),
    )


def _analysed_kinds(summary: Mapping[str, str]) -> frozenset[str] | None:
    """Return the kinds of which CGI's summary counts any; None where it does not count all of them."""
    names = {"mutations": "mutations", "cnas": "cnas", "fusions": "translocations"}
    counts = {kind: summary.get(f"Analysed {name}", "") for name, kind in names.items()}
    if not all(count.isdecimal() for count in counts.values()):
        return None
    return frozenset(kind for kind, count in counts.items() if int(count))


def _sum(counts: Sequence[int | None]) -> int | None:
    """Add up numbers; None if there are none, or if one of them is unknown."""
    known = [count for count in counts if count is not None]
    return sum(known) if counts and len(known) == len(counts) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
