"""Fetching results: whole and verified, or nothing of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.config import RetryPolicy
from cgi_runner.errors import (
    CredentialsError,
    JobFailedError,
    ResultsError,
    RunnerError,
    ServiceError,
)
from cgi_runner.job import JobContext, JobRequest, Record, State, fetch_job, read_record, run, submit
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from support.archives import JOB, zip_bytes
from support.failures import catch_failure
from support.faults import Fault, heal, inject
from support.scripted import DROPPED, Answer, finished_job, serving

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")
RESULTS = {"alterations.tsv", "biomarkers.tsv", "summary.txt", "cgi-results.zip"}
GOOD = zip_bytes(("alterations.tsv", b"Gene\n" * 1000), ("biomarkers.tsv", b"BioM\n"))


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Answer("", 401), CredentialsError, 4),
        (Answer({"error_code": "403"}), CredentialsError, 4),
        (Answer("", 404), ServiceError, 7),
        (Answer({"error_code": 404}), ServiceError, 7),
        (Answer("", 400), ServiceError, 7),
        (Answer("", 500), ServiceError, 7),
        (DROPPED, ServiceError, 7),
        (Answer("", 302, {"Location": "https://storage.example.org/signed"}), ServiceError, 7),
    ],
)
def test_a_download_that_is_refused(
    answer: Answer, kind: type[RunnerError], code: int, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Each refusal has its exit code; the record stays, and the same command goes on later."""
    inject(sandbox, Fault(answer, "GET", "download", times=99))
    with pytest.raises(kind) as failed:
        run(MELANOMA, tmp_path / "out", context)
    assert failed.value.exit_code == code
    heal(sandbox)
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED


