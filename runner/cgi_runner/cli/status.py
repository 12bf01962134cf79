"""The command `status`: show what CGI knows of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cgi_runner.cli import job_argument
from cgi_runner.cli import options as opt

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import ServiceOptions


@click.command(epilog=opt.examples("cgi-runner status job --json"))
@job_argument.job
@opt.service
@opt.as_json
def status(*, job: str, as_json: bool, **options: Unpack[ServiceOptions]) -> None:
    """Show the status and the description of a job.

    JOB is a job's id, an output folder, or a cgi-job.json.
    """
    from cgi_runner.cli import printing

    wanted = job_argument.resolve_job(job)
    with job_argument.connect_to_job(wanted, options) as connection:
        about = printing.job_to_dict(connection.api.get_job(wanted.job_id))
    if as_json:
        printing.print_json(about)
    else:
        printing.print_rows(list(about.items()))
