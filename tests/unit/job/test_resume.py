"""The same command again: no second job for --fresh either, and a list of rows left out that is never out of date."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import JobFailedError, RunnerError, StillRunningError
from cgi_runner.inputs.preparation import list_paths
from cgi_runner.job import JobContext, JobRequest, Record, State, fetch_job, read_record, run, submit
from cgi_runner.job.import_archive import import_archive
from cgi_sandbox import Sandbox
from conftest import SimulatedClock
from support.faults import Fault, Repacked, heal, inject
from support.scripted import DROPPED, Answer

HEADER = "chr\tpos\tref\talt\tsample\n"
BRAF, EGFR, MITOCHONDRIAL = "chr7\t140753336\tA\tT\tp\n", "chr7\t55191822\tT\tG\tp\n", "chrM\t1000\tA\tG\tp\n"


@pytest.fixture
def job_request(tmp_path: Path) -> JobRequest:
    """Ask for two mutations, and one that CGI does not take."""
    path = tmp_path / "mutations.tsv"
    path.write_text(HEADER + BRAF + MITOCHONDRIAL + EGFR)
    return JobRequest({"mutations": path}, "CM", "hg38")


@pytest.fixture
def losing(sandbox: Sandbox) -> None:
    """Have the service skip the rows of EGFR, and not count them."""

    def lose(members: dict[str, bytes]) -> None:
        rows = members["alterations.tsv"].splitlines(keepends=True)
        kept = [row for row in rows if b"\tEGFR\t" not in row]
        members["alterations.tsv"] = b"".join(kept)
        matches = members["biomarkers.tsv"].splitlines(keepends=True)
        members["biomarkers.tsv"] = b"".join(row for row in matches if b"\tEGFR (" not in row)
        analysed = b"Analysed mutations: %d" % (len(kept) - 1)
        summary = re.sub(b"Analysed mutations: [0-9]+", analysed, members["summary.txt"])
        members["summary.txt"] = re.sub(b"Biomarkers in .*\n", b"", summary)

    inject(sandbox, Repacked(lose))


def left_out(out: Path) -> list[tuple[str, ...]]:
    """Return what the list of rows left out says of each: line, alteration, and whether it was sent."""
    with (out / "dropped.tsv").open(newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [(row["line"], row["alteration"], row["stage"]) for row in rows]


def counts(record: Record) -> tuple[int, int]:
    """Return how many mutations were read and not sent."""
    return record.inputs["mutations"]["rows_read"], record.inputs["mutations"]["rows_not_sent"]


WHOLE = [("3", "chrM:1000 A>G", "not sent"), ("4", "chr7:55191822 T>G", "not returned")]


def test_fresh_goes_on_with_its_own_job(
    context: JobContext, clock: SimulatedClock, job_request: JobRequest, tmp_path: Path
) -> None:
    """What a deadline or an engine ended is gone on with; only when it has ended is there another one."""
    run(job_request, tmp_path / "out", context)
    with pytest.raises(StillRunningError):
        run(job_request, tmp_path / "out", replace(context, deadline=5), fresh=True)
    second = read_record(tmp_path / "out" / "cgi-job.json")
    assert submit(job_request, tmp_path / "out", context, fresh=True).job_id == second.job_id
    clock.sleep(100)
    assert run(job_request, tmp_path / "out", context, fresh=True).job_id == second.job_id
    assert len(context.api.list_jobs()) == 2
    assert run(job_request, tmp_path / "out", context, fresh=True).job_id != second.job_id
    assert len(context.api.list_jobs()) == 3


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_fresh_submission_that_was_broken_off_is_not_repeated(
    carried_out: bool, context: JobContext, sandbox: Sandbox, job_request: JobRequest, tmp_path: Path
) -> None:
    """Its job is looked for, and none that was there before is taken for it."""
    first = submit(job_request, tmp_path / "before", context)
    lost, away = Fault(DROPPED, "POST", carried_out=carried_out), Fault(Answer("", 503), "GET", times=99)
    posts: list[str] = []

    def strike(environ: Any, start_response: Any, app: Any) -> Any:
        """Let nothing be heard of the service from the submission on, so that the command ends in doubt."""
        posts.extend([environ["REQUEST_METHOD"]] if environ["REQUEST_METHOD"] == "POST" else [])
        fault = lost if environ["REQUEST_METHOD"] == "POST" else away
        return fault(environ, start_response, app) if posts else app(environ, start_response)

    inject(sandbox, strike)
    with pytest.raises(RunnerError) as failed:
        submit(job_request, tmp_path / "out", context, fresh=True)
    assert failed.value.exit_code == 7
    assert read_record(tmp_path / "out" / "cgi-job.json").ignored_jobs == [first.job_id]
    heal(sandbox)
    again = submit(job_request, tmp_path / "out", context, fresh=True)
    assert context.api.list_jobs() == [first.job_id, again.job_id]


def test_fresh_submits_anew_what_has_vanished(context: JobContext, job_request: JobRequest, tmp_path: Path) -> None:
    """Somebody has deleted the job of --fresh at CGI: that is told once, and then there is another."""
    gone = submit(job_request, tmp_path / "out", context, fresh=True)
    context.api.delete(gone.job_id)
    with pytest.raises(JobFailedError, match="no longer in the account"):
        run(job_request, tmp_path / "out", context, fresh=True)
    assert run(job_request, tmp_path / "out", context, fresh=True).state is State.VERIFIED


@pytest.mark.usefixtures("losing")
def test_rows_that_a_file_has_gained_are_listed(context: JobContext, job_request: JobRequest, tmp_path: Path) -> None:
    """They are not sent, so that the job stays the same; they are not lost without a word all the same."""
    out, path = tmp_path / "out", list_paths(job_request.sources["mutations"])[0]
    run(job_request, out, context)
    assert left_out(out) == WHOLE
    path.write_text(path.read_text() + MITOCHONDRIAL.replace("1000", "2000"))
    record = run(job_request, out, context)
    more = ("5", "chrM:2000 A>G", "not sent")
    assert left_out(out) == [WHOLE[0], more, WHOLE[1]]
    assert (counts(record), record.not_sent) == ((4, 2), {"CGI takes no mitochondrial variants": 2})
    assert read_record(out / "cgi-job.json") == record
    assert len(context.api.list_jobs()) == 1
    path.write_text(f"{HEADER}{BRAF}\n{EGFR}")
    assert counts(submit(job_request, out, context)) == (2, 0)
    assert left_out(out) == WHOLE[1:]


def test_rows_gained_while_the_job_is_at_work(context: JobContext, job_request: JobRequest, tmp_path: Path) -> None:
    """The record and the list agree."""
    path = list_paths(job_request.sources["mutations"])[0]
    submit(job_request, tmp_path / "out", context)
    path.write_text(path.read_text() + MITOCHONDRIAL.replace("1000", "2000"))
    record = run(job_request, tmp_path / "out", context)
    assert (counts(record), len(left_out(tmp_path / "out"))) == ((4, 2), 2)


@pytest.mark.usefixtures("losing")
@pytest.mark.parametrize("harm", ["gone", "empty"])
def test_a_list_that_has_suffered_is_made_anew(
    harm: str, context: JobContext, job_request: JobRequest, tmp_path: Path
) -> None:
    """From the files that are there, without asking the service, where the job may be deleted."""
    out = tmp_path / "out"
    run(job_request, out, context, delete=True)
    (out / "dropped.tsv").unlink()
    if harm == "empty":
        (out / "dropped.tsv").touch()
    assert run(job_request, out, context, delete=True).state is State.DELETED
    assert left_out(out) == WHOLE


@pytest.mark.usefixtures("losing")
def test_what_cannot_be_listed_any_more_is_told(
    context: JobContext, job_request: JobRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Who fetches does not know the inputs: rows that were not sent are lost with their list, and that is said."""
    out = tmp_path / "out"
    record = run(job_request, out, context)
    (out / "dropped.tsv").unlink()
    fetch_job(record, None, out, context)
    assert left_out(out) == WHOLE[1:]
    assert "dropped.tsv lists 0 of 1 rows that were not sent" in caplog.text
    (out / "dropped.tsv").unlink()
    import_archive(out / "cgi-results.zip", out)
    assert left_out(out) == WHOLE[1:]
