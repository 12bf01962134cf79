"""`summary.txt`: what was analysed and how many of each, in CGI's blocks, with numbers that add up (fact 39)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cgi_sandbox.knowledge_base import DISCLAIMER
from cgi_sandbox.progress import local
from cgi_sandbox.store import Job

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
    """Write the text of `summary.txt`.

    Args:
        job: The job, for its title, id, time, cancer type and genome build.
        counts: The numbers of the analysis, in the blocks of v23.12.2 (fact 39).

    """
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
