"""The plain rows of a table of small variants, read by column."""

from __future__ import annotations

from collections.abc import Collection
from itertools import repeat
from typing import NamedTuple

from cgi_runner.inputs.block_columns import BlockColumns, places_apart, places_outside
from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.indels import IndelPlaces
from cgi_runner.inputs.normal_columns import NormalColumns
from cgi_runner.inputs.normalise import VariantValidator
from cgi_runner.inputs.rows import VariantColumns
from cgi_runner.inputs.samples import SampleColumn
from cgi_runner.inputs.somatic import CallStatus
from cgi_runner.inputs.status_columns import NO_READS, StatusColumns

FORWARD = frozenset(("", "+", "1", "+1", ".", "__UNKNOWN__"))
"""CGI turns alleles round where a column `strand` says so, other tools mean the strand of the gene by it."""


class PlainRows(NamedTuple):
    """Knows which rows of one table need no check of their own: their cells were seen in a row before."""

    header: Header
    validator: VariantValidator
    samples: SampleColumn
    status: CallStatus
    status_columns: StatusColumns
    normal: NormalColumns
    indels: IndelPlaces | None

    def parse(
        self, first: int, block: BlockColumns, build: str, same_as_ref: int, default: str
    ) -> tuple[VariantColumns, set[int]] | None:
        """Return the rows of a block, and which of them are not plain, so that another has to be put in their place.

        Args:
            first: Number of the first line, from 1.
            block: The lines.
            build: The cell of the genome build in rows that were read.
            same_as_ref: The column that holds the reference allele, too.
            default: The sample of a row that names none.

        Returns:
            The rows and the places of those that are not plain; None if hardly any may be plain.

        """
        *site, sample = self.header.column_indexes("chr", "pos", "ref", "alt", "sample")
        chromosomes, digits, references, alternates = map(block.column, site)
        parsed = self.validator.parse_columns(chromosomes, digits, references, alternates)
        if not parsed:
            return None
        ranks, positions, odd = parsed
        owners = block.column(sample) if self.samples.named else [default] * block.rows
        samples = list(map(self.samples.sent.get, owners, repeat("")))
        if not all(samples):
            odd.update(index for index, name in enumerate(samples) if not name)
        for place, patients in self.header.patients.items():
            odd |= places_apart(block.column(place), list(map(patients.get, owners)))
        odd |= places_apart(block.column(same_as_ref), block.column(site[2]))
        if self.normal.allele:
            apart = places_apart(block.column(self.normal.allele), block.column(site[2]))
            odd.update(index for index in apart if block.row(index)[self.normal.allele])
        odd |= self._find_unusual(block, build)
        lines = list(range(first, first + block.rows))
        columns = VariantColumns(ranks, positions, references, alternates, samples, lines)
        if self.indels:
            odd |= self._find_odd_ends(self.indels, block, columns)
        return columns, odd

    def _find_unusual(self, block: BlockColumns, build: str) -> set[int]:
        """Return the rows with a cell, outside of the variant and its sample, that has to be looked at."""
        strand, verdict, builds = self.header.column_indexes("strand", "filter", "build")
        usual: list[tuple[int, Collection[str]]] = [
            (strand, FORWARD), (verdict, self.status.plain), (builds, (build,)), *self.status_columns.usual,
            *self.normal.usual,
            *((place, (value,)) for place, value in self.header.guards.items()),
        ]  # fmt: skip
        odd: set[int] = set()
        for place, cells in usual:
            odd |= places_outside(cells, block.column(place))
        reads = block.column(self.status_columns.reads)
        if not NO_READS.isdisjoint(reads):
            odd.update(index for index, number in enumerate(reads) if number in NO_READS)
        return odd

    def _find_odd_ends(self, indels: IndelPlaces, block: BlockColumns, columns: VariantColumns) -> set[int]:
        """Return the rows whose Start and End need a look: those of most substitutions are the same."""
        position, reference, end = self.header.column_indexes("pos", "ref", "end")
        references, ends = block.column(reference), block.column(end)
        found = places_apart(ends, block.column(position))
        if "-" in references or "-" in columns.alternates:
            alleles = enumerate(zip(references, columns.alternates, strict=True))
            found |= {index for index, pair in alleles if "-" in pair}
        return {index for index in found if not indels.is_plain(columns.row(index)[0], ends[index])}
