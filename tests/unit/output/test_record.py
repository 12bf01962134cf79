"""The record of a job on disk: whole at every moment, and never believed blindly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import InputError
from cgi_runner.job import Record, State, read_record
from cgi_runner.job.journal import SCHEMA, Journal
from cgi_runner.redaction import hide
from conftest import CREDENTIALS, SimulatedClock

GOOD = {"schema": SCHEMA, "service": "https://example.org/api/v1", "state": "waiting", "job_id": "c22ecf2af788d65ec257"}


def test_a_record_comes_back_as_it_was_kept(tmp_path: Path, clock: SimulatedClock) -> None:
    """All fields survive, each state with the time at which it was entered."""
    kept = Journal(tmp_path / "cgi-job.json", Record("service", title="t", inputs={"mutations": {"rows": 1}}), clock)
    kept.advance(State.SUBMITTING)
    clock.sleep(5)
    kept.advance(State.WAITING, job_id="c22ecf2af788d65ec257")
    assert read_record(kept.path) == kept.record
    assert kept.record.times == {"submitting": "2026-01-05T12:00:00+00:00", "waiting": "2026-01-05T12:00:05+00:00"}
    assert [path.name for path in tmp_path.iterdir()] == ["cgi-job.json"]


def test_a_write_that_fails_leaves_the_record_before(
    tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old record is there until the new one is complete, and so it is for those who are told what becomes of it."""
    kept = Journal(tmp_path / "cgi-job.json", Record("service"), clock)
    kept.advance(State.PREPARED)

    def full(_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        kept.advance(State.SUBMITTING)
    assert read_record(kept.path).state is State.PREPARED
    assert kept.record.state is State.PREPARED


def test_no_secret_gets_into_a_record(tmp_path: Path, clock: SimulatedClock) -> None:
    """Not even where the user or the service writes it into a text."""
    hide(CREDENTIALS.email, CREDENTIALS.token)
    record = Record("service", title=f"for {CREDENTIALS.email}", warnings=[CREDENTIALS.token])
    Journal(tmp_path / "cgi-job.json", record, clock).advance(State.VERIFIED, cgi={"version": CREDENTIALS.token})
    text = (tmp_path / "cgi-job.json").read_text()
    assert CREDENTIALS.email not in text
    assert CREDENTIALS.token not in text
    assert read_record(tmp_path / "cgi-job.json").state is State.VERIFIED


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '"x"', "{}", '{"schema": "1"}', '{"schema": null}', "[" * 100_000, "\x00\x01"],
)
def test_what_is_no_record_is_refused(content: str, tmp_path: Path) -> None:
    """Any other file is bad input."""
    path = tmp_path / "cgi-job.json"
    path.write_text(content)
    with pytest.raises(InputError, match="no record of a job"):
        read_record(path)


def test_bytes_and_missing_files_are_no_records(tmp_path: Path) -> None:
    """Neither are files that cannot be read as text, folders, and nothing at all."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x80")
    for name in ("bytes", "missing", "."):
        with pytest.raises(InputError, match="no record of a job"):
            read_record(tmp_path / name)


def test_a_later_version_is_not_guessed_at(tmp_path: Path) -> None:
    """What a later cgi-runner wrote is left to it."""
    path = tmp_path / "cgi-job.json"
    path.write_text(json.dumps({**GOOD, "schema": SCHEMA + 1}))
    with pytest.raises(InputError, match="later version"):
        read_record(path)


def test_unknown_fields_are_passed_over(tmp_path: Path) -> None:
    """The same schema may learn a field; an older reader does without it."""
    path = tmp_path / "cgi-job.json"
    path.write_text(json.dumps({**GOOD, "colour": "blue"}))
    assert read_record(path).job_id == GOOD["job_id"]


@pytest.mark.parametrize(
    "damage",
    [
        {"state": "dreaming"},
        {"state": None},
        {"job_id": None},
        {"job_id": 7},
        {"job_id": "../../other?x"},
        {"title": []},
        {"inputs": []},
        {"inputs": {"mutations": None}},
        {"rows": {"mutations": 3}},
        {"archive": None},
        {"times": "now"},
        {"warnings": "none"},
        {"service": 5},
        {"adopted": "yes"},
    ],
    ids=str,
)
def test_a_damaged_record_is_refused_whole(damage: dict[str, Any], tmp_path: Path) -> None:
    """One wrong type anywhere, or an id that is none, and nothing of it is used."""
    path = tmp_path / "cgi-job.json"
    path.write_text(json.dumps({**GOOD, **damage}))
    with pytest.raises(InputError, match="damaged"):
        read_record(path)


def test_a_record_without_its_service_is_damaged(tmp_path: Path) -> None:
    """What is needed must be there."""
    path = tmp_path / "cgi-job.json"
    path.write_text(json.dumps({"schema": SCHEMA, "state": "waiting"}))
    with pytest.raises(InputError, match="damaged"):
        read_record(path)
