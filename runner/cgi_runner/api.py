"""The public API: run a job or a cohort, read results, talk to the service. Its names stand in `cgi_runner`.

Each function does what the command of the same name does, and raises what the command ends with: a subclass of
`RunnerError`, with a sentence, a tip and an exit code. Nothing is printed; what is decided on the way goes to the
logger `cgi_runner`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cgi_runner.api_settings import (
    PathLike,
    Settings,
    parse_address,
    parse_options,
    parse_path,
    parse_reference,
    parse_sources,
    parse_title,
    refuse_unknown,
)
from cgi_runner.cancer_types import choose
from cgi_runner.cohort import Cohort, Defaults, Flags, Report, has_open_jobs
from cgi_runner.cohort import run as run_batches
from cgi_runner.cohort.events import EventListener, ignore_event
from cgi_runner.connection import ServiceConnection, connect_sandbox, connect_service
from cgi_runner.errors import InputError, RunnerError
from cgi_runner.findings import TOP, Findings, read_findings
from cgi_runner.job import JobRequest, Record, State
from cgi_runner.job import run as run_job
from cgi_runner.job.attempts import run_with_attempts
from cgi_runner.output.folder import not_returned, unaccounted_kinds
from cgi_runner.redaction import redact
from cgi_runner.service.cgi_v1 import CgiClient

if TYPE_CHECKING:
    from typing_extensions import Unpack


@dataclass(frozen=True)
class RunResult:
    """A finished job, whose verified results are in a folder."""

    output: Path
    job_id: str
    cancer_type: str
    """CGI's id."""
    reference: str
    """hg19 or hg38."""
    rows_not_sent: int
    """Listed in dropped.tsv, each with its reason."""
    rows_missing: int | None
    """Rows that were sent and did not come back; None where the archive does not show it."""
    warnings: tuple[str, ...]
    is_deleted: bool
    """Whether the job is deleted at CGI."""


@dataclass(frozen=True)
class CohortResult:
    """A finished cohort, whose samples have a folder each."""

    output: Path
    samples: int
    """How many samples have verified results."""
    samples_skipped: int
    jobs: int
    rows_missing: int | None
    """Rows that were sent and did not come back; None where the archives do not show it of every sample."""
    tables: tuple[Path, ...]
    """One table of each kind for all samples."""


def run(
    *,
    output: PathLike,
    cancer_type: str,
    sample: str | None = None,
    tumor_column: str | None = None,
    all_samples: bool = False,
    attempts: int = 1,
    **settings: Unpack[Settings],
) -> RunResult:
    """Check, submit once, wait, fetch and verify; the same call again resumes.

    Args:
        output: Folder for the results and the job's record.
        cancer_type: CGI's id, a name, or a code with its list, e.g. `oncotree:ES`.
        sample: Name of the patient's sample, for an input that holds one sample.
        tumor_column: Sample column of the tumour in a VCF.
        all_samples: Whether all sample columns of a VCF except normals are sent.
        attempts: How often to try at most: goes on, with pauses, after a damaged archive, a service that is away or a
            full account.
        **settings: Inputs, service and handling; see `Settings`. At least one of `mutations`, `cnas`, `translocations`.

    Returns:
        What came of it; `read_results` reads the results.

    Raises:
        InputError: The inputs cannot be used; nothing was sent.
        RunnerError: Of the class that says what to do, e.g. `StillRunningError` after the deadline.

    """
    refuse_unknown(settings)
    out = parse_path("output", output)
    if attempts < 1:
        raise InputError(f"found {attempts} attempts, expected at least 1")
    with _redact_errors():
        chosen = choose(cancer_type, any_type=settings.get("any_cancer_type", False))
        chosen.log()
        options = replace(parse_options(settings), sample=sample, tumor_column=tumor_column, all_samples=all_samples)
        request = JobRequest(
            sources=parse_sources(settings, is_required=True),
            cancer_type=chosen.id,
            reference=parse_reference(settings),
            title=parse_title(settings),
            options=options,
            cancer_type_notes=chosen.notes,
            pseudonyms=settings.get("pseudonyms", False),
        )
        with _connection(settings, out, sample) as connection:
            run_once = partial(
                run_job,
                request,
                out,
                fresh=settings.get("fresh", False),
                delete=settings.get("delete", False),
                delete_adopted=settings.get("delete_adopted", False),
                strict=settings.get("strict", False),
            )
            record = run_with_attempts(run_once, connection.context(settings.get("deadline", "6h")), attempts)
    return _run_result(out, record)


