"""Polling a running job: which answers end it, which are doubted at first, and which failures are tolerated."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cgi_runner.clock import Clock, format_duration
from cgi_runner.config import RetryPolicy
from cgi_runner.errors import CredentialsError, JobFailedError, JobNotShownError, ServiceError, StillRunningError
from cgi_runner.redaction import safe_excerpt
from cgi_runner.service.base import JobLog, JobService, UnknownJobError
from cgi_runner.service.errors import RejectedError, is_transient

log = logging.getLogger(__name__)

# A look costs the service a request, a pause costs the user half of it on average. Most jobs end within a minute and
# pause for a share of the time waited; later ones can afford a smaller share, as many have ended by then. The figures
# keep ten minutes of waiting within 30 requests and are the least late of those that do (docs/performance.md).
_FIRST = 2.5
_SHORTEST = 3.4
_SHARE, _LATER_SHARE = 0.3, 0.115
_EARLY = 70.0  # seconds
_LONGEST = 60.0
#: Between what factors a pause is drawn, so that many runners do not ask at the same moment.
JITTER = (0.9, 1.1)
#: The last step but one: jobs were done within a second after it in every log that is known.
_NEAR_END = "compress output files"
_TAIL = 5
_MAX_SHOWN = 100  # lines of the log at one check
#: One answer may be stale or another server's, and a job may not show yet in the first seconds after its submission.
_LOOKS_THAT_AGREE = 3
_SECONDS_OF_DOUBT = 60.0
#: Error was never seen in a real answer (fact 15 of docs/sandbox.md). Who believes one that is not true goes on with
#: the same job at the next command, so the doubt may be shorter than that of a job that is gone.
_SECONDS_OF_DOUBT_IN_ERROR = 15.0
#: What to do about a job that the account does not have.
GONE = "does it belong to another account? if it was deleted, --fresh submits it again"


def poll_interval(waited: float, jitter: float = 1.0) -> float:
    """Return the seconds between two checks of a job that has been waited for this long.

    Args:
        waited: Seconds since the job was submitted, or the wait began.
        jitter: A factor near 1, so that many runners do not ask at the same moment.

    """
    if not waited:
        return _FIRST
    pause = _SHARE * min(waited, _EARLY) + _LATER_SHARE * max(waited - _EARLY, 0)
    return min(max(_SHORTEST, pause * jitter), _LONGEST)


LineListener = Callable[[Sequence[str], int], None]
"""Called whenever a job's log has grown: with all its lines, and how many of them it was called with before."""


def log_lines(lines: Sequence[str], known: int) -> None:
    """Log the new lines of a job's log, of very many only the last ones.

    Args:
        lines: The whole log.
        known: How many of them were there before.

    """
    start = max(known, len(lines) - _MAX_SHOWN)
    if start > known:
        log.info("CGI: (%d lines are left out here; `cgi-runner logs` shows them)", start - known)
    for number in range(start, len(lines)):  # no slice: a log may be larger than memory
        log.info("CGI: %s", safe_excerpt(lines[number]))


@dataclass
class _Doubt:
    """An answer that would end the waiting, and is believed only when several checks over so many seconds agree."""

    seconds: float = _SECONDS_OF_DOUBT
    looks: int = 0
    since: float = 0.0

    def confirm(self, now: float) -> bool:
        """Count one more check that agrees, and return whether that is enough.

        Args:
            now: The time on the monotonic clock, in seconds.

        """
        self.since = self.since if self.looks else now
        self.looks += 1
        return self.looks >= _LOOKS_THAT_AGREE and now - self.since >= self.seconds

    def clear(self) -> int:
        """Forget the checks, which another answer has shown to be wrong, and return how many they were."""
        looks, self.looks = self.looks, 0
        return looks


