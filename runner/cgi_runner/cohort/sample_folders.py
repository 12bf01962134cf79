"""The samples' folders: filled from the results of a packed job, and looked over when the same command runs again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TypedDict

from cgi_runner.cohort.demultiplex import Demultiplexer, SampleAccount
from cgi_runner.cohort.packing import Batch
from cgi_runner.cohort.prepare import PreparedSample
from cgi_runner.cohort.record import JOBS, CohortRecord
from cgi_runner.files import sha256_of
from cgi_runner.job import Record, State
from cgi_runner.output.record import NAME as RECORD
from cgi_runner.results.reconcile import RowCounts


class SampleOrigin(TypedDict):
    """What a sample's folder was made from: its part of a job, and the list of what was not sent of it."""

    job_id: str
    digest: str
    not_sent: str


class SamplePart(SampleOrigin):
    """The sample in its job; `files` has the size of each of its files."""

    sample: str
    job: str
    id: str
    files: dict[str, int]


class SampleRecord(TypedDict, total=False):
    """What is read again of a sample's own record."""

    rows: dict[str, RowCounts]
    cohort: SamplePart


def write_sample_folders(ledger: CohortRecord, batch: Batch, record: Record, work: Path) -> None:
    """Split the verified results of a job, and give each sample its folder; nothing is there half-done.

    Args:
        ledger: The cohort's record, which has the folders' names.
        batch: The job's samples.
        record: The job's record, with verified results.
        work: A folder for temporary files, made anew, on the same disk.

    Raises:
        ResultsError: The results do not fit what was sent.

    """
    shutil.rmtree(work, ignore_errors=True)
    targets = [work / f"{number:05}" for number, _ in enumerate(batch.members)]
    accounts = Demultiplexer(batch, ledger.job_folder(batch), record, targets).split()
    for member, id_, target, account in zip(batch.members, batch.ids, targets, accounts, strict=True):
        part = SamplePart(
            **_origin(member, record),
            sample=member.sample.name,
            job=f"../{JOBS}/{batch.name}",
            id=id_.decode(),
            files=account.files,
        )
        content = {**_record(ledger, batch, member, record, account).as_json(), "cohort": part}
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        # A title or a file's name from the command line need not be letters that a file can hold.
        (target / RECORD).write_text(text, encoding="utf-8", errors="backslashreplace")
        _place(target, ledger.sample_folder(member))


def are_complete(ledger: CohortRecord, batch: Batch, record: Record) -> bool:
    """Whether the folders of all samples of a job are whole: every file there, and of the size that it had.

    Args:
        ledger: The cohort's record, which has the folders' names.
        batch: The job's samples.
        record: The job's record, with verified results.

    """
    for member in batch.members:
        folder = ledger.sample_folder(member)
        about = _content(folder / RECORD).get("cohort")
        if not about or not _origin(member, record).items() <= about.items():
            return False
        if not all(_has_size(folder / name, size) for name, size in about["files"].items()):
            return False
    return True


def count_missing_rows(ledger: CohortRecord, batch: Batch) -> None:
    """Record in the cohort, from the samples' own records, how many of their rows did not come back.

    Args:
        ledger: The record of the cohort.
        batch: A job's samples.

    """
    for member in batch.members:
        _count(ledger, member, _content(ledger.sample_folder(member) / RECORD))


def _record(
    ledger: CohortRecord, batch: Batch, member: PreparedSample, record: Record, account: SampleAccount
) -> Record:
    """Return a sample's own record. It has no job of its own, so that no command mistakes the packed job for that."""
    return Record(
        service=record.service,
        title=ledger.title,
        cancer_type=record.cancer_type,
        reference=record.reference,
        reference_reason=member.reference.reason,
        reference_warnings=list(member.reference.warnings),
        state=State.VERIFIED,
        inputs={part.kind: part.about for part in member.parts},
        samples={member.sample.label: member.rows},
        not_sent=member.not_sent,
        rows=account.rows,
        cgi=record.cgi,
        archive={"members": [name for name in account.files if name != "dropped.tsv"]},
        warnings=[f"the warnings about these results are those of the whole job, in ../{JOBS}/{batch.name}/{RECORD}"],
        account=record.account,
        service_kind=record.service_kind,
        submitted=record.submitted,
        times={state: time for state, time in record.times.items() if state == State.VERIFIED.value},
        cancer_type_notes=list(member.sample.choice.notes) if member.sample.choice else [],
    )


def _origin(member: PreparedSample, record: Record) -> SampleOrigin:
    return {"job_id": record.job_id, "digest": member.digest, "not_sent": sha256_of(member.dropped)}


def _place(made: Path, folder: Path) -> None:
    """Put the files of a sample where they belong, and its record last; whatever else lies there stays."""
    if not folder.exists():
        made.rename(folder)
        return
    (folder / RECORD).unlink(missing_ok=True)
    for path in sorted(made.iterdir(), key=lambda path: path.name == RECORD):
        path.replace(folder / path.name)


def _content(path: Path) -> SampleRecord:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict) or not isinstance(content.get("cohort"), dict):
        return {}
    return SampleRecord(rows=content.get("rows", {}), cohort=content["cohort"])


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _count(ledger: CohortRecord, member: PreparedSample, content: SampleRecord) -> None:
    """Record how many rows of a sample did not come back, and whether that can be told."""
    label, lost = member.sample.label, [counts["not_returned"] for counts in content["rows"].values()]
    ledger.missing[label] = sum(number or 0 for number in lost)
    ledger.unaccounted.discard(label)
    if None in lost:
        ledger.unaccounted.add(label)
