"""What the runner says while a test runs: each sentence is one of `messages.golden`, with every gap in it filled in."""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import cgi_runner
from cgi_runner.errors import RunnerError
from support.messages import GOLDEN

_PACKAGE = str(Path(cgi_runner.__file__).parent)
#: Where every error has a tip; elsewhere, some say what was expected and nothing is left to add.
_WITH_TIPS = (f"{_PACKAGE}/job/", f"{_PACKAGE}/output/")
#: Where errors are whole sentences; readers of inputs put theirs together from shorter pieces.
_WHOLE = (*_WITH_TIPS, f"{_PACKAGE}/results/", f"{_PACKAGE}/service/")
_LEVELS = ("debug", "info", "warning", "error")
_TWO_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
_GAP = re.compile(r"\\\{\\\}|%[sdr]")


@cache
def _sentences() -> dict[str, re.Pattern[str]]:
    """Give the golden sentences, each with a pattern of what it is once it is filled in."""
    found = {}
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if _TWO_WORDS.search(line) and not line.startswith(" "):
            # Letters beside it would be those of another sentence.
            found[line] = re.compile(rf"(?<![A-Za-z]){_GAP.sub('.*', re.escape(line))}(?![A-Za-z])", re.DOTALL)
    return found


@cache
def _anchors() -> list[tuple[str, str]]:
    """Give the longest text of each sentence that is always in it, and the sentence."""
    return [(max(re.split(r"\{\}|%[sdr]", line), key=len), line) for line in _sentences()]


def is_reviewed(text: str) -> bool:
    """Return whether a text holds a sentence of the golden file; one word is no sentence."""
    text = " ".join(text.split())
    if not _TWO_WORDS.search(text) or text in _sentences():
        return True
    text += " "  # the last gap may be filled with nothing
    return any(anchor in text and _sentences()[line].search(text) for anchor, line in _anchors())


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_PACKAGE)


def _beyond_constructors(frame: FrameType) -> FrameType:
    while frame.f_code.co_name == "__init__" and frame.f_back:
        frame = frame.f_back
    return frame


def what_is_said(patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Listen to what the package logs and raises; yield a list that gets whatever is not as the golden file has it."""
    faults: list[str] = []
    for level in _LEVELS:
        patch.setattr(logging.Logger, level, _listening(getattr(logging.Logger, level), faults))
    make = RunnerError.__init__

    def made(self: RunnerError, message: str, *, tip: str = "") -> None:
        frame = _beyond_constructors(sys._getframe(1))
        if frame.f_code.co_filename.startswith(_WHOLE):
            faults.extend(repr(text) for text in (message, tip) if not (isinstance(text, str) and is_reviewed(text)))
            if not tip and frame.f_code.co_filename.startswith(_WITH_TIPS):
                faults.append(f"{message!r} has no tip")
        make(self, message, tip=tip)

    patch.setattr(RunnerError, "__init__", made)
    yield faults


def _listening(method: Any, faults: list[str]) -> Any:
    def listened(self: logging.Logger, message: Any, *values: Any, **options: Any) -> None:
        if _is_ours(sys._getframe(1)):
            faults.extend(_faults_of(message, values))
        method(self, message, *values, **{"stacklevel": 2, **options})

    return listened


def _faults_of(message: Any, values: tuple[Any, ...]) -> Iterator[str]:
    try:
        text = message % values
    except TypeError:
        yield f"{message!r} % {values!r}"
        return
    is_text_alone = message == "%s"
    if None in values or not is_reviewed(text if is_text_alone else message):
        yield repr(text)


def refuse_the_machines_encoding(patch: pytest.MonkeyPatch) -> None:
    """Let the package open no text file in an encoding that the machine chooses."""
    choose: Callable[..., str] = io.text_encoding  # type: ignore[attr-defined]  # its stub has none

    def chosen(encoding: str | None, stacklevel: int = 2) -> str:
        assert encoding or not _is_ours(sys._getframe(2)), "a text file without an encoding"
        return choose(encoding, stacklevel + 1)

    patch.setattr(io, "text_encoding", chosen)
