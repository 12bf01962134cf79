"""Which row of results is that of a sample and a variant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache

from cgi_runner.annotate.fields import FACTS, GENE, PROTEIN, add_matches, driver_word, row_values
from cgi_runner.annotate.hash_index import HashIndex
from cgi_runner.annotate.matches import matches_by_alteration
from cgi_runner.annotate.result_table import ResultTable
from cgi_runner.annotate.variant_keys import Key, Variant, variant_keys
from cgi_runner.findings import Findings
from cgi_runner.results.tables import Table

_PLACE_BITS = 44  # of a byte's place in a table; the bits above number the table
_MAX_ROWS = 1_000  # at hand, for duplicates

_SUMMARY = FACTS.index("summary")

Row = tuple[str, tuple[str, ...]]
"""A sample and the cells of its row that values are made of."""


class ReturnedRows:
    """The rows of all tables, by sample and variant.

    Most files ask for rows in the order of a table, so the one after the row that was asked for last is looked at.
    """

    def __init__(self, findings: Findings) -> None:
        """Hold no rows yet; the findings have the drug matches of all that will be added."""
        self.has_several = 0
        """Alleles with several rows."""
        self.next_found: tuple[tuple[str], Key] | None = None
        """Sample and variant of the row that was looked at, where they have no other row."""
        self._matches = matches_by_alteration(findings, "mutation")
        self.matched_genes = {gene for _, gene, _ in self._matches}
        """Those that drug matches name."""
        self._tables: list[ResultTable] = []
        self._next_table: ResultTable | None = None
        self._index = HashIndex()
        self._maybe_repeated: set[int] = set()
        self._read = lru_cache(maxsize=_MAX_ROWS)(self._read_row)

    def close(self) -> None:
        """Close the tables."""
        for table in self._tables:
            table.close()

    def add(self, table: Table, default: str, mark_known: Callable[[Key], bool]) -> set[str]:
        """Add a table, and return the samples that it names.

        Args:
            table: The table.
            default: Whose the rows are that name no sample.
            mark_known: Called for each variant; says whether it may have been added before.

        Raises:
            InputError: The table does not say which variant a row is of.

        """
        results = ResultTable(table, default)
        number = len(self._tables) << _PLACE_BITS
        self._tables.append(results)
        seen = set[str]()
        self._index.extend(self._numbers_by_hash(results, number, seen, mark_known))
        return seen

    def _numbers_by_hash(
        self, table: ResultTable, number: int, seen: set[str], mark_known: Callable[[Key], bool]
    ) -> Iterator[tuple[int, int]]:
        """Yield the hash of each row's sample and variant with the row's place; a row may have two."""
        for offset, sample, keys in table.variants():
            seen.add(sample)
            for key in keys:
                value = hash((sample, key))
                if mark_known(key):
                    self._maybe_repeated.add(value)
                yield value, number | offset

    @cached_property
    def _find_repeated(self) -> set[int]:
        """Hashes of samples with variants that have several rows, once all tables were added."""
        return self._index.repeated(self._maybe_repeated)

    def variants(self) -> Iterator[tuple[Key, ...]]:
        """Yield what all spellings of the variant of each row share."""
        for table in self._tables:
            for *_, keys in table.variants():
                yield keys

    def find(self, sample: str, variant: Variant) -> Row | None:
        """Return the row of a variant of a sample; of several, that of a driver; None if there is none.

        Args:
            sample: Name of the sample in the results.
            variant: The variant as a file has it.

        """
        for key in variant_keys(variant):
            found = (sample, key)
            table = self._next_table
            if table and hash(found) not in self._find_repeated and table.is_row_of(table.next_row, sample, key):
                return self._take_next(table, sample)
            if (row := self._read(found)) is not None:
                return row
        return None

    def take_next(self) -> Row:
        """Return the row of `next_found`, and look at the one after it.

        Raises:
            LookupError: No row was looked at.

        """
        if not (self.next_found and self._next_table):
            raise LookupError
        (sample,), _ = self.next_found
        return self._take_next(self._next_table, sample)

    def values(self, row: Row) -> dict[str, str]:
        """Return the values of a row, with those of the drug matches that name its alteration."""
        sample, facts = row
        values = row_values(facts)
        if values[GENE] not in self.matched_genes:
            return values
        named = self._matches.get((sample, values[GENE], values[PROTEIN].removeprefix("p.")))
        return add_matches(values, named) if named else values

    def _take_next(self, table: ResultTable, sample: str) -> Row:
        row = (sample, table.brief_facts(table.next_row))
        self._look_ahead(table)
        return row

    def _look_ahead(self, table: ResultTable) -> None:
        found = table.look_ahead()
        self.next_found = None if found is None or hash((found[0][0], found[1])) in self._find_repeated else found
        self._next_table = table

    def _read_row(self, found: tuple[str, Key]) -> Row | None:
        sample, key = found
        rows = []
        is_in_order = False
        for number in self._index.find(found):
            table = self._tables[number >> _PLACE_BITS]
            offset = number & (1 << _PLACE_BITS) - 1
            is_in_order = table.is_next(offset)
            cells = table.row(offset)
            if table.is_row_of(cells, sample, key):
                rows.append((table, cells))
        if not rows:
            return None
        self._next_table = self.next_found = None
        if is_in_order:
            self._look_ahead(rows[-1][0])
        brief = [table.brief_facts(cells) for table, cells in rows]
        if len(rows) > 1:
            facts = [table.facts(cells) for table, cells in rows]
            if any(each != facts[0] for each in facts):
                self.has_several += 1
                return sample, next((each for each in brief if driver_word(each[_SUMMARY]) == "yes"), brief[0])
        return sample, brief[0]
