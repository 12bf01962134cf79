"""The output folder while a job is at work in it: one process at a time, and nothing left behind by a false start."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cgi_runner.clock import spell_duration
from cgi_runner.errors import InputError, RunnerError, StillRunningError

log = logging.getLogger(__name__)

WORK = ".cgi-runner"
#: Where every process of a machine looks; the second place is for where somebody else has taken the name in the first.
_PLACES = ("/tmp", "/var/tmp")  # noqa: S108 - owners are checked
LONGEST = 6 * 3600.0  # seconds that another process is waited for, where no deadline says otherwise
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED = frozenset({errno.EFBIG, errno.EROFS})


@contextmanager
def workspace(out: Path, seconds: float = LONGEST) -> Iterator[Path]:
    """Have the output folder, and give a folder inside it for work in progress.

    A second process that wants the same output folder waits here until the first is done, as long as `seconds` allow.
    On the way out the work folder goes; so does the output folder if it was made here and nothing was put into it.

    Raises:
        InputError: The folder cannot be made or written.
        StillRunningError: Another process did not end in time.
        RunnerError: The disk is full.

    """
    work = out / WORK
    with one_at_a_time(f"folder {os.path.realpath(out)}", f"another cgi-runner is at work in {out}", seconds):
        made = [folder for folder in (out, *out.parents) if not folder.exists()]
        try:
            _make(work, out)
            yield work
        except OSError as error:
            if error.errno not in _FULL | _CLOSED:
                raise
            raise _no_room(out, error) from error
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


def _no_room(out: Path, error: OSError) -> RunnerError:
    return RunnerError(
        f"{out} cannot be written: {error.strerror}", tip="make room; the same command goes on from here"
    )


@contextmanager
def one_at_a_time(what: str, busy: str, seconds: float = LONGEST) -> Iterator[None]:
    """Let one process of this user on this machine do a thing at a time; a killed process gives way by itself.

    Raises:
        StillRunningError: Another process did not give way in so many seconds.

    """
    folder = shared_folder()
    if folder is None:
        log.debug("no folder for locks; going on without")
        yield
        return
    from filelock import FileLock, Timeout

    lock = FileLock(folder / f"{hashlib.sha256(os.fsencode(what)).hexdigest()[:16]}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.info("%s; waiting for it to end", busy)
        try:
            lock.acquire(timeout=max(seconds, 0))
        except Timeout:
            raise StillRunningError(
                f"{busy}, and has not ended in {spell_duration(seconds)}",
                tip="the same command goes on once that one has ended; a longer --deadline waits longer",
            ) from None
    with lock:
        lock.release()  # the block's own hold remains: holds are counted
        yield


def shared_folder() -> Path | None:
    """Give a private folder that does not depend on HOME or TMPDIR, which workflow engines change for every step."""
    folders = [Path(place) / f"cgi-runner-{os.getuid()}" for place in _PLACES]
    found = next(filter(_is_private, folders), None)
    if found is None and any(map(os.path.lexists, folders)):
        log.warning(
            "WARNING: %s belong to somebody else or cannot be written: several commands at once could run a job twice",
            " and ".join(map(str, folders)),
        )
    return found


def _is_private(folder: Path) -> bool:
    """Say whether this is a folder of the user's own, having made it if there was nothing."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
    except OSError:
        return False
    return about.st_uid == os.getuid() and not folder.is_symlink() and os.access(folder, os.W_OK)
