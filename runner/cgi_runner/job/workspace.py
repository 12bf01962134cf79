"""The output folder while a job is at work in it: one process at a time, and nothing left behind by a false start."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cgi_runner.errors import InputError, RunnerError

log = logging.getLogger(__name__)

WORK = ".cgi-runner"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


@contextmanager
def workspace(out: Path) -> Iterator[Path]:
    """Have the output folder, and give a folder inside it for work in progress.

    A second process that wants the same output folder waits here until the first is done. On the way out the work
    folder goes; so does the output folder if it was made here and nothing was put into it.

    Raises:
        InputError: The folder cannot be made or written.
        RunnerError: The disk is full.

    """
    work = out / WORK
    with one_at_a_time(f"folder {os.path.realpath(out)}", f"another cgi-runner is at work in {out}"):
        made = [folder for folder in (out, *out.parents) if not folder.exists()]
        try:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(parents=True)
        except OSError as error:
            raise InputError(
                f"the output folder {out} cannot be used: {error.strerror}", tip="choose another"
            ) from None
        try:
            yield work
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            raise RunnerError(
                f"{out} cannot be written: {error.strerror}", tip="make room; the same command goes on from here"
            ) from error
        finally:
            shutil.rmtree(work, ignore_errors=True)
            with suppress(OSError):  # whatever something was put into stays
                for folder in made:
                    folder.rmdir()


@contextmanager
def one_at_a_time(what: str, busy: str) -> Iterator[None]:
    """Let one process of this user on this machine do a thing at a time; a killed process gives way by itself."""
    folder = shared_folder()
    if folder is None:
        log.debug("no folder for locks; going on without")
        yield
        return
    from filelock import FileLock, Timeout

    lock = FileLock(folder / f"{hashlib.sha256(what.encode()).hexdigest()[:16]}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.info("%s; waiting for it to end", busy)
        lock.acquire()
    with lock:
        lock.release()  # the block's own hold remains: holds are counted
        yield


def shared_folder() -> Path | None:
    """Give a private folder that does not depend on HOME or TMPDIR, which workflow engines change for every step."""
    try:
        shared = Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())  # noqa: S108 - owner is checked
        folder = shared / f"cgi-runner-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
    except OSError:
        return None
    usable = about.st_uid == os.getuid() and not folder.is_symlink() and os.access(folder, os.W_OK)
    return folder if usable else None
