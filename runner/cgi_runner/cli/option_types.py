"""The values of the options that commands take, by the names that click gives them."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict


class ServiceOptions(TypedDict):
    """Which service, and as whom; `--state` takes effect when it is read."""

    api_url: str | None
    credentials: Path | None
    ca_bundle: Path | None
    insecure: bool


class FileOptions(TypedDict):
    """The input files of each kind."""

    mutations: tuple[Path, ...]
    cnas: tuple[Path, ...]
    translocations: tuple[Path, ...]


class ReadingOptions(TypedDict):
    """How input files are read."""

    ignore_build_hints: bool
    filters: frozenset[str]
    keep_filtered: bool
    keep_germline: bool
    ignore_genotypes: bool
    sample_column: str | None
    tcga_barcodes: bool
    insertion_start: str | None
    merge_phased: bool
    low_level_cnas: bool
    partial_amplifications: bool
    strict_input: bool


class SharedInputOptions(FileOptions, ReadingOptions):
    """What a single run and a cohort ask of inputs."""

    cancer_type: str
    any_cancer_type: bool
    reference: str | None
    title: str


class InputOptions(SharedInputOptions):
    """The inputs of a single run."""

    sample: str | None
    tumor_column: str | None
    all_samples: bool


class CheckOptions(InputOptions):
    """Of `check`."""

    as_json: bool


class SubmitOptions(InputOptions, ServiceOptions):
    """Of `submit`."""

    fresh: bool
    pseudonyms: bool
    as_json: bool


class RunOptions(SubmitOptions):
    """Of `run`."""

    sandbox: bool
    deadline: str
    delete: bool
    delete_adopted: bool
    strict: bool
    attempts: int
    confirm: bool
    report: bool


class CohortOptions(SharedInputOptions, ServiceOptions):
    """Of `cohort`."""

    skip_bad: bool
    max_rows: int
    dry_run: bool
    sandbox: bool
    deadline: str
    delete: bool
    delete_adopted: bool
    strict: bool
    fresh: bool
    pseudonyms: bool
    report: bool
    as_json: bool


class FetchOptions(ServiceOptions):
    """Of `fetch`."""

    sample: str | None
    archive_sample: str | None
    deadline: str
    strict: bool
    report: bool
    as_json: bool


class ReportOptions(TypedDict):
    """Of `report`."""

    html: Path | None
    tables: Path | None
    multiqc: Path | None
    markdown: Path | None
    since: Path | None
    top: int


class AnnotateOptions(TypedDict):
    """Of `annotate`."""

    sample: str | None
    tumor_column: str | None
    overwrite: bool
    cbioportal: bool
