"""Archives as they must not be: each function takes the service's archive and gives a spoiled one."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from zipfile import ZIP_DEFLATED, ZipFile

from cgi_sandbox.faults.members import pack_members, read_members

_LOCAL_HEADER = 30  # bytes, before the name
_FLAGS_AT = {b"PK\x03\x04": 6, b"PK\x01\x02": 8}
_BOMB = 1200  # MiB
_MEGABYTE = bytes(1024 * 1024)


def corrupt(archive: bytes) -> bytes:
    """Change one byte in the packed data of the largest member."""
    with ZipFile(io.BytesIO(archive)) as zipped:
        member = max(zipped.infolist(), key=lambda info: info.compress_size)
    at = member.header_offset + _LOCAL_HEADER + len(member.filename.encode()) + member.compress_size // 2
    return archive[:at] + bytes([archive[at] ^ 0xFF]) + archive[at + 1 :]


def foreign(archive: bytes) -> bytes:
    """Let the summary name another job."""

    def other(name: str, content: bytes) -> bytes:
        if name != "summary.txt":
            return content
        return re.sub(rb"(?m)^(Analysis ID *: *)\S+", rb"\g<1>f0f0f0f0f0f0f0f0f0f0", content)

    return pack_members((name, other(name, content)) for name, content in read_members(archive).items())


def add_slip(archive: bytes) -> bytes:
    """Add a member whose name leads out of the folder."""
    return pack_members([*read_members(archive).items(), ("../../slipped.tsv", b"outside\n")])


def encrypt(archive: bytes) -> bytes:
    """Mark every member as encrypted."""
    spoiled = bytearray(archive)
    for signature, offset in _FLAGS_AT.items():
        for found in re.finditer(re.escape(signature), archive):
            spoiled[found.start() + offset] |= 1
    return bytes(spoiled)


def bomb(archive: bytes) -> bytes:
    """Return an archive of a megabyte that unpacks to more than one gigabyte; the service's own does not matter."""
    del archive
    return _bomb()


@cache
def _bomb() -> bytes:
    packed = io.BytesIO()
    with (
        ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=zlib.Z_BEST_SPEED) as zipped,
        zipped.open("alterations.tsv", "w", force_zip64=True) as member,
    ):
        for _ in range(_BOMB):
            member.write(_MEGABYTE)
    return packed.getvalue()


#: By the names that the plan's language has for them.
SPOILED: Mapping[str, Callable[[bytes], bytes]] = {
    "corrupt": corrupt,
    "foreign": foreign,
    "zip-slip": add_slip,
    "bomb": bomb,
    "encrypted": encrypt,
}
