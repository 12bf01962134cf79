"""What may become of an upload's copy in the archive: an intact archive whose `inputNN.tsv` is not byte for byte equal.

None of it was ever seen: real copies of mutations were identical byte for byte, and those of other kinds could not be
compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from cgi_sandbox.faults.members import pack_members, read_members

_COPY = re.compile(r"input[0-9]+\.tsv")
_BOM = b"\xef\xbb\xbf"
_SKIPPED = b"Alteration ID\treason\n"


def change_copies(archive: bytes, change: str) -> bytes:
    """Return the archive with its copies of the uploads changed, or left out, or with a member beside them.

    Args:
        archive: Bytes of a zip with the uploads as `inputNN.tsv` (fact 26).
        change: A key of `CHANGES`, or `missing`, or `extra-member`.

    Returns:
        The bytes of the changed zip.

    """
    members: list[tuple[str, bytes]] = []
    for name, content in read_members(archive).items():
        if not _COPY.fullmatch(name):
            members.append((name, content))
        elif change == "extra-member":
            members += [(name, content), (name.replace(".tsv", "_skipped.tsv"), _SKIPPED)]
        elif change != "missing":
            members.append((name, CHANGES[change](content)))
    return pack_members(members)


def _to_upper_header(content: bytes) -> bytes:
    comments, header, rows = _split(content)
    return b"".join([*comments, header.upper(), *rows])


def _reverse_rows(content: bytes) -> bytes:
    comments, header, rows = _split(content)
    return b"".join([*comments, header, *reversed(rows)])


def _on_cells(edit: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """Return a change of the cells of each line that is no comment."""

    def change(content: bytes) -> bytes:
        comments, header, rows = _split(content)
        lines = (edit(line.rstrip(b"\r\n").split(b"\t")) for line in (header, *rows))
        return b"".join([*comments, *(b"\t".join(cells) + b"\n" for cells in lines)])

    return change


def _split(content: bytes) -> tuple[list[bytes], bytes, list[bytes]]:
    """Return the comments, the header and the rows, each line with its end."""
    lines = content.splitlines(keepends=True)
    comments = [line for line in lines if line.startswith(b"##")]
    header, *rows = [line for line in lines if not line.startswith(b"##")]
    return comments, header, rows


CHANGES: Mapping[str, Callable[[bytes], bytes]] = {
    "crlf": lambda content: re.sub(rb"\r?\n", b"\r\n", content),
    "no-final-newline": lambda content: content.rstrip(b"\r\n"),
    "two-final-newlines": lambda content: content.rstrip(b"\r\n") + b"\n\n",
    "bom": lambda content: _BOM + content,
    "upper-case-header": _to_upper_header,
    "other-order": _reverse_rows,
    "extra-column": _on_cells(lambda cells: [*cells, b"x"]),
    "dropped-column": _on_cells(lambda cells: cells[:-1]),
    "trailing-tabs": _on_cells(lambda cells: [*cells, b"", b""]),
    "quotes": _on_cells(lambda cells: [b'"' + cell + b'"' for cell in cells]),
}
COPIES = (*CHANGES, "missing", "extra-member")
