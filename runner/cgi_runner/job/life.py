"""The steps of a job's life in their order; a second run of the same command goes on wherever the first one stopped."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from cgi_runner.api import Api, JobLog
from cgi_runner.clock import Clock, Deadline, SystemClock
from cgi_runner.errors import InputError, JobFailedError, RunnerError
from cgi_runner.inputs import Kind, Prepared, prepare
from cgi_runner.job.fetch import fetch
from cgi_runner.job.finish import (
    DROPPED,
    bring_dropped,
    delete_remote,
    fail_if_missing,
    is_intact,
    list_anew,
    put_in_place,
    restored,
    save_log,
)
from cgi_runner.job.journal import NAME, Journal, Record, State, read_record, settle, write_whole
from cgi_runner.job.screen import Blank, Screen
from cgi_runner.job.submit import Order, doubles_of, ensure_submitted
from cgi_runner.job.wait import Watch, failed
from cgi_runner.job.workspace import LONGEST, workspace
from cgi_runner.results.archive import OWN
from cgi_runner.settings import Patience

log = logging.getLogger(__name__)

#: A folder with a cohort's record is the cohort's, even while there are no results in it.
_RESULTS = OWN | {
    "alterations.tsv",
    "biomarkers.tsv",
    "cna_analysis.tsv",
    "cohort.json",
    "fusion_analysis.tsv",
    "summary.txt",
}
UPLOAD = re.compile(r"input\d+\.tsv")


@dataclass(frozen=True)
class Wish:
    """What the user wants analysed, and how the inputs are to be read."""

    sources: Mapping[Kind, Path]
    cancer_type: str
    reference: str
    title: str = ""
    sample: str | None = None
    pass_only: bool = False


@dataclass(frozen=True)
class Desk:
    """What a job is worked with. `service` names the service in the record, `account` tells accounts apart in locks."""

    api: Api
    service: str
    account: str
    deadline: float
    clock: Clock = field(default_factory=SystemClock)
    patience: Patience = field(default_factory=Patience)
    screen: Screen = field(default_factory=Blank)


def submit(wish: Wish, out: Path, desk: Desk, *, fresh: bool = False) -> Record:
    """Prepare the inputs and have their job on the service; ends without waiting for it."""
    with workspace(out) as work:
        journal, _ = _submitted(wish, out, work, desk, fresh=fresh, seconds=LONGEST)
        return journal.record


def run(
    wish: Wish, out: Path, desk: Desk, *, fresh: bool = False, delete: bool = False, strict: bool = False
) -> Record:
    """Prepare, submit once, wait, fetch and verify; delete the remote job if asked to.

    Raises:
        RunnerError: Of the kind whose exit code tells what to do.

    """
    with workspace(out, desk.deadline) as work:
        journal, is_new = _submitted(wish, out, work, desk, fresh=fresh, seconds=desk.deadline)
        return _brought_home(journal, out, work, desk, is_new=is_new, delete=delete, strict=strict)


def collect(record: Record, source: Path | None, out: Path, desk: Desk, *, strict: bool = False) -> Record:
    """Wait for a job that is already on the service, and fetch it into a folder.

    Args:
        record: What is known of the job.
        source: The folder the record came from; its `dropped.tsv` goes along.
        out: Where the results go; must not hold another job's.
        desk: What to work with.
        strict: Whether rows that did not come back are an error.

    """
    with workspace(out, desk.deadline) as work:
        # What another folder holds says nothing about this one.
        own = _own_record(out, record) or replace(record, state=State.WAITING, archive={})
        journal = Journal(out / NAME, own, desk.clock)
        if own.state.is_complete and is_intact(out, own):
            list_anew(out / DROPPED, out, own)
        return _brought_home(journal, out, work, desk, is_new=False, source=source, strict=strict)


def wait(job_id: str, desk: Desk) -> JobLog:
    """Give a job's log once the job has ended, be it in Done or in Error; raises what `Watch` raises."""
    with _said_if_stopped(Record(desk.service, job_id=job_id)):
        return _watched(job_id, desk, just_submitted=False)


def _watched(job_id: str, desk: Desk, *, just_submitted: bool) -> JobLog:
    deadline = Deadline.after(desk.deadline, desk.clock)
    watch = Watch(desk.api, job_id, desk.clock, deadline, desk.patience, desk.screen)
    try:
        return watch.until_ended(just_submitted=just_submitted)
    finally:
        desk.screen.clear()


@contextmanager
def _said_if_stopped(record: Record) -> Iterator[None]:
    """Tell somebody who stops the program what becomes of the job."""
    try:
        yield
    except KeyboardInterrupt:
        if record.job_id and not record.state.is_complete:
            log.warning("stopped; job %s goes on at CGI, and the same command finds it again", record.job_id)
        elif record.state in {State.SUBMITTING, State.AMBIGUOUS}:
            log.warning("stopped while submitting; the same command looks for the job before it submits again")
        raise


def _submitted(wish: Wish, out: Path, work: Path, desk: Desk, *, fresh: bool, seconds: float) -> tuple[Journal, bool]:
    """Have the job on the service; also say whether it was sent just now."""
    prepared = prepare(wish.sources, work, reference=wish.reference, sample=wish.sample, pass_only=wish.pass_only)
    order = _order(wish, prepared)
    wanted = _record(order, prepared, desk)
    known = _own_record(out, wanted)
    if fresh and not (known and known.fresh and not known.state.has_ended):
        wanted.fresh = True
        # The files of the job before are this command's to replace, but nothing else is known of the new one.
        wanted.archive = {"members": known.archive.get("members", [])} if known else {}
        known = None
    journal = Journal(out / NAME, known or wanted, desk.clock)
    is_new = not journal.record.job_id
    with _said_if_stopped(journal.record):
        if is_new:
            with undone(journal):
                if not journal.path.exists():
                    journal.advance(State.PREPARED)
                log.info("prepared %s", ", ".join(f"{f.rows_sent} {f.kind}" for f in prepared.files))
                ensure_submitted(desk.api, order, journal, account=desk.account, clock=desk.clock, seconds=seconds)
                log.info("job %s", journal.record.job_id)
        _keep_account(journal, wanted, prepared, out)
        return journal, is_new and not journal.record.adopted


