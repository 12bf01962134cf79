"""Fusions of two genes."""

from __future__ import annotations

from collections.abc import Iterator

from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.inputs.model import Options, Row
from cgi_runner.inputs.samples import is_symbol
from cgi_runner.inputs.tables import Header, Samples

SEPARATORS = ("__", "--", "::")
NOT_TWO = "not a fusion of two named genes"


class FusionReader:
    """Reads a table with a fusion a row, its partners in the order of the file."""

    format = "fusions"
    renamed = False

    def __init__(self, header: Header, options: Options, dropped: DroppedFile) -> None:
        """Read below this header."""
        self._header = header
        self._dropped = dropped
        self._samples = Samples(header, options)
        self.named, self.samples = self._samples.named, self._samples.seen

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Give the rows to send, one line at a time."""
        for line, (fusion, cell) in self._header.rows("fus", "sample"):
            sample = self._samples.of(line, cell, default)
            genes = partners(fusion)
            if genes:
                yield [(("__".join(genes), sample), line)]
            else:
                self._dropped.add("translocations", line, sample, fusion, NOT_TWO)


def partners(fusion: str) -> tuple[str, str] | None:
    """Give the two genes in A__B, A--B or A::B, or None if it is not two."""
    for separator in SEPARATORS:
        first, found, second = fusion.partition(separator)
        if found:
            is_fine = all(is_symbol(gene) and not any(map(gene.__contains__, SEPARATORS)) for gene in (first, second))
            return (first, second) if is_fine else None
    return None
