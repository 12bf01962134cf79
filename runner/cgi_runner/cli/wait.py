"""The command `wait`: wait until a job has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cgi_runner.cli import job_argument
from cgi_runner.cli import options as opt

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import ServiceOptions


@click.command(epilog=opt.examples("cgi-runner wait job --deadline 2h"))
@job_argument.job
@opt.service
@opt.deadline
@opt.as_json
def wait(*, job: str, deadline: str, as_json: bool, **options: Unpack[ServiceOptions]) -> None:
    """Wait until a job has ended.

    JOB is a job's id, an output folder, or a cgi-job.json.
    """
    from cgi_runner.cli import printing
    from cgi_runner.job.lifecycle import wait as wait_for
    from cgi_runner.job.poll import job_failed_error

    wanted = job_argument.resolve_job(job)
    with job_argument.connect_to_job(wanted, options, needs_job=True) as connection:
        answer = wait_for(wanted.job_id, opt.job_context(connection, deadline))
    if answer.status.is_error:
        raise job_failed_error(wanted.job_id, answer)
    if as_json:
        printing.print_json({"id": wanted.job_id, "status": answer.status.name})
    else:
        click.echo(answer.status.name)
