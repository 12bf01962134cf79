"""Tables of small variants with a header line, whatever their columns are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cgi_runner.inputs.annovar import use_copied_filter
from cgi_runner.inputs.block_columns import BlockColumns
from cgi_runner.inputs.build_evidence import detect_build
from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.dropped import DroppedRows
from cgi_runner.inputs.genome import other_build
from cgi_runner.inputs.germline_words import GermlineWords
from cgi_runner.inputs.indels import IndelPlaces, is_place
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.normal_columns import NormalColumns
from cgi_runner.inputs.normalise import Allele, Site, VariantValidator
from cgi_runner.inputs.problems import is_present, quote
from cgi_runner.inputs.readers.plain_rows import FORWARD, PlainRows
from cgi_runner.inputs.rows import Batch, Row
from cgi_runner.inputs.samples import SampleColumn
from cgi_runner.inputs.schema import MUTATIONS
from cgi_runner.inputs.somatic import UNFILTERED, CallStatus
from cgi_runner.inputs.status_columns import NO_READS, StatusColumns
from cgi_runner.inputs.varscan import has_pileup_indels, spell_out

VARIANT = ("chr", "pos", "ref", "alt")
CONTEXT = ("sample", "filter", "strand")
MIXED_TIP = "give --reference {} if all rows are of that build, else remove the rows of the other build from the file"
COUNT_TIP = "0-based positions start one base before: add 1 to the start, or leave these rows out"
MAX_ODD = 1 / 2
"""Share of a block's rows that are not plain, from which on all its rows are read line by line."""


