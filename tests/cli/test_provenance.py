"""Each record says which account, build, version of CGI and kind of service its results are of, however they came."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.archives import make_generation, write_zip
from support.cli import Outcome, cgi_runner

EMAIL = "biologist@example.org"
INPUTS = ("--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "CM")


@pytest.fixture
def service(without_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Serve a sandbox at an address of its own, whose jobs are done at once."""
    del without_waiting
    with Sandbox(duration=0) as served:
        monkeypatch.setenv("CGI_EMAIL", EMAIL)
        monkeypatch.setenv("CGI_TOKEN", "deadbeefdeadbeefdead")
        monkeypatch.setenv("CGI_API_URL", served.url)
        yield served


def done(outcome: Outcome) -> Outcome:
    """Return an outcome that is a success."""
    assert outcome.code == 0, outcome.err
    return outcome


def records(folder: Path) -> dict[str, Any]:
    """Return the records below a folder, by their place."""
    return {str(path.parent.relative_to(folder)): json.loads(path.read_text()) for path in folder.rglob("cgi-job.json")}


def test_every_record_says_of_what_its_results_are(service: Sandbox, tmp_path: Path) -> None:
    """A run, a job that was adopted, one that was fetched by its id, a cohort's jobs and each of its samples."""
    done(cgi_runner("run", *INPUTS, "-o", tmp_path / "run"))
    done(cgi_runner("run", *INPUTS, "-o", tmp_path / "adopted"))
    job_id = records(tmp_path)["run"]["job_id"]
    done(cgi_runner("fetch", job_id, "-o", tmp_path / "fetched"))
    done(cgi_runner("cohort", *INPUTS, "-o", tmp_path / "cohort"))
    found = records(tmp_path)
    samples = {json.loads((tmp_path / "cohort/cohort.json").read_text())["samples"][0]["folder"]}
    assert {"run", "adopted", "fetched", "cohort/jobs/01", *(f"cohort/{name}" for name in samples)} <= found.keys()
    account = hashlib.sha256(EMAIL.encode()).hexdigest()[:16]
    for place, record in found.items():
        assert record["account"] == account, place
        assert record["service_kind"] == "sandbox", place
        assert record["reference"] == "hg38", place
        assert "sandbox" in record["cgi"]["version"], place
        assert record["service"] == service.url, place


@pytest.mark.usefixtures("without_waiting")
def test_a_sandbox_inside_a_command_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its results say."""
    monkeypatch.setenv("CGI_SANDBOX_DURATION", "0")
    done(cgi_runner("run", "--sandbox", *INPUTS, "-o", tmp_path / "run"))
    assert records(tmp_path)["run"]["service_kind"] == "sandbox"


def test_an_archive_of_cgi_is_no_sandbox(tmp_path: Path) -> None:
    """Nothing is known of the account, and that is said by an empty text."""
    done(
        cgi_runner(
            "fetch", "--archive", write_zip(make_generation("2d"), tmp_path / "saved.zip"), "-o", tmp_path / "saved"
        )
    )
    record = records(tmp_path)["saved"]
    assert (record["service_kind"], record["account"], record["cgi"]["version"]) == ("CGI", "", "v23.12.2")


def test_adoption_says_of_when_the_job_is_and_of_which_version(service: Sandbox, tmp_path: Path) -> None:
    """On screen and in the record; and that another run submitted it."""
    done(cgi_runner("run", *INPUTS, "-o", tmp_path / "one"))
    outcome = done(cgi_runner("run", *INPUTS, "-o", tmp_path / "two"))
    record = records(tmp_path)["two"]
    assert record["submitted"]
    assert outcome.out.startswith(f"CGI {record['cgi']['version']}, job {record['job_id']}")
    assert f"  submitted: {record['submitted']} UTC, by another run\n" in outcome.out
    assert [method for method, *_ in service.requests].count("POST") == 1


@pytest.mark.parametrize("command", ["run", "cohort"])
def test_a_job_that_is_not_deleted_is_told_of_last(command: str, service: Sandbox, tmp_path: Path) -> None:
    """The last line and the record say why, and how to delete it."""
    done(cgi_runner(command, *INPUTS, "-o", tmp_path / "one"))
    outcome = done(cgi_runner(command, *INPUTS, "-o", tmp_path / "two", "--delete"))
    record = next(record for place, record in records(tmp_path / "two").items() if record["not_deleted"])
    assert "not deleted at CGI" in outcome.messages[-1]
    assert f"cgi-runner delete {record['job_id']}" in outcome.messages[-1]
    assert len(service.requests) > 0
