"""The command `check`: show, offline, what would be sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cgi_runner.cli import job_requests
from cgi_runner.cli import options as opt
from cgi_runner.errors import InputError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import CheckOptions


@click.command(
    epilog=opt.examples("cgi-runner check --mutations examples/mutations.tsv --cancer-type CM --reference hg38")
)
@opt.inputs
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the files that would be sent into this folder.",
)
@opt.as_json
def check(*, output: Path | None, **options: Unpack[CheckOptions]) -> None:
    """Show, offline, what would be sent and what not."""
    import tempfile

    from cgi_runner.cli import printing

    job_request = job_requests.build_job_request(options)
    with tempfile.TemporaryDirectory(prefix="cgi-runner-") as folder:
        # The table has decisions and warnings, too; beside JSON, which is for machines, people read them in the log.
        found = job_request.prepare(Path(folder), logs_notes=options["as_json"])
        if output:
            _save_prepared([*(file.path for file in found.files), found.dropped], output)
    if options["as_json"]:
        notes = list(job_request.cancer_type_notes)
        printing.print_json({**printing.check_to_dict(found, job_request.cancer_type), "cancer_type_notes": notes})
    else:
        printing.print_check(found, job_request.cancer_type)


def _save_prepared(files: list[Path], output: Path) -> None:
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
