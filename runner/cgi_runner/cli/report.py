"""The command `report`, and the report at the end of `run`, `fetch` and `cohort`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cgi_runner.cli import options as opt
from cgi_runner.errors import InputError, RunnerError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.cli.option_types import ReportOptions
    from cgi_runner.findings import Findings

log = logging.getLogger(__name__)

_PATH = click.Path(path_type=Path)
_TOP = 300

report_option = click.option(
    "--report/--no-report", "report", default=True, show_default=True, help="Write report.html into the output folder."
)


@click.command(
    epilog=opt.examples("cgi-runner report results", "cgi-runner report results --tables tables", heading="Examples")
)
@click.argument("results", type=_PATH)
@click.option("--html", type=_PATH, metavar="FILE", help="The page.  [default: report.html in RESULTS]")
@click.option("--tables", type=_PATH, metavar="DIR", help="Folder for drivers.tsv, drugs.tsv and results.json.")
@click.option("--multiqc", type=_PATH, metavar="DIR", help="Folder for files that MultiQC shows (*_mqc.json).")
@click.option("--markdown", type=_PATH, metavar="FILE", help="A short report in Markdown, 9,000 characters at most.")
@click.option("--since", type=_PATH, metavar="OLD", help="Show what has changed since these earlier results.")
@click.option(
    "--top",
    type=click.IntRange(1),
    default=_TOP,
    show_default=True,
    metavar="N",
    help="Most rows of a table on the page.",
)
@opt.as_json
def report(*, results: Path, as_json: bool, **options: Unpack[ReportOptions]) -> None:
    """Write a report of results: a page, tables, or files for MultiQC.

    RESULTS is an output folder of `run`, `fetch` or `cohort`, or a zip saved from any version of CGI. Works offline;
    the same results always give the same files.
    """
    from cgi_runner.findings import read_findings
    from cgi_runner.redaction import redact
    from cgi_runner.report import tables

    findings = read_findings(results, top=options["top"])
    written = _write(findings, results, options, as_json=as_json)
    if as_json:
        for piece in tables.json_pieces(findings):
            click.echo(redact(piece), nl=False)
        return
    for path in written:
        click.echo(str(path))


def _write(findings: Findings, results: Path, options: ReportOptions, *, as_json: bool) -> list[Path]:
    """Write the files that were asked for, and the page if none was."""
    from cgi_runner.findings import read_findings
    from cgi_runner.report import outputs
    from cgi_runner.report.compare import compare
    from cgi_runner.report.multiqc import write_multiqc
    from cgi_runner.report.tables import write_tables

    changes = compare(read_findings(options["since"]), findings) if options["since"] else None
    page = options["html"]
    if not page and not as_json and not (options["tables"] or options["multiqc"] or options["markdown"]):
        if results.is_file():
            raise InputError(f"{results} is a file, so the page has no folder", tip="name the page: --html FILE")
        page = results / outputs.PAGE
    written: list[Path] = []
    try:
        if page:
            written.append(outputs.write_report(findings, page, top=options["top"], changes=changes))
        if options["tables"]:
            written += write_tables(findings, options["tables"])
        if options["multiqc"]:
            written += write_multiqc(findings, options["multiqc"])
        if options["markdown"]:
            written.append(outputs.write_markdown(findings, options["markdown"], changes=changes))
    except OSError as error:
        raise InputError(f"{error.filename or results}: {error.strerror}", tip="choose another place") from error
    return written


@dataclass(frozen=True)
class Shown:
    """What the screen tells of the findings: warnings that stand above all, and lines that end it."""

    warnings: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def report_results(output: Path, *, is_wanted: bool, is_shown: bool) -> Shown:
    """Write the page and return what the screen tells; what fails here is a warning, the results are in place.

    Args:
        output: The output folder of a finished run or cohort.
        is_wanted: Whether the page is to be written.
        is_shown: Whether people read stdout.

    """
    if not (is_wanted or is_shown):
        return Shown()
    try:
        from cgi_runner.findings import read_findings
        from cgi_runner.report import outputs, screen

        findings = read_findings(output)
        lines = [*screen.summary(findings)] if is_shown else []
        if is_wanted:
            lines.append(f"report: {outputs.write_report(findings, output / outputs.PAGE, top=_TOP)}")
        return Shown(tuple(findings.warnings), tuple(lines))
    except (RunnerError, OSError) as error:
        log.warning("no report was written: %s", error)
    except Exception as error:  # the results are verified and in place: nothing here may make them look failed
        log.debug("the error in full:", exc_info=error)
        log.warning("no report was written: %s: %s; this is a bug in cgi-runner", type(error).__name__, error)
    return Shown()
