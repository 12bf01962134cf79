"""The output folder while a job is running in it, and the locks that keep processes apart."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from cgi_runner.errors import InputError, RunnerError, StillRunningError
from cgi_runner.output import locking as module
from cgi_runner.output.locking import exclusive_lock, output_lock


def test_what_nothing_was_put_into_goes(tmp_path: Path) -> None:
    """Folders that were made in vain go with their parents; those that were there stay."""
    with output_lock(tmp_path / "a" / "b" / "c") as work:
        assert work.is_dir()
    assert not list(tmp_path.iterdir())
    (tmp_path / "there").mkdir()
    with output_lock(tmp_path / "there"):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_what_something_was_put_into_stays(tmp_path: Path) -> None:
    """A file in the folder keeps it; work in progress goes all the same, as do leftovers of a killed run."""
    out = tmp_path / "a" / "b"
    (out / ".cgi-runner" / "old").mkdir(parents=True)
    with output_lock(out) as work:
        assert not list(work.iterdir())
        (work / "part").write_text("x")
        (out / "kept").write_text("x")
    assert [path.name for path in out.iterdir()] == ["kept"]


@pytest.mark.parametrize("act", ["mkdir", "rmdir"])
@pytest.mark.parametrize("name", ["a", "b", ".cgi-runner"])
def test_a_stop_in_the_middle_leaves_no_trace(
    act: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it comes while folders are made or while they go again: all that was made goes."""
    stops = count(1)

    def stopping(do: Callable[..., None]) -> Callable[..., None]:
        def stopped(path: str | Path, *arguments: object, **named: object) -> None:
            do(path, *arguments, **named)
            if Path(path).name == name and next(stops) == 1:
                raise KeyboardInterrupt

        return stopped

    for owner in (os, Path):  # pathlib of Python 3.10 holds functions of its own
        monkeypatch.setattr(owner, act, stopping(getattr(owner, act)))
    with pytest.raises(KeyboardInterrupt), output_lock(tmp_path / "a" / "b"):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["file", "parent", "work", "link"])
def test_a_folder_that_cannot_be_used_is_bad_input(kind: str, tmp_path: Path) -> None:
    """Files in the way and links out of the folder are neither followed nor removed."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "precious").write_text("x")
    out = tmp_path / "out"
    if kind == "file":
        out.write_text("x")
    elif kind == "parent":
        out.write_text("x")
        out /= "below"
    else:
        out.mkdir()
        if kind == "work":
            (out / ".cgi-runner").write_text("x")
        else:
            (out / ".cgi-runner").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="cannot be used"), output_lock(out):
        pytest.fail("a folder that cannot be used was used")
    assert (tmp_path / "elsewhere" / "precious").read_text() == "x"


def test_a_full_disk_is_said_in_one_line(tmp_path: Path) -> None:
    """No room is no fault of the program's; other faults of the machine are not hidden."""
    with pytest.raises(RunnerError, match="No space left") as failed, output_lock(tmp_path / "out"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert "free some space" in failed.value.tip
    with pytest.raises(PermissionError), output_lock(tmp_path / "out"):
        raise PermissionError(errno.EACCES, "no")


def test_one_at_a_time_in_one_folder(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A second one waits until the first is done, by whatever path it calls the folder, and says that it waits."""
    caplog.set_level("INFO")
    (tmp_path / "link").symlink_to(tmp_path)
    order: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait(5)
        with output_lock(tmp_path / "link" / "out"):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with output_lock(tmp_path / "out"):
        inside.set()
        while "waiting for it to end" not in caplog.text:
            thread.join(0.01)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert not list(tmp_path.glob("out"))


def test_a_lock_is_let_go_of_after_a_failure() -> None:
    """What ends by an exception does not keep others out."""
    for _ in range(2):
        with pytest.raises(KeyError), exclusive_lock("a thing of these tests", "busy"):
            raise KeyError


@pytest.mark.parametrize("trouble", ["squatted", "link", "file", "nowhere"])
def test_without_a_safe_place_for_locks_it_goes_on(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder that is not one's own is never used for locks: another one is, or it is told what that means."""
    first, second = tmp_path / "first", tmp_path / "second"
    monkeypatch.setattr(module, "_PLACES", (first, second))
    if trouble != "nowhere":
        first.mkdir()
    name = f"cgi-runner-{os.getuid()}"
    if trouble == "link":
        (first / name).symlink_to(tmp_path)
    elif trouble == "file":
        (first / name).write_text("x")
    elif trouble == "squatted":
        (first / name).mkdir()
        monkeypatch.setattr(os, "getuid", lambda: 4711)
        (first / "cgi-runner-4711").mkdir()
    assert module.lock_dir() is None
    assert ("could run a job twice" in caplog.text) is (trouble != "nowhere")
    with exclusive_lock("a thing", "busy"):
        pass
    second.mkdir()
    if trouble != "squatted":
        assert module.lock_dir() == second / name


def test_the_folder_for_locks_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else reads there, and no name in it tells what is locked."""
    monkeypatch.setattr(module, "_PLACES", (tmp_path,))
    with exclusive_lock("submit https://example.org steward@example.org", "busy"):
        folder = module.lock_dir()
        assert folder
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not [path for path in folder.iterdir() if "steward" in path.name]


def test_what_is_wrong_with_a_folder_is_said_with_a_tip(tmp_path: Path) -> None:
    """The folder, the machine's reason, and what to do."""
    out = tmp_path / "out"
    out.write_text("x")
    with pytest.raises(InputError) as refused, output_lock(out):
        pytest.fail("a file was used as a folder")
    assert (refused.value.message, refused.value.tip) == (
        f"the output folder {out} cannot be used: Not a directory",
        "choose another",
    )
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS):
        with pytest.raises(RunnerError) as full, output_lock(tmp_path / "b"):
            raise OSError(number, os.strerror(number))
        assert (full.value.message, full.value.tip) == (
            f"{tmp_path / 'b'} cannot be written: {os.strerror(number)}",
            "free some space and run the same command again to resume",
        )
        assert full.value.exit_code == 1


def test_the_work_folder_lies_in_the_output_folder(tmp_path: Path) -> None:
    """So that finished files are moved, not copied; of the folders made in vain only those go that are empty."""
    with output_lock(tmp_path / "a" / "b") as work:
        assert work == tmp_path / "a" / "b" / ".cgi-runner"
        (tmp_path / "a" / "kept").write_text("x")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "kept"]


