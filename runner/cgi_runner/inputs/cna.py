"""Copy numbers: tables of genes, and the thresholded matrix of GISTIC."""

from __future__ import annotations

from collections.abc import Iterator

from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.inputs.model import Options, Row
from cgi_runner.inputs.samples import chosen, is_symbol
from cgi_runner.inputs.tables import Header, Samples

MEANINGS = {
    "amp": "amp",
    "amplification": "amp",
    "amplified": "amp",
    "del": "del",
    "deletion": "del",
    "deleted": "del",
    "deep deletion": "del",
    "homozygous deletion": "del",
    "homdel": "del",
}
"""Words that mean one of CGI's two; gain and loss mean something else to everyone."""
LEVELS = {"2": "amp", "-2": "del", "1": "", "0": "", "-1": ""}
"""GISTIC's thresholded levels."""
NEITHER = "neither amp nor del"
LOW_LEVEL = "GISTIC level between -2 and 2, neither amp nor del"


class CnaReader:
    """Reads a table with a gene and a word for its copy number a row."""

    format = "CNA table"
    renamed = False

    def __init__(self, header: Header, options: Options, dropped: DroppedFile) -> None:
        """Read below this header."""
        self._header = header
        self._dropped = dropped
        self._samples = Samples(header, options)
        self.named, self.samples = self._samples.named, self._samples.seen

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Give the rows to send, one line at a time."""
        for line, (gene, word, cell) in self._header.rows("gene", "cna", "sample"):
            sample = self._samples.of(line, cell, default)
            meaning = MEANINGS.get(word.lower().replace("_", " "))
            if not is_symbol(gene):
                self._header.source.faults.add(line, self._header.name("gene"), gene, "the symbol of a gene")
            elif meaning:
                yield [((gene, meaning, sample), line)]
            else:
                self._dropped.add("cnas", line, sample, f"{gene} {word}", NEITHER)


class GisticReader:
    """Reads a matrix of levels, with the genes as rows and the samples as columns from the fourth on."""

    format = "GISTIC"
    named = True

    def __init__(self, header: Header, options: Options, dropped: DroppedFile) -> None:
        """Read below this header."""
        self._header = header
        self._dropped = dropped
        names = header.names[3:] if header.names[-1] else header.names[3:-1]
        self._samples = {3 + n: name for n, name in chosen(header.source.faults, header.line, names, options).items()}
        self.samples = set(self._samples.values())
        self.renamed = not self.samples.issubset(names)

    def batches(self, default: str) -> Iterator[list[Row]]:  # noqa: ARG002 - the matrix names all of its samples
        """Give the rows to send, one gene at a time."""
        faults = self._header.source.faults
        for line, cells in self._header.cells():
            # GISTIC tells genes of one name apart by what it writes after a bar.
            gene = cells[0].partition("|")[0]
            if not is_symbol(gene):
                faults.add(line, self._header.names[0], cells[0], "the symbol of a gene")
                continue
            rows: list[Row] = []
            for column, sample in self._samples.items():
                level = cells[column]
                if level not in LEVELS:
                    faults.add(
                        line, sample, level, "-2, -1, 0, 1 or 2", tip="give the file all_thresholded.by_genes.txt"
                    )
                elif LEVELS[level]:
                    rows.append(((gene, LEVELS[level], sample), line))
                else:
                    self._dropped.add("cnas", line, sample, f"{gene} {level}", LOW_LEVEL)
            yield rows
