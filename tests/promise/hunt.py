"""Says where a secret was found: in which file, name, text or process, inside which archives, and in which spelling.

`test_hunt.py` shows that it finds every spelling in every container; without that, finding nothing would mean nothing.
"""

from __future__ import annotations

import base64
import bz2
import io
import lzma
import os
import re
import stat
import struct
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing_extensions import Self

_DEEPEST = 6
_WINDOW = 12  # so many letters of a token in a row are no coincidence, but a secret that was cut
_LARGE = 8 * 1024 * 1024
_ESCAPES = {
    "percent": re.compile(rb"%(?:25)*(?P<hex>[0-9a-f]{2})"),
    "JSON": re.compile(rb"\\+(?:u00|x)(?P<hex>[0-9a-f]{2})"),
    "HTML": re.compile(rb"&#(?:x(?P<hex>[0-9a-f]{2})|(?P<decimal>[0-9]{1,3}));"),
    "quoted-printable": re.compile(rb"=(?P<hex>[0-9a-f]{2})"),
}
_LOCAL_HEADER = b"PK\x03\x04"
_EVERY = 0.005  # seconds between two looks at the list of processes


class Find(NamedTuple):
    """A secret that was seen: where, which one (by its name, so that a report does not spread it), in which spelling.

    Places inside of archives come after a `!`.
    """

    where: str
    secret: str
    spelling: str


@dataclass(frozen=True)
class Process:
    """What the list of processes tells of one."""

    command: bytes
    environment: bytes


class Hunt:
    """Looks for secrets, given by name, in every spelling in which they could be written down."""

    def __init__(self, **secrets: str) -> None:
        """Look for these; an e-mail and a token are also looked for as the pair that the header carries."""
        self._needles: dict[bytes, tuple[str, str]] = {}
        whole = dict(secrets)
        if {"email", "token"} <= secrets.keys():
            whole |= {"header": f"{secrets['email']} {secrets['token']}", "pair": "{email}:{token}".format(**secrets)}
        for name, secret in whole.items():
            for spelling, needle in _spellings(secret):
                self._needles.setdefault(needle.lower(), (name, spelling))
        for part in _parts(secrets):
            self._needles.setdefault(part.lower().encode(), ("part", "plain"))

    def in_data(self, where: str, data: str | bytes, depth: int = 0) -> list[Find]:
        """Look through a text or the content of a file, and through everything that is packed in it."""
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        found = [
            Find(where, secret, f"{spelling}, {how}" if how else spelling)
            for how, view in _views(raw)
            for needle, (secret, spelling) in self._needles.items()
            if needle in view
        ]
        if depth < _DEEPEST:
            for name, inner in _unpacked(raw):
                place = f"{where}!{name}"
                # A name inside an archive lies there in the open, but not if the archive itself is packed in another.
                found += self.in_data(place, name) + self.in_data(place, inner, depth + 1)
        return list(dict.fromkeys(found))

    def in_folder(self, *folders: Path, but: Iterable[Path] = ()) -> list[Find]:
        """Look through all that lies below folders: names, targets of links, contents; links are not followed.

        `but` are files that hold the secret because the user put it there.
        """
        known = {path.absolute() for path in but}
        paths = [path for folder in folders for path in (folder, *sorted(folder.rglob("*")))]
        return [find for path in paths if path.absolute() not in known for find in self._at(path)]

    def _at(self, path: Path) -> list[Find]:
        found = self.in_data(f"name of {path}", path.name)
        with suppress(FileNotFoundError):  # what is gone by now lives on as a copy, if somebody keeps watch
            about = path.lstat()
            if stat.S_ISLNK(about.st_mode):
                found += self.in_data(f"link {path}", str(path.readlink()))
            elif stat.S_ISREG(about.st_mode):
                found += self.in_data(str(path), path.read_bytes())
            if not stat.S_ISLNK(about.st_mode):
                for name in os.listxattr(path):
                    found += self.in_data(f"attribute of {path}", name.encode() + b" " + os.getxattr(path, name))
        return found

    def in_processes(self, seen: Mapping[int, set[Process]], *, environment: bool = False) -> list[Find]:
        """Look through the arguments of processes, and through what they were given as environment if asked to."""
        found = []
        for number, lives in seen.items():
            for life in lives:
                found += self.in_data(f"arguments of {number}", life.command)
                found += self.in_data(f"environment of {number}", life.environment) if environment else []
        return found


