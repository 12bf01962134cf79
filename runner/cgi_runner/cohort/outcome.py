"""What came of a cohort, and which of several failures its exit code tells."""

from __future__ import annotations

from dataclasses import dataclass, field

from cgi_runner.cohort.events import CohortNumbers
from cgi_runner.cohort.names import plural
from cgi_runner.cohort.packing import Batch
from cgi_runner.cohort.record import CohortRecord
from cgi_runner.errors import RowsMissingError, RunnerError

#: Exit codes, the worst first: those that no repetition heals, then those that one may.
_WORST_FIRST = (1, 4, 2, 10, 5, 6, 7, 8, 3, 9)


class CohortError(RunnerError):
    """Some jobs of a cohort could not be brought to their end; the results of all others are whole."""

    def __init__(self, message: str, *, tip: str, exit_code: int) -> None:
        """Keep the exit code, which is that of the worst failure."""
        super().__init__(message, tip=tip)
        self.exit_code = exit_code


@dataclass
class Report:
    """What came of a cohort: the ledger says what is there, `failures` what is not."""

    ledger: CohortRecord
    failures: list[tuple[Batch, RunnerError]] = field(default_factory=list)

    @property
    def jobs(self) -> int:
        """How many jobs the cohort has."""
        return len(self.ledger.plan.batches)

    @property
    def samples_done(self) -> int:
        """How many samples have their results."""
        return len(self.ledger.missing)

    @property
    def rows_missing(self) -> int:
        """How many rows were sent and did not come back, as far as the archives tell."""
        return sum(self.ledger.missing.values())

    @property
    def samples_unaccounted(self) -> int:
        """How many samples have rows of which the archives do not tell whether they came back."""
        return len(self.ledger.unaccounted)

    def as_json(self) -> CohortNumbers:
        """Return the numbers for machines."""
        return {
            "samples": len(self.ledger.plan.folders),
            "samples_done": self.samples_done,
            "samples_skipped": len(self.ledger.skipped),
            "jobs": self.jobs,
            "jobs_failed": [{"job": batch.name, "problem": error.message} for batch, error in self.failures],
            "rows_missing": self.rows_missing,
            "samples_unaccounted": self.samples_unaccounted,
            "tables": self.ledger.tables,
        }

    def raise_for_failures(self, *, strict: bool) -> None:
        """Make sure that nothing failed.

        Raises:
            CohortError: Jobs failed; it names all of them.
            RowsMissingError: With `strict`, if rows did not come back, or may not have.

        """
        if self.failures:
            worst = min((error for _, error in self.failures), key=lambda error: _WORST_FIRST.index(error.exit_code))
            said = [f"job {batch.name} ({_samples(batch)}): {error.message}" for batch, error in self.failures]
            raise CohortError(
                "\n  ".join(
                    [f"{len(said)} of {self.jobs} jobs have no results; those of the others are complete", *said]
                ),
                tip=worst.tip or "run the same command again to resume",
                exit_code=worst.exit_code,
            )
        if strict and self.rows_missing:
            raise RowsMissingError(
                f"{self.rows_missing} rows were sent and did not come back", tip="dropped.tsv lists them with reasons"
            )
        if strict and self.samples_unaccounted:
            raise RowsMissingError(
                f"the archives do not show which rows of {plural(self.samples_unaccounted, 'sample')} came back",
                tip="compare them with the results yourself, or leave --strict out",
            )


def _samples(batch: Batch) -> str:
    first = batch.members[0].sample.label
    return f"{first} and {plural(others, 'more sample')}" if (others := len(batch.members) - 1) else first
