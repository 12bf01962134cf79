"""Many tumours in few jobs, and back: packed by cancer type and reference, then split into what each would get."""

from __future__ import annotations

from cgi_runner.cohort.life import Cohort, Flags, run
from cgi_runner.cohort.outcome import Report
from cgi_runner.cohort.sheet import Defaults, read_sheet
from cgi_runner.cohort.tables import merge

__all__ = ["Cohort", "Defaults", "Flags", "Report", "merge", "read_sheet", "run"]
