"""New jobs that no title explains: one of them may be a submission whose answer was lost.

A service that cuts or replaces titles takes the tag away. What remains is that a job is new in the account, what it was
submitted with, and, once it has ended, the copy of its inputs in its archive.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from cgi_runner.errors import CredentialsError, ResultsError, ServiceError
from cgi_runner.job.account_jobs import MAX_LISTED, iter_job_info, title_tag
from cgi_runner.job.download import download_archive
from cgi_runner.job.job_index import JobTagCache, extract_tag
from cgi_runner.job.progress import NullProgress
from cgi_runner.job.submission import Submission
from cgi_runner.output.record import Record, RecordStore, State
from cgi_runner.results.archive import is_same_job, unpack
from cgi_runner.results.contradictions import contradict_request
from cgi_runner.results.identity import CopyState, SentInput, compare_copies, find_sent_inputs
from cgi_runner.service.base import JobInfo, JobService, UnknownJobError
from cgi_runner.service.errors import MaybeProcessedError

log = logging.getLogger(__name__)

_MAX_ARCHIVES = 5  # to download in one look; who submits at the same moment are one or two
_MAX_MISSING = 3  # jobs to ask for of which the list does not tell any more
_SAME = frozenset({CopyState.EQUAL, CopyState.SAME_ROWS})


class _Verdict(Enum):
    """Whether a job is the submission's."""

    OWN = "yes"
    OTHER = "no"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class FoundJob:
    """A submission's job; `by_copy` says that only the copy of its inputs tells, and not its title."""

    info: JobInfo
    by_copy: bool = False


@dataclass(frozen=True)
class SoughtJob:
    """What is known of a submission whose job is looked for; `work` is a folder for passing files."""

    tag: str
    cancer_type: str
    reference: str
    sent: Mapping[str, SentInput]
    work: Path

    @classmethod
    def of_submission(cls, submission: Submission, work: Path) -> SoughtJob:
        """Look for the job of what would be submitted again.

        Args:
            submission: It, with its files.
            work: A folder for passing files.

        """
        sent = {kind: SentInput(submission.sha256[kind], path) for kind, path in submission.files.items()}
        return cls(submission.title_tag, submission.cancer_type, submission.reference, sent, work)

    @classmethod
    def of_record(cls, record: Record, work: Path) -> SoughtJob:
        """Look for the job of a record.

        Args:
            record: It; the inputs may be gone, their checksums tell.
            work: A folder for passing files.

        """
        sent = find_sent_inputs(record.inputs, work)
        return cls(title_tag(record.fingerprint), record.cancer_type, record.reference, sent, work)

    def is_explained_by(self, tag: str) -> bool:
        """Return whether a job with this tag is that of another submission of the runner's."""
        return bool(tag) and tag != extract_tag(self.tag)


def find_unexplained(
    api: JobService, sought: SoughtJob, before: Collection[str], tags: JobTagCache, seen: Iterable[str] = ()
) -> FoundJob | None:
    """Look whether one of the account's new jobs is a submission whose answer was lost.

    Args:
        api: The service.
        sought: What would be submitted again.
        before: Jobs that were in the account before it was first sent.
        tags: What is known of the account's jobs.
        seen: Jobs that an earlier list has shown; this one may lack them.

    Returns:
        The submission's job; None if every new job is known to be another one.

    Raises:
        MaybeProcessedError: The account holds a new job of which nothing tells whose it is, or its list is not whole.

    """
    listed = api.list_jobs()
    _require_whole_list(api, listed, before)
    shown = dict.fromkeys([*listed, *seen])
    new = [job for job in shown if job not in before and not sought.is_explained_by(tags.tag_of(job))]
    running: list[str] = []
    unknown: list[str] = []
    compared = 0
    for job in iter_job_info(api, new):
        if extract_tag(job.title) == extract_tag(sought.tag):
            return FoundJob(job)
        if _is_explained(job, sought):
            continue
        if job.status.is_known and not job.status.is_done:
            (unknown if job.status.is_error else running).append(job.id)
            continue
        compared += 1
        verdict = _compare_inputs(api, job.id, sought) if compared <= _MAX_ARCHIVES else _Verdict.UNKNOWN
        if verdict is _Verdict.OWN:
            return FoundJob(job, by_copy=True)
        if verdict is _Verdict.UNKNOWN:
            unknown.append(job.id)
    if unknown or running:
        raise _doubtful_error(unknown, running)
    return None


