"""`summary.txt`: what was analysed and how many of each, in the blocks that CGI has, with numbers that add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cgi_runner.sandbox.facts import DISCLAIMER
from cgi_runner.sandbox.progress import local
from cgi_runner.sandbox.store import Job

VERSION = "v23.12.2-sandbox"
BOTH = "oncogenic (predicted and annotated)"
PREDICTED = "oncogenic (predicted)"
ANNOTATED = "oncogenic (annotated)"


@dataclass
class Counts:
    """What an analysis counts while it writes its tables."""

    mutations: int = 0
    cnas: int = 0
    fusions: int = 0
    samples: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    in_type: int = 0
    in_type_level_a: int = 0
    in_other_type: int = 0


def summary(job: Job, counts: Counts) -> str:
    """Write the text of `summary.txt`."""
    verdicts = counts.verdicts
    return f"""===============================
=== Summary of the analysis ===
===============================
{DISCLAIMER}

=== CGI-ANALYSIS ===
Analysis Code: {job.title}
Analysis ID: {job.id}
CGI version: {VERSION}
Date: {local(job.posted_at + job.duration)}

=== INPUT ===
Analysed mutations: {counts.mutations}
Analysed cnas: {counts.cnas}
Analysed fusions: {counts.fusions}
Total samples: {counts.samples}
Cancer type: {job.cancer_type}
Reference genome: {job.reference}

=== ALTERATIONS ===
Driver mutations: {verdicts[BOTH] + verdicts[PREDICTED] + verdicts[ANNOTATED]}
Predicted and annotated drivers: {verdicts[BOTH]}
Predicted drivers: {verdicts[PREDICTED]}
Annotated drivers: {verdicts[ANNOTATED]}

=== BIOMARKERS ===
Biomarkers in cancer type: {counts.in_type}
Biomarkers in cancer type - Level A: {counts.in_type_level_a}
Biomarkers in other cancer type: {counts.in_other_type}

"""
