"""Copy numbers: tables with a gene and its copy number a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cgi_runner.inputs.column_words import SYNONYMS, canonical
from cgi_runner.inputs.columns import Header, match_names
from cgi_runner.inputs.dropped import DroppedRows
from cgi_runner.inputs.genes import is_in_capitals, rejection_of_gene, report_former_symbols, report_lower_case
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.odd_rows import OddRows
from cgi_runner.inputs.problems import is_present, quote
from cgi_runner.inputs.readers.copy_number_words import (
    AMP,
    DEL,
    EXPECTED_LEVEL,
    EXPECTED_WORD,
    NEITHER,
    is_number,
    meaning_of_level,
    meaning_of_word,
)
from cgi_runner.inputs.readers.low_level_calls import LowLevelCalls
from cgi_runner.inputs.row_status import RowStatus
from cgi_runner.inputs.rows import Row
from cgi_runner.inputs.samples import SampleColumn, is_gene_symbol
from cgi_runner.inputs.schema import CNAS

NOT_FOCAL = "suppressed by the filter of FACETS-suite"
PARTIAL = "PURPLE's PARTIAL_AMP: only a part of the gene is amplified"
UNREPORTED = "not reported by PURPLE"
NO_COPY_NUMBER = "a driver of another kind than AMP and DEL"

_LEVEL_TIP = (
    "2 may mean two copies or an amplification: write amp and del, or give levels (-2 to 2) with a negative one among "
    "them or under the header copy_number_alteration"
)


@dataclass(frozen=True)
class CopyNumberFormat:
    """A table of copy numbers: the columns that identify it, and what a row has to say beside the value.

    Names of columns are in lower case and without `#`.
    """

    name: str
    gene: str
    value: str
    others: tuple[str, ...] = ()
    """Further columns that have to be there."""
    unless: tuple[str, ...] = ()
    """Columns of a more specific format, which is used where they are present."""
    has_levels: bool = False
    """Whether numbers are levels from -2 to 2, and never numbers of copies."""
    is_free: bool = False
    """Whether people write such tables by hand."""
    is_ambiguous: bool = False
    """Whether tools have such columns, too, and write numbers there."""
    exclude: Callable[[Mapping[str, str]], str] = lambda _: ""
    """Gives the reason why an amplification or deletion is left out, or nothing."""
    meaning: Callable[[str], str] = meaning_of_word
    """Gives the meaning of a word in the column `value`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that identify the format."""
        return (self.gene, self.value, *self.others)

    def matches(self, names: frozenset[str]) -> bool:
        """Whether a header with these columns, named as they are compared, is of this format."""
        return names.issuperset(map(canonical, self.columns)) and names.isdisjoint(map(canonical, self.unless))


def _not_focal(cells: Mapping[str, str]) -> str:
    return NOT_FOCAL if cells.get("filter", "").casefold().startswith("suppress") else ""


def _unreported_by_purple(cells: Mapping[str, str]) -> str:
    """Leave out candidates and what is not reported (pipeline 3.0 on); older catalogues list reported drivers only."""
    return UNREPORTED if cells.get("reportedstatus", "").upper() not in {"", "REPORTED"} else ""


def _meaning_of_driver(text: str) -> str:
    return {"AMP": AMP, "DEL": DEL, "PARTIAL_AMP": PARTIAL}.get(text.upper(), NO_COPY_NUMBER)


def _meaning_of_purecn(text: str) -> str:
    """Return the meaning of a call of PureCN, which lists every gene and calls those beyond its limits only."""
    return meaning_of_word(text) if is_present(text) else NEITHER


_LEVEL_NAMES = ("copy_number_alteration", "gistic", "gistic_value", "gistic_level", "cna_level")
CNA_FORMATS = (
    CopyNumberFormat("FACETS-suite", "gene", "cn_state", exclude=_not_focal),
    CopyNumberFormat(
        "PURPLE driver catalogue",
        "gene",
        "driver",
        ("driverlikelihood",),
        exclude=_unreported_by_purple,
        meaning=_meaning_of_driver,
    ),
    *(
        CopyNumberFormat("OpenPBTA", gene, "status", ("copy_number",), SYNONYMS["cna"])
        for gene in ("gene_symbol", "gene")
    ),
    CopyNumberFormat("PureCN", "gene.symbol", "type", ("c", "gene.mean", "focal"), meaning=_meaning_of_purecn),
    CopyNumberFormat("OncoKB annotated", "hugo_symbol", "alteration", ("gene_in_oncokb",)),
    CopyNumberFormat("cBioPortal long table", "hugo_symbol", "value", ("sample_id",), has_levels=True),
    *(
        CopyNumberFormat("OncoKB" if value == _LEVEL_NAMES[0] else "CNA table", gene, value, has_levels=True)
        for gene in SYNONYMS["gene"]
        for value in _LEVEL_NAMES
    ),
    *(
        CopyNumberFormat("CNA table", gene, value, is_free=True, is_ambiguous=value == "cn")
        for gene in SYNONYMS["gene"]
        for value in (*SYNONYMS["cna"], "cn")
    ),
)
"""The most specific ones first; FACETS-suite: gene level; `cn` as of maftools (gene, sample, CN); PureCN:
`_genes.csv`, as its function `callAlterations` writes it."""


class CopyNumberReader:
    """Reads a table with a gene and a word or a level for its copy number a row."""

    schema = CNAS

    def __init__(self, header: Header, options: Options, dropped: DroppedRows, cna_format: CopyNumberFormat) -> None:
        """Read below this header."""
        self.format = cna_format.name
        self._header, self._dropped, self._kind = header, dropped, cna_format
        self._names = match_names(header.names, (*cna_format.columns, "filter", "reportedstatus"))
        self._problems = header.source.problems
        self._status = RowStatus(header, self._names, cna_format.columns, options) if cna_format.is_free else None
        self._samples = SampleColumn(header, options)
        self.named, self.samples = self._samples.named, self._samples.seen
        self._odd = OddRows("cnas", self._problems, dropped, is_strict=options.strict_input)
        self._calls = GeneCalls()
        self._low_level = LowLevelCalls(options)

    @property
    def renamed(self) -> bool:
        """Whether a sample is sent under another name than the file's."""
        return self._samples.renamed

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Yield the rows to send, one line at a time; numbers wait until it is clear that they are levels."""
        (place,) = self._header.column_indexes("sample")
        waiting: list[tuple[int, str, dict[str, str]]] = []
        are_levels, read = self._kind.has_levels, 0
        for line, cells in self._header.cells():
            read += 1
            sample = self._samples.of(line, [*cells, ""][place], default)
            row = dict(zip(self._names, cells, strict=True))
            value = row[self._kind.value]
            if is_number(value) and not are_levels:
                are_levels = value.startswith("-")
                waiting.append((line, sample, row))
                continue
            yield self._rows(line, sample, row)
        if waiting and not are_levels:
            line, _, row = waiting[0]
            expected = "a word, because no negative number shows that these are levels"
            self._add_problem(line, self._kind.value, row[self._kind.value], expected, tip=_LEVEL_TIP)
            return
        for line, sample, row in waiting:
            yield self._rows(line, sample, row)
        self._odd.check(read)
        self._report()

    def _add_problem(self, line: int, column: str, found: str, expected: str, *, tip: str = "") -> None:
        name = self._header.names[self._names.index(column)]
        self._problems.add(line, name, found, expected, tip=tip)

    def _rows(self, line: int, sample: str, row: Mapping[str, str]) -> list[Row]:
        """Return the row to send of one line, if there is one."""
        gene, value = row[self._kind.gene], row[self._kind.value]
        meaning = meaning_of_level(value) if is_number(value) else self._kind.meaning(value)
        is_low_level = bool(meaning) and meaning not in {AMP, DEL} and self._low_level.is_asked
        if is_low_level:
            meaning = self._low_level.call(value) or meaning
        text = f"{gene} {value}"
        if reason := rejection_of_gene(gene):
            self._odd.add(line, sample, text, reason)
        elif not is_gene_symbol(gene):
            self._problems.add(line, self._header.names[self._names.index(self._kind.gene)], gene, "a gene symbol")
        elif not meaning:
            self._add_problem(line, self._kind.value, value, EXPECTED_LEVEL if is_number(value) else EXPECTED_WORD)
        elif meaning not in {AMP, DEL}:
            self._dropped.add("cnas", line, sample, text, meaning)
        elif reason := self._kind.exclude(row) or (self._status.rejection_reason(line, row) if self._status else ""):
            self._dropped.add("cnas", line, sample, text, reason)
        else:
            self._calls.add(gene, meaning, sample)
            if is_low_level:
                self._low_level.count(value)
            return [((gene, meaning, sample), line)]
        return []

    def _report(self) -> None:
        """Say what decided, beside the reasons for rows that are left out."""
        source = self._header.source
        if not self._kind.is_free:
            source.note(f"read as {self._kind.name}: copy numbers from {quote(self._kind.value)}")
        self._calls.report(self._header)
        self._low_level.report(source)


class GeneCalls:
    """What was said of each gene of each sample, to notice what is wrong only as a whole."""

    def __init__(self) -> None:
        """Start empty."""
        self._calls: dict[tuple[str, str], str] = {}
        self._both: set[tuple[str, str]] = set()
        self._not_in_capitals: set[str] = set()

    def add(self, gene: str, meaning: str, sample: str) -> None:
        """Note an amplification or a deletion that is sent.

        Args:
            gene: Symbol as it is sent.
            meaning: AMP or DEL.
            sample: The sample that has it.

        """
        if self._calls.setdefault((gene, sample), meaning) != meaning:
            self._both.add((gene, sample))
        if not is_in_capitals(gene):
            self._not_in_capitals.add(gene)

    def report(self, header: Header) -> None:
        """Warn of genes that are amplified and deleted in one sample, and of symbols that CGI may not know."""
        if self._both:
            listed = ", ".join(f"{gene} of {sample}" for gene, sample in sorted(self._both)[:5])
            header.source.note(f"{len(self._both)} genes are amplified and deleted in one sample: {listed}", warn=True)
        report_lower_case(header.source, self._not_in_capitals)
        report_former_symbols(header.source, {gene for gene, _ in self._calls})


__all__ = ["CNA_FORMATS", "NEITHER", "CopyNumberFormat", "CopyNumberReader", "GeneCalls"]
