"""Deleting a job at CGI once its results are verified here, or saying why it stays there."""

from __future__ import annotations

import logging
from contextlib import suppress

from cgi_runner.errors import RunnerError
from cgi_runner.output.folder import unaccounted_kinds
from cgi_runner.output.record import RecordStore, State
from cgi_runner.service.base import JobService, UnknownJobError

log = logging.getLogger(__name__)


def delete_remote(api: JobService, store: RecordStore, *, adopted_too: bool = False) -> None:
    """Delete the job at CGI, now that its results are verified; failing to is a warning, the results are here.

    Where the archive does not tell what became of the rows, the job stays, so that somebody can look it up there; so
    does a job that another run has submitted, and may still be waiting for.

    Args:
        api: The service.
        store: The job's record; it keeps why the job was not deleted.
        adopted_too: Whether a job that another run has submitted is deleted as well.

    """
    job_id = store.record.job_id
    if open_kinds := unaccounted_kinds(store.record):
        _keep_remote(store, f"its archive does not show which of the {open_kinds} were processed")
        return
    if store.record.adopted and not adopted_too:
        _keep_remote(store, "this run did not submit it, and another one may need it")
        return
    if unknown := store.record.archive.get("unknown"):
        _keep_remote(store, "; ".join(map(str, unknown)))
        return
    try:
        with suppress(UnknownJobError):  # gone a moment ago: an answer to the same request was lost on its way
            api.delete(job_id)
    except RunnerError as error:
        _keep_remote(store, f"deleting it failed ({error.message})")
        return
    store.transition(State.DELETED, not_deleted="")
    log.info("job %s is deleted at CGI", job_id)


def _keep_remote(store: RecordStore, why: str) -> None:
    """Say, and put into the record, why a job is not deleted at CGI, and how to delete it."""
    job_id = store.record.job_id
    store.update(store.record.state, not_deleted=f"{why}; `cgi-runner delete {job_id}` deletes it")
    log.warning("job %s is not deleted at CGI: %s", job_id, store.record.not_deleted)
