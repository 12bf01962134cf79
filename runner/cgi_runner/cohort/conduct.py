"""The jobs of a cohort on their way: submitted one after the other, waited for together, brought home one by one."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cgi_runner.api import JobLog
from cgi_runner.clock import Deadline
from cgi_runner.cohort.ledger import Ledger
from cgi_runner.cohort.names import counted
from cgi_runner.cohort.packing import Pack, order
from cgi_runner.cohort.shelf import is_shelved, shelve
from cgi_runner.errors import (
    AccountFullError,
    CredentialsError,
    JobFailedError,
    RunnerError,
    ServiceError,
    StillRunningError,
)
from cgi_runner.job import Desk, Record, State
from cgi_runner.job.fetch import fetch
from cgi_runner.job.finish import DROPPED, delete_remote, is_intact, list_anew, put_in_place, restored, save_log
from cgi_runner.job.journal import NAME as RECORD
from cgi_runner.job.journal import Journal
from cgi_runner.job.life import tell_doubles, undone
from cgi_runner.job.submit import Order, ensure_submitted
from cgi_runner.job.wait import Watch, failed, pause_after

log = logging.getLogger(__name__)

Tell = Callable[[dict[str, Any]], None]

#: Jobs at work at once. The service was seen to fail when asked for many things in parallel, and others use it too.
MOST_AT_ONCE = 5
#: Seconds between two looks, at whichever job: so many jobs cost no more requests than one that was just submitted.
SPACING = 3.0


class _NoChatter(logging.Filter):
    """Keeps back the lines of CGI's logs as `Watch` passes them on: of several jobs, nobody could tell whose."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything else through."""
        return record.msg != "CGI: %s"


@dataclass
class _Flight:
    """A job at work, and when it is to be looked at."""

    pack: Pack
    journal: Journal
    watch: Watch
    since: float
    due: float
    said: str = ""


