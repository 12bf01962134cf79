"""The output folder while a job is running in it: one process at a time, and nothing left behind by a false start."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cgi_runner.clock import format_duration
from cgi_runner.config import read_variable
from cgi_runner.errors import InputError, RunnerError, StillRunningError

if TYPE_CHECKING:
    from filelock import BaseFileLock

log = logging.getLogger(__name__)

WORK = ".cgi-runner"
#: Where every process of a machine looks; the second place is for where somebody else has taken the name in the first.
_PLACES = ("/tmp", "/var/tmp")  # noqa: S108 - owners are checked
LONGEST = 6 * 3600.0  # seconds that another process is waited for, where no deadline says otherwise
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})
_named_state = ""
_warned: set[str] = set()
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED = frozenset({errno.EFBIG, errno.EROFS})


@contextmanager
def output_lock(out: Path, seconds: float = LONGEST) -> Iterator[Path]:
    """Lock the output folder, and return a folder inside it for work in progress.

    On the way out the work folder goes; so does the output folder if it was made here and nothing was put into it.

    Args:
        out: The output folder; made if need be.
        seconds: How long another process that has the folder is waited for.

    Yields:
        The folder for temporary files.

    Raises:
        InputError: The folder cannot be made or written.
        StillRunningError: Another process did not end in time.
        RunnerError: The disk is full.

    """
    work = out / WORK
    with exclusive_lock(f"folder {os.path.realpath(out)}", f"another cgi-runner is running in {out}", seconds):
        made = [folder for folder in (out, *out.parents) if not folder.exists()]
        try:
            _make(work, out)
            yield work
        except OSError as error:
            if error.errno not in _FULL | _CLOSED:
                raise
            raise _disk_full_error(out, error) from error
        finally:
            try:
                _clear(work, made)
            except KeyboardInterrupt:  # a stop in the middle of this: it can wait that long
                _clear(work, made)
                raise


def _make(work: Path, out: Path) -> None:
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
    except OSError as error:
        if error.errno in _FULL:
            raise
        raise InputError(f"the output folder {out} cannot be used: {error.strerror}", tip="choose another") from None


def _clear(work: Path, made: list[Path]) -> None:
    shutil.rmtree(work, ignore_errors=True)
    for folder in made:
        with suppress(OSError):  # whatever something was put into stays
            folder.rmdir()


def _disk_full_error(out: Path, error: OSError) -> RunnerError:
    return RunnerError(
        f"{out} cannot be written: {error.strerror}", tip="free some space and run the same command again to resume"
    )


@contextmanager
def exclusive_lock(what: str, busy: str, seconds: float = LONGEST) -> Iterator[None]:
    """Let one process of this user on this machine do a thing at a time; a killed process gives way by itself.

    Args:
        what: Name of the thing; it becomes the name of the lock.
        busy: What the other process does, as a clause for messages.
        seconds: How long the other process is waited for.

    Raises:
        StillRunningError: Another process did not give way in so many seconds.

    """
    with ExitStack() as stack:
        ends = time.monotonic() + seconds
        for folder in state_dirs():
            stack.enter_context(_lock_in(folder, what, busy, ends - time.monotonic(), seconds))
        yield


@contextmanager
def _lock_in(folder: Path, what: str, busy: str, left: float, seconds: float) -> Iterator[None]:
    """Hold a lock in one folder; where its file system has no locks, say so and go on without."""
    from filelock import Timeout

    lock = _file_lock(folder / f"{hashlib.sha256(os.fsencode(what)).hexdigest()[:16]}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.info("%s; waiting for it to end", busy)
        try:
            lock.acquire(timeout=max(left, 0))
        except Timeout:
            raise StillRunningError(
                f"{busy}, and has not ended in {format_duration(seconds)}",
                tip="run the same command again once that one has ended, or give a longer --deadline",
            ) from None
    except (OSError, NotImplementedError) as error:
        if isinstance(error, OSError) and error.errno not in _NO_LOCKS:
            raise
        _warn_once(f"{folder} does not support file locks ({error}): several commands at once could run a job twice")
        yield
        return
    with lock:
        lock.release()  # the block's own hold remains: holds are counted
        yield


def _file_lock(path: Path) -> BaseFileLock:
    """Return a lock that ends with its process: one that is a file's mere existence would outlive a kill."""
    from filelock import FileLock

    try:
        return FileLock(path, fallback_to_soft=False)
    except TypeError:  # a version that knows no other locks
        return FileLock(path)


def state_dirs() -> list[Path]:
    """Return the folders for locks and notes: the one that machines and containers may share, and this machine's own.

    The first is `--state`, `CGI_RUNNER_STATE` or the user's state folder. The second does not depend on HOME, which
    workflow engines change for every step: what holds in either of them holds.

    Raises:
        InputError: The folder that was named cannot be used.

    """
    named = _named_state or read_variable("CGI_RUNNER_STATE")
    folders = [_named_folder(Path(named))] if named else [*_usual_folder()]
    own = lock_dir()
    return [*folders, *([own] if own and own not in folders else [])]


def use_state_dir(folder: Path | None) -> None:
    """Keep locks and notes in a folder from now on.

    Args:
        folder: The folder; None stands for the usual one.

    """
    global _named_state  # noqa: PLW0603 - one for the process, as its environment is
    _named_state = str(folder) if folder else ""


def _named_folder(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the state folder {folder} cannot be made: {error.strerror}", tip="choose another") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"the state folder {folder} cannot be written", tip="choose another, or correct its mode")
    return folder


def _usual_folder() -> Iterator[Path]:
    """Yield the folder in the user's state folder, if the user has a home that can be written."""
    from platformdirs import user_state_path

    # RuntimeError: a container's user may be in no list of users, and HOME be unset.
    with suppress(OSError, RuntimeError):
        folder = user_state_path("cgi-runner")
        folder.parent.mkdir(parents=True, exist_ok=True)
        if _make_private(folder):
            yield folder


def _warn_once(text: str) -> None:
    if text not in _warned:
        _warned.add(text)
        log.warning("warning: %s", text)


def lock_dir() -> Path | None:
    """Return a private folder that does not depend on HOME or TMPDIR, which workflow engines change for every step."""
    folders = [Path(place) / f"cgi-runner-{os.getuid()}" for place in _PLACES]
    found = next(filter(_make_private, folders), None)
    if found is None and any(map(os.path.lexists, folders)):
        log.warning(
            "warning: %s belong to another user or cannot be written: several commands at once could run a job twice",
            " and ".join(map(str, folders)),
        )
    return found


def _make_private(folder: Path) -> bool:
    """Make a private folder if it is missing; return whether it is the user's own and can be written."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
    except OSError:
        return False
    return about.st_uid == os.getuid() and not folder.is_symlink() and os.access(folder, os.W_OK)
