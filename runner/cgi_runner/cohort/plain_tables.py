"""Tables of results that a program on the way has written otherwise: they are split as CGI would have written them."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from cgi_runner.results.tables import Table

#: A byte order mark, a quote, a comment or an empty line, where CGI's own tables begin with their header.
_OTHERWISE = (b"\xef\xbb\xbf", b'"', b"##", b"\n", b"\r")


def find_plain_table(path: Path, copy: Path) -> Path:
    """Return a table whose first line is its header, without quotes: this one, or a copy that is made so.

    Args:
        path: The table.
        copy: Where a copy goes, if there has to be one.

    """
    with path.open("rb") as source:
        if not source.read(len(_OTHERWISE[0])).startswith(_OTHERWISE):
            return path
    table = Table(path)
    with copy.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(cells) + "\n" for cells in chain([table.columns], table.rows()))
    return copy