class Conductor:
    """Brings the jobs of a cohort to their end; what fails is kept in `failures`, and the others go on."""

    def __init__(self, ledger: Ledger, desk: Desk, work: Path, *, fresh: bool, delete: bool, tell: Tell) -> None:
        """Work with the desk's service until its deadline; `tell` hears of every change."""
        self.failures: list[tuple[Pack, RunnerError]] = []
        self._ledger, self._work, self._tell = ledger, work, tell
        self._desk = desk
        self._fresh, self._delete = fresh, delete
        self._deadline = Deadline.after(desk.deadline, desk.clock)
        self._waiting: deque[Pack] = deque()
        self._flights: list[_Flight] = []
        self._closed: AccountFullError | ServiceError | None = None  # why nothing can be submitted now
        self._next_look = 0.0
        self._anew = {pack.number for pack in _anew(ledger)} if fresh else set[int]()

    def conduct(self) -> None:
        """Bring every job to its end, as far as it goes.

        Raises:
            CredentialsError: The account is not accepted.

        """
        with self._said_if_stopped(), _quiet(Watch.__module__):
            for pack in self._ledger.plan.packs:
                self._begin(pack)
            while self._waiting or self._flights:
                if self._deadline.left <= 0:
                    self._give_up()
                elif self._closed and not self._flights:
                    self._fail_waiting(self._closed)
                elif self._waiting and not self._closed and len(self._flights) < MOST_AT_ONCE:
                    with self._failing(self._waiting[0]):
                        self._submit(self._waiting.popleft())
                else:
                    self._look(min(self._flights, key=lambda flight: flight.due))

    def _begin(self, pack: Pack) -> None:
        """Find out how far a job is already."""
        record, folder = self._ledger.records.get(pack.number), self._ledger.job_folder(pack)
        if record is None or not record.job_id or pack.number in self._anew:
            self._waiting.append(pack)
        elif record.state.is_complete and (is_intact(folder, record) or self._restored(pack, record)):
            with self._failing(pack):
                list_anew(folder / DROPPED, folder, record)
                self._finish(pack, self._journal(pack, record))
        else:
            self._fly(pack, self._journal(pack, record), just_submitted=False)

    def _restored(self, pack: Pack, record: Record) -> bool:
        work = self._work / f"{pack.name}.restored"
        work.mkdir(exist_ok=True)
        return restored(self._ledger.job_folder(pack), record, work)

    def _submit(self, pack: Pack) -> None:
        asked = order(pack, self._work / pack.name, title=self._ledger.title)
        known = None if pack.number in self._anew else self._ledger.records.get(pack.number)
        journal = self._journal(pack, known or self._blank(pack, asked))
        self._anew.discard(pack.number)
        desk = self._desk
        try:
            with undone(journal):
                if not journal.path.exists():
                    journal.path.parent.mkdir(parents=True, exist_ok=True)
                    journal.advance(State.PREPARED)
                ensure_submitted(
                    desk.api, asked, journal, account=desk.account, clock=desk.clock, seconds=desk.deadline
                )
        except CredentialsError:
            raise
        except (AccountFullError, ServiceError) as error:
            # It may do better once one of our own jobs has ended.
            self._waiting.appendleft(pack)
            self._closed = error
            if self._flights:
                log.info("no further job can be submitted for now: %s", error.message.partition("\n")[0])
            return
        inside = f"{counted(len(pack.members), 'sample')}, {counted(pack.rows, 'row')}"
        log.info("job %s is %s (%s)", pack.name, journal.record.job_id, inside)
        self._fly(pack, journal, just_submitted=not journal.record.adopted)

    def _blank(self, pack: Pack, asked: Order) -> Record:
        inputs = {
            kind: {"sha256": sha256, "rows_sent": sum(p.rows for m in pack.members for p in m.parts if p.kind == kind)}
            for kind, sha256 in asked.sha256.items()
        }
        before = self._ledger.records.get(pack.number)
        return Record(
            service=self._desk.service,
            title=asked.marked_title,
            cancer_type=asked.cancer_type,
            reference=asked.reference,
            fingerprint=asked.fingerprint,
            fresh=self._fresh,
            inputs=inputs,
            samples={id_.decode(): member.rows for id_, member in zip(pack.ids, pack.members, strict=True)},
            # With --fresh, the files of the job before are this one's to replace.
            archive={"members": before.archive.get("members", [])} if before else {},
        )

    def _journal(self, pack: Pack, record: Record) -> Journal:
        self._ledger.records[pack.number] = record
        return Journal(self._ledger.job_folder(pack) / RECORD, record, self._desk.clock)

    def _fly(self, pack: Pack, journal: Journal, *, just_submitted: bool) -> None:
        now, desk = self._desk.clock.monotonic(), self._desk
        # A watch whose deadline is long past looks just once each time, and remembers what it has seen.
        past = Deadline(desk.clock, float("-inf"))
        watch = Watch(desk.api, journal.record.job_id, desk.clock, past, desk.patience, desk.screen)
        due = now + (pause_after(0) if just_submitted else 0)
        self._flights.append(_Flight(pack, journal, watch, now, due))
        self._say(pack, "waiting")

    def _look(self, flight: _Flight) -> None:
        """Wait until the job is due, look at it, and bring it home if it has ended."""
        clock = self._desk.clock
        pause = max(flight.due, self._next_look) - clock.monotonic()
        clock.sleep(max(0.0, min(pause, self._deadline.left)))
        with self._failing(flight.pack):
            try:
                answer = flight.watch.until_ended(just_submitted=False)
            except StillRunningError:
                self._rest(flight)
                return
            except JobFailedError:
                flight.journal.advance(State.FAILED)  # it is gone from the account: --fresh may submit another
                raise
            finally:
                self._next_look = clock.monotonic() + SPACING
            self._bring_home(flight, answer)
        self._flights = [other for other in self._flights if other is not flight]
        self._closed = None  # a job that has ended may have made room

    def _rest(self, flight: _Flight) -> None:
        clock = self._desk.clock
        now = clock.monotonic()
        flight.due = now + pause_after(now - flight.since)
        if flight.watch.out_since is not None:
            # The service is away, or asks to be spared; nothing that it may ask for is longer than this.
            flight.due = self._next_look = now + self._desk.patience.longest_pause
        if flight.said != flight.watch.last:
            flight.said = flight.watch.last
            log.info("job %s: %s", flight.pack.name, flight.said)
        self._say(flight.pack, "waiting", said=flight.said)

    def _bring_home(self, flight: _Flight, answer: JobLog) -> None:
        journal, desk, pack = flight.journal, self._desk, flight.pack
        folder, job_id = self._ledger.job_folder(pack), journal.record.job_id
        journal.advance(State.FAILED if answer.status.is_error else State.DONE)
        save_log(folder, answer)
        if answer.status.is_error:
            raise failed(job_id, answer)
        self._say(pack, "fetching")
        journal.advance(State.FETCHING)
        work = self._work / f"{pack.name}.fetched"
        work.mkdir(exist_ok=True)
        unpacked = fetch(desk.api, job_id, work, clock=desk.clock, patience=desk.patience, screen=desk.screen)
        put_in_place(unpacked, answer.lines, folder, journal)
        tell_doubles(journal, desk)
        self._finish(pack, journal)

    def _finish(self, pack: Pack, journal: Journal) -> None:
        """Split what is verified, and delete the job if that is asked for."""
        if not is_shelved(self._ledger, pack, journal.record):
            shelve(self._ledger, pack, journal.record, self._work / f"{pack.name}.split")
        if self._delete and journal.record.state is State.VERIFIED:
            delete_remote(self._desk.api, journal)
        log.info("job %s is done: results of %s", pack.name, counted(len(pack.members), "sample"))
        self._say(pack, "done")
        self._ledger.write()

    @contextmanager
    def _failing(self, pack: Pack) -> Iterator[None]:
        """Keep the failure of one job, so that the others go on; refused credentials concern them all."""
        try:
            yield
        except CredentialsError:
            raise
        except RunnerError as error:
            self._fail(pack, error)

    def _fail(self, pack: Pack, error: RunnerError) -> None:
        self.failures.append((pack, error))
        self._ledger.problems[pack.number] = error.message
        log.warning("job %s failed: %s", pack.name, error.message)
        self._say(pack, "failed", said=error.message)
        self._ledger.write()

    def _fail_waiting(self, closed: AccountFullError | ServiceError) -> None:
        """Give up what cannot be submitted, now that no job of our own is left that could make room."""
        tip = closed.tip
        if isinstance(closed, AccountFullError) and not self._delete:
            tip = "with --delete, each job is deleted at CGI once its results are here, which makes room for the next"
        kind = AccountFullError if isinstance(closed, AccountFullError) else ServiceError
        said = closed.message
        while self._waiting:
            self._fail(self._waiting.popleft(), kind(said, tip=tip))
            said = said.partition("\n")[0]

    def _give_up(self) -> None:
        for flight in self._flights:
            self._fail(flight.pack, StillRunningError(f"job {flight.journal.record.job_id} is still at work", tip=_TIP))
        while self._waiting:
            self._fail(self._waiting.popleft(), StillRunningError("it is not submitted yet", tip=_TIP))
        self._flights.clear()

    def _say(self, pack: Pack, state: str, *, said: str = "") -> None:
        record = self._ledger.records.get(pack.number)
        about = {"job": pack.name, "state": state, "job_id": record.job_id if record else ""}
        self._tell({"event": "job", **about, "samples": len(pack.members), "rows": pack.rows, "said": said})

    @contextmanager
    def _said_if_stopped(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            ids = ", ".join(flight.journal.record.job_id for flight in self._flights)
            work = f"{ids} go on at CGI" if ids else "nothing is at work at CGI"
            log.warning("stopped; %s, and the same command goes on from here", work)
            raise


def _anew(ledger: Ledger) -> list[Pack]:
    """Give the jobs that --fresh is to submit: those that it has not submitted yet, or all once all have ended."""
    records = [ledger.records.get(pack.number) for pack in ledger.plan.packs]
    if all(record and record.fresh and record.state.has_ended for record in records):
        return ledger.plan.packs
    return [pack for pack, record in zip(ledger.plan.packs, records, strict=True) if not (record and record.fresh)]


@contextmanager
def _quiet(logger: str) -> Iterator[None]:
    chatter = _NoChatter()
    logging.getLogger(logger).addFilter(chatter)
    try:
        yield
    finally:
        logging.getLogger(logger).removeFilter(chatter)


_TIP = "the same command goes on from here; a longer --deadline waits longer"
