"""Many tumours in few jobs, and back: packed by cancer type and reference, then split into what each would get."""

from __future__ import annotations

from cgi_runner.cohort.dry_run import CohortPlan, plan_cohort
from cgi_runner.cohort.flags import Flags
from cgi_runner.cohort.lifecycle import Cohort, run
from cgi_runner.cohort.merged_tables import merge
from cgi_runner.cohort.outcome import Report
from cgi_runner.cohort.record import has_open_jobs
from cgi_runner.cohort.sheet import Defaults, read_sheet

__all__ = [
    "Cohort",
    "CohortPlan",
    "Defaults",
    "Flags",
    "Report",
    "has_open_jobs",
    "merge",
    "plan_cohort",
    "read_sheet",
    "run",
]
