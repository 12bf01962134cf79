"""The command `cohort-merge`: join the tables of samples that were run one by one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cgi_runner.cli import options as opt

if TYPE_CHECKING:
    pass

_PATH = click.Path(path_type=Path)
_KINDS = ("mutations", "cnas", "translocations")


@click.command("cohort-merge", epilog=opt.examples("cgi-runner cohort-merge results --output merged"))
@click.argument("folders", nargs=-1, required=True, type=_PATH)
@opt.output
@opt.as_json
def merge(*, folders: tuple[Path, ...], output: Path, as_json: bool) -> None:
    """Join the tables of samples that were run separately.

    FOLDERS are output folders of `run`, `fetch` or `cohort`; the folder of a cohort stands for all of its samples. The
    tables are the same as those of a cohort of these samples.
    """
    from cgi_runner import cohort as cohorts
    from cgi_runner.cli import printing
    from cgi_runner.cohort.names import plural

    merged = cohorts.merge(folders, output)
    if as_json:
        printing.print_json({"samples": merged.samples, "tables": merged.tables})
        return
    click.echo(f"{plural(merged.samples, 'sample')} from {plural(len(folders), 'folder')}")
    for name in merged.tables:
        click.echo(f"  {output / name}")
