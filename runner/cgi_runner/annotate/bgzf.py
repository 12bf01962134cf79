"""Writing BGZF, the gzip in blocks that `bgzip` writes and `tabix` indexes (section 4.1 of the SAM specification)."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from cgi_runner.inputs.text_source import BGZF_END

#: Of a block before it is compressed: what does not shrink still fits the 64 KiB that a block can have.
_BLOCK = 0xFF00
_HEADER = bytes.fromhex("1f8b08040000000000ff0600424302 00")
_FRAME = len(_HEADER) + 2 + 8  # the size of the block behind the header, checksum and length at the end
_LEVEL = 6


class BgzfWriter:
    """Compresses what is written to it into blocks, one after another."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to a binary file, which the caller closes after `finish`."""
        self._file = file
        self._held = bytearray()

    def write(self, data: bytes) -> None:
        """Write more bytes."""
        self._held += data
        whole = len(self._held) - len(self._held) % _BLOCK
        for start in range(0, whole, _BLOCK):
            self._write_block(bytes(self._held[start : start + _BLOCK]))
        del self._held[:whole]

    def finish(self) -> None:
        """Write what is left, and the empty block that tells that the file is whole."""
        if self._held:
            self._write_block(bytes(self._held))
            self._held.clear()
        self._file.write(BGZF_END)

    def _write_block(self, data: bytes) -> None:
        deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = deflate.compress(data) + deflate.flush()
        self._file.write(_HEADER + struct.pack("<H", len(packed) + _FRAME - 1) + packed)
        self._file.write(struct.pack("<II", zlib.crc32(data), len(data)))
