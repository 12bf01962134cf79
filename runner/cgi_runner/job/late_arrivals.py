"""Jobs that came in late, or under another id than the one that was told: they are looked for by their tag."""

from __future__ import annotations

import logging
import tempfile
from contextlib import suppress
from pathlib import Path

from cgi_runner.errors import CredentialsError, RunnerError
from cgi_runner.job.account_jobs import find_by_tag, find_duplicates, title_tag
from cgi_runner.job.job_index import JobTagCache
from cgi_runner.job.request import JobContext
from cgi_runner.job.submit import ACCOUNT_DIGITS
from cgi_runner.job.unexplained import FoundJob, SoughtJob, find_unexplained, take_over
from cgi_runner.output.locking import WORK
from cgi_runner.output.record import RecordStore, State

log = logging.getLogger(__name__)


def warn_duplicates(store: RecordStore, context: JobContext) -> None:
    """List other jobs of the same submission in the record, so that somebody can delete them.

    Args:
        store: The record of the job.
        context: The service, and the account.

    """
    with suppress(RunnerError):  # the results are here: nothing depends on this look
        for job_id in find_duplicates(context.api, store.record, context.account):
            told = f"job {job_id} is a duplicate of this one; `cgi-runner delete {job_id}` if it is not needed"
            log.warning("%s", told)
            store.transition(State.VERIFIED, warnings=[*store.record.warnings, told])


def try_next_job(store: RecordStore, context: JobContext) -> bool:
    """Continue with another job of the account that bears the record's tag, and not with one that cannot be this one.

    The job at hand has failed, or its results are not of what was sent: the service may have named another one, or
    somebody may have given a job of his own this one's title.

    Args:
        store: The record of the job.
        context: The service, and the account.

    Returns:
        Whether there is another job to go on with; each is tried once.

    """
    record, api = store.record, context.api
    if not record.fingerprint:
        return False
    tags = JobTagCache(f"{api.lock_key} {context.account}")
    with suppress(RunnerError):  # the error at hand says more
        jobs = api.list_jobs()
        others = [job for job in jobs if job not in {record.job_id, *record.ignored_jobs}]
        found = find_by_tag(api, title_tag(record.fingerprint), others, tags)
        if found and not found.status.is_error:
            tags.correct(record.job_id, api.get_job(record.job_id).title)
            tags.save(jobs)
            log.warning("job %s is not this one; continuing with %s, which also has its tag", record.job_id, found.id)
            record.ignored_jobs.append(record.job_id)
            take_over(FoundJob(found), store)
            return True
    return False


def find_again(store: RecordStore, context: JobContext, *, was_seen: bool) -> FoundJob | None:
    """Find a job that is gone in the account after all, under another id: the one that was told may be wrong.

    Args:
        store: The record of the job.
        context: The service, and the account.
        was_seen: Whether the service has told anything of the job under its id.

    Returns:
        The job as it is in the account; None if it is not there.

    Raises:
        CredentialsError: The account is not the one that the job was submitted with.
        MaybeProcessedError: The account holds a new job of which nothing tells whose it is.

    """
    record, api = store.record, context.api
    if record.account and record.account != context.account[:ACCOUNT_DIGITS]:
        raise CredentialsError(
            f"job {record.job_id} is not in the account of these credentials: another account submitted it",
            tip="use the credentials of that account, or submit with these into another --output",
        )
    if not record.fingerprint:
        return None
    others = [job for job in api.list_jobs() if job not in {record.job_id, *record.ignored_jobs}]
    tags = JobTagCache(f"{api.lock_key} {context.account}")
    if found := find_by_tag(api, title_tag(record.fingerprint), others, tags):
        return FoundJob(found)
    is_told = State.SUBMITTING.value in record.times and State.RECONCILED.value not in record.times
    if was_seen or State.DONE.value in record.times or not is_told:  # the id is right
        return None
    # It is in doubt again whether the job exists, for commands in other folders, too.
    tags.start_submission(title_tag(record.fingerprint), record.jobs_before)
    # Other patients' archives pass through it: after a kill, the next command in this folder clears its work folder.
    own = store.path.parent / WORK
    with tempfile.TemporaryDirectory(dir=own if own.is_dir() else None, prefix="cgi-runner-") as work:
        before = {*record.jobs_before, *record.ignored_jobs, record.job_id}
        found_by_copy = find_unexplained(api, SoughtJob.of_record(record, Path(work)), before, tags)
    if found_by_copy:
        tags.remember(found_by_copy.info.id, title_tag(record.fingerprint))
        tags.save(api.list_jobs())
    tags.finish_submission(title_tag(record.fingerprint))
    return found_by_copy
