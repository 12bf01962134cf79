"""Lines of a file that may be compressed, huge, broken or no text at all; memory stays flat."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NoReturn

from cgi_runner.errors import InputError
from cgi_runner.inputs.notes import InputNotes
from cgi_runner.inputs.problems import InputProblems, printable

BLOCK = 1 << 16
LONGEST_LINE = 1 << 21
GZIP = b"\x1f\x8b"
BGZF_HEADER = 18
BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_EXPORT = "export the table as tab separated text"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What Excel's `Unicode text` and files of PowerShell begin with."""
UTF_8 = "save the file as UTF-8, as with iconv -f utf-16 -t utf-8 FILE > NEW_FILE"
NO_TEXT = {
    **dict.fromkeys(UTF_16, ("UTF-16 text", UTF_8)),
    b"PK\x03\x04": ("a zip archive or an Excel sheet", "unpack it, or save the sheet as tab separated text"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "save the sheet as tab separated text"),
    b"%PDF": ("a PDF", _EXPORT),
    b"{\\rtf": ("an RTF document", _EXPORT),
    **dict.fromkeys((b"<html", b"<HTML", b"<!DOCTYPE", b"<!doctype"), ("a web page", _EXPORT)),
    **dict.fromkeys((b"{", b"[{", b"[\n"), ("JSON", _EXPORT)),
    b"BZh": ("a bzip2 file", "unpack it first: bunzip2 FILE"),
    b"\xfd7zXZ\x00": ("an xz file", "unpack it first: unxz FILE"),
    b"\x28\xb5\x2f\xfd": ("a zstd file", "unpack it first: unzstd FILE"),
    b"BCF\x02": ("a BCF file", "convert it first: bcftools view FILE > FILE.vcf"),
    GZIP: ("gzip inside gzip", "unpack it once: gunzip FILE"),
}
#: Endings that say what a file is, not whose.
_ENDINGS = re.compile(r"(\.(gz|bgz|bgzf|vcf|maf|tsv|csv|txt|tab))+$", re.IGNORECASE)
CUT_OFF = "the file looks cut off or damaged: copy it again from where it came from"


