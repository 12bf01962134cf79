"""Lines of a file that may be compressed, huge, broken or no text at all; memory stays flat."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from cgi_runner.errors import InputError
from cgi_runner.inputs.faults import Faults, clean

BLOCK = 1 << 16
LONGEST_LINE = 1 << 21
GZIP = b"\x1f\x8b"
BGZF_HEADER = 18
BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
NO_TEXT = {
    b"\xff\xfe": ("UTF-16 text", "save the file as UTF-8"),
    b"\xfe\xff": ("UTF-16 text", "save the file as UTF-8"),
    b"PK\x03\x04": ("a zip archive or an Excel sheet", "unpack it, or save the sheet as tab separated text"),
    b"BZh": ("a bzip2 file", "unpack it first: bunzip2 FILE"),
    b"\xfd7zXZ\x00": ("an xz file", "unpack it first: unxz FILE"),
    b"\x28\xb5\x2f\xfd": ("a zstd file", "unpack it first: unzstd FILE"),
    b"BCF\x02": ("a BCF file", "convert it first: bcftools view FILE > FILE.vcf"),
    GZIP: ("gzip inside gzip", "unpack it once: gunzip FILE"),
}
CUT_OFF = "the file looks cut off or damaged: copy it again from where it came from"


class Source:
    """A file read once, forwards: single lines while its header is looked at, then whole blocks of lines."""

    def __init__(self, path: Path) -> None:
        """Open the file, or standard input for `-`; raise InputError when it cannot be read."""
        self.name = "-" if str(path) == "-" else path.name
        self.faults = Faults(self.name)
        self._raw = _Raw(_opened(path))
        self._blocks = self._checked_blocks()
        self._text, self._start, self._number = "", 0, 1

    def close(self) -> None:
        """Close the file; standard input stays open."""
        self._raw.close()

    def line(self) -> tuple[int, str] | None:
        """Give the next line and its number, or None at the end."""
        if self._start == len(self._text):
            self._text, self._start = next(self._blocks, ""), 0
            if not self._text:
                return None
        end = self._text.index("\n", self._start)
        number, text = self._number, self._text[self._start : end]
        self._start, self._number = end + 1, number + 1
        return number, text

    def blocks(self) -> Iterator[tuple[int, list[str]]]:
        """Give all further lines in blocks, each with the number of its first line."""
        text = self._text[self._start :] or next(self._blocks, "")
        while text:
            lines = text[:-1].split("\n")
            number = self._number
            self._number += len(lines)
            yield number, lines
            text = next(self._blocks, "")

    def lines(self) -> Iterator[tuple[int, str]]:
        """Give all further lines that are not blank, each with its number."""
        for first, lines in self.blocks():
            for number, line in enumerate(lines, first):
                if line and not line.isspace():
                    yield number, line

    def _checked_blocks(self) -> Iterator[str]:
        """Give whole lines as text, a block at a time, each line with its line feed."""
        blocks = self._bytes()
        rest = self._sniffed(self._next(blocks, b""))
        while block := self._next(blocks, rest):
            lines, newline, tail = block.rpartition(b"\n")
            if newline:
                yield self._text_of(rest + lines + newline)
                rest = tail
            else:
                rest += tail
            if len(rest) > LONGEST_LINE:
                self._text_of(rest)
                self._stop(rest, f"a line of more than {LONGEST_LINE} bytes", "shorter lines")
        if rest:
            yield self._text_of(rest.removesuffix(b"\n") + b"\n")

    def _bytes(self) -> Iterator[bytes]:
        """Give decompressed bytes, a block at a time."""
        start = self._raw.first(BGZF_HEADER)
        raw = io.BufferedReader(self._raw, BLOCK)
        stream = gzip.GzipFile(fileobj=raw) if start.startswith(GZIP) else raw
        while block := stream.read(BLOCK):
            yield block
        if start.startswith(GZIP) and start[12:14] == b"BC" and self._raw.end != BGZF_END:
            raise EOFError("the empty block that ends a bgzipped file is missing")

    def _next(self, blocks: Iterator[bytes], rest: bytes) -> bytes:
        try:
            return next(blocks, b"")
        except (EOFError, OSError, zlib.error) as error:
            line = self._number + rest.count(b"\n")
            self.faults.stop(f"line {line}: the file cannot be read on from here ({error})", tip=CUT_OFF)

    def _sniffed(self, block: bytes) -> bytes:
        for magic, (what, tip) in NO_TEXT.items():
            if block.startswith(magic):
                self._stop(b"", what, "text or gzipped text", tip)
        return block.removeprefix(b"\xef\xbb\xbf")

    def _text_of(self, block: bytes) -> str:
        if b"\0" in block:
            self._stop(block[: block.index(b"\0")], "a NUL byte", "text")
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        if b"\r" in block:
            tip = "convert the line ends: tr '\\r' '\\n' < FILE > NEW_FILE"
            self._stop(
                block[: block.index(b"\r")], "a carriage return within the line", "line feeds between lines", tip
            )
        # Columns that are not read may hold anything; those that are sent are checked where they are read.
        return block.decode("utf-8", "surrogateescape")

    def _stop(self, before: bytes, found: str, expected: str, tip: str = "is this the right file?") -> NoReturn:
        line = self._number + before.count(b"\n")
        self.faults.stop(f"line {line}: found {found}, expected {expected}", tip=tip)


class _Raw(io.RawIOBase):
    """The bytes of a file as they are, with the last few remembered: they tell whether a bgzipped file is whole."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        super().__init__()
        self._file = file
        self._first = b""
        self.end = b""

    def first(self, size: int) -> bytes:
        """Give the first bytes, however few a pipe gives at once; they are read again afterwards."""
        self._first = self._file.read(size)
        return self._first

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        size, first = len(self._first), self._first
        if first:
            buffer[:size], self._first = first, b""
        else:
            size = self._file.readinto1(buffer)
        self.end = (self.end + bytes(buffer[max(0, size - len(BGZF_END)) : size]))[-len(BGZF_END) :]
        return size

    def close(self) -> None:
        if self._file is not getattr(sys.stdin, "buffer", None):
            self._file.close()
        super().close()


def _opened(path: Path) -> io.BufferedIOBase:
    if str(path) == "-":
        if sys.stdin is None:
            raise InputError("-: standard input is closed", tip="name a file, or give it something to read")
        return sys.stdin.buffer  # type: ignore[return-value]
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(
            f"{clean(str(path))}: {error.strerror}", tip="check the name and the permissions of the file"
        ) from error
