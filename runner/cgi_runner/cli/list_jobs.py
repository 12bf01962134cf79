"""The command `list`: list the jobs of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cgi_runner.cli import options as opt

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import ServiceOptions


@click.command("list", epilog=opt.examples("cgi-runner list --long"))
@opt.service
@click.option("--long", is_flag=True, help="Show details of each job (one extra request per job).")
@opt.as_json
def list_jobs(*, long: bool, as_json: bool, **options: Unpack[ServiceOptions]) -> None:
    """List the account's jobs, one id per line.

    With --long, the tab-separated columns are id, status, title, cancer type, reference and date (UTC).
    """
    from cgi_runner.cli import printing
    from cgi_runner.job.account_jobs import iter_job_info

    with opt.connect(options) as connection:
        ids = connection.api.list_jobs()
        jobs = (
            [printing.job_to_dict(job) for job in iter_job_info(connection.api, ids[::-1])]
            if long
            else [{"id": job} for job in ids]
        )
    if as_json:
        printing.print_json(jobs)
    else:
        printing.print_rows([tuple(job.values()) for job in jobs])
