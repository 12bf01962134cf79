"""Reading a cohort's folder: each sample from its own folder, warnings and summaries from the jobs that they shared."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from cgi_runner.errors import InputError
from cgi_runner.findings.model import Source
from cgi_runner.findings.reader import FindingsReader, compare_level_a, source_of
from cgi_runner.inputs.problems import first_names
from cgi_runner.output.record import NAME as RECORD
from cgi_runner.output.record import Record, read_record
from cgi_runner.results.summary import read_summary

COHORT = "cohort.json"
JOBS = "jobs"
_MAX_NAMED = 5
_JOB = re.compile(rf"\.\./{JOBS}/[0-9]+")


def read_cohort(folder: Path, reader: FindingsReader) -> None:
    """Read a cohort's folder, or one that `cohort-merge` has written.

    Args:
        folder: The cohort's output folder.
        reader: Collects what is found.

    Raises:
        InputError: Its record cannot be read, or no sample of it has results.

    """
    cohort = _read(folder / COHORT)
    reader.findings.name = cohort.title or folder.resolve().name
    if cohort.merged:
        reader.read_archive(folder, names=cohort.merged_samples, source=cohort.merged)
        return
    done: set[str] = set()
    level_a: dict[str, int] = {}
    for sample in cohort.samples:
        record = _complete(folder / sample.folder)
        if record is None:
            continue
        done.add(sample.label)
        reader.read_run(folder / sample.folder, record)
        level_a[sample.job] = level_a.get(sample.job, 0) + reader.level_a_rows
    waiting = [sample.label for sample in cohort.samples if sample.label not in done]
    if not done:
        raise InputError(
            f"{folder} holds no verified results yet", tip="run the same cohort again; it resumes its jobs"
        )
    if waiting:
        _warn(reader, f"samples without results: {_count_and_name(waiting)}; they are not in this report")
    if cohort.skipped:
        _warn(reader, f"samples that were skipped: {_count_and_name(cohort.skipped)}; they are not in this report")
    for warning in cohort.warnings:
        _warn(reader, warning)
    _read_jobs(folder, reader, level_a, {sample.job for sample in cohort.samples if sample.label in waiting})


@dataclass(frozen=True)
class _Sample:
    """What the record of a cohort says of one sample."""

    name: str
    label: str
    job: str
    folder: str


@dataclass(frozen=True)
class _Cohort:
    """The record of a cohort, or of tables that `cohort-merge` has written; the latter have a source."""

    title: str
    samples: list[_Sample]
    skipped: list[str]
    warnings: list[str]
    merged: Source | None
    merged_samples: tuple[str, ...]


@dataclass(frozen=True)
class SampleFolder:
    """The folder of one sample of a cohort; `record` is None until its results are there."""

    name: str
    """As the user writes it."""
    label: str
    """As tables can hold it."""
    path: Path
    record: Record | None


def sample_folders(folder: Path) -> list[SampleFolder]:
    """Return the folders of the samples of a cohort; none for one that `cohort-merge` has written.

    Raises:
        InputError: The cohort's record cannot be read.

    """
    return [
        SampleFolder(each.name, each.label, folder / each.folder, _complete(folder / each.folder))
        for each in _read(folder / COHORT).samples
    ]


def merged_samples(folder: Path) -> tuple[str, ...]:
    """Return the samples of a folder that `cohort-merge` has written."""
    return _read(folder / COHORT).merged_samples


def find_shared_job(folder: Path) -> Path | None:
    """Return the folder of the job that a sample of a cohort shared with others; None for any other folder."""
    try:
        job = json.loads((folder / RECORD).read_text(encoding="utf-8"))["cohort"]["job"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return folder / job if isinstance(job, str) and _JOB.fullmatch(job) else None


def read_job_warnings(folder: Path) -> list[str]:
    """Return the warnings of the job that a sample of a cohort shared with others; none if it is not there."""
    job = find_shared_job(folder)
    record = _complete(job) if job else None
    return [f"of the whole job: {text}" for text in record.warnings] if record else []


def _read_jobs(folder: Path, reader: FindingsReader, level_a: dict[str, int], unfinished: set[str]) -> None:
    """Read what is known of whole jobs only: CGI's version, its summary and each warning once."""
    warned: dict[str, list[str]] = {}
    for job, complete in sorted(level_a.items()):
        record = _complete(folder / JOBS / job)
        if record is None:
            _warn(reader, f"the record of job {job} is missing: its warnings are not known")
            reader.findings.sources.append(Source())
            continue
        reader.findings.sources.append(source_of(record))
        of_summary = [] if job in unfinished else compare_level_a(read_summary(folder / JOBS / job), complete)
        for warning in [*record.reference_warnings, *record.warnings, *of_summary]:
            warned.setdefault(warning, []).append(job)
    for warning, jobs in warned.items():
        _warn(reader, f"{_of_jobs(jobs, len(level_a))}{warning}")


