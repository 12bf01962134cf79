"""Output folders with other files in them: somebody else's stay as they are, the job's own are made whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cgi_runner.errors import (
    InputError,
)
from cgi_runner.job import JobContext, JobRequest, run, submit
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.submissions import posts

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", title="melanoma " * 9)


def test_a_list_that_is_the_jobs_own_is_no_strangers(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """An engine that repeats a step takes the record away and leaves the list: the job is found and goes on."""
    out = tmp_path / "out"
    first = submit(MELANOMA, out, context)
    (out / "cgi-job.json").unlink()
    assert [path.name for path in out.iterdir()] == ["dropped.tsv"]
    assert run(MELANOMA, out, context).job_id == first.job_id
    assert posts(sandbox) == 1


def test_a_list_of_other_rows_is_a_strangers(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """So is anything else of that name: exit code 2, and it stays."""
    out = tmp_path / "out"
    out.mkdir()
    header = "input\tline\tsample\talteration\tstage\treason\n"
    for text in ("", "precious", f"{header}mutations\t7\ts\tx\tnot sent\tbecause\n"):
        (out / "dropped.tsv").write_text(text)
        with pytest.raises(InputError, match=r"holds dropped\.tsv, which is not this job's"):
            submit(MELANOMA, out, context)
        assert (out / "dropped.tsv").read_text() == text
    assert posts(sandbox) == 0


def test_a_folder_is_that_of_one_service(context: JobContext, tmp_path: Path) -> None:
    """The same submission to another service is another job."""
    submit(MELANOMA, tmp_path / "out", context)
    with pytest.raises(InputError, match="another job's record"):
        submit(MELANOMA, tmp_path / "out", replace(context, service="https://elsewhere.example.org"))


RESULTS = {"alterations.tsv", "biomarkers.tsv", "summary.txt", "cgi-results.zip"}


@pytest.mark.parametrize("name", ["alterations.tsv", "summary.txt", "input01.tsv", "dropped.tsv", "cgi-logs.txt"])
def test_a_folder_with_other_results_is_left_alone(
    name: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Files with the names of results and no record are somebody's: exit code 2, before anything is sent."""
    (tmp_path / name).write_text("precious")
    with pytest.raises(InputError, match=name) as failed:
        run(MELANOMA, tmp_path, context)
    assert failed.value.exit_code == 2
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "precious")]
    assert not sandbox.requests


def test_a_folder_with_another_jobs_record_is_left_alone(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Another order never gets into a folder that has one, verified or not."""
    run(MELANOMA, tmp_path, context)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    requests = len(sandbox.requests)
    for fresh in (False, True):
        with pytest.raises(InputError, match="another job's record"):
            run(replace(MELANOMA, cancer_type="BRCA"), tmp_path, context, fresh=fresh)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert len(sandbox.requests) == requests


@pytest.mark.parametrize("content", ["{", '{"schema": 99}', '{"schema": 1, "service": "s", "state": "lost"}'])
def test_a_record_that_is_not_understood_is_left_alone(
    content: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A damaged record, or one of a later version, is neither believed nor overwritten."""
    (tmp_path / "cgi-job.json").write_text(content)
    with pytest.raises(InputError):
        run(MELANOMA, tmp_path, context)
    assert (tmp_path / "cgi-job.json").read_text() == content
    assert not sandbox.requests


def test_results_that_went_missing_are_fetched_again(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """A verified folder that lost a file, or whose archive was changed, is made whole without a new job."""
    run(MELANOMA, tmp_path / "out", context)
    before = {name: (tmp_path / "out" / name).read_bytes() for name in [*RESULTS, "dropped.tsv", "cgi-logs.txt"]}
    for name in before:
        (tmp_path / "out" / name).unlink()
        run(MELANOMA, tmp_path / "out", context)
    (tmp_path / "out" / "cgi-results.zip").write_bytes(b"PK")
    run(MELANOMA, tmp_path / "out", context)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in before} == before
    assert [request.method for request in sandbox.requests].count("POST") == 1
