"""Opening archives: whole ones come out byte for byte, all others are refused with a sentence."""

from __future__ import annotations

import shutil
import stat
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgi_runner.errors import ResultsError, RunnerError
from cgi_runner.results import archive as archives
from cgi_runner.results.archive import unpack
from support.archives import GENERATIONS, JOB, make_generation, write_zip


@pytest.mark.parametrize("name", GENERATIONS)
def test_members_come_out_byte_for_byte(name: str, tmp_path: Path) -> None:
    """What CGI sent is what lies in the folder."""
    members = make_generation(name)
    unpacked = unpack(write_zip(members, tmp_path / "a.zip"), tmp_path / "out")
    assert unpacked.members == tuple(sorted(members))
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {
        file: text.encode() for file, text in members.items()
    }


def test_a_member_that_nobody_knows_is_kept(tmp_path: Path) -> None:
    """The layout changed five times; a sixth file is no reason to refuse."""
    unpacked = unpack(write_zip({**make_generation("2d"), "novelty.json": "{}"}, tmp_path / "a.zip"), tmp_path / "out")
    assert (unpacked.folder / "novelty.json").read_text() == "{}"


@pytest.mark.parametrize("name", ["2c", "2d"])
def test_a_summary_names_the_job(name: str, tmp_path: Path) -> None:
    """Both kinds of summaries do."""
    assert unpack(write_zip(make_generation(name), tmp_path / "a.zip"), tmp_path / "out").summary.job_id == JOB


class Bad(NamedTuple):
    """A member that must not be unpacked, and a word of the refusal."""

    name: str
    word: str
    mode: int = 0
    encrypted: bool = False
    method: int = zipfile.ZIP_DEFLATED


@pytest.mark.parametrize(
    "bad",
    [
        Bad("../evil.tsv", "plain file name"),
        Bad("/etc/evil.tsv", "plain file name"),
        Bad("folder/evil.tsv", "plain file name"),
        Bad("folder/../evil.tsv", "plain file name"),
        Bad("../folder/", "plain file name"),
        Bad("evil\\windows.tsv", "plain file name"),
        Bad("..", "plain file name"),
        Bad("x" * 201, "plain file name"),
        Bad("cgi-job.json", "one of the runner's own files"),
        Bad("CGI-Results.zip", "one of the runner's own files"),
        Bad("dropped.tsv", "one of the runner's own files"),
        Bad(".cgi-runner", "one of the runner's own files"),
        Bad("link.tsv", "a link", mode=stat.S_IFLNK | 0o777),
        Bad("pipe.tsv", "a link or a device", mode=stat.S_IFIFO | 0o600),
        Bad("secret.tsv", "encrypted", encrypted=True),
        Bad("strange.tsv", "compressed in a way", method=zipfile.ZIP_LZMA),
    ],
    ids=lambda bad: bad.name[:20].replace("\\", "-"),
)
def test_dangerous_members_are_refused(bad: Bad, tmp_path: Path) -> None:
    """Nothing leaves the folder or replaces the runner's own files, and nothing is written before that is known."""
    member = zipfile.ZipInfo(bad.name)
    member.compress_type = bad.method
    member.create_system = 3
    member.external_attr = bad.mode << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipping:
        zipping.writestr("summary.txt", "good")
        zipping.writestr(member, "bad")
    if bad.encrypted:
        content = bytearray((tmp_path / "a.zip").read_bytes())
        content[content.rindex(b"PK\x01\x02") + 8] |= 1
        (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(ResultsError, match=bad.word):
        unpack(tmp_path / "a.zip", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def _namesakes(path: Path) -> None:
    write_zip({"a.tsv": "1", "A.TSV": "2"}, path)


def _empty(path: Path) -> None:
    write_zip({}, path)


def _crowd(path: Path) -> None:
    write_zip({f"{number}.tsv": "" for number in range(10_001)}, path)


@pytest.mark.parametrize("make", [_namesakes, _empty, _crowd])
def test_odd_lists_of_members_are_refused(make: Callable[[Path], None], tmp_path: Path) -> None:
    """One name twice (also in another case, for some file systems), none at all, or far too many."""
    make(tmp_path / "a.zip")
    with pytest.raises(ResultsError, match=r"two different files named|has no members|too many for results"):
        unpack(tmp_path / "a.zip", tmp_path / "out")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive that grows beyond all measure is no archive of CGI's."""
    monkeypatch.setattr(archives, "MIN_BOMB_SIZE", 1000)
    path = write_zip({"alterations.tsv": b"\0" * 1_000_000}, tmp_path / "a.zip")
    with pytest.raises(ResultsError, match="would unpack to 1000000"):
        unpack(path, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_a_full_disk_is_told_before_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The room that is needed is known beforehand."""
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(RunnerError, match="10 are free") as failed:
        unpack(write_zip(make_generation("2d"), tmp_path / "a.zip"), tmp_path / "out")
    assert failed.value.exit_code == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"\(empty\)"),
        (b'{"error_code": 404, "message": "no such job"}', "no such job"),
        (b'"just a text"', "just a text"),
        (b"<html><body>Maintenance</body></html>", "Maintenance"),
        (b"\xff\xfe\x00\x01", "is not an archive"),
    ],
    ids=["nothing", "error object", "json text", "page", "binary"],
)
def test_what_comes_in_place_of_an_archive_is_quoted(content: bytes, said: str, tmp_path: Path) -> None:
    """Naive clients save an error as .zip; here it is read out."""
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(ResultsError, match=said):
        unpack(tmp_path / "a.zip", tmp_path / "out", is_download=True)


@settings(max_examples=200)
@given(data=st.data())
def test_no_damage_goes_through_unnoticed(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever bytes are changed or cut off: either the members are whole, or it is a results error; nothing else."""
    folder = tmp_path_factory.mktemp("damage")
    members = {"summary.txt": "Analysis ID: x\n" * 20, "alterations.tsv": "a\tb\n" * 20}
    content = bytearray(write_zip(members, folder / "a.zip").read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=3)):
        content[place] = data.draw(st.integers(0, 255))
    (folder / "a.zip").write_bytes(content[: data.draw(st.integers(1, len(content)))])
    found: tuple[str, ...] = ()
    with suppress(ResultsError):
        found = unpack(folder / "a.zip", folder / "out").members
    whole = {member.encode() for member in members.values()}
    assert all((folder / "out" / name).read_bytes() in whole for name in found)