def _of_jobs(jobs: list[str], number: int) -> str:
    """Return which of a cohort's jobs a warning is of; nothing where there is one job only."""
    if number == 1:
        return ""
    if len(jobs) == number:
        return f"all {number} jobs: "
    return f"job{'s' if len(jobs) > 1 else ''} {first_names(jobs, _MAX_NAMED)}: "


def _complete(folder: Path) -> Record | None:
    """Return the record of a folder with verified results; None if it has none."""
    try:
        record = read_record(folder / RECORD)
    except InputError:
        return None
    return record if record.state.is_complete else None


def _read(path: Path) -> _Cohort:
    """Return the record of a cohort.

    Raises:
        InputError: It cannot be read.

    """
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
        cohort = _cohort(content) if isinstance(content, dict) else None
    except (OSError, ValueError, KeyError, RecursionError):
        cohort = None
    if cohort is None:
        raise InputError(f"{path} is not a valid record of a cohort", tip="name the folder of one of its samples")
    return cohort


def _cohort(content: dict[str, object]) -> _Cohort:
    """Take the content of a record apart.

    Raises:
        KeyError: A sample lacks something.
        ValueError: Something has no form that it may have.

    """
    merged = _merged_source(content) if "merged" in content else None
    skipped = [about for about in _list(content.get("skipped")) if isinstance(about, dict)]
    samples = content.get("samples")
    if not (merged or isinstance(samples, list)):
        raise ValueError(samples)
    return _Cohort(
        title=str(content.get("title") or ""),
        samples=[] if merged else [_sample(about) for about in _list(samples)],
        skipped=[str(about.get("sample", "")) for about in skipped],
        warnings=[str(warning) for warning in _list(content.get("warnings"))],
        merged=merged,
        merged_samples=tuple(name for name in _list(samples) if isinstance(name, str)),
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _sample(about: object) -> _Sample:
    """Return a sample, which has a label, a job and a folder that lies in the cohort's."""
    if not isinstance(about, dict):
        raise ValueError(about)  # noqa: TRY004
    label, job, folder = (about[name] for name in ("label", "job", "folder"))
    if not (isinstance(label, str) and isinstance(job, str) and isinstance(folder, str)):
        raise ValueError(about)  # noqa: TRY004
    if any(Path(name).name != name for name in (job, folder)):
        raise ValueError(about)
    return _Sample(str(about.get("sample", label)), label, job, folder)


def _merged_source(content: dict[str, object]) -> Source:
    """Return where merged tables come from; one record of it covers all of their jobs."""
    service, reference, versions = (content.get(name) for name in ("service", "reference", "cgi_versions"))
    return Source(
        version=", ".join(sorted(versions)) if isinstance(versions, dict) else "",
        generation="2d",
        service=service if isinstance(service, str) else "",
        reference=reference if isinstance(reference, str) else "",
    )


def _count_and_name(names: list[str]) -> str:
    return f"{len(names)} ({first_names(names, _MAX_NAMED)})"


def _warn(reader: FindingsReader, text: str) -> None:
    reader.findings.warnings.append(text)
