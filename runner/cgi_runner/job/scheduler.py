"""Waiting for one job or for many: each is checked when it is due, never two at a moment, until the deadline."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass

from cgi_runner.clock import Deadline
from cgi_runner.errors import JobFailedError, RunnerError, StillRunningError
from cgi_runner.job.late_arrivals import find_again
from cgi_runner.job.poll import JITTER, LineListener, Poller, poll_interval
from cgi_runner.job.request import JobContext
from cgi_runner.job.unexplained import take_over
from cgi_runner.output.record import RecordStore, State
from cgi_runner.service.base import JobLog

log = logging.getLogger(__name__)

#: Seconds between two looks, at whichever job: many jobs cost no more requests than one that was just submitted.
SPACING = 3.0


@dataclass(eq=False)
class RunningJob:
    """A job that is waited for; `since` and `due` are seconds on the monotonic clock."""

    poller: Poller
    store: RecordStore | None
    """Its record; None for a job that is only polled."""
    since: float
    due: float


class Scheduler:
    """Waits for the jobs that are in `jobs`; one that has ended, or failed, is no longer among them."""

    def __init__(self, context: JobContext) -> None:
        """Wait until the context's deadline, which counts from now; its progress is called at each pause."""
        self.jobs: list[RunningJob] = []
        self.deadline = Deadline.after(context.deadline, context.clock)
        self._context = context
        self._next_look = 0.0

    def add(
        self, job_id: str, store: RecordStore | None, *, on_lines: LineListener, is_new: bool = False
    ) -> RunningJob:
        """Begin to wait for a job.

        Args:
            job_id: The job.
            store: Its record, if it has one.
            on_lines: Called whenever its log has grown.
            is_new: Whether it was submitted just now: the first look is then not at once, and a single refusal of the
                credentials is not believed.

        """
        now = self._context.clock.monotonic()
        job = RunningJob(self._poller(job_id, on_lines, is_accepted=is_new), store, now, now)
        if is_new:
            job.due += poll_interval(0)
        self.jobs.append(job)
        return job

    def sleep_until_due(self) -> RunningJob:
        """Sleep until the next job is due, or until the deadline, and return that job."""
        context = self._context
        job = min(self.jobs, key=lambda job: job.due)
        now = context.clock.monotonic()
        pause = min(max(job.due, self._next_look) - now, self.deadline.left)
        if pause > 0:
            context.progress.waiting(now - job.since, pause, job.poller.last)
            context.clock.sleep(pause)
        return job

    def poll(self, job: RunningJob) -> JobLog | None:
        """Check a job once, and set when it is checked next.

        Args:
            job: One of `jobs`.

        Returns:
            Its log if it has ended, in Done or in Error.

        Raises:
            JobFailedError: The job is gone from the account.
            CredentialsError: The account is not accepted, or no longer, or it is not that of the job.
            ServiceError: The service stayed away for longer than an outage may last, or a new job may be this one.

        """
        try:
            answer = self._look(job)
        except RunnerError:
            self.jobs.remove(job)
            raise
        if answer:
            self.jobs.remove(job)
        return answer

    def wait(self, job: RunningJob) -> JobLog:
        """Return the log of the only job once it has ended; it is looked at once even after the deadline.

        Args:
            job: The only one of `jobs`.

        Raises:
            StillRunningError: The deadline came first.
            RunnerError: What `poll` raises.

        """
        try:
            while True:
                self.sleep_until_due()
                if answer := self.poll(job):
                    return answer
                if self.deadline.left <= 0:
                    raise self.timeout_error(job)
        finally:
            self._context.progress.clear()

    def timeout_error(self, job: RunningJob) -> StillRunningError:
        """Return the error for a job whose end did not come in time."""
        return job.poller.timeout_error(self._context.clock.monotonic() - job.since)

    def _look(self, job: RunningJob) -> JobLog | None:
        clock = self._context.clock
        try:
            answer = job.poller.poll()
        except JobFailedError:
            if not job.store or not self._find_again(job, job.store):
                raise
            job.due = clock.monotonic()
            return None
        finally:
            self._next_look = clock.monotonic() + SPACING
        if job.store and job.poller.service_warnings:
            record = job.store.record
            job.store.update(record.state, service_warnings=[*record.service_warnings, *job.poller.service_warnings])
            job.poller.service_warnings.clear()
        if answer is None:
            self._reschedule(job)
        return answer

    def _reschedule(self, job: RunningJob) -> None:
        now = self._context.clock.monotonic()
        pause = poll_interval(now - job.since, random.uniform(*JITTER))  # noqa: S311 - no secret depends on it
        if job.poller.is_near_end:
            pause = min(pause, SPACING)
        job.due = now + max(pause, job.poller.pause_asked_for)
        if job.poller.out_since is not None and len(self.jobs) > 1:
            # Asked for one after the other, they would not leave it alone; it may ask for no longer pause than this.
            job.due = self._next_look = now + self._context.retry_policy.max_wait

    def _find_again(self, job: RunningJob, store: RecordStore) -> bool:
        """Continue with the job that has the tag of one that is gone; without one, that is its end."""
        known = store.record.job_id
        found = find_again(store, self._context, was_seen=job.poller.has_answered)
        if not found:
            store.transition(State.FAILED)  # it is gone from the account: --fresh may submit another
            return False
        whose = "holds its inputs" if found.by_copy else "has its tag"
        log.warning("job %s is not in the account; continuing with %s, which %s", known, found.info.id, whose)
        take_over(found, store)
        job.poller = self._poller(found.info.id, job.poller.on_lines)
        return True

    def _poller(self, job_id: str, on_lines: LineListener, *, is_accepted: bool = False) -> Poller:
        context = self._context
        return Poller(context.api, job_id, context.clock, context.retry_policy, on_lines, is_accepted=is_accepted)
