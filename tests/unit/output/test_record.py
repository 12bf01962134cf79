"""The record of a job on disk: whole at every moment, and never believed blindly."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from cgi_runner import __version__
from cgi_runner.errors import (
    InputError,
)
from cgi_runner.files import atomic_write, commit_file
from cgi_runner.job import JobContext, JobRequest, Record, State, read_record, run
from cgi_runner.output.record import RecordStore, service_kind
from cgi_runner.output.record_json import SCHEMA
from cgi_runner.redaction import register_secret
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from support.failures import catch_failure

GOOD = {"schema": SCHEMA, "service": "https://example.org/api/v1", "state": "waiting", "job_id": "c22ecf2af788d65ec257"}


def test_a_record_comes_back_as_it_was_kept(tmp_path: Path, clock: SimulatedClock) -> None:
    """All fields survive, each state with the time at which it was entered."""
    kept = RecordStore(
        tmp_path / "cgi-job.json", Record("service", title="t", inputs={"mutations": {"rows_sent": 1}}), clock
    )
    kept.transition(State.SUBMITTING)
    clock.sleep(5)
    kept.transition(State.WAITING, job_id="c22ecf2af788d65ec257")
    assert read_record(kept.path) == kept.record
    assert kept.record.times == {"submitting": "2026-01-05T12:00:00+00:00", "waiting": "2026-01-05T12:00:05+00:00"}
    assert [path.name for path in tmp_path.iterdir()] == ["cgi-job.json"]


def test_a_write_that_fails_leaves_the_record_before(
    tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old record is there until the new one is complete, and so it is for those who are told what becomes of it."""
    kept = RecordStore(tmp_path / "cgi-job.json", Record("service"), clock)
    kept.transition(State.PREPARED)

    def full(_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        kept.transition(State.SUBMITTING)
    assert read_record(kept.path).state is State.PREPARED
    assert kept.record.state is State.PREPARED


def test_no_secret_gets_into_a_record(tmp_path: Path, clock: SimulatedClock) -> None:
    """Not even where the user or the service writes it into a text."""
    register_secret(CREDENTIALS.email, CREDENTIALS.token)
    record = Record("service", title=f"for {CREDENTIALS.email}", warnings=[CREDENTIALS.token])
    RecordStore(tmp_path / "cgi-job.json", record, clock).transition(State.VERIFIED, cgi={"version": CREDENTIALS.token})
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
    with pytest.raises(InputError, match="not a valid record of a job"):
        read_record(path)


def test_bytes_and_missing_files_are_no_records(tmp_path: Path) -> None:
    """Neither are files that cannot be read as text, folders, and nothing at all."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x80")
    for name in ("bytes", "missing", "."):
        with pytest.raises(InputError, match="not a valid record of a job"):
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


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content and name are both on the disk before the next step; text is UTF-8 with plain line ends."""
    synced: list[str] = []
    fsync = os.fsync

    def noted(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    atomic_write(tmp_path / "a.txt", "\u00e9\n")
    assert synced == [str(tmp_path / ".a.txt.part"), str(tmp_path)]
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa9\n"
    commit_file(tmp_path / "a.txt", tmp_path / "b.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["b.txt"]
    assert not [link for link in Path("/proc/self/fd").iterdir() if str(tmp_path) in os.path.realpath(link)]


MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")


def test_the_record_on_disk_has_this_form(context: JobContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipelines read it: names and values, in this order, indented by two."""
    monkeypatch.setattr(random, "uniform", lambda low, _: low)
    record = run(MELANOMA, tmp_path / "out", context)
    text = (tmp_path / "out" / "cgi-job.json").read_text()
    assert text == json.dumps(record.as_json(), indent=2) + "\n"
    content = json.loads(text)
    names = "service title cancer_type reference reference_reason reference_warnings fingerprint state job_id adopted"
    names += " fresh ignored_jobs inputs samples"
    last = ["not_sent", "rows", "cgi", "archive", "warnings", "times", "cancer_type_notes"]
    last += ["account", "service_kind", "submitted", "jobs_before", "delete_requested", "pseudonyms", "archive_samples"]
    last += ["not_deleted", "service_warnings", "unexplained_jobs", "respelled_samples", "cancer_type_name"]
    assert list(content) == ["schema", "cgi_runner", *names.split(), *last]
    assert {*Record.__dataclass_fields__} == {*content} - {"schema", "cgi_runner", "cancer_type_name"}
    assert (content["cancer_type_name"], content["cancer_type_notes"]) == ("Cutaneous melanoma", [])
    assert (content["schema"], content["cgi_runner"], content["state"]) == (1, __version__, "verified")
    assert list(content["inputs"]["mutations"]) == (
        ["source", "format", "sha256", "rows_read", "rows_sent", "rows_merged", "rows_not_sent", "notes", "files"]
    )
    assert content["cgi"].keys() == {"version", "date", "generation"}
    assert content["archive"].keys() == {"sha256", "bytes", "members"}
    assert content["rows"]["mutations"].keys() == {"sent", "returned", "merged", "not_returned"}
    assert list(content["times"]) == ["prepared", "submitting", "waiting", "done", "fetching", "verified"]
    assert content["samples"] == dict(record.samples) != {}


@pytest.mark.parametrize(
    ("content", "message", "tip"),
    [
        (None, "is not a valid record of a job", "name a job's id, its output folder or its cgi-job.json"),
        ({"schema": 2}, "was written by a later version of cgi-runner", "upgrade cgi-runner to read it"),
        ({"schema": 1}, "is a damaged record of a job", "use the job's id instead, and another folder"),
        (
            {"schema": 1, "jobs": {}, "samples": []},
            "is the record of a cohort, expected that of a job",
            "name a folder in its jobs/",
        ),
    ],
)
def test_a_record_that_is_not_understood_is_said_with_its_path(
    content: Any, message: str, tip: str, tmp_path: Path
) -> None:
    """And with what can be done."""
    path = tmp_path / "cgi-job.json"
    path.write_text(json.dumps(content))
    assert catch_failure(lambda: read_record(path)) == (InputError, f"{path} {message}", tip)


@pytest.mark.parametrize("state", State)
def test_which_states_are_the_end(state: State) -> None:
    """Verified results, be the remote job there or deleted."""
    assert state.is_complete is (state.value in {"verified", "deleted"})
    assert state.has_ended is (state.value in {"verified", "deleted", "failed"})


@pytest.mark.parametrize(
    ("service", "version", "kind"),
    [
        ("sandbox", "", "sandbox"),
        ("https://cgi.example.org/api/v1", "v23.12.2-Sandbox", "sandbox"),
        ("https://cgi.example.org/api/v1", "v23.12.2", "CGI"),
        ("https://sandbox.example.org/api/v1", "", "CGI"),
    ],
)
def test_results_that_are_made_up_are_called_so(service: str, version: str, kind: str) -> None:
    """By the service's name in the record, or by what the results say of themselves; not by a host's name."""
    assert service_kind(service, version) == kind
