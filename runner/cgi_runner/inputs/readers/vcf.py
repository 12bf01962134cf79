"""VCF, also with several samples and several alleles a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, compress, product, repeat
from operator import itemgetter
from typing import NoReturn

from cgi_runner.inputs.block_columns import BlockColumns, places_outside
from cgi_runner.inputs.caller_conventions import (
    expects_somatic_flag,
    germline_caller,
    germline_flags,
    lacks_genotypes,
)
from cgi_runner.inputs.columns import without_quotes
from cgi_runner.inputs.dropped import DroppedRows
from cgi_runner.inputs.genotypes import (
    GENOTYPE_FIRST,
    USUAL_CALLS,
    alleles_of,
    failed_filters,
    field_of,
    germline_alleles,
    has_reads,
    is_in_normal,
)
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.normalise import NOT_CARRIED, ONLY_NORMAL, Allele, VariantValidator
from cgi_runner.inputs.problems import quote
from cgi_runner.inputs.readers.vcf_header import FIXED, read_header
from cgi_runner.inputs.rows import Batch, Row, VariantColumns
from cgi_runner.inputs.sample_columns import select_columns
from cgi_runner.inputs.schema import MUTATIONS
from cgi_runner.inputs.somatic import (
    NOT_SOMATIC,
    UNFILTERED,
    CallStatus,
    InfoMarks,
    mark_in_format,
    mark_in_info,
)
from cgi_runner.inputs.text_source import TextSource

ON_GERMLINE_HAPLOTYPE = f"{NOT_SOMATIC}: on no somatic haplotype (HSS)"
#: As much of a genotype as `USUAL_CALLS` has.
_START = itemgetter(slice(4))
MAX_FORMATS = 100
"""Cells of FORMAT that are remembered; nearly all files have a few."""


class VcfReader:
    """Reads the lines of a VCF whose header is fine: one row for each allele of each tumour that carries it."""

    format = "VCF"
    schema = MUTATIONS

    def __init__(self, source: TextSource, line: tuple[int, str], options: Options, dropped: DroppedRows) -> None:
        """Read the header, which begins with this line."""
        self._source = source
        self._validator = VariantValidator(options, source.problems, dropped, ("CHROM", "POS", "REF", "ALT"))
        self._status = CallStatus(options)
        self._takes_all = options.ignore_genotypes
        number, columns, header = read_header(source, line)
        self._columns, self._width = columns, len(columns)
        self._expects_flag, self._flags = expects_somatic_flag(header), germline_flags(header)
        self._lacks_genotypes = lacks_genotypes(header)
        if caller := germline_caller(header):
            source.note(f"{caller} calls germline variants: they are sent as somatic", warn=True)
        self._keeps_germline = options.keep_germline
        picked = select_columns(source, number, columns[9:], header, options)
        self._samples = {9 + place: name for place, name in picked.tumors.items()}
        self._normals = tuple(9 + place for place in picked.normals)
        self.samples = set(self._samples.values())
        self.named = bool(self._samples)
        self.own_names = {columns[place] for place in self._samples}
        self.renamed = not self.samples.issubset(columns[9:])
        self._marks = InfoMarks()
        self._plain_formats: set[str] = set()
        self._unfiltered = self._shared = self._only_normal = 0
        self._is_without_genotypes = False

    def column_of(self, sample: str) -> int:
        """Return the place of the column that is sent under a name, 0 if none is."""
        return next((column for column, name in self._samples.items() if name == sample), 0)

    def batches(self, default: str) -> Iterator[Batch]:
        """Yield the rows to send, block by block; `default` is the sample of a file without genotypes."""
        for first, text in self._source.texts():
            block = BlockColumns.of(plain := without_quotes(text), "\t", self._width)
            yield self._block(first, block, default) if block else self._lines(first, plain, default)
        self._note_counts()

    def _block(self, first: int, block: BlockColumns, default: str) -> Batch:
        """Return the rows of a block.

        Plain lines with a usual genotype are dealt with here, column by column; `_rows` knows every other case, and
        says what is wrong. Words that mark a row as not somatic are looked for in the whole block first, as few files
        have any.
        """
        references, alternates, parsed = block.column(3), block.column(4), None
        if not (self._takes_all or self._expects_flag or self._flags or self._marks.may_be_in(block.column(7))):
            parsed = self._validator.parse_columns(block.column(0), block.column(1), references, alternates)
        if not parsed:
            return [row for index in range(block.rows) for row in self._rows(first + index, block.row(index), default)]
        ranks, positions, odd = parsed
        verdicts = block.column(6)
        odd |= places_outside(self._status.plain, verdicts)
        carried = self._find_carriers(block, odd, default)
        for (_, calls), index in product(carried, odd):
            calls[index] = False
        if not UNFILTERED.isdisjoint(verdicts):
            for _, calls in carried:
                self._unfiltered += sum(compress(map(UNFILTERED.__contains__, verdicts), calls))
        found = {
            index: self._rows(first + index, block.row(index), default, may_be_marked=False) for index in sorted(odd)
        }
        lines = list(range(first, first + block.rows))
        if len(carried) == 1:
            samples = [carried[0][0]] * block.rows
            columns = VariantColumns(ranks, positions, references, alternates, samples, lines)
            columns.replace(found)
            return columns
        rows = list(chain.from_iterable(found.values()))
        for sample, calls in carried:
            keys = zip(ranks, positions, references, alternates, repeat(sample))
            rows += compress(zip(keys, lines, strict=True), calls)
        return sorted(rows, key=itemgetter(1))

    def _find_carriers(self, block: BlockColumns, odd: set[int], default: str) -> list[tuple[str, list[bool | None]]]:
        """Return, for each sample, whether it carries the allele of each row; add rows that are not plain to `odd`."""
        if not self.named:
            return [(default, [True] * block.rows)]
        formats = block.column(8)
        odd |= places_outside({name for name in set(formats) if self._is_plain_format(name)}, formats)
        for place in self._normals:
            odd.update(index for index, has in enumerate(_calls(block.column(place))) if has is not False)
        carried = [(sample, _calls(block.column(place))) for place, sample in self._samples.items()]
        columns = [calls for _, calls in carried]
        if len(columns) > 1 or columns[0].count(True) < block.rows:
            for index, calls in enumerate(zip(*columns, strict=True)):
                if None in calls or True not in calls:
                    odd.add(index)
        return carried

    def _lines(self, first: int, text: str, default: str) -> list[Row]:
        """Return the rows of a block in which a line has more or fewer cells than the header."""
        rows: list[Row] = []
        for number, line in enumerate(text[:-1].split("\n"), first):
            cells = line.split("\t")
            if len(cells) == self._width:
                rows += self._rows(number, cells, default)
            else:
                self._report_ragged(number, line, len(cells))
        return rows

    def _is_plain_format(self, names: str) -> bool:
        """Whether genotypes stand first in the columns of samples, and nothing in them marks a row; remember if so."""
        if names[:3] in GENOTYPE_FIRST and ":SS" not in names and ":FT" not in names:
            if len(self._plain_formats) < MAX_FORMATS:
                self._plain_formats.add(names)
            return True
        return False

    def _report_ragged(self, line: int, text: str, found: int) -> None:
        if text.startswith("##"):
            self._abort_at_header(line, "the header of another VCF")
        if text and not text.isspace():
            self._source.problems.add_text(f"line {line}: found {found} columns, expected {self._width}")

    def _abort_at_header(self, line: int, found: str) -> NoReturn:
        """Stop at a second header: files were concatenated, and may be of several patients."""
        self._source.problems.abort(
            f"line {line}: found {found} among the rows, expected one VCF",
            tip="give each file separately, each with --mutations",
        )

    def _rows(self, line: int, cells: list[str], default: str, *, may_be_marked: bool = True) -> list[Row]:
        if cells[0].upper() == FIXED[0]:
            if cells != self._columns:
                self._abort_at_header(line, f"other column names ({', '.join(map(quote, cells[9:]))})")
            self._source.note("header lines that are repeated among the rows are skipped")
            return []
        site = (cells[0], cells[1], cells[3])
        alternates = cells[4].split(",")
        if self.named:
            alleles = self._find_carried(line, cells, alternates)
        else:
            alleles = [Allele(alternate, (default,)) for alternate in alternates]
        rows = self._validator.rows(line, site, alleles, against=self._reason(cells, may_be_marked))
        if rows:
            self._unfiltered += len(rows) * (cells[6] in UNFILTERED)
        if self._normals:
            self._shared += bool(rows) and any(allele.samples and allele.in_normal for allele in alleles)
            self._only_normal += not rows and any(
                allele.absent == ONLY_NORMAL and not allele.samples for allele in alleles
            )
        return rows

    def _reason(self, cells: list[str], may_be_marked: bool) -> str:
        """Return why the file itself says that a row is no somatic call that passed, or an empty string."""
        mark = ""
        if may_be_marked:
            mark = mark_in_info(cells[7], expects_flag=self._expects_flag, flags=self._flags)
        if mark or not self.named:
            return self._status.rejection_reason(cells[6], mark)
        if "SS" not in cells[8] and "FT" not in cells[8]:
            return self._status.rejection_reason(cells[6], mark)
        names = cells[8].split(":")
        marks = [mark_in_format(cells[8], cells[column]) for column in self._samples]
        filters = [failed_filters(names, cells[column]) for column in self._samples]
        mark = marks[0] if all(marks) else ""
        reason = self._status.rejection_reason(cells[6], mark)
        return reason or (self._status.rejection_reason(filters[0], "") if all(filters) else "")

    def _find_carried(self, line: int, cells: list[str], alternates: list[str]) -> list[Allele]:
        """Return each alternate allele with the tumours that carry it."""
        names = cells[8].split(":")
        tumors = tuple(self._samples.values())
        if "GT" not in names or self._takes_all or self._is_open(names, cells):
            if len(tumors) > 1:
                self._source.problems.abort(
                    f"line {line}, column FORMAT: found {quote(cells[8])}, expected GT to show which sample has the "
                    "allele",
                    tip="select one sample, all of whose rows are then sent: --tumor-column NAME",
                )
            in_normal = bool(self._normals) and "GT" not in names and is_in_normal(cells[7])
            column = next(iter(self._samples))
            called = [self._takes_all or has_reads(names, cells[column], alternate) for alternate in alternates]
            return [
                Allele(alternate, () if has is False else tumors, NOT_CARRIED, in_normal)
                for alternate, has in zip(alternates, called, strict=True)
            ]
        carriers: list[list[str]] = [[] for _ in alternates]
        normal = {allele for column in self._normals for allele in alleles_of(field_of(names, cells[column], "GT"))}
        absent = dict.fromkeys(normal, ONLY_NORMAL)
        for column, sample in self._samples.items():
            germline = self._germline(names, cells[column])
            absent.update(dict.fromkeys(germline, ON_GERMLINE_HAPLOTYPE))
            for allele in self._alleles(line, names, cells[column], sample, len(alternates)) - germline:
                carriers[allele - 1].append(sample)
        return [
            Allele(alternate, who, absent.get(number, NOT_CARRIED), number in normal)
            for number, (alternate, who) in enumerate(zip(alternates, carriers, strict=True), 1)
        ]

    def _is_open(self, names: list[str], cells: list[str]) -> bool:
        """Return whether the caller left the genotypes of a row open, as SAGE does; remember if so."""
        if not self._lacks_genotypes:
            return False
        genotypes = "".join(field_of(names, cells[column], "GT") for column in self._samples)
        self._is_without_genotypes |= (is_open := {*genotypes} <= {".", "/", "|"})
        return is_open

    def _germline(self, names: list[str], cell: str) -> frozenset[int]:
        """Return the alleles of a tumour that Octopus takes for the germline's, though the row has a somatic one."""
        if self._keeps_germline or not self._expects_flag:
            return frozenset()
        return germline_alleles(field_of(names, cell, "GT"), field_of(names, cell, "HSS"))

    def _alleles(self, line: int, names: list[str], cell: str, sample: str, known: int) -> frozenset[int]:
        """Return the numbers of the alleles in a genotype; an impossible one is a problem, and has none."""
        alleles = alleles_of(field_of(names, cell, "GT"))
        if max(alleles, default=0) > known or min(alleles, default=0) < 0:
            self._source.problems.add(line, sample, cell, f"alleles from 0 to {known}, like 0/1")
            return frozenset()
        return alleles

    def _note_counts(self) -> None:
        """Note how many rows the normal carries, and how many no filter was applied to."""
        notes = self._source.notes
        if self._only_normal:
            notes.decide(f"rows that only the normal carries are left out: {self._only_normal}")
        if self._shared:
            notes.warn(f"rows that the normal carries as well as the tumour are sent: {self._shared}")
        if self._unfiltered:
            notes.decide(f"rows that no filter was applied to (FILTER is .) are sent: {self._unfiltered}")
        if self._is_without_genotypes:
            notes.decide("SAGE writes no genotypes: its records count as called in the tumour")
        if self._takes_all:
            notes.decide("genotypes are ignored: every record counts as called in the tumour")


def _calls(column: Sequence[str]) -> list[bool | None]:
    """Return whether each genotype of a column that starts with GT has the one alternate allele; None if unusual."""
    starts = list(map(_START, column))
    if all(map(USUAL_CALLS.get, set(starts))):
        return [True] * len(starts)
    return list(map(USUAL_CALLS.get, starts))
