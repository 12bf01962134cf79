"""The analysis of one job, from its uploads to its archive, row by row and with flat memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cgi_sandbox import archive, biomarkers, structural
from cgi_sandbox.mutations import Mutations, Variant
from cgi_sandbox.row_index import SharedVariants
from cgi_sandbox.store import ANALYSED, FAILED, Job
from cgi_sandbox.summary import Counts, summary
from cgi_sandbox.tables import CNAS, FUSIONS, GISTIC, MUTATIONS, RefusedError, Table

RESULTS = "results.zip"
WARNINGS_LOG = "warnings.log"
CRLF = "\r\n"

FAMILY = {**dict.fromkeys(MUTATIONS, "mutations"), CNAS: "cnas", GISTIC: "cnas", FUSIONS: "fusions"}
NOTHING_LEFT = "All the entries were discarded due to format errors."


def analyse(job: Job, folder: Path, stopping: Callable[[], bool], shared_variants: SharedVariants = "last") -> str:
    """Analyse the uploads of a job, and leave the archive and the warnings log in its folder.

    Args:
        job: The job as it is stored.
        folder: Where its uploads are.
        stopping: Asked now and then whether the sandbox is closing down.
        shared_variants: How a variant is returned that several samples of the job share.

    Returns:
        The outcome, `ANALYSED` or `FAILED`.

    """
    with (folder / WARNINGS_LOG).open("w", encoding="utf-8", errors="replace", newline="\n") as log:

        def warn(text: str) -> None:
            log.write(f"WARNING\t{text}\n")

        try:
            _Analysis(job, folder, stopping, warn, shared_variants).write()
        except RefusedError as refused:
            log.write(f"ERROR\t{refused}\n")
            return FAILED
    return ANALYSED


class _Analysis:
    def __init__(
        self,
        job: Job,
        folder: Path,
        stopping: Callable[[], bool],
        warn: Callable[[str], None],
        shared_variants: SharedVariants,
    ) -> None:
        self._job = job
        self._folder = folder
        self._warn = warn
        self._shared_variants = shared_variants
        self._uploads = [folder / name for name in job.uploads.split(",")]
        self._tables: dict[str, tuple[Table, int]] = {}
        for number, upload in enumerate(self._uploads, 1):
            table = Table(upload, stopping)
            if self._tables.setdefault(FAMILY[table.kind], (table, number))[0] is not table:
                raise RefusedError(f"More than one input file is a table of {FAMILY[table.kind]}")
        self._evidence = biomarkers.Evidence()
        self._counts = Counts()

    def write(self) -> None:
        """Write the archive, member by member (fact 26)."""
        large = sum(upload.stat().st_size for upload in self._uploads) > archive.LARGE
        finished_at = self._job.posted_at + self._job.duration
        with archive.create(self._folder / RESULTS, finished_at, large=large) as results:
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
        with (
            closing(mutations.index_rows(self._warn, self._shared_variants)) as index,
            results.text("alterations.tsv") as text,
        ):
            if not index.count:
                raise RefusedError(NOTHING_LEFT)
            samples_at, own_sample_at = index.result_rows(), index.own_rows()
            text.write(archive.line(mutations.header))
            for variant in mutations.variants(_ignore):
                for sample in samples_at(variant.number):
                    text.write(archive.line(mutations.row(variant, sample)))
                    self._counts.mutations += 1
                if own_sample_at(variant.number):
                    self._add_evidence(variant)

    def _add_evidence(self, variant: Variant) -> None:
        self._evidence.add_sample(variant.sample, sequenced=True)
        if known := variant.known:
            self._counts.verdicts[known.summary] += 1
            found = biomarkers.Finding(known.gene, "mutation", known.protein, known.driver)
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
    """Ignore a warning: the same rows were reported in the first pass."""
