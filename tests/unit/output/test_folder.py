"""Archives that do not tell what became of the rows: nothing is taken for returned, and nothing is deleted on trust."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import (
    InputError,
    ResultsError,
    RowsMissingError,
    StillRunningError,
)
from cgi_runner.inputs import Options
from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.job import JobContext, JobRequest, Record, State, fetch_job, read_record, run, submit
from cgi_runner.job.import_archive import import_archive
from cgi_runner.output.claim import read_dropped
from cgi_runner.output.folder import (
    copy_dropped,
    not_returned,
    read_log,
    require_all_rows,
    results_are_intact,
    save_log,
)
from cgi_runner.output.locking import exclusive_lock, output_lock
from cgi_runner.redaction import register_secret
from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from support.archives import make_generation, write_zip
from support.failures import catch_failure
from support.faults import Fault, Repacked, heal, inject
from support.scripted import Answer

BOTH = JobRequest({"mutations": EXAMPLES / "mutations.tsv", "cnas": EXAMPLES / "cnas.tsv"}, "CM", "hg38")
Members = dict[str, bytes]


def without(*names: str) -> Callable[[Members], object]:
    """Take members out of an archive."""
    return lambda members: [members.pop(name) for name in names]


def upload_of(members: Members, word: bytes) -> str:
    """Name the upload whose header has this word."""
    return next(name for name in members if name.startswith("input") and word in members[name].splitlines()[0])


def test_an_archive_without_results_is_none(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """The job is still there afterwards, also with --delete, and its results can be fetched when they are whole."""

    def emptied(members: Members) -> None:
        members.clear()
        members["readme.txt"] = b"hello"

    inject(sandbox, Repacked(emptied))
    with pytest.raises(ResultsError, match=r"no table of results, but readme\.txt") as failed:
        run(BOTH, tmp_path / "out", context, delete=True)
    assert failed.value.exit_code == 6
    heal(sandbox)
    assert run(BOTH, tmp_path / "out", context, delete=True).state is State.DELETED


def test_kinds_without_an_upload_in_the_archive_are_accounted_for(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is known of their rows: that is said, --strict fails, and the job stays at CGI."""

    def bare(members: Members) -> None:
        without("alterations.tsv", upload_of(members, b"ref"))(members)

    inject(sandbox, Repacked(bare))
    record = run(BOTH, tmp_path / "out", context, delete=True)
    assert record.rows["mutations"] == {"sent": 8, "returned": 0, "merged": 0, "not_returned": None}
    assert record.rows["cnas"]["not_returned"] == 0
    assert any("does not show which rows of the mutations" in warning for warning in record.warnings)
    assert record.state is State.VERIFIED
    assert record.job_id in context.api.list_jobs()
    assert "not deleted at CGI: its archive does not show which of the mutations were processed" in caplog.text
    with pytest.raises(RowsMissingError, match="does not show which of the mutations came back"):
        run(BOTH, tmp_path / "out", context, strict=True)


