"""Result rows that are not what was sent, in an archive that is sound and bears the right job's id."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from cgi_sandbox.faults.members import pack_members, read_members

_TABLE = "alterations.tsv"
_SAMPLE_COLUMNS = ("CGI-Sample ID", "CGI-INFO")
_ID = "Input ID"
_OTHER_PLACE = {"POSITION": "1234567", "REF": "A", "ALT": "C", "pos": "1234567", "ref": "A", "alt": "C"}
Row = dict[str, str]


def change_rows(archive: bytes, change: str) -> bytes:
    """Return the archive with the rows of `alterations.tsv` changed; one without that table stays as it is.

    Args:
        archive: Bytes of a zip.
        change: A key of `ROWS`.

    Returns:
        The bytes of the changed zip.

    Raises:
        KeyError: There is no such change.

    """
    members = read_members(archive)
    if _TABLE not in members:
        return archive
    header, *lines = members[_TABLE].decode(errors="surrogateescape").splitlines()
    columns = header.split("\t")
    rows = [dict(zip(columns, line.split("\t"), strict=True)) for line in lines]
    written = [columns, *([row[name] for name in columns] for row in ROWS[change](rows))]
    text = "".join("\t".join(cells) + "\n" for cells in written)
    members[_TABLE] = text.encode(errors="surrogateescape")
    if change == "other-id-prefix":
        members = {re.sub("^input[0-9]+", "input_gtf", name): content for name, content in members.items()}
    return pack_members(members.items())


def _exchange(rows: list[Row], column: str) -> list[Row]:
    """Exchange the first two values of a column wherever they stand."""
    values = list(dict.fromkeys(row[column] for row in rows))[:2]
    exchanged = dict(zip(values, reversed(values), strict=True))
    return [{**row, column: exchanged.get(row[column], row[column])} for row in rows]


def _exchange_samples(rows: list[Row]) -> list[Row]:
    return _exchange(rows, next(name for name in _SAMPLE_COLUMNS if name in rows[0]))


def _repeat_first(rows: list[Row]) -> list[Row]:
    return [{**rows[0], _ID: row[_ID]} for row in rows]


def _add_unsent(rows: list[Row]) -> list[Row]:
    """Add two rows of a variant that nobody sent, with ids beyond the last."""
    last = rows[-1]
    file, _, number = last[_ID].rpartition("_")
    others = {name: value for name, value in _OTHER_PLACE.items() if name in last}
    return [*rows, *({**last, **others, _ID: f"{file}_{int(number) + step}"} for step in (1, 2))]


def _rename_ids(rows: list[Row]) -> list[Row]:
    """Let ids begin as one client of the web site has shown them."""
    return [{**row, _ID: re.sub("^input[0-9]+", "input_gtf", row[_ID])} for row in rows]


ROWS: Mapping[str, Callable[[list[Row]], list[Row]]] = {
    "ids-exchanged": lambda rows: _exchange(rows, _ID),
    "samples-exchanged": _exchange_samples,
    "all-as-first": _repeat_first,
    "unsent": _add_unsent,
    "other-id-prefix": _rename_ids,
}
