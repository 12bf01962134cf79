"""The command `run`: check, submit once, wait, fetch and verify."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cgi_runner.cli import job_requests
from cgi_runner.cli import options as opt
from cgi_runner.cli.report import report_option, report_results
from cgi_runner.errors import RowsMissingError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import RunOptions

log = logging.getLogger(__name__)


@click.command(
    epilog=opt.examples(
        "cgi-runner run --sandbox --mutations examples/mutations.tsv --cancer-type CM --reference hg38 -o results"
    )
)
@opt.inputs
@opt.output
@opt.service
@opt.sandbox
@opt.deadline
@opt.delete
@opt.delete_adopted
@opt.strict
@opt.fresh
@opt.pseudonyms
@opt.attempts
@click.option("--confirm", is_flag=True, help="Show what would be sent, and ask on the terminal before submitting.")
@report_option
@opt.as_json
def run(*, output: Path, **options: Unpack[RunOptions]) -> None:
    """Check, submit once, wait, fetch and verify.

    Re-run the same command to resume; an existing job is never submitted twice.
    """
    from cgi_runner import job
    from cgi_runner.cli import printing
    from cgi_runner.cli.summary import Review
    from cgi_runner.job.attempts import run_with_attempts

    job_request = job_requests.build_job_request(options, pseudonyms=options["pseudonyms"])
    review = Review(job_request.cancer_type, asks=options["confirm"])
    with opt.connect(options, sandbox_folder=output if options["sandbox"] else None) as connection:
        context = opt.job_context(connection, options["deadline"])
        run_once = partial(
            job.run,
            job_request,
            output,
            fresh=options["fresh"],
            delete=options["delete"],
            delete_adopted=options["delete_adopted"],
            strict=options["strict"],
            review=review,
        )
        try:
            record = run_with_attempts(run_once, context, options["attempts"])
        except RowsMissingError:
            report_results(output, is_wanted=options["report"], is_shown=False)
            raise
        finally:
            context.progress.clear()
    shown = report_results(output, is_wanted=options["report"], is_shown=not options["as_json"])
    if options["as_json"]:
        printing.print_json(record.as_json())
    else:
        printing.print_results(record, output, shown)
    if record.not_deleted:
        log.warning("not deleted at CGI: job %s: %s", record.job_id, record.not_deleted)
