"""Waiting for a job: politely, within a deadline, and through passing failures of the network."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field

from cgi_runner.api import Api, JobLog, Status, UnknownJobError
from cgi_runner.clock import Clock, Deadline, spell_duration
from cgi_runner.errors import JobFailedError, ServiceError, StillRunningError
from cgi_runner.failures import RefusedError, is_transient
from cgi_runner.job.screen import Screen
from cgi_runner.redaction import excerpt
from cgi_runner.settings import Patience

log = logging.getLogger(__name__)

_SHARE = 0.2  # of the time waited so far: the end is noticed late by a tenth of the job's length on average
_SHORTEST = 3.0
_LONGEST = 60.0
_TAIL = 5
#: What to do about a job that the account does not have.
GONE = "was it another account's? if it was deleted, --fresh submits it anew"


def pause_after(waited: float, jitter: float = 1.0) -> float:
    """Give the seconds between two looks at a job that has been waited for this long."""
    return min(max(_SHORTEST, _SHARE * waited * jitter), _LONGEST)


@dataclass
class Watch:
    """One process's waiting for one job; `lines` counts the log lines already passed on."""

    api: Api
    job_id: str
    clock: Clock
    deadline: Deadline
    patience: Patience
    screen: Screen
    lines: int = 0
    words: set[str] = field(default_factory=set)
    out_since: float | None = None
    last: str = "submitted"

    def until_ended(self, *, just_submitted: bool) -> JobLog:
        """Give the job's log once it has ended, be it in Done or in Error.

        Raises:
            StillRunningError: The deadline came first.
            JobFailedError: The job is gone from the account.
            CredentialsError: The account is no longer accepted.
            ServiceError: The service stayed away for longer than an outage may last.

        """
        started = self.clock.monotonic()
        asked = 0.0  # seconds that the service asked to be left alone
        rests = just_submitted
        while True:
            waited = self.clock.monotonic() - started
            if rests:
                pause = max(pause_after(waited, random.uniform(1.05, 1.25)), asked)  # noqa: S311 - jitter, no secret
                self._rest(waited, max(0.0, min(pause, self.deadline.left)))
            rests = True
            answer, asked = self._look()
            if answer and self._has_ended(answer):
                self.screen.clear()
                return answer
            if self.deadline.left <= 0:
                raise self._too_late(self.clock.monotonic() - started)

    def _rest(self, waited: float, pause: float) -> None:
        self.screen.waiting(waited, pause, self.last)
        self.clock.sleep(pause)

    def _look(self) -> tuple[JobLog | None, float]:
        """Give the job's log, or None in an outage together with the seconds that the service asks to be spared."""
        try:
            answer = self.api.logs(self.job_id, retry=False)
        except UnknownJobError as error:
            raise JobFailedError(
                f"job {self.job_id} is no longer in the account",
                tip=GONE,
            ) from error
        except ServiceError as error:
            return None, self._outage(error)
        if self.out_since is not None:
            log.info("the service answers again")
        self.out_since = None
        return answer, 0.0

    def _outage(self, error: ServiceError) -> float:
        """Bear a failed look, unless the service has been away for too long or its answer will not change."""
        now = self.clock.monotonic()
        if self.out_since is None:
            self.out_since = now
            log.info("%s; job %s is waited for all the same", error, self.job_id)
        lasting = isinstance(error, RefusedError) and not is_transient(error)
        if lasting or now - self.out_since > self.patience.outage:
            raise error
        asked = (error.retry_after or 0.0) if isinstance(error, RefusedError) else 0.0
        return min(max(asked, 0.0), self.patience.longest_pause)

    def _has_ended(self, answer: JobLog) -> bool:
        for line in answer.lines[self.lines :]:
            self.last = excerpt(line)
            log.info("CGI: %s", self.last)
        self.lines = max(self.lines, len(answer.lines))
        self._say_unknown(answer.status)
        return answer.status.is_done or answer.status.is_error

    def _say_unknown(self, status: Status) -> None:
        if not status.is_known and status.word not in self.words:
            self.words.add(status.word)
            log.warning("the service calls the job %r, an unknown word; taken for: at work", excerpt(status.word, 40))

    def _too_late(self, waited: float) -> StillRunningError:
        return StillRunningError(
            f"job {self.job_id} is still at work after {spell_duration(waited)}",
            tip="it goes on at CGI; the same command finds it again, a longer --deadline waits longer",
        )


def failed(job_id: str, answer: JobLog) -> JobFailedError:
    """Make the error for a job that CGI ended with Error, with the end of its log."""
    tail = "".join(f"\n  {excerpt(line)}" for line in answer.lines[-_TAIL:])
    return JobFailedError(
        f"CGI ended job {job_id} with Error; the end of its log:{tail or ' (empty)'}",
        tip="mend what the log names and run again; for the very same input, --fresh submits it anew",
    )
