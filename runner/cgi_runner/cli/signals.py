"""Stops from outside: SIGTERM, SIGHUP and Ctrl-C end a command in good order, each with an exit code of its own.

A stop is an exception in the middle of whatever is being done. Python swallows exceptions in a few places, such as when
an object goes, and one that comes just after a lock was taken leaves it taken, on which the way out may then wait for
ever. So a stop comes again when it was swallowed, and as long as the command has not ended: it ends such waiting, too.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any, NoReturn

INTERRUPTED, TERMINATED, HUNG_UP = 128 + signal.SIGINT, 128 + signal.SIGTERM, 128 + signal.SIGHUP
_REPEAT_SOON = 0.01  # seconds
_GRACE = 5.0  # seconds for ending in good order, less than those that engines give


class TerminatedError(KeyboardInterrupt):
    """SIGTERM came: stop as for Ctrl-C, with another exit code."""


class HangupError(KeyboardInterrupt):
    """SIGHUP came, as the terminal went: stop as for Ctrl-C, with another exit code."""


_STOPS: dict[int, type[KeyboardInterrupt]] = {signal.SIGTERM: TerminatedError, signal.SIGHUP: HangupError}


def install_handlers() -> None:
    """Make stops raise `KeyboardInterrupt`, as Python does for Ctrl-C, or its own kinds for the others from now on."""
    signal.signal(signal.SIGTERM, _raise_stop)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # what nohup starts ignores it
        signal.signal(signal.SIGHUP, _raise_stop)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # what runs in the background ignores it
        signal.signal(signal.SIGINT, _raise_stop)
    sys.unraisablehook = _on_unraisable


def reset_handlers() -> None:
    """Let further signals end the process without a word: all that is to be told has been told."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def exit_code_for(error: BaseException | None) -> int:
    """Return the exit code of the stop that an exception is, or came after; 0 if there was none."""
    while error:
        if isinstance(error, KeyboardInterrupt):
            numbers = (number for number, stop in _STOPS.items() if isinstance(error, stop))
            return 128 + next(numbers, signal.SIGINT)
        error = error.__context__
    return 0


def _raise_stop(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    stop = _STOPS.get(number, KeyboardInterrupt)
    _raise_again_after(stop, _GRACE)
    raise stop


def _on_unraisable(lost: Any) -> None:
    """Raise a stop again; report any other exception as Python does."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        _raise_again_after(type(lost.exc_value), _REPEAT_SOON)
    else:
        sys.__unraisablehook__(lost)


def _raise_again_after(stop: type[KeyboardInterrupt], seconds: float) -> None:
    """Raise the stop again after so many seconds, and again, unless the command has ended before."""

    def again(number: int, frame: FrameType | None) -> NoReturn:
        del number, frame
        raise stop

    signal.signal(signal.SIGALRM, again)
    signal.setitimer(signal.ITIMER_REAL, seconds, _GRACE)
