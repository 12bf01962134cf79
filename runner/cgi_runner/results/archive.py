"""Opening an archive of CGI's: every byte checked, nothing outside its folder, nothing too big."""

from __future__ import annotations

import errno
import io
import json
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cgi_runner.errors import ResultsError, RunnerError
from cgi_runner.redaction import excerpt, redact

ARCHIVE = "cgi-results.zip"
LOGS = "cgi-logs.txt"
#: Files that are the runner's own; an archive that would replace one of them is refused.
OWN = frozenset({ARCHIVE, LOGS, "cgi-job.json", "dropped.tsv"})

_CHUNK = 1024 * 1024
_AGAIN = "run the command again; if it stays so, `cgi-runner status` tells whether CGI still has the job"
_LARGEST = 64 * 1024**3
_MOST_MEMBERS = 10_000
_STRETCH = 200  # times: tables of CGI's shrink by 5 to 20, a bomb by 1,000 and more
_HARMLESS = 1024**3
_SUMMARY_BYTES = 64 * 1024
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError)


@dataclass(frozen=True)
class Unpacked:
    """A verified archive, the folder with its members, and what its summary says, by the summary's own words."""

    archive: Path
    folder: Path
    members: tuple[str, ...]
    summary: Mapping[str, str]


def unpack(archive: Path, folder: Path, *, job_id: str = "", is_download: bool = True) -> Unpacked:
    """Unpack an archive into a folder of its own, checking each member's checksum on the way.

    Args:
        archive: The file.
        folder: Made anew.
        job_id: If given, a summary that names another job is an error.
        is_download: Whether the service sent it; if that is anything else than a zip, it is quoted in the error.

    Raises:
        ResultsError: The archive is corrupt, unsafe, or another job's.
        RunnerError: The disk has no room for it.

    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        with _open(archive) as zipped:
            members = zipped.infolist()
            _check(members, archive.stat().st_size, shutil.disk_usage(folder).free)
            for member in members:
                with zipped.open(member) as source, (folder / member.filename).open("wb") as target:
                    _copy(source, target, member.filename)
                    if target.tell() != member.file_size:  # of which `zipfile` says nothing if the checksum fits
                        raise zipfile.BadZipFile(f"{member.filename} is shorter than it should be")
    except _BROKEN as error:
        raise _unreadable(archive, error, is_download=is_download) from error
    except OSError as error:
        # An offset that points before the file, or packed data without sense; a full disk is another matter.
        if error.errno not in {None, errno.EINVAL, errno.ENAMETOOLONG}:
            raise
        raise _unreadable(archive, error, is_download=is_download) from error
    summary = read_summary(folder)
    named = summary.get("Analysis ID") or summary.get("Id")
    if job_id and named and named != job_id:
        raise ResultsError(f"the archive is that of job {excerpt(named, 40)}, not of {job_id}", tip=_AGAIN)
    return Unpacked(archive, folder, tuple(sorted(member.filename for member in members)), summary)


def _copy(source: IO[bytes], target: IO[bytes], name: str) -> None:
    """Unpack one member; in a table, a line without end would later have to be held whole."""
    is_table = name.casefold().endswith((".tsv", ".txt"))
    while piece := source.read(_CHUNK):
        if is_table and len(piece) == _CHUNK and b"\n" not in piece:
            raise ResultsError(f"the archive holds {name}, which has a line of more than a million letters", tip=_AGAIN)
        target.write(piece)


def is_unpacked(archive: Path, folder: Path) -> bool:
    """Say whether a folder holds every member of an archive, byte for byte by the archive's own checksums.

    Args:
        archive: One that was verified before.
        folder: What else it holds does not matter.

    """
    with suppress(OSError, *_BROKEN), _open(archive) as zipped:
        return all(_checksum(folder / each.filename) == (each.file_size, each.CRC) for each in zipped.infolist())
    return False


def _checksum(path: Path) -> tuple[int, int]:
    """Give the size and the CRC of a file, as a zip's directory has them."""
    size = crc = 0
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
    return size, crc


class _Sparing(io.BufferedReader):
    """A file of which no more than a piece is read at a time; `zipfile` asks for the whole directory at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read that many bytes, or what is left."""
        if size is not None and size > _CHUNK:
            raise zipfile.BadZipFile(f"its list of members takes {size} bytes")
        return super().read(size)


@contextmanager
def _open(archive: Path) -> Iterator[zipfile.ZipFile]:
    with _Sparing(io.FileIO(archive)) as file, zipfile.ZipFile(file) as zipped:
        yield zipped


def _check(members: list[zipfile.ZipInfo], packed: int, free: int) -> None:
    names = [member.filename for member in members]
    if not names or len(names) > _MOST_MEMBERS or len({name.casefold() for name in names}) < len(names):
        raise ResultsError(f"the archive has {len(names)} members, some of one name, or none", tip=_AGAIN)
    for member in members:
        if fault := _fault(member):
            raise ResultsError(f"the archive holds {excerpt(member.filename, 60)!r}, {fault}", tip=_AGAIN)
    size = sum(member.file_size for member in members)
    if size > _LARGEST or (size > _HARMLESS and size > _STRETCH * packed):
        raise ResultsError(
            f"the archive of {packed} bytes would unpack to {size}: no such archive is CGI's", tip=_AGAIN
        )
    if sum(member.compress_size for member in members) > packed:
        raise ResultsError("the archive is corrupt: its members lie over each other", tip=_AGAIN)
    if size > free:
        raise RunnerError(f"the results need {size} bytes, {free} are free", tip="make room and run the command again")


def _fault(member: zipfile.ZipInfo) -> str:
    """Say why a member must not be unpacked; nothing if it may. CGI's members lie flat at the root."""
    name = member.filename
    faults = {
        "which is no plain file name": not re.fullmatch(r"[^/\\\x00-\x1f]{1,200}", name) or name in {".", ".."},
        "which would replace a file of the runner's": name.casefold() in OWN or name.startswith("."),
        "which quotes the account": redact(name) != name,
        "which is encrypted": bool(member.flag_bits & 1),
        "which is packed in a way that CGI does not use": member.compress_type not in _METHODS,
        "which is a link or a device": stat.S_IFMT(member.external_attr >> 16) not in {0, stat.S_IFREG},
    }
    return next((fault for fault, is_so in faults.items() if is_so), "")


def _unreadable(archive: Path, error: Exception, *, is_download: bool) -> ResultsError:
    """Tell a broken archive from a text that came in its place; what a service says is quoted, a user's file is not."""
    with archive.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK"):
        return ResultsError(f"the archive is corrupt: {excerpt(str(error))}", tip=_AGAIN)
    if not is_download:
        return ResultsError("it is no zip archive", tip=_AGAIN)
    text = head.decode("utf-8", "replace")
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    said = content.get("message", content) if isinstance(content, dict) else text
    return ResultsError(f"the download is no archive; it reads: {excerpt(str(said)) or '(empty)'}", tip=_AGAIN)


def read_summary(folder: Path) -> dict[str, str]:
    """Give the `key: value` lines of summary.txt (v23.12) or report.txt (v23.05); nothing where neither is."""
    path = next((folder / name for name in ("summary.txt", "report.txt") if (folder / name).is_file()), None)
    if path is None:
        return {}
    with path.open("rb") as file:
        lines = file.read(_SUMMARY_BYTES).decode("utf-8", "replace").splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line and not line.startswith("="))
    return {key.strip(): value.strip() for key, _, value in pairs}
