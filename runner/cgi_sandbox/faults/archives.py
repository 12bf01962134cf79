"""Archives as they must not be: each function takes the service's archive and gives a spoiled one."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

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
    """Have the summary name another job."""

    def other(name: str, content: bytes) -> bytes:
        if name != "summary.txt":
            return content
        return re.sub(rb"(?m)^(Analysis ID *: *)\S+", rb"\g<1>f0f0f0f0f0f0f0f0f0f0", content)

    return _packed({name: other(name, content) for name, content in _members(archive).items()})


def slipping(archive: bytes) -> bytes:
    """Add a member whose name leads out of the folder."""
    return _packed({**_members(archive), "../../slipped.tsv": b"outside\n"})


def encrypted(archive: bytes) -> bytes:
    """Have every member say that it is encrypted."""
    spoiled = bytearray(archive)
    for signature, offset in _FLAGS_AT.items():
        for found in re.finditer(re.escape(signature), archive):
            spoiled[found.start() + offset] |= 1
    return bytes(spoiled)


def bomb(archive: bytes) -> bytes:
    """Give an archive of a megabyte that unpacks to more than one gigabyte; the service's own does not matter."""
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


def _members(archive: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(archive)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def _packed(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return packed.getvalue()


#: By the names that the plan's language has for them.
SPOILED: Mapping[str, Callable[[bytes], bytes]] = {
    "corrupt": corrupt,
    "foreign": foreign,
    "zip-slip": slipping,
    "bomb": bomb,
    "encrypted": encrypted,
}
