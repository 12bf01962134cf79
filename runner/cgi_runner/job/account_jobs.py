"""Looking through the jobs of an account: for one by its tag, for others of the same submission, for all of them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import suppress

from cgi_runner.clock import Clock
from cgi_runner.errors import ServiceError
from cgi_runner.job.job_index import JobTagCache, extract_tag
from cgi_runner.output.record import Record, State
from cgi_runner.service.base import JobInfo, JobService, Status, UnknownJobError
from cgi_runner.service.errors import NotSentError

log = logging.getLogger(__name__)

#: Jobs that are asked for only to be listed, at most.
MAX_LISTED = 50
#: Seconds before each look for a job that ought to be there; a minute in all costs less than a second job.
LOOK_DELAYS = (4, 14, 40)
_LOOKED_AT = 50  # jobs, between two words on how far a look through the account is


def title_tag(fingerprint: str) -> str:
    """Return the part of a title by which the job of a fingerprint is found again."""
    return f"[cgi-runner {fingerprint}]"


def iter_job_info(api: JobService, jobs: list[str]) -> Iterator[JobInfo]:
    """Yield what is known of these jobs, one request each, without those deleted meanwhile.

    A job of which the service cannot tell anything does not hide the others: it comes with the status `unreadable`.

    Args:
        api: The service.
        jobs: Ids, the newest last.

    """
    # Newest last is what clients have seen, so the end is looked at first; nothing depends on it.
    for job_id in reversed(jobs):
        with suppress(UnknownJobError):
            yield _job_info(api, job_id)


def _job_info(api: JobService, job_id: str) -> JobInfo:
    try:
        return api.get_job(job_id)
    except NotSentError:
        raise
    except ServiceError as error:
        log.warning("job %s cannot be read: %s", job_id, error)
        return JobInfo(job_id, Status("unreadable"))


def find_by_tag(api: JobService, tag: str, jobs: list[str], tags: JobTagCache) -> JobInfo | None:
    """Return the account's job whose title bears the tag: one that has not failed, if there are several.

    Args:
        api: The service.
        tag: The tag.
        jobs: The jobs to look through, one request for each that may bear it.
        tags: What is known of them; what is learnt is kept at once, so that a look that fails is not made again.

    Raises:
        ServiceError: A job cannot be read that no earlier command has met, or that is known to bear the tag.

    """
    found: JobInfo | None = None
    candidates = tags.candidates(tag, jobs)
    try:
        for number, job_id in enumerate(reversed(candidates), 1):
            if number % _LOOKED_AT == 0:
                log.info("looked at %d of %d jobs of the account", number, len(candidates))
                tags.save_news(jobs)
            try:
                job = api.get_job(job_id)
            except UnknownJobError:
                tags.note_missing(job_id)
                continue
            except ServiceError as error:
                is_other = tags.was_seen(job_id) and not tags.has_tag(tag, job_id)
                if isinstance(error, NotSentError) or not is_other:
                    tags.save(jobs)
                    raise
                log.warning("job %s cannot be read and is ignored, it was there before: %s", job_id, error)
                continue
            tags.remember(job.id, job.title)
            if tags.has_tag(tag, job.id):
                if not job.status.is_error:
                    return job
                found = found or job
    finally:
        tags.save_news(jobs)
    return found


def find_unlisted(api: JobService, tag: str, jobs: Collection[str], tags: JobTagCache, clock: Clock) -> JobInfo | None:
    """Return a job that may bear the tag, and that the service has not listed or not known: one answer may be stale.

    It is one that an earlier command knows, or that was listed and was not there a moment later. That it is gone is
    believed at several looks over a minute, and then it is forgotten.

    Args:
        api: The service.
        tag: The tag.
        jobs: The jobs that are listed, or not to be taken.
        tags: What is known of the account's jobs.
        clock: Waits between the looks.

    Raises:
        ServiceError: The service can tell nothing of the job.

    """
    if not (doubtful := tags.unlisted(tag, jobs)):
        return None
    told = ", ".join(doubtful[:MAX_LISTED])
    log.info("job %s may be this one and is not listed; looking for it for a minute before another is submitted", told)
    for seconds in (0, *LOOK_DELAYS):
        clock.sleep(seconds)
        listed = [job for job in api.list_jobs() if job not in jobs]  # it may have been told under a wrong id
        if found := find_by_tag(api, tag, [*dict.fromkeys([*doubtful, *listed])], tags):
            return found
    for job_id in doubtful:
        tags.forget(job_id)
    return None


def find_duplicates(api: JobService, record: Record, account: str) -> list[str]:
    """Return other jobs with a record's tag, if its submission was ever in doubt: one may have come in very late.

    Args:
        api: The service.
        record: The record of the job.
        account: Key of the account.

    Returns:
        Their ids.

    """
    if State.AMBIGUOUS.value not in record.times:
        return []
    tag = title_tag(record.fingerprint)
    others = JobTagCache(f"{api.lock_key} {account}").candidates(tag, set(api.list_jobs()) - {record.job_id})
    return [job.id for job in iter_job_info(api, others[:MAX_LISTED]) if extract_tag(job.title) == extract_tag(tag)]
