"""Unpacking an archive at its bounds, and what is said, word for word, of one that is refused."""

from __future__ import annotations

import errno
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import ResultsError, RunnerError
from cgi_runner.results import archive as archives
from cgi_runner.results.archive import ExtractedArchive, is_unpacked, unpack
from cgi_runner.results.summary import Summary
from support.archives import make_generation, write_zip

AGAIN = "run the command again; if that does not help, `cgi-runner status` shows whether CGI still has the job"


def refused(path: Path, **options: Any) -> RunnerError:
    """Return the error with which an archive is refused."""
    with pytest.raises(RunnerError) as failed:
        unpack(path, path.with_name("out"), **options)
    return failed.value


def test_a_users_file_is_not_quoted(tmp_path: Path) -> None:
    """What was named as a saved archive by mistake may be a patient's data."""
    path = tmp_path / "mutations.tsv"
    path.write_text("chr7\t140753336\n")
    error = refused(path)
    assert (error.message, error.tip) == ("it is not a zip archive", AGAIN)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the download is not an archive; it begins with: (empty)"),
        (
            b'{"message": "no such job", "error_code": 404}',
            "the download is not an archive; it begins with: no such job",
        ),
        (b'{"status": "Running"}', "the download is not an archive; it begins with: {'status': 'Running'}"),
        (b"[1]", "the download is not an archive; it begins with: [1]"),
        (b"Jos\xe9 <br>", "the download is not an archive; it begins with: Jos\ufffd <br>"),
        (b"PK but no more", "the archive is corrupt: File is not a zip file"),
        (b"x" * 50 + b"PK", "the download is not an archive; it begins with: " + "x" * 50 + "PK"),
    ],
)
def test_what_comes_in_place_of_an_archive_is_said_with_a_tip(content: bytes, message: str, tmp_path: Path) -> None:
    """A broken archive is told from a text in its place, and both from the runner's own faults."""
    (tmp_path / "a.zip").write_bytes(content)
    error = refused(tmp_path / "a.zip", is_download=True)
    assert (type(error), error.message, error.tip) == (ResultsError, message, AGAIN)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "the archive has no members"),
        ({"a": "", "A": "x"}, "the archive holds two different files named 'A'"),
        ({"a/b.tsv": "", "c.tsv": ""}, "the archive holds 'a/b.tsv', which is not a plain file name"),
        ({"dropped.tsv": ""}, "the archive holds 'dropped.tsv', which would replace one of the runner's own files"),
        ({".": ""}, "the archive holds '.', which is not a plain file name"),
        ({"a\nb": ""}, "the archive holds 'a b', which is not a plain file name"),
    ],
)
def test_what_is_wrong_with_an_archive_is_said_with_a_tip(
    members: dict[str, str], message: str, tmp_path: Path
) -> None:
    """One sentence with what was found, and the same tip: the next download may be whole."""
    error = refused(write_zip(members, tmp_path / "a.zip"))
    assert (type(error), error.message, error.tip) == (ResultsError, message, AGAIN)


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    """The checksum tells, and the sentence says which member it was."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as zipping:
        zipping.writestr("alterations.tsv", "gene\n" * 100)
    content = bytearray((tmp_path / "a.zip").read_bytes())
    content[200] ^= 1
    (tmp_path / "a.zip").write_bytes(content)
    assert refused(tmp_path / "a.zip").message == "the archive is corrupt: Bad CRC-32 for file 'alterations.tsv'"


def test_faults_of_the_disk_are_not_blamed_on_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an archive's own faults are worth another download."""
    path = write_zip(make_generation("2d"), tmp_path / "a.zip")
    for number, is_the_archives in ((errno.EACCES, False), (errno.EINVAL, True), (errno.ENAMETOOLONG, True)):

        def breaks(*_: Any, number: int = number) -> bytes:
            raise OSError(number, "trouble")

        monkeypatch.setattr(zipfile.ZipExtFile, "read", breaks)
        if is_the_archives:
            assert refused(path).message == f"the archive is corrupt: [Errno {number}] trouble"
            continue
        with pytest.raises(OSError, match="trouble"):
            unpack(path, tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "content", "is_taken"),
    [
        ("a.tsv", b"x" * 2**20, False),
        ("A.TXT", b"x" * 2**20, False),
        ("a.bin", b"x" * 2**20, True),
        ("a.tsv", b"x" * (2**20 - 1), True),
        ("a.tsv", b"x" * (2**20 - 1) + b"\n", True),
    ],
    ids=["table", "text", "other", "just", "ended"],
)
def test_a_line_of_a_million_letters_is_none_of_a_table(
    name: str, content: bytes, is_taken: bool, tmp_path: Path
) -> None:
    """It would have to be held whole later on."""
    path = write_zip({name: content}, tmp_path / "a.zip")
    if is_taken:
        assert (unpack(path, tmp_path / "out").folder / name).read_bytes() == content
        return
    error = refused(path)
    assert error.message == f"the archive holds {name}, which has a line of more than a million characters"
    assert error.tip == AGAIN


