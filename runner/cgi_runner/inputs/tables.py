"""Tables with a header line, whatever their columns are called."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.inputs.faults import shown
from cgi_runner.inputs.genome import REFERENCE_TIP, build_named_in
from cgi_runner.inputs.lines import Source
from cgi_runner.inputs.model import Options, Row
from cgi_runner.inputs.samples import SAMPLE_TIP, is_name
from cgi_runner.inputs.variant import LONGEST_POSITION, Judge, Site

SYNONYMS = {
    "chr": ("chr", "chrom", "chromosome"),
    "pos": ("pos", "position", "start", "start_position"),
    "end": ("end", "end_position", "stop", "chromend"),
    "ref": ("ref", "reference", "reference_allele"),
    "alt": ("alt", "alternate", "alternative", "alternate_allele", "tumor_seq_allele2"),
    "sample": ("sample", "sample_id", "sampleid", "sample_name", "tumor_sample_barcode", "tumor_sample"),
    "maf": ("tumor_seq_allele2",),
    "allele1": ("tumor_seq_allele1",),
    "build": ("ncbi_build", "genome_build", "build", "assembly"),
    "filter": ("filter",),
    "strand": ("strand",),
    "gdna": ("gdna", "hgvsg"),
    "protein": ("protein",),
    "gene": ("gene", "hugo_symbol", "gene_symbol", "symbol"),
    "cna": ("cna", "cnv", "cna_type", "cnv_type", "copy_number_alteration"),
    "locus": ("locus id",),
    "cytoband": ("cytoband",),
    "fus": ("fus", "fusion", "fusions", "gene_fusion", "fusion_name", "fusionname"),
}
"""What CGI calls a column, and what else it is called, in lower case."""

VARIANT = ("chr", "pos", "ref", "alt")
CONTEXT = ("sample", "filter", "strand")
FORWARD = frozenset(("", "+", "1", "+1", "."))
"""CGI turns alleles round where a column `strand` says so, other tools mean the strand of the gene by it."""


@dataclass
class Header:
    """The columns of a table: where each known one is, and what the file calls it."""

    source: Source
    line: int
    names: list[str]
    separator: str
    places: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source, line: int, text: str) -> Header:
        """Read a header line, separated by tabs or else by commas."""
        separator = "\t" if "\t" in text or "," not in text else ","
        names = split(text.removeprefix("#"), separator)
        lower = [name.lower() for name in names]
        found = {column: next(filter(lower.__contains__, words), None) for column, words in SYNONYMS.items()}
        return cls(
            source, line, names, separator, {column: lower.index(word) for column, word in found.items() if word}
        )

    def check(self, *columns: str) -> None:
        """Make it a fault when a known column is there twice, or one of these under two names."""
        lower = [name.lower() for name in self.names]
        for place in self.places.values():
            if lower.count(lower[place]) > 1:
                self.source.faults.stop(
                    f"line {self.line}: found the column {shown(self.names[place])} twice, expected it once"
                )
        for column in columns:
            found = [shown(name) for name in self.names if name.lower() in SYNONYMS[column]]
            if len(found) > 1:
                self.source.faults.stop(
                    f"line {self.line}: found the columns {' and '.join(found)}, expected one of them",
                    tip=f"leave out or rename those that do not hold what is meant by `{column}`",
                )

    def has(self, *columns: str) -> bool:
        """Whether all these columns are there."""
        return all(column in self.places for column in columns)

    def name(self, column: str) -> str:
        """Give what the file calls a column."""
        return self.names[self.places[column]]

    def cells(self) -> Iterator[tuple[int, list[str]]]:
        """Give the cells of every row, with its line; a row of another width is a fault."""
        for number, line in self.source.lines():
            if cells := self.taken_apart(number, line):
                yield number, cells

    def rows(self, *columns: str) -> Iterator[tuple[int, list[str]]]:
        """Give the cells of these columns of every row, with its line; a column that is not there is an empty cell."""
        places = self.at(*columns)
        for number, cells in self.cells():
            cells.append("")
            yield number, [cells[place] for place in places]

    def at(self, *columns: str) -> list[int]:
        """Give where these columns are; those that are not there are behind the last one."""
        return [self.places.get(column, len(self.names)) for column in columns]

    def taken_apart(self, number: int, line: str) -> list[str]:
        """Give the cells of a line; one of another width than the header's is a fault, and has none."""
        cells = split(line, self.separator)
        if len(cells) == len(self.names):
            return cells
        self.source.faults.say(f"line {number}: found {len(cells)} columns, expected {len(self.names)}")
        return []


def split(line: str, separator: str) -> list[str]:
    """Split a line into cells; blanks and double quotes around a cell are not part of it."""
    cells = line.split(separator)
    if '"' in line:
        with suppress(csv.Error):
            cells = next(csv.reader([line], delimiter=separator))
    return [cell.strip() for cell in cells]


