"""A job's log that is too large for memory: the answer stays on disk, and its lines are read where they are needed."""

from __future__ import annotations

import json
import mmap
import re
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from typing import BinaryIO, overload

from cgi_runner.files import replace_surrogates

_TEXT = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
# Within a text, a quote is always escaped: these are the names of an object and nothing else.
_STATUS = re.compile(rb'"status"\s*:\s*(' + _TEXT + rb")", re.DOTALL)
_LOGS = re.compile(rb'"logs"\s*:\s*\[\s*')
_LINE = re.compile(rb"(" + _TEXT + rb")\s*([,\]])\s*", re.DOTALL)


class LogFile(Sequence[str]):
    """The lines of a log, without their ends; eight bytes of memory each."""

    def __init__(self, answer: BinaryIO) -> None:
        """Find the lines and the status in an answer of the form `{"status": ..., "logs": [...]}`, in any order.

        Args:
            answer: The file, which has to stay open no longer than this.

        Raises:
            ValueError: The answer is not of this form, or broke off.

        """
        self._text = mmap.mmap(answer.fileno(), 0, access=mmap.ACCESS_READ)
        self._places = array("Q")
        begin = _LOGS.search(self._text)
        if begin is None:
            raise ValueError("no log")
        end = self._find_lines(begin.end())
        status = _STATUS.search(self._text, 0, begin.start()) or _STATUS.search(self._text, end)
        if status is None or not self._text[end:].rstrip().endswith(b"}"):
            raise ValueError("no status, or no end")
        self.status = str(json.loads(status[1]))

    def _find_lines(self, place: int) -> int:
        """Note where each line begins, and return the place after the last one."""
        while line := _LINE.match(self._text, place):
            self._places.append(place)
            place = line.end()
            if line[2] == b"]":
                return place
        raise ValueError("a line that is not text, or has no end")

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        """Read a line, or the lines of a slice."""
        if isinstance(index, slice):
            return [self._read(place) for place in self._places[index]]
        return self._read(self._places[index])

    def _read(self, place: int) -> str:
        line = _LINE.match(self._text, place)
        if line is None:  # the constructor matched it
            raise ValueError("the file has changed")
        text = str(json.loads(line[1].decode("utf-8", "replace"), strict=False))
        return replace_surrogates(text).rstrip("\r\n")


def read_log_answer(pieces: Iterator[bytes], most_in_memory: int) -> LogFile | str:
    """Read the answer to a request for a log.

    Args:
        pieces: The answer as it arrives.
        most_in_memory: Bytes from which on it is put on disk.

    Returns:
        The text of the answer, or the log on disk.

    Raises:
        ValueError: The answer is too large for memory, and no object with a log or not a whole one.

    """
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > most_in_memory:
            return _spool(whole, pieces)
    return whole.decode("utf-8", "replace").removeprefix("\ufeff")


def _spool(begun: bytearray, rest: Iterator[bytes]) -> LogFile:
    if not (_LOGS.search(begun) and begun.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")):
        raise ValueError("no log")
    with tempfile.TemporaryFile() as file:
        file.write(begun)
        begun.clear()
        file.writelines(rest)
        file.flush()
        return LogFile(file)
