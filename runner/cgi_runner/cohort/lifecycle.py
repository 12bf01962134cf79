"""A cohort from its sheet to the results of every sample; a second run of the same command goes on from wherever."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cgi_runner.cohort.conduct import Conductor, Tell
from cgi_runner.cohort.gather import Gathered, gather
from cgi_runner.cohort.ledger import SAMPLES, Ledger
from cgi_runner.cohort.names import counted
from cgi_runner.cohort.outcome import Report
from cgi_runner.cohort.packing import USUAL_ROWS
from cgi_runner.cohort.shared import Shared, prepare_shared
from cgi_runner.cohort.sheet import REFERENCES, Bad, Defaults, Sheet, read_sheet, sheet_of
from cgi_runner.cohort.tables import write_tables
from cgi_runner.errors import InputError
from cgi_runner.inputs import Kind
from cgi_runner.job import Desk
from cgi_runner.job.workspace import workspace

log = logging.getLogger(__name__)

_MOST_LINES = 6  # of what is wrong with one sample; `check` shows all of it


@dataclass(frozen=True)
class Cohort:
    """What the user wants analysed: a sheet of samples, or files that all of them share, or both."""

    sheet: Path | None
    shared: Mapping[Kind, Path] = field(default_factory=dict)
    defaults: Defaults = field(default_factory=Defaults)
    title: str = ""
    pass_only: bool = False
    most_rows: int = USUAL_ROWS


@dataclass(frozen=True)
class Flags:
    """How it is to be done."""

    fresh: bool = False
    delete: bool = False
    skip_bad: bool = False


def _unheard(event: dict[str, Any]) -> None:
    del event


def run(cohort: Cohort, out: Path, desk: Desk, flags: Flags | None = None, tell: Tell = _unheard) -> Report:
    """Check all samples, pack them into few jobs, submit, wait, fetch, verify, and give each sample its results.

    Args:
        cohort: The samples.
        out: The folder for all of it.
        desk: What to work with; its deadline is that of the whole cohort.
        flags: How.
        tell: Hears of every change, as values that can be written as JSON.

    Raises:
        InputError: Samples cannot be used, all of them listed; or the folder is taken.
        CredentialsError: The account is not accepted.

    """
    flags = flags or Flags()
    _refuse_own_table(cohort.sheet, out)
    with workspace(out, desk.deadline) as work:
        found = _gathered(cohort, work)
        _judge(found, flags)
        ledger = Ledger(out, desk.service, cohort.title, desk.clock, skipped=found.bad)
        ledger.make_plan(found.members, cohort.most_rows)
        ledger.write()
        packs = ledger.plan.packs
        rows = sum(pack.rows for pack in packs)
        told = [counted(len(found.members), "sample"), counted(rows, "row"), counted(len(packs), "job")]
        log.info("%s with %s: %s", *told)

        def timed(event: dict[str, Any]) -> None:
            tell({"time": desk.clock.now().isoformat(timespec="seconds"), **event})

        numbers = {"samples": len(found.members), "skipped": len(found.bad), "jobs": len(packs), "rows": rows}
        timed({"event": "plan", **numbers})
        conductor = Conductor(ledger, desk, work, fresh=flags.fresh, delete=flags.delete, tell=timed)
        try:
            conductor.conduct()
        finally:
            folders = [out / ledger.plan.folders[label] for label in sorted(ledger.missing)]
            ledger.tables = write_tables(folders, out, work, rest=found.dropped) if folders else []
            ledger.write()
        report = Report(ledger, conductor.failures)
        timed({"event": "end", **report.as_json()})
        return report


def _refuse_own_table(sheet: Path | None, out: Path) -> None:
    """See to it that the sheet is not where the table of samples is going to be written."""
    is_same = False
    with suppress(OSError):  # one of them is not there
        is_same = sheet is not None and sheet.samefile(out / SAMPLES)
    if is_same:
        raise InputError(
            f"{sheet} would be overwritten with the state of the samples", tip="choose another --output, or move it"
        )


def _gathered(cohort: Cohort, work: Path) -> Gathered:
    if not cohort.sheet and not cohort.shared:
        raise InputError(
            "found no samples, expected a sheet, or files that name them", tip="give SAMPLES or --mutations"
        )
    sheet = read_sheet(cohort.sheet, cohort.defaults, shared=cohort.shared) if cohort.sheet else None
    shared = Shared()
    if cohort.shared:
        reference = _one_reference(sheet, cohort.defaults)
        shared = prepare_shared(cohort.shared, work / "shared", reference=reference, pass_only=cohort.pass_only)
    sheet = sheet or sheet_of(sorted(shared.names), cohort.defaults)
    return gather(sheet, shared, work / "samples", pass_only=cohort.pass_only)


def _one_reference(sheet: Sheet | None, defaults: Defaults) -> str:
    found = {sample.reference for sample in sheet.samples} if sheet else set()
    if len(found) > 1:
        raise InputError(
            f"found the references {' and '.join(sorted(found))} in the sheet, expected one for a shared file",
            tip="give the samples of each reference a sheet and a file of their own",
        )
    return found.pop() if found else REFERENCES[defaults.reference.lower()]


def _judge(found: Gathered, flags: Flags) -> None:
    """Say which samples cannot be used, all at once.

    Raises:
        InputError: There are some, and they are not to be skipped; or no others are left.

    """
    if not found.bad:
        return
    said = [_told(bad) for bad in found.bad]
    total = len(found.bad) + len(found.members)
    if flags.skip_bad and found.members:
        log.warning("%d of %d samples are skipped:\n  %s", len(said), total, "\n  ".join(said))
        return
    raise InputError(
        "\n  ".join([f"{len(said)} of {total} samples cannot be used, nothing was sent:", *said]),
        tip="correct them, or go on without them with --skip-bad" if found.members else "correct them",
    )


def _told(bad: Bad) -> str:
    lines = bad.why.splitlines()
    more = [f"… and {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
    return "\n    ".join([f"{bad.name}: {lines[0]}", *(line.strip() for line in [*lines[1:_MOST_LINES], *more])])
