"""The command `compare`: what CGI says now, and what it said before."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from cgi_runner.cli import options as opt

log = logging.getLogger(__name__)

_PATH = click.Path(path_type=Path)


@click.command(epilog=opt.examples("cgi-runner compare older newer"))
@click.argument("old", metavar="OLD", type=_PATH)
@click.argument("new", metavar="NEW", type=_PATH)
@opt.as_json
def compare(*, old: Path, new: Path, as_json: bool) -> None:
    """Show which drivers and drug matches are new, gone or changed.

    OLD and NEW are output folders, or zips saved from CGI, of the same samples interpreted at two times. The
    tab-separated columns are what, change, sample, gene or alterations, drug, biomarker, old and new.

    To interpret the same alterations again, use `cgi-runner run --fresh` with the same inputs and another --output.
    """
    from cgi_runner.cli import printing
    from cgi_runner.findings import read_findings
    from cgi_runner.report.compare import COLUMNS, describe
    from cgi_runner.report.compare import compare as find_changes

    found = find_changes(read_findings(old), read_findings(new))
    if as_json:
        printing.print_json(found.as_json())
        return
    for label, each in (("OLD", found.old), ("NEW", found.new)):
        log.info("%s: %s", label, describe(each))
    for note in found.notes:
        log.warning("warning: %s", note)
    printing.print_rows([COLUMNS, *(each.cells() for each in found.changes)])
