"""A text file as it is: lines with their ends, every byte kept, whatever its compression."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from cgi_runner.annotate.bgzf import BgzfWriter
from cgi_runner.errors import InputError
from cgi_runner.files import commit_file
from cgi_runner.inputs.problems import printable
from cgi_runner.inputs.text_source import BGZF_END, BGZF_HEADER, BLOCK, CUT_OFF, GZIP, LONGEST_LINE, NO_TEXT

_ENDINGS = (".gz", ".bgz")
_LINES = 500  # that are written at once


def read_lines(path: Path) -> Generator[str, None, None]:
    """Yield the lines of a file, plain or compressed, each with its end.

    Bytes that are not UTF-8 come through as surrogates, and `write_lines` turns them into the same bytes.

    Raises:
        InputError: The file cannot be read to its end, or is no text.

    """
    name = printable(path.name)
    try:
        with path.open("rb") as raw:
            start = raw.read(BGZF_HEADER)
            if start[:2] == GZIP and start[12:14] == b"BC":
                raw.seek(max(0, path.stat().st_size - len(BGZF_END)))
                if raw.read() != BGZF_END:
                    raise EOFError("the empty block that ends a bgzipped file is missing")  # noqa: TRY301
            raw.seek(0)
            stream: BinaryIO = gzip.GzipFile(fileobj=raw) if start[:2] == GZIP else raw  # type: ignore[assignment]
            for block in _blocks(name, stream):
                text = block.decode("utf-8", "surrogateescape")
                lines = text.split("\n")
                last = lines.pop()
                for line in lines:
                    yield line + "\n"
                if last:
                    yield last
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{name}: the file cannot be read completely ({error})", tip=CUT_OFF) from error
    except OSError as error:
        raise InputError(
            f"{printable(str(path))}: {error.strerror}", tip="check the name and the permissions of the file"
        ) from error


def _blocks(name: str, stream: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines, a block at a time; only the last one may lack its end."""
    rest, number, is_first = b"", 1, True
    while block := stream.read(BLOCK):
        if is_first:
            _refuse_binary(name, block)
            is_first = False
        if b"\0" in block:
            line = number + (rest + block[: block.index(b"\0")]).count(b"\n")
            raise InputError(f"{name}: line {line}: found a NUL byte, expected text", tip="is this the right file?")
        whole, newline, tail = block.rpartition(b"\n")
        if newline:
            yield rest + whole + newline
            number += whole.count(b"\n") + 1
            rest = tail
        else:
            rest += tail
        if len(rest) > LONGEST_LINE:
            raise InputError(f"{name}: line {number}: found more than {LONGEST_LINE} bytes, expected shorter lines")
    if rest:
        yield rest


def _refuse_binary(name: str, block: bytes) -> None:
    for magic, (what, tip) in NO_TEXT.items():
        if block.startswith(magic):
            raise InputError(f"{name}: found {what}, expected text or gzipped text", tip=tip)


def is_compressed_name(path: Path) -> bool:
    """Whether a file of this name is written as BGZF."""
    return path.name.lower().endswith(_ENDINGS)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write lines to a file, whole or not at all, as BGZF where the name ends so.

    Args:
        path: The file; `-` is standard output.
        lines: The lines with their ends.

    Raises:
        OSError: It cannot be written.

    """
    with _open(path) as file:
        writer = BgzfWriter(file) if is_compressed_name(path) else None
        lines = iter(lines)
        while some := list(islice(lines, _LINES)):
            data = "".join(some).encode("utf-8", "surrogateescape")
            (writer or file).write(data)
        if writer:
            writer.finish()


@contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if path.exists() and not path.is_file():  # a pipe or a device
        with path.open("wb") as file:
            yield file
        return
    path = path.resolve()  # a link stays one, and what it leads to is written
    part = path.with_name(f".cgi-runner-{token_hex(8)}.part")  # two at once must not write one
    with ExitStack() as stack:
        stack.callback(_remove, part)
        with part.open("wb") as file:
            yield file
        commit_file(part, path)


def _remove(part: Path) -> None:
    with suppress(OSError):
        part.unlink()