def test_a_name_in_another_alphabet_can_be_locked(tmp_path: Path) -> None:
    """Names of folders are bytes, which need not be letters of any."""
    with output_lock(Path(os.fsdecode(os.fsencode(tmp_path) + b"/out\xe9"))) as work:
        assert work.is_dir()


class _StopError(Exception):
    """What ends a block from inside."""


def _held(what: str) -> tuple[threading.Thread, threading.Event]:
    """Have a thing held by another thread until the event is set."""
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with exclusive_lock(what, "held"):
            inside.set()
            leave.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(5)
    return thread, leave


def test_who_waits_in_vain_is_told_for_how_long(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The one in the way is named, no time at all is a time, too, and the tip says how to go on."""
    caplog.set_level("INFO")
    out = tmp_path / "out"
    thread, leave = _held(f"folder {os.path.realpath(out)}")
    try:
        with pytest.raises(StillRunningError) as late, output_lock(out, 0):
            pytest.fail("two were running at once")
    finally:
        leave.set()
        thread.join()
    busy = f"another cgi-runner is running in {out}"
    assert late.value.message == f"{busy}, and has not ended in 0 s"
    assert late.value.tip == "run the same command again once that one has ended, or give a longer --deadline"
    assert caplog.messages == [f"{busy}; waiting for it to end"]
    assert not out.exists()


def test_different_things_do_not_wait_for_each_other() -> None:
    """Each has a lock of its own, by a name that tells nothing."""
    what = "a folder of these tests"
    thread, leave = _held(what)
    try:
        folder = module.lock_dir()
        assert folder
        assert (folder / f"{hashlib.sha256(what.encode()).hexdigest()[:16]}.lock").exists()
        before = time.monotonic()
        with exclusive_lock("another folder of these tests", "busy"):
            pass
        assert time.monotonic() - before < 60
    finally:
        leave.set()
        thread.join()


def test_a_lock_is_let_go_of_at_the_end() -> None:
    """However the block ends, the next one comes in at once."""
    for _ in range(2):
        with exclusive_lock("a lock of these tests", "busy", 0):
            pass
        with pytest.raises(_StopError), exclusive_lock("a lock of these tests", "busy", 0):
            raise _StopError


def test_the_place_for_locks_depends_on_the_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither HOME nor TMPDIR moves it, for engines change them at each step; without /tmp there is another."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert module.lock_dir() == Path("/tmp") / f"cgi-runner-{os.getuid()}"
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.setattr(module, "_PLACES", (tmp_path / "no", here))
    for _ in range(2):
        assert module.lock_dir() == here / f"cgi-runner-{os.getuid()}"
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert module.lock_dir() is None