class VariantTable:
    """What tables of small variants have in common, however a row tells its variant."""

    format = "table"
    schema = MUTATIONS
    columns: tuple[str, ...] = (*VARIANT, "build", "end", *CONTEXT)

    def __init__(self, header: Header, options: Options, dropped: DroppedRows) -> None:
        """Read below this header."""
        use_copied_filter(header)
        if options.filters and not header.has("filter"):
            header.source.problems.abort(
                f"line {header.line}: found no column FILTER, expected it for --filters", tip="leave --filters out"
            )
        self.header = header
        self._validator = VariantValidator(options, header.source.problems, dropped, self.variant_columns(header))
        self._status = CallStatus(options)
        self._status_columns = StatusColumns(header, options, is_maf=self.format == "MAF")
        self._germline_words = GermlineWords(header, self._status_columns.origins)
        self._normal = NormalColumns(header)
        self._build_place, self._ref_place = header.column_indexes("build", "ref")
        self._build: str | None = None
        self._ignores_hints = options.ignore_build_hints
        self._counts_from_one = not header.has("end")
        self._indels = IndelPlaces(header, options) if header.has("end") else None
        self._same_as_ref = self._ref_place
        """The column that holds the reference allele, too, in plain rows; that column itself where there is none."""
        self._has_filter, self._unfiltered = header.has("filter"), 0
        self._has_pileup_indels = has_pileup_indels(header)
        self._samples = SampleColumn(header, options)
        self._plain = PlainRows(
            header, self._validator, self._samples, self._status, self._status_columns, self._normal, self._indels
        )
        self.named, self.samples = self._samples.named, self._samples.seen
        self._absent: dict[str, str] = {}  # alleles that the row's genotype lacks, and why they are not sent

    @property
    def renamed(self) -> bool:
        """Whether a sample is sent under another name than the file's."""
        return self._samples.renamed

    @property
    def own_names(self) -> set[str]:
        """What the file calls its samples."""
        return self._samples.own_names

    def variant_columns(self, header: Header) -> tuple[str, str, str, str]:
        """Return what the file calls chromosome, position, reference and alternate allele."""
        return header.name("chr"), header.name("pos"), header.name("ref"), header.name("alt")

    def batches(self, default: str) -> Iterator[Batch]:
        """Yield the rows to send, block by block."""
        for first, text in self.header.source.texts():
            yield self._block(first, text, default)
        if self._indels:
            self._indels.check_count()
        self.note_counts()

    def note_counts(self) -> None:
        """Note, once all rows are read, how many the normal has as well, and how many no filter was applied to."""
        self._normal.note_counts()
        if self._unfiltered:
            name = self.header.name("filter")
            self.header.source.note(
                f"rows that no filter was applied to ({name} is . or empty) are sent: {self._unfiltered}"
            )

    def _block(self, first: int, text: str, default: str) -> Batch:
        """Return the rows of a block: by column, once lines before it have told how, or else line by line."""
        self._germline_words.look_through(first, text)
        header, block, parsed = self.header, None, None
        if self._build is not None and self._counts_from_one:
            block = BlockColumns.of(text, header.separator, len(header.names))
            parsed = self._plain.parse(first, block, self._build, self._same_as_ref, default) if block else None
        columns, odd = parsed or (None, set[int]())
        if block and '"' in text:
            odd.update(index for index in range(block.rows) if '"' in "".join(block.row(index)))
        if not (block and columns) or len(odd) > block.rows * MAX_ODD:
            return self._rows(enumerate(text[:-1].split("\n"), first), default)
        if self._has_filter:
            verdicts = block.column(*header.column_indexes("filter"))
            self._unfiltered += sum(cell in UNFILTERED and index not in odd for index, cell in enumerate(verdicts))
        lines = {index: header.separator.join(block.row(index)) for index in sorted(odd)}
        columns.replace({index: self._rows([(first + index, line)], default) for index, line in lines.items()})
        return columns

    def _rows(self, lines: Iterable[tuple[int, str]], default: str) -> list[Row]:
        """Return the rows of lines; plain ones are dealt with here, all others by `line_rows`."""
        rows: list[Row] = []
        header, parse, passing = self.header, self._validator.fast_parse, self._status.plain
        separator, width = header.separator, len(header.names)
        chromosome, position, reference, alternate, sample, verdict, strand = header.column_indexes(*VARIANT, *CONTEXT)
        named, sent, guards = self.named, self._samples.sent, header.guards
        statuses, normal = self._status_columns.usual + self._normal.usual, self._normal.allele
        first_allele, build, (end,) = self._same_as_ref, self._build_place, header.column_indexes("end")
        indels, patients = self._indels, header.patients
        reads, none = self._status_columns.reads, NO_READS
        counted, unfiltered = UNFILTERED if self._has_filter else (), 0
        for number, line in lines:
            cells = line.split(separator)
            cells.append("")
            if (
                len(cells) == width + 1
                and '"' not in line
                and (whose := sent.get(cells[sample] if named else default))
                and (not guards or all(cells[place] == value for place, value in guards.items()))
                and (not patients or all(who.get(cells[sample]) == cells[at] for at, who in patients.items()))
                and cells[strand] in FORWARD
                and cells[verdict] in passing
                and cells[reads] not in none
                and (not statuses or all(cells[place] in usual for place, usual in statuses))
                and cells[build] == self._build
                and cells[first_allele] == (old := cells[reference])
                and (not normal or cells[normal] in ("", old))
                and self._counts_from_one
                and (key := parse(cells[chromosome], cells[position], old, cells[alternate], whose))
                and (
                    not indels
                    or (cells[end] == cells[position] and old != "-" != key[3])
                    or indels.is_plain(key, cells[end])
                )
            ):
                rows.append((key, number))
                if counted and cells[verdict] in counted:
                    unfiltered += 1
            elif line and not line.isspace():
                rows += self._line(number, line, default)
        self._unfiltered += unfiltered
        return rows

    def _line(self, number: int, line: str, default: str) -> list[Row]:
        cells = [*self.header.split_row(number, line), ""]
        if len(cells) == 1:
            return []
        if self._has_pileup_indels:
            spell_out(cells, *self.header.column_indexes("ref", "alt"))
        against = self._status_columns.rejection_reason(number, cells, cells[self._ref_place])
        alternates = cells[self.header.column_index["alt"]].split(",")
        self._absent = self._status_columns.absent_alleles(cells, cells[self._ref_place], alternates)
        rows = self.line_rows(number, [cells[at] for at in self.header.column_indexes(*self.columns)], default, against)
        if rows:
            self._normal.watch(number, cells, alternates)
        return rows

    def check_build(self, line: int, build: str) -> None:
        """Report a problem when a line is of another build than the one that was asked for.

        Args:
            line: Number of the line, from 1.
            build: Its cell in the column of the build.

        """
        wanted = self._validator.genome.name
        if not self._ignores_hints and detect_build(build) not in ("", wanted):
            tip = MIXED_TIP.format(other_build(wanted))
            self.header.source.problems.add(line, self.header.name("build"), build, wanted, tip=tip)
        else:
            self._build = build

    def fits_end(self, line: int, start: str, end: str, reference: str, alternate: str) -> bool:
        """Return whether the place of a row can be believed by its end, if it is a substitution that has one.

        Positions that count from 0, as those of BED do, are a problem of the whole file if the first substitution has
        one, else of its row.

        Args:
            line: Number of the line, from 1.
            start: Its position as the file has it.
            end: Its end as the file has it, or an empty string.
            reference: The bases of the genome.
            alternate: The bases of the tumour.

        """
        is_substitution = len(reference) == len(alternate) and (reference + alternate).isalpha()
        if not (self._indels and is_substitution and is_place(start) and is_place(end)):
            return True
        last = int(start) + len(reference) - 1
        if int(end) == last + 1 and not self._counts_from_one:
            self.header.source.problems.abort(
                f"line {line}: found {start} to {end} for {quote(reference)}, expected 1-based positions",
                tip="add 1 to the start of every row, or give a VCF",
            )
        self._indels.see_substitution()
        if int(end) == last + 1:
            expected = f"{last}, as the rows before have 1-based positions"
            self.header.source.problems.add_odd(line, self.header.name("end"), end, expected, tip=COUNT_TIP)
            return False
        if int(end) == last:
            self._counts_from_one = True
        else:
            self._indels.note_odd_substitution(line, start, end)
        return True

    def place_indels(self, line: int, start: str, end: str, reference: str, alternates: list[str]) -> tuple[str, str]:
        """Return the position of a row whose table has an end, and why it is not sent if that is not certain.

        An insertion has `-` as its reference, a deletion as its alternate.

        Args:
            line: Number of the line, from 1.
            start: Its cell in the column of the position.
            end: Its cell in the column of the end.
            reference: The reference allele.
            alternates: The alternate alleles.

        """
        if not self._indels or not (is_place(start) and is_place(end)):
            return start, ""
        if reference == "-" and "-" not in alternates:
            place, reason = self._indels.insertion(int(start), int(end))
            return str(place), reason
        if alternates == ["-"]:
            self._indels.check_deletion(line, int(start), int(end), reference)
        return start, ""

    def line_rows(self, line: int, cells: list[str], default: str, against: str = "") -> list[Row]:
        """Return the rows to send of one line.

        Args:
            line: Number of the line, from 1.
            cells: Its cells in the columns of `columns`, in their order.
            default: The sample of a row that names none.
            against: A reason to send none of them.

        """
        chromosome, position, reference, alternates, build, end, *rest = cells
        self.check_build(line, build)
        if not self.fits_end(line, position, end, reference, alternates):
            return []
        alleles = alternates.split(",")
        position, unplaced = self.place_indels(line, position, end, reference, alleles)
        return self.check_alleles(line, (chromosome, position, reference), alleles, rest, default, against or unplaced)

    def check_alleles(
        self, line: int, site: Site, alternates: list[str], context: list[str], default: str, against: str = ""
    ) -> list[Row]:
        """Return the rows to send of one line.

        Args:
            line: Number of the line, from 1.
            site: Chromosome, position and reference as the file has them.
            alternates: The alternate alleles.
            context: Its cells in the columns of `CONTEXT`, in their order.
            default: The sample of a row that names none.
            against: A reason to send none of them.

        """
        sample, verdict, strand = context
        if strand not in FORWARD:
            self.header.source.problems.add(
                line,
                self.header.name("strand"),
                strand,
                "+",
                tip="give the alleles of the forward strand, and leave out a column that holds the strand of the gene",
            )
        carriers = (self._samples.of(line, sample, default),)
        against = against or self._status.rejection_reason(verdict)
        alleles = [
            Allele(alternate, () if alternate in self._absent else carriers, self._absent.get(alternate, ""))
            for alternate in alternates
        ]
        rows = self._validator.rows(line, site, alleles, against=against)
        if self._has_filter and (verdict in UNFILTERED or not is_present(verdict)):
            self._unfiltered += len(rows)
        return rows
