"""The one model of what was found, from which the report, its tables and every other output are drawn.

Files in, values out: nothing here writes, asks the service, or knows the time.
"""

from cgi_runner.findings.model import (
    Alteration,
    AlterationClass,
    Dropped,
    Findings,
    Match,
    MatchKind,
    SampleCounts,
    Source,
    StructuralAlteration,
    TumourMatch,
)
from cgi_runner.findings.read import TOP, read_findings

__all__ = [
    "TOP",
    "Alteration",
    "AlterationClass",
    "Dropped",
    "Findings",
    "Match",
    "MatchKind",
    "SampleCounts",
    "Source",
    "StructuralAlteration",
    "TumourMatch",
    "read_findings",
]
