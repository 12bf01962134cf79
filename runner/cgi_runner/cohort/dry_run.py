"""What a cohort would send in which jobs, found out without a service and without writing into the output folder."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from cgi_runner.cancer_types import name_of
from cgi_runner.clock import SystemClock
from cgi_runner.cohort.flags import Flags
from cgi_runner.cohort.lifecycle import Cohort, prepare_cohort
from cgi_runner.cohort.packing import Batch, make_batches
from cgi_runner.cohort.record import NAME, CohortRecord, recorded_service
from cgi_runner.cohort.sheet import RejectedSample


class PlannedJob(TypedDict):
    """A job that would be submitted; `samples` has the rows of each."""

    job: str
    cancer_type: str
    cancer_type_name: str | None
    reference: str
    rows: int
    samples: dict[str, int]


class PlanJson(TypedDict):
    """What `cohort --dry-run --json` prints; `skipped` has the reason for each sample."""

    jobs: list[PlannedJob]
    skipped: dict[str, str]


@dataclass(frozen=True)
class CohortPlan:
    """The jobs that would be submitted, and the samples that would not be in any."""

    batches: list[Batch]
    skipped: list[RejectedSample]

    def as_json(self) -> PlanJson:
        """Return it for machines."""
        jobs: list[PlannedJob] = [
            {
                "job": batch.name,
                "cancer_type": batch.members[0].sample.cancer_type,
                "cancer_type_name": name_of(batch.members[0].sample.cancer_type),
                "reference": batch.members[0].reference.build,
                "rows": batch.rows,
                "samples": {member.sample.name: member.rows for member in batch.members},
            }
            for batch in self.batches
        ]
        return {"jobs": jobs, "skipped": {one.name: one.reason for one in self.skipped}}


def plan_cohort(cohort: Cohort, out: Path | None, flags: Flags) -> CohortPlan:
    """Prepare all samples and put them into jobs, those of an earlier run in the folder included.

    Args:
        cohort: The samples.
        out: The output folder, which is read and not written; None where there is none yet.
        flags: Whether samples that cannot be used are left out.

    Raises:
        InputError: What `run` would raise before it sends anything.

    """
    with tempfile.TemporaryDirectory(prefix="cgi-runner-") as work:
        found = prepare_cohort(cohort, out or Path(work) / "out", Path(work), flags)
        if out and out.is_dir():
            service = recorded_service(out) if (out / NAME).exists() else ""
            ledger = CohortRecord(out, service, cohort.title, SystemClock())
            ledger.make_plan(found.samples, cohort.max_rows)
            batches = ledger.plan.batches
        else:
            batches = make_batches(found.samples, max_rows=cohort.max_rows)
    return CohortPlan(batches, [*found.rejected, *found.sheet.left_out])
