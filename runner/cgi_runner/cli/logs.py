"""The command `logs`: show the log of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cgi_runner.cli import job_argument
from cgi_runner.cli import options as opt

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import ServiceOptions


@click.command(epilog=opt.examples("cgi-runner logs job --follow"))
@job_argument.job
@opt.service
@click.option("--follow", is_flag=True, help="Keep showing new lines until the job has ended.")
@opt.deadline
@opt.as_json
def logs(*, job: str, follow: bool, deadline: str, as_json: bool, **options: Unpack[ServiceOptions]) -> None:
    """Show a job's log, even while it runs.

    JOB is a job's id, an output folder, or a cgi-job.json.
    """
    from cgi_runner.cli import printing
    from cgi_runner.cli.follow import follow as follow_log
    from cgi_runner.job.lifecycle import wait as wait_for

    wanted = job_argument.resolve_job(job)
    with job_argument.connect_to_job(wanted, options, needs_job=follow) as connection:
        if follow and not as_json:
            follow_log(wanted.job_id, opt.job_context(connection, deadline))
            return
        answer = (
            wait_for(wanted.job_id, opt.job_context(connection, deadline))
            if follow
            else connection.api.logs(wanted.job_id)
        )
    if as_json:
        printing.print_json({"status": answer.status.name, "logs": list(answer.lines)})
    else:
        printing.print_rows([(line,) for line in answer.lines])
