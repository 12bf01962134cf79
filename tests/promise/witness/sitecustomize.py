"""Makes a child of the tests tell of itself; Python imports this at its start where the folder is on PYTHONPATH.

Every file that it removes, replaces or writes over is kept as a copy; every file that it writes to, every address that
it reaches and every process that it starts is noted. Its sleep is short, and it can be made to crash.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

KEPT = Path(os.environ["HUNT_KEPT"])
HURRY = 50
PASSING = ".cgi-runner"  # the folder for work in progress
WRITING = os.O_WRONLY | os.O_RDWR
REACHING = frozenset({"socket.connect", "socket.sendto"})
STARTING = frozenset(
    {"subprocess.Popen", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn"}
)


class Witness:
    """Hears of every audited event of this process."""

    def __init__(self) -> None:
        """Open the notes."""
        self._notes = (KEPT / f"notes-{os.getpid()}.jsonl").open("a", buffering=1)
        self._copies = 0
        self._busy = False

    def __call__(self, event: str, about: tuple[Any, ...]) -> None:
        """Note what matters; what this does itself is not heard of."""
        if self._busy:
            return
        self._busy = True
        try:
            self._hear(event, about)
        finally:
            self._busy = False

    def _hear(self, event: str, about: tuple[Any, ...]) -> None:
        if event == "open" and about[2] & WRITING and not isinstance(about[0], int):
            self._note("wrote", os.path.abspath(os.fsdecode(about[0])))  # noqa: PTH100 - nothing is followed
            if about[2] & os.O_TRUNC:
                self._keep(about[0])
        elif event == "os.remove":
            self._keep(about[0], about[1])
        elif event == "os.rename":
            self._keep(about[0], about[2])
            self._keep(about[1], about[3])
        elif event in REACHING:
            self._note("reached", list(about[1]) if isinstance(about[1], tuple) else str(about[1]))
        elif event in STARTING:
            self._note("started", repr(about))

    def _note(self, what: str, which: Any) -> None:
        self._notes.write(json.dumps([what, which]) + "\n")

    def _keep(self, path: Any, folder: int = -1) -> None:
        with suppress(OSError):
            place = Path(f"/proc/self/fd/{folder}").readlink() if folder >= 0 else Path.cwd()
            file = place / os.fsdecode(path)
            if file.is_file() and file.stat().st_size:
                self._copies += 1
                kind = "passing" if PASSING in file.parts else "replaced"
                (KEPT / kind).mkdir(exist_ok=True)
                shutil.copyfile(file, KEPT / kind / f"{os.getpid()}-{self._copies:05}")


def hurried(sleep: Callable[[float], None]) -> Callable[..., None]:
    """Return a sleep that is soon over."""
    return lambda seconds: sleep(seconds / HURRY)


def crash() -> None:
    """Break what sends requests, by an exception that no careful program would make."""
    from cgi_runner.service.session import CgiSession

    def broken(self: Any, *_: Any, **__: Any) -> None:
        header = self._requests.auth._credentials.header
        try:
            int(header)
        except ValueError as error:
            raise RuntimeError(f"cannot send Authorization: {header}") from error

    CgiSession._open = broken  # type: ignore[method-assign, assignment]


def bare() -> None:
    """Take the masks away, to show that the hunt would find what they cover."""
    from cgi_runner import redaction

    redaction.redact = lambda text: text


time.sleep = hurried(time.sleep)
if os.environ.get("HUNT_CRASH"):
    crash()
if os.environ.get("HUNT_BARE"):
    bare()
sys.addaudithook(Witness())
