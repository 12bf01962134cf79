"""The record of one job on disk: `cgi-job.json`, written anew and whole after every step of the job's life.

It holds what a second attempt needs to go on, and what a reader needs to trust the results; no secret is in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from cgi_runner import __version__
from cgi_runner.api import JOB_ID
from cgi_runner.clock import Clock
from cgi_runner.errors import InputError
from cgi_runner.redaction import redact

NAME = "cgi-job.json"
SCHEMA = 1


class State(str, Enum):
    """Where a job is in its life."""

    PREPARED = "prepared"
    SUBMITTING = "submitting"
    AMBIGUOUS = "ambiguous"
    RECONCILED = "reconciled"
    WAITING = "waiting"
    DONE = "done"
    FETCHING = "fetching"
    VERIFIED = "verified"
    DELETED = "deleted"
    FAILED = "failed"

    @property
    def is_complete(self) -> bool:
        """Whether the verified results are in the folder."""
        return self in {State.VERIFIED, State.DELETED}

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is to come of the job."""
        return self.is_complete or self is State.FAILED


@dataclass
class Record:
    """What is known of a job. Times are UTC by state; `inputs` and `rows` are by kind of input."""

    service: str
    title: str = ""
    cancer_type: str = ""
    reference: str = ""
    fingerprint: str = ""
    state: State = State.PREPARED
    job_id: str = ""
    adopted: bool = False
    fresh: bool = False
    """Whether --fresh asked for it; the same command goes on with it until it has ended."""
    passed_by: list[str] = field(default_factory=list)
    """Jobs that were there before it and may be of the same order: with --fresh, none of them is taken for it."""
    inputs: dict[str, Any] = field(default_factory=dict)
    samples: dict[str, int] = field(default_factory=dict)
    not_sent: dict[str, int] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    cgi: dict[str, str] = field(default_factory=dict)
    archive: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    times: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the record as it stands on disk and in `--json`."""
        # Whatever people and services write freely might quote the account.
        free = {
            **{name: redact(getattr(self, name)) for name in ("title", "cancer_type", "reference")},
            "inputs": {kind: {**about, **_named(about)} for kind, about in self.inputs.items()},
            "samples": {redact(name): rows for name, rows in self.samples.items()},
            "cgi": {name: redact(text) for name, text in self.cgi.items()},
            "warnings": [redact(text) for text in self.warnings],
        }
        return {"schema": SCHEMA, "cgi_runner": __version__, **asdict(self), **free, "state": self.state.value}


def _named(about: Mapping[str, Any]) -> dict[str, str]:
    """Give the name of an input's file without secrets, if it is there."""
    return {"source": redact(str(about["source"]))} if "source" in about else {}


class Journal:
    """Keeps the record of one output folder."""

    def __init__(self, path: Path, record: Record, clock: Clock) -> None:
        """Keep this record at this path; nothing is written until the first `advance`."""
        self.path = path
        self.record = record
        self._clock = clock

    def advance(self, state: State, **facts: Any) -> None:
        """Enter a state, together with the facts learnt on the way, and have it on disk before returning."""
        self.record.times[state.value] = self._clock.now().isoformat(timespec="seconds")
        self.put_down(state, **facts)

    def put_down(self, state: State, **facts: Any) -> None:
        """Have facts and the state on disk before returning; when the state was entered stays as it is."""
        for name, value in facts.items():
            setattr(self.record, name, value)
        write_whole(self.path, json.dumps(replace(self.record, state=state).as_json(), indent=2) + "\n")
        self.record.state = state  # only now: who is stopped before has not come so far


def read_record(path: Path) -> Record:
    """Give the record that was kept in a file.

    Raises:
        InputError: The file is missing or is no record that this version understands.

    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, Mapping) or not isinstance(content.get("schema"), int):
        raise InputError(f"{path} is no record of a job", tip="name a job's id, its output folder or its cgi-job.json")
    if content["schema"] > SCHEMA:
        raise InputError(f"{path} was written by a later version of cgi-runner", tip="upgrade cgi-runner to read it")
    known = {name: content[name] for name in Record.__dataclass_fields__ if name in content}
    try:
        record = Record(**{**known, "state": State(known.get("state"))})
    except (TypeError, ValueError):
        record = None
    if record is None or not _is_sound(record):
        raise InputError(f"{path} is a damaged record of a job", tip="use the job's id instead, and another folder")
    return record


def _is_sound(record: Record) -> bool:
    """Say whether everything in a record from disk has the type that it should have, and the id is one."""
    blank = Record("")
    typed = all(isinstance(getattr(record, name), type(getattr(blank, name))) for name in Record.__dataclass_fields__)
    nested = [*record.inputs.values(), *record.rows.values()] if typed else [None]
    return all(isinstance(about, dict) for about in nested) and not (
        record.job_id and not JOB_ID.fullmatch(record.job_id)
    )


def write_whole(path: Path, text: str) -> None:
    """Put a text file in place so that, whenever the machine stops, either the old or the new one is there whole."""
    part = path.with_name(f".{path.name}.part")
    # What a service escapes in its JSON need not be letters that a file can hold.
    with part.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write(text)
    settle(part, path)


def settle(part: Path, path: Path) -> None:
    """Give a finished file its name, and see to it that content and name survive a power cut."""
    _sync(part)
    part.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