class TextSource:
    """A file read once, forwards: single lines while its header is looked at, then whole blocks of lines."""

    def __init__(self, path: Path) -> None:
        """Open the file, or standard input for `-`; raise InputError when it cannot be read."""
        self.path = path
        self.name = "-" if str(path) == "-" else path.name
        self.problems = InputProblems(self.name)
        self.notes = InputNotes()
        self.stem = "" if self.name == "-" else _ENDINGS.sub("", self.name)
        """The file's name without the endings of its format; empty for standard input."""
        self.takes_name_of_file = False
        """Whether a sample is sent under it."""
        self._is_compressed = False
        self._raw = _TailTrackingReader(_open(path))
        self._blocks = self._iter_blocks()
        self._text, self._start, self._number = "", 0, 1

    def note(self, text: str, *, warn: bool = False) -> None:
        """Keep what was decided while the file was read; it is said on the screen and in the record.

        Args:
            text: What was decided, as a clause.
            warn: Whether it is a warning.

        """
        if warn:
            self.notes.warn(text)
        else:
            self.notes.decide(text)

    @property
    def sha256(self) -> str:
        """The checksum of the file as it is, compressed or not; empty until it is read to its end."""
        return self._raw.sha256

    def close(self) -> None:
        """Close the file; standard input stays open."""
        self._raw.close()

    def line(self) -> tuple[int, str] | None:
        """Return the next line and its number, or None at the end."""
        if self._start == len(self._text):
            self._text, self._start = next(self._blocks, ""), 0
            if not self._text:
                return None
        end = self._text.index("\n", self._start)
        number, text = self._number, self._text[self._start : end]
        self._start, self._number = end + 1, number + 1
        return number, text

    def unread(self, lines: list[tuple[int, str]]) -> None:
        """Take back the lines that were read last, so that they come once more; they must be in order."""
        if lines:
            text = "".join(f"{line}\n" for _, line in lines)
            self._text, self._start, self._number = text + self._text[self._start :], 0, lines[0][0]

    def texts(self) -> Iterator[tuple[int, str]]:
        """Yield all further lines as texts of many lines, each line with its line feed, and the number of the first."""
        text = self._text[self._start :] or next(self._blocks, "")
        while text:
            number = self._number
            self._number += text.count("\n")
            yield number, text
            text = next(self._blocks, "")

    def blocks(self) -> Iterator[tuple[int, list[str]]]:
        """Yield all further lines in blocks, each with the number of its first line."""
        for number, text in self.texts():
            yield number, text[:-1].split("\n")

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield all further lines that are not blank, each with its number."""
        for first, lines in self.blocks():
            for number, line in enumerate(lines, first):
                if line and not line.isspace():
                    yield number, line

    def _iter_blocks(self) -> Iterator[str]:
        """Yield whole lines as text, a block at a time, each line with its line feed."""
        blocks = self._bytes()
        rest = self._next(blocks, b"")
        if rest.startswith(UTF_16):
            blocks = _as_utf_8(chain([rest], blocks))
            rest = self._next(blocks, b"")
            self.note("the text is in UTF-16, and read as such")
        rest = self._reject_binary(rest)
        if b"\r" in rest and b"\n" not in rest:
            # A file of an old Macintosh, or of Excel for it: all its lines end like this.
            rest, blocks = rest.replace(b"\r", b"\n"), (block.replace(b"\r", b"\n") for block in blocks)
            self.note("lines end with carriage returns, which are read as line feeds")
        while block := self._next(blocks, rest):
            end = block.rfind(b"\n") + 1
            if end:
                yield self._decode(rest + block[:end])
                rest = block[end:]
            else:
                rest += block
            if len(rest) > LONGEST_LINE:
                self._decode(rest)
                self._stop(rest, f"a line of more than {LONGEST_LINE} bytes", "shorter lines")
        if rest:
            yield self._decode(rest.removesuffix(b"\n") + b"\n")

    def _bytes(self) -> Iterator[bytes]:
        """Yield decompressed bytes, a block at a time."""
        start = self._raw.first(BGZF_HEADER)
        self._is_compressed = start.startswith(GZIP)
        raw = io.BufferedReader(self._raw, BLOCK)
        stream = gzip.GzipFile(fileobj=raw) if start.startswith(GZIP) else raw
        while block := stream.read(BLOCK):
            yield block
        if start.startswith(GZIP) and start[12:14] == b"BC" and self._raw.end != BGZF_END:
            raise EOFError("the empty block that ends a bgzipped file is missing")

    def _next(self, blocks: Iterator[bytes], rest: bytes) -> bytes:
        try:
            return next(blocks, b"")
        except (EOFError, OSError, UnicodeError, zlib.error) as error:
            line = self._number + rest.count(b"\n")
            self.problems.abort(f"line {line}: the file cannot be read any further ({error})", tip=CUT_OFF)

    def _reject_binary(self, block: bytes) -> bytes:
        for magic, (what, tip) in NO_TEXT.items():
            if block.startswith(magic):
                self._stop(b"", what, "text or gzipped text", tip)
        return block.removeprefix(b"\xef\xbb\xbf")

    def _decode(self, block: bytes) -> str:
        if b"\0" in block:
            self._stop(block[: block.index(b"\0")], "a NUL byte", "text")
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        if b"\r" in block:
            unpack = "gunzip -c FILE | tr" if self._is_compressed else "tr"
            tip = f"remove the carriage returns: {unpack} -d '\\r'{'' if self._is_compressed else ' < FILE'} > NEW_FILE"
            self._stop(
                block[: block.index(b"\r")], "a carriage return within the line", "line feeds between lines", tip
            )
        # Columns that are not read may hold anything; those that are sent are checked where they are read.
        return block.decode("utf-8", "surrogateescape")

    def _stop(self, before: bytes, found: str, expected: str, tip: str = "is this the right file?") -> NoReturn:
        line = self._number + before.count(b"\n")
        self.problems.abort(f"line {line}: found {found}, expected {expected}", tip=tip)


def _as_utf_8(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield blocks of UTF-16 in UTF-8, without the mark at their beginning."""
    decoder = codecs.getincrementaldecoder("utf-16")()
    for block in chain(blocks, [b""]):
        if text := decoder.decode(block, final=not block):
            yield text.encode()


class _TailTrackingReader(io.RawIOBase):
    """The bytes of a file as they are, with their checksum, and with the last few remembered.

    The last ones tell whether a bgzipped file is whole.
    """

    def __init__(self, file: io.BufferedIOBase) -> None:
        super().__init__()
        self._file = file
        self._first = b""
        self._digest = hashlib.sha256()
        self.sha256 = ""
        """Of all bytes, once they are read."""
        self.end = b""

    def first(self, size: int) -> bytes:
        """Return the first bytes, however few a pipe gives at once; they are read again afterwards."""
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
        self._digest.update(memoryview(buffer)[:size])
        if not size:
            self.sha256 = self._digest.hexdigest()
        self.end = (self.end + bytes(buffer[max(0, size - len(BGZF_END)) : size]))[-len(BGZF_END) :]
        return size

    def close(self) -> None:
        if self._file is not getattr(sys.stdin, "buffer", None):
            self._file.close()
        super().close()


def _open(path: Path) -> io.BufferedIOBase:
    if str(path) == "-":
        if sys.stdin is None:
            raise InputError("-: standard input is closed", tip="name a file, or pipe data into the command")
        return sys.stdin.buffer  # type: ignore[return-value]
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(
            f"{printable(str(path))}: {error.strerror}", tip="check the name and the permissions of the file"
        ) from error
