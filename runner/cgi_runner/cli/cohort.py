"""Commands for many samples: cohort, cohort-merge."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cgi_runner.cli import options as opt

if TYPE_CHECKING:
    from cgi_runner.cli.options import Contact
    from cgi_runner.cohort import Report

_PATH = click.Path(path_type=Path)
_KINDS = ("mutations", "cnas", "translocations")


@click.command(
    epilog=opt.examples("cgi-runner cohort --sandbox --mutations examples/mutations.tsv --cancer-type CM -o cohort"),
)
@click.argument("samples", type=_PATH, required=False)
@opt.output
@opt.files
@opt.cancer_type(default="")
@opt.any_cancer_type
@opt.reference
@opt.title
@opt.pass_only
@click.option("--skip-bad", is_flag=True, help="Go on without samples that cannot be used, and say which.")
@click.option(
    "--max-rows",
    type=click.IntRange(1, 250_000),
    default=100_000,
    show_default=True,
    metavar="N",
    help="Rows that share a job. Of larger jobs nobody knows whether CGI can do them.",
)
@opt.service
@opt.sandbox
@opt.deadline
@opt.delete
@opt.strict
@opt.fresh
@opt.as_json
def cohort(*, samples: Path | None, output: Path, **options: Any) -> None:
    """Run many samples in as few jobs as they fit into.

    SAMPLES is a table with the columns sample, cancer_type, reference, mutations, cnas and translocations. The last
    three name each sample's files, relative to the table; an option of that name gives one file for all samples
    instead. Cancer type and reference may be given by option, too, for samples whose cells are empty. Without SAMPLES,
    those of the files given by option are run.

    All samples are checked before anything is sent. Each gets a folder of its own, with what it would have had alone.
    With --delete, jobs that are done make room for the next ones. --json prints one object a line for every change.

    The same command again goes on where it was stopped; samples that are new in the table are then sent too.
    """
    from cgi_runner import cohort as cohorts

    wanted = cohorts.Cohort(
        sheet=samples,
        shared={kind: options[kind] for kind in _KINDS if options[kind]},  # type: ignore[misc]
        defaults=cohorts.Defaults(options["cancer_type"], options["reference"], options["any_cancer_type"]),
        title=options["title"],
        pass_only=options["pass_only"],
        most_rows=options["max_rows"],
    )
    flags = cohorts.Flags(**{name: options[name] for name in ("fresh", "delete", "skip_bad")})
    with ExitStack() as stack:
        service = _sandbox(output, options["api_url"]) if options["sandbox"] else opt.contact(options)
        contact = stack.enter_context(service)
        board = stack.enter_context(closing(Board(as_json=options["as_json"])))
        report = cohorts.run(wanted, output, contact.desk(options["deadline"]), flags, board.tell)
    if not options["as_json"]:
        with _perhaps_unread():
            _show(report, output)
    report.check(strict=options["strict"])


@click.command("cohort-merge", epilog=opt.examples("cgi-runner cohort-merge results --output merged"))
@click.argument("folders", nargs=-1, required=True, type=_PATH)
@opt.output
@opt.as_json
def merge(*, folders: tuple[Path, ...], output: Path, as_json: bool) -> None:
    """Join the tables of samples that were run one by one.

    FOLDERS are output folders of `run` or `fetch`, or of a cohort, which stand for all of its samples. The tables are
    those that a cohort of the same samples has.
    """
    from cgi_runner import cohort as cohorts
    from cgi_runner.cli import show
    from cgi_runner.cohort.names import counted

    merged = cohorts.merge(folders, output)
    if as_json:
        show.machine({"samples": merged.samples, "tables": merged.tables})
        return
    click.echo(f"{counted(merged.samples, 'sample')} from {counted(len(folders), 'folder')}")
    for name in merged.tables:
        click.echo(f"  {output / name}")


class Board:
    """Shows how far a cohort is: one line a job and a total on a terminal, events for machines, else nothing."""

    def __init__(self, *, as_json: bool) -> None:
        """Show nothing yet."""
        self._as_json = as_json
        self._draws = sys.stderr.isatty()
        self._open = ExitStack()
        self._lines: dict[str, Any] = {}
        self._total: Any = None

    def tell(self, event: dict[str, Any]) -> None:
        """Hear of a change."""
        from cgi_runner.redaction import redact

        if self._as_json:
            with _perhaps_unread():
                click.echo(redact(json.dumps(event, ensure_ascii=False)))
        if self._draws:
            {"plan": self._plan, "job": self._job, "end": self._end}[event["event"]](event)

    def close(self) -> None:
        """Leave no trace on the terminal."""
        for line in self._lines.values():
            line.close()
        self._lines.clear()
        self._open.close()

    def _plan(self, event: dict[str, Any]) -> None:
        from tqdm import tqdm
        from tqdm.contrib.logging import logging_redirect_tqdm

        # Log lines go above the lines that are drawn, instead of through them.
        self._open.enter_context(logging_redirect_tqdm())
        form = "{desc} |{bar:30}| {n_fmt} of {total_fmt} jobs, {elapsed}"
        self._total = tqdm(total=event["jobs"], desc="cohort", bar_format=form, leave=False, file=sys.stderr)
        self._open.callback(self._total.close)

    def _job(self, event: dict[str, Any]) -> None:
        from tqdm import tqdm

        from cgi_runner.cohort.names import counted

        name = event["job"]
        if event["state"] in {"done", "failed"}:
            if name in self._lines:
                self._lines.pop(name).close()
            self._total.update(1)
            return
        if name not in self._lines:
            self._lines[name] = tqdm(total=0, bar_format="{desc}", leave=False, file=sys.stderr)
        said = event["said"].split(" INFO ", 1)[-1].strip() or event["state"]
        text = f"job {name}  {counted(event['samples'], 'sample')}, {counted(event['rows'], 'row')}: {said}"
        self._lines[name].set_description_str(text[: (self._lines[name].ncols or 100) - 1])

    def _end(self, event: dict[str, Any]) -> None:
        del event
        self.close()


@contextmanager
def _perhaps_unread() -> Iterator[None]:
    """Go on when nobody reads stdout any more: jobs are at work, and the exit code still tells what became of them."""
    try:
        yield
    except BrokenPipeError:
        # What stdout holds still, and all that is yet to come, goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show(report: Report, output: Path) -> None:
    """Print what a cohort brought, in the order in which a person asks."""
    from cgi_runner.cli import show
    from cgi_runner.cohort.names import counted

    ledger = report.ledger
    done, total = report.samples_done, len(ledger.plan.folders)
    samples = counted(total, "sample") if done == total else f"{done} of {counted(total, 'sample')}"
    lines = [f"{samples} in {counted(report.jobs, 'job')}: verified results in {output}"]
    if ledger.skipped:
        lines.append(f"  skipped: {counted(len(ledger.skipped), 'sample')}, for the reasons given above")
    if report.rows_missing:
        lines.append(f"  missing: {counted(report.rows_missing, 'row')}, sent and not returned; dropped.tsv lists them")
    if report.samples_untold:
        untold = counted(report.samples_untold, "sample")
        lines.append(f"  missing: unknown for {untold}, the archives do not tell which of their rows came back")
    for pack in ledger.plan.packs:
        record = ledger.records.get(pack.number)
        lines += [f"  beware (job {pack.name}): {caution}" for caution in record.warnings] if record else []
    lines += [f"  {output / name}" for name in (*ledger.tables, "samples.tsv")]
    show.table((line,) for line in lines)


@contextmanager
def _sandbox(output: Path, api_url: str | None) -> Iterator[Contact]:
    """Serve a sandbox from this process; its jobs stay in the output folder until the cohort is done."""
    from cgi_runner.api import Api
    from cgi_runner.cli.options import Contact
    from cgi_runner.cli.stand_in import FOLDER
    from cgi_runner.clock import SystemClock, parse_duration
    from cgi_runner.cohort.ledger import is_done
    from cgi_runner.errors import InputError
    from cgi_runner.http import Session
    from cgi_runner.sandbox import Sandbox
    from cgi_runner.settings import Credentials, Patience, Service

    if api_url:
        raise InputError("both --sandbox and --api-url were given", tip="choose one of them")
    folder = output / FOLDER
    made = [path for path in (output, *output.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the output folder {output} cannot be used: {error.strerror}", tip="choose another") from None
    duration = parse_duration(os.environ.get("CGI_SANDBOX_DURATION") or "2")
    me = Credentials("sandbox@localhost", "no-secret")
    try:
        with (
            Sandbox(folder / "jobs.db", duration=duration) as served,
            closing(Session(Service(served.url), me, clock=SystemClock(), patience=Patience())) as session,
        ):
            yield Contact(Api(session), "sandbox", "sandbox", session)
    finally:
        if is_done(output):
            shutil.rmtree(folder, ignore_errors=True)
        for path in made:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
