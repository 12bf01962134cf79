"""What a job's life says on its way, word for word: on the screen, in errors and in the record."""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archives.generations import JOB, generation, zipped
from cgi_runner import __version__
from cgi_runner.api import Api, JobLog, Status
from cgi_runner.errors import (
    AccountFullError,
    InputError,
    JobFailedError,
    ResultsError,
    RowsMissingError,
    RunnerError,
    StillRunningError,
)
from cgi_runner.http import Session
from cgi_runner.job import Desk, Record, State, Wish, collect, read_record, run, submit
from cgi_runner.job.finish import fail_if_missing
from cgi_runner.job.life import wait
from cgi_runner.job.offline import read_archive
from cgi_runner.job.wait import failed
from cgi_runner.sandbox import Sandbox
from cgi_runner.sandbox.faults import FaultPlan, parse
from cgi_runner.settings import Patience, Service
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from scripted import DROPPED, Answer, Fault, serving

MELANOMA = Wish({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")
CHOOSE = "choose another --output"
ANEW = "was it another account's? if it was deleted, --fresh submits it anew"


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what the runner has said so far, without CGI's own lines."""
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("cgi_runner.job")]
    return [line for line in ours if not line.startswith("CGI: ")]


@pytest.fixture(autouse=True)
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Give a function that tells what was said."""
    caplog.set_level(logging.INFO)
    return lambda: told(caplog)


def failure(call: Callable[[], object]) -> tuple[type[RunnerError], str, str]:
    """Give kind, sentence and tip of the failure with which a call ends."""
    with pytest.raises(RunnerError) as raised:
        call()
    return type(raised.value), raised.value.message, raised.value.tip


def test_a_run_says_what_it_does(desk: Desk, tmp_path: Path, said: Callable[[], list[str]]) -> None:
    """What is sent, which job it is, what became of it; and where the results are if they were there already."""
    record = run(MELANOMA, tmp_path / "out", desk, delete=True)
    assert said() == [
        f"prepared {record.inputs['mutations']['rows_sent']} mutations",
        f"job {record.job_id}",
        f"job {record.job_id} is deleted at CGI",
    ]
    run(MELANOMA, tmp_path / "out", desk)
    assert said()[3:] == [f"the verified results are in {tmp_path / 'out'} already"]


def test_several_inputs_are_named_together(desk: Desk, tmp_path: Path, said: Callable[[], list[str]]) -> None:
    """With the rows of each."""
    submit(replace(MELANOMA, sources={**MELANOMA.sources, "cnas": EXAMPLES / "cnas.tsv"}), tmp_path / "out", desk)
    record = read_record(tmp_path / "out" / "cgi-job.json")
    rows = {kind: about["rows_sent"] for kind, about in record.inputs.items()}
    assert said()[0] == f"prepared {rows['mutations']} mutations, {rows['cnas']} cnas"


def test_an_adopted_job_is_told_with_its_state(desk: Desk, tmp_path: Path, said: Callable[[], list[str]]) -> None:
    """Nothing is sent, and the user learns why."""
    first = submit(MELANOMA, tmp_path / "one", desk)
    submit(MELANOMA, tmp_path / "two", desk)
    assert said()[-2:] == [f"found this job in the account: {first.job_id} (Running)", f"job {first.job_id}"]


def test_a_lost_answer_is_told_and_what_came_of_it(
    desk: Desk, sandbox: Sandbox, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    """First the doubt, then its end."""
    sandbox.interceptors.append(Fault(DROPPED, "POST", carried_out=True))
    record = submit(MELANOMA, tmp_path / "out", desk)
    lost = f"{sandbox.url} was not reached: Remote end closed connection without response"
    assert said()[1:3] == [
        f"the submission got no clear answer ({lost}); looking whether the job is there",
        f"the submission had arrived: job {record.job_id}",
    ]


def test_a_full_account_lists_what_could_be_deleted(clock: SimulatedClock, tmp_path: Path) -> None:
    """Id, state, date and title, a line each; the order of the list is kept."""
    with Sandbox(duration=10, quota=1, clock=clock.time) as sandbox:
        session = Session(Service(sandbox.url), CREDENTIALS, clock=clock, patience=Patience())
        desk = Desk(Api(session), sandbox.url, "account", 3600, clock=clock)
        first = submit(MELANOMA, tmp_path / "1", desk)
        clock.sleep(11)
        listed = f"\n  {first.job_id}  Done  {desk.api.job(first.job_id).date}  {first.title}"
        assert failure(lambda: submit(replace(MELANOMA, title="second"), tmp_path / "2", desk)) == (
            AccountFullError,
            f"the account has no free job slot, 1 jobs are stored; could be deleted:{listed}",
            "nothing was deleted; `cgi-runner delete ID` deletes a job, once you hold its results",
        )
        session.close()


def waiting(url: str, clock: SimulatedClock, deadline: float = 3600) -> Callable[[], JobLog]:
    """Give a function that waits for a job of this service."""
    session = Session(Service(url), CREDENTIALS, clock=clock, patience=Patience())
    return lambda: wait(JOB, Desk(Api(session), url, "account", deadline, clock=clock))


def test_an_outage_is_told_with_its_reason(clock: SimulatedClock, said: Callable[[], list[str]]) -> None:
    """Once when it begins, once when it ends."""
    script = [Answer("busy", 503)] * 3 + [Answer({"status": "Done", "logs": []})]
    with serving(script) as server:
        waiting(server.url, clock)()
    busy = f"the service refused GET /api/v1/{JOB} with 503: busy"
    assert said() == [f"{busy}; job {JOB} is waited for all the same", "the service answers again"]


@pytest.mark.parametrize(
    ("answer", "kind", "message", "tip"),
    [
        (
            Answer({"status": "Running", "logs": []}),
            StillRunningError,
            f"job {JOB} is still at work after 10 min",
            "it goes on at CGI; the same command finds it again, a longer --deadline waits longer",
        ),
        (Answer("", 404), JobFailedError, f"job {JOB} is no longer in the account", ANEW),
    ],
)
def test_how_waiting_ends_without_results(
    answer: Answer, kind: type[RunnerError], message: str, tip: str, clock: SimulatedClock
) -> None:
    """With the job's id, and what the same command would do."""
    clock.sleep(100)
    with serving(lambda seen: answer if JOB in seen.path else Answer([])) as server:
        assert failure(waiting(server.url, clock, 600)) == (kind, message, tip)


@pytest.mark.parametrize(
    ("lines", "tail"),
    [([], " (empty)"), (["a"], "\n  a"), ([*"abcdefg"], "\n  c\n  d\n  e\n  f\n  g"), (["a\x1b[31mb"], "\n  a [31mb")],
)
def test_a_job_that_failed_is_told_with_the_end_of_its_log(lines: list[str], tail: str) -> None:
    """Five lines at most, clean of what would upset a terminal."""
    error = failed(JOB, JobLog(Status("Error"), lines))
    assert error.message == f"CGI ended job {JOB} with Error; the end of its log:{tail}"
    assert error.tip == "mend what the log names and run again; for the very same input, --fresh submits it anew"


def test_a_download_that_comes_to_nothing_says_why(
    desk: Desk, sandbox: Sandbox, tmp_path: Path, said: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gone, without end, or broken off; and before that, that it is fetched again."""
    record = submit(MELANOMA, tmp_path / "out", desk)
    again = replace(desk, patience=Patience(attempts=2))
    for answer, kind, message, tip in (
        (
            Answer("PK" * 600),
            ResultsError,
            f"the archive of job {record.job_id} does not end: 1200 bytes are none of CGI's",
            "",
        ),
        (Answer("PK"), ResultsError, "the archive is corrupt: File is not a zip file", None),
    ):
        monkeypatch.setattr("cgi_runner.job.fetch._LARGEST", 1199)
        sandbox.interceptors[:] = [Fault(answer, "GET", "download", times=9)]
        found = failure(lambda: run(MELANOMA, tmp_path / "out", again))
        assert found[:2] == (kind, message)
        assert tip is None or found[2] == tip
        if kind is ResultsError:
            assert said()[-1] == f"{message}; fetching it again"
    monkeypatch.setattr("cgi_runner.job.fetch._LARGEST", 1200)
    sandbox.interceptors[:] = [Fault(Answer("PK" * 600), "GET", "download", times=9)]
    assert (
        failure(lambda: run(MELANOMA, tmp_path / "out", again))[1] == "the archive is corrupt: File is not a zip file"
    )
    sandbox.interceptors[:] = [FaultPlan([parse("download vanish")])]
    assert failure(lambda: run(MELANOMA, tmp_path / "out", again)) == (
        JobFailedError,
        f"CGI has no results of job {record.job_id} any more",
        ANEW,
    )


@pytest.mark.parametrize(("length", "whole"), [(900, " of 900"), (None, "")])
def test_a_transfer_that_breaks_off_says_how_far_it_came(
    length: int | None, whole: str, desk: Desk, tmp_path: Path
) -> None:
    """Of how many bytes, if that was announced."""
    done = Answer({"status": "Done", "logs": []})

    def cut(seen: Any) -> Answer:
        if "download" not in seen.path:
            return done
        chunked = Answer(iter([b"a\r\n" + b"P" * 10 + b"\r\n"]), headers={"Transfer-Encoding": "chunked"})
        return Answer(iter([b"P" * 10]), length=length) if length else chunked

    with serving(cut) as server:
        session = desk.api._session
        session.service = replace(session.service, url=server.url)
        assert failure(lambda: collect(Record(desk.service, job_id=JOB), None, tmp_path / "out", desk)) == (
            ResultsError,
            f"the archive of job {JOB} broke off after 10{whole} bytes",
            "run the command again",
        )


def test_whose_files_are_in_the_way_is_said(desk: Desk, tmp_path: Path) -> None:
    """Which file it is, and what to do about it."""
    out = tmp_path / "out"
    record = submit(MELANOMA, out, desk)
    other = replace(MELANOMA, title="other")
    assert failure(lambda: submit(other, out, desk)) == (
        InputError,
        f"{out} holds another job's record ({record.title!r})",
        CHOOSE,
    )
    for name in ("input07.tsv", "summary.txt", "alterations.tsv", "cgi-results.zip", "fusion_analysis.tsv"):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_text("mine")
        (folder / "xinput01.tsv").write_text("mine")
        assert failure(partial(submit, MELANOMA, folder, desk)) == (
            InputError,
            f"{folder} holds {name}, which is not this job's",
            CHOOSE,
        )
    (out / "alterations.tsv").write_text("mine")
    assert failure(lambda: run(MELANOMA, out, desk)) == (
        InputError,
        f"{out} holds alterations.tsv, which the results would overwrite",
        "move it away and run the command again, or fetch the results into another --output",
    )


def test_results_of_other_inputs_are_named_as_such(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """They are fetched again, and then it is an error."""
    foreign = zipped({"alterations.tsv": "Input ID\n", "input01.tsv": "chr\n"}, tmp_path / "x.zip").read_bytes()
    sandbox.interceptors.append(Fault(Answer(foreign), "GET", "download", times=9))
    assert failure(lambda: run(MELANOMA, tmp_path / "out", desk)) == (
        ResultsError,
        "the archive holds other inputs than those that were sent",
        "run the command again",
    )


def test_failing_to_delete_is_said_with_the_reason(
    desk: Desk, sandbox: Sandbox, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    """And that nothing is lost."""
    sandbox.interceptors.append(Fault(Answer("no", 400), "DELETE", times=9))
    record = run(MELANOMA, tmp_path / "out", desk, delete=True)
    assert said()[-1] == (
        "the job could not be deleted at CGI, its results are safe here: "
        f"the service refused DELETE /api/v1/{record.job_id} with 400: no"
    )


def test_rows_that_did_not_come_back_are_counted_over_all_inputs() -> None:
    """What is missing is an error, and so is what nothing is told of: only what is known to be back is none."""
    rows: dict[str, Any] = {"mutations": {"not_returned": 2}, "cnas": {"not_returned": 3}, "x": {"not_returned": None}}
    assert failure(lambda: fail_if_missing(Record("s", rows=rows))) == (
        RowsMissingError,
        "5 rows were sent and did not come back",
        "dropped.tsv lists them with reasons",
    )
    fail_if_missing(Record("s", rows={"mutations": {"not_returned": 0}}))
    half: dict[str, Any] = {"a": {"not_returned": 0}, "x": {"not_returned": None}}
    for untold, kinds in ((half, "x"), ({}, "rows")):
        assert failure(partial(fail_if_missing, Record("s", rows=untold))) == (
            RowsMissingError,
            f"the archive does not tell which of the {kinds} came back",
            "compare them with the results yourself, or leave --strict out",
        )


def test_a_saved_archive_is_recorded_by_its_own_words(tmp_path: Path) -> None:
    """Both forms of the summary name job, title, cancer type and reference."""
    expected = {"2c": ("a title", "2023-05-30 15:43:09"), "2d": ("a title: with a colon", "2024-09-09 12:17:40")}
    for name, (title, date) in expected.items():
        record = read_archive(zipped(generation(name), tmp_path / f"{name}.zip"), tmp_path / name)
        assert (record.service, record.title, record.cancer_type, record.reference, record.job_id) == (
            "",
            title,
            "CM",
            "hg38",
            JOB,
        )
        assert record.cgi["date"] == date
        assert (tmp_path / name / "cgi-logs.txt").read_bytes() == b""
        content = (tmp_path / f"{name}.zip").read_bytes()
        assert record.archive == {
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "members": sorted(generation(name)),
        }
        assert (tmp_path / name / "cgi-results.zip").read_bytes() == content


def test_a_saved_archive_that_is_none_is_said_with_its_path(tmp_path: Path) -> None:
    """Missing or broken, with what to do."""
    path = tmp_path / "saved.zip"
    assert failure(lambda: read_archive(path, tmp_path / "out")) == (
        InputError,
        f"{path} is no file",
        "name the zip that was downloaded from CGI",
    )
    path.write_bytes(b"PK")
    assert failure(lambda: read_archive(path, tmp_path / "out")) == (
        ResultsError,
        f"{path}: the archive is corrupt: File is not a zip file",
        "this copy is of no use: save it again",
    )


def test_the_record_on_disk_has_this_form(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipelines read it: names and values, in this order, indented by two."""
    monkeypatch.setattr(random, "uniform", lambda low, _: low)
    record = run(MELANOMA, tmp_path / "out", desk)
    text = (tmp_path / "out" / "cgi-job.json").read_text()
    assert text == json.dumps(record.as_json(), indent=2) + "\n"
    content = json.loads(text)
    names = (
        "service title cancer_type reference fingerprint state job_id adopted fresh passed_by inputs samples not_sent"
    )
    assert list(content) == ["schema", "cgi_runner", *names.split(), "rows", "cgi", "archive", "warnings", "times"]
    assert (content["schema"], content["cgi_runner"], content["state"]) == (1, __version__, "verified")
    assert list(content["inputs"]["mutations"]) == (
        ["source", "format", "sha256", "rows_read", "rows_sent", "rows_folded", "rows_not_sent"]
    )
    assert content["cgi"].keys() == {"version", "date", "generation"}
    assert content["archive"].keys() == {"sha256", "bytes", "members"}
    assert content["rows"]["mutations"].keys() == {"sent", "returned", "folded_by_cgi", "not_returned"}
    assert list(content["times"]) == ["prepared", "submitting", "waiting", "done", "fetching", "verified"]
    assert content["samples"] == dict(record.samples) != {}


@pytest.mark.parametrize(
    ("content", "message", "tip"),
    [
        (None, "is no record of a job", "name a job's id, its output folder or its cgi-job.json"),
        ({"schema": 2}, "was written by a later version of cgi-runner", "upgrade cgi-runner to read it"),
        ({"schema": 1}, "is a damaged record of a job", "use the job's id instead, and another folder"),
    ],
)
def test_a_record_that_is_not_understood_is_said_with_its_path(
    content: Any, message: str, tip: str, tmp_path: Path
) -> None:
    """And with what can be done."""
    path = tmp_path / "cgi-job.json"
    path.write_text(json.dumps(content))
    assert failure(lambda: read_record(path)) == (InputError, f"{path} {message}", tip)


@pytest.mark.parametrize("state", State)
def test_which_states_are_the_end(state: State) -> None:
    """Verified results, be the remote job there or deleted."""
    assert state.is_complete is (state.value in {"verified", "deleted"})
    assert state.has_ended is (state.value in {"verified", "deleted", "failed"})
