"""Read what a file says of its build before anything else is read of it."""

from __future__ import annotations

from typing import Protocol

from cgi_runner.inputs.build_evidence import (
    BuildEvidence,
    HeaderEvidence,
    evidence_in_accession,
    evidence_in_column,
    evidence_in_column_names,
)
from cgi_runner.inputs.column_index import find_columns
from cgi_runner.inputs.column_words import SYNONYMS, canonical, without_index
from cgi_runner.inputs.columns import is_separator_line, without_quotes
from cgi_runner.inputs.row_names import add_row_names

_BUILD = [canonical(name) for name in SYNONYMS["build"]]
_PLACES = {canonical(name) for column in ("chr", "gdna") for name in SYNONYMS[column]}
MAX_LINES = 100_000
"""Lines above the names of columns that are searched; the largest headers, of all contigs of hg38, have 4,000."""
MAX_ROWS = 1000
"""Rows whose build may be left open before the first that names it."""


class Lines(Protocol):
    """A file that is read line by line, and takes lines back."""

    def line(self) -> tuple[int, str] | None:
        """Return the next line with its number, or None at the end."""

    def unread(self, lines: list[tuple[int, str]]) -> None:
        """Take back the lines that were read last."""


def read_hints(source: Lines) -> list[BuildEvidence]:
    """Return what the lines above the rows and the first row that names a build say; the file is left at its beginning.

    Args:
        source: The file.

    """
    read: list[tuple[int, str]] = []
    header, columns = HeaderEvidence(), list[BuildEvidence]()
    while len(read) < MAX_LINES and (line := source.line()):
        read.append(line)
        number, text = line[0], without_quotes(line[1])
        if _has_column_names(text):
            columns = _in_columns(source, number, text, read)
            break
        header.add_line(number, text)
    source.unread(read)
    return [*header.found(), *columns]


def _has_column_names(text: str) -> bool:
    """Whether a line names the columns: those above begin with `#`, which a name of the first of many may do, too."""
    if not text.startswith("#"):
        return bool(text.strip()) and not is_separator_line(text)
    return not text.startswith("##") and text.strip().count("\t") > 1


def _in_columns(source: Lines, number: int, text: str, read: list[tuple[int, str]]) -> list[BuildEvidence]:
    """Return what the names of columns say, and the first row that names a build or an accession."""
    separator = "\t" if "\t" in text else max(",;", key=text.count)
    names = [without_index(name.strip(' "')) for name in text.removeprefix("#").split(separator)]
    row = source.line()
    if row:
        names = add_row_names(names, [cell.strip(' "') for cell in row[1].split(separator)], find_columns)
    plain = [canonical(name) for name in names]
    found = evidence_in_column_names(number, names)
    places = [plain.index(word) for word in _BUILD if word in plain][:1]
    for count in range(MAX_ROWS if places else 1):
        line = source.line() if count else row
        if not line:
            break
        read.append(line)
        cells = [cell.strip(' "') for cell in line[1].split(separator)]
        told = [
            one
            for place, cell in enumerate(cells[: len(names)])
            for one in (
                evidence_in_column(line[0], names[place], cell)
                if place in places
                else evidence_in_accession(line[0], names[place], cell.partition(":")[0])
                if plain[place] in _PLACES
                else []
            )
        ]
        if told:
            return found + told
    return found
