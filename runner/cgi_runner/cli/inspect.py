"""Commands that look at the account's jobs, or remove one: status, logs, list, delete."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from cgi_runner.cli import options as opt
from cgi_runner.cli import target
from cgi_runner.errors import InputError

if TYPE_CHECKING:
    from cgi_runner.api import JobInfo


@click.command(epilog=opt.examples("cgi-runner status job --json"))
@target.job
@opt.service
@opt.as_json
def status(*, job: str, as_json: bool, **options: Any) -> None:
    """Show what CGI knows of a job."""
    from cgi_runner.cli import show

    wanted = target.find(job)
    with target.contact_for(wanted, options) as contact:
        about = _plain(contact.api.job(wanted.job_id))
    if as_json:
        show.machine(about)
    else:
        show.table(list(about.items()))


@click.command(epilog=opt.examples("cgi-runner logs job --follow"))
@target.job
@opt.service
@click.option("--follow", is_flag=True, help="Go on showing new lines until the job has ended.")
@opt.deadline
@opt.as_json
def logs(*, job: str, follow: bool, deadline: str, as_json: bool, **options: Any) -> None:
    """Show a job's log, also while it runs."""
    from cgi_runner.cli import show
    from cgi_runner.job.life import wait as wait_for

    wanted = target.find(job)
    with target.contact_for(wanted, options) as contact:
        answer = wait_for(wanted.job_id, contact.desk(deadline)) if follow else contact.api.logs(wanted.job_id)
    if as_json:
        show.machine({"status": answer.status.word, "logs": list(answer.lines)})
    else:
        show.table([(line,) for line in answer.lines])


@click.command("list", epilog=opt.examples("cgi-runner list --long"))
@opt.service
@click.option("--long", is_flag=True, help="Also status, date, cancer type and title: one request for each job.")
@opt.as_json
def list_jobs(*, long: bool, as_json: bool, **options: Any) -> None:
    """List the account's jobs."""
    from cgi_runner.cli import show
    from cgi_runner.job.submit import look_through

    with opt.contact(options) as contact:
        ids = contact.api.jobs()
        jobs = [_plain(job) for job in look_through(contact.api, ids[::-1])] if long else [{"id": job} for job in ids]
    if as_json:
        show.machine(jobs)
    else:
        show.table([tuple(job.values()) for job in jobs])


@click.command(epilog=opt.examples("cgi-runner delete results"))
@target.job
@opt.service
@click.option("--force", is_flag=True, help="Also a job that has not ended, or whose results are not verified here.")
@opt.as_json
def delete(*, job: str, force: bool, as_json: bool, **options: Any) -> None:
    """Delete a job and its results at CGI.

    By its folder, only once the results in it are verified; by its id, only once the job has ended.
    """
    from cgi_runner.cli import show

    wanted = target.find(job)
    if wanted.record and not wanted.record.state.is_complete and not force:
        raise InputError(
            f"the results of job {wanted.job_id} are not verified in {wanted.folder}",
            tip="fetch them first, or delete with --force",
        )
    with target.contact_for(wanted, options) as contact:
        about = None if force or wanted.record else contact.api.job(wanted.job_id)
        if about and not (about.status.is_done or about.status.is_error):
            raise InputError(f"job {wanted.job_id} is still at work", tip="wait for it, or delete with --force")
        contact.api.delete(wanted.job_id)
    if as_json:
        show.machine({"id": wanted.job_id, "deleted": True})
    else:
        click.echo(f"deleted {wanted.job_id}")


def _plain(job: JobInfo) -> dict[str, str]:
    return {**asdict(job), "status": job.status.word}
