"""The header of a table: which columns it has, whatever they are called."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from cgi_runner.inputs.column_index import check_columns, find_columns
from cgi_runner.inputs.column_words import canonical, looks_like_patient, looks_like_sample, without_index
from cgi_runner.inputs.problems import is_present, quote
from cgi_runner.inputs.row_names import add_row_names
from cgi_runner.inputs.text_source import TextSource

_NAMES_OF_HEADER = 3
"""Cells of a row that are names of columns, from which on it is a header."""
QUOTE_TIP = "put quotes around cells that hold a `{}`, as decimal commas, or separate the columns by tabs"
_OF_NUMBERS = "0123456789.,%/|-"


def match_names(names: Sequence[str], known: Iterable[str]) -> list[str]:
    """Return each column of a header its known name, or else its own in lower case.

    Args:
        names: What the file calls its columns.
        known: Names, in lower case, under which cells are looked up.

    """
    spellings = {canonical(name): name for name in known}
    return [spellings.get(canonical(name), name.lower()) for name in names]


def is_separator_line(text: str) -> bool:
    """Whether this is the line `sep=;`, which tells Excel how the columns below are separated."""
    return re.fullmatch('"?sep=.?"?', text.strip(), re.IGNORECASE) is not None


#: Columns that are read beside those that tell the format.
_WITH_VARIANTS = ("sample", "build", "end", "filter", "strand", "allele1")


@dataclass
class Header:
    """The columns of a table: where each known one is, and what the file calls it."""

    source: TextSource
    line: int
    names: list[str]
    separator: str
    column_index: dict[str, int] = field(default_factory=dict)
    _width: int = 0
    _is_sample_asked: bool = False
    _may_count: set[int] = field(default_factory=set)
    _names: frozenset[str] = frozenset()
    _read: frozenset[str] = frozenset()
    guards: dict[int, str] = field(default_factory=dict)
    """Columns that may name samples though they are not read, and the one value that each may hold."""
    patients: dict[int, dict[str, str]] = field(default_factory=dict)
    """Columns that name the patient of a sample, and the patient of each sample that was seen."""
    also_read: set[int] = field(default_factory=set)
    """Places of columns that count though `column_index` does not have them."""

    def __post_init__(self) -> None:
        """Know the names, to tell a header among the rows."""
        self._names = frozenset(filter(None, self.names))

    @classmethod
    def of(cls, source: TextSource, line: int, text: str) -> Header:
        """Read a header line, separated by tabs, or else by semicolons or commas.

        Args:
            source: The file.
            line: Number of the line, from 1.
            text: The line, with or without a `#` before it.

        """
        # Spreadsheets write semicolons where the comma is the decimal sign.
        separator = max("\t;,", key=text.count) if "\t" not in text else "\t"
        names = list(map(without_index, split(text.removeprefix("#"), separator)))
        row = source.line()
        source.unread([row] if row else [])
        if row and names != (named := add_row_names(names, split(row[1], separator), find_columns)):
            names = named
            source.note("the row names that R wrote before the first column are not read")
        return cls(source, line, names, separator, find_columns(names))

    def check(self, *columns: str) -> None:
        """Report a problem when a known column is there twice, or one of these under two names."""
        self._read = frozenset((*columns, *_WITH_VARIANTS))
        columns = tuple(column for column in columns if column != "sample" or not self._is_sample_asked)
        check_columns(self.source.problems, self.line, self.names, self.column_index.values(), columns)

    def use_as_sample(self, name: str) -> bool:
        """Take the column of this name for that of the samples, if it is there."""
        found = [place for place, other in enumerate(self.names) if name == other]
        found = found or [place for place, other in enumerate(self.names) if canonical(name) == canonical(other)]
        if found:
            self.column_index["sample"], self._is_sample_asked = found[0], True
        return bool(found)

    def guard_samples(self) -> None:
        """Refuse rows that differ in a column which may name samples and is not read; call it before reading any."""
        self.guards = {place: "" for place, name in enumerate(self.names) if looks_like_sample(name)}
        if canonical(self.names[0]) == "id":  # further on it is the id of a variant
            self.guards[0] = ""
        self._may_count = {place for place, name in enumerate(self.names) if canonical(name) in ("tumor", "tumour")}
        self.guards.update(dict.fromkeys(self._may_count, ""))

    def guard_patients(self) -> None:
        """Refuse rows of one sample that are of several patients by a column beside it; call it before reading any."""
        sample = self.column_index["sample"]
        self.patients = {
            place: {} for place, name in enumerate(self.names) if place != sample and looks_like_patient(name)
        }

    def _check_patients(self, line: int, cells: list[str]) -> None:
        sample = cells[self.column_index["sample"]]
        for place, known in self.patients.items():
            patient = cells[place]
            if is_present(patient) and known.setdefault(sample, patient) != patient:
                names = [quote(self.names[column]) for column in (place, self.column_index["sample"])]
                self.source.problems.abort(
                    f"line {line}: found {quote(known[sample])} and {quote(patient)} in the column {names[0]} for the "
                    f"sample {quote(sample)}, expected one patient for each sample",
                    tip=f"give --sample-column {self.name('sample')!r} if they are one sample, "
                    f"--sample-column {self.names[place]!r} if that column names the samples",
                )

    def _check_guards(self, line: int, cells: list[str]) -> None:
        for place, value in self.guards.items():
            if place in self._may_count and not cells[place].strip(_OF_NUMBERS):
                continue  # reads of the tumour, and no name
            if not value:
                self.guards[place] = cells[place] if is_present(cells[place]) else ""
            elif is_present(cells[place]) and cells[place] != value:
                name = self.names[place]
                self.source.problems.abort(
                    f"line {line}: found {quote(value)} and {quote(cells[place])} in the column {quote(name)}, "
                    "which may name samples, expected a column `sample`",
                    tip=f"give --sample-column {name!r} if it names them, else --sample NAME for all rows",
                )

    def has(self, *columns: str) -> bool:
        """Whether all these columns are there."""
        return all(column in self.column_index for column in columns)

    def name(self, column: str) -> str:
        """Return what the file calls a column."""
        return self.names[self.column_index[column]]

    def cells(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of every row, with its line; a row of another width is a problem."""
        for number, line in self.source.lines():
            if cells := self.split_row(number, line):
                yield number, cells

    def column_indexes(self, *columns: str) -> list[int]:
        """Return where these columns are; those that are not there are after the last one."""
        return [self.column_index.get(column, len(self.names)) for column in columns]

    def _last_needed(self) -> int:
        """Return the place of the last column that counts."""
        needed = [place for column, place in self.column_index.items() if not self._read or column in self._read]
        return max([*needed, *self.also_read], default=len(self.names))

    def _skip_header(self, line: int, cells: list[str]) -> bool:
        """Note a row that repeats the header and return whether it is one; abort if its names are in other columns."""
        if cells == self.names:
            self.source.note("header lines that are repeated among the rows are skipped")
            return True
        if len(self._names.intersection(cells)) >= min(_NAMES_OF_HEADER, len(self.names)):
            self.source.problems.abort(
                f"line {line}: found other column names among the rows, expected one table",
                tip="give each file separately, each with its own option",
            )
        return False

    def split_row(self, number: int, line: str) -> list[str]:
        """Return the cells of a line; one of another width than the header's is a problem, and has none.

        Args:
            number: Number of the line, from 1.
            line: The line.

        Returns:
            As many cells as the header has, or none after a problem.

        """
        cells = split(line, self.separator, len(self.names))
        if len(cells) < len(self.names) and len(cells) > self._last_needed():
            # Spreadsheets leave empty cells at the end of a row away.
            self.source.note("rows that end before the last column are read, as all columns that count are there")
            cells += [""] * (len(self.names) - len(cells))
        elif len(cells) > len(self.names) and self._width in (0, len(cells)) and self._may_be_wider(cells):
            # ANNOVAR has one name, Otherinfo, for many columns: then all rows are as wide as the first.
            self._width = len(cells)
            self.source.note(
                f"rows have {len(cells)} columns, the header {len(self.names)}: the extra columns are not read"
            )
            cells = cells[: len(self.names)]
        self._width = self._width or len(cells)
        if len(cells) == len(self.names):
            if not self._names.isdisjoint(cells) and self._skip_header(number, cells):
                return []
            for place in self.column_indexes("pos", "end"):
                # So pandas writes the numbers of a column that lacks some.
                cells[place : place + 1] = [cell.removesuffix(".0") for cell in cells[place : place + 1]]
            if self.guards:
                self._check_guards(number, cells)
            if self.patients:
                self._check_patients(number, cells)
            return cells
        tip = "" if self.separator == "\t" else QUOTE_TIP.format(self.separator)
        self.source.problems.add_text(f"line {number}: found {len(cells)} columns, expected {len(self.names)}", tip=tip)
        return []

    def _may_be_wider(self, cells: list[str]) -> bool:
        """Return whether cells beyond the names can stand at the end of a row only.

        A comma within a cell, such as a decimal one, makes two of it wherever it stands.
        """
        is_open = canonical(self.names[-1]).startswith("otherinfo")
        return self.separator == "\t" or is_open or not any(cells[len(self.names) :])


def split(line: str, separator: str, width: int = 0) -> list[str]:
    """Split a line into cells; blanks and double quotes around a cell are not part of it.

    Args:
        line: A line of a table, without its end.
        separator: A tab, a semicolon or a comma.
        width: How many cells it should have; quotes keep tabs together only where it has not without them.

    """
    cells = line.split(separator)
    if '"' in line and (separator != "\t" or width not in (0, len(cells))):
        with suppress(csv.Error):
            read = next(csv.reader([line], delimiter=separator))
            cells = read if width in (0, len(read)) or separator != "\t" else cells
    return [_unquote(cell.strip()) for cell in cells]


def without_quotes(text: str) -> str:
    """Take the quotes off cells that are quoted as a whole, as spreadsheets write those of a VCF that hold a comma.

    Args:
        text: Lines, separated by tabs.

    """
    # To look for one letter takes a tenth of the time to look for two.
    if '"' not in text or ('\t"' not in text and text[0] != '"'):
        return text
    return "\n".join("\t".join(map(_unquote, line.split("\t"))) for line in text.split("\n"))


def _unquote(cell: str) -> str:
    """Take the quotes off a cell that is quoted as a whole; others are part of its text."""
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"').strip() if is_quoted else cell
