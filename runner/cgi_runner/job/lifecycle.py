"""The steps of a job's life in their order; a second run of the same command resumes where the first one stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cgi_runner.errors import ForeignResultsError, JobFailedError
from cgi_runner.files import commit_file
from cgi_runner.inputs import Prepared, PreparedFile
from cgi_runner.job.collect import collect, delete_collected, save_end
from cgi_runner.job.job_index import remember_job
from cgi_runner.job.late_arrivals import try_next_job
from cgi_runner.job.poll import LineListener, log_lines
from cgi_runner.job.request import JobContext, JobRequest, build_submission, new_record
from cgi_runner.job.scheduler import Scheduler
from cgi_runner.job.submit import submit_once
from cgi_runner.output.claim import DROPPED, load_matching_record
from cgi_runner.output.folder import require_all_rows, restore_from_archive, results_are_intact, rewrite_dropped
from cgi_runner.output.locking import LONGEST, output_lock
from cgi_runner.output.pseudonyms import save_pseudonyms, take_pseudonyms
from cgi_runner.output.record import NAME, Record, RecordStore, State, restore_record_on_failure
from cgi_runner.output.record_facts import RecordFacts
from cgi_runner.service.base import JobLog

log = logging.getLogger(__name__)

Review = Callable[[Prepared], None]
"""Looks at what is about to be submitted, and raises an error if it must not be."""


@dataclass(frozen=True)
class _Options:
    """How a job is run: whether anew, whether it is deleted at CGI in the end, whether missing rows are an error."""

    fresh: bool = False
    delete: bool = False
    delete_adopted: bool = False
    strict: bool = False
    review: Review | None = None


def submit(
    job_request: JobRequest, out: Path, context: JobContext, *, fresh: bool = False, review: Review | None = None
) -> Record:
    """Prepare the inputs and submit their job once, without waiting for its end.

    Args:
        job_request: What is asked for.
        out: The output folder.
        context: Service, account, deadline and progress.
        fresh: Whether a job like it that is in the account already is ignored.
        review: Sees what is about to be submitted, before anything is; what it raises keeps the job from being sent.

    Returns:
        The record, with the job's id.

    """
    seen = _record_text(out)
    with output_lock(out) as work:
        options = _Options(fresh=fresh and seen == _record_text(out), review=review)
        store, _ = _submit_or_resume(job_request, out, work, context, options, seconds=LONGEST)
        return store.record


def run(
    job_request: JobRequest,
    out: Path,
    context: JobContext,
    *,
    fresh: bool = False,
    delete: bool = False,
    delete_adopted: bool = False,
    strict: bool = False,
    review: Review | None = None,
) -> Record:
    """Prepare, submit once, wait, fetch and verify.

    Args:
        job_request: What is asked for.
        out: The output folder.
        context: Service, account, deadline and progress.
        fresh: Whether a job like it that is in the account already is ignored.
        delete: Whether the job is deleted at CGI once its results are verified.
        delete_adopted: Whether that is also done where another run has submitted it.
        strict: Whether rows that did not come back are an error.
        review: Sees what is about to be submitted, before anything is; what it raises keeps the job from being sent.

    Returns:
        The record of the results.

    Raises:
        RunnerError: Of the kind whose exit code tells what to do.

    """
    seen = _record_text(out)
    with output_lock(out, context.deadline) as work:
        # While this command waited for the folder, another one did there what is asked for: that is the fresh job.
        options = _Options(fresh and seen == _record_text(out), delete, delete_adopted, strict, review)
        store, is_new = _submit_or_resume(job_request, out, work, context, options, seconds=context.deadline)
        return _download_and_verify(store, out, work, context, options, is_new=is_new)


def _record_text(out: Path) -> bytes:
    """Return the record of a folder as it stands there; nothing if there is none."""
    try:
        return (out / NAME).read_bytes()
    except OSError:
        return b""


def fetch_job(record: Record, source: Path | None, out: Path, context: JobContext, *, strict: bool = False) -> Record:
    """Wait for a job that is already on the service, and fetch it into a folder.

    Args:
        record: What is known of the job.
        source: The folder the record came from; its `dropped.tsv` goes along.
        out: Where the results go; must not hold another job's.
        context: What to work with.
        strict: Whether rows that did not come back are an error.

    """
    with output_lock(out, context.deadline) as work:
        # What another folder holds says nothing about this one.
        own = load_matching_record(out, record) or replace(record, state=State.WAITING, archive={})
        store = RecordStore(out / NAME, own, context.clock)
        take_pseudonyms(own, source, out)
        if own.state.is_complete and results_are_intact(out, own):
            rewrite_dropped(out / DROPPED, out, own)
        return _download_and_verify(store, out, work, context, _Options(strict=strict), is_new=False, source=source)


def wait(job_id: str, context: JobContext, on_lines: LineListener = log_lines) -> JobLog:
    """Wait until a job has ended; raises what `Scheduler.wait` raises.

    Args:
        job_id: The job.
        context: Service, deadline and progress.
        on_lines: Called whenever the log has grown.

    Returns:
        Its log and its state, Done or Error.

    """
    scheduler = Scheduler(context)
    with log_on_interrupt(Record(context.service, job_id=job_id)):
        return scheduler.wait(scheduler.add(job_id, None, on_lines=on_lines))


@contextmanager
def log_on_interrupt(record: Record) -> Iterator[None]:
    """Tell the user who stops the program what becomes of the job."""
    try:
        yield
    except KeyboardInterrupt:
        if record.job_id and not record.state.is_complete:
            log.warning("stopped; job %s keeps running at CGI, run the same command again to resume", record.job_id)
        elif record.state in {State.SUBMITTING, State.AMBIGUOUS}:
            log.warning("stopped while submitting; the same command looks for the job before it submits again")
        raise


def _submit_or_resume(
    job_request: JobRequest, out: Path, work: Path, context: JobContext, options: _Options, *, seconds: float
) -> tuple[RecordStore, bool]:
    """Submit the job or find it; also return whether it was sent just now."""
    prepared = job_request.prepare(work)
    submission = build_submission(job_request, prepared)
    wanted = new_record(job_request, submission, prepared, context)
    known = load_matching_record(out, wanted, prepared.dropped)
    if options.fresh and not (known and known.fresh and _goes_on(known, options)):
        wanted.fresh = True
        # The files of the job before are this command's to replace, but nothing else is known of the new one.
        wanted.archive = {"members": known.archive.get("members", [])} if known else {}
        known = None
    store = RecordStore(out / NAME, known or wanted, context.clock)
    store.record.delete_requested = options.delete
    is_new = not store.record.job_id
    with log_on_interrupt(store.record):
        if is_new:
            if options.review:
                options.review(prepared)
            with restore_record_on_failure(store):
                if not store.path.exists():
                    store.transition(State.PREPARED)
                save_pseudonyms(out, prepared.pseudonyms)
                log.info("prepared %s", ", ".join(map(_count_rows, prepared.files)))
                submit_once(
                    context.api, submission, store, account=context.account, clock=context.clock, seconds=seconds
                )
                log.info("job %s", store.record.job_id)
        elif store.record.state not in {State.DELETED, State.FAILED}:  # another machine may have sent it
            remember_job(context.api, context.account, store.record.job_id, submission.tagged_title)
        _update_row_counts(store, wanted, prepared, out)
        return store, is_new and not store.record.adopted


def _count_rows(file: PreparedFile) -> str:
    """Return `8 mutations` or `1 mutation`."""
    return f"{file.rows_sent} {file.kind.removesuffix('s') if file.rows_sent == 1 else file.kind}"


def _goes_on(record: Record, options: _Options) -> bool:
    """Return whether a job is not at its end yet: it has not ended, or is still to be deleted at CGI."""
    if not record.state.has_ended:
        return True
    return options.delete and record.delete_requested and record.state is State.VERIFIED and not record.not_deleted


def _facts_of_inputs(record: Record) -> RecordFacts:
    return {
        "inputs": record.inputs,
        "samples": record.samples,
        "not_sent": record.not_sent,
        "reference_reason": record.reference_reason,
        "reference_warnings": record.reference_warnings,
    }


def _update_row_counts(store: RecordStore, wanted: Record, prepared: Prepared, out: Path) -> None:
    """Update in record and list what is not sent: that may have changed since the job was sent, which has not."""
    save_pseudonyms(out, prepared.pseudonyms)
    if (now := _facts_of_inputs(wanted)) != _facts_of_inputs(store.record):
        store.update(store.record.state, **now)
    if store.record.state.is_complete and results_are_intact(out, store.record):
        rewrite_dropped(prepared.dropped, out, store.record)
    else:
        commit_file(prepared.dropped, out / DROPPED)


def _download_and_verify(
    store: RecordStore,
    out: Path,
    work: Path,
    context: JobContext,
    options: _Options,
    *,
    is_new: bool,
    source: Path | None = None,
) -> Record:
    """Wait, fetch, verify, put in place; or nothing of it if the verified results are there already."""
    record = store.record
    if record.state.is_complete and (results_are_intact(out, record) or restore_from_archive(out, record, work)):
        log.info("the verified results are already in %s", out)
    else:
        with log_on_interrupt(record):
            while not _collect_or_switch(store, out, work, context, is_new=is_new, source=source):
                is_new = False
    if options.delete and record.state is State.VERIFIED:
        delete_collected(store, context, adopted_too=options.delete_adopted)
    if options.strict:
        require_all_rows(record)
    return record


def _collect_or_switch(
    store: RecordStore, out: Path, work: Path, context: JobContext, *, is_new: bool, source: Path | None
) -> bool:
    """Wait for the job and fetch its results; or say that there is another one to go on with."""
    scheduler = Scheduler(context)
    try:
        answer = scheduler.wait(scheduler.add(store.record.job_id, store, on_lines=log_lines, is_new=is_new))
        save_end(answer, out, store, source=source)
        collect(answer, out, store, context, work=work, inputs=work)
    except (ForeignResultsError, JobFailedError):
        if not try_next_job(store, context):
            raise
        return False
    return True
