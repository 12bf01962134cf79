"""A cohort from its sheet to the results of every sample; the same command again resumes where it stopped."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from cgi_runner.cohort.events import EndEvent, EventListener, PlanEvent, ignore_event, timestamp
from cgi_runner.cohort.flags import Flags
from cgi_runner.cohort.jobs import CohortJobs
from cgi_runner.cohort.merged_tables import write_tables
from cgi_runner.cohort.names import plural
from cgi_runner.cohort.outcome import Report
from cgi_runner.cohort.packing import USUAL_ROWS
from cgi_runner.cohort.prepare import PreparedSamples, prepare_samples
from cgi_runner.cohort.record import SAMPLES, CohortRecord
from cgi_runner.cohort.shared_inputs import SharedInputs, prepare_shared
from cgi_runner.cohort.sheet import REFERENCES, Defaults, RejectedSample, Sheet, read_sheet, sheet_from_names
from cgi_runner.errors import InputError
from cgi_runner.inputs import Kind, Options
from cgi_runner.job import JobContext
from cgi_runner.output.locking import output_lock

log = logging.getLogger(__name__)

_MAX_LINES = 6  # of what is wrong with one sample; `check` shows all of it


@dataclass(frozen=True)
class Cohort:
    """What the user wants analysed: a sheet of samples, or files that all of them share, or both."""

    sheet: Path | None
    shared: Mapping[Kind, Path | Sequence[Path]] = field(default_factory=dict)
    defaults: Defaults = field(default_factory=Defaults)
    title: str = ""
    options: Options = field(default_factory=Options)
    """How the input files are to be read."""
    max_rows: int = USUAL_ROWS
    pseudonyms: bool = False
    """Whether the title stays here, too; samples always have made-up ids in a job."""


def run(
    cohort: Cohort, out: Path, context: JobContext, flags: Flags | None = None, on_event: EventListener = ignore_event
) -> Report:
    """Check all samples, pack them into few jobs, submit, wait, fetch, verify, and give each sample its results.

    Args:
        cohort: The samples.
        out: The folder for all of it.
        context: What to work with; its deadline is that of the whole cohort.
        flags: How.
        on_event: Called with every change, as values that can be written as JSON.

    Raises:
        InputError: Samples cannot be used, all of them listed; or the folder is taken.
        CredentialsError: The account is not accepted.

    """
    flags = flags or Flags()
    with output_lock(out, context.deadline) as work:
        found = prepare_cohort(cohort, out, work, flags)
        skipped = [*found.rejected, *found.sheet.left_out]
        ledger = CohortRecord(
            out,
            context.service,
            cohort.title,
            context.clock,
            sheet={"columns": found.sheet.columns, "unused": found.sheet.unused},
            skipped=skipped,
            pseudonyms=cohort.pseudonyms,
        )
        ledger.make_plan(found.samples, cohort.max_rows)
        ledger.write()
        on_event(_log_plan(ledger, found))
        jobs = CohortJobs(ledger, context, work, flags, on_event)
        try:
            jobs.run()
        finally:
            folders = [out / ledger.plan.folders[label] for label in sorted(ledger.missing)]
            ledger.tables = write_tables(folders, out, work, rest=found.dropped) if folders else []
            ledger.write()
        report = Report(ledger, jobs.failures)
        on_event(EndEvent(time=timestamp(context.clock), event="end", **report.as_json()))
        return report


def _log_plan(ledger: CohortRecord, found: PreparedSamples) -> PlanEvent:
    """Log what is going to be sent, and return it as an event."""
    batches = ledger.plan.batches
    rows = sum(batch.rows for batch in batches)
    samples = plural(len(found.samples), "sample")
    log.info("%s with %s: %s", samples, plural(rows, "row"), plural(len(batches), "job"))
    for warning in ledger.warnings:
        log.warning("%s", warning)
    return PlanEvent(
        time=timestamp(ledger.clock),
        event="plan",
        samples=len(found.samples),
        skipped=len(found.rejected),
        jobs=len(batches),
        rows=rows,
    )


def prepare_cohort(cohort: Cohort, out: Path, work: Path, flags: Flags) -> PreparedSamples:
    """Prepare all samples of a cohort.

    Args:
        cohort: The sheet, and what all samples share.
        out: The output folder, which is not written.
        work: A folder for temporary files.
        flags: Whether samples that cannot be used are skipped.

    Raises:
        InputError: Samples cannot be used and are not to be skipped, or the sheet lies where a table will be written.

    """
    _refuse_own_table(cohort.sheet, out)
    found = _prepare_all(cohort, work)
    _require_usable(found, flags)
    return found


def _refuse_own_table(sheet: Path | None, out: Path) -> None:
    """Make sure that the sheet is not where the table of samples is going to be written."""
    is_same = False
    with suppress(OSError):  # one of them is not there
        is_same = sheet is not None and sheet.samefile(out / SAMPLES)
    if is_same:
        raise InputError(
            f"{sheet} would be overwritten with the table of the samples", tip="choose another --output, or move it"
        )


def _prepare_all(cohort: Cohort, work: Path) -> PreparedSamples:
    if not cohort.sheet and not cohort.shared:
        raise InputError(
            "found no samples, expected a sheet, or files that name them", tip="give SAMPLES or --mutations"
        )
    sheet = read_sheet(cohort.sheet, cohort.defaults, shared=cohort.shared) if cohort.sheet else None
    shared = SharedInputs()
    if cohort.shared:
        reference = _one_reference(sheet, cohort.defaults)
        options = replace(cohort.options, reference=reference, all_samples=True, samples_may_differ=True)
        shared = prepare_shared(cohort.shared, work / "shared", options)
    sheet = sheet or sheet_from_names(sorted(shared.names), cohort.defaults)
    return prepare_samples(sheet, shared, work / "samples", cohort.options)


def _one_reference(sheet: Sheet | None, defaults: Defaults) -> str | None:
    found = {sample.reference for sample in sheet.samples if sample.reference} if sheet else set()
    if len(found) > 1:
        raise InputError(
            f"found the references {' and '.join(sorted(found))} in the sheet, expected one for a shared file",
            tip="use a separate sheet and file for the samples of each reference",
        )
    return found.pop() if found else REFERENCES[defaults.reference.lower()] if defaults.reference else None


def _require_usable(found: PreparedSamples, flags: Flags) -> None:
    """Say which samples cannot be used, all at once.

    Raises:
        InputError: There are some, and they are not to be skipped; or no others are left.

    """
    if not found.rejected:
        return
    said = [_describe(bad) for bad in found.rejected]
    total = len(found.rejected) + len(found.samples)
    if flags.skip_bad and found.samples:
        log.warning("%d of %d samples are skipped:\n  %s", len(said), total, "\n  ".join(said))
        return
    raise InputError(
        "\n  ".join([f"{len(said)} of {total} samples cannot be used, nothing was sent:", *said]),
        tip="correct them, or skip them with --skip-bad" if found.samples else "correct them",
    )


def _describe(bad: RejectedSample) -> str:
    lines = bad.reason.splitlines()
    more = [f"… and {len(lines) - _MAX_LINES} more lines"] if len(lines) > _MAX_LINES else []
    return "\n    ".join([f"{bad.name}: {lines[0]}", *(line.strip() for line in [*lines[1:_MAX_LINES], *more])])
