"""The shapes of what programs read of a report: rows of drivers and drugs, `results.json` and a comparison.

None stands for what is not known, never for nothing. docs/results.schema.json says the same to programs.
"""

from __future__ import annotations

from typing import TypedDict

_DriverFacts = TypedDict(
    "_DriverFacts",
    {
        "sample": str,
        "kind": str,
        "gene": str,
        "change": str | None,
        "hgvsp": str | None,
        "class": str,
        "prediction": str | None,
        "known": str | None,
        "consequence": str | None,
        "genome": str | None,
    },
)


class DriverFacts(_DriverFacts):
    """What CGI says of a driver."""


class DriverLevels(TypedDict):
    """The best levels of evidence of its complete drug matches, with their effects."""

    levels_this_tumour_type: str | None
    levels_other_tumour_types: str | None
    levels_any_tumour_type: str | None


class DriverRow(DriverFacts, DriverLevels):
    """A row of `drivers.tsv`."""

    line: str | None


class DrugRow(TypedDict):
    """A row of `drugs.tsv`: a match of a sample's alterations with a biomarker."""

    sample: str
    kind: str
    tumour_type: str
    level: str | None
    effect: str | None
    drug: str | None
    alterations: str
    biomarker: str
    alteration_match: str | None
    diseases: list[str]
    sources: list[str]
    has_non_driver: bool
    is_ambiguous: bool
    is_untied: bool
    unlisted_changes: list[str]


class SourceJson(TypedDict):
    """The job, or the saved archive, that results come from."""

    title: str | None
    job_id: str | None
    service: str | None
    cancer_type: str | None
    reference: str | None
    version: str | None
    date: str | None
    generation: str | None
    archive_sha256: str | None
    inputs: dict[str, dict[str, str]]


class MatchCount(TypedDict):
    """How many distinct matches of one kind there are."""

    kind: str
    tumour_type: str
    matches: int


class SampleJson(TypedDict):
    """What was found in one sample, in numbers."""

    sample: str
    cancer_type: str | None
    mutations: int | None
    drivers: int | None
    classes: dict[str, int] | None
    structural: int | None
    structural_drivers: int | None
    drug_matches: list[MatchCount] | None
    level_a_this_tumour_type: dict[str, int] | None
    rows_not_sent: int | None
    rows_not_returned: int | None


class LeftOut(TypedDict):
    """How many rows were not sent, or sent and not returned, for one reason."""

    stage: str
    reason: str
    rows: int


class ResultsHead(TypedDict):
    """`results.json` without its lists of drivers and drug matches."""

    schema: int
    cgi_runner: str
    name: str
    use: str
    licence: str
    is_sandbox: bool
    warnings: list[str]
    sources: list[SourceJson]
    samples: list[SampleJson]
    rows_not_returned: int | None
    rows_left_out: list[LeftOut] | None


class ComparedResults(TypedDict):
    """One side of a comparison."""

    name: str
    versions: list[str]
    dates: list[str]
    jobs: list[str]


class ComparisonJson(TypedDict):
    """What `compare --json` prints; each change has the columns of the table."""

    schema: int
    old: ComparedResults
    new: ComparedResults
    notes: list[str]
    unchanged: dict[str, int]
    changes: list[dict[str, str]]
