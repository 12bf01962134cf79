"""What a job's life does exactly: at its bounds, in its files, and with what others have left behind."""

from __future__ import annotations

import hashlib
import json
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archives.generations import generation, zipped
from cgi_runner.api import Api, JobLog, Status
from cgi_runner.errors import AccountFullError, InputError, RunnerError, ServiceError
from cgi_runner.failures import AnswerLostError
from cgi_runner.http import Session
from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.job import Desk, Record, State, Wish, collect, read_record, run, submit
from cgi_runner.job.fetch import sha256_of
from cgi_runner.job.finish import bring_dropped, is_intact, not_returned, read_dropped, save_log
from cgi_runner.job.journal import settle, write_whole
from cgi_runner.job.life import wait
from cgi_runner.job.marks import Marks, mark_in
from cgi_runner.job.offline import read_archive
from cgi_runner.job.submit import Order
from cgi_runner.job.wait import pause_after
from cgi_runner.redaction import hide
from cgi_runner.sandbox import Sandbox
from cgi_runner.settings import Patience, Service
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from scripted import DROPPED, Answer, Fault, serving

JOB = "c22ecf2af788d65ec257"
MELANOMA = Wish({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")
RUNNING = Answer({"status": "Running", "logs": []})
DONE = Answer({"status": "Done", "logs": []})


class Noted:
    """A screen that keeps what it is told."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.told: list[tuple[Any, ...]] = []

    def waiting(self, waited: float, pause: float, last: str) -> None:
        """Keep it."""
        self.told.append(("waiting", round(waited), round(pause), last))

    def received(self, size: int, total: int | None) -> None:
        """Keep it."""
        self.told.append(("received", size, total))

    def clear(self) -> None:
        """Keep it."""
        self.told.append(("clear",))


def desk_at(url: str, clock: SimulatedClock, **changes: Any) -> Desk:
    """Give a desk for a scripted service."""
    session = Session(Service(url), CREDENTIALS, clock=clock, patience=changes.get("patience", Patience()))
    return replace(Desk(Api(session), url, "account", 3600, clock=clock), **changes)


@pytest.fixture
def widest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chance always take the upper bound."""
    monkeypatch.setattr(random, "uniform", lambda _, high: high)


def test_pauses_have_their_jitter_and_their_bounds(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of the time waited, and a twentieth to a quarter of that longer; 3 to 60 s; the last up to the end."""
    assert [pause_after(waited, 1.2) for waited in (0, 100, 250, 1000)] == [3, 24, 60, 60]
    for draw, pauses in ((max, [3, 3, 3, 3, 3, 3.75, 4.6875]), (min, [3, 3, 3, 3, 3, 3.15, 3.8115])):
        monkeypatch.setattr(random, "uniform", lambda low, high, draw=draw: draw(low, high))
        clock.sleeps.clear()
        with serving([RUNNING] * 7 + [DONE]) as server:
            wait(JOB, desk_at(server.url, clock))
        assert clock.sleeps == [pytest.approx(pause) for pause in pauses]


@pytest.mark.usefixtures("widest")
def test_the_screen_is_told_how_it_stands(clock: SimulatedClock) -> None:
    """Seconds waited, seconds until the next look, CGI's last word; and it is cleared in the end, also by a failure."""
    clock.sleep(50)
    screen = Noted()
    lines = ["Reading", "x\x1b[2J"]
    script = [Answer({"status": "Running", "logs": lines[:n]}) for n in (0, 1, 2)] + [RUNNING, DONE]
    with serving(script) as server:
        wait(JOB, desk_at(server.url, clock, screen=screen))
        assert screen.told == [
            ("waiting", 0, 3, "submitted"),
            ("waiting", 3, 3, "Reading"),
            ("waiting", 6, 3, "x [2J"),
            ("waiting", 9, 3, "x [2J"),
            ("clear",),
            ("clear",),
        ]
        server.script = [Answer("", 404)]
        screen.told.clear()
        with pytest.raises(RunnerError):
            wait(JOB, desk_at(server.url, clock, screen=screen))
        assert screen.told == [("clear",)]


def test_the_screen_is_told_what_has_arrived(desk: Desk, tmp_path: Path) -> None:
    """So many bytes of so many, and then it is cleared."""
    screen = Noted()
    run(MELANOMA, tmp_path / "out", replace(desk, screen=screen))
    size = (tmp_path / "out" / "cgi-results.zip").stat().st_size
    assert screen.told[0] == ("waiting", 0, 3, "submitted")
    received = [told for told in screen.told if told[0] == "received"]
    assert received[-1] == ("received", size, size)
    assert screen.told[-1] == ("clear",)


def test_an_outage_may_last_a_quarter_of_an_hour(clock: SimulatedClock) -> None:
    """To the second: a look at its very end still counts, the next one is one too many."""
    busy = Answer("", 503, {"Retry-After": "60"})
    with serving([busy]) as server:
        with pytest.raises(ServiceError):
            wait(JOB, desk_at(server.url, clock))
        assert len(server.requests) == 17
    assert clock.seconds == 960


@pytest.mark.usefixtures("widest")
def test_after_a_pause_that_was_asked_for_the_rhythm_is_the_old_one(clock: SimulatedClock) -> None:
    """One request for patience is not one for ever."""
    script = [Answer("", 429, {"Retry-After": "30"}), RUNNING, Answer("", 503), DROPPED, DONE]
    with serving(script) as server:
        wait(JOB, desk_at(server.url, clock))
    assert clock.sleeps == [30, pytest.approx(7.5), pytest.approx(9.375), pytest.approx(11.71875)]


@pytest.mark.usefixtures("widest")
def test_three_looks_within_a_minute_come_before_each_new_submission(
    desk: Desk, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4, 14 and 40 seconds apart, up to a fifth more, as many rounds as submissions."""
    sandbox.interceptors.append(Fault(DROPPED, "POST", times=9))
    for factor, draw in ((1.2, max), (1, min)):
        monkeypatch.setattr(random, "uniform", lambda low, high, draw=draw: draw(low, high))
        clock.sleeps.clear()
        with pytest.raises(AnswerLostError):
            submit(replace(MELANOMA, title=str(factor)), tmp_path / str(factor), desk)
        assert clock.sleeps == [pytest.approx(seconds * factor) for seconds in (4, 14, 40) * 3]


@pytest.mark.parametrize(("asked", "pause"), [("30", 30), ("1", 4), ("-9", 4), ("99999999", 60), ("soon", 4)])
def test_a_service_that_wants_to_be_left_alone_is_asked_later(
    asked: str, pause: float, desk: Desk, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """The first look for a job that is in doubt comes when the service has asked for it, a minute later at most."""
    sandbox.interceptors.append(Fault(Answer("", 429, {"Retry-After": asked}), "POST", times=2))
    submit(MELANOMA, tmp_path / "out", desk)
    assert len(clock.sleeps) == 6
    assert clock.sleeps[0] == pytest.approx(pause * 1.1, rel=0.1)
    assert clock.sleeps[1] == pytest.approx(14 * 1.1, rel=0.1)


def test_the_mark_of_an_order_is_the_same_in_every_version() -> None:
    """An upgrade between two attempts must not make another job of the same order."""
    order = Order("CM", "hg38", "a title", {}, {"mutations": "00", "cnas": "11"})
    assert order.fingerprint == "b445c627d4dd"
    assert order.marked_title == "a title [cgi-runner b445c627d4dd]"
    assert replace(order, sha256={"cnas": "11", "mutations": "00"}).fingerprint == order.fingerprint
    assert mark_in(f"x{order.mark}y {order.mark.upper()}z") == "[cgi-runnerb445c627d4dd]"
    assert mark_in("a [cgi-runner 0123456789ab] b [cgi-runner ba9876543210]") == "[cgi-runnerba9876543210]"
    assert mark_in("[cgi-runner 0123456789a]") == ""


def test_a_long_title_is_shortened_and_not_its_mark() -> None:
    """Whoever keeps titles may cut them at the end, where the mark is by which the job is found again."""
    order = Order("CM", "hg38", "t" * 73, {}, {"mutations": "00"})
    assert order.marked_title == f"{'t' * 73} {order.mark}"
    longer = replace(order, title="t" * 60 + " " * 13 + "t" * 900)
    assert longer.marked_title == f"{'t' * 60}... {longer.mark}"
    assert len(replace(order, title="t" * 1000).marked_title) == 100
    assert len({each.fingerprint for each in (order, longer, replace(order, title="t" * 74))}) == 3


def test_a_submission_carries_the_orders_fields(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """Cancer type, reference and title arrive as they were asked for."""
    record = submit(replace(MELANOMA, reference="hg19", title="t"), tmp_path / "out", desk)
    about = desk.api.job(record.job_id)
    assert (about.cancer_type, about.reference, about.title) == ("CM", "hg19", f"t [cgi-runner {record.fingerprint}]")
    assert (record.cancer_type, record.reference, record.service) == ("CM", "hg19", sandbox.url)


def test_fifty_jobs_of_a_full_account_are_looked_at(clock: SimulatedClock, tmp_path: Path) -> None:
    """Both ends of a job's life can be deleted, running ones cannot; the fifty-first is not asked for."""
    jobs = [f"{n:020x}" for n in range(52)]
    words = ["Done", "Error", "Running"]

    def answer(seen: Any) -> Answer:
        if seen.method == "POST":
            return Answer("full", 403)
        job_id = seen.path.rpartition("/")[2]
        if job_id not in jobs:
            return Answer(jobs)
        return Answer({"status": words[int(job_id, 16) % 3], "metadata": {"title": "y" * 70, "date": "now"}})

    with serving(answer) as server:
        with pytest.raises(AccountFullError) as failed:
            submit(MELANOMA, tmp_path / "out", desk_at(server.url, clock))
        before = [seen.method for seen in server.requests].index("POST")
        asked = [seen.path.rpartition("/")[2] for seen in server.requests[before + 1 :]]
    assert asked == jobs[:50][::-1]
    listed = failed.value.message.splitlines()
    assert listed[0] == "the account has no free job slot, 52 jobs are stored; could be deleted:"
    assert listed[1:] == [
        f"  {job}  {words[n % 3]}  now  {'y' * 59}\u2026" for n, job in reversed([*enumerate(jobs[:50])]) if n % 3 < 2
    ]


def test_marks_are_kept_for_the_jobs_that_are_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By account, under a name that tells nothing; of others nothing stays; other titles count."""
    monkeypatch.setattr("cgi_runner.job.marks.shared_folder", lambda: tmp_path)
    mark = "[cgi-runner 0123456789ab]"
    marks = Marks("https://example.org steward")
    marks.learn("aaaa", f"title {mark}")
    marks.learn("bbbb", "another's")
    marks.learn("cccc", "gone")
    marks.learn("dddd", "  ")
    marks.keep(["bbbb", "aaaa", "dddd"])
    name = hashlib.sha256(b"https://example.org steward").hexdigest()[:16]
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.marks.json"]
    kept = json.loads((tmp_path / f"{name}.marks.json").read_text())
    assert kept == {"bbbb": "", "aaaa": "[cgi-runner0123456789ab]"}
    again = Marks("https://example.org steward")
    assert again.may_bear(mark, ["aaaa", "bbbb", "cccc"]) == ["aaaa", "cccc"]
    assert Marks("https://example.org other").may_bear(mark, ["bbbb"]) == ["bbbb"]
    assert Marks().path is None
    Marks().keep(["aaaa"])


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content and name are both on the disk before the next step; text is UTF-8 with plain line ends."""
    synced: list[str] = []
    fsync = os.fsync

    def noted(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    write_whole(tmp_path / "a.txt", "\u00e9\n")
    assert synced == [str(tmp_path / ".a.txt.part"), str(tmp_path)]
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa9\n"
    settle(tmp_path / "a.txt", tmp_path / "b.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["b.txt"]
    assert not [link for link in Path("/proc/self/fd").iterdir() if str(tmp_path) in os.path.realpath(link)]


def test_checksums_are_those_of_everybody(tmp_path: Path) -> None:
    """SHA-256 in hex, of files of any size."""
    for content in (b"", b"x" * (1024 * 1024), b"y" * (1024 * 1024 + 1)):
        (tmp_path / "f").write_bytes(content)
        assert sha256_of(tmp_path / "f") == hashlib.sha256(content).hexdigest()


def test_the_log_is_kept_line_by_line_without_the_account(tmp_path: Path) -> None:
    """It alone says why a row was skipped."""
    hide(CREDENTIALS.token)
    save_log(tmp_path, JobLog(Status("Done"), ["\u00e9 one", f"two {CREDENTIALS.token}"]))
    assert (tmp_path / "cgi-logs.txt").read_text(encoding="utf-8") == "\u00e9 one\ntwo *****\n"


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
    bring_dropped(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two" / "dropped.tsv").read_bytes() == b"\xc3\xa9"
    (tmp_path / "one" / "dropped.tsv").write_text("other")
    bring_dropped(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two" / "dropped.tsv").read_bytes() == b"\xc3\xa9"


@pytest.mark.parametrize("name", ["cgi-results.zip", "cgi-logs.txt", "alterations.tsv", "input01.tsv"])
def test_a_folder_without_one_of_its_files_is_not_intact(name: str, tmp_path: Path) -> None:
    """Whichever it is; and neither is one whose archive is another's."""
    record = read_archive(zipped(generation("2d"), tmp_path / "saved.zip"), tmp_path / "out")
    assert is_intact(tmp_path / "out", record)
    assert not is_intact(tmp_path / "out", replace(record, archive={}))
    (tmp_path / "out" / name).unlink()
    assert not is_intact(tmp_path / "out", record)


def test_missing_rows_are_summed_as_far_as_is_known() -> None:
    """Kinds of which the archive does not tell count nothing."""
    assert not_returned(Record("s", rows={"a": {"not_returned": 2}, "b": {"not_returned": None}, "c": {}})) == 2
    assert not_returned(Record("s")) == 0


def test_archives_from_a_folder_of_the_runners_are_taken_with_what_lies_beside(tmp_path: Path) -> None:
    """Only the log under its own name beside an archive under its own name is believed."""
    folder = tmp_path / "one"
    folder.mkdir()
    zipped(generation("2d"), folder / "cgi-results.zip")
    read_archive(folder / "cgi-results.zip", tmp_path / "without")
    assert (tmp_path / "without" / "cgi-logs.txt").read_bytes() == b""
    (folder / "cgi-logs.txt").write_bytes(b"WARNING  odd \xe9 | Alteration ID: input01_2\n")
    record = read_archive(folder / "cgi-results.zip", tmp_path / "with")
    assert (tmp_path / "with" / "cgi-logs.txt").read_text(encoding="utf-8").startswith("WARNING  odd \ufffd |")
    assert "\todd \ufffd\n" in (tmp_path / "with" / "dropped.tsv").read_text(encoding="utf-8")
    assert read_archive(folder / "cgi-results.zip", tmp_path / "with") == record
    assert record.state is State.VERIFIED


def test_a_saved_archive_without_a_summary_is_recorded_by_nothing(tmp_path: Path) -> None:
    """What it does not say is left empty, not guessed."""
    record = read_archive(zipped({"alterations.tsv": "CGI-HGVS\n"}, tmp_path / "saved.zip"), tmp_path / "out")
    assert (record.title, record.cancer_type, record.reference, record.job_id) == ("", "", "", "")
    assert record.cgi == {"version": "", "date": "", "generation": "2d"}


def test_a_folder_holds_the_results_of_one_archive(tmp_path: Path) -> None:
    """Another archive is refused even where the first one's files are all there."""
    read_archive(zipped(generation("2d"), tmp_path / "one.zip"), tmp_path / "out")
    with pytest.raises(InputError):
        read_archive(zipped(generation("2c"), tmp_path / "two.zip"), tmp_path / "out")


@pytest.mark.usefixtures("widest")
def test_what_the_service_does_not_ask_for_is_not_waited(clock: SimulatedClock) -> None:
    """A failure without a wish of its own changes nothing in the rhythm, not even at its very beginning."""
    with serving([DROPPED, Answer("", 429, {"Retry-After": "-5"}), DONE]) as server:
        wait(JOB, desk_at(server.url, clock))
    assert clock.sleeps == [3, 3]


def test_a_folder_that_was_collected_is_collected_once(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """The second time nothing is asked; from another folder's record neither state nor files are taken over."""
    run(MELANOMA, tmp_path / "one", desk)
    record = read_record(tmp_path / "one" / "cgi-job.json")
    second = collect(record, tmp_path / "one", tmp_path / "two", desk)
    assert list(second.times)[-3:] == ["done", "fetching", "verified"]
    before = len(sandbox.requests)
    assert collect(record, tmp_path / "one", tmp_path / "two", desk).state is State.VERIFIED
    assert len(sandbox.requests) == before


def test_each_job_of_the_account_has_its_time(desk: Desk, clock: SimulatedClock, tmp_path: Path) -> None:
    """The deadline counts from the moment in which this command begins to wait."""
    clock.sleep(7200)
    assert run(MELANOMA, tmp_path / "out", replace(desk, deadline=30)).state is State.VERIFIED


def test_a_collection_can_be_strict(desk: Desk, tmp_path: Path) -> None:
    """Rows that did not come back are an error only if that was asked for; what lay elsewhere is no result of here."""
    record = run(MELANOMA, tmp_path / "one", desk)
    foreign = replace(record, archive={"members": ["alterations.tsv"]})
    second = collect(foreign, tmp_path / "one", tmp_path / "two", desk, strict=True)
    second.rows["mutations"]["not_returned"] = 1
    write_whole(tmp_path / "two" / "cgi-job.json", json.dumps(second.as_json()))
    assert collect(record, None, tmp_path / "two", desk).job_id == record.job_id
    with pytest.raises(RunnerError) as failed:
        collect(record, None, tmp_path / "two", desk, strict=True)
    assert failed.value.exit_code == 9