def test_a_kind_without_an_upload_is_counted_by_the_record(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Where the files that were sent are gone, too, it tells how many rows they had."""
    submitted = submit(BOTH, tmp_path / "out", context)
    inject(sandbox, Repacked(lambda members: members.pop(upload_of(members, b"ref"))))
    record = fetch_job(submitted, tmp_path / "out", tmp_path / "out", context)
    assert record.rows["mutations"] == {"sent": 8, "returned": 8, "merged": 0, "not_returned": None}


def test_one_right_copy_does_not_vouch_for_another(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A copy with other rows is told, although the archive names the job; what was sent counts, and the job stays."""

    def altered(members: Members) -> None:
        name = upload_of(members, b"ref")
        members[name] = members[name].replace(b"140753336", b"140753337")

    inject(sandbox, Repacked(altered))
    record = run(BOTH, tmp_path / "out", context, delete=True)
    assert "CGI's copy of the mutations in the archive: other rows than were sent" in record.warnings
    assert record.rows["mutations"]["not_returned"] == 0
    assert record.state is State.VERIFIED
    listed = (tmp_path / "out" / "dropped.tsv").read_bytes()
    again = run(BOTH, tmp_path / "out", context)
    assert "stays as it is" not in caplog.text  # what was sent is prepared anew beside it, and compared
    fetched = fetch_job(again, tmp_path / "out", tmp_path / "out", context)
    assert (again.state, fetched.state) == (State.VERIFIED, State.VERIFIED)
    assert (tmp_path / "out" / "dropped.tsv").read_bytes() == listed


def test_files_of_a_job_before_do_not_stay_among_the_new_ones(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """With --fresh the folder holds the new job's files only; the user's own stay."""
    inject(sandbox, Repacked(lambda members: members.update({"old.tsv": b"a\n"})))
    first = run(BOTH, tmp_path / "out", context)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert (tmp_path / "out" / "old.tsv").exists()
    heal(sandbox)
    second = run(BOTH, tmp_path / "out", context, fresh=True)
    assert second.job_id != first.job_id
    assert not (tmp_path / "out" / "old.tsv").exists()
    assert (tmp_path / "out" / "notes.txt").exists()


def test_a_record_from_elsewhere_deletes_nothing_outside_the_folder(context: JobContext, tmp_path: Path) -> None:
    """Whatever names it lists as those of earlier results."""
    out, precious = tmp_path / "out", tmp_path / "precious.txt"
    submit(BOTH, out, context)
    precious.write_text("mine")
    record = json.loads((out / "cgi-job.json").read_text())
    record["archive"] = {"members": ["../precious.txt", str(precious), "cgi-job.json", "dropped.tsv", ".."]}
    (out / "cgi-job.json").write_text(json.dumps(record))
    assert run(BOTH, out, context).state is State.VERIFIED
    assert precious.read_text() == "mine"
    assert read_record(out / "cgi-job.json").state is State.VERIFIED
    assert (out / "dropped.tsv").exists()


def test_a_folder_of_another_job_of_the_same_order_is_refused(context: JobContext, tmp_path: Path) -> None:
    """After --fresh two jobs have one fingerprint; which one is meant is told by its id."""
    first = submit(BOTH, tmp_path / "a", context)
    second = submit(BOTH, tmp_path / "b", context, fresh=True)
    assert first.job_id != second.job_id
    with pytest.raises(InputError, match="another job's record"):
        fetch_job(first, tmp_path / "a", tmp_path / "b", context)


def test_letters_that_no_file_can_hold_do_not_keep_results_away(
    context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """JSON can escape half of a pair of surrogates."""
    submit(BOTH, tmp_path / "out", context)
    clock.sleep(100)
    lines = Answer({"status": "Done", "logs": ["before", "odd \ud800 text"]})
    inject(sandbox, Fault(lines, "GET", "logs", times=9))
    run(BOTH, tmp_path / "out", context)
    assert (tmp_path / "out" / "cgi-logs.txt").read_text() == "before\nodd ? text\n"


def test_the_deadline_holds_while_another_process_is_waited_for(context: JobContext, tmp_path: Path) -> None:
    """For the folder as for the account: exit 3 in time, and nothing is sent."""
    hasty = replace(context, deadline=0.1)
    with output_lock(tmp_path / "out"), pytest.raises(StillRunningError, match="another cgi-runner is running"):
        run(BOTH, tmp_path / "out", hasty)
    with (
        exclusive_lock(f"submit {context.api.lock_key} {context.account}", ""),
        pytest.raises(StillRunningError, match="another submission of this account"),
    ):
        run(BOTH, tmp_path / "other", hasty)
    assert context.api.list_jobs() == []


def test_no_secret_gets_into_a_record_by_the_name_of_a_file_or_a_sample(context: JobContext, tmp_path: Path) -> None:
    """Whoever names a file after the account has it masked."""
    register_secret("deadbeef1234deadbeef")
    table = tmp_path / "deadbeef1234deadbeef.tsv"
    table.write_text("chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n")
    options = Options(sample="deadbeef1234deadbeef")
    submit(JobRequest({"mutations": table}, "CM", "hg38", options=options), tmp_path / "out", context)
    record = read_record(tmp_path / "out" / "cgi-job.json")
    assert record.inputs["mutations"]["source"] == "*****.tsv"
    assert record.samples == {"*****": 1}


def test_the_log_is_kept_line_by_line_without_the_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It alone says why a row was skipped; it is read back as it was kept, and a folder without one has no lines."""
    register_secret(CREDENTIALS.token)
    monkeypatch.setattr("cgi_runner.output.folder._LINES_AT_ONCE", 2)
    assert read_log(tmp_path) == []
    save_log(tmp_path, ["\u00e9 one", f"two {CREDENTIALS.token}", " a\u2028b\r", "\ud800 "])
    assert (tmp_path / "cgi-logs.txt").read_bytes() == "\u00e9 one\ntwo *****\n a\u2028b\r\n\\ud800 \n".encode()
    assert read_log(tmp_path) == ["\u00e9 one", "two *****", " a\u2028b\r", "\\ud800 "]
    (tmp_path / "cgi-logs.txt").write_bytes(b"odd \xe9")
    assert read_log(tmp_path) == ["odd \ufffd"]


def test_rows_not_sent_are_read_back_as_they_were_listed(tmp_path: Path) -> None:
    """Odd lines, and rows that were sent, are passed over; a list goes along only where none is."""
    assert list(read_dropped(tmp_path / "dropped.tsv")) == []
    listed = DroppedFile(tmp_path / "dropped.tsv")
    listed.add("mutations", 3, "Jos\u00e9", "chrM:1 A>T", "why")
    listed.add("mutations", 4, "two", "x", "lost", stage="not returned")
    listed.close()
    with (tmp_path / "dropped.tsv").open("ab") as file:
        file.write(b"mutations\t5\ta\tb\tnot sent\nmutations\t6\tJos\xe9\tb\tnot sent\twhy\n")
    assert list(read_dropped(tmp_path / "dropped.tsv")) == [
        ("mutations", "3", "Jos\u00e9", "chrM:1 A>T", "why"),
        ("mutations", "6", "Jos\ufffd", "b", "why"),
    ]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "dropped.tsv").write_text("\u00e9", encoding="utf-8")
    copy_dropped(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two" / "dropped.tsv").read_bytes() == b"\xc3\xa9"
    (tmp_path / "one" / "dropped.tsv").write_text("other")
    copy_dropped(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two" / "dropped.tsv").read_bytes() == b"\xc3\xa9"


@pytest.mark.parametrize("name", ["cgi-results.zip", "cgi-logs.txt", "alterations.tsv", "input01.tsv"])
def test_a_folder_without_one_of_its_files_is_not_intact(name: str, tmp_path: Path) -> None:
    """Whichever it is; and neither is one whose archive is another's."""
    record = import_archive(write_zip(make_generation("2d"), tmp_path / "saved.zip"), tmp_path / "out")
    assert results_are_intact(tmp_path / "out", record)
    assert not results_are_intact(tmp_path / "out", replace(record, archive={}))
    (tmp_path / "out" / name).unlink()
    assert not results_are_intact(tmp_path / "out", record)


def test_missing_rows_are_summed_as_far_as_is_known() -> None:
    """Kinds of which the archive does not tell count nothing."""
    rows: dict[str, Any] = {"a": {"not_returned": 2}, "b": {"not_returned": None}, "c": {}}
    assert not_returned(Record("s", rows=rows)) == 2
    assert not_returned(Record("s")) == 0


MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")


def test_failing_to_delete_is_said_with_the_reason(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    """And that nothing is lost."""
    inject(sandbox, Fault(Answer("no", 400), "DELETE", times=9))
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert said()[-1] == (
        f"job {record.job_id} is not deleted at CGI: deleting it failed (the service refused DELETE"
        f" /api/v1/{record.job_id} with 400: no); `cgi-runner delete {record.job_id}` deletes it"
    )


def test_rows_that_did_not_come_back_are_counted_over_all_inputs() -> None:
    """What is missing is an error, and so is what nothing is told of: only what is known to be back is none."""
    rows: dict[str, Any] = {"mutations": {"not_returned": 2}, "cnas": {"not_returned": 3}, "x": {"not_returned": None}}
    assert catch_failure(lambda: require_all_rows(Record("s", rows=rows))) == (
        RowsMissingError,
        "5 rows were sent and did not come back",
        "dropped.tsv lists them with reasons",
    )
    none: dict[str, Any] = {"mutations": {"not_returned": 0}}
    require_all_rows(Record("s", rows=none))
    half: dict[str, Any] = {"a": {"not_returned": 0}, "x": {"not_returned": None}}
    for counts_unknown, kinds in ((half, "x"), ({}, "rows")):
        assert catch_failure(partial(require_all_rows, Record("s", rows=counts_unknown))) == (
            RowsMissingError,
            f"the archive does not show which of the {kinds} came back",
            "compare them with the results yourself, or leave --strict out",
        )
