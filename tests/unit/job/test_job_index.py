"""Which tag each job of an account has, and which submissions are under way: kept between runs, and safe to lose."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from cgi_runner.job.job_index import JobTagCache, extract_tag

ACCOUNT = "https://example.org steward"
NAME = hashlib.sha256(ACCOUNT.encode()).hexdigest()[:16]
TAG = "[cgi-runner 0123456789ab]"
OTHER = "[cgi-runner ba9876543210]"


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Have two folders for what is kept: one that machines share, and this machine's own."""
    folders = [tmp_path / "shared", tmp_path / "own"]
    for folder in folders:
        folder.mkdir()
    monkeypatch.setattr("cgi_runner.job.job_index.state_dirs", lambda: folders)
    return folders


def test_tags_are_kept_for_the_jobs_that_are_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By account, under a name that tells nothing; of others without a tag nothing stays; other titles count."""
    monkeypatch.setattr("cgi_runner.job.job_index.state_dirs", lambda: [tmp_path])
    tag = "[cgi-runner 0123456789ab]"
    tags = JobTagCache("https://example.org steward")
    tags.remember("aaaa", f"title {tag}")
    tags.remember("bbbb", "another's")
    tags.remember("cccc", "gone")
    tags.remember("dddd", "  ")
    tags.save(["bbbb", "aaaa", "dddd"])
    name = hashlib.sha256(b"https://example.org steward").hexdigest()[:16]
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.tags.json"]
    kept = json.loads((tmp_path / f"{name}.tags.json").read_text())
    assert kept == {"bbbb": "", "aaaa": "[cgi-runner0123456789ab]", "dddd": None}
    again = JobTagCache("https://example.org steward")
    assert again.candidates(tag, ["aaaa", "bbbb", "cccc"]) == ["aaaa", "cccc"]
    assert [again.tag_of(job) for job in ("aaaa", "bbbb", "cccc", "dddd")] == ["[cgi-runner0123456789ab]", "", "", ""]
    assert JobTagCache("https://example.org other").candidates(tag, ["bbbb"]) == ["bbbb"]
    assert JobTagCache().path is None
    JobTagCache().save(["aaaa"])


@pytest.mark.parametrize(
    ("title", "tag"),
    [
        (f"{TAG} mine", "[cgi-runner0123456789ab]"),
        ("[CGI-Runner\t01234 56789AB]mine", "[cgi-runner0123456789ab]"),
        (f"{TAG} as {OTHER}", "[cgi-runner0123456789ab]"),
        ("[cgi-runner 0123456789a] too short", ""),
        ("[cgi-runner 0123456789xy] no digits", ""),
        ("cgi-runner 0123456789ab", "[cgi-runner0123456789ab]"),
        ("&#91;cgi-runner 0123456789ab&#93;", "[cgi-runner0123456789ab]"),
        ("", ""),
    ],
)
def test_a_tag_is_read_whatever_the_service_does_to_titles(title: str, tag: str) -> None:
    """Blanks and capitals do not count; the first tag does; what only looks like one is none."""
    assert extract_tag(title) == tag


def test_what_is_known_spares_a_request(places: list[Path]) -> None:
    """Jobs with the tag and jobs of which nothing is known are asked for, those with another tag or none are not."""
    del places
    tags = JobTagCache(ACCOUNT)
    for job, title in (("mine", f"{TAG} mine"), ("theirs", OTHER), ("plain", "no tag")):
        tags.remember(job, title)
    assert tags.candidates(f"{TAG} mine", ["theirs", "new", "plain", "mine"]) == ["new", "mine"]
    assert [tags.has_tag(f"{TAG} x", job) for job in ("mine", "theirs", "plain", "new")] == [True, False, False, False]


def test_a_tag_that_was_sent_counts_more_than_a_title_that_was_cut(places: list[Path]) -> None:
    """A title without one does not make the job another's; a title with another one does, and no title says nothing."""
    del places
    tags = JobTagCache(ACCOUNT)
    tags.remember("job", TAG)
    for title in ("[cgi-runner 0123", " ", ""):
        tags.remember("job", title)
        assert tags.has_tag(TAG, "job")
    tags.remember("job", OTHER)
    assert tags.has_tag(OTHER, "job")
    assert not tags.has_tag(TAG, "job")


def test_only_an_earlier_command_has_seen_a_job(places: list[Path]) -> None:
    """Also one of which it could not learn the title; what this command learns does not count."""
    del places
    first = JobTagCache(ACCOUNT)
    first.remember("known", TAG)
    first.save(["known", "unread"])
    assert not first.was_seen("known")
    second = JobTagCache(ACCOUNT)
    second.remember("new", TAG)
    assert [second.was_seen(job) for job in ("known", "unread", "new")] == [True, True, False]
    assert second.candidates(OTHER, ["known", "unread"]) == ["unread"]


