"""What came of a cohort, and which of several failures its exit code tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cgi_runner.cohort.ledger import Ledger
from cgi_runner.cohort.names import counted
from cgi_runner.cohort.packing import Pack
from cgi_runner.errors import RowsMissingError, RunnerError

#: Exit codes, the worst first: those that no repetition heals, then those that one may.
_WORST_FIRST = (1, 4, 2, 5, 6, 7, 8, 3, 9)


class CohortError(RunnerError):
    """Some jobs of a cohort could not be brought to their end; the results of all others are whole."""

    def __init__(self, message: str, *, tip: str, exit_code: int) -> None:
        """Keep the exit code, which is that of the worst failure."""
        super().__init__(message, tip=tip)
        self.exit_code = exit_code


@dataclass
class Report:
    """What came of a cohort: the ledger says what is there, `failures` what is not."""

    ledger: Ledger
    failures: list[tuple[Pack, RunnerError]] = field(default_factory=list)

    @property
    def jobs(self) -> int:
        """How many jobs the cohort has."""
        return len(self.ledger.plan.packs)

    @property
    def samples_done(self) -> int:
        """How many samples have their results."""
        return len(self.ledger.missing)

    @property
    def rows_missing(self) -> int:
        """How many rows were sent and did not come back, as far as the archives tell."""
        return sum(self.ledger.missing.values())

    @property
    def samples_untold(self) -> int:
        """How many samples have rows of which the archives do not tell whether they came back."""
        return len(self.ledger.untold)

    def as_json(self) -> dict[str, Any]:
        """Give the numbers for machines."""
        return {
            "samples": len(self.ledger.plan.folders),
            "samples_done": self.samples_done,
            "samples_skipped": len(self.ledger.skipped),
            "jobs": self.jobs,
            "jobs_failed": [{"job": pack.name, "problem": error.message} for pack, error in self.failures],
            "rows_missing": self.rows_missing,
            "samples_untold": self.samples_untold,
            "tables": self.ledger.tables,
        }

    def check(self, *, strict: bool) -> None:
        """See to it that nothing failed.

        Raises:
            CohortError: Jobs failed; it names all of them.
            RowsMissingError: With `strict`, if rows did not come back, or may not have.

        """
        if self.failures:
            worst = min((error for _, error in self.failures), key=lambda error: _WORST_FIRST.index(error.exit_code))
            said = [f"job {pack.name} ({_samples(pack)}): {error.message}" for pack, error in self.failures]
            raise CohortError(
                "\n  ".join([f"{len(said)} of {self.jobs} jobs have no results; the others' are whole", *said]),
                tip=worst.tip or "run the same command again: it goes on where it stopped",
                exit_code=worst.exit_code,
            )
        if strict and self.rows_missing:
            raise RowsMissingError(
                f"{self.rows_missing} rows were sent and did not come back", tip="dropped.tsv lists them with reasons"
            )
        if strict and self.samples_untold:
            raise RowsMissingError(
                f"the archives do not tell which rows of {counted(self.samples_untold, 'sample')} came back",
                tip="compare them with the results yourself, or leave --strict out",
            )


def _samples(pack: Pack) -> str:
    first = pack.members[0].sample.label
    return f"{first} and {counted(others, 'more sample')}" if (others := len(pack.members) - 1) else first
