"""Shapes that a sound archive may have instead of the known one, with all members at its root and deflated."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Mapping
from zipfile import ZIP_BZIP2

from cgi_sandbox.faults.members import pack_members, read_members

_TABLE = "alterations.tsv"
_SUMMARY = "summary.txt"
_ID = re.compile(rb"(?m)^Analysis ID *:.*$")
_FINDER = bytes.fromhex("00051607 00020000")  # how files of macOS begin that hold what a zip cannot
Members = dict[str, bytes]


def reshape(archive: bytes, shape: str, job_id: str) -> bytes:
    """Return the archive in another shape; what it holds stays the same.

    Args:
        archive: Bytes of a zip as CGI packs it (fact 26).
        shape: `bzip2`, `job-folder` or a key of `_SHAPES`.
        job_id: Name of the folder for `job-folder`.

    Returns:
        The bytes of the changed zip.

    """
    members = read_members(archive)
    if shape == "bzip2":
        return pack_members(members.items(), ZIP_BZIP2)
    if shape == "job-folder":
        return pack_members((f"{job_id}/{name}", content) for name, content in members.items())
    return pack_members(_SHAPES[shape](members))


def _upper_case_id(members: Members) -> Iterable[tuple[str, bytes]]:
    summary = _ID.sub(lambda found: b"Analysis ID:" + found[0].partition(b":")[2].upper(), members[_SUMMARY])
    return {**members, _SUMMARY: summary}.items()


def _gzip_table(members: Members) -> Iterable[tuple[str, bytes]]:
    for name, content in members.items():
        yield (f"{name}.gz", gzip.compress(content, mtime=0)) if name == _TABLE else (name, content)


_SHAPES: Mapping[str, Callable[[Members], Iterable[tuple[str, bytes]]]] = {
    "folder-entry": lambda members: [("results/", b""), *members.items()],
    "nested-folder": lambda members: [(f"results/{name}", content) for name, content in members.items()],
    "macosx": lambda members: [*members.items(), (f"__MACOSX/._{_TABLE}", _FINDER)],
    "ds-store": lambda members: [*members.items(), (".DS_Store", _FINDER)],
    "upper-case-names": lambda members: [(name.upper(), content) for name, content in members.items()],
    "duplicate-members": lambda members: [entry for entry in members.items() for _ in range(2)],
    "upper-case-id": _upper_case_id,
    "renamed-table": lambda members: [(name.replace(_TABLE, "mutations.tsv"), text) for name, text in members.items()],
    "gzipped-table": _gzip_table,
}
SHAPES = (*_SHAPES, "job-folder", "bzip2")