def run_cohort(
    samples: PathLike | None = None,
    *,
    output: PathLike,
    cancer_type: str = "",
    skip_bad: bool = False,
    max_rows: int = 100_000,
    on_event: EventListener = ignore_event,
    **settings: Unpack[Settings],
) -> CohortResult:
    """Run many samples in as few jobs as possible; the same call again resumes.

    Args:
        samples: The sheet of samples; None takes those of the files in `settings`.
        output: Folder for all of it, with a folder for each sample.
        cancer_type: For samples whose cell in the sheet is empty.
        skip_bad: Whether samples that cannot be used are left out; otherwise they are an error, all of them listed.
        max_rows: Most rows in one job, 1 to 250,000.
        on_event: Called with every change, as a dict that can be written as JSON.
        **settings: Inputs that samples share, service and handling; see `Settings`.

    Returns:
        What came of it; `read_results` reads the results of all samples or of one.

    Raises:
        CohortError: Some jobs have no results; those of the others are complete.
        InputError: Samples or files cannot be used; nothing was sent.
        RunnerError: Of the class that says what to do.

    """
    refuse_unknown(settings)
    out = parse_path("output", output)
    if not 0 < max_rows <= 250_000:  # noqa: PLR2004 - as the option
        raise InputError(f"found max_rows {max_rows}, expected 1 to 250000")
    with _redact_errors():
        cohort = Cohort(
            sheet=None if samples is None else parse_path("samples", samples),
            shared=parse_sources(settings, is_required=False),
            defaults=Defaults(cancer_type, parse_reference(settings), settings.get("any_cancer_type", False)),
            title=parse_title(settings),
            options=parse_options(settings),
            max_rows=max_rows,
            pseudonyms=settings.get("pseudonyms", False),
        )
        names = ("fresh", "delete", "delete_adopted")
        flags = Flags(skip_bad=skip_bad, **{name: bool(settings.get(name)) for name in names})
        with _connection(settings, out, is_needed=has_open_jobs) as connection:
            report = run_batches(cohort, out, connection.context(settings.get("deadline", "6h")), flags, on_event)
        report.raise_for_failures(strict=settings.get("strict", False))
    return _cohort_result(out, report)


def read_results(path: PathLike, *, top: int = TOP) -> Findings:
    """Read what was found: drivers, drug matches and warnings, the same for every version of CGI.

    Args:
        path: An output folder of a run or of a cohort, or a zip saved from CGI.
        top: How many rows to keep of what is only listed: mutations that are no drivers, rows that were left out.

    Raises:
        InputError: There are no results, or they cannot be read.

    """
    with _redact_errors():
        return read_findings(parse_path("path", path), top=top)


@contextmanager
def connect(
    *,
    api_url: str | None = None,
    credentials: PathLike | None = None,
    ca_bundle: PathLike | None = None,
    insecure: bool = False,
) -> Iterator[CgiClient]:
    """Return a client of CGI's API: `list_jobs`, `get_job`, `logs`, `delete`.

    Args:
        api_url: Base URL of the API; None takes `CGI_API_URL`, or else CGI's own.
        credentials: File with one line: e-mail, space, token; None takes the environment, as the commands do.
        ca_bundle: Certificates (PEM) to trust for the service.
        insecure: Whether the service's certificate is not checked. Dangerous.

    Yields:
        The client, closed when the block ends.

    Raises:
        CredentialsError: There are none, or they cannot be used.
        InputError: The address cannot be used.

    """
    settings: Settings = {"insecure": insecure}
    if api_url is not None:
        settings["api_url"] = api_url
    if credentials is not None:
        settings["credentials"] = credentials
    if ca_bundle is not None:
        settings["ca_bundle"] = ca_bundle
    with _redact_errors(), connect_service(parse_address(settings), {}) as connection:
        yield connection.api


def _connection(
    settings: Settings, out: Path, sample: str | None = None, *, is_needed: Callable[[Path], bool] | None = None
) -> AbstractContextManager[ServiceConnection]:
    address = parse_address(settings)
    if settings.get("sandbox", False):
        return connect_sandbox(address, out, is_needed)
    return connect_service(address, {"title": settings.get("title"), "sample": sample})


@contextmanager
def _redact_errors() -> Iterator[None]:
    """Make sure that no error quotes a secret: a caller may print it anywhere."""
    try:
        yield
    except RunnerError as error:
        error.message, error.tip = redact(error.message), redact(error.tip)
        error.args = (error.message,)
        raise


def _run_result(out: Path, record: Record) -> RunResult:
    return RunResult(
        output=out,
        job_id=record.job_id,
        cancer_type=record.cancer_type,
        reference=record.reference,
        rows_not_sent=sum(record.not_sent.values()),
        rows_missing=None if unaccounted_kinds(record) else not_returned(record),
        warnings=tuple(redact(text) for text in record.warnings),
        is_deleted=record.state is State.DELETED,
    )


def _cohort_result(out: Path, report: Report) -> CohortResult:
    return CohortResult(
        output=out,
        samples=report.samples_done,
        samples_skipped=len(report.ledger.skipped),
        jobs=report.jobs,
        rows_missing=None if report.samples_unaccounted else report.rows_missing,
        tables=tuple(out / name for name in report.ledger.tables),
    )
