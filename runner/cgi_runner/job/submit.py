"""Submitting a job once: the fingerprint in its title, the look before every POST that could be a second one."""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cgi_runner.api import AccountFullAnswerError, Api, JobInfo, UnknownJobError
from cgi_runner.clock import Clock
from cgi_runner.errors import AccountFullError, RunnerError
from cgi_runner.failures import AnswerLostError
from cgi_runner.job.journal import Journal, Record, State
from cgi_runner.job.marks import Marks, mark_in
from cgi_runner.job.workspace import LONGEST, one_at_a_time
from cgi_runner.redaction import excerpt

log = logging.getLogger(__name__)

_POSTS = 3
_LISTED = 50
#: Seconds before each look for a job whose submission got no answer; a minute in all costs less than a second job.
_LOOKS = (4, 14, 40)
#: Seconds that a service may ask for before the first of them.
_LONGEST_REST = 60
#: Letters. It is not known at what length CGI cuts titles, if it does; a job that lost its mark could be run twice.
_LONGEST_TITLE = 100
_DOUBTFUL = frozenset({State.SUBMITTING, State.AMBIGUOUS})


@dataclass(frozen=True)
class Order:
    """What is asked of CGI: the fields of the POST without the title's mark, and the prepared files by kind."""

    cancer_type: str
    reference: str
    title: str
    files: Mapping[str, Path]
    sha256: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that stand for all that shapes the results; paths and times do not."""
        content = [self.cancer_type, self.reference, self.title, sorted(self.sha256.items())]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]

    @property
    def mark(self) -> str:
        """The part of the title by which the job is found again."""
        return f"[cgi-runner {self.fingerprint}]"

    @property
    def marked_title(self) -> str:
        """The title that CGI keeps: the user's, shortened if it is long, then the mark."""
        room = _LONGEST_TITLE - len(self.mark) - 1
        title = self.title if len(self.title) <= room else f"{self.title[: room - 3].rstrip()}..."
        return f"{title} {self.mark}".strip()


def ensure_submitted(
    api: Api, order: Order, journal: Journal, *, account: str, clock: Clock, seconds: float = LONGEST
) -> None:
    """Have exactly one job for the order on the service, and its id in the record.

    The account's jobs are looked through first; one that bears the order's mark is taken over, whatever its state,
    so that an engine that repeats a failed step does not run it twice. For a fresh record, those that were there when
    it was begun are passed by. Another submission of the account is waited for as long as `seconds` allow.

    Raises:
        AccountFullError: No free job slot.
        CredentialsError: The account was refused.
        ServiceError: The service was not reached; nothing was sent, or the record says so.
        StillRunningError: Another submission took too long.

    """
    place = f"{api.key} {account}"
    with one_at_a_time(f"submit {place}", "another submission of this account is under way", seconds):
        jobs = api.jobs()
        marks = Marks(place)
        if journal.record.fresh and journal.record.state is State.PREPARED:
            journal.record.passed_by = marks.may_bear(order.mark, jobs)
        others = [job for job in jobs if job not in journal.record.passed_by]
        found = find(api, order.mark, others, marks)
        if not found and _is_in_doubt(journal, order, marks):
            log.info("an earlier submission of this order was stopped in the act; looking whether its job shows up")
            # A job that shows no title yet may be the one.
            known = set(jobs).difference(marks.may_bear(order.mark, others))
            found = _arrived(api, order.mark, known=known, clock=clock)
        if found:
            log.info("found this job in the account: %s (%s)", found.id, found.status.word)
            journal.advance(State.RECONCILED, job_id=found.id, adopted=True)
            journal.advance(State.WAITING)
            marks.end(order.mark)
        else:
            with _noted(order, journal, marks):
                _post(api, order, journal, known=set(jobs), clock=clock)
            marks.learn(journal.record.job_id, order.marked_title)
        marks.keep([*jobs, journal.record.job_id])


def _is_in_doubt(journal: Journal, order: Order, marks: Marks) -> bool:
    """Say whether an earlier attempt may have sent the order; the record tells of it from now on."""
    if is_so := journal.record.state in _DOUBTFUL or marks.is_open(order.mark):
        journal.advance(State.AMBIGUOUS)
    return is_so


