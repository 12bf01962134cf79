"""Stops from outside: SIGTERM and Ctrl-C end a command in good order, each with an exit code of its own.

A stop is an exception in the middle of whatever is being done. Python swallows exceptions in a few places, such as when
an object goes, and one that comes just after a lock was taken leaves it taken, on which the way out may then wait for
ever. So a stop comes again when it was swallowed, and as long as the command has not ended: it ends such waiting, too.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any, NoReturn

INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM
_IN_A_MOMENT = 0.01  # seconds
_PATIENCE = 5.0  # seconds for ending in good order, less than those that engines give


class TerminatedError(KeyboardInterrupt):
    """SIGTERM came: stop as for Ctrl-C, with another exit code."""


def heed() -> None:
    """Have stops raise `TerminatedError` or, as Python does by itself, `KeyboardInterrupt` from now on."""
    signal.signal(signal.SIGTERM, _stopped)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # what runs in the background ignores it
        signal.signal(signal.SIGINT, _stopped)
    sys.unraisablehook = _swallowed


def let_through() -> None:
    """Let further signals end the process without a word: all that is to be told has been told."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def code_of(error: BaseException | None) -> int:
    """Give the exit code of the stop that an exception is, or came after; 0 if there was none."""
    while error:
        if isinstance(error, KeyboardInterrupt):
            return TERMINATED if isinstance(error, TerminatedError) else INTERRUPTED
        error = error.__context__
    return 0


def _stopped(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    stop = TerminatedError if number == signal.SIGTERM else KeyboardInterrupt
    _have_again(stop, _PATIENCE)
    raise stop


def _swallowed(lost: Any) -> None:
    """Have a stop come again; tell of any other exception as Python does."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        _have_again(type(lost.exc_value), _IN_A_MOMENT)
    else:
        sys.__unraisablehook__(lost)


def _have_again(stop: type[KeyboardInterrupt], seconds: float) -> None:
    """Have the stop come again in so many seconds, and again, unless the command has ended before."""

    def again(number: int, frame: FrameType | None) -> NoReturn:
        del number, frame
        raise stop

    signal.signal(signal.SIGALRM, again)
    signal.setitimer(signal.ITIMER_REAL, seconds, _PATIENCE)
