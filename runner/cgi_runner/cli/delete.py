"""The command `delete`: delete a job at CGI."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from cgi_runner.cli import job_argument
from cgi_runner.cli import options as opt
from cgi_runner.errors import InputError, ServiceError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import ServiceOptions
    from cgi_runner.service.base import JobService


@click.command(epilog=opt.examples("cgi-runner delete results"))
@job_argument.job
@opt.service
@click.option(
    "--force", is_flag=True, help="Delete even a job that is running, or whose results are not verified here."
)
@opt.as_json
def delete(*, job: str, force: bool, as_json: bool, **options: Unpack[ServiceOptions]) -> None:
    """Delete a job and its results at CGI.

    JOB is a job's id, an output folder, or a cgi-job.json. Given a folder or a record, the job is deleted only once its
    results are verified; given an id, only once the job has ended.
    """
    from cgi_runner.cli import printing
    from cgi_runner.job import State
    from cgi_runner.job.job_index import forget_job

    wanted = job_argument.resolve_job(job)
    if not force:
        _refuse_unverified(wanted)
    if not (wanted.record and wanted.record.state is State.DELETED):
        with job_argument.connect_to_job(wanted, options) as connection:
            _delete(wanted, connection.api, force=force)
            forget_job(connection.api, connection.account, wanted.job_id)
    if as_json:
        printing.print_json({"id": wanted.job_id, "deleted": True})
    else:
        click.echo(f"deleted {wanted.job_id}")


def _refuse_unverified(wanted: job_argument.JobReference) -> None:
    """Make sure that nothing is deleted at CGI that is not safe here."""
    from cgi_runner.output.folder import results_are_intact

    record, folder = wanted.record, wanted.folder
    if record is None or folder is None:
        return
    # A record alone, as workflow engines hand it on, is taken at its word; a folder has to hold what it says.
    if not record.state.is_complete or (wanted.is_folder and not results_are_intact(folder, record)):
        raise InputError(
            f"the results of job {wanted.job_id} are not verified in {folder}",
            tip="fetch them first, or delete with --force",
        )


def _delete(wanted: job_argument.JobReference, api: JobService, *, force: bool) -> None:
    from cgi_runner.clock import SystemClock
    from cgi_runner.job.poll import confirm_error
    from cgi_runner.output.record import NAME, RecordStore, State
    from cgi_runner.service.base import UnknownJobError

    try:
        status = api.get_job(wanted.job_id).status
    except ServiceError:
        if not force:  # with it, a job of which the service can tell nothing is deleted, too
            raise
    else:
        has_ended = force or status.is_done or (status.is_error and confirm_error(api, wanted.job_id, SystemClock()))
        if not has_ended:
            raise InputError(f"job {wanted.job_id} is still running", tip="wait for it, or delete with --force")
    with suppress(UnknownJobError):  # it was there a moment ago: an answer to this very request was lost on its way
        api.delete(wanted.job_id)
    if wanted.record and wanted.folder and wanted.record.state.is_complete:
        with suppress(OSError):  # engines hand records on in places where nothing can be written
            RecordStore(wanted.folder / NAME, wanted.record, SystemClock()).transition(State.DELETED)
