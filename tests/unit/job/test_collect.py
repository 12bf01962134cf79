"""Results collected once: what is shown meanwhile, and what --strict makes of missing rows."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import ResultsError, RunnerError
from cgi_runner.files import atomic_write
from cgi_runner.job import JobContext, JobRequest, State, fetch_job, read_record, run, submit
from cgi_runner.job.import_archive import import_archive
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.faults import Fault, Repacked, heal, inject
from support.progress import RecordedProgress
from support.scripted import Answer

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")


def test_the_screen_is_told_what_has_arrived(context: JobContext, tmp_path: Path) -> None:
    """So many bytes of so many, and then it is cleared."""
    progress = RecordedProgress()
    run(MELANOMA, tmp_path / "out", replace(context, progress=progress))
    size = (tmp_path / "out" / "cgi-results.zip").stat().st_size
    assert progress.told[0] == ("waiting", 0, 2, "submitted")
    received = [told for told in progress.told if told[0] == "received"]
    assert received[-1] == ("received", size, size)
    assert progress.told[-1] == ("clear",)


def test_a_folder_that_was_collected_is_collected_once(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """The second time nothing is asked; from another folder's record neither state nor files are taken over."""
    run(MELANOMA, tmp_path / "one", context)
    record = read_record(tmp_path / "one" / "cgi-job.json")
    second = fetch_job(record, tmp_path / "one", tmp_path / "two", context)
    assert list(second.times)[-3:] == ["done", "fetching", "verified"]
    before = len(sandbox.requests)
    assert fetch_job(record, tmp_path / "one", tmp_path / "two", context).state is State.VERIFIED
    assert len(sandbox.requests) == before


def test_a_collection_can_be_strict(context: JobContext, tmp_path: Path) -> None:
    """Rows that did not come back are an error only if that was asked for; what lay elsewhere is no result of here."""
    record = run(MELANOMA, tmp_path / "one", context)
    foreign = replace(record, archive={"members": ["alterations.tsv"]})
    second = fetch_job(foreign, tmp_path / "one", tmp_path / "two", context, strict=True)
    second.rows["mutations"]["not_returned"] = 1
    atomic_write(tmp_path / "two" / "cgi-job.json", json.dumps(second.as_json()))
    assert fetch_job(record, None, tmp_path / "two", context).job_id == record.job_id
    with pytest.raises(RunnerError) as failed:
        fetch_job(record, None, tmp_path / "two", context, strict=True)
    assert failed.value.exit_code == 9


@pytest.mark.parametrize("table", ["alterations.tsv", "biomarkers.tsv"])
def test_a_table_that_breaks_off_is_told_and_keeps_the_job(
    table: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The service stopped within the last row, and the archive is intact: a warning, and the job is not deleted."""

    def cut(members: dict[str, bytes]) -> None:
        *whole, last = members[table].splitlines(keepends=True)
        members[table] = b"".join([*whole, last[: last.rindex(b"\t", 0, -20)]])

    inject(sandbox, Repacked(cut))
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert f"{table} is cut off within its last row" in record.warnings
    assert (record.state, context.api.list_jobs()) == (State.VERIFIED, [record.job_id])


def test_a_table_without_a_final_newline_is_whole(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """All cells are there: nothing is said, and the job is deleted."""

    def bare(members: dict[str, bytes]) -> None:
        for table in ("alterations.tsv", "biomarkers.tsv"):
            members[table] = members[table].rstrip(b"\n")

    inject(sandbox, Repacked(bare))
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert record.state is State.DELETED
    assert not [warning for warning in record.warnings if "breaks off" in warning]


def test_positions_that_are_written_as_decimal_numbers_are_the_same(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """As tables of numbers write them that have an empty cell (CGI does so with `Resist.`): all rows are returned."""

    def decimal(members: dict[str, bytes]) -> None:
        members["alterations.tsv"] = re.sub(rb"(\t[0-9]{5,})\t", rb"\1.0\t", members["alterations.tsv"])

    inject(sandbox, Repacked(decimal))
    record = run(MELANOMA, tmp_path / "out", context)
    assert record.rows["mutations"]["not_returned"] == 0
    assert record.rows["mutations"]["sent"] == record.rows["mutations"]["returned"] > 0


@pytest.mark.parametrize(
    ("logs", "kept", "is_known"),
    [
        ("one\ntwo\n", "one\ntwo\n", True),
        (["one\n", "two"], "one\ntwo\n", True),
        (None, "", False),
        ({"step 1": "one"}, '{"step 1": "one"}\n', False),
        (5, "5\n", False),
    ],
    ids=["one text", "a list", "null", "an object", "a number"],
)
def test_a_log_of_another_shape_is_kept_as_it_came(
    logs: Any, kept: str, is_known: bool, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """It alone says why rows were left out: where there is none, that is told, and the job stays at CGI."""
    submit(MELANOMA, tmp_path / "out", context)
    context.clock.sleep(20)
    inject(sandbox, Fault(Answer({"status": "Done", "logs": logs}), "GET", "logs"))
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert (tmp_path / "out" / "cgi-logs.txt").read_text() == kept
    assert record.state is (State.DELETED if is_known else State.VERIFIED)
    assert any("no log of the job" in warning for warning in record.warnings) is not is_known


def test_an_intact_archive_without_tables_is_kept_until_there_are_results(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The tables may lie within it in a way that nobody has seen; the same command again may do better."""

    def packed_twice(members: dict[str, bytes]) -> None:
        members["all.zip"] = b"".join(map(members.pop, [*members]))

    inject(sandbox, Repacked(packed_twice))
    out = tmp_path / "out"
    with pytest.raises(ResultsError, match="holds no table of results, but all"):
        run(MELANOMA, out, context)
    with zipfile.ZipFile(out / "cgi-results.refused.zip") as kept:
        assert kept.namelist() == ["all.zip"]
    with pytest.raises(ResultsError):
        import_archive(out / "cgi-results.refused.zip", tmp_path / "saved")
    assert not (tmp_path / "saved" / "cgi-results.refused.zip").exists()
    heal(sandbox)
    assert run(MELANOMA, out, context).state is State.VERIFIED
    assert not (out / "cgi-results.refused.zip").exists()
