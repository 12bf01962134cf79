"""The shape of a cohort's record, `cohort.json`, as it stands on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class SheetColumns(TypedDict):
    """Which columns of the sheet were read, by our names, and which were not."""

    columns: dict[str, str]
    unused: list[str]


def no_sheet() -> SheetColumns:
    """Return the columns of a cohort that has no sheet."""
    return {"columns": {}, "unused": []}


class JobEntry(TypedDict):
    """One job of the cohort."""

    job: str
    folder: str
    state: str
    job_id: str
    cancer_type: str
    cancer_type_name: str | None
    reference: str
    samples: int
    rows: int
    problem: str


class SampleEntry(TypedDict):
    """One sample of the cohort; `rows_missing` is None where it is not known."""

    sample: str
    label: str
    folder: str
    state: str
    cancer_type: str
    cancer_type_name: str | None
    cancer_type_notes: list[str]
    reference: str
    reference_reason: str
    job: str
    id: str
    digest: str
    rows_sent: dict[str, int]
    rows_missing: int | None
    problem: str


class KnownCohort(TypedDict):
    """What a later run needs of the record; the other keys are for readers."""

    service: str
    title: str
    pseudonyms: NotRequired[bool]
    jobs: list[JobEntry]
    samples: list[SampleEntry]