def test_room_is_needed_to_the_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As much as the members take is enough; a byte less is said before anything is written."""
    path = write_zip({"a.tsv": "x" * 100}, tmp_path / "a.zip")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=100))
    assert unpack(path, tmp_path / "out").members == ("a.tsv",)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=99))
    error = refused(path)
    assert (error.message, error.tip) == (
        "the results need 100 bytes, 99 are free",
        "free some space and run the same command again",
    )


@pytest.mark.parametrize(
    ("bounds", "is_taken"),
    [
        ({"_LARGEST": 5000}, True),
        ({"_LARGEST": 4999}, False),
        ({"MIN_BOMB_SIZE": 5000, "MAX_RATIO": 1}, True),
        ({"MIN_BOMB_SIZE": 4999, "MAX_RATIO": 1}, False),
        ({"MIN_BOMB_SIZE": 4999, "MAX_RATIO": 100}, True),
        ({"_MAX_MEMBERS": 1}, True),
        ({"_MAX_MEMBERS": 0}, False),
    ],
    ids=str,
)
def test_bounds_are_kept_to_the_byte(
    bounds: dict[str, int], is_taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is exactly as large as it may be is taken."""
    for name, value in bounds.items():
        monkeypatch.setattr(archives, name, value)
    path = write_zip({"a.tsv": "x" * 5000}, tmp_path / "a.zip")
    if is_taken:
        assert unpack(path, tmp_path / "out").members == ("a.tsv",)
    elif "_MAX_MEMBERS" in bounds:
        assert refused(path).message == "the archive has 1 members, too many for results"
    else:
        packed = path.stat().st_size
        assert refused(path).message == (
            f"the archive of {packed} bytes would unpack to 5000: refused as a possible zip bomb"
        )


def test_an_archive_that_lies_about_itself_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Members that overlap, or a list of them without end: both are said, with the same tip."""
    path = write_zip({"a.tsv": "x"}, tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02") + 20
    content[place : place + 4] = (10_000).to_bytes(4, "little")
    path.write_bytes(content)
    error = refused(path)
    assert (error.message, error.tip) == ("the archive is corrupt: its members overlap", AGAIN)
    monkeypatch.setattr(archives, "_CHUNK", 50)
    error = refused(write_zip({"a.tsv": "x"}, path))
    assert (error.message, error.tip) == ("the archive is corrupt: its list of members takes 51 bytes", AGAIN)
    monkeypatch.setattr(archives, "_LARGEST", 0)
    monkeypatch.setattr(archives, "_CHUNK", 2**20)
    assert refused(write_zip({"a.tsv": "x"}, path)).tip == AGAIN


def test_unpacking_again_starts_anew(tmp_path: Path) -> None:
    """What an earlier try has left is not taken for a member."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summary.txt").write_text("Analysis ID: of another job")
    unpacked = unpack(write_zip({"b.tsv": "1", "a.tsv": "2"}, tmp_path / "a.zip"), tmp_path / "out")
    assert unpacked == ExtractedArchive(tmp_path / "a.zip", tmp_path / "out", ("a.tsv", "b.tsv"), Summary())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.tsv", "b.tsv"]


def test_an_edited_result_is_noticed(tmp_path: Path) -> None:
    """By size or by checksum; what else lies in the folder does not matter."""
    path = write_zip({"a.tsv": "12345", "b.tsv": ""}, tmp_path / "a.zip")
    unpack(path, tmp_path / "out")
    (tmp_path / "out" / "other").write_text("x")
    assert is_unpacked(path, tmp_path / "out")
    for text in ("1234", "12354", "123456"):
        (tmp_path / "out" / "a.tsv").write_text(text)
        assert not is_unpacked(path, tmp_path / "out")
    (tmp_path / "out" / "a.tsv").unlink()
    assert not is_unpacked(path, tmp_path / "out")
    path.write_bytes(b"PK")
    assert not is_unpacked(path, tmp_path / "out")
