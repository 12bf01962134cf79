"""Taking an archive apart and putting it together again."""

from __future__ import annotations

import io
from collections.abc import Iterable
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


def read_members(archive: bytes) -> dict[str, bytes]:
    """Return the members of an archive by their names."""
    with ZipFile(io.BytesIO(archive)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def pack_members(members: Iterable[tuple[str, bytes]], compression: int = ZIP_DEFLATED) -> bytes:
    """Return an archive of these members, in their order; a name may be there twice.

    Args:
        members: Name and content of each.
        compression: Method of the zip for all of them; CGI deflates (fact 26).

    Returns:
        The bytes of the zip.

    """
    packed = io.BytesIO()
    with ZipFile(packed, "w") as zipped:
        for name, content in members:
            zipped.NameToInfo.pop(name, None)  # or a name that is there twice is a warning
            zipped.writestr(ZipInfo(name), content, compression)
    return packed.getvalue()
