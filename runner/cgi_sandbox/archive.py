"""Writing the archive: all members at the root, deflated, the same bytes for the same job."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TextIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

LARGE = 100_000_000
PERMISSIONS = 0o100644 << 16
EARLIEST = (1980, 1, 1, 0, 0, 0)


class Archive:
    """A zip file in the making; every member carries the same date."""

    def __init__(self, zipped: ZipFile, finished_at: float, *, large: bool) -> None:
        """Write into `zipped`; dates are UTC; `large` allows members beyond 2 GiB."""
        self._zip = zipped
        self._date = max(datetime.fromtimestamp(finished_at, timezone.utc).timetuple()[:6], EARLIEST)
        self._large = large

    def copy(self, name: str, source: Path) -> None:
        """Add a file byte for byte.

        Args:
            name: Name of the member.
            source: File whose bytes become the member, e.g. the stored upload (fact 26).

        """
        with source.open("rb") as file, self._zip.open(self._member(name), "w", force_zip64=self._large) as member:
            shutil.copyfileobj(file, member, 1024 * 1024)

    @contextmanager
    def text(self, name: str) -> Iterator[TextIO]:
        """Add a text file; line ends are written as they are given."""
        with (
            self._zip.open(self._member(name), "w", force_zip64=self._large) as member,
            io.TextIOWrapper(member, encoding="utf-8", errors="surrogateescape", newline="") as text,
        ):
            yield text

    def _member(self, name: str) -> ZipInfo:
        member = ZipInfo(name, self._date)
        member.compress_type = ZIP_DEFLATED
        member.create_system = 3
        member.external_attr = PERMISSIONS
        return member


@contextmanager
def create(path: Path, finished_at: float, *, large: bool) -> Iterator[Archive]:
    """Make an archive that is at `path` only once it is whole.

    Args:
        path: Where it goes; what is not whole yet is beside it.
        finished_at: The date of all members, in seconds since 1970.
        large: Whether members may be beyond 2 GiB.

    """
    part = path.with_suffix(".part")
    try:
        with ZipFile(part, "w", ZIP_DEFLATED) as zipped:
            yield Archive(zipped, finished_at, large=large)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def line(fields: Iterable[str], end: str = "\n") -> str:
    """One line of a table: tab separated, nothing quoted.

    Args:
        fields: The cells, in the order of the columns.
        end: What ends the line; CGI's tables differ in it (fact 38).

    """
    return "\t".join(fields) + end
