"""The jobs of a cohort on their way: submitted one after the other, waited for together, downloaded one by one."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cgi_runner.cohort.events import EventListener, JobEvent, timestamp
from cgi_runner.cohort.flags import Flags
from cgi_runner.cohort.job_records import jobs_to_resubmit, new_job_record
from cgi_runner.cohort.names import plural
from cgi_runner.cohort.packing import Batch, build_submission
from cgi_runner.cohort.record import CohortRecord
from cgi_runner.cohort.sample_folders import are_complete, count_missing_rows, write_sample_folders
from cgi_runner.errors import (
    AccountFullError,
    CredentialsError,
    ForeignResultsError,
    JobFailedError,
    RunnerError,
    ServiceError,
    StillRunningError,
)
from cgi_runner.job import JobContext, Record, State
from cgi_runner.job.collect import collect, delete_collected, save_end
from cgi_runner.job.late_arrivals import try_next_job
from cgi_runner.job.poll import LineListener
from cgi_runner.job.progress import NullProgress
from cgi_runner.job.scheduler import RunningJob, Scheduler
from cgi_runner.job.submit import submit_once
from cgi_runner.output.claim import DROPPED
from cgi_runner.output.folder import restore_from_archive, results_are_intact, rewrite_dropped
from cgi_runner.output.record import NAME as RECORD
from cgi_runner.output.record import RecordStore, restore_record_on_failure
from cgi_runner.redaction import safe_excerpt
from cgi_runner.service.base import JobLog

log = logging.getLogger(__name__)

#: Jobs that run at once. The service was seen to fail when asked for many things in parallel, and others use it too.
MAX_AT_ONCE = 5


class CohortJobs:
    """Brings the jobs of a cohort to their end; what fails is kept in `failures`, and the others go on."""

    def __init__(
        self, ledger: CohortRecord, context: JobContext, work: Path, flags: Flags, on_event: EventListener
    ) -> None:
        """Work with the context's service until its deadline; `on_event` is called with every change."""
        self.failures: list[tuple[Batch, RunnerError]] = []
        self._ledger, self._work, self._on_event = ledger, work, on_event
        self._context = context
        self._flags = flags
        # Of several jobs, one line on the progress of each would be in the way of the others.
        self._scheduler = Scheduler(replace(context, progress=NullProgress()))
        self._waiting: deque[Batch] = deque()
        self._batches: dict[RunningJob, Batch] = {}
        self._submit_blocked_by: AccountFullError | ServiceError | None = None  # why nothing can be submitted now
        self._to_resubmit = {batch.number for batch in jobs_to_resubmit(ledger)} if flags.fresh else set[int]()

    def run(self) -> None:
        """Bring every job to its end, as far as it goes.

        Raises:
            CredentialsError: The account is not accepted.

        """
        with self._log_on_interrupt():
            for batch in self._ledger.plan.batches:
                self._resume_or_queue(batch)
            running = self._scheduler.jobs
            while self._waiting or running:
                if self._scheduler.deadline.left <= 0:
                    self._fail_unsubmitted()
                elif self._submit_blocked_by and not running:
                    self._fail_waiting(self._submit_blocked_by)
                elif self._waiting and not self._submit_blocked_by and len(running) < MAX_AT_ONCE:
                    with self._record_failure(self._waiting[0]):
                        self._submit(self._waiting.popleft())
                else:
                    self._poll(self._scheduler.sleep_until_due())

    def _resume_or_queue(self, batch: Batch) -> None:
        """Find out how far a job is already."""
        record, folder = self._ledger.records.get(batch.number), self._ledger.job_folder(batch)
        if record is None or not record.job_id or batch.number in self._to_resubmit:
            self._waiting.append(batch)
        elif record.state.is_complete and (results_are_intact(folder, record) or self._restore(batch, record)):
            with self._record_failure(batch):
                rewrite_dropped(folder / DROPPED, folder, record)
                self._finish(batch, self._store(batch, record))
        else:
            self._start_polling(batch, self._store(batch, record), is_new=False)

    def _restore(self, batch: Batch, record: Record) -> bool:
        work = self._work / f"{batch.name}.restored"
        work.mkdir(exist_ok=True)
        return restore_from_archive(self._ledger.job_folder(batch), record, work)

    def _submit(self, batch: Batch) -> None:
        asked = build_submission(batch, self._work / batch.name, title=self._ledger.sent_title)
        known = None if batch.number in self._to_resubmit else self._ledger.records.get(batch.number)
        store = self._store(
            batch, known or new_job_record(self._ledger, batch, asked, self._context.service, fresh=self._flags.fresh)
        )
        self._to_resubmit.discard(batch.number)
        context = self._context
        try:
            with restore_record_on_failure(store):
                if not store.path.exists():
                    store.path.parent.mkdir(parents=True, exist_ok=True)
                    store.transition(State.PREPARED)
                submit_once(
                    context.api,
                    asked,
                    store,
                    account=context.account,
                    clock=context.clock,
                    seconds=context.deadline,
                    beside=self._ledger.out.parent,
                )
        except CredentialsError:
            raise
        except (AccountFullError, ServiceError) as error:
            # It may do better once one of our own jobs has ended.
            self._waiting.appendleft(batch)
            self._submit_blocked_by = error
            if self._scheduler.jobs:
                log.info("no further job can be submitted for now: %s", error.message.partition("\n")[0])
            return
        inside = f"{plural(len(batch.members), 'sample')}, {plural(batch.rows, 'row')}"
        log.info("job %s is %s (%s)", batch.name, store.record.job_id, inside)
        self._start_polling(batch, store, is_new=not store.record.adopted)

    def _store(self, batch: Batch, record: Record) -> RecordStore:
        self._ledger.records[batch.number] = record
        return RecordStore(self._ledger.job_folder(batch) / RECORD, record, self._context.clock)

    def _start_polling(self, batch: Batch, store: RecordStore, *, is_new: bool) -> None:
        job = self._scheduler.add(store.record.job_id, store, on_lines=_last_line_logger(batch), is_new=is_new)
        self._batches[job] = batch
        self._say(batch, "waiting")

    def _poll(self, job: RunningJob) -> None:
        """Check a job, and download it if it has ended."""
        batch = self._batches[job]
        with self._record_failure(batch):
            answer = self._scheduler.poll(job)
            if answer is None:
                self._say(batch, "waiting", said=job.poller.last)
                return
            self._collect(batch, answer)
        self._submit_blocked_by = None  # a job that has ended may have made room

    def _collect(self, batch: Batch, answer: JobLog) -> None:
        folder = self._ledger.job_folder(batch)
        store = self._store(batch, self._ledger.records[batch.number])
        work = self._work / f"{batch.name}.fetched"
        try:
            save_end(answer, folder, store)
            self._say(batch, "fetching")
            collect(answer, folder, store, self._context, work=work, inputs=self._work / batch.name)
        except (ForeignResultsError, JobFailedError):
            if not try_next_job(store, self._context):
                raise
            self._start_polling(batch, store, is_new=False)
        else:
            self._finish(batch, store)

    def _finish(self, batch: Batch, store: RecordStore) -> None:
        """Split what is verified, and delete the job if that is asked for."""
        if not are_complete(self._ledger, batch, store.record):
            write_sample_folders(self._ledger, batch, store.record, self._work / f"{batch.name}.split")
        count_missing_rows(self._ledger, batch)
        if self._flags.delete and store.record.state is State.VERIFIED:
            delete_collected(store, self._context, adopted_too=self._flags.delete_adopted)
        log.info("job %s is done: results of %s", batch.name, plural(len(batch.members), "sample"))
        self._say(batch, "done")
        self._ledger.write()

    @contextmanager
    def _record_failure(self, batch: Batch) -> Iterator[None]:
        """Keep the failure of one job, so that the others go on; refused credentials concern them all."""
        try:
            yield
        except CredentialsError:
            raise
        except RunnerError as error:
            self._fail(batch, error)

    def _fail(self, batch: Batch, error: RunnerError) -> None:
        self.failures.append((batch, error))
        self._ledger.problems[batch.number] = error.message
        log.warning("job %s failed: %s", batch.name, error.message)
        self._say(batch, "failed", said=error.message)
        self._ledger.write()

    def _fail_waiting(self, closed: AccountFullError | ServiceError) -> None:
        """Record a failure for jobs that cannot be submitted, once no job of ours is left that could make room."""
        tip = closed.tip
        if isinstance(closed, AccountFullError) and not self._flags.delete:
            tip = "with --delete, each job is deleted at CGI once its results are here, which makes room for the next"
        kind = AccountFullError if isinstance(closed, AccountFullError) else ServiceError
        said = closed.message
        while self._waiting:
            self._fail(self._waiting.popleft(), kind(said, tip=tip))
            said = said.partition("\n")[0]

    def _fail_unsubmitted(self) -> None:
        for job in self._scheduler.jobs:
            self._fail(self._batches[job], self._scheduler.timeout_error(job))
        while self._waiting:
            self._fail(self._waiting.popleft(), StillRunningError("it is not submitted yet", tip=_TIP))
        self._scheduler.jobs.clear()

    def _say(self, batch: Batch, state: str, *, said: str = "") -> None:
        record = self._ledger.records.get(batch.number)
        self._on_event(
            JobEvent(
                time=timestamp(self._context.clock),
                event="job",
                job=batch.name,
                state=state,
                job_id=record.job_id if record else "",
                samples=len(batch.members),
                rows=batch.rows,
                said=said,
            )
        )

    @contextmanager
    def _log_on_interrupt(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            ids = ", ".join(job.poller.job_id for job in self._scheduler.jobs)
            work = f"{ids} keep running at CGI" if ids else "nothing is running at CGI"
            log.warning("stopped; %s, run the same command again to resume", work)
            raise


def _last_line_logger(batch: Batch) -> LineListener:
    """Log the last line only, with its job: of the lines of several jobs, nobody could tell whose they are."""

    def log_last(lines: Sequence[str], known: int) -> None:
        del known
        log.info("job %s: %s", batch.name, safe_excerpt(lines[-1]))

    return log_last


_TIP = "run the same command again to resume, or give a longer --deadline"
