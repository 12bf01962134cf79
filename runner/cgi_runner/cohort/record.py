"""The record of a cohort, `cohort.json`: which sample is in which job under which id, and how far all of it is.

What was planned once stays planned: the same command goes on with the same jobs, and samples that are new in the sheet
get new ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from cgi_runner import __version__
from cgi_runner.cancer_types import name_of
from cgi_runner.clock import Clock
from cgi_runner.cohort.names import folder_names, is_safe
from cgi_runner.cohort.packing import Batch, make_batches
from cgi_runner.cohort.prepare import PreparedSample
from cgi_runner.cohort.record_schema import JobEntry, KnownCohort, SampleEntry, SheetColumns, no_sheet
from cgi_runner.cohort.references import mixed_builds_warning
from cgi_runner.cohort.sheet import RejectedSample
from cgi_runner.errors import InputError
from cgi_runner.files import atomic_write
from cgi_runner.job import Record, State, read_record
from cgi_runner.output.claim import require_free_folder
from cgi_runner.output.pseudonyms import write_private
from cgi_runner.output.record import NAME as JOB_RECORD
from cgi_runner.redaction import redact
from cgi_runner.results.archive import PSEUDONYMS

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

    batches: list[Batch]
    folders: dict[str, str]


@dataclass
class CohortRecord:
    """Keeps the record of one cohort's folder."""

    out: Path
    service: str
    title: str
    clock: Clock
    plan: Plan = field(default_factory=lambda: Plan([], {}))
    records: dict[int, Record] = field(default_factory=dict)
    """What is known of the jobs that were begun, by number."""
    sheet: SheetColumns = field(default_factory=no_sheet)
    """Which columns of the sheet were read, under which names, and which were not."""
    skipped: Sequence[RejectedSample] = ()
    problems: dict[int, str] = field(default_factory=dict)
    """Why a job could not be brought to its end, by its number."""
    missing: dict[str, int] = field(default_factory=dict)
    """Rows that did not come back, as far as known, for each sample whose folder is complete."""
    unaccounted: set[str] = field(default_factory=set)
    """Samples of which the archive does not tell which rows came back."""
    tables: list[str] = field(default_factory=list)
    pseudonyms: bool = False
    """Whether nothing but made-up names is sent: the samples' ids, and no title."""

    @property
    def sent_title(self) -> str:
        """What stands in the titles of jobs at CGI before their numbers."""
        return "" if self.pseudonyms else self.title

    @property
    def warnings(self) -> list[str]:
        """What to know of the cohort as a whole."""
        return mixed_builds_warning(member.reference for batch in self.plan.batches for member in batch.members)

    def job_folder(self, batch: Batch) -> Path:
        """Where a job's record and CGI's own files are."""
        return self.out / JOBS / batch.name

    def sample_folder(self, member: PreparedSample) -> Path:
        """Where a sample's results are."""
        return self.out / self.plan.folders[member.sample.label]

    def make_plan(self, members: Sequence[PreparedSample], max_rows: int) -> None:
        """Settle the jobs: those of an earlier run as they were, and new ones for all other samples.

        Args:
            members: The samples, prepared.
            max_rows: Most rows of all kinds together that share a job.

        Raises:
            InputError: The folder holds something else, or the results of samples that have changed since.

        """
        known = self._read_known()
        kept = self._unchanged_jobs(known, {member.sample.label: member for member in members})
        placed = {member.sample.label for batch in kept for member in batch.members}
        rest = [member for member in members if member.sample.label not in placed]
        first = max((int(path.name) for path in (self.out / JOBS).glob("*") if path.name.isdecimal()), default=0) + 1
        folders = {about["label"]: about["folder"] for about in known["samples"]}
        new = folder_names((m.sample.label for m in members if m.sample.label not in folders), folders.values())
        self._refuse(*new.values())
        wanted = {member.sample.label: (folders | new)[member.sample.label] for member in members}
        self.plan = Plan([*kept, *make_batches(rest, max_rows=max_rows, first=first)], wanted)

    def _read_known(self) -> KnownCohort:
        """Return the record of an earlier run; nothing if there was none."""
        path = self.out / NAME
        if not path.exists():
            require_free_folder(self.out)
            # A table of this name may well be the user's own sheet.
            self._refuse(JOBS, SAMPLES)
            return {"service": self.service, "title": self.title, "jobs": [], "samples": []}
        self._refuse(JOB_RECORD)
        known = _read(path)
        for what, then, now in (
            ("service", known["service"], self.service),
            ("title", known["title"], redact(self.title)),
        ):
            if then != now:
                raise InputError(f"{self.out} holds a cohort of the {what} {then!r}, not {now!r}", tip=_ANOTHER)
        if known.get("pseudonyms", False) != self.pseudonyms:
            has, wants = ("without", "with") if self.pseudonyms else ("with", "without")
            raise InputError(f"{self.out} holds a cohort {has} pseudonyms, not one {wants} them", tip=_ANOTHER)
        return known

    def _refuse(self, *names: str) -> None:
        """Make sure that nothing of these names is in the folder."""
        if taken := next((name for name in names if (self.out / name).exists()), None):
            raise InputError(f"{self.out} holds {taken}, which is not this cohort's", tip="choose another --output")

    def _unchanged_jobs(self, known: KnownCohort, now: Mapping[str, PreparedSample]) -> list[Batch]:
        """Return the jobs of an earlier run as they were, but for those whose samples have changed and nothing came of.

        Raises:
            InputError: Samples have changed since their job was submitted.

        """
        kept = []
        for job in known["jobs"]:
            inside = [about for about in known["samples"] if about["job"] == job["job"]]
            found = [(about, now.get(about["label"])) for about in inside]
            changed = [about["sample"] for about, member in found if not member or member.digest != about["digest"]]
            batch = Batch(int(job["job"]), tuple(member for _, member in found if member))
            path = self.job_folder(batch) / JOB_RECORD
            record = read_record(path) if path.exists() else None
            if not changed:
                kept.append(batch)
                self.records |= {batch.number: record} if record else {}
            elif record and record.state not in {State.PREPARED, State.FAILED}:
                raise InputError(
                    f"{self.out} holds a job with {changed[0]!r}, which is no longer in the sheet or has changed since",
                    tip=_ANOTHER,
                )
        return kept

    def write(self) -> None:
        """Write the record to disk, and the table of samples for people."""
        jobs: list[JobEntry] = []
        rows: list[SampleEntry] = []
        skipped = [RejectedSample(redact(bad.name), redact(bad.reason)) for bad in self.skipped]
        for batch in self.plan.batches:
            record = self.records.get(batch.number)
            jobs.append(self._job(batch, record))
            rows += [
                self._sample(batch, member, id_.decode(), record)
                for member, id_ in zip(batch.members, batch.ids, strict=True)
            ]
        content = {
            "schema": SCHEMA,
            "cgi_runner": __version__,
            "service": self.service,
            "title": redact(self.title),
            "pseudonyms": self.pseudonyms,
            "time": self.clock.now().isoformat(timespec="seconds"),
            "sheet": self.sheet,
            "warnings": self.warnings,
            "jobs": jobs,
            "samples": rows,
            "skipped": [{"sample": bad.name, "problem": bad.reason} for bad in skipped],
            "tables": self.tables,
        }
        atomic_write(self.out / NAME, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        if self.pseudonyms:
            table = [("job", "sent_as", "sample"), *((row["job"], row["id"], row["label"]) for row in rows)]
            write_private(self.out / PSEUDONYMS, "".join("\t".join(cells) + "\n" for cells in table))
        lines = ["\t".join(_COLUMNS), *("\t".join(_cells(row)) for row in rows)]
        lines += ["\t".join((bad.name, "", "skipped", *[""] * 6, _line(bad.reason))) for bad in skipped]
        atomic_write(self.out / SAMPLES, "\n".join(lines) + "\n")

    def _job(self, batch: Batch, record: Record | None) -> JobEntry:
        return {
            "job": batch.name,
            "folder": f"{JOBS}/{batch.name}",
            "state": record.state.value if record else "planned",
            "job_id": record.job_id if record else "",
            "cancer_type": batch.members[0].sample.cancer_type,
            "cancer_type_name": name_of(batch.members[0].sample.cancer_type),
            "reference": batch.members[0].reference.build,
            "samples": len(batch.members),
            "rows": batch.rows,
            "problem": redact(self.problems.get(batch.number, "")),
        }

    def _sample(self, batch: Batch, member: PreparedSample, id_: str, record: Record | None) -> SampleEntry:
        label = member.sample.label
        return {
            "sample": member.sample.name,
            "label": label,
            "folder": self.plan.folders[label],
            "state": "done" if label in self.missing else record.state.value if record else "planned",
            "cancer_type": member.sample.cancer_type,
            "cancer_type_name": name_of(member.sample.cancer_type),
            "cancer_type_notes": [redact(note) for note in member.sample.choice.notes] if member.sample.choice else [],
            "reference": member.reference.build,
            "reference_reason": redact(member.reference.reason),
            "job": batch.name,
            "id": id_,
            "digest": member.digest,
            "rows_sent": {part.kind: part.rows for part in member.parts},
            "rows_missing": None if label in self.unaccounted else self.missing.get(label),
            "problem": redact(self.problems.get(batch.number, "")),
        }


def has_open_jobs(out: Path) -> bool:
    """Whether something in a folder waits for a service: a cohort was begun there, and not all its jobs are done."""
    if not (out / NAME).exists():
        return False
    return any(job.get("state") not in {State.VERIFIED.value, State.DELETED.value} for job in _read(out / NAME)["jobs"])


def recorded_service(out: Path) -> str:
    """Return the service that the cohort of a folder was sent to."""
    return str(_read(out / NAME)["service"])


def _read(path: Path) -> KnownCohort:
    """Return the content of a cohort's record, as far as a plan needs it.

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
        raise InputError(f"{path} is not a valid record of a cohort", tip="choose another --output")
    return cast("KnownCohort", known)


def _cells(about: SampleEntry) -> list[str]:
    shown: dict[str, object] = {**about, "sample": about["label"], "rows_sent": sum(about["rows_sent"].values())}
    return ["" if shown[name] is None else _line(str(shown[name])) for name in _COLUMNS]


def _line(text: str) -> str:
    """Return a text of several lines on one, so that it stays within its cell."""
    return "; ".join(line.strip() for line in text.splitlines())
