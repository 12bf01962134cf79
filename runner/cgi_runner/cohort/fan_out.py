"""Rows of one file spread over the files of many samples, in flat memory and with one file open at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1024 * 1024
_ROOM = 16 * 1024 * 1024


class FanOutWriter:
    """Appends rows to one file per sample; the files are complete after `close`."""

    def __init__(self, paths: Sequence[Path | None], header: Iterable[bytes] = ()) -> None:
        """Write for each sample to the file at its place in `paths`, beginning with the header; None takes no rows."""
        self.paths = paths
        begin = b"".join(header)
        self.buffers = [bytearray(begin) for _ in paths]
        """What is to be appended to each file; a row is added here, with its line end."""
        self._hashes = [hashlib.sha256() for _ in paths]

    def lines(self, file: BinaryIO) -> Iterator[bytes]:
        """Yield the lines of a file that is spread; in between, what is held is written when it has become much."""
        while block := file.readlines(_BLOCK):
            yield from block
            if sum(map(len, self.buffers)) > _ROOM:
                self.flush()

    def flush(self) -> None:
        """Write what is held."""
        for path, held, digest in zip(self.paths, self.buffers, self._hashes, strict=True):
            if held and path:
                digest.update(held)
                with path.open("ab") as file:
                    file.write(held)
            held.clear()

    def close(self) -> list[str]:
        """Write what is held, and return the SHA-256 of each file."""
        self.flush()
        return [digest.hexdigest() for digest in self._hashes]
