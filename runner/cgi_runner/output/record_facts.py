"""The parts of a job's record that have a shape of their own, and the fields that change while the job goes on."""

from __future__ import annotations

from typing import TypedDict

from cgi_runner.inputs.account import InputAccount
from cgi_runner.results.reconcile import RowCounts


class ArchiveFacts(TypedDict, total=False):
    """The archive that the results are from, and the files that were unpacked from it."""

    sha256: str
    bytes: int
    members: list[str]
    unknown: list[str]
    """What is not known of whose results they are."""
    renamed: dict[str, str]
    """Of files in which pseudonyms were replaced, the SHA-256."""


class RecordFacts(TypedDict, total=False):
    """Fields of a record that change while its job goes on; see `Record`."""

    job_id: str
    adopted: bool
    submitted: str
    jobs_before: list[str]
    unexplained_jobs: list[str]
    archive: ArchiveFacts
    cgi: dict[str, str]
    rows: dict[str, RowCounts]
    warnings: list[str]
    not_deleted: str
    service_warnings: list[str]
    inputs: dict[str, InputAccount]
    samples: dict[str, int]
    not_sent: dict[str, int]
    reference_reason: str
    reference_warnings: list[str]
    service_kind: str
