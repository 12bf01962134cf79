"""Commands that look at the account's jobs, or remove one: status, logs, list, delete."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from cgi_runner.cli import options as opt
from cgi_runner.cli import target
from cgi_runner.errors import InputError

if TYPE_CHECKING:
    from cgi_runner.api import Api, JobInfo


@click.command(epilog=opt.examples("cgi-runner status job --json"))
@target.job
@opt.service
@opt.as_json
def status(*, job: str, as_json: bool, **options: Any) -> None:
    """Show what CGI knows of a job.

    JOB is a job's id, an output folder, or a cgi-job.json.
    """
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
    """Show a job's log, also while it runs.

    JOB is a job's id, an output folder, or a cgi-job.json.
    """
    from cgi_runner.cli import show
    from cgi_runner.cli.follow import follow as follow_log
    from cgi_runner.job.life import wait as wait_for

    wanted = target.find(job)
    with target.contact_for(wanted, options) as contact:
        if follow and not as_json:
            follow_log(wanted.job_id, contact.desk(deadline), contact.session)
            return
        answer = wait_for(wanted.job_id, contact.desk(deadline)) if follow else contact.api.logs(wanted.job_id)
    if as_json:
        show.machine({"status": answer.status.word, "logs": list(answer.lines)})
    else:
        show.table([(line,) for line in answer.lines])


@click.command("list", epilog=opt.examples("cgi-runner list --long"))
@opt.service
@click.option("--long", is_flag=True, help="Also what CGI knows of each job, for one request each.")
@opt.as_json
def list_jobs(*, long: bool, as_json: bool, **options: Any) -> None:
    """List the account's jobs, one id a line.

    With --long, tabs between id, status, title, cancer type, reference and date (UTC).
    """
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
@click.option(
    "--force", is_flag=True, help="Delete even a job that is at work, or whose results are not verified here."
)
@opt.as_json
def delete(*, job: str, force: bool, as_json: bool, **options: Any) -> None:
    """Delete a job and its results at CGI.

    JOB is a job's id, an output folder, or a cgi-job.json. By its folder or record, only once the results are
    verified; by its id, only once the job has ended.
    """
    from cgi_runner.cli import show
    from cgi_runner.job import State

    wanted = target.find(job)
    if not force:
        _refuse_unverified(wanted)
    if not (wanted.record and wanted.record.state is State.DELETED):
        with target.contact_for(wanted, options) as contact:
            _delete(wanted, contact.api, force=force)
    if as_json:
        show.machine({"id": wanted.job_id, "deleted": True})
    else:
        click.echo(f"deleted {wanted.job_id}")


def _refuse_unverified(wanted: target.Target) -> None:
    """See to it that nothing is deleted at CGI that is not safe here."""
    from cgi_runner.job.finish import is_intact

    record, folder = wanted.record, wanted.folder
    if record is None or folder is None:
        return
    # A record alone, as workflow engines hand it on, is taken at its word; a folder has to hold what it says.
    if not record.state.is_complete or (wanted.is_folder and not is_intact(folder, record)):
        raise InputError(
            f"the results of job {wanted.job_id} are not verified in {folder}",
            tip="fetch them first, or delete with --force",
        )


def _delete(wanted: target.Target, api: Api, *, force: bool) -> None:
    from cgi_runner.api import UnknownJobError
    from cgi_runner.clock import SystemClock
    from cgi_runner.job.journal import NAME, Journal, State

    about = api.job(wanted.job_id)
    if not (force or about.status.is_done or about.status.is_error):
        raise InputError(f"job {wanted.job_id} is still at work", tip="wait for it, or delete with --force")
    with suppress(UnknownJobError):  # it was there a moment ago: an answer to this very request was lost on its way
        api.delete(wanted.job_id)
    if wanted.record and wanted.folder and wanted.record.state.is_complete:
        with suppress(OSError):  # engines hand records on in places where nothing can be written
            Journal(wanted.folder / NAME, wanted.record, SystemClock()).advance(State.DELETED)


def _plain(job: JobInfo) -> dict[str, str]:
    return {**asdict(job), "status": job.status.word}
