"""The life of a job, over real HTTP on a simulated clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.errors import InputError, RowsMissingError
from cgi_runner.inputs import Prepared
from cgi_runner.job import JobContext, JobRequest, Record, State, read_record, run, submit
from cgi_runner.job.lifecycle import wait
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from support.faults import Fault, inject
from support.scripted import DROPPED, HTML, Answer, serving

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")


def test_a_job_comes_home_whole(context: JobContext, tmp_path: Path) -> None:
    """A run ends with verified files and a record that says so."""
    record = run(MELANOMA, tmp_path / "out", context)
    assert record.state is State.VERIFIED
    assert "BRAF" in (tmp_path / "out" / "alterations.tsv").read_text(encoding="utf-8")
    assert record.rows["mutations"]["not_returned"] == 0


def test_sixteen_seconds_take_twelve_requests_at_most(
    context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """A short job is noticed within four seconds of its end and costs few requests."""
    run(MELANOMA, tmp_path / "out", context)
    assert clock.seconds <= 20
    assert len(sandbox.requests) <= 12


def test_the_same_command_again_asks_nothing(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Once the results are verified, a second run neither submits nor fetches."""
    run(MELANOMA, tmp_path / "out", context)
    before = len(sandbox.requests)
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED
    assert len(sandbox.requests) == before


