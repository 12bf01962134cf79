"""A service that writes whatever bytes a test wants onto the wire, lawful HTTP or not, and for as long as it likes."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import repeat
from typing import NamedTuple

Bytes = Iterator[bytes]
OK = b"HTTP/1.1 200 OK\r\n"


class Asked(NamedTuple):
    """One request as it arrived: its first line, its body, and the number of the connection that it came over."""

    line: str
    body: bytes
    connection: int


@dataclass
class Wire:
    """What listens, and what it was asked."""

    listener: socket.socket
    answer: Callable[[Asked], Bytes]
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """The address of the API."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/api/v1"

    def listen(self) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                if self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                self.connections += 1
                threading.Thread(target=self.converse, args=(connection, self.connections), daemon=True).start()

    def converse(self, connection: socket.socket, number: int) -> None:
        """Answer one request after the other; an answer that ends with an empty piece ends the connection."""
        piece = b"-"
        with connection, connection.makefile("rb") as lines, suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while piece and (first := lines.readline()):
                length = 0
                while (header := lines.readline()) not in {b"\r\n", b""}:
                    name, _, value = header.decode().partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                asked = Asked(first.decode().strip(), lines.read(length), number)
                self.asked.append(asked)
                for piece in self.answer(asked):
                    connection.sendall(piece)


@contextmanager
def wire(answer: Callable[[Asked], Bytes], tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """Serve on loopback for the length of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        served = Wire(listener, answer, tls)
        threading.Thread(target=served.listen, daemon=True).start()
        yield served
        listener.shutdown(socket.SHUT_RDWR)


def whole(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Write a lawful answer, but for another length if one is given."""
    about = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(about).encode() + body


def forever(begin: bytes, piece: bytes, *, at_least: int = 65_536) -> Bytes:
    """Begin, and then go on without end."""
    yield begin
    yield from repeat(piece * max(1, at_least // len(piece)))


def dripping(begin: bytes, piece: bytes = b" ") -> Bytes:
    """Begin, and go on a little every now and then, each time before anybody's time-out."""
    yield begin
    while True:
        time.sleep(0.02)
        yield piece


def gzipped(piece: bytes, times: int, layers: int = 1) -> bytes:
    """Compress something very repetitive."""
    for _ in range(layers):
        packer = zlib.compressobj(wbits=31)
        piece, times = b"".join([*(packer.compress(piece) for _ in range(times)), packer.flush()]), 1
    return piece


def local(name: bytes, size: int, packed: int, crc: int) -> bytes:
    """Write the header of a packed member."""
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, packed, size, len(name), 0) + name


def central(name: bytes, size: int, packed: int, crc: int, offset: int) -> bytes:
    """Write a member's line in the list of members."""
    fixed = (b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, packed, size, len(name), 0, 0, 0, 0, 0, offset)
    return struct.pack("<4s6H3I5H2I", *fixed) + name


def end(members: int, size: int, offset: int) -> bytes:
    """Write the end of an archive."""
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, members & 0xFFFF, members & 0xFFFF, size, offset, 0)


def end64(members: int, size: int, offset: int, at: int) -> bytes:
    """Write the long form of the end of an archive, which is there for sizes that the short one cannot tell."""
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, members, members, size, offset)
    return record + struct.pack("<4sIQI", b"PK\6\7", 0, at, 1) + end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)


def crowd(members: int) -> bytes:
    """Make an archive that lists so many members and holds none of them."""
    line = central(b"a", 0, 0, 0, 0)
    return line * members + end64(members, len(line) * members, 0, len(line) * members)


def overlapping(members: int, size: int) -> bytes:
    """Make an archive whose members share their packed content: each quotes the next one's header and goes on in it."""
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(bytes(size)) + packer.flush()
    content_crc, lines, heads = zlib.crc32(bytes(size)), [], []
    body = packed
    for number in reversed(range(members)):
        name = b"%05d.tsv" % number
        head = local(name, size, len(body), content_crc)
        lines.append((name, size, len(body), content_crc))
        heads.append(len(head) + len(body))
        # The header, quoted as it stands, is what the member before unpacks to first.
        quoted = struct.pack("<BHH", 0, len(head), len(head) ^ 0xFFFF) + head
        content_crc, size, body = _joined_crc(head, size, content_crc), size + len(head), quoted + body
    archive = body[5:]
    listed = b"".join(
        central(*line, len(archive) - left) for line, left in zip(reversed(lines), reversed(heads), strict=True)
    )
    return archive + listed + end(members, len(listed), len(archive))


def _joined_crc(head: bytes, size: int, crc: int) -> int:
    """Return the CRC of a header followed by content of a known CRC, without having the content."""
    # crc(a + b) = crc(a + zeros) ^ crc(b) ^ crc(zeros), all of the same length.
    zeros = bytes(size)
    return zlib.crc32(zeros, zlib.crc32(head)) ^ zlib.crc32(zeros) ^ crc
