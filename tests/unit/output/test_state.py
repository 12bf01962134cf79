"""The folder for locks and notes: where it is, who shares it, and file systems that cannot do all of it."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from pathlib import Path

import filelock
import pytest

from cgi_runner import files
from cgi_runner.errors import InputError, StillRunningError
from cgi_runner.files import atomic_write
from cgi_runner.job.job_index import JobTagCache
from cgi_runner.output import locking
from cgi_runner.output.locking import exclusive_lock, state_dirs, use_state_dir
from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES
from support.cli import cgi_runner

TAG = "[cgi-runner 0123456789ab]"


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Have two machines with temporary folders of their own, and be on the first."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir(mode=0o700)
    monkeypatch.setattr(locking, "lock_dir", lambda: folders[0])
    monkeypatch.setattr("cgi_runner.job.job_index.state_dirs", state_dirs)
    return folders


def test_a_note_is_seen_on_every_machine_that_shares_the_folder(
    machines: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender that was killed in one container is known in the next, with the jobs that were there before."""
    monkeypatch.setenv("CGI_RUNNER_STATE", str(tmp_path / "shared" / "state"))
    JobTagCache("account").start_submission(TAG, ["b", "a"])
    monkeypatch.setattr(locking, "lock_dir", lambda: machines[1])
    elsewhere = JobTagCache("account")
    assert elsewhere.is_submitting(TAG)
    assert elsewhere.jobs_before(TAG) == {"a", "b"}
    elsewhere.finish_submission(TAG)
    assert not elsewhere.is_submitting(TAG)


def test_a_note_is_seen_on_the_same_machine_whatever_home_is(
    machines: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Engines change HOME for every step: the machine's own folder holds the note as well."""
    del machines
    monkeypatch.delenv("CGI_RUNNER_STATE")
    for number in range(2):
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / f"home{number}"))
        assert JobTagCache("account").is_submitting(TAG) is bool(number)
        JobTagCache("account").start_submission(TAG)


def test_one_lock_for_all_machines_that_share_the_folder(
    machines: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two containers with folders of their own do not submit at once."""
    monkeypatch.setenv("CGI_RUNNER_STATE", str(tmp_path / "shared"))
    held, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with exclusive_lock("submit", "busy"):
            held.set()
            leave.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(60)
    monkeypatch.setattr(locking, "lock_dir", lambda: machines[1])
    try:
        with pytest.raises(StillRunningError), exclusive_lock("submit", "busy", 0):
            pass
    finally:
        leave.set()
        thread.join()
    with exclusive_lock("submit", "busy", 0):
        pass


def test_the_users_state_folder_is_the_usual_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made, for the user alone; without a home that can be written, the machine's own folder is left."""
    monkeypatch.delenv("CGI_RUNNER_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    usual, own = state_dirs()
    assert (usual, own) == (tmp_path / "state" / "cgi-runner", locking.lock_dir())
    assert state_dirs() == [usual, own]
    use_state_dir(tmp_path / "named")
    assert state_dirs() == [tmp_path / "named", own]
    use_state_dir(None)
    assert state_dirs() == [usual, own]
    assert usual.stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert state_dirs() == [locking.lock_dir()]


def test_a_folder_that_was_named_must_be_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not, nothing is submitted without it."""
    (tmp_path / "file").touch()
    for named, said in ((str(tmp_path / "file" / "x"), "cannot be made"), ("", "is set, but empty")):
        monkeypatch.setenv("CGI_RUNNER_STATE", named)
        with pytest.raises(InputError, match=said):
            state_dirs()
    monkeypatch.setenv("CGI_RUNNER_STATE", str(tmp_path))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="cannot be written"):
        state_dirs()


def test_the_option_names_the_folder(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For one command: the next one has the usual folder again."""
    monkeypatch.setattr("cgi_runner.job.job_index.state_dirs", state_dirs)
    monkeypatch.setenv("CGI_EMAIL", CREDENTIALS.email)
    monkeypatch.setenv("CGI_TOKEN", CREDENTIALS.token)
    command: list[str | Path] = [
        "submit",
        "--mutations",
        EXAMPLES / "mutations.tsv",
        "--cancer-type",
        "CM",
        "--reference",
        "hg38",
    ]
    outcome = cgi_runner(*command, "-o", tmp_path / "out", "--api-url", sandbox.url, "--state", tmp_path / "named")
    assert outcome.code == 0
    assert {path.suffix for path in (tmp_path / "named").iterdir()} >= {".lock", ".json"}
    assert tmp_path / "named" not in state_dirs()


def test_a_file_system_without_locks_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Some of clusters and networks have none: the command goes on, and says what that means."""

    def none(self: filelock.FileLock, *_: object, **__: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK), self.lock_file)

    monkeypatch.setattr(filelock.FileLock, "acquire", none)
    monkeypatch.setattr(locking, "_warned", set())
    monkeypatch.setattr(locking, "lock_dir", lambda: None)
    for _ in range(2):
        with exclusive_lock("a thing", "busy"):
            pass
    (told,) = [text for text in caplog.messages if "does not support file locks" in text]
    assert told.startswith("warning: ")
    assert told.endswith("): several commands at once could run a job twice")


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK])
def test_nobody_waits_for_a_lock_that_no_process_holds(
    code: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A lock's file that a killed command has left is no lock, also where the file system has no real ones."""

    def none(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(locking, "_warned", set())
    monkeypatch.setattr(locking, "lock_dir", lambda: None)
    with exclusive_lock("a thing", "busy"):
        pass
    assert [path for folder in state_dirs() for path in folder.glob("*.lock")]
    monkeypatch.setattr(fcntl, "flock", none)
    with exclusive_lock("a thing", "busy", 0.5):
        pass
    assert "does not support file locks" in caplog.text


def test_a_file_system_that_cannot_sync_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The file is in place all the same; any other trouble stays an error."""

    def invalid(_: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "fsync", invalid)
    monkeypatch.setattr(files, "_warned_of_sync", [])
    for text in ("one", "two"):
        atomic_write(tmp_path / "file", text)
        assert (tmp_path / "file").read_text() == text
    assert caplog.text.count("cannot sync") == 1