def test_another_folder_adopts_the_job(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """An engine that repeats a step in an empty folder finds the job of the first attempt."""
    first = run(MELANOMA, tmp_path / "one", context)
    second = run(MELANOMA, tmp_path / "two", context)
    assert second.job_id == first.job_id
    assert second.adopted
    assert [method for method, *_ in sandbox.requests].count("POST") == 1


TOKEN, EMAIL = "5ec2e75ec2e75ec2e75e", "steward.of.data@hospital.example.org"
ECHO = f"you are {EMAIL.upper()} with {TOKEN}"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer({"error_code": 500, "message": ECHO}), 7),
        (Answer(ECHO, 401), 4),
        (Answer(HTML.replace("soon", ECHO)), 7),
        (Answer("", 302, {"Location": f"https://elsewhere.example.org/{TOKEN}"}), 7),
        (Answer(["../odd"]), 7),
    ],
    ids=["error", "refused", "page", "redirect", "odd"],
)
def test_nothing_that_the_command_says_or_keeps_holds_the_account(answer: Answer, code: int, tmp_path: Path) -> None:
    """A service that echoes the account gets it into no message, no traceback of --debug, and no file."""
    command = ["--debug", "run", "--mutations", str(EXAMPLES / "mutations.tsv"), "--cancer-type", "CM"]
    command += ["--reference", "hg38"]
    environ = {"PATH": os.environ["PATH"], "CGI_EMAIL": EMAIL, "CGI_TOKEN": TOKEN, "HOME": str(tmp_path / "home")}
    # Pauses are cut short, since this is a process with a clock of its own.
    program = "import time; time.sleep = lambda _: None; from cgi_runner.cli import main; main()"
    with serving([answer]) as server:
        done = subprocess.run(
            [sys.executable, "-c", program, *command, "--output", str(tmp_path / "out"), "--api-url", server.url],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert server.requests[0].headers["Authorization"] == f"{EMAIL} {TOKEN}"
    assert done.returncode == code, done.stderr
    assert "Traceback" in done.stderr
    kept = [text for path in tmp_path.rglob("*") for text in (str(path), path.read_text() if path.is_file() else "")]
    for text in (done.stdout, done.stderr, *kept):
        assert TOKEN not in text.lower()
        assert EMAIL not in text.lower()
    assert {path.name for path in tmp_path.iterdir()} <= {"home"}  # where locks and notes of jobs lie


def test_without_debug_a_failure_is_two_lines(tmp_path: Path) -> None:
    """One line says what is wrong, one what to do; there is no traceback."""
    command = ["run", "--mutations", str(EXAMPLES / "mutations.tsv"), "--cancer-type", "cgi:CM"]
    command += ["--output", str(tmp_path), "--reference", "hg38"]
    environ = {"PATH": os.environ["PATH"], "CGI_EMAIL": EMAIL, "CGI_TOKEN": TOKEN}
    program = "import time; time.sleep = lambda _: None; from cgi_runner.cli import main; main()"
    with serving([DROPPED]) as server:
        done = subprocess.run(
            [sys.executable, "-c", program, "-q", *command, "--api-url", server.url],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 7
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["ERROR", "TIP"]


def test_the_record_tells_what_became_of_everything(context: JobContext, tmp_path: Path) -> None:
    """States with times, a checksum and counts for each input, CGI's version, and no secret."""
    run(MELANOMA, tmp_path / "out", context, delete=True)
    record = json.loads((tmp_path / "out" / "cgi-job.json").read_text())
    states = ["prepared", "submitting", "waiting", "done", "fetching", "verified", "deleted"]
    assert list(record["times"]) == states
    assert record["inputs"]["mutations"]["rows_sent"] == record["rows"]["mutations"]["sent"]
    assert len(record["inputs"]["mutations"]["sha256"]) == 64
    assert record["cgi"]["version"]
    assert record["title"] == f"[cgi-runner {record['fingerprint']}] first"
    assert not context.api.list_jobs()


STOPS = {"submitting": ("POST", ""), "waiting": ("GET", "logs"), "fetching": ("GET", "download")}


@pytest.mark.parametrize("moment", STOPS)
def test_whoever_stops_it_is_told_what_becomes_of_the_job(
    moment: str,
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """At any step Ctrl-C leaves the remote job alone, and the same command goes on with it."""
    clock, sleep = context.clock, context.clock.sleep
    inject(sandbox, Fault(Answer("", 503), *STOPS[moment], carried_out=True))
    said = "stopped while submitting" if moment == "submitting" else "keeps running at CGI"

    def stop(seconds: float) -> None:
        if STOPS[moment] in {(request.method, request.action) for request in sandbox.requests}:
            raise KeyboardInterrupt
        sleep(seconds)

    monkeypatch.setattr(clock, "sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        run(MELANOMA, tmp_path / "out", context)
    assert caplog.text.count(said) == 1
    monkeypatch.setattr(clock, "sleep", sleep)
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED
    assert len(context.api.list_jobs()) == 1


def test_stopped_before_anything_was_sent_leaves_nothing(
    context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while the service is being reached takes the folder away again."""
    inject(sandbox, Fault(DROPPED, "GET", times=9))
    monkeypatch.setattr(clock, "sleep", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run(MELANOMA, tmp_path / "out", context)
    assert not (tmp_path / "out").exists()


def test_waiting_alone_tells_the_id_when_stopped(
    context: JobContext, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The job that was waited for is named."""
    job_id = context.api.submit({"cancer_type": "CM"}, {"mutations": EXAMPLES / "mutations.tsv"})
    monkeypatch.setattr(clock, "sleep", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        wait(job_id, context)
    assert f"job {job_id} keeps running at CGI" in caplog.text


def test_missing_rows_are_an_error_only_if_asked(context: JobContext, tmp_path: Path) -> None:
    """With --strict, exit code 9 comes after the verified results, which stay."""
    out = tmp_path / "out"
    run(MELANOMA, out, context)
    assert run(MELANOMA, out, context, strict=True).state is State.VERIFIED
    record = json.loads((out / "cgi-job.json").read_text())
    record["rows"]["mutations"]["not_returned"] = 2
    (out / "cgi-job.json").write_text(json.dumps(record))
    with pytest.raises(RowsMissingError, match="2 rows") as failed:
        run(MELANOMA, out, context, strict=True)
    assert failed.value.exit_code == 9
    assert read_record(out / "cgi-job.json").state is State.VERIFIED


@pytest.mark.parametrize("name", ["alterations.tsv", "summary.txt", "cgi-logs.txt"])
def test_results_of_a_deleted_job_come_back_from_their_archive(
    name: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Nobody else has them any more, so the service is not even asked."""
    out = tmp_path / "out"
    run(MELANOMA, out, context, delete=True)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    requests = len(sandbox.requests)
    for damage in ("edited", "gone"):
        if damage == "gone" or name == "cgi-logs.txt":
            (out / name).unlink()
            before["cgi-logs.txt"] = b"" if name == "cgi-logs.txt" else before["cgi-logs.txt"]
        else:
            (out / name).write_bytes(before[name].swapcase())
        assert run(MELANOMA, out, context).state is State.DELETED
        assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert len(sandbox.requests) == requests


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault(DROPPED, "DELETE", carried_out=True), State.DELETED),
        (Fault(Answer("", 404), "DELETE", times=99), State.VERIFIED),
        (Fault(Answer("", 400), "DELETE", times=99), State.VERIFIED),
    ],
)
def test_failing_to_delete_is_a_warning(
    fault: Fault, state: State, context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The results are here, whatever becomes of the remote job; it is deleted when it is no longer listed."""
    inject(sandbox, fault)
    assert run(MELANOMA, tmp_path / "out", context, delete=True).state is state
    assert ("is not deleted at CGI: deleting it failed" in caplog.text) is (state is State.VERIFIED)


@pytest.mark.parametrize("command", [run, submit])
def test_whoever_reviews_a_submission_can_keep_it_from_being_sent(
    command: Callable[..., Record], context: JobContext, tmp_path: Path
) -> None:
    """It sees what was prepared, before anything leaves the machine."""
    seen: list[int] = []

    def refuse(prepared: Prepared) -> None:
        seen.extend(file.rows_sent for file in prepared.files)
        raise InputError("not these")

    with pytest.raises(InputError, match="not these"):
        command(MELANOMA, tmp_path / "out", context, review=refuse)
    assert seen == [8]
    assert context.api.list_jobs() == []