def test_results_that_are_not_there_yet_are_asked_for_again(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Done and fetchable need not be the same moment."""
    inject(sandbox, Fault(Answer("", 404), "GET", "download", times=3))
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED


def test_results_of_a_job_that_is_deleted_meanwhile(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """It is no longer listed, say several looks over a minute; the tip says what helps."""
    inject(sandbox, "download vanish")
    with pytest.raises(JobFailedError, match="no longer has the results of job") as failed:
        run(MELANOMA, tmp_path / "out", context)
    assert "--fresh" in failed.value.tip
    assert [request.action for request in sandbox.requests].count("download") == 6


def test_one_stale_answer_after_other_failures_is_no_proof_that_a_job_is_gone(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Neither listed nor there at the last try: nobody is told to submit it anew, and the same command goes on."""
    inject(sandbox, "download 503 times=5", "download stale", "list stale skip=1 times=9")
    with pytest.raises(ServiceError, match="when last asked") as failed:
        run(MELANOMA, tmp_path / "out", context)
    assert (failed.value.exit_code, "--fresh" in failed.value.tip) == (7, False)
    heal(sandbox)
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED
    assert [request.method for request in sandbox.requests].count("POST") == 1


def test_a_pause_asked_for_while_fetching_is_kept(
    context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """Retry-After counts for downloads, too."""
    inject(sandbox, Fault(Answer("", 429, {"Retry-After": "33"}), "GET", "download"))
    run(MELANOMA, tmp_path / "out", context)
    assert clock.sleeps[-1] == 33


@pytest.fixture
def fetched(context: JobContext, tmp_path: Path) -> Callable[[str], Record]:
    """Return a function that fetches a job, known by its id only, from a scripted service."""

    def fetch(url: str) -> Record:
        record = Record(context.service, job_id="c22ecf2af788d65ec257")
        assert isinstance(context.api, CgiClient)
        session = context.api._session
        session.service = replace(session.service, url=url)
        return fetch_job(record, None, tmp_path / "out", context)

    return fetch


@pytest.mark.parametrize("length", [len(GOOD) + 10, len(GOOD) - 10, None])
def test_a_transfer_that_breaks_off(length: int | None, fetched: Callable[[str], Record], tmp_path: Path) -> None:
    """More announced than sent, less announced than sent, or nothing announced and half sent: exit code 6."""
    body = GOOD if length else GOOD[:-30]
    answer = finished_job(lambda: Answer(iter([body]), length=length))
    with serving(answer) as server, pytest.raises(ResultsError) as failed:
        fetched(server.url)
    assert failed.value.exit_code == 6
    assert not RESULTS & {path.name for path in tmp_path.rglob("*")}
    if length and length > len(GOOD):
        assert f"was cut off after {len(GOOD)} of {length} bytes" in failed.value.message


def test_a_transfer_without_end_is_stopped(
    fetched: Callable[[str], Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is not filled by a service that never stops sending."""
    monkeypatch.setattr("cgi_runner.job.download._MAX_ARCHIVE", 1_000_000)

    def endless() -> Iterator[bytes]:
        while True:
            yield b"P" * 65536

    with (
        serving(finished_job(lambda: Answer(endless()))) as server,
        pytest.raises(ResultsError, match="larger than any"),
    ):
        fetched(server.url)
    assert {path.name for path in tmp_path.rglob("*")} == {"out", "cgi-job.json", "cgi-logs.txt"}


def test_a_good_transfer_from_the_id_alone(fetched: Callable[[str], Record], tmp_path: Path) -> None:
    """An archive that does not name its job, of which nothing else is known, is taken."""
    with serving(finished_job(lambda: Answer(GOOD))) as server:
        assert fetched(server.url).state is State.VERIFIED
    assert (tmp_path / "out" / "alterations.tsv").read_bytes() == b"Gene\n" * 1000


def test_a_job_is_collected_into_another_folder(context: JobContext, tmp_path: Path) -> None:
    """Submitted here, fetched there: the list of rows that were not sent goes along."""
    submitted = submit(MELANOMA, tmp_path / "here", context)
    record = fetch_job(read_record(tmp_path / "here" / "cgi-job.json"), tmp_path / "here", tmp_path / "there", context)
    assert record.job_id == submitted.job_id
    assert record.state is State.VERIFIED
    assert (tmp_path / "there" / "dropped.tsv").read_text() == (tmp_path / "here" / "dropped.tsv").read_text()
    again = fetch_job(read_record(tmp_path / "there" / "cgi-job.json"), tmp_path / "there", tmp_path / "third", context)
    assert (tmp_path / "third" / "summary.txt").read_text() == (tmp_path / "there" / "summary.txt").read_text()
    assert again.archive == record.archive


def test_a_collection_that_comes_to_nothing_leaves_no_trace(context: JobContext, tmp_path: Path) -> None:
    """After a deadline the new folder is not there, so that the same command works later."""
    submit(MELANOMA, tmp_path / "here", context)
    record = read_record(tmp_path / "here" / "cgi-job.json")
    with pytest.raises(RunnerError):
        fetch_job(record, tmp_path / "here", tmp_path / "there", replace(context, deadline=0))
    assert not (tmp_path / "there").exists()
    assert fetch_job(record, tmp_path / "here", tmp_path / "there", context).state is State.VERIFIED


def test_the_account_in_a_log_of_the_services_is_masked(
    context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """Even a service that writes the account into the job's log does not get it onto the disk."""
    from cgi_runner.redaction import register_secret

    register_secret(CREDENTIALS.email, CREDENTIALS.token)
    lines = [f"job of {CREDENTIALS.email.upper()} with {CREDENTIALS.token}"]
    inject(sandbox, Fault(Answer({"status": "Done", "logs": lines}), "GET", "logs"))
    submit(MELANOMA, tmp_path / "out", context)
    clock.sleep(20)
    run(MELANOMA, tmp_path / "out", context)
    assert (tmp_path / "out" / "cgi-logs.txt").read_text() == "job of ***** with *****\n"


ANEW = "does it belong to another account? if it was deleted, --fresh submits it again"


def test_a_download_that_comes_to_nothing_says_why(
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
    said: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Gone, without end, or broken off; and before that, that it is fetched again."""
    record = submit(MELANOMA, tmp_path / "out", context)
    again = replace(context, retry_policy=RetryPolicy(attempts=2))
    for answer, kind, message, tip in (
        (
            Answer("PK" * 600),
            ResultsError,
            f"the archive of job {record.job_id} is larger than any of CGI's: 1200 bytes",
            "is --api-url right? if it is, look at the job on CGI's web site",
        ),
        (Answer("PK"), ResultsError, "the archive is corrupt: File is not a zip file", None),
    ):
        monkeypatch.setattr("cgi_runner.job.download._MAX_ARCHIVE", 1199)
        inject(sandbox, Fault(answer, "GET", "download", times=9), instead=True)
        found = catch_failure(lambda: run(MELANOMA, tmp_path / "out", again))
        assert found[:2] == (kind, message)
        assert tip is None or found[2] == tip
        if kind is ResultsError:
            assert said()[-1] == f"{message}; fetching it again"
    monkeypatch.setattr("cgi_runner.job.download._MAX_ARCHIVE", 1200)
    inject(sandbox, Fault(Answer("PK" * 600), "GET", "download", times=9), instead=True)
    assert (
        catch_failure(lambda: run(MELANOMA, tmp_path / "out", again))[1]
        == "the archive is corrupt: File is not a zip file"
    )
    inject(sandbox, "download vanish", instead=True)
    assert catch_failure(lambda: run(MELANOMA, tmp_path / "out", again)) == (
        JobFailedError,
        f"CGI no longer has the results of job {record.job_id}",
        ANEW,
    )


@pytest.mark.parametrize(("length", "whole"), [(900, " of 900"), (None, "")])
def test_a_transfer_that_breaks_off_says_how_far_it_came(
    length: int | None, whole: str, context: JobContext, tmp_path: Path
) -> None:
    """Of how many bytes, if that was announced."""
    done = Answer({"status": "Done", "logs": []})

    def cut(seen: Any) -> Answer:
        if "download" not in seen.path:
            return done
        chunked = Answer(iter([b"a\r\n" + b"P" * 10 + b"\r\n"]), headers={"Transfer-Encoding": "chunked"})
        return Answer(iter([b"P" * 10]), length=length) if length else chunked

    with serving(cut) as server:
        assert isinstance(context.api, CgiClient)
        session = context.api._session
        session.service = replace(session.service, url=server.url)
        assert catch_failure(
            lambda: fetch_job(Record(context.service, job_id=JOB), None, tmp_path / "out", context)
        ) == (
            ResultsError,
            f"the archive of job {JOB} was cut off after 10{whole} bytes",
            "run the command again",
        )
