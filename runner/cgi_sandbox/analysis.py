"""The analysis of one job, from its uploads to its archive, row by row and with flat memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cgi_runner.sandbox import archive, biomarkers, structural
from cgi_runner.sandbox.mutations import Mutations
from cgi_runner.sandbox.store import ANALYSED, FAILED, Job
from cgi_runner.sandbox.summary import Counts, summary
from cgi_runner.sandbox.tables import CNAS, FUSIONS, GISTIC, MUTATIONS, RefusedError, Table

RESULTS = "results.zip"
REMARKS = "remarks.log"
CRLF = "\r\n"

FAMILY = {**dict.fromkeys(MUTATIONS, "mutations"), CNAS: "cnas", GISTIC: "cnas", FUSIONS: "fusions"}
NOTHING_LEFT = "All the entries were discarded due to format errors."


def analyse(job: Job, folder: Path, stopping: Callable[[], bool]) -> str:
    """Analyse the uploads in the job's folder; leaves the archive and the remarks there and returns the outcome."""
    with (folder / REMARKS).open("w", encoding="utf-8", errors="replace", newline="\n") as remarks:

        def warn(text: str) -> None:
            remarks.write(f"WARNING\t{text}\n")

        try:
            _Analysis(job, folder, stopping, warn).write()
        except RefusedError as refused:
            remarks.write(f"ERROR\t{refused}\n")
            return FAILED
    return ANALYSED


class _Analysis:
    def __init__(self, job: Job, folder: Path, stopping: Callable[[], bool], warn: Callable[[str], None]) -> None:
        self._job = job
        self._folder = folder
        self._warn = warn
        self._uploads = [folder / name for name in job.uploads.split(",")]
        self._tables: dict[str, tuple[Table, int]] = {}
        for number, upload in enumerate(self._uploads, 1):
            table = Table(upload, stopping)
            if self._tables.setdefault(FAMILY[table.kind], (table, number))[0] is not table:
                raise RefusedError(f"More than one input file is a table of {FAMILY[table.kind]}")
        self._evidence = biomarkers.Evidence()
        self._counts = Counts()

    def write(self) -> None:
        """Write the archive, member by member."""
        large = sum(upload.stat().st_size for upload in self._uploads) > archive.LARGE
        finished_at = self._job.posted_at + self._job.duration
        with archive.writing(self._folder / RESULTS, finished_at, large=large) as results:
            if "mutations" in self._tables:
                self._write_mutations(results, *self._tables["mutations"])
            if "cnas" in self._tables:
                self._counts.cnas = self._write_events(results, "cnas", *self._tables["cnas"])
            if "fusions" in self._tables:
                self._counts.fusions = self._write_events(results, "fusions", *self._tables["fusions"])
            self._write_biomarkers(results)
            for number, upload in enumerate(self._uploads, 1):
                results.copy(f"input{number:02}.tsv", upload)
            self._counts.samples = self._evidence.samples
            with results.text("summary.txt") as text:
                text.write(summary(self._job, self._counts))

    def _write_mutations(self, results: archive.Archive, table: Table, number: int) -> None:
        mutations = Mutations(table, number, self._job.reference)
        usable, repeated = mutations.twins(self._warn)
        if not usable:
            raise RefusedError(NOTHING_LEFT)
        with results.text("alterations.tsv") as text:
            text.write(archive.line(mutations.header))
            for variant in mutations.variants(_ignore):
                if variant.number in repeated:
                    continue
                text.write(archive.line(mutations.row(variant)))
                self._counts.mutations += 1
                self._evidence.add_sample(variant.sample, sequenced=True)
                if fact := variant.fact:
                    self._counts.verdicts[fact.summary] += 1
                    found = biomarkers.Finding(fact.gene, "mutation", fact.protein, fact.driver)
                    self._evidence.add(variant.sample, found)

    def _write_events(self, results: archive.Archive, family: str, table: Table, number: int) -> int:
        """Write the table of copy numbers or fusions and return how many there are."""
        name, header, read, row_of = {
            "cnas": ("cna_analysis.tsv", structural.CNA_HEADER, structural.cnas, structural.cna_row),
            "fusions": ("fusion_analysis.tsv", structural.FUSION_HEADER, structural.fusions, structural.fusion_row),
        }[family]
        count = 0
        with results.text(name) as text:
            text.write(archive.line(header, CRLF))
            for event in read(table, number, self._warn):
                row, found = row_of(event, self._job.cancer_type)
                text.write(archive.line(row, CRLF))
                self._evidence.add_sample(event.sample, sequenced=False)
                if found:
                    self._evidence.add(event.sample, found)
                count += 1
        if not count:
            raise RefusedError(NOTHING_LEFT)
        return count

    def _write_biomarkers(self, results: archive.Archive) -> None:
        with results.text("biomarkers.tsv") as text:
            text.write(archive.line(biomarkers.HEADER))
            for row in self._evidence.rows(self._job.cancer_type):
                text.write(archive.line(row))
                matches = row[biomarkers.MATCH] == "YES"
                self._counts.in_type += matches
                self._counts.in_type_level_a += matches and row[biomarkers.EVIDENCE] == "A"
                self._counts.in_other_type += not matches


def _ignore(_text: str) -> None:
    """Say nothing: the same rows were told about before."""
