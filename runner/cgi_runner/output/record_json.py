"""The record of a job as JSON: every field by its name, and nothing that may quote the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, TypeVar, cast

from cgi_runner.inputs.account import InputAccount
from cgi_runner.output.record_facts import ArchiveFacts
from cgi_runner.redaction import redact
from cgi_runner.results.reconcile import RowCounts

SCHEMA = 1
T = TypeVar("T")


class RecordJson(TypedDict):
    """The record as it stands on disk; see `Record`."""

    schema: int
    cgi_runner: str
    service: str
    title: str
    cancer_type: str
    reference: str
    reference_reason: str
    reference_warnings: list[str]
    fingerprint: str
    state: str
    job_id: str
    adopted: bool
    fresh: bool
    ignored_jobs: list[str]
    inputs: dict[str, InputAccount]
    samples: dict[str, int]
    not_sent: dict[str, int]
    rows: dict[str, RowCounts]
    cgi: dict[str, str]
    archive: ArchiveFacts
    warnings: list[str]
    times: dict[str, str]
    cancer_type_notes: list[str]
    account: str
    service_kind: str
    submitted: str
    jobs_before: list[str]
    delete_requested: bool
    pseudonyms: str
    archive_samples: dict[str, str]
    not_deleted: str
    service_warnings: list[str]
    unexplained_jobs: list[str]
    respelled_samples: dict[str, str]
    cancer_type_name: str | None


def redacted(value: T) -> T:
    """Return a value of JSON with its texts redacted: what people and services write freely might quote the account."""
    if isinstance(value, str):
        return cast("T", redact(value))
    if isinstance(value, Mapping):
        return cast("T", {key: redacted(item) for key, item in value.items()})
    return cast("T", [redacted(item) for item in value]) if isinstance(value, list | tuple) else value
