"""The record of one job on disk: `cgi-job.json`, rewritten as a whole after every step of the job's life.

It holds what a second attempt needs to go on, and what a reader needs to trust the results; no secret is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from cgi_runner import __version__
from cgi_runner.cancer_types import name_of
from cgi_runner.clock import Clock
from cgi_runner.errors import InputError
from cgi_runner.files import atomic_write
from cgi_runner.inputs.account import InputAccount
from cgi_runner.output.record_facts import ArchiveFacts
from cgi_runner.output.record_json import SCHEMA, RecordJson, redacted
from cgi_runner.redaction import redact
from cgi_runner.results.archive import PSEUDONYMS
from cgi_runner.results.reconcile import RowCounts
from cgi_runner.service.base import JOB_ID

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cgi_runner.output.record_facts import RecordFacts

NAME = "cgi-job.json"


class State(str, Enum):
    """Where a job is in its life."""

    PREPARED = "prepared"
    SUBMITTING = "submitting"
    AMBIGUOUS = "ambiguous"
    RECONCILED = "reconciled"
    WAITING = "waiting"
    DONE = "done"
    FETCHING = "fetching"
    VERIFIED = "verified"
    DELETED = "deleted"
    FAILED = "failed"

    @property
    def is_complete(self) -> bool:
        """Whether the verified results are in the folder."""
        return self in {State.VERIFIED, State.DELETED}

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is to come of the job."""
        return self.is_complete or self is State.FAILED


@dataclass
class Record:
    """What is known of a job. Times are UTC by state; `inputs` and `rows` are by kind of input."""

    service: str
    title: str = ""
    cancer_type: str = ""
    reference: str = ""
    reference_reason: str = ""
    """Why this build: `--reference`, or where in a file it is named."""
    reference_warnings: list[str] = field(default_factory=list)
    """What speaks against it."""
    fingerprint: str = ""
    state: State = State.PREPARED
    job_id: str = ""
    adopted: bool = False
    fresh: bool = False
    """Whether --fresh was given; the same command resumes it until it has ended."""
    ignored_jobs: list[str] = field(default_factory=list)
    """Jobs that were there before it and may have the same tag: with --fresh, none of them is used as it."""
    inputs: dict[str, InputAccount] = field(default_factory=dict)
    samples: dict[str, int] = field(default_factory=dict)
    not_sent: dict[str, int] = field(default_factory=dict)
    rows: dict[str, RowCounts] = field(default_factory=dict)
    cgi: dict[str, str] = field(default_factory=dict)
    archive: ArchiveFacts = field(default_factory=ArchiveFacts)
    warnings: list[str] = field(default_factory=list)
    times: dict[str, str] = field(default_factory=dict)
    cancer_type_notes: list[str] = field(default_factory=list)
    """How the cancer type was found, where no id was given, and what to think of."""
    account: str = ""
    """The account that has the job, as a hash of its e-mail."""
    service_kind: str = ""
    """`CGI` or `sandbox`, once the results are there: a sandbox may be served at any address."""
    submitted: str = ""
    """When a job that was found in the account was submitted, as CGI says, in UTC."""
    jobs_before: list[str] = field(default_factory=list)
    """Jobs that were in the account before it was first sent, while it is not known what became of that."""
    delete_requested: bool = False
    """Whether the command that made it was to delete it at CGI in the end."""
    pseudonyms: str = ""
    """Of the table of pseudonyms beside the record, the SHA-256; empty if the samples were sent under their names."""
    archive_samples: dict[str, str] = field(default_factory=dict)
    """Where an archive was taken under a sample's name: what it calls the sample, and the name."""
    not_deleted: str = ""
    """Why it was not deleted at CGI although that was asked for, with the command that does."""
    service_warnings: list[str] = field(default_factory=list)
    """What was odd about the service on the way to the results; it is among the warnings, too."""
    unexplained_jobs: list[str] = field(default_factory=list)
    """Jobs that came into the account since it was first sent, while it is not known what became of that."""
    respelled_samples: dict[str, str] = field(default_factory=dict)
    """What the archive calls samples whose names it spells otherwise than they were sent, and the names sent."""

    def as_json(self) -> RecordJson:
        """Return the record as it stands on disk and in `--json`."""
        return {
            "schema": SCHEMA,
            "cgi_runner": __version__,
            "service": self.service,
            "title": redacted(self.title),
            "cancer_type": redacted(self.cancer_type),
            "reference": redacted(self.reference),
            "reference_reason": redacted(self.reference_reason),
            "reference_warnings": redacted(self.reference_warnings),
            "fingerprint": self.fingerprint,
            "state": self.state.value,
            "job_id": self.job_id,
            "adopted": self.adopted,
            "fresh": self.fresh,
            "ignored_jobs": self.ignored_jobs,
            "inputs": redacted(self.inputs),
            "samples": {redact(name): rows for name, rows in self.samples.items()},
            "not_sent": self.not_sent,
            "rows": self.rows,
            "cgi": redacted(self.cgi),
            "archive": self.archive,
            "warnings": redacted(self.warnings),
            "times": self.times,
            "cancer_type_notes": redacted(self.cancer_type_notes),
            "account": self.account,
            "service_kind": self.service_kind,
            "submitted": self.submitted,
            "jobs_before": self.jobs_before,
            "delete_requested": self.delete_requested,
            "pseudonyms": self.pseudonyms,
            "archive_samples": redacted(self.archive_samples),
            "not_deleted": self.not_deleted,
            "service_warnings": redacted(self.service_warnings),
            "unexplained_jobs": self.unexplained_jobs,
            "respelled_samples": redacted(self.respelled_samples),
            "cancer_type_name": name_of(self.cancer_type),
        }