def _spellings(secret: str) -> Iterator[tuple[str, bytes]]:
    """Yield the ways to write a secret whole; case does not matter, all of it is compared in lower case."""
    plain = secret.encode()
    yield "plain", plain
    yield "plain", plain.replace(b" ", b"+")  # as forms have it
    yield "reversed", plain[::-1]
    yield "UTF-16", secret.encode("utf-16-le")[:-1]
    yield "UTF-32", secret.encode("utf-32-le")[:-3]
    yield from (("hex", plain.hex(*separator).encode()) for separator in ((), (" ",), (":",)))
    for offset in range(3):
        # Only those letters that stay the same whatever comes before and after; the case is lost, which hides nothing.
        coded = base64.b64encode(b"\0" * offset + plain)
        core = coded[-(-offset * 8 // 6) : len(coded) - (4 if coded.endswith(b"=") else 0)]
        yield "base64", core
        yield "base64", core.replace(b"+", b"-").replace(b"/", b"_")


def _views(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the data in lower case, and once more for each way of escaping that it uses."""
    lower = raw.lower()
    yield "", lower
    # What is larger is an archive or a binary, whose members are looked at one by one.
    for how, pattern in _ESCAPES.items() if len(raw) < _LARGE else ():
        plain, times = pattern.subn(_unescaped, lower)
        if times:
            yield how, plain.lower()


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match["hex"]
    number = int(code, 16) if code else int(match.groupdict().get("decimal") or 0)
    return bytes([number]) if 0 < number < 256 else match[0]


def _parts(secrets: Mapping[str, str]) -> Iterator[str]:
    """Yield what remains of a secret that was cut: stretches of a token, an e-mail without its end."""
    for secret in secrets.values():
        local = secret.partition("@")[0]
        if local != secret:
            yield local
        else:
            yield from (secret[at : at + _WINDOW] for at in range(len(secret) - _WINDOW + 1))


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what is packed in data, each with its name; what is broken is given as far as it can be read."""
    if _LOCAL_HEADER in data or b"PK\x05\x06" in data:
        yield from _unzipped(data)
    if data[:2] == b"\x1f\x8b":
        yield "gzip", _inflated(data, 31)
        if data[3] & 8:
            yield data[10:].partition(b"\0")[0].decode("latin-1"), b""
    elif data[:3] == b"BZh":
        yield "bzip2", _decompressed(bz2.BZ2Decompressor(), data)
    elif data[:6] == b"\xfd7zXZ\0":
        yield "xz", _decompressed(lzma.LZMADecompressor(), data)
    elif data[:2] in {b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"}:
        yield "zlib", _inflated(data, 15)
    elif data[257:262] == b"ustar":
        with suppress(tarfile.TarError), tarfile.open(fileobj=io.BytesIO(data)) as packed:
            for member in packed:
                inner = packed.extractfile(member) if member.isfile() else None
                yield member.name, inner.read() if inner else member.linkname.encode()


def _unzipped(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a zip's members by the headers before them, which are there even if its end is not."""
    with suppress(zipfile.BadZipFile, NotImplementedError, ValueError), zipfile.ZipFile(io.BytesIO(data)) as packed:
        for member in packed.infolist():
            yield member.filename, member.comment
        yield "comment", packed.comment
    at = data.find(_LOCAL_HEADER)
    while at >= 0 and at + 30 <= len(data):
        flags, method = struct.unpack_from("<HH", data, at + 6)
        packed_size, _, name_length, extra = struct.unpack_from("<LLHH", data, at + 18)
        begin = at + 30 + name_length + extra
        name = data[at + 30 : at + 30 + name_length].decode("utf-8", "replace")
        if method == zipfile.ZIP_DEFLATED:
            # Deflated data know their own end, which the header need not do.
            yield name, _inflated(data[begin:] if flags & 8 else data[begin : begin + packed_size], -15)
        else:
            yield name, data[begin : begin + packed_size]
        at = data.find(_LOCAL_HEADER, at + 4)


def _inflated(data: bytes, window: int) -> bytes:
    return _decompressed(zlib.decompressobj(window), data)


def _decompressed(machine: object, data: bytes) -> bytes:
    """Decompress bit by bit, so that a broken end does not take the beginning with it."""
    found, step = [], 64 * 1024
    with suppress(zlib.error, OSError, lzma.LZMAError, EOFError):
        for at in range(0, len(data), step):
            found.append(machine.decompress(data[at : at + step]))  # type: ignore[attr-defined]
            if getattr(machine, "eof", False):
                break
    return b"".join(found)


class Poller:
    """Notes the arguments and the environment of processes and all that come from them, while its block lasts."""

    def __init__(self, root: int | None = None) -> None:
        """Poller the descendants of a process, of this very one if none is named."""
        self.seen: dict[int, set[Process]] = {}
        self._root = root or os.getpid()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._over.wait(_EVERY):
            for number in _descendants(self._root):
                with suppress(OSError):
                    home = Path("/proc") / str(number)
                    before = (home / "environ").read_bytes()
                    life = Process((home / "cmdline").read_bytes(), (home / "environ").read_bytes())
                    # A process that becomes another one, or ends, between two looks would be shown as half of each.
                    if life.environment == before:
                        self.seen.setdefault(number, set()).add(life)


def _descendants(root: int) -> set[int]:
    """Return all processes that come from this one."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                # The name before the bracket may hold anything, blanks too.
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found: set[int] = set()
    while new := {number for number, parent in parents.items() if parent in {root, *found}} - found:
        found |= new
    return found
