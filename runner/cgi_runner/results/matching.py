"""Each returned row against the upload: sample, chromosome, position and alleles have to be those of a row sent.

An id alone proves nothing: CGI gives the id of one sample's row to all samples that share its variant, and nobody
knows what else a service may mix up. A row is foreign only if no row of its sample is the same variant, however it is
spelled; a row that says too little to be compared is believed by its id, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cgi_runner.results.row_index import (
    CHROMOSOMES,
    Columns,
    Key,
    RowIndex,
    key_function,
    returned_columns,
)
from cgi_runner.results.tables import Table

_POINT_ZERO = ".0"
_DIGITS = 10  # of a row's number: a longer one is no number of CGI's
_EXAMPLES = 3


@dataclass
class Matching:
    """How the returned rows of one kind fit what was sent, in numbers of rows."""

    shared: int = 0
    """Rows with the id, and thereby the echo, of another sample's row with the same variant."""
    misnumbered: int = 0
    """Rows whose id is that of a row with another variant; they were found by sample and variant."""
    unreadable: int = 0
    """Rows with an id of no form that is known."""
    uncompared: int = 0
    """Rows that say too little to be compared with the upload, and are believed by their id."""
    by_echo: int = 0
    """Rows of another variant than was sent, by CGI's own columns, which are those of a row sent by its echo."""
    foreign: int = 0
    """Rows of a variant that was never sent for their sample."""
    examples: list[str] = field(default_factory=list)
    """The first foreign rows, as `Input ID sample variant`."""

    @property
    def is_believed(self) -> bool:
        """Whether no row is foreign."""
        return not self.foreign


def match_rows(indexes: Sequence[RowIndex], result: Table, id_place: int) -> Matching:
    """Flag in the indexes of the uploads of one kind the rows that came back.

    Args:
        indexes: One for each upload of that kind.
        result: The table of results of that kind.
        id_place: The column with the ids of the rows.

    """
    matching = Matching()
    matchers = [RowMatcher(index, result, matching) for index in indexes]
    # Plain numbers are lines in the first generation's alterations, the header being line 1; else they begin at 0.
    first = 1 if result.columns[id_place].strip().casefold() == "default_id" else -1
    by_prefix = {f"input{matcher.index.number}_": (matcher, 0) for matcher in matchers}
    by_prefix[""] = (matchers[0], first)
    last = max([id_place, *(matcher.last for matcher in matchers)])
    prefix, known = "", by_prefix.get("")
    rows = result.leading_cells(last)
    for cells in matchers[0].flag_expected(rows, id_place) if len(matchers) == 1 else rows:
        stem, bar, digits = cells[id_place].rpartition("_")
        if stem + bar != prefix:
            prefix = stem + bar
            known = by_prefix.get(prefix)
        row = 0
        if known and digits.isdecimal() and len(digits) <= _DIGITS:
            row = int(digits) - known[1]
        if known and 0 < row <= known[0].index.count:
            known[0].match(cells, row)
        else:
            matching.unreadable += 1
            matchers[0].match(cells, 0)
    return matching


