"""Commands that follow a job to its end: wait, fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cgi_runner.cli import options as opt
from cgi_runner.cli import target
from cgi_runner.errors import InputError


@click.command(epilog=opt.examples("cgi-runner wait job --deadline 2h"))
@target.job
@opt.service
@opt.deadline
@opt.as_json
def wait(*, job: str, deadline: str, as_json: bool, **options: Any) -> None:
    """Wait until a job has ended.

    JOB is a job's id, an output folder, or a cgi-job.json.
    """
    from cgi_runner.cli import show
    from cgi_runner.job.life import wait as wait_for
    from cgi_runner.job.wait import failed

    wanted = target.find(job)
    with target.contact_for(wanted, options) as contact:
        answer = wait_for(wanted.job_id, contact.desk(deadline))
    if answer.status.is_error:
        raise failed(wanted.job_id, answer)
    if as_json:
        show.machine({"id": wanted.job_id, "status": answer.status.word})
    else:
        click.echo(answer.status.word)


@click.command(
    epilog=opt.examples(
        "cgi-runner fetch job", "cgi-runner fetch --archive saved.zip --output results", heading="Examples"
    )
)
@click.argument("job", metavar="[JOB]", required=False)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results; the record's own."
)
@click.option("--archive", type=click.Path(path_type=Path), metavar="FILE", help="Read a saved zip instead, offline.")
@opt.service
@opt.deadline
@opt.strict
@opt.as_json
def fetch(*, job: str | None, output: Path | None, archive: Path | None, **options: Any) -> None:
    """Wait for a job, then fetch and verify its results.

    JOB is a job's id, an output folder, or a cgi-job.json. With --archive, a zip that was saved from any version of
    CGI is turned into the same verified folder.
    """
    from cgi_runner.cli import show

    if archive:
        if job or not output:
            raise InputError(
                "--archive needs --output and no JOB", tip="cgi-runner fetch --archive saved.zip -o results"
            )
        from cgi_runner.job.offline import read_archive

        record = read_archive(archive, output, strict=options["strict"])
    elif not job:
        raise InputError("no JOB was given", tip="name a job's id, its output folder or its cgi-job.json")
    else:
        record, output = _fetched(job, output, options)
    if options["as_json"]:
        show.machine(record.as_json())
    else:
        show.results(record, output)


def _fetched(job: str, output: Path | None, options: dict[str, Any]) -> tuple[Any, Path]:
    from cgi_runner.job import Record, collect

    wanted = target.find(job)
    out = output or wanted.folder
    if out is None:
        raise InputError("no folder for the results was given", tip=f"cgi-runner fetch {job} --output DIR")
    with target.contact_for(wanted, options) as contact:
        record = wanted.record
        if record is None:
            about = contact.api.job(wanted.job_id)
            record = Record(contact.service, about.title, about.cancer_type, about.reference, job_id=wanted.job_id)
        desk = contact.desk(options["deadline"])
        return collect(record, wanted.folder, out, desk, strict=options["strict"]), out
