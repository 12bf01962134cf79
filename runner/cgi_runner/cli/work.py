"""Commands that start from the user's files: run, check, submit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cgi_runner.cli import options as opt
from cgi_runner.errors import InputError


@click.command(
    epilog=opt.examples("cgi-runner run --sandbox --mutations examples/mutations.tsv --cancer-type CM --output results")
)
@opt.inputs
@opt.output
@opt.service
@opt.sandbox
@opt.deadline
@opt.delete
@opt.strict
@opt.fresh
@opt.as_json
def run(*, output: Path, **options: Any) -> None:
    """Check, submit once, wait, fetch and verify.

    The same command again goes on where it was stopped: it never submits a job that is there already.
    """
    from cgi_runner import job
    from cgi_runner.cli import show

    wish = opt.wish(options)
    with opt.contact(options, sandbox_folder=output if options["sandbox"] else None) as contact:
        desk = contact.desk(options["deadline"])
        flags = {name: options[name] for name in ("fresh", "delete", "strict")}
        try:
            record = job.run(wish, output, desk, **flags)
        finally:
            desk.screen.clear()
    if options["as_json"]:
        show.machine(record.as_json())
    else:
        show.results(record, output)


@click.command(epilog=opt.examples("cgi-runner check --mutations examples/mutations.tsv --cancer-type CM"))
@opt.inputs
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Keep what would be sent here.")
@opt.as_json
def check(*, output: Path | None, **options: Any) -> None:
    """Show, offline, what would be sent and what not."""
    import tempfile

    from cgi_runner.cli import show
    from cgi_runner.inputs import prepare

    wish = opt.wish(options)
    about = {"cancer_type": wish.cancer_type, "reference": wish.reference}
    with tempfile.TemporaryDirectory(prefix="cgi-runner-") as folder:
        found = prepare(
            wish.sources, Path(folder), reference=wish.reference, sample=wish.sample, pass_only=wish.pass_only
        )
        if output:
            _keep([*(file.path for file in found.files), found.dropped], output)
    if options["as_json"]:
        show.machine(show.prepared_json(found, **about))
    else:
        show.prepared(found, **about)


def _keep(files: list[Path], output: Path) -> None:
    import filecmp
    import shutil

    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the output folder {output} cannot be used: {error.strerror}", tip="choose another") from None
    kept = [(path, output / path.name) for path in files]
    # The user's own file may well be called mutations.tsv, and dropped.tsv be part of a job's results.
    if taken := [str(copy) for path, copy in kept if copy.exists() and not filecmp.cmp(path, copy, shallow=False)]:
        raise InputError(f"{taken[0]} is there already and would be overwritten", tip="choose another --output")
    for path, copy in kept:
        shutil.copyfile(path, copy)


@click.command(
    epilog=opt.examples("cgi-runner submit --mutations examples/mutations.tsv --cancer-type CM --output job")
)
@opt.inputs
@opt.output
@opt.service
@opt.fresh
@opt.as_json
def submit(*, output: Path, **options: Any) -> None:
    """Check and submit once; print the job's id and end.

    The folder then holds cgi-job.json and dropped.tsv; `wait` and `fetch` take it as their JOB.
    """
    from cgi_runner import job
    from cgi_runner.cli import show

    wish = opt.wish(options)
    with opt.contact(options) as contact:
        record = job.submit(wish, output, contact.desk(), fresh=options["fresh"])
    if options["as_json"]:
        show.machine(record.as_json())
    else:
        click.echo(record.job_id)