def _keep_account(journal: Journal, wanted: Record, prepared: Prepared, out: Path) -> None:
    """Have it in record and list what is not sent: that may have changed since the job was sent, which has not."""
    now = {name: getattr(wanted, name) for name in ("inputs", "samples", "not_sent")}
    if now != {name: getattr(journal.record, name) for name in now}:
        journal.put_down(journal.record.state, **now)
    if journal.record.state.is_complete and is_intact(out, journal.record):
        list_anew(prepared.dropped, out, journal.record)
    else:
        settle(prepared.dropped, out / DROPPED)


def _order(wish: Wish, prepared: Prepared) -> Order:
    files: dict[str, Path] = {file.kind: file.path for file in prepared.files}
    return Order(wish.cancer_type, wish.reference, wish.title, files, {f.kind: f.sha256 for f in prepared.files})


def _record(order: Order, prepared: Prepared, desk: Desk) -> Record:
    numbers = ("source", "format", "sha256", "rows_read", "rows_sent", "rows_folded", "rows_not_sent")
    return Record(
        service=desk.service,
        title=order.marked_title,
        cancer_type=order.cancer_type,
        reference=order.reference,
        fingerprint=order.fingerprint,
        inputs={file.kind: {name: getattr(file, name) for name in numbers} for file in prepared.files},
        samples=dict(prepared.samples),
        not_sent=dict(prepared.reasons),
    )


def _own_record(out: Path, wanted: Record) -> Record | None:
    """Give the record that the folder holds of this very job, None if it holds none.

    Raises:
        InputError: The folder holds another job's record or results, which must not be overwritten.

    """
    if (out / NAME).exists():
        record = read_record(out / NAME)
        # With --fresh, several jobs may have one fingerprint.
        known, sought = (record.job_id, wanted.job_id) if wanted.job_id else (record.fingerprint, wanted.fingerprint)
        if record.service == wanted.service and sought and known == sought:
            return record
        raise InputError(f"{out} holds another job's record ({record.title!r})", tip="choose another --output")
    refuse_taken(out)
    return None


def refuse_taken(out: Path) -> None:
    """See to it that nothing in a folder without a record would be overwritten.

    Raises:
        InputError: It holds files with the names of results, or a cohort.

    """
    names = sorted(path.name for path in out.iterdir())
    if taken := next((name for name in names if name in _RESULTS or UPLOAD.fullmatch(name)), None):
        tip = "choose another --output"
        if taken == DROPPED:
            tip += "; `cgi-runner check --output` leaves such a list, which you may move away"
        raise InputError(f"{out} holds {taken}, which is not this job's", tip=tip)


@contextmanager
def undone(journal: Journal) -> Iterator[None]:
    """Leave the record as it was where nothing came of it: the service was not asked, or turned the job away."""
    before = journal.path.read_text(encoding="utf-8") if journal.path.exists() else None
    try:
        yield
    except BaseException:
        if journal.record.state is State.PREPARED:
            if before is None:
                journal.path.unlink(missing_ok=True)
            else:
                write_whole(journal.path, before)
        raise


def _brought_home(
    journal: Journal,
    out: Path,
    work: Path,
    desk: Desk,
    *,
    is_new: bool,
    source: Path | None = None,
    delete: bool = False,
    strict: bool = False,
) -> Record:
    """Wait, fetch, verify, put in place; or nothing of it if the verified results are there already."""
    record = journal.record
    if record.state.is_complete and (is_intact(out, record) or restored(out, record, work)):
        log.info("the verified results are in %s already", out)
    else:
        with _said_if_stopped(record):
            answer = _waited(journal, out, desk, source, is_new=is_new)
            journal.advance(State.FETCHING)
            unpacked = fetch(
                desk.api, record.job_id, work, clock=desk.clock, patience=desk.patience, screen=desk.screen
            )
            put_in_place(unpacked, answer.lines, out, journal)
            tell_doubles(journal, desk)
    if delete and record.state is State.VERIFIED:
        delete_remote(desk.api, journal)
    if strict:
        fail_if_missing(record)
    return record


def tell_doubles(journal: Journal, desk: Desk) -> None:
    """Put other jobs of the same order down in the record, so that somebody can delete them."""
    with suppress(RunnerError):  # the results are here: nothing depends on this look
        for job_id in doubles_of(desk.api, journal.record, desk.account):
            told = f"job {job_id} in the account is of this order, too; `cgi-runner delete {job_id}` if nobody needs it"
            log.warning("%s", told)
            journal.advance(State.VERIFIED, warnings=[*journal.record.warnings, told])


def _waited(journal: Journal, out: Path, desk: Desk, source: Path | None, *, is_new: bool) -> JobLog:
    """Wait for the end of the job, and keep its log with whatever a new folder takes along."""
    job_id = journal.record.job_id
    try:
        answer = _watched(job_id, desk, just_submitted=is_new)
    except JobFailedError:
        journal.advance(State.FAILED)  # it is gone from the account: --fresh may submit another
        raise
    # The record comes first: files without one would be taken for another job's.
    journal.advance(State.FAILED if answer.status.is_error else State.DONE)
    if source:
        bring_dropped(source, out)
    save_log(out, answer)
    if answer.status.is_error:
        raise failed(job_id, answer)
    return answer
