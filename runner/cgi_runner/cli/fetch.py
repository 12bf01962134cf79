"""The command `fetch`: download and verify the results of a job, or read a saved archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cgi_runner.cli import job_argument
from cgi_runner.cli import options as opt
from cgi_runner.cli.report import report_option, report_results
from cgi_runner.errors import InputError, RowsMissingError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import FetchOptions
    from cgi_runner.job import Record


@click.command(
    epilog=opt.examples(
        "cgi-runner fetch job", "cgi-runner fetch --archive saved.zip --output results", heading="Examples"
    )
)
@click.argument("job", metavar="[JOB]", required=False)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Output folder (default: that of JOB)."
)
@click.option("--archive", type=click.Path(path_type=Path), metavar="FILE", help="Read a saved zip instead, offline.")
@opt.sample
@click.option("--archive-sample", metavar="NAME", help="Name in --archive of the sample given by --sample.")
@click.option(
    "--accept-archive",
    metavar="ID",
    help="With JOB's folder and --archive: accept a zip that names the job ID instead.",
)
@opt.service
@opt.deadline
@opt.strict
@report_option
@opt.as_json
def fetch(
    *,
    job: str | None,
    output: Path | None,
    archive: Path | None,
    accept_archive: str | None,
    **options: Unpack[FetchOptions],
) -> None:
    """Wait for a job, then fetch and verify its results.

    JOB is a job's id, an output folder, or a cgi-job.json. With --archive, a zip that was saved from any version of
    CGI is turned into the same verified folder; --sample selects one of its samples, or names a sample that has no
    name there. A sample of another name is refused, unless --archive-sample says that both names are of one sample.

    An intact zip that was refused because it names another job can be accepted with --archive and --accept-archive;
    its rows must still be those that were sent.
    """
    from cgi_runner.cli import printing

    _check_samples(job, archive, options)
    if accept_archive is not None:
        record, output = _accept(job, output, archive, accept_archive, options)
    elif archive:
        if job or not output:
            raise InputError(
                "--archive needs --output and no JOB", tip="cgi-runner fetch --archive saved.zip -o results"
            )
        from cgi_runner.job.import_archive import import_archive

        with _report_if_missing(output, options):
            record = import_archive(
                archive,
                output,
                sample=options["sample"],
                archive_sample=options["archive_sample"],
                strict=options["strict"],
            )
    elif not job:
        raise InputError("no JOB was given", tip="name a job's id, its output folder or its cgi-job.json")
    else:
        record, output = _fetch(job, output, options)
    shown = report_results(output, is_wanted=options["report"], is_shown=not options["as_json"])
    if options["as_json"]:
        printing.print_json(record.as_json())
    else:
        printing.print_results(record, output, shown)


def _check_samples(job: str | None, archive: Path | None, options: FetchOptions) -> None:
    """Refuse the names of samples where no archive is read."""
    if options["sample"] is not None and (job or not archive):
        raise InputError(
            "--sample needs --archive and no JOB",
            tip="cgi-runner fetch --archive saved.zip --sample NAME -o results",
        )
    if options["archive_sample"] is not None and options["sample"] is None:
        raise InputError(
            "--archive-sample needs --sample",
            tip="cgi-runner fetch --archive saved.zip --archive-sample NAME --sample NAME -o results",
        )


def _accept(
    job: str | None, output: Path | None, archive: Path | None, accepted_id: str, options: FetchOptions
) -> tuple[Record, Path]:
    """Accept an archive that names another job."""
    from cgi_runner.job.import_archive import accept_archive

    if not (job and archive and accepted_id.strip()) or output:
        raise InputError(
            "--accept-archive needs a job's folder, --archive and the id that the archive names",
            tip="cgi-runner fetch DIR --archive DIR/cgi-results.refused.zip --accept-archive ID",
        )
    out = job_argument.resolve_job(job).folder
    if out is None:
        raise InputError(f"{job} is not a folder with a job's record", tip="name the output folder of the job")
    with _report_if_missing(out, options):
        return accept_archive(archive, out, accepted_id.strip(), strict=options["strict"]), out


def _fetch(job: str, output: Path | None, options: FetchOptions) -> tuple[Record, Path]:
    from cgi_runner.job import Record, fetch_job
    from cgi_runner.job.submit import ACCOUNT_DIGITS

    wanted = job_argument.resolve_job(job)
    out = output or wanted.folder
    if out is None:
        raise InputError("no folder for the results was given", tip=f"cgi-runner fetch {job} --output DIR")
    is_here = wanted.record is not None and wanted.record.state.is_complete
    with job_argument.connect_to_job(wanted, options, needs_job=not is_here) as connection:
        record = wanted.record
        if record is None:
            about = connection.api.get_job(wanted.job_id)
            record = Record(connection.service, about.title, about.cancer_type, about.reference, job_id=wanted.job_id)
            record.account, record.submitted = connection.account[:ACCOUNT_DIGITS], about.date
        context = opt.job_context(connection, options["deadline"])
        with _report_if_missing(out, options):
            return fetch_job(record, wanted.folder, out, context, strict=options["strict"]), out


@contextmanager
def _report_if_missing(out: Path, options: FetchOptions) -> Iterator[None]:
    """Write the page of results that are in place, also where --strict makes missing rows an error."""
    try:
        yield
    except RowsMissingError:
        report_results(out, is_wanted=options["report"], is_shown=False)
        raise
