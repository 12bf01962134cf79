"""Archives that do not tell what became of the rows: nothing is taken for returned, and nothing is deleted on trust."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cgi_runner.errors import InputError, ResultsError, RowsMissingError, StillRunningError
from cgi_runner.job import Desk, State, Wish, collect, read_record, run, submit
from cgi_runner.job.workspace import one_at_a_time, workspace
from cgi_runner.redaction import hide
from cgi_runner.sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from scripted import Answer, Fault, Repacked

BOTH = Wish({"mutations": EXAMPLES / "mutations.tsv", "cnas": EXAMPLES / "cnas.tsv"}, "CM", "hg38")
Members = dict[str, bytes]


def without(*names: str) -> Callable[[Members], object]:
    """Take members out of an archive."""
    return lambda members: [members.pop(name) for name in names]


def upload_of(members: Members, word: bytes) -> str:
    """Name the upload whose header has this word."""
    return next(name for name in members if name.startswith("input") and word in members[name].splitlines()[0])


def test_an_archive_without_results_is_none(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """The job is still there afterwards, also with --delete, and its results can be fetched when they are whole."""

    def emptied(members: Members) -> None:
        members.clear()
        members["readme.txt"] = b"hello"

    sandbox.interceptors.append(Repacked(emptied))
    with pytest.raises(ResultsError, match=r"no table of results, but readme\.txt") as failed:
        run(BOTH, tmp_path / "out", desk, delete=True)
    assert failed.value.exit_code == 6
    sandbox.interceptors.clear()
    assert run(BOTH, tmp_path / "out", desk, delete=True).state is State.DELETED


def test_kinds_without_an_upload_in_the_archive_are_accounted_for(
    desk: Desk, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is known of their rows: that is said, --strict fails, and the job stays at CGI."""

    def bare(members: Members) -> None:
        without("alterations.tsv", upload_of(members, b"ref"))(members)

    sandbox.interceptors.append(Repacked(bare))
    record = run(BOTH, tmp_path / "out", desk, delete=True)
    assert record.rows["mutations"] == {"sent": 8, "returned": 0, "folded_by_cgi": 0, "not_returned": None}
    assert record.rows["cnas"]["not_returned"] == 0
    assert any("does not tell which rows of the mutations" in caution for caution in record.warnings)
    assert record.state is State.VERIFIED
    assert record.job_id in desk.api.jobs()
    assert "not deleted at CGI: its archive does not tell what became of the mutations" in caplog.text
    with pytest.raises(RowsMissingError, match="does not tell which of the mutations came back"):
        run(BOTH, tmp_path / "out", desk, strict=True)


def test_one_right_upload_does_not_vouch_for_another(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """Each upload in the archive has to be one that was sent."""

    def altered(members: Members) -> None:
        name = upload_of(members, b"ref")
        members[name] = members[name].replace(b"140753336", b"140753337")

    sandbox.interceptors.append(Repacked(altered))
    with pytest.raises(ResultsError, match="other inputs"):
        run(BOTH, tmp_path / "out", desk)


def test_files_of_a_job_before_do_not_stay_among_the_new_ones(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """With --fresh the folder holds the new job's files only; the user's own stay."""
    sandbox.interceptors.append(Repacked(lambda members: members.update({"old.tsv": b"a\n"})))
    first = run(BOTH, tmp_path / "out", desk)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert (tmp_path / "out" / "old.tsv").exists()
    sandbox.interceptors.clear()
    second = run(BOTH, tmp_path / "out", desk, fresh=True)
    assert second.job_id != first.job_id
    assert not (tmp_path / "out" / "old.tsv").exists()
    assert (tmp_path / "out" / "notes.txt").exists()


def test_a_record_from_elsewhere_deletes_nothing_outside_the_folder(desk: Desk, tmp_path: Path) -> None:
    """Whatever names it lists as those of earlier results."""
    out, precious = tmp_path / "out", tmp_path / "precious.txt"
    submit(BOTH, out, desk)
    precious.write_text("mine")
    record = json.loads((out / "cgi-job.json").read_text())
    record["archive"] = {"members": ["../precious.txt", str(precious), "cgi-job.json", "dropped.tsv", ".."]}
    (out / "cgi-job.json").write_text(json.dumps(record))
    assert run(BOTH, out, desk).state is State.VERIFIED
    assert precious.read_text() == "mine"
    assert read_record(out / "cgi-job.json").state is State.VERIFIED
    assert (out / "dropped.tsv").exists()


def test_a_folder_of_another_job_of_the_same_order_is_refused(desk: Desk, tmp_path: Path) -> None:
    """After --fresh two jobs have one fingerprint; which one is meant is told by its id."""
    first = submit(BOTH, tmp_path / "a", desk)
    second = submit(BOTH, tmp_path / "b", desk, fresh=True)
    assert first.job_id != second.job_id
    with pytest.raises(InputError, match="another job's record"):
        collect(first, tmp_path / "a", tmp_path / "b", desk)


def test_letters_that_no_file_can_hold_do_not_keep_results_away(
    desk: Desk, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """JSON can escape half of a pair of surrogates."""
    submit(BOTH, tmp_path / "out", desk)
    clock.sleep(100)
    lines = Answer({"status": "Done", "logs": ["before", "odd \ud800 text"]})
    sandbox.interceptors.append(Fault(lines, "GET", "logs", times=9))
    run(BOTH, tmp_path / "out", desk)
    assert (tmp_path / "out" / "cgi-logs.txt").read_text() == "before\nodd ? text\n"


def test_the_deadline_holds_while_another_process_is_waited_for(desk: Desk, tmp_path: Path) -> None:
    """For the folder as for the account: exit 3 in time, and nothing is sent."""
    hasty = replace(desk, deadline=0.1)
    with workspace(tmp_path / "out"), pytest.raises(StillRunningError, match="another cgi-runner is at work"):
        run(BOTH, tmp_path / "out", hasty)
    with (
        one_at_a_time(f"submit {desk.api.key} {desk.account}", ""),
        pytest.raises(StillRunningError, match="another submission of this account"),
    ):
        run(BOTH, tmp_path / "other", hasty)
    assert desk.api.jobs() == []


def test_no_secret_gets_into_a_record_by_the_name_of_a_file_or_a_sample(desk: Desk, tmp_path: Path) -> None:
    """Whoever names a file after the account has it masked."""
    hide("deadbeef1234deadbeef")
    table = tmp_path / "deadbeef1234deadbeef.tsv"
    table.write_text("chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n")
    submit(Wish({"mutations": table}, "CM", "hg38", sample="deadbeef1234deadbeef"), tmp_path / "out", desk)
    record = read_record(tmp_path / "out" / "cgi-job.json")
    assert record.inputs["mutations"]["source"] == "*****.tsv"
    assert record.samples == {"*****": 1}
