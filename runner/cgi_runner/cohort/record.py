"""The record of a cohort, `cohort.json`: which sample is in which job under which id, and how far all of it is.

What was planned once stays planned: the same command goes on with the same jobs, and samples that are new in the sheet
get new ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cgi_runner import __version__
from cgi_runner.clock import Clock
from cgi_runner.cohort.gather import Member
from cgi_runner.cohort.names import folders_of, is_safe
from cgi_runner.cohort.packing import Pack, packed
from cgi_runner.cohort.sheet import Bad
from cgi_runner.errors import InputError
from cgi_runner.job import Record, State, read_record
from cgi_runner.job.journal import NAME as JOB_RECORD
from cgi_runner.job.journal import write_whole
from cgi_runner.job.life import refuse_taken
from cgi_runner.redaction import redact

NAME = "cohort.json"
SAMPLES = "samples.tsv"
JOBS = "jobs"
SCHEMA = 1

_ANOTHER = "choose another --output; jobs that did not change are found there, and not sent again"
_COLUMNS = (
    "sample",
    "folder",
    "state",
    "cancer_type",
    "reference",
    "job",
    "id",
    "rows_sent",
    "rows_missing",
    "problem",
)


@dataclass
class Plan:
    """What is to be done: the jobs, and the folder of each sample."""

    packs: list[Pack]
    folders: dict[str, str]


@dataclass
class Ledger:
    """Keeps the record of one cohort's folder."""

    out: Path
    service: str
    title: str
    clock: Clock
    plan: Plan = field(default_factory=lambda: Plan([], {}))
    records: dict[int, Record] = field(default_factory=dict)
    """What is known of the jobs that were begun, by number."""
    skipped: Sequence[Bad] = ()
    problems: dict[int, str] = field(default_factory=dict)
    """Why a job could not be brought to its end, by its number."""
    missing: dict[str, int] = field(default_factory=dict)
    """Rows that did not come back, as far as known, for each sample whose folder is complete."""
    untold: set[str] = field(default_factory=set)
    """Samples of which the archive does not tell which rows came back."""
    tables: list[str] = field(default_factory=list)

    def job_folder(self, pack: Pack) -> Path:
        """Where a job's record and CGI's own files are."""
        return self.out / JOBS / pack.name

    def sample_folder(self, member: Member) -> Path:
        """Where a sample's results are."""
        return self.out / self.plan.folders[member.sample.label]

    def make_plan(self, members: Sequence[Member], most_rows: int) -> None:
        """Settle the jobs: those of an earlier run as they were, and new ones for all other samples.

        Raises:
            InputError: The folder holds something else, or the results of samples that have changed since.

        """
        known = self._known()
        kept = self._kept(known, {member.sample.label: member for member in members})
        placed = {member.sample.label for pack in kept for member in pack.members}
        rest = [member for member in members if member.sample.label not in placed]
        first = max((int(path.name) for path in (self.out / JOBS).glob("*") if path.name.isdecimal()), default=0) + 1
        folders = {about["label"]: about["folder"] for about in known["samples"]}
        new = folders_of((m.sample.label for m in members if m.sample.label not in folders), folders.values())
        self._refuse(*new.values())
        wanted = {member.sample.label: (folders | new)[member.sample.label] for member in members}
        self.plan = Plan([*kept, *packed(rest, most_rows=most_rows, first=first)], wanted)

    def _known(self) -> dict[str, Any]:
        """Give the record of an earlier run; nothing if there was none."""
        path = self.out / NAME
        if not path.exists():
            refuse_taken(self.out)
            # A table of this name may well be the user's own sheet.
            self._refuse(JOBS, SAMPLES)
            return {"jobs": [], "samples": []}
        self._refuse(JOB_RECORD)
        known = _read(path)
        for what, now in (("service", self.service), ("title", redact(self.title))):
            if known[what] != now:
                raise InputError(f"{self.out} holds a cohort of the {what} {known[what]!r}, not {now!r}", tip=_ANOTHER)
        return known

    def _refuse(self, *names: str) -> None:
        """See to it that nothing of these names is in the folder."""
        if taken := next((name for name in names if (self.out / name).exists()), None):
            raise InputError(f"{self.out} holds {taken}, which is not this cohort's", tip="choose another --output")

    def _kept(self, known: Mapping[str, Any], now: Mapping[str, Member]) -> list[Pack]:
        """Give the jobs of an earlier run as they were, but for those whose samples have changed and nothing came of.

        Raises:
            InputError: Samples have changed since their job was submitted.

        """
        kept = []
        for job in known["jobs"]:
            inside = [about for about in known["samples"] if about["job"] == job["job"]]
            found = [(about, now.get(about["label"])) for about in inside]
            changed = [about["sample"] for about, member in found if not member or member.digest != about["digest"]]
            pack = Pack(int(job["job"]), tuple(member for _, member in found if member))
            path = self.job_folder(pack) / JOB_RECORD
            record = read_record(path) if path.exists() else None
            if not changed:
                kept.append(pack)
                self.records |= {pack.number: record} if record else {}
            elif record and record.state not in {State.PREPARED, State.FAILED}:
                raise InputError(
                    f"{self.out} holds a job with {changed[0]!r}, which is no longer in the sheet or has changed since",
                    tip=_ANOTHER,
                )
        return kept

    def write(self) -> None:
        """Have the record on disk, and the table of samples for people."""
        jobs, rows = [], []
        skipped = [Bad(redact(bad.name), redact(bad.why)) for bad in self.skipped]
        for pack in self.plan.packs:
            record = self.records.get(pack.number)
            jobs.append(self._job(pack, record))
            rows += [
                self._sample(pack, member, id_.decode(), record)
                for member, id_ in zip(pack.members, pack.ids, strict=True)
            ]
        content = {
            "schema": SCHEMA,
            "cgi_runner": __version__,
            "service": self.service,
            "title": redact(self.title),
            "time": self.clock.now().isoformat(timespec="seconds"),
            "jobs": jobs,
            "samples": rows,
            "skipped": [{"sample": bad.name, "problem": bad.why} for bad in skipped],
            "tables": self.tables,
        }
        write_whole(self.out / NAME, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        lines = ["\t".join(_COLUMNS), *("\t".join(_cells(row)) for row in rows)]
        lines += ["\t".join((bad.name, "", "skipped", *[""] * 6, _line(bad.why))) for bad in skipped]
        write_whole(self.out / SAMPLES, "\n".join(lines) + "\n")

    def _job(self, pack: Pack, record: Record | None) -> dict[str, Any]:
        return {
            "job": pack.name,
            "folder": f"{JOBS}/{pack.name}",
            "state": record.state.value if record else "planned",
            "job_id": record.job_id if record else "",
            "cancer_type": pack.members[0].sample.cancer_type,
            "reference": pack.members[0].sample.reference,
            "samples": len(pack.members),
            "rows": pack.rows,
            "problem": redact(self.problems.get(pack.number, "")),
        }

    def _sample(self, pack: Pack, member: Member, id_: str, record: Record | None) -> dict[str, Any]:
        label = member.sample.label
        return {
            "sample": member.sample.name,
            "label": label,
            "folder": self.plan.folders[label],
            "state": "done" if label in self.missing else record.state.value if record else "planned",
            "cancer_type": member.sample.cancer_type,
            "reference": member.sample.reference,
            "job": pack.name,
            "id": id_,
            "digest": member.digest,
            "rows_sent": {part.kind: part.rows for part in member.parts},
            "rows_missing": None if label in self.untold else self.missing.get(label),
            "problem": redact(self.problems.get(pack.number, "")),
        }


def is_done(out: Path) -> bool:
    """Whether nothing in a folder waits for a service any more: no cohort was begun there, or all its jobs are done."""
    if not (out / NAME).exists():
        return True
    return all(job.get("state") in {State.VERIFIED.value, State.DELETED.value} for job in _read(out / NAME)["jobs"])


def _read(path: Path) -> dict[str, Any]:
    """Give the content of a cohort's record, as far as a plan needs it.

    Raises:
        InputError: It is damaged, or of a later version.

    """
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        if int(known["schema"]) > SCHEMA:
            raise InputError(f"{path} was written by a later version of cgi-runner", tip="upgrade cgi-runner")
        sound = all(int(job["job"]) > 0 for job in known["jobs"]) and all(
            isinstance(about[name], str)
            for about in known["samples"]
            for name in ("sample", "label", "folder", "job", "digest")
        )
        sound = sound and all(is_safe(about["folder"]) for about in known["samples"])
        texts = isinstance(known["service"], str) and isinstance(known["title"], str)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        sound = texts = False
    if not (sound and texts):
        raise InputError(f"{path} is no record of a cohort", tip="choose another --output")
    return dict(known)


def _cells(about: Mapping[str, Any]) -> list[str]:
    shown = {**about, "sample": about["label"], "rows_sent": sum(about["rows_sent"].values())}
    return ["" if shown[name] is None else _line(str(shown[name])) for name in _COLUMNS]


def _line(text: str) -> str:
    """Give a text of several lines on one, so that it stays within its cell."""
    return "; ".join(line.strip() for line in text.splitlines())