def test_nothing_is_written_without_news(places: list[Path]) -> None:
    """A title that is learnt again is none; one that is learnt, or that has changed, is written once."""
    path = places[0] / f"{NAME}.tags.json"
    tags = JobTagCache(ACCOUNT)
    tags.save_news(["job"])
    assert not path.exists()
    tags.remember("job", TAG)
    tags.save_news(["job"])
    assert json.loads(path.read_text()) == {"job": extract_tag(TAG)}
    path.unlink()
    tags.remember("job", TAG)
    tags.save_news(["job"])
    assert not path.exists()
    tags.remember("job", OTHER)
    tags.remember("job", OTHER)
    tags.save_news(["job"])
    assert json.loads(path.read_text()) == {"job": extract_tag(OTHER)}
    assert not list(places[1].iterdir())


def test_a_job_with_a_tag_is_known_until_it_is_forgotten(places: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that lacks it does not make it gone; who deletes it says so; the oldest of very many are let go."""
    del places
    tags = JobTagCache(ACCOUNT)
    for job, title in (("mine", TAG), ("theirs", OTHER), ("plain", "no tag")):
        tags.remember(job, title)
    tags.save(["new"])
    again = JobTagCache(ACCOUNT)
    assert again.unlisted(f"{TAG} mine", ["new"]) == ["mine"]
    assert again.unlisted(TAG, ["mine"]) == again.unlisted("[cgi-runner aaaaaaaaaaaa]", []) == []
    again.forget("mine")
    again.forget("never there")
    last = JobTagCache(ACCOUNT)
    assert last.unlisted(TAG, []) == []
    assert (last.was_seen("new"), last.has_tag(OTHER, "theirs")) == (True, True)
    monkeypatch.setattr("cgi_runner.job.job_index._MAX_UNLISTED", 1)
    last.remember("newest", TAG)
    last.save(["new"])
    assert JobTagCache(ACCOUNT).unlisted(OTHER, []) == []
    assert JobTagCache(ACCOUNT).unlisted(TAG, []) == ["newest"]


def test_a_job_that_was_listed_and_not_there_may_be_the_one(places: list[Path]) -> None:
    """For this command only."""
    del places
    tags = JobTagCache(ACCOUNT)
    tags.note_missing("gone")
    tags.note_missing("gone")
    assert tags.unlisted(TAG, ["gone"]) == ["gone"]
    assert JobTagCache(ACCOUNT).unlisted(TAG, []) == []


def test_what_a_job_shows_can_correct_what_it_was_sent_with(places: list[Path]) -> None:
    """The service had named another job."""
    del places
    tags = JobTagCache(ACCOUNT)
    tags.remember("wrong", TAG)
    tags.correct("wrong", "theirs")
    tags.save_news(["wrong"])
    assert not JobTagCache(ACCOUNT).has_tag(TAG, "wrong")


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"text"'])
def test_a_damaged_file_is_as_good_as_none(content: str, places: list[Path]) -> None:
    """The account is then looked through anew."""
    (places[0] / f"{NAME}.tags.json").write_text(content)
    tags = JobTagCache(ACCOUNT)
    assert not tags.was_seen("job")
    assert tags.candidates(TAG, ["job"]) == ["job"]


def test_what_cannot_be_kept_is_done_without(places: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs requests the next time, and nothing else."""
    del places

    def full(path: Path, text: str) -> None:
        del path, text
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cgi_runner.job.job_index.atomic_write", full)
    tags = JobTagCache(ACCOUNT)
    tags.remember("job", TAG)
    tags.save(["job"])
    assert tags.has_tag(TAG, "job")


def test_without_an_account_nothing_is_kept(places: list[Path]) -> None:
    """Neither tags nor notes."""
    tags = JobTagCache()
    tags.remember("job", TAG)
    tags.save(["job"])
    tags.start_submission(TAG, ["job"])
    assert tags.path is None
    assert not tags.is_submitting(TAG)
    assert tags.jobs_before(TAG) == set()
    assert not [path for folder in places for path in folder.iterdir()]


def test_a_submission_under_way_is_noted_in_all_places(places: list[Path]) -> None:
    """By the digits of its tag, with the jobs before it; one of another tag, or of another account, is none of it."""
    JobTagCache(ACCOUNT).start_submission(f"{TAG} title", ["b", "a"])
    notes = [folder / f"{NAME}.0123456789ab.open" for folder in places]
    assert [path for folder in places for path in folder.iterdir()] == notes
    assert [note.read_text() for note in notes] == ['["a", "b"]'] * 2
    found = JobTagCache(ACCOUNT)
    assert found.is_submitting(TAG)
    assert found.jobs_before(TAG) == {"a", "b"}
    assert not found.is_submitting(OTHER)
    assert not JobTagCache("other").is_submitting(TAG)
    notes[0].unlink()
    assert found.is_submitting(TAG)
    assert found.jobs_before(TAG) == {"a", "b"}
    found.finish_submission(OTHER)
    assert notes[1].exists()
    found.finish_submission(TAG)
    assert not notes[1].exists()
    assert not found.is_submitting(TAG)


def test_a_note_keeps_the_jobs_of_the_first_try(places: list[Path]) -> None:
    """Those of a later try may hold the job that is looked for; a place that has none yet gets one."""
    tags = JobTagCache(ACCOUNT)
    tags.start_submission(TAG, ["old"])
    (places[0] / f"{NAME}.0123456789ab.open").unlink()
    tags.start_submission(TAG, ["old", "new"])
    texts = [(folder / f"{NAME}.0123456789ab.open").read_text() for folder in places]
    assert texts == ['["new", "old"]', '["old"]']
    (places[1] / f"{NAME}.0123456789ab.open").unlink()
    tags.start_submission(TAG, ["newest"])
    texts = [(folder / f"{NAME}.0123456789ab.open").read_text() for folder in places]
    assert texts == ['["new", "old"]', '["newest"]']
    tags.finish_submission(TAG)
    tags.start_submission(TAG)
    assert [(folder / f"{NAME}.0123456789ab.open").read_text() for folder in places] == ["[]"] * 2


@pytest.mark.parametrize("content", ["", "{", "7", "null"])
def test_a_damaged_note_is_still_a_note(content: str, places: list[Path]) -> None:
    """It was begun when the machine stopped: which jobs were there before is what the other place says."""
    tags = JobTagCache(ACCOUNT)
    tags.start_submission(TAG, ["a"])
    (places[0] / f"{NAME}.0123456789ab.open").write_text(content)
    assert tags.is_submitting(TAG)
    assert tags.jobs_before(TAG) == {"a"}


def test_a_note_that_cannot_be_written_is_told(places: list[Path], caplog: pytest.LogCaptureFixture) -> None:
    """With the place and the reason, for a kill could now cost a second job; the other place has it all the same."""
    places[0].rmdir()
    tags = JobTagCache(ACCOUNT)
    tags.start_submission(TAG, ["a"])
    note = places[0] / f"{NAME}.0123456789ab.open"
    (told,) = [record.getMessage() for record in caplog.records]
    assert told.startswith(f"warning: {note} cannot be written (No such file or directory): ")
    assert told.endswith(": if this command is killed, another may run the job twice")
    assert tags.is_submitting(TAG)
    tags.finish_submission(TAG)
    assert not tags.is_submitting(TAG)


def test_a_note_beside_the_output_folder_outlives_the_other_places(places: list[Path], tmp_path: Path) -> None:
    """It tells of the submission where these are lost, to those who work beside it, and goes when the others go."""
    beside = tmp_path / "results"
    beside.mkdir()
    JobTagCache(ACCOUNT, beside).start_submission(TAG, ["b", "a"])
    note = beside / f".cgi-runner-{NAME}.0123456789ab.open"
    assert list(beside.iterdir()) == [note]
    assert note.read_text() == '["a", "b"]'
    for folder in places:
        (folder / f"{NAME}.0123456789ab.open").unlink()
    assert JobTagCache(ACCOUNT, beside).is_submitting(TAG)
    assert JobTagCache(ACCOUNT, beside).jobs_before(TAG) == {"a", "b"}
    assert not JobTagCache(ACCOUNT).is_submitting(TAG)
    JobTagCache(ACCOUNT, beside).finish_submission(TAG)
    assert not note.exists()


def test_without_an_account_there_is_no_note_beside_either(tmp_path: Path) -> None:
    """Nobody knows whose submission it would be."""
    JobTagCache(None, tmp_path).start_submission(TAG)
    assert not list(tmp_path.glob(".cgi-runner-*"))


def test_a_note_beside_that_cannot_be_written_is_not_missed(
    places: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is one more than there has to be: no warning, and the others are there; no link is followed."""
    JobTagCache(ACCOUNT, tmp_path / "gone").start_submission(TAG)
    assert not caplog.records
    assert all((folder / f"{NAME}.0123456789ab.open").exists() for folder in places)
    target = tmp_path / "target"
    (tmp_path / f".cgi-runner-{NAME}.0123456789ab.open").symlink_to(target)
    JobTagCache(ACCOUNT, tmp_path).start_submission(TAG, ["a"])
    assert not target.exists()
    assert not caplog.records