@contextmanager
def _noted(order: Order, journal: Journal, marks: Marks) -> Iterator[None]:
    """Have it noted for other folders that the order is being sent, until it is known what became of it."""
    marks.begin(order.mark)
    try:
        yield
    finally:
        if journal.record.state not in _DOUBTFUL:
            marks.end(order.mark)


def look_through(api: Api, jobs: list[str]) -> Iterator[JobInfo]:
    """Give what is known of these jobs, one request each, leaving out those deleted meanwhile."""
    # Newest last is what clients have seen, so the end is looked at first; nothing depends on it.
    for job_id in reversed(jobs):
        with suppress(UnknownJobError):
            yield api.job(job_id)


def find(api: Api, mark: str, jobs: list[str], marks: Marks) -> JobInfo | None:
    """Give the account's job whose title bears the mark: one that has not failed, if there are several."""
    found: JobInfo | None = None
    for job in look_through(api, marks.may_bear(mark, jobs)):
        marks.learn(job.id, job.title)
        if marks.bears(mark, job.id):
            if not job.status.is_error:
                return job
            found = found or job
    return found


def doubles_of(api: Api, record: Record, account: str) -> list[str]:
    """Give other jobs of a record's order, if its submission was ever in doubt: one may have come in very late."""
    if State.AMBIGUOUS.value not in record.times:
        return []
    mark = f"[cgi-runner {record.fingerprint}]"
    others = Marks(f"{api.key} {account}").may_bear(mark, set(api.jobs()) - {record.job_id})
    return [job.id for job in look_through(api, others[:_LISTED]) if mark_in(job.title) == mark_in(mark)]


def _arrived(api: Api, mark: str, *, known: set[str], clock: Clock, asked: float | None = None) -> JobInfo | None:
    """Look a few times for a job of which no answer told; a slow service may still be taking it in.

    The service is left alone for as many seconds as it has `asked` for, within reason.
    """
    first, *others = _LOOKS
    for seconds in (max(first, min(asked or 0, _LONGEST_REST)), *others):
        clock.sleep(seconds * random.uniform(1.0, 1.2))  # noqa: S311 - jitter, no secret
        if found := find(api, mark, [job for job in api.jobs() if job not in known], Marks()):
            return found
    return None


def _post(api: Api, order: Order, journal: Journal, *, known: set[str], clock: Clock) -> None:
    """Send the order; after an answer that was lost, look for the job before sending again."""
    left = _POSTS
    while lost := _send(api, order, journal, known):
        left -= 1
        log.info("the submission got no clear answer (%s); looking whether the job is there", lost)
        if found := _arrived(api, order.mark, known=known, clock=clock, asked=lost.retry_after):
            log.info("the submission had arrived: job %s", found.id)
            journal.advance(State.RECONCILED, job_id=found.id)
            journal.advance(State.WAITING)
            return
        if not (left and lost.may_pass):
            raise lost


def _send(api: Api, order: Order, journal: Journal, known: set[str]) -> AnswerLostError | None:
    """Send the order once, and give the failure that leaves open whether it arrived."""
    before = journal.record.state
    journal.advance(State.SUBMITTING)
    fields = {"cancer_type": order.cancer_type, "title": order.marked_title, "reference": order.reference}
    try:
        job_id = api.submit(fields, order.files)
    except AnswerLostError as error:
        journal.advance(State.AMBIGUOUS)
        return error
    except AccountFullAnswerError as error:
        journal.advance(before)
        raise _account_full(api, sorted(known)) from error
    except RunnerError:
        journal.advance(before)  # turned away for certain: what is in doubt now was so before
        raise
    if job_id in known:
        journal.advance(State.AMBIGUOUS)
        return AnswerLostError(f"{api.url} answered the submission with job {job_id}, which was there before")
    journal.advance(State.WAITING, job_id=job_id)
    return None


def _account_full(api: Api, jobs: list[str]) -> AccountFullError:
    ended: list[JobInfo] = []
    with suppress(RunnerError):  # a list cut short still says that the account is full
        ended += (job for job in look_through(api, jobs[:_LISTED]) if job.status.is_done or job.status.is_error)
    listed = "".join(f"\n  {job.id}  {job.status.word}  {job.date}  {excerpt(job.title, 60)}" for job in ended)
    return AccountFullError(
        f"the account has no free job slot, {len(jobs)} jobs are stored; could be deleted:{listed or ' none'}",
        tip="nothing was deleted; `cgi-runner delete ID` deletes a job, once you hold its results",
    )