def take_over(found: FoundJob, store: RecordStore) -> None:
    """Record which of the account's jobs is the submission's, and whether this run has submitted it.

    Args:
        found: The job.
        store: The record.

    """
    # What this folder's record had begun to send is its own job, whatever became of the answer. Without a tag, it may
    # be that of somebody who has submitted the same inputs at the same moment.
    is_own = State.SUBMITTING.value in store.record.times and not found.by_copy
    if found.by_copy:
        told = (
            f"the service does not show the title of job {found.info.id}; its archive holds the inputs that were sent,"
            " and it was not there before: it is used as this job"
        )
        log.warning("%s", told)
        store.record.service_warnings.append(told)
    store.transition(State.RECONCILED, job_id=found.info.id, adopted=not is_own, submitted=found.info.date)
    store.transition(State.WAITING, jobs_before=[], unexplained_jobs=[])


def _require_whole_list(api: JobService, listed: Collection[str], before: Collection[str]) -> None:
    """Refuse to conclude anything from a list that lacks jobs of the account: it may lack the very job."""
    for job_id in sorted(set(before).difference(listed))[:_MAX_MISSING]:
        with suppress(UnknownJobError):  # somebody has deleted it
            with suppress(ServiceError):
                api.get_job(job_id)
            raise MaybeProcessedError(
                f"nothing was submitted again: the service lists {len(listed)} jobs, and job {job_id}, which it has, is"
                " not among them",
                tip="run the same command again later: the job may be there, and not be listed",
                retryable=False,
            )


def _is_explained(job: JobInfo, sought: SoughtJob) -> bool:
    """Return whether a new job shows that it is not the submission's: by another tag, cancer type or build."""
    is_tagged = sought.is_explained_by(extract_tag(job.title))
    return is_tagged or bool(contradict_request(job.cancer_type, job.reference, sought.cancer_type, sought.reference))


def _compare_inputs(api: JobService, job_id: str, sought: SoughtJob) -> _Verdict:
    """Compare the copies of the inputs in a job's archive with what was sent; nothing of the archive is kept."""
    if not sought.sent:
        return _Verdict.UNKNOWN
    log.info("job %s is new, and its title does not show whose it is; checking the inputs in its archive", job_id)
    with tempfile.TemporaryDirectory(dir=sought.work) as folder:
        try:
            archive = download_archive(api, job_id, Path(folder), NullProgress())
            extracted = unpack(archive, Path(folder) / "unpacked", is_download=True)
            states = set(compare_copies(extracted.folder, sought.sent).values())
        except (ServiceError, ResultsError, UnknownJobError, CredentialsError) as error:
            log.info("the archive of job %s cannot be read: %s", job_id, error)
            return _Verdict.UNKNOWN
    if extracted.summary.job_id and not is_same_job(extracted.summary.job_id, job_id):
        return _Verdict.UNKNOWN  # the archive of yet another job
    if states <= _SAME:
        return _Verdict.OWN
    return _Verdict.OTHER if CopyState.OTHER_ROWS in states else _Verdict.UNKNOWN


def _doubtful_error(unknown: list[str], running: list[str]) -> MaybeProcessedError:
    """Return the error for new jobs of which one may be the submission; its tip leads out."""
    doubtful = [*unknown, *running]
    if unknown:
        tip = (
            f"look at `cgi-runner logs {unknown[0]}`: if it is this job, `cgi-runner fetch {unknown[0]} --output DIR`"
            " downloads its results; if it is another, the same command with --fresh and another --output submits"
        )
    else:
        tip = "run the same command again once it has ended: the inputs in its archive then show whose it is"
    return MaybeProcessedError(
        f"nothing was submitted again: job {', '.join(doubtful[:MAX_LISTED])} may be this submission, its title"
        " does not show it",
        tip=tip,
        retryable=False,
    )