@dataclass
class Poller:
    """Asks for the state of one job, and remembers what it has seen; `on_lines` is called whenever its log has grown.

    `is_accepted` says whether the service has accepted the credentials before: a single no is then not believed.
    """

    api: JobService
    job_id: str
    clock: Clock
    retry_policy: RetryPolicy
    on_lines: LineListener = log_lines
    is_accepted: bool = False
    lines: int = 0
    unknown_words: set[tuple[str, str]] = field(default_factory=set)
    out_since: float | None = None
    has_answered: bool = False
    pause_asked_for: float = 0.0
    """Seconds that the service asked to wait at the last check."""
    is_near_end: bool = False
    """Whether the last check was the first to show a log that ends with the last step."""
    last: str = "submitted"
    service_warnings: list[str] = field(default_factory=list)
    """What the service has said of the job and taken back."""
    _gone: _Doubt = field(default_factory=_Doubt)
    _refused: _Doubt = field(default_factory=_Doubt)
    _failed: _Doubt = field(default_factory=lambda: _Doubt(_SECONDS_OF_DOUBT_IN_ERROR))

    def poll(self) -> JobLog | None:
        """Check the job once, and return its log if it has ended; None if it has not, or if nothing is certain.

        Done is believed at once: whether it is true, the download shows. Error is, when several looks agree.

        Raises:
            JobFailedError: The job is gone from the account, say several looks over a minute.
            JobNotShownError: The job was submitted a moment ago and does not show.
            CredentialsError: The account is not accepted, or no longer.
            ServiceError: The service stayed away for longer than an outage may last.

        """
        self.pause_asked_for, self.is_near_end = 0.0, False
        now = self.clock.monotonic()
        try:
            answer = self.api.logs(self.job_id, retry=False)
        except UnknownJobError as error:
            if self._gone.confirm(now):
                if self.is_accepted and not self.has_answered:  # it was submitted just now
                    raise JobNotShownError(
                        f"the service accepted job {self.job_id}, but does not list it yet",
                        tip="run the same command again in a few minutes: it looks for the job and submits no other",
                    ) from error
                raise JobFailedError(f"job {self.job_id} is no longer in the account", tip=GONE) from error
            self._log_doubt(self._gone, f"job {self.job_id} is not listed in the account")
            return None
        except CredentialsError as error:
            if not self.is_accepted or self._refused.confirm(now):
                raise
            self._log_doubt(self._refused, error.message)
            return None
        except ServiceError as error:
            self.pause_asked_for = self._tolerate_outage(error)
            return None
        if self.out_since is not None:
            log.info("the service responds again")
        self.out_since, self.is_accepted, self.has_answered = None, True, True
        self._gone.clear()
        self._refused.clear()
        return answer if self._has_ended(answer, now) else None

    def _log_doubt(self, doubt: _Doubt, what: str) -> None:
        if doubt.looks == 1:
            log.info("%s; checking again before this is believed", what)

    def _tolerate_outage(self, error: ServiceError) -> float:
        """Tolerate a failed check, unless the service has been away for too long or its answer will not change.

        Returns the seconds that the service asks to be left alone.
        """
        now = self.clock.monotonic()
        if self.out_since is None:
            self.out_since = now
            log.info("%s; still waiting for job %s", error, self.job_id)
        lasting = isinstance(error, RejectedError) and not is_transient(error)
        if lasting or now - self.out_since > self.retry_policy.max_outage:
            raise error
        asked = (error.retry_after or 0.0) if isinstance(error, RejectedError) else 0.0
        return min(max(asked, 0.0), self.retry_policy.max_wait)

    def _has_ended(self, answer: JobLog, now: float) -> bool:
        if len(answer.lines) > self.lines:
            self.last = safe_excerpt(answer.lines[-1])
            self.is_near_end = answer.lines[-1].strip().casefold().endswith(_NEAR_END)
            self.on_lines(answer.lines, self.lines)
            self.lines = len(answer.lines)
        self._warn_unknown_status(answer)
        if answer.status.is_error:
            is_certain = self._failed.confirm(now)
            if not is_certain:
                self._log_doubt(self._failed, f"the service says that job {self.job_id} ended with Error")
            return is_certain
        if looks := self._failed.clear():
            word = safe_excerpt(answer.status.name)
            told = f"job {self.job_id} had the status Error (checks: {looks}) and then {word}: it had not ended"
            log.warning("%s", told)
            self.service_warnings.append(told)
        return answer.status.is_done or answer.is_probably_done

    def _warn_unknown_status(self, answer: JobLog) -> None:
        word = answer.status.name
        treated = "treated as done, as the log says so" if answer.is_probably_done else "treated as running"
        if not answer.status.is_known and (word, treated) not in self.unknown_words:
            self.unknown_words.add((word, treated))
            log.warning("the service reports the status %r, which is unknown; %s", safe_excerpt(word), treated)

    def timeout_error(self, waited: float) -> StillRunningError:
        """Return the error for a job whose end did not come in time, as far as anything is known of it.

        Args:
            waited: How long it was waited for, in seconds.

        """
        if self._gone.looks:
            return StillRunningError(
                f"job {self.job_id} was not listed in the account at the last check, after {format_duration(waited)}",
                tip="the same command looks again; a longer --deadline leaves time to be certain",
            )
        if self._failed.looks:
            return StillRunningError(
                f"job {self.job_id} had the status Error at the last check, after {format_duration(waited)}; one "
                "check is no proof",
                tip="the same command looks again; a longer --deadline leaves time to be certain",
            )
        if self.out_since is not None:
            was = f"job {self.job_id} was running when last seen, " if self.has_answered else ""
            since = "since" if self.has_answered else f"about job {self.job_id}"
            return StillRunningError(
                f"{was}the service did not answer {since}; given up after {format_duration(waited)}",
                tip="run the same command again to resume; check the network if this repeats",
            )
        return StillRunningError(
            f"job {self.job_id} is still running after {format_duration(waited)}",
            tip="it keeps running at CGI; run the same command again to resume, or give a longer --deadline",
        )


def confirm_error(api: JobService, job_id: str, clock: Clock) -> bool:
    """Return whether a job that was just shown with Error still is, at as many checks as end a wait.

    Args:
        api: The service.
        job_id: The job.
        clock: Tells the time, and waits between the looks.

    """
    log.info("the service says that job %s ended with Error; checking again before this is believed", job_id)
    for _ in range(_LOOKS_THAT_AGREE - 1):
        clock.sleep(_SECONDS_OF_DOUBT_IN_ERROR / (_LOOKS_THAT_AGREE - 1))
        if not api.get_job(job_id).status.is_error:
            return False
    return True


def job_failed_error(job_id: str, answer: JobLog) -> JobFailedError:
    """Return the error for a job that CGI ended with Error, with the end of its log.

    Args:
        job_id: The job.
        answer: Its log, of which the last lines are quoted.

    """
    tail = "".join(f"\n  {safe_excerpt(line)}" for line in answer.lines[-_TAIL:])
    return JobFailedError(
        f"CGI ended job {job_id} with Error; the end of its log:{tail or ' (empty)'}",
        tip="fix the problem named in the log and run again; --fresh submits the same input again",
    )