def _is_place(text: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_POSITION


class Samples:
    """The sample of each row of one table."""

    def __init__(self, header: Header, options: Options) -> None:
        """Know whether the table names samples."""
        self.named = header.has("sample")
        self.seen: set[str] = set()
        self._header = header
        self._fallback = options.sample

    def of(self, line: int, cell: str, default: str) -> str:
        """Give the sample of a row whose cell in the sample column is this; a bad one is a fault."""
        if cell in self.seen:
            return cell
        if not self.named:
            cell = default
        elif not cell and self._fallback is not None:
            cell = self._fallback
        if not is_name(cell):
            faults = self._header.source.faults
            faults.add(line, self._header.name("sample"), cell, "the name of a sample, printable", tip=SAMPLE_TIP)
        else:
            self.seen.add(cell)
        return cell


class VariantTable:
    """What tables of small variants have in common, however a row tells its variant."""

    format = "table"
    renamed = False
    columns: tuple[str, ...] = (*VARIANT, "build", "end", *CONTEXT)

    def __init__(self, header: Header, options: Options, dropped: DroppedFile) -> None:
        """Read below this header."""
        if options.pass_only and not header.has("filter"):
            header.source.faults.stop(f"line {header.line}: found no column FILTER, expected it for --pass-only")
        self.header = header
        self._judge = Judge(options, header.source.faults, dropped, self.variant_columns(header))
        self._pass_only = options.pass_only
        (self._build_place,) = header.at("build")
        self._build: str | None = None
        self._counts_from_one = not header.has("end")
        self._samples = Samples(header, options)
        self.named, self.samples = self._samples.named, self._samples.seen

    def variant_columns(self, header: Header) -> tuple[str, str, str, str]:
        """Give what the file calls chromosome, position, reference and alternate allele."""
        return header.name("chr"), header.name("pos"), header.name("ref"), header.name("alt")

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Give the rows to send, block by block."""
        for first, lines in self.header.source.blocks():
            yield self._block(first, lines, default)

    def _block(self, first: int, lines: list[str], default: str) -> list[Row]:
        """Give the rows of a block; plain lines are dealt with here, all others by `line_rows`."""
        rows: list[Row] = []
        separator, width, plain, pass_only = (
            self.header.separator,
            len(self.header.names),
            self._judge.plain,
            self._pass_only,
        )
        chromosome, position, reference, alternate, sample, verdict, strand = self.header.at(*VARIANT, *CONTEXT)
        named, seen = self.named, self.samples
        for number, line in enumerate(lines, first):
            cells = line.split(separator)
            cells.append("")
            if (
                len(cells) == width + 1
                and '"' not in line
                and (whose := cells[sample] if named else default) in seen
                and cells[strand] in FORWARD
                and (not pass_only or cells[verdict] == "PASS")
                and (variant := plain(cells[chromosome], cells[position], cells[reference], cells[alternate]))
                and self.is_usual(cells)
            ):
                rows.append(((*variant, whose), number))
            elif line and not line.isspace():
                rows += self._line(number, line, default)
        return rows

    def _line(self, number: int, line: str, default: str) -> list[Row]:
        cells = [*self.header.taken_apart(number, line), ""]
        if len(cells) == 1:
            return []
        return self.line_rows(number, [cells[place] for place in self.header.at(*self.columns)], default)

    def is_usual(self, cells: list[str]) -> bool:
        """Whether the cells of a line hold nothing unusual beside the variant: the build is that of the line before."""
        return cells[self._build_place] == self._build and self._counts_from_one

    def check_build(self, line: int, build: str) -> None:
        """Make it a fault when a line is of another build than the one that was asked for."""
        wanted = self._judge.genome.name
        if build_named_in(build) not in ("", wanted):
            self.header.source.faults.add(line, self.header.name("build"), build, wanted, tip=REFERENCE_TIP)
        else:
            self._build = build

    def check_count(self, line: int, start: str, end: str, reference: str, alternate: str) -> None:
        """Make it a fault when the first substitution tells that positions are counted from 0, as those of BED are."""
        is_substitution = len(reference) == len(alternate) and "-" not in {reference, alternate}
        if self._counts_from_one or not (is_substitution and _is_place(start) and _is_place(end)):
            return
        behind = int(end) - int(start) - len(reference)
        if behind == 0:
            self.header.source.faults.stop(
                f"line {line}: found {start} to {end} for {shown(reference)}, expected positions that count from 1",
                tip="add 1 to the start of every row, or give a VCF",
            )
        self._counts_from_one = behind == -1

    def line_rows(self, line: int, cells: list[str], default: str) -> list[Row]:
        """Give the rows to send of one line, whose cells are those of `columns`."""
        chromosome, position, reference, alternates, build, end, *rest = cells
        self.check_build(line, build)
        self.check_count(line, position, end, reference, alternates)
        return self.judged(line, (chromosome, position, reference), alternates.split(","), rest, default)

    def judged(self, line: int, site: Site, alternates: list[str], context: list[str], default: str) -> list[Row]:
        """Give the rows to send of one line; `context` are its cells of the columns in CONTEXT."""
        sample, verdict, strand = context
        if strand not in FORWARD:
            self.header.source.faults.add(
                line,
                self.header.name("strand"),
                strand,
                "+",
                tip="give the alleles of the forward strand, and leave a column that tells the strand of the gene out",
            )
        carriers = (self._samples.of(line, sample, default),)
        passed = not self._pass_only or verdict == "PASS"
        return self._judge.rows(line, site, [(alternate, carriers) for alternate in alternates], passed=passed)
