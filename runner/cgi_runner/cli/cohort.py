"""The command `cohort`: run many samples in few jobs."""

from __future__ import annotations

import logging
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cgi_runner.cli import job_requests
from cgi_runner.cli import options as opt
from cgi_runner.cli.cohort_progress import CohortProgress, ignore_broken_pipe
from cgi_runner.cli.report import Shown, report_option, report_results

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import CohortOptions
    from cgi_runner.cohort import CohortPlan, Report

log = logging.getLogger(__name__)

_PATH = click.Path(path_type=Path)


@click.command(
    epilog=opt.examples(
        "cgi-runner cohort --sandbox --mutations examples/mutations.tsv --cancer-type CM --reference hg38 -o cohort"
    ),
)
@click.argument("samples", type=_PATH, required=False)
@click.option("-o", "--output", type=_PATH, metavar="DIR", help="Output folder; optional with --dry-run.")
@opt.files
@opt.cancer_type(default="")
@opt.any_cancer_type
@opt.reference
@opt.ignore_build_hints
@opt.title
@opt.reading
@click.option("--skip-bad", is_flag=True, help="Skip unusable samples and list them.")
@click.option(
    "--max-rows",
    type=click.IntRange(1, 250_000),
    default=100_000,
    show_default=True,
    metavar="N",
    help="Most rows of a job. Larger jobs are untested at CGI.",
)
@click.option("--dry-run", is_flag=True, help="Show which samples would be sent in which jobs; send and write nothing.")
@opt.service
@opt.sandbox
@opt.deadline
@opt.delete
@opt.delete_adopted
@opt.strict
@opt.fresh
@opt.pseudonyms
@report_option
@opt.as_json
def cohort(*, samples: Path | None, output: Path | None, **options: Unpack[CohortOptions]) -> None:
    """Run many samples in as few jobs as possible.

    SAMPLES is a table with the columns sample, cancer_type, reference, mutations, cnas and translocations. The last
    three name each sample's files, relative to the table; an option of that name gives one file for all samples
    instead. Cancer type and reference can also be given by option, for samples whose cells are empty. Without SAMPLES,
    all samples in the files given by option are run.

    All samples are checked before anything is sent. Each gets a folder with the same files as a single run. With
    --delete, jobs that are done make room for the next ones. --json prints one object per line for each change.

    Re-run the same command to resume; samples that were added to the table are then sent too.
    """
    from cgi_runner import cohort as cohorts

    wanted = cohorts.Cohort(
        sheet=samples,
        shared=job_requests.list_sources(options),
        defaults=cohorts.Defaults(options["cancer_type"], options["reference"], options["any_cancer_type"]),
        title=options["title"],
        options=job_requests.read_options(options),
        max_rows=options["max_rows"],
        pseudonyms=options["pseudonyms"],
    )
    flags = cohorts.Flags(
        fresh=options["fresh"],
        delete=options["delete"],
        delete_adopted=options["delete_adopted"],
        skip_bad=options["skip_bad"],
    )
    if options["dry_run"]:
        _show_plan(cohorts.plan_cohort(wanted, output, flags), as_json=options["as_json"])
        return
    if output is None:
        raise click.UsageError("Missing option '-o' / '--output'.")
    with ExitStack() as stack:
        folder = output if options["sandbox"] else None
        connection = stack.enter_context(opt.connect(options, sandbox_folder=folder, is_needed=cohorts.has_open_jobs))
        progress = stack.enter_context(closing(CohortProgress(as_json=options["as_json"])))
        report = cohorts.run(wanted, output, opt.job_context(connection, options["deadline"]), flags, progress.show)
    shown = Shown()
    if report.samples_done:
        shown = report_results(output, is_wanted=options["report"], is_shown=not options["as_json"])
    if not options["as_json"]:
        with ignore_broken_pipe():
            _show(report, output, shown)
    for record in report.ledger.records.values():
        if record.not_deleted:
            log.warning("not deleted at CGI: job %s: %s", record.job_id, record.not_deleted)
    report.raise_for_failures(strict=options["strict"])


def _show(report: Report, output: Path, shown: Shown) -> None:
    """Print what a cohort brought, in the order in which a person asks."""
    from cgi_runner.cli import printing
    from cgi_runner.cohort.names import plural

    ledger = report.ledger
    done, total = report.samples_done, len(ledger.plan.folders)
    samples = plural(total, "sample") if done == total else f"{done} of {plural(total, 'sample')}"
    lines = [f"{samples} in {plural(report.jobs, 'job')}: verified results in {output}"]
    if ledger.skipped:
        lines.append(f"  skipped: {plural(len(ledger.skipped), 'sample')}, for the reasons given above")
    if report.rows_missing:
        lines.append(f"  missing: {plural(report.rows_missing, 'row')}, sent and not returned; dropped.tsv lists them")
    if report.samples_unaccounted:
        unaccounted = plural(report.samples_unaccounted, "sample")
        lines.append(f"  missing: unknown for {unaccounted}, the archives do not show which of their rows came back")
    for pack in ledger.plan.batches if not shown.warnings else ():
        record = ledger.records.get(pack.number)
        lines += [f"  warning: job {pack.name}: {text}" for text in record.warnings] if record else []
    lines += [f"  warning: {text}" for text in shown.warnings]
    lines += [f"  {output / name}" for name in (*ledger.tables, "samples.tsv")]
    lines += shown.lines
    printing.print_rows((line,) for line in lines)


def _show_plan(plan: CohortPlan, *, as_json: bool) -> None:
    """Print what would be sent in which job."""
    from cgi_runner.cancer_types import describe
    from cgi_runner.cli import printing
    from cgi_runner.cohort.names import plural

    if as_json:
        printing.print_json(plan.as_json())
        return
    samples = sum(len(pack.members) for pack in plan.batches)
    rows = sum(pack.rows for pack in plan.batches)
    numbers = f"{plural(samples, 'sample')} with {plural(rows, 'row')} in {plural(len(plan.batches), 'job')}"
    printing.print_lines([f"would send {numbers}; nothing was sent or written"])
    for pack in plan.batches:
        one = pack.members[0]
        about = [describe(one.sample.cancer_type), one.reference.build, plural(pack.rows, "row")]
        printing.print_lines([f"  job {pack.name}: {', '.join(about)}"])
        printing.print_lines(f"    {member.sample.label}: {plural(member.rows, 'row')}" for member in pack.members)
    printing.print_lines(f"  left out: {one.name}: {one.reason.splitlines()[0]}" for one in plan.skipped)
