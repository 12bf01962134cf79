"""Reading a cohort's folder: each sample from its own folder, warnings and summaries from the jobs that they shared."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cgi_runner.errors import InputError
from cgi_runner.findings.model import Source
from cgi_runner.findings.reader import FindingsReader, source_of
from cgi_runner.output.record import NAME as RECORD
from cgi_runner.output.record import Record, read_record
from cgi_runner.results.archive import read_summary

COHORT = "cohort.json"
JOBS = "jobs"
_MOST_NAMED = 5
_JOB = re.compile(rf"\.\./{JOBS}/[0-9]+")


def read_cohort(folder: Path, reader: FindingsReader) -> None:
    """Read a cohort's folder, or one that `cohort-merge` has written.

    Args:
        folder: The cohort's output folder.
        reader: Collects what is found.

    Raises:
        InputError: Its record cannot be read, or no sample of it has results.

    """
    content = _content(folder / COHORT)
    reader.findings.name = str(content.get("title") or folder.resolve().name)
    if "merged" in content:
        reader.read_archive(folder, names=merged_samples(folder), source=_merged_source(content))
        return
    samples = [about for about in content["samples"] if isinstance(about, dict)]
    done: dict[str, Record] = {}
    level_a: dict[str, int] = {}
    for about in samples:
        record = _complete(folder / about["folder"])
        if record is None:
            continue
        done[about["label"]] = record
        reader.read_run(folder / about["folder"], record)
        level_a[about["job"]] = level_a.get(about["job"], 0) + reader.level_a_rows
    waiting = [about["label"] for about in samples if about["label"] not in done]
    if not done:
        raise InputError(
            f"{folder} holds no verified results yet", tip="run the same cohort again; it resumes its jobs"
        )
    if waiting:
        _warn(reader, f"samples without results: {_named(waiting)}; they are not in this report")
    if skipped := [str(about.get("sample", "")) for about in content.get("skipped", ()) if isinstance(about, dict)]:
        _warn(reader, f"samples that were skipped: {_named(skipped)}; they are not in this report")
    for warning in _list(content.get("warnings")):
        _warn(reader, str(warning))
    _read_jobs(folder, reader, level_a, {about["job"] for about in samples if about["label"] in waiting})


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
    """Give the folders of the samples of a cohort; none for one that `cohort-merge` has written.

    Raises:
        InputError: The cohort's record cannot be read.

    """
    content = _content(folder / COHORT)
    found = [] if "merged" in content else [about for about in content["samples"] if isinstance(about, dict)]
    return [
        SampleFolder(
            str(about.get("sample", about["label"])),
            about["label"],
            folder / about["folder"],
            _complete(folder / about["folder"]),
        )
        for about in found
    ]


def merged_samples(folder: Path) -> tuple[str, ...]:
    """Give the samples of a folder that `cohort-merge` has written."""
    content = _content(folder / COHORT)
    return tuple(name for name in _list(content.get("samples")) if isinstance(name, str))


def read_job_warnings(folder: Path) -> list[str]:
    """Give the warnings of the job that a sample of a cohort shared with others; none if it is not there."""
    try:
        job = json.loads((folder / RECORD).read_text(encoding="utf-8"))["cohort"]["job"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    if not (isinstance(job, str) and _JOB.fullmatch(job)):
        return []
    record = _complete(folder / job)
    return [f"of the whole job: {text}" for text in record.warnings] if record else []


def _merged_source(content: dict[str, Any]) -> Source:
    """Give where merged tables come from; one record of it covers all of their jobs."""
    texts = {name: content[name] for name in ("service", "reference") if isinstance(content.get(name), str)}
    versions = content.get("cgi_versions")
    return Source(version=", ".join(sorted(versions)) if isinstance(versions, dict) else "", generation="2d", **texts)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _read_jobs(folder: Path, reader: FindingsReader, level_a: dict[str, int], unfinished: set[str]) -> None:
    """Read what is known of whole jobs only: CGI's version, its summary and the warnings."""
    for job, complete in sorted(level_a.items()):
        record = _complete(folder / JOBS / job)
        if record is None:
            _warn(reader, f"the record of job {job} is missing: its warnings are not known")
            reader.findings.sources.append(Source())
            continue
        reader.findings.sources.append(source_of(record))
        for warning in [*record.reference_warnings, *record.warnings]:
            _warn(reader, f"job {job}: {warning}" if len(level_a) > 1 else warning)
        if job not in unfinished:
            reader.compare_level_a(read_summary(folder / JOBS / job), complete)


def _complete(folder: Path) -> Record | None:
    """Give the record of a folder with verified results; None if it has none."""
    try:
        record = read_record(folder / RECORD)
    except InputError:
        return None
    return record if record.state.is_complete else None


def _content(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        is_sound = isinstance(content, dict) and ("merged" in content or _is_sound(content["samples"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        is_sound = False
    if not is_sound:
        raise InputError(f"{path} is not a valid record of a cohort", tip="name the folder of one of its samples")
    return dict(content)


def _is_sound(samples: object) -> bool:
    """Whether each sample has a label, a job and a folder that lies in the cohort's."""
    return isinstance(samples, list) and all(
        isinstance(about, dict)
        and all(isinstance(about.get(name), str) for name in ("label", "job", "folder"))
        and all(Path(about[name]).name == about[name] for name in ("job", "folder"))
        for about in samples
    )


def _named(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return f"{len(names)} ({', '.join(names[:_MOST_NAMED])}{f' and {more} more' if more > 0 else ''})"


def _warn(reader: FindingsReader, text: str) -> None:
    reader.findings.warnings.append(text)
