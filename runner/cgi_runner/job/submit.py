"""Submitting a job once: the fingerprint in its title, the check before every POST that could be a second one."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cgi_runner.clock import Clock
from cgi_runner.errors import AccountFullError, CredentialsError, RunnerError
from cgi_runner.job.account_jobs import LOOK_DELAYS, MAX_LISTED, find_by_tag, find_unlisted, iter_job_info
from cgi_runner.job.job_index import JobTagCache
from cgi_runner.job.submission import Submission
from cgi_runner.job.unexplained import FoundJob, SoughtJob, find_unexplained, take_over
from cgi_runner.output.locking import LONGEST, exclusive_lock
from cgi_runner.output.record import RecordStore, State
from cgi_runner.redaction import safe_excerpt
from cgi_runner.service.base import JobInfo, JobService, QuotaRejectedError
from cgi_runner.service.errors import MaybeProcessedError

log = logging.getLogger(__name__)

_MAX_POSTS = 3
#: Seconds that a service may ask for before the first of them.
_LONGEST_REST = 60
#: CGI's knowledge changes from version to version; a job that an engine repeats is younger than this.
_OLD = timedelta(days=1)
#: Hex digits of an account's hash: they tell accounts apart, and do not name anybody.
ACCOUNT_DIGITS = 16
_AMBIGUOUS_STATES = frozenset({State.SUBMITTING, State.AMBIGUOUS})


def submit_once(
    api: JobService,
    submission: Submission,
    store: RecordStore,
    *,
    account: str,
    clock: Clock,
    seconds: float = LONGEST,
    beside: Path | None = None,
) -> None:
    """Submit exactly one job for the submission, and record its id.

    The account's jobs are looked through first; one with its tag is taken over, whatever its state, so that
    an engine that repeats a failed step does not run it twice. For a fresh record, those that were there when it was
    begun are passed by.

    Args:
        api: The service.
        submission: What is asked of CGI.
        store: The record, which says before each step what is about to happen.
        account: Key of the account, for locks and for what is known of its jobs.
        clock: Tells the time, and waits.
        seconds: How long another submission of the account is waited for.
        beside: The folder for a note that the submission is being sent; by default that of the output folder.

    Raises:
        AccountFullError: No free job slot.
        CredentialsError: The account was refused.
        ServiceError: The service was not reached; nothing was sent, or the record says so.
        StillRunningError: Another submission took too long.

    """
    place = f"{api.lock_key} {account}"
    store.record.account = account[:ACCOUNT_DIGITS]
    with exclusive_lock(f"submit {place}", "another submission of this account is in progress", seconds):
        jobs = api.list_jobs()
        tags = JobTagCache(place, beside or store.path.parent.parent)
        if store.record.fresh and store.record.state is State.PREPARED:
            store.record.ignored_jobs = [*jobs, *tags.unlisted(submission.title_tag, jobs)]
        ignored = store.record.ignored_jobs
        others = [job for job in jobs if job not in ignored]
        shown = find_by_tag(api, submission.title_tag, others, tags)
        found = _as_found(shown or find_unlisted(api, submission.title_tag, [*jobs, *ignored], tags, clock))
        if not found and _is_unconfirmed(store, submission, tags):
            store.transition(State.AMBIGUOUS)
            log.info("an earlier submission of this job was interrupted; checking whether the job exists")
            # A job that shows no title yet may be the one.
            known = set(jobs).difference(tags.candidates(submission.title_tag, others))
            found = _as_found(_poll_for_submission(api, submission.title_tag, store, known=known, clock=clock))
            before = {*store.record.jobs_before, *store.record.ignored_jobs, *tags.jobs_before(submission.title_tag)}
            found = found or find_unexplained(api, _sought(submission), before, tags, store.record.unexplained_jobs)
        if found:
            _log_found(found.info, clock)
            take_over(found, store)
            tags.finish_submission(submission.title_tag)
            tags.remember(found.info.id, submission.tagged_title)
        else:
            with _submission_marker(submission, store, tags, jobs):
                _submit_with_reconciliation(api, submission, store, tags, known=set(jobs), clock=clock)
            tags.remember(store.record.job_id, submission.tagged_title)
        tags.save([*jobs, store.record.job_id])


def _log_found(found: JobInfo, clock: Clock) -> None:
    """Say which job is taken over, of when it is, and what that means if it is old."""
    when = f", submitted {found.date} UTC" if found.date else ""
    log.info("found this job in the account: %s (%s%s)", found.id, found.status.name, when)
    with suppress(ValueError):  # a date of another form tells people enough
        submitted = datetime.strptime(found.date, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
        if clock.now() - submitted > _OLD:
            log.warning(
                "job %s is of %s: CGI and what it knows may have changed since; the same command with --fresh submits"
                " the inputs again",
                found.id,
                found.date,
            )


def _sought(submission: Submission) -> SoughtJob:
    # Beside the files that are sent: a folder of this command's own, on the disk that will have to hold the results.
    return SoughtJob.of_submission(submission, next(iter(submission.files.values()), Path()).parent)


def _as_found(job: JobInfo | None) -> FoundJob | None:
    return FoundJob(job) if job else None


def _is_unconfirmed(store: RecordStore, submission: Submission, tags: JobTagCache) -> bool:
    """Return whether an earlier attempt may have sent the submission."""
    return store.record.state in _AMBIGUOUS_STATES or tags.is_submitting(submission.title_tag)


@contextmanager
def _submission_marker(
    submission: Submission, store: RecordStore, tags: JobTagCache, jobs: Iterable[str]
) -> Iterator[None]:
    """Note for other folders that the submission is being sent, until it is known what became of it."""
    tags.start_submission(submission.title_tag, jobs)
    try:
        yield
    finally:
        if store.record.state not in _AMBIGUOUS_STATES:
            tags.finish_submission(submission.title_tag)


def _poll_for_submission(
    api: JobService, tag: str, store: RecordStore, *, known: set[str], clock: Clock, asked: float | None = None
) -> JobInfo | None:
    """Look a few times for a job whose id no answer gave; a slow service may still be taking it in.

    The service is left alone for as many seconds as it has `asked` for, within reason. Which new jobs its lists show
    is kept in the record: the next list may lack them.
    """
    first, *others = LOOK_DELAYS
    for seconds in (max(first, min(asked or 0, _LONGEST_REST)), *others):
        clock.sleep(seconds * random.uniform(1.0, 1.2))  # noqa: S311 - jitter, no secret
        try:
            new = [job for job in api.list_jobs() if job not in known]
            if unseen := set(new).difference(store.record.unexplained_jobs):
                store.update(store.record.state, unexplained_jobs=sorted(unseen.union(store.record.unexplained_jobs)))
            if found := find_by_tag(api, tag, new, JobTagCache()):
                return found
        except CredentialsError as error:  # the account was accepted a moment ago
            if seconds == others[-1]:
                raise
            log.info("%s; checking again before this is believed", error.message)
    return None


def _submit_with_reconciliation(
    api: JobService, submission: Submission, store: RecordStore, tags: JobTagCache, *, known: set[str], clock: Clock
) -> None:
    """Send the submission; after an answer that was lost, look for the job before sending again."""
    left = _MAX_POSTS
    while lost := _send(api, submission, store, known):
        left -= 1
        log.info("no clear response to the submission (%s); checking whether the job exists", lost)
        asked = lost.retry_after
        shown = _poll_for_submission(api, submission.title_tag, store, known=known, clock=clock, asked=asked)
        before = {*known, *store.record.ignored_jobs}
        if found := _as_found(shown) or find_unexplained(
            api, _sought(submission), before, tags, store.record.unexplained_jobs
        ):
            log.info("the submission had arrived: job %s", found.info.id)
            take_over(found, store)
            return
        if not (left and lost.retryable):
            raise lost


def _send(api: JobService, submission: Submission, store: RecordStore, known: set[str]) -> MaybeProcessedError | None:
    """Send the submission once, and return the failure that leaves open whether it arrived."""
    before = store.record.state
    # Once in doubt, the jobs that were there before the first attempt stay the ones that are known.
    first = before not in _AMBIGUOUS_STATES
    store.transition(State.SUBMITTING, jobs_before=sorted(known) if first else store.record.jobs_before)
    fields = {
        "cancer_type": submission.cancer_type,
        "title": submission.tagged_title,
        "reference": submission.reference,
    }
    try:
        job_id = api.submit(fields, submission.files)
    except MaybeProcessedError as error:
        store.transition(State.AMBIGUOUS)
        return error
    except QuotaRejectedError as error:
        store.transition(before)
        raise _account_full(api, sorted(known)) from error
    except RunnerError:
        store.transition(before)  # turned away for certain: what is in doubt now was so before
        raise
    if job_id in known:
        store.transition(State.AMBIGUOUS)
        return MaybeProcessedError(
            f"{api.url} answered the submission with job {job_id}, which was there before",
            tip="run the same command again: it looks for the job before it submits",
        )
    # The jobs before are kept until the job has been heard of: the id may be wrong.
    store.transition(State.WAITING, job_id=job_id)
    return None


def _account_full(api: JobService, jobs: list[str]) -> AccountFullError:
    ended: list[JobInfo] = []
    with suppress(RunnerError):  # a list cut short still says that the account is full
        ended += (job for job in iter_job_info(api, jobs[:MAX_LISTED]) if job.status.is_done or job.status.is_error)
    listed = "".join(f"\n  {job.id}  {job.status.name}  {job.date}  {safe_excerpt(job.title, 60)}" for job in ended)
    return AccountFullError(
        f"the account has no free job slot, {len(jobs)} jobs are stored; could be deleted:{listed or ' none'}",
        tip="nothing was deleted; `cgi-runner delete ID` deletes a job, once you have its results",
    )
