"""The cells of a sample sheet, as spreadsheets, portals and workflows write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from cgi_runner.cohort.sheet_columns import TIP, holds_sample_column
from cgi_runner.errors import InputError
from cgi_runner.inputs.columns import split
from cgi_runner.inputs.text_source import TextSource

SEPARATORS = ("\t", ";", ",")
_EXCEL = re.compile(r"\"?sep=(.)\"?[\s,;]*", re.IGNORECASE)
_MAX_JOINED = 20  # lines of one cell; a quote that stands alone must not swallow the samples below it


def read_cells(source: TextSource) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the names of the columns, and the number and the cells of every line below that holds anything.

    Lines above the header that begin with `#` are remarks, or the header itself where the line after them is none;
    `sep=;`, which Excel understands, is one too.

    Raises:
        InputError: There is no header.

    """
    remark = ""
    line = source.line()
    while line and (not line[1].strip() or line[1].startswith("#") or _EXCEL.fullmatch(line[1])):
        remark = line[1] if line[1].startswith("#") else remark
        line = source.line()
    if line is None:
        raise InputError(f"{source.name}: found no header line", tip=TIP)
    header, below = line[1], source.lines()
    if not _names_in(header)[1] and _names_in(remark.lstrip("# "))[1]:
        header, below = remark.lstrip("# "), chain([line], below)
    separator, _ = _names_in(header)
    names = split(header, separator)
    while names and not names[-1]:
        names.pop()
    records = _records(below, separator, len(names))
    return names, [(number, cells) for number, cells in records if any(cells)]


def _names_in(header: str) -> tuple[str, bool]:
    """Return the separator of a header, and whether one of its columns holds the samples."""
    for separator in SEPARATORS:
        if holds_sample_column(split(header, separator)):
            return separator, True
    return max(SEPARATORS, key=header.count), False


def _records(lines: Iterator[tuple[int, str]], separator: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each record; a cell in quotes may go on over several lines."""
    waiting: list[tuple[int, str]] = []
    for line in lines:
        waiting.append(line)
        is_open = sum(text.count('"') for _, text in waiting) % 2
        if is_open and len(waiting) < _MAX_JOINED:
            continue
        yield from _split_lines(waiting, separator, width)
        waiting = []
    yield from _split_lines(waiting, separator, width)


def _split_lines(lines: list[tuple[int, str]], separator: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of lines that may be one record: they are if that has not more cells than the header."""
    if len(lines) > 1:
        joined = split(" ".join(text for _, text in lines), separator, width)
        is_closed = not sum(text.count('"') for _, text in lines) % 2
        if is_closed and len(joined) == width:
            yield lines[0][0], joined
            return
    for number, text in lines:
        yield number, split(text, separator, width)
