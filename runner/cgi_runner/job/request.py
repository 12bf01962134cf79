"""What a user wants analysed, what a job is worked with, and the submission and record that follow from both."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cgi_runner.clock import Clock, SystemClock
from cgi_runner.config import RetryPolicy
from cgi_runner.inputs import Kind, Options, Prepared, prepare
from cgi_runner.inputs.account import input_account
from cgi_runner.inputs.pseudonyms import pseudonymise, pseudonymous_title
from cgi_runner.inputs.sample_spelling import refuse_one_spelling
from cgi_runner.job.progress import NullProgress, Progress
from cgi_runner.job.submission import Submission
from cgi_runner.job.submit import ACCOUNT_DIGITS
from cgi_runner.output.pseudonyms import digest_of
from cgi_runner.output.record import Record
from cgi_runner.results.archive import PSEUDONYMS
from cgi_runner.service.base import JobService

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobRequest:
    """What the user wants analysed, and how the inputs are to be read."""

    sources: Mapping[Kind, Path | Sequence[Path]]
    cancer_type: str
    reference: str | None = None
    """hg19 or hg38; None takes what the files say."""
    title: str = ""
    options: Options = field(default_factory=Options)
    """How the input files are to be read; its reference is the one above."""
    cancer_type_notes: tuple[str, ...] = ()
    """What the record is to say of the cancer type: how it was found, and warnings."""
    pseudonyms: bool = False
    """Whether samples and title are sent under pseudonyms."""

    def prepare(self, folder: Path, *, logs_notes: bool = True) -> Prepared:
        """Write what is sent into a folder.

        Args:
            folder: Where it is written; it must exist.
            logs_notes: Whether decisions and warnings go to the log as well.

        Raises:
            InputError: The inputs cannot be used, or name two samples that the service could mix up.

        """
        prepared = prepare(self.sources, folder, replace(self.options, reference=self.reference), logs_notes=logs_notes)
        if not self.pseudonyms:
            refuse_one_spelling(prepared.samples)
            return prepared
        renamed = pseudonymise(prepared)
        told = pseudonymous_title(renamed.pseudonyms)
        log.info("samples and title are sent as %s; %s in the output folder maps them to the names", told, PSEUDONYMS)
        return renamed


@dataclass(frozen=True)
class JobContext:
    """What a job is worked with. `service` names the service in the record, `account` tells accounts apart in locks."""

    api: JobService
    service: str
    account: str
    deadline: float
    clock: Clock = field(default_factory=SystemClock)
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    progress: Progress = field(default_factory=NullProgress)


def build_submission(job_request: JobRequest, prepared: Prepared) -> Submission:
    """Return what is asked of CGI.

    Args:
        job_request: What to analyse.
        prepared: Its inputs, prepared.

    """
    files: dict[str, Path] = {file.kind: file.path for file in prepared.files}
    return Submission(
        job_request.cancer_type,
        prepared.reference.build,
        pseudonymous_title(prepared.pseudonyms) if job_request.pseudonyms else job_request.title,
        files,
        {f.kind: f.sha256 for f in prepared.files},
    )


def new_record(job_request: JobRequest, submission: Submission, prepared: Prepared, context: JobContext) -> Record:
    """Return the record of a job that is not submitted yet.

    Args:
        job_request: What to analyse; the record keeps its title, also where another one is sent.
        submission: What is asked of CGI.
        prepared: Its inputs, prepared.
        context: What it is worked with.

    """
    return Record(
        service=context.service,
        account=context.account[:ACCOUNT_DIGITS],
        title=replace(submission, title=job_request.title).title_after(submission.title_tag),
        cancer_type=submission.cancer_type,
        reference=submission.reference,
        reference_reason=prepared.reference.reason,
        reference_warnings=list(prepared.reference.warnings),
        fingerprint=submission.fingerprint,
        inputs={file.kind: input_account(file) for file in prepared.files},
        samples=dict(prepared.samples),
        not_sent=dict(prepared.reasons),
        pseudonyms=digest_of(prepared.pseudonyms),
        cancer_type_notes=list(job_request.cancer_type_notes),
    )
