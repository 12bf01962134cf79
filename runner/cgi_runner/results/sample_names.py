"""Other names for the samples in CGI's tables: a pseudonym's own, or the one that an archive is taken under."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from cgi_runner.inputs.sample_spelling import loose_spelling, plain_spelling
from cgi_runner.inputs.tumor_normal import is_generic
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.row_index import SAMPLES

_TABLE = ".tsv"
#: What CGI calls a sample that was sent without a name, by generation and kind of input.
_UNNAMED = re.compile(r"input[0-9]+|single_sample|sample|default_id|t?cgi")
_COLUMNS = frozenset(name.casefold() for name in SAMPLES)


def is_unnamed(sample: str) -> bool:
    """Return whether a name in a table stands for any sample: CGI's own, or one such as TUMOR."""
    return bool(_UNNAMED.fullmatch(sample)) or is_generic(sample)


def find_samples(folder: Path, members: Iterable[str]) -> set[str]:
    """Return the samples that the tables of an archive name; an empty text among them stands for rows of none.

    Args:
        folder: Where it is unpacked.
        members: Its files.

    """
    found: set[bytes] = set()
    for name in members:
        if not name.endswith(_TABLE):
            continue
        with (folder / name).open("rb") as file:
            places = _places(_header(file))
            last = max(places, default=-1) + 1
            for line in file:
                cells = line.split(b"\t", last)
                found.update([_bare(cells[place]) for place in places if place < len(cells)] or [b""])
    return {name.decode("utf-8", "replace") for name in found}


def find_unsent(folder: Path, sent: Collection[str]) -> list[str]:
    """Return the samples of alterations in an archive that were not sent; CGI's own words for a sample are none.

    Args:
        folder: Where the archive is unpacked, with the samples' names as they were sent.
        sent: The names of the samples that were sent.

    """
    tables = read_result_tables(folder)
    members = [table.path.name for table in (tables.alterations, tables.cnas, tables.fusions) if table]
    return sorted(name for name in find_samples(folder, members).difference(sent) if name and not is_unnamed(name))


def find_respelled(folder: Path, members: Iterable[str], sent: Collection[str]) -> dict[str, str]:
    """Return the samples that the tables of an archive spell otherwise than they were sent, with the names sent.

    A name that stands for two samples that were sent is none of theirs. The only sample that was sent may also have
    lost its name on the way.

    Args:
        folder: Where the archive is unpacked.
        members: Its files.
        sent: The names of the samples that were sent.

    """
    others = find_samples(folder, members).difference(sent, {""}) if sent else set()
    if not others:
        return {}
    spellings = [(spell, _by_spelling(sent, spell)) for spell in (plain_spelling, loose_spelling)]
    found = {}
    for name in sorted(others):
        own = next((by[spell(name)] for spell, by in spellings if spell(name) in by), set())  # the closest spelling
        if not own and _UNNAMED.fullmatch(name):
            own = {*sent}
        if len(own) == 1:
            found[name] = next(iter(own))
    return found


def _by_spelling(names: Iterable[str], spell: Callable[[str], str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in names:
        found.setdefault(spell(name), set()).add(name)
    return found


def rename_samples(path: Path, names: Mapping[str, str], *, keeps_others: bool) -> bool:
    """Rewrite a table with other names for its samples; every other byte stays as it is.

    Args:
        path: The table.
        names: For each name in the table, the one that it gets.
        keeps_others: Whether rows of samples that are not among `names` stay as they are, or are left out.

    Returns:
        Whether the table has a column that names samples; one without stays as it is.

    """
    cells = {name.encode(): other.encode() for name, other in names.items()}
    part = path.with_name(f".{path.name}.part")
    with path.open("rb") as source, part.open("wb") as target:
        header = _header(source, target)
        places = _places(header)
        if places:
            for line in source:
                bare = line.rstrip(b"\r\n")
                row = bare.split(b"\t")
                if not keeps_others and places[0] < len(row) and _bare(row[places[0]]) not in cells:
                    continue
                for place in places:
                    if place < len(row):
                        row[place] = _replace(row[place], cells)
                target.write(b"\t".join(row) + line[len(bare) :])
    if places:
        part.replace(path)
    else:
        part.unlink()
    return bool(places)


def _header(source: Iterable[bytes], target: BinaryIO | None = None) -> bytes:
    """Return the header of a table, after the lines that begin with `##`; copy all of them to the target."""
    for line in source:
        if target is not None:
            target.write(line)
        if not line.startswith(b"##") and line.strip():
            return line
    return b""


def _places(header: bytes) -> list[int]:
    """Return the columns that name samples, the one first that says whose the row is."""
    names = header.decode("utf-8", "replace").lstrip("\ufeff").split("\t")
    found = [name.strip().strip('"').casefold() for name in names]
    order = [name.casefold() for name in SAMPLES]
    if _COLUMNS.isdisjoint(found) and {"info", "symbol"} <= {*found}:  # mutations of 2022 and early 2023
        return [found.index("info")]
    return sorted((place for place, name in enumerate(found) if name in _COLUMNS), key=lambda p: order.index(found[p]))


def _bare(cell: bytes) -> bytes:
    return cell.strip().strip(b'"')


def _replace(cell: bytes, cells: Mapping[bytes, bytes]) -> bytes:
    name = _bare(cell)
    if name not in cells:
        return cell
    return cell.replace(name, cells[name]) if name else cells[name]
