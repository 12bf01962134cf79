"""Copy numbers as a matrix of levels: genes are rows, samples are columns (GISTIC, cBioPortal's data_cna.txt)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.dropped import DroppedRows
from cgi_runner.inputs.genes import IDENTIFIER, rejection_of_gene
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.odd_rows import OddRows
from cgi_runner.inputs.problems import quote_names
from cgi_runner.inputs.readers.copy_number import GeneCalls
from cgi_runner.inputs.readers.copy_number_words import (
    AMP,
    DEL,
    EXPECTED_LEVEL,
    NO_VALUE,
    meaning_of_level,
    meaning_of_word,
)
from cgi_runner.inputs.readers.low_level_calls import LowLevelCalls
from cgi_runner.inputs.rows import Row
from cgi_runner.inputs.samples import BARCODE, is_gene_symbol, is_tcga_barcode, select_samples
from cgi_runner.inputs.schema import CNAS

GENES = ("gene symbol", "gene.symbol", "gene_symbol", "hugo_symbol", "hugo symbol", "hugo.symbol", "gene", "symbol")
#: Columns of the matrix that are no samples.
ANNOTATION = frozenset(
    ("entrez_gene_id", "entrez gene id", "entrez.gene.id", "locus id", "locus.id", "locus_id", "gene id", "gene.id",
     "gene_id", "cytoband")
)  # fmt: skip
#: What people add to a matrix about its genes, so that such a column is no sample either.
_REMARK = re.compile(
    r"(\w+ )?(notes?|comments?|remarks?|description|annotations?)|(gene )?(biotype|alias(es)?|synonyms?|family)"
    r"|hgnc( id)?|ensembl( gene)?( id)?|entrez( id)?|uniprot( id)?|refseq( id)?|arm|band|location|pathways?"
)
_TIP = "give the file all_thresholded.by_genes.txt of GISTIC, or cBioPortal's data_cna.txt"
_WORDS_TIP = "call the column with the words cna, if the table has one gene and its copy number a row"
_COPIES_TIP = (
    "2 may mean two copies: if these are levels, give a table with columns sample, gene and copy_number_alteration, "
    "else one with columns sample, gene and cna (amp or del)"
)
_SCORES = (
    "GDC's focal scores hold -1, 0 and 1, with the cut-off at 0.3: no amplification and no homozygous deletion is "
    "among them; decide on a cut-off for GDC's gene-level copy numbers, and give a table with the columns gene and cna"
)


def gene_column(names: list[str]) -> int | None:
    """Return where the symbols of the genes are: only annotation stands before them in a matrix."""
    for place, name in enumerate(names):
        if name.lower() in GENES or (place == 0 and _is_of_xena(names)):
            return place
        if name.lower() not in ANNOTATION:
            return None
    return None


def _is_of_xena(names: list[str]) -> bool:
    """Whether this is a header of UCSC Xena, which calls its first column `sample` though genes stand below it."""
    return names[0].lower() == "sample" and len(names) > 1 and all(map(is_tcga_barcode, filter(None, names[1:])))


def sample_columns(names: list[str]) -> list[int]:
    """Return where the samples of a matrix are; nothing if its header is not that of a matrix."""
    gene = gene_column(names)
    if gene is None:
        return []
    last = len(names) if names[-1] else len(names) - 1
    return [
        place
        for place in range(gene + 1, last)
        if names[place].lower() not in ANNOTATION and not _is_remark(names[place])
    ]


def _is_remark(name: str) -> bool:
    return bool(_REMARK.fullmatch(re.sub(r"[\s._-]+", " ", name.casefold()).strip()))


def is_matrix(names: list[str]) -> bool:
    """Whether a header is that of a matrix, in which every other column is a sample."""
    samples = [names[place].lower().replace(" ", "_") for place in sample_columns(names)]
    return bool(samples) and not any(_MEASURE.fullmatch(name) for name in samples)


#: What tables of one sample measure of a gene, so that such a column is no sample.
_MEASURE = re.compile(
    r"chr(om(osome)?)?|(start|end|stop)([._]?pos(ition)?)?|pos(ition)?|log2([._]\w+)?|log\.?ratio|(seg[._]|segment_)?mean"
    r"|depth|weight|n?probes|num[._]\w+|(\w+_)?copy_?number(_\w+)?|cn|cna|cnv|ploidy|segment(_\w+)?|score|[pq][._]?value"
    r"|copies|(fusion_)?partner(_gene)?|call|status|type|(sample|patient|study|molecular_profile)(_id)?|alteration|tumor_sample_barcode|value|fus|fusions?|protein|hgvs[cgp]?(_short)?|ref|alt|filter"
    r"|variant(_\w+)?|driver|transcript(_id)?|fold.?change|length|strand|role|name|frame"
)


def _tip(cell: str) -> str:
    """Return what to give in place of a cell that is no level."""
    return _WORDS_TIP if meaning_of_word(cell) else _TIP


class MatrixReader:
    """Reads a matrix of levels."""

    schema = CNAS
    named = True

    def __init__(self, header: Header, options: Options, dropped: DroppedRows) -> None:
        """Read below this header."""
        lower = {name.lower() for name in header.names}
        is_gistic = bool(lower & {"cytoband", "locus id", "locus.id"})
        self.format = "GISTIC" if is_gistic else "cBioPortal matrix"
        self._header, self._dropped = header, dropped
        self._gene = gene_column(header.names) or 0
        self._places = places = sample_columns(header.names)
        names = [header.names[place] for place in places]
        found = select_samples(header.source.problems, header.line, names, options)
        self._samples = {places[number]: name for number, name in found.items()}
        self.samples = set(self._samples.values())
        self.renamed = not self.samples.issubset(names)
        self._note_samples(names, options)
        self._odd = OddRows("cnas", header.source.problems, dropped, is_strict=options.strict_input)
        self._calls = GeneCalls()
        self._low_level = LowLevelCalls(options)
        self._are_levels = is_gistic
        self._without_level = set(self._samples)
        """Columns that have shown no level yet."""
        self._first_positive: tuple[int, str, str] | None = None
        """Line, column and level of the first that may mean a number of copies unless something tells it is a level."""

    def _note_samples(self, names: list[str], options: Options) -> None:
        """Say which sample is sent under another name, and which are not the one that was asked for."""
        notes = self._header.source.notes
        if remarks := [name for name in self._header.names if _is_remark(name)]:
            notes.decide(f"columns that are not samples are left out: {quote_names(remarks)}")
        for place, sample in self._samples.items():
            if (name := self._header.names[place]) != sample:
                notes.rename(name, sample, BARCODE if options.sample is None else "asked for")
        others = [name for place, name in zip(self._places, names, strict=True) if place not in self._samples]
        if others and not options.is_sheet_row:
            notes.decide(f"other samples are left out: {quote_names(others)}")

    def batches(self, default: str) -> Iterator[list[Row]]:  # noqa: ARG002 - the matrix names all of its samples
        """Yield the rows to send, one gene at a time."""
        problems = self._header.source.problems
        read = 0
        for line, cells in self._header.cells():
            read += 1
            if not self._are_levels:
                # Numbers of copies are never below 0.
                self._are_levels = any(cells[place].startswith("-") and cells[place] != "-" for place in self._places)
            # GISTIC tells genes of one name apart by what it writes after a bar.
            gene = cells[self._gene].partition("|")[0]
            if reason := rejection_of_gene(gene):
                if reason == IDENTIFIER and read == 1 and self.format == "GISTIC":
                    problems.abort(f"line {line}: found ids instead of gene symbols", tip=_SCORES)
                self._odd.add(line, "", gene, reason)
            elif not is_gene_symbol(gene):
                problems.add(line, self._header.names[self._gene], cells[self._gene], "a gene symbol")
            else:
                yield self._rows(line, gene, cells)
        self._odd.check(read)
        if self._first_positive and not self._are_levels:
            expected = "levels, with a negative one among them that distinguishes them from numbers of copies"
            problems.add(*self._first_positive, expected, tip=_COPIES_TIP)
        if read and self._without_level:
            empty = quote_names([self._header.names[place] for place in sorted(self._without_level)])
            self._header.source.note(f"no level in any row of {empty}: is it a sample?", warn=True)
        self._calls.report(self._header)
        self._low_level.report(self._header.source)

    def _rows(self, line: int, gene: str, cells: list[str]) -> list[Row]:
        rows: list[Row] = []
        for column, sample in self._samples.items():
            level = cells[column]
            meaning = meaning_of_level(level)
            if self._without_level and meaning != NO_VALUE:
                self._without_level.discard(column)
            if self._low_level.is_asked and (call := self._low_level.call(level)):
                meaning = call
                self._low_level.count(level)
            if meaning == AMP:
                self._first_positive = self._first_positive or (line, self._header.names[column], level)
            if meaning in {AMP, DEL}:
                self._calls.add(gene, meaning, sample)
                rows.append(((gene, meaning, sample), line))
            elif meaning:
                self._dropped.add("cnas", line, sample, f"{gene} {level}", meaning)
            else:
                self._header.source.problems.add(
                    line, self._header.names[column], level, EXPECTED_LEVEL, tip=_tip(level)
                )
        return rows
