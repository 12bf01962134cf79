"""The command `submit`: check and submit once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cgi_runner.cli import job_requests
from cgi_runner.cli import options as opt

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import SubmitOptions


@click.command(
    epilog=opt.examples("cgi-runner submit --mutations examples/mutations.tsv --cancer-type CM --reference hg38 -o job")
)
@opt.inputs
@opt.output
@opt.service
@opt.fresh
@opt.pseudonyms
@opt.as_json
def submit(*, output: Path, **options: Unpack[SubmitOptions]) -> None:
    """Check and submit once; print the job's id and exit.

    The folder then holds cgi-job.json and dropped.tsv; `wait` and `fetch` take the folder as their JOB.
    """
    from cgi_runner import job
    from cgi_runner.cli import printing
    from cgi_runner.cli.summary import Review

    job_request = job_requests.build_job_request(options, pseudonyms=options["pseudonyms"])
    review = Review(job_request.cancer_type)
    with opt.connect(options) as connection:
        record = job.submit(job_request, output, opt.job_context(connection), fresh=options["fresh"], review=review)
    if options["as_json"]:
        printing.print_json(record.as_json())
    else:
        click.echo(record.job_id)
