"""Files that are broken, hostile or no text at all: one clear sentence each, quickly and in little memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import resource
import sys
import time
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest

HEADER = "chr\tpos\tref\talt\n"
TABLE = HEADER + "".join(f"1\t{position}\tC\tT\n" for position in range(1, 30_000))
compress = partial(gzip.compress, mtime=0)  # the same bytes each time: they are in the names of tests
BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def zipped(name: str = "x.tsv") -> bytes:
    """Return a zip archive with a table."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, TABLE)
    return buffer.getvalue()


def bgzipped(text: str) -> bytes:
    """Return the text as bgzip writes it, without the block that ends a whole file."""
    packed = compress(text.encode())
    return packed[:3] + b"\x04" + packed[4:10] + b"\x06\x00BC\x02\x00\x00\x00" + packed[10:]


def edited(text: str, place: int, byte: bytes) -> bytes:
    """Return the text with one byte set into it."""
    data = text.encode()
    return data[:place] + byte + data[place:]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "mutations.txt: found no header line"),
        (b"\n\n", "mutations.txt: found no header line"),
        (b"\x00\x01\x02" * 100, "mutations.txt: line 1: found a NUL byte, expected text"),
        (edited(TABLE, 200_000, b"\0"), f"mutations.txt: line {TABLE[:200_000].count(chr(10)) + 1}: found a NUL byte"),
        (TABLE.encode("utf-16")[:-3] + b"\xd8\0\xd8", "the file cannot be read any further"),
        (TABLE.encode("utf-16-be"), "mutations.txt: line 1: found a NUL byte"),
        (edited(TABLE, 200_000, b"\r"), f"line {TABLE[:200_000].count(chr(10)) + 1}: found a carriage return"),
        (b"\r" * 400_000, "mutations.txt: found no header line"),
        ((HEADER + "A" * 10_000_000).encode(), "mutations.txt: line 2: found a line of more than 2097152 bytes"),
        ((HEADER + "A" * 10_000_000 + "\n").encode(), "mutations.txt: line 2: found a line of more than"),
        (b"\0" * 10_000_000, "mutations.txt: line 1: found a NUL byte"),
        (zipped(), "mutations.txt: line 1: found a zip archive or an Excel sheet"),
        (bz2.compress(TABLE.encode()), "mutations.txt: line 1: found a bzip2 file"),
        (lzma.compress(TABLE.encode()), "mutations.txt: line 1: found an xz file"),
        (b"\x28\xb5\x2f\xfd\x00", "mutations.txt: line 1: found a zstd file"),
        (compress(b"BCF\x02\x02"), "mutations.txt: line 1: found a BCF file"),
        (compress(compress(TABLE.encode())), "mutations.txt: line 1: found gzip inside gzip"),
        (b"\x1f\x8b" + b"no gzip at all", "mutations.txt: line 1: the file cannot be read any further"),
        (compress(TABLE.encode())[:-4], "the file cannot be read any further"),
        (compress(TABLE.encode())[:20_000], "the file cannot be read any further"),
        (compress(TABLE.encode())[:-8] + b"\0" * 8, "the file cannot be read any further"),
        (
            edited("", 0, compress(TABLE.encode())[:5_000] + b"\xff" * 5_000),
            "the file cannot be read any further",
        ),
        (compress(TABLE.encode()) + b"trailing", "the file cannot be read any further"),
        (bgzipped(TABLE), "the empty block that ends a bgzipped file is missing"),
        (os.urandom(100_000).replace(b"\x1f\x8b", b""), "mutations.txt: "),
        ((HEADER * 2).encode(), "mutations.txt: found nothing to send, it has no rows"),
    ],
)
def test_hostile_content_is_one_clear_error(inputs: Any, content: bytes, fault: str) -> None:
    """Whatever comes, the error names the file and the line, within seconds of processor time and thirty megabytes."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    error = inputs.refuse(mutations=content)
    assert fault in error.message
    assert error.message.startswith("mutations.txt: ")
    assert time.process_time() - started < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000
    assert all(letter.isprintable() or letter == "\n" for letter in error.message)


def test_the_line_where_a_cut_off_file_ends_is_named(inputs: Any) -> None:
    """A gzipped table that was cut off says how far it could be read."""
    packed = compress(TABLE.encode())
    readable = gzip.GzipFile(fileobj=io.BytesIO(packed[:-1000]))
    message = inputs.refuse(mutations=packed[:-1000]).message
    line = int(message.split("line ")[1].split(":")[0])
    assert 1 < line <= TABLE.count("\n")
    assert readable.readline() == HEADER.encode()


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.encode("utf-16"),
        TABLE.rstrip("\n").encode(),
        compress(TABLE.encode()),
        compress(TABLE[:70_000].encode()) + compress(TABLE[70_000:].encode()),
        bgzipped(TABLE) + BGZF_END,
    ],
)
def test_harmless_differences_make_none(inputs: Any, content: bytes) -> None:
    """Windows line ends, a byte order mark, no last line feed, gzip in one or many parts: all give the same rows."""
    outcome = inputs.prepare(mutations=content)
    assert outcome.sent() == [f"1 {position} C T sample {position + 1}" for position in range(1, 30_000)]


class _Slow(io.RawIOBase):
    """A pipe that gives a few bytes at a time, as that of a slow writer does."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._content.readinto(memoryview(buffer)[:3])


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_slow_pipe_makes_no_difference(is_whole: bool, inputs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes, and whether it is whole, does not hang on how much of it comes at once."""
    content = bgzipped(f"{HEADER}1\t10\tC\tT\n") + BGZF_END * is_whole
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(_Slow(content))))
    if is_whole:
        assert inputs.prepare(mutations=Path("-")).sent() == ["1 10 C T sample 2"]
    else:
        assert "the empty block that ends a bgzipped file is missing" in inputs.refuse(mutations=Path("-")).message


def test_other_encodings_do_no_harm_where_nothing_is_read(inputs: Any) -> None:
    """A Latin-1 letter in a column that is not sent passes; in the name of a sample it is a fault."""
    text = "chr\tpos\tref\talt\tsample\tnote\n1\t10\tC\tT\tP1\tn\u00e4vus\n"
    assert inputs.prepare(mutations=text.encode("latin-1")).sent() == ["1 10 C T P1 2"]
    error = inputs.refuse(mutations=text.replace("P1", "P\u00e4").encode("latin-1"))
    assert error.message.startswith("mutations.txt: line 2, column sample: found 'P\ufffd', expected the name")


def test_files_that_cannot_be_opened_are_told(inputs: Any, tmp_path: Path) -> None:
    """A missing file and a directory are told with their whole path."""
    assert inputs.refuse(mutations=tmp_path / "none.vcf").message == f"{tmp_path}/none.vcf: No such file or directory"
    assert inputs.refuse(mutations=tmp_path).message == f"{tmp_path}: Is a directory"


def test_files_that_may_not_be_read_are_told(inputs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's refusal becomes the error."""
    secret, opened = inputs.path("mutations", HEADER), Path.open

    def guarded(path: Path, *arguments: Any, **options: Any) -> Any:
        if path == secret:
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", guarded)
    assert inputs.refuse(mutations=secret).message == f"{secret}: Permission denied"


def test_a_gzip_bomb_stays_small(inputs: Any, tmp_path: Path) -> None:
    """Half a gigabyte of nothing in half a megabyte of file is refused at its first long line."""
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb", 1) as file:
        for _ in range(500):
            file.write(b" " * 1_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "line 1: found a line of more than" in inputs.refuse(mutations=bomb).message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000
