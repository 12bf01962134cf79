"""The samples' folders: filled from the results of a packed job, and looked over when the same command runs again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from cgi_runner.cohort.gather import Member
from cgi_runner.cohort.ledger import JOBS, Ledger
from cgi_runner.cohort.packing import Pack
from cgi_runner.cohort.split import Account, Splitter
from cgi_runner.job import Record, State
from cgi_runner.job.fetch import sha256_of
from cgi_runner.job.journal import NAME as RECORD


def shelve(ledger: Ledger, pack: Pack, record: Record, work: Path) -> None:
    """Split the verified results of a job, and give each sample its folder; nothing is there half-done.

    Raises:
        ResultsError: The results do not fit what was sent.

    """
    shutil.rmtree(work, ignore_errors=True)
    targets = [work / f"{number:05}" for number, _ in enumerate(pack.members)]
    accounts = Splitter(pack, ledger.job_folder(pack), record, targets).split()
    for member, id_, target, account in zip(pack.members, pack.ids, targets, accounts, strict=True):
        content = _record(ledger, pack, member, record, account)
        content["cohort"] |= {"id": id_.decode(), "files": account.files}
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        # A title or a file's name from the command line need not be letters that a file can hold.
        (target / RECORD).write_text(text, encoding="utf-8", errors="backslashreplace")
        _place(target, ledger.sample_folder(member))
        _count(ledger, member, content)


def is_shelved(ledger: Ledger, pack: Pack, record: Record) -> bool:
    """Whether the folders of all samples of a job are whole: every file there, and of the size that it had."""
    for member in pack.members:
        folder = ledger.sample_folder(member)
        content = _content(folder / RECORD)
        about = content.get("cohort")
        is_ours = isinstance(about, dict) and _origin(member, record).items() <= about.items()
        if not is_ours or not all(_has_size(folder / name, size) for name, size in content["cohort"]["files"].items()):
            return False
        _count(ledger, member, content)
    return True


def _record(ledger: Ledger, pack: Pack, member: Member, record: Record, account: Account) -> dict[str, Any]:
    """Give a sample's own record. It has no job of its own, so that no command mistakes the packed job for that."""
    about = Record(
        service=record.service,
        title=ledger.title,
        cancer_type=record.cancer_type,
        reference=record.reference,
        state=State.VERIFIED,
        inputs={part.kind: part.about for part in member.parts},
        samples={member.sample.label: member.rows},
        not_sent=member.not_sent,
        rows=account.rows,
        cgi=record.cgi,
        archive={"members": [name for name in account.files if name != "dropped.tsv"]},
        warnings=[f"what to beware of in the results is told for the whole job, in ../{JOBS}/{pack.name}/{RECORD}"],
        times={state: time for state, time in record.times.items() if state == State.VERIFIED.value},
    )
    cohort = {"sample": member.sample.name, "job": f"../{JOBS}/{pack.name}", **_origin(member, record)}
    return {**about.as_json(), "cohort": cohort}


def _origin(member: Member, record: Record) -> dict[str, str]:
    """Give what a sample's folder was made from: its part of a job, and the list of what was not sent of it."""
    return {"job_id": record.job_id, "digest": member.digest, "not_sent": sha256_of(member.dropped)}


def _place(made: Path, folder: Path) -> None:
    """Put the files of a sample where they belong, and its record last; whatever else lies there stays."""
    if not folder.exists():
        made.rename(folder)
        return
    (folder / RECORD).unlink(missing_ok=True)
    for path in sorted(made.iterdir(), key=lambda path: path.name == RECORD):
        path.replace(folder / path.name)


def _content(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _count(ledger: Ledger, member: Member, content: dict[str, Any]) -> None:
    """Put down how many rows of a sample did not come back, and whether that can be told."""
    label, lost = member.sample.label, [counts["not_returned"] for counts in content["rows"].values()]
    ledger.missing[label] = sum(number or 0 for number in lost)
    ledger.untold.discard(label)
    if None in lost:
        ledger.untold.add(label)
