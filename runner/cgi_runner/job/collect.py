"""What follows the end of a job: its log kept, its results downloaded, verified and put in place."""

from __future__ import annotations

import logging
from pathlib import Path

from cgi_runner.job.download import fetch
from cgi_runner.job.job_index import forget_job
from cgi_runner.job.late_arrivals import warn_duplicates
from cgi_runner.job.poll import job_failed_error
from cgi_runner.job.request import JobContext
from cgi_runner.output.deletion import delete_remote
from cgi_runner.output.folder import copy_dropped, install_results, keep_refused_archive, save_log
from cgi_runner.output.record import RecordStore, State
from cgi_runner.results.archive import ARCHIVE
from cgi_runner.results.identity import find_sent_inputs
from cgi_runner.service.base import JobLog

log = logging.getLogger(__name__)

_NO_LOG = "CGI gave no log of the job in a known format: why rows were left out may be unknown"


def save_end(answer: JobLog, out: Path, store: RecordStore, *, source: Path | None = None) -> None:
    """Record that a job has ended, and keep its log.

    Args:
        answer: The log of the job.
        out: The output folder.
        store: Its record.
        source: Another output folder, whose list of rows that were not sent goes along.

    Raises:
        JobFailedError: CGI ended the job with Error.

    """
    # The record comes first: files without one would be taken for another job's.
    store.transition(State.FAILED if answer.status.is_error else State.DONE, jobs_before=[], unexplained_jobs=[])
    if source:
        copy_dropped(source, out)
    save_log(out, answer.lines)
    if answer.status.is_error:
        raise job_failed_error(store.record.job_id, answer)


def delete_collected(store: RecordStore, context: JobContext, *, adopted_too: bool) -> None:
    """Delete the job of verified results at CGI, or say why it stays there.

    Args:
        store: The record of the job.
        context: The service, and the account.
        adopted_too: Whether a job that another run has submitted is deleted as well.

    """
    delete_remote(context.api, store, adopted_too=adopted_too)
    if store.record.state is State.DELETED:
        forget_job(context.api, context.account, store.record.job_id)


def collect(answer: JobLog, out: Path, store: RecordStore, context: JobContext, *, work: Path, inputs: Path) -> None:
    """Download the results of a job that is done, verify them and put them in place.

    Args:
        answer: The log of the job.
        out: The output folder.
        store: Its record, which becomes verified.
        context: What to work with.
        work: A folder for temporary files, on the same disk; it is made if need be.
        inputs: The folder with the files that were sent.

    Raises:
        ResultsError: The archive stayed corrupt, or holds no results.
        ForeignResultsError: It is intact, and another job's; it is kept in the output folder.
        JobFailedError: The job is gone from the account.
        ServiceError: It could not be downloaded.

    """
    store.transition(State.FETCHING)
    work.mkdir(exist_ok=True)
    with keep_refused_archive(work / ARCHIVE, out):
        unpacked, identity = fetch(
            context.api,
            store.record.job_id,
            work,
            sent=find_sent_inputs(store.record.inputs, inputs),
            clock=context.clock,
            retry_policy=context.retry_policy,
            progress=context.progress,
        )
    if not answer.is_known:
        log.warning("%s", _NO_LOG)
        identity.warnings.append(_NO_LOG)
        identity.unknown_reasons.append(_NO_LOG)  # the job stays at CGI: its log may be had there later
    install_results(unpacked, identity, answer.lines, out, store)
    warn_duplicates(store, context)