class RowMatcher:
    """Compares returned rows with one upload."""

    def __init__(self, index: RowIndex, result: Table, matching: Matching) -> None:
        """Look at the columns of a table of results, and count what is found in `matching`."""
        self.index, self._matching = index, matching
        columns = returned_columns(result, index.columns.kind) if index.columns else None
        self.echo = _echoed_columns(result, columns)
        if columns and columns.sample is None and index.names_samples:
            columns = None
        self.columns = columns
        if columns:
            self._key = key_function(columns, with_sample=index.names_samples)
        self.last = max([0, *(each.last for each in (columns, self.echo) if each)])

    def flag_expected(self, rows: Iterable[list[str]], id_place: int) -> Iterator[list[str]]:
        """Flag each returned row that is exactly the next row of the upload that its id names; give all others.

        This is for speed: upload and results are read side by side, and no row has to be looked up.

        Args:
            rows: Rows of the table of results, in its order.
            id_place: Index of the column `Input ID` (fact 29).

        Yields:
            The rows that still have to be looked up.

        """
        columns, index = self.columns, self.index
        if not columns or not index.columns or columns.kind != "variant" or not index.names_samples:
            yield from rows
            return
        sample, (chromosome, position, reference, alternate) = columns.sample or 0, columns.alteration
        of_sample, (of_chromosome, of_position, of_reference, of_alternate) = (
            index.columns.sample or 0,
            index.columns.alteration,
        )
        names, returned, count = CHROMOSOMES, index.returned, index.count
        uploaded = index.table.leading_cells(index.columns.last)
        prefix, at, sent = f"input{index.number}_", 0, [""] * (index.columns.last + 1)
        width = len(prefix)
        for cells in rows:
            row_id = cells[id_place]
            digits = row_id[width:]
            if digits.isdecimal() and len(digits) <= _DIGITS and row_id.startswith(prefix):
                row = int(digits)
                while at < row <= count:
                    sent = next(uploaded)
                    at += 1
                if (
                    0 < row == at
                    and sent[of_position] == cells[position]
                    and sent[of_sample] == cells[sample]
                    and sent[of_alternate] == cells[alternate]
                    and sent[of_reference] == cells[reference]
                    and names[sent[of_chromosome]] == names[cells[chromosome]]
                ):
                    returned[row] = 1
                    continue
            yield cells

    def match(self, cells: list[str], row: int) -> None:
        """Flag the row of the upload that a returned row is of.

        Args:
            cells: The returned row.
            row: Number of the row of the upload that its id names, from 1; 0 if it names none.

        """
        index = self.index
        if not self.columns:
            self._believe_id(row)
            return
        key = self._key(cells)
        if index.hashes[row] == hash(key) and row:
            index.returned[row] = 1
        else:
            self._search(cells, key, row, self.columns)

    def _search(self, cells: list[str], key: Key, row: int, columns: Columns) -> None:
        """Find the row of an upload that a returned row is of, whatever its id says."""
        index, matching = self.index, self._matching
        if found := self._find_by_key(key):
            index.returned[found] = 1
            if row and index.has_alteration(row, key):
                matching.shared += found != row
            elif row:
                matching.misnumbered += 1
        elif columns.kind in {"cna", "fusion"} and row and index.has_sample(row, _cell(cells, columns.sample)):
            index.returned[row] = 1  # gene symbols and names of partners may be CGI's own
        elif columns.kind != "variant" or (index.names_samples and not _cell(cells, columns.sample)):
            self._believe_id(row)
        elif found := self._find_otherwise(cells, columns):
            index.returned[found] = 1
            matching.misnumbered += found != row
        else:
            matching.foreign += 1
            if len(matching.examples) < _EXAMPLES:
                place = [_cell(cells, each) for each in columns.alteration]
                change = "chr{}:{} {}>{}".format(place[0].removeprefix("chr"), *place[1:])
                matching.examples.append(f"{change} of sample {_cell(cells, columns.sample) or '(none)'}")

    def find(self, cells: list[str]) -> int:
        """Return the row of the upload with the sample and the alteration of a returned row, 0 if there is none."""
        if not self.columns:
            return 0
        return self._find_by_key(self._key(cells)) or self._find_otherwise(cells, self.columns)

    def _find_by_key(self, key: Key) -> int:
        """Find a row of that sample, or one whose sample cell is empty, which CGI fills with a name of its own."""
        return self.index.find(key) or self.index.find(("", *key[1:]))

    def _find_otherwise(self, cells: list[str], columns: Columns) -> int:
        """Find a row that is the same by another spelling of the variant, or by CGI's echo of what was sent."""
        index = self.index
        if found := index.find_alternative(cells, columns):
            return found
        place = columns.alteration[1]
        if columns.kind == "variant" and cells[place].endswith(_POINT_ZERO):  # a table of numbers writes it so
            plain = [*cells]
            plain[place] = plain[place].removesuffix(_POINT_ZERO)
            return self.find(plain)
        if not self.echo:
            return 0
        found = index.find(key_function(self.echo, with_sample=index.names_samples)(cells))
        self._matching.by_echo += bool(found)
        return found

    def _believe_id(self, row: int) -> None:
        self._matching.uncompared += 1
        if row:
            self.index.returned[row] = 1


def _cell(cells: list[str], place: int | None) -> str:
    return "" if place is None else cells[place].strip()


def _echoed_columns(result: Table, columns: Columns | None) -> Columns | None:
    """Find CGI's echo of the columns that were sent, beside its own REF and ALT; None if it is not whole."""
    names = ("chr", "pos", "ref", "alt")
    if columns is None or columns.kind != "variant" or not all(name in result.columns for name in names):
        return None
    return Columns(columns.sample, tuple(result.columns.index(name) for name in names), "variant")
