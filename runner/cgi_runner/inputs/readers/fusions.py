"""Fusions: a table with one a row, its partners in one column or in two."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cgi_runner.inputs.column_words import canonical
from cgi_runner.inputs.columns import Header, match_names
from cgi_runner.inputs.dropped import DroppedRows
from cgi_runner.inputs.genes import (
    IDENTIFIER,
    NO_SYMBOL,
    SEVERAL,
    is_in_capitals,
    report_former_symbols,
    report_lower_case,
)
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.odd_rows import OddRows
from cgi_runner.inputs.readers.fusion_names import Partners, check_partners, parse_fusion
from cgi_runner.inputs.row_status import RowStatus
from cgi_runner.inputs.rows import Row
from cgi_runner.inputs.samples import SampleColumn
from cgi_runner.inputs.schema import FUSIONS
from cgi_runner.inputs.supporting_reads import SupportingReads

_ODD = frozenset((SEVERAL, IDENTIFIER, NO_SYMBOL))
#: Columns in which callers judge their rows.
_JUDGED = ("site1", "site2", "filters", "filter", "reported", "sv_status", "fusion_description")
#: Columns of tables by hand in which people write how sure they are, and their words for rows that may be none.
_CERTAINTY = ("confidence", "confidence_level", "confidence level", "fusion_confidence", "certainty", "reliability")
_UNSURE = re.compile(
    r"(very )?(low|weak|poor|bad)|un(sure|certain|likely|reliable)|doubtful|suspect(ed)?", re.IGNORECASE
)


@dataclass(frozen=True)
class FusionFormat:
    """A table of fusions: the columns that identify it, and what a row has to say beside the partners.

    Names of columns are in lower case and without `#`.
    """

    name: str
    fusion: str = ""
    """The column with both partners; empty where there are two."""
    partners: tuple[str, str] = ("", "")
    """The columns with one partner each."""
    others: tuple[str, ...] = ()
    """Further columns that have to be there."""
    confidence: str = ""
    """A column whose values are counted, as the file's own judgement of its rows."""
    parse: Callable[[str], Partners | str] = parse_fusion
    """Gives the partners of the text in `fusion`, or why there are none."""
    exclude: Callable[[Mapping[str, str]], str] = lambda _: ""
    """Gives the reason why a row, by its columns, is left out, or nothing."""
    doubts: Callable[[Mapping[str, str]], Iterable[str]] = lambda _: ()
    """Gives the words by which the tool itself doubts a row that is sent."""
    is_free: bool = False
    """Whether people write such tables by hand: cells that are no genes are then odd rows."""
    is_ambiguous: bool = False
    """Whether tools have such columns, too, and write something else there."""
    has_status: bool = False
    """Whether people add columns that say which rows count: what was detected, of the germline, or failed a filter."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that identify the format."""
        return tuple(filter(None, (self.fusion, *self.partners, *self.others)))

    def matches(self, names: frozenset[str]) -> bool:
        """Whether a header with these columns, named as they are compared, is of this format."""
        return names.issuperset(map(canonical, self.columns))

    def find(self, cells: Mapping[str, str]) -> Partners | str:
        """Return the partners of a row, or the reason why it is left out."""
        if reason := self.exclude(cells):
            return reason
        if self.fusion:
            return self.parse(cells[self.fusion])
        return check_partners(*(cells[column] for column in self.partners))

    def describe(self, cells: Mapping[str, str]) -> str:
        """Write the fusion as the file has it."""
        if self.fusion:
            return cells[self.fusion]
        return "--".join(cells[column] for column in self.partners)


class FusionReader:
    """Reads a table with a fusion a row.

    A fusion and its mirror image are one: CGI sorts the partners, and would give two results for it. Both are sent as
    the first of them is written.
    """

    schema = FUSIONS

    def __init__(self, header: Header, options: Options, dropped: DroppedRows, fusion_format: FusionFormat) -> None:
        """Read below this header."""
        self.format = fusion_format.name
        self._header, self._dropped, self._kind = header, dropped, fusion_format
        self._names = match_names(header.names, (*fusion_format.columns, fusion_format.confidence, *_JUDGED))
        self._status = (
            RowStatus(header, self._names, fusion_format.columns, options) if fusion_format.has_status else None
        )
        by_hand = _CERTAINTY if fusion_format.has_status else ()
        self._certainty = fusion_format.confidence or next((name for name in self._names if name in by_hand), "")
        named = (fusion_format.fusion, *fusion_format.partners)
        self._reads = SupportingReads([name for name in self._names if name not in named])
        self._samples = SampleColumn(header, options)
        self.named, self.samples = self._samples.named, self._samples.seen
        self._written: dict[tuple[str, ...], str] = {}
        self._confidence: Counter[str] = Counter()
        self._doubts: Counter[str] = Counter()
        self._odd = OddRows("translocations", header.source.problems, dropped, is_strict=options.strict_input)
        self._not_in_capitals: set[str] = set()

    @property
    def renamed(self) -> bool:
        """Whether a sample is sent under another name than the file's."""
        return self._samples.renamed

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Yield the rows to send, one line at a time."""
        (place,) = self._header.column_indexes("sample")
        read = 0
        for line, cells in self._header.cells():
            read += 1
            sample = self._samples.of(line, [*cells, ""][place], default)
            row = dict(zip(self._names, cells, strict=True))
            found = self._kind.find(row)
            if isinstance(found, str):
                self._list(line, sample, self._kind.describe(row), found)
                continue
            if reason := self._reads.rejection_reason(row) or (
                self._status.rejection_reason(line, row) if self._status else ""
            ):
                self._list(line, sample, self._kind.describe(row), reason)
                continue
            self._confidence[row.get(self._certainty, "")] += 1
            self._doubts.update(self._kind.doubts(row))
            self._not_in_capitals.update(gene for gene in found if not is_in_capitals(gene))
            text = self._written.setdefault((*sorted(found), sample), "__".join(found))
            yield [((text, sample), line)]
        self._odd.check(read)
        self._report()

    def _list(self, line: int, sample: str, text: str, reason: str) -> None:
        if self._kind.is_free and reason in _ODD:
            self._odd.add(line, sample, text, reason)
        else:
            self._dropped.add("translocations", line, sample, text, reason)

    def _report(self) -> None:
        """Say what decided, beside the reasons for rows that are left out."""
        source = self._header.source
        if not self._kind.is_free:
            source.note(f"read as {self._kind.name}: fusions from {' and '.join(self._kind.columns[:2])}")
        if self._certainty and (counts := +self._confidence):
            told = ", ".join(f"{number} {word or 'without'}" for word, number in sorted(counts.items()))
            is_unsure = not self._kind.confidence and any(map(_UNSURE.fullmatch, counts))
            source.note(f"{self._certainty} of the fusions that are sent: {told}; all of them are sent", warn=is_unsure)
        if self._doubts:
            told = ", ".join(f"{number} {word}" for word, number in sorted(self._doubts.items()))
            source.note(f"{self._kind.name} marks fusions that are sent as probably false: {told}", warn=True)
        report_lower_case(source, self._not_in_capitals)
        report_former_symbols(source, {gene for *genes, _ in self._written for gene in genes})