def service_kind(service: str, version: str) -> str:
    """Return `sandbox` for results that are made up, `CGI` for all others.

    Args:
        service: The service's name in a record.
        version: What the results call the version of CGI.

    """
    return "sandbox" if service == "sandbox" or "sandbox" in version.casefold() else "CGI"


class RecordStore:
    """Keeps the record of one output folder."""

    def __init__(self, path: Path, record: Record, clock: Clock) -> None:
        """Keep this record at this path; nothing is written until the first `transition`."""
        self.path = path
        self.record = record
        self._clock = clock

    def transition(self, state: State, **facts: Unpack[RecordFacts]) -> None:
        """Enter a state, together with the facts learnt on the way, and write it to disk before returning.

        Args:
            state: What the job has become.
            **facts: Fields of the record that change with it.

        """
        self.record.times[state.value] = self._clock.now().isoformat(timespec="seconds")
        self.update(state, **facts)

    def update(self, state: State, **facts: Unpack[RecordFacts]) -> None:
        """Write facts and state to disk before returning; the time of the state is not changed.

        Args:
            state: What the job has become.
            **facts: Fields of the record that change with it.

        """
        for name, value in facts.items():
            setattr(self.record, name, value)
        atomic_write(self.path, json.dumps(replace(self.record, state=state).as_json(), indent=2) + "\n")
        self.record.state = state  # only now: who is stopped before has not come so far


def read_record(path: Path) -> Record:
    """Return the record that was kept in a file.

    Raises:
        InputError: The file is missing or is no record that this version understands.

    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, Mapping) or not isinstance(content.get("schema"), int):
        raise InputError(
            f"{path} is not a valid record of a job", tip="name a job's id, its output folder or its cgi-job.json"
        )
    if content["schema"] > SCHEMA:
        raise InputError(f"{path} was written by a later version of cgi-runner", tip="upgrade cgi-runner to read it")
    if "state" not in content and {"jobs", "samples"} <= content.keys():
        # Engines hand it on under other names than cohort.json.
        raise InputError(f"{path} is the record of a cohort, expected that of a job", tip="name a folder in its jobs/")
    known = {name: content[name] for name in Record.__dataclass_fields__ if name in content}
    try:
        record = Record(**{**known, "state": State(known.get("state"))})
    except (TypeError, ValueError):
        record = None
    if record is None or not _is_sound(record):
        raise InputError(f"{path} is a damaged record of a job", tip="use the job's id instead, and another folder")
    return record


def _is_sound(record: Record) -> bool:
    """Return whether everything in a record from disk has the type that it should have, and the id is one."""
    blank = Record("")
    typed = all(isinstance(getattr(record, name), type(getattr(blank, name))) for name in Record.__dataclass_fields__)
    nested = [*record.inputs.values(), *record.rows.values(), record.archive.get("renamed", {})] if typed else [None]
    typed = typed and all(isinstance(name, str) for name in _names_of_samples(record))
    return (
        typed
        and all(isinstance(about, dict) for about in nested)
        and not (record.job_id and not JOB_ID.fullmatch(record.job_id))
    )


def _names_of_samples(record: Record) -> list[str]:
    return [*record.archive_samples.values(), *record.respelled_samples.values()]


@contextmanager
def restore_record_on_failure(store: RecordStore) -> Iterator[None]:
    """Leave the record as it was where nothing came of it: the service was not asked, or turned the job away."""
    before = store.path.read_text(encoding="utf-8") if store.path.exists() else None
    try:
        yield
    except BaseException:
        if store.record.state is State.PREPARED:
            if before is None:
                store.path.unlink(missing_ok=True)
                (store.path.parent / PSEUDONYMS).unlink(missing_ok=True)
            else:
                atomic_write(store.path, before)
        raise
