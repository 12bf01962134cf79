"""Call the Cancer Genome Interpreter (CGI) as one step of a pipeline.

What stands in `__all__` is the public API (docs/python.md); every other module is private and may change. The names are
imported when they are first used, so that `cgi-runner --help` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cgi_runner.api import CohortResult, RunResult, connect, read_results, run, run_cohort
    from cgi_runner.cohort.outcome import CohortError
    from cgi_runner.errors import (
        AccountFullError,
        CredentialsError,
        ForeignResultsError,
        InputError,
        JobFailedError,
        JobNotShownError,
        ResultsError,
        RowsMissingError,
        RunnerError,
        ServiceError,
        StillRunningError,
    )
    from cgi_runner.findings import Findings
    from cgi_runner.service.cgi_v1 import CgiClient

__version__ = "0.1.0"

__all__ = [
    "AccountFullError",
    "CgiClient",
    "CohortError",
    "CohortResult",
    "CredentialsError",
    "Findings",
    "ForeignResultsError",
    "InputError",
    "JobFailedError",
    "JobNotShownError",
    "ResultsError",
    "RowsMissingError",
    "RunResult",
    "RunnerError",
    "ServiceError",
    "StillRunningError",
    "__version__",
    "connect",
    "read_results",
    "run",
    "run_cohort",
]

_MODULES = {
    **dict.fromkeys(("CohortResult", "RunResult", "connect", "read_results", "run", "run_cohort"), "api"),
    "CgiClient": "service.cgi_v1",
    "CohortError": "cohort.outcome",
    "Findings": "findings",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'errors')}"), name)


def __dir__() -> list[str]:
    """List the public names, for those who explore at a prompt."""
    return sorted(__all__)
