"""Opening an archive of CGI's: every byte checked, nothing outside its folder, nothing too big; its shape may vary."""

from __future__ import annotations

import errno
import io
import json
import shutil
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cgi_runner.errors import ResultsError, RunnerError
from cgi_runner.redaction import safe_excerpt
from cgi_runner.results.members import problem_of, select_members
from cgi_runner.results.summary import Summary, read_summary

ARCHIVE = "cgi-results.zip"
REFUSED = "cgi-results.refused.zip"
LOGS = "cgi-logs.txt"
PSEUDONYMS = "pseudonyms.tsv"
#: Files that are the runner's own; an archive that would replace one of them is refused.
OWN = frozenset({ARCHIVE, REFUSED, LOGS, PSEUDONYMS, "cgi-job.json", "dropped.tsv", "report.html"})

_CHUNK = 1024 * 1024
_AGAIN = "run the command again; if that does not help, `cgi-runner status` shows whether CGI still has the job"
_LARGEST = 64 * 1024**3
_MAX_MEMBERS = 10_000
MAX_RATIO = 200  # times: tables of CGI's shrink by 5 to 20, a bomb by 1,000 and more
MIN_BOMB_SIZE = 1024**3
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError)


@dataclass(frozen=True)
class ExtractedArchive:
    """A verified archive, the folder with its members, and what its summary says."""

    archive: Path
    folder: Path
    members: tuple[str, ...]
    summary: Summary
    left_out: tuple[str, ...] = ()
    """Members that were passed over: what a computer's file manager adds, and second copies."""


def unpack(archive: Path, folder: Path, *, is_download: bool = False) -> ExtractedArchive:
    """Unpack an archive into a folder of its own, checking each member's checksum on the way.

    Args:
        archive: The file.
        folder: Made anew.
        is_download: Whether the service sent it; if that is anything else than a zip, it is quoted in the error.

    Raises:
        ResultsError: The archive is corrupt or unsafe.
        RunnerError: The disk has no room for it.

    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        with _open(archive) as zipped:
            everything = zipped.infolist()
            members, left_out = _check(everything, archive.stat().st_size, shutil.disk_usage(folder).free)
            for name, member in members.items():
                with zipped.open(member) as source, (folder / name).open("wb") as target:
                    _copy(source, target, name)
                    if target.tell() != member.file_size:  # of which `zipfile` says nothing if the checksum fits
                        raise zipfile.BadZipFile(f"{name} is shorter than it should be")
    except _BROKEN as error:
        raise _unreadable(archive, error, is_download=is_download) from error
    except OSError as error:
        # An offset that points before the file, or packed data without sense; a full disk is another matter.
        if error.errno not in {None, errno.EINVAL, errno.ENAMETOOLONG}:
            raise
        raise _unreadable(archive, error, is_download=is_download) from error
    return ExtractedArchive(archive, folder, tuple(sorted(members)), read_summary(folder), tuple(left_out))


def is_same_job(named: str, job_id: str) -> bool:
    """Whether a summary's words name this job; the case of letters and what follows the id do not matter.

    Args:
        named: What a summary has as its `Analysis ID` (fact 39).
        job_id: Id of the job that was asked for.

    """
    return bool(named.strip()) and named.split(maxsplit=1)[0].casefold() == job_id.casefold()


def _copy(source: IO[bytes], target: IO[bytes], name: str) -> None:
    """Unpack one member; in a table, a line without end would later have to be held whole."""
    is_table = name.casefold().endswith((".tsv", ".txt"))
    while piece := source.read(_CHUNK):
        if is_table and len(piece) == _CHUNK and b"\n" not in piece:
            raise ResultsError(
                f"the archive holds {name}, which has a line of more than a million characters", tip=_AGAIN
            )
        target.write(piece)


def is_unpacked(archive: Path, folder: Path, changed: Collection[str] = ()) -> bool:
    """Return whether a folder holds every member of an archive, byte for byte by the archive's own checksums.

    Args:
        archive: One that was verified before.
        folder: What else it holds does not matter.
        changed: Members that are not compared.

    """
    with suppress(OSError, *_BROKEN), _open(archive) as zipped:
        members, _ = select_members(zipped.infolist())
        return all(
            _checksum(folder / name) == (each.file_size, each.CRC)
            for name, each in members.items()
            if name not in changed
        )
    return False


def _checksum(path: Path) -> tuple[int, int]:
    """Return the size and the CRC of a file, as a zip's directory has them."""
    size = crc = 0
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
    return size, crc


class BoundedReader(io.BufferedReader):
    """A file of which no more than a piece is read at a time; `zipfile` asks for the whole directory at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read that many bytes, or what is left.

        Args:
            size: Number of bytes; all that are left for -1 or None.

        Raises:
            BadZipFile: More bytes are asked for than any member's entry has.

        """
        if size is not None and size > _CHUNK:
            raise zipfile.BadZipFile(f"its list of members takes {size} bytes")
        return super().read(size)


@contextmanager
def _open(archive: Path) -> Iterator[zipfile.ZipFile]:
    with BoundedReader(io.FileIO(archive)) as file, zipfile.ZipFile(file) as zipped:
        yield zipped


def _check(everything: list[zipfile.ZipInfo], packed: int, free: int) -> tuple[dict[str, zipfile.ZipInfo], list[str]]:
    """Return the members to unpack by their names, and the names of those that are passed over."""
    if len(everything) > _MAX_MEMBERS:
        raise ResultsError(f"the archive has {len(everything)} members, too many for results", tip=_AGAIN)
    members, left_out = select_members(everything)
    if not members:
        raise ResultsError("the archive has no members", tip=_AGAIN)
    for name, member in members.items():
        if problem := problem_of(name, member, OWN):
            raise ResultsError(f"the archive holds {safe_excerpt(member.filename)!r}, {problem}", tip=_AGAIN)
    size = sum(member.file_size for member in everything)
    if size > _LARGEST or (size > MIN_BOMB_SIZE and size > MAX_RATIO * packed):
        raise ResultsError(
            f"the archive of {packed} bytes would unpack to {size}: refused as a possible zip bomb", tip=_AGAIN
        )
    if sum(member.compress_size for member in everything) > packed:
        raise ResultsError("the archive is corrupt: its members overlap", tip=_AGAIN)
    if size > free:
        raise RunnerError(
            f"the results need {size} bytes, {free} are free", tip="free some space and run the same command again"
        )
    return members, left_out


def _unreadable(archive: Path, error: Exception, *, is_download: bool) -> ResultsError:
    """Tell a broken archive from a text in its place; what a service says is quoted, a user's file is not."""
    with archive.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK"):
        return ResultsError(f"the archive is corrupt: {safe_excerpt(str(error))}", tip=_AGAIN)
    if not is_download:
        return ResultsError("it is not a zip archive", tip=_AGAIN)
    text = head.decode("utf-8", "replace")
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    said = content.get("message", content) if isinstance(content, dict) else text
    return ResultsError(
        f"the download is not an archive; it begins with: {safe_excerpt(str(said)) or '(empty)'}", tip=_AGAIN
    )
