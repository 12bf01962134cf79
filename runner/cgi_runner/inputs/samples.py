"""Whose alterations these are: sample names, and which of a file's sample columns are meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cgi_runner.errors import InputError
from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.lazy_pattern import LazyPattern
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.problems import InputProblems, is_present, quote, quote_names
from cgi_runner.inputs.shares import check_shares
from cgi_runner.inputs.text_source import TextSource
from cgi_runner.inputs.tumor_normal import (
    is_generic,
    is_generic_file,
    is_like_normal,
    is_normal,
    partner_by_name,
)

LONGEST_NAME = 200
DEFAULT = "sample"
SAMPLE_TIP = "say whose alterations these are: --sample NAME"

#: R makes dots of the dashes where barcodes are names of columns.
_TCGA = LazyPattern(r"TCGA([-.])\w{2}\1\w{4}\1\d{2}[A-Z]?([-.].*)?", re.ASCII)
_TCGA_SAMPLE = 15  # letters: project, site, patient and type of sample

#: A date, which spreadsheets make of genes such as SEPT9 and MARCH1, or the number of its day.
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mrz|mai|okt|dez|ene|abr|ago|sept|dic|set|out|avr|juin"
_DATE = LazyPattern(
    rf"\d+|\d{{1,4}}-({_MONTH})|({_MONTH})-\d{{1,4}}|\d{{1,4}}([-./])\d{{1,2}}\3\d{{1,4}}", re.IGNORECASE | re.ASCII
)
#: What Excel shows where a formula failed, in whatever language: #N/A, #NV, #REF!, #¿NOMBRE?
_CELL_ERROR = LazyPattern(r"#(N/A|N/D|NV|NA)|#\S+[!?]", re.IGNORECASE)
#: Bytes that are no UTF-8, as TextSource keeps them.
_UNDECODED = LazyPattern("[\udc80-\udcff]")
ENCODING_TIP = "the file is not in UTF-8: convert it, as with iconv -f latin1 -t utf-8 FILE > NEW_FILE"

BARCODE = "the sample of the barcode"


def is_name(text: str) -> bool:
    """Whether the text can be the name of a sample in a table: something printable without blanks around it."""
    if _CELL_ERROR.fullmatch(text):
        return False
    return is_present(text) and text.isprintable() and text == text.strip() and len(text) <= LONGEST_NAME


def is_tcga_barcode(name: str) -> bool:
    """Whether this is a TCGA barcode that names a sample, with or without its portion, plate and aliquot."""
    return bool(_TCGA.fullmatch(name))


def tcga_sample(name: str) -> str:
    """Return the sample of a TCGA barcode, without portion, plate or aliquot; other names as they are."""
    return name[:_TCGA_SAMPLE].replace(".", "-") if is_tcga_barcode(name) else name


def is_gene_symbol(text: str) -> bool:
    """Whether the text can name a gene, a transcript or a partner of a fusion; a date, which SEPT9 becomes, cannot."""
    could = text[:1].isalnum() and text.isprintable() and " " not in text and len(text) <= LONGEST_NAME
    return could and is_present(text) and not _DATE.fullmatch(text)


def select_samples(problems: InputProblems, line: int, names: Sequence[str], options: Options) -> dict[int, str]:
    """Return the sample columns to read, by their place among `names`, and the names to send them under.

    The sample that was asked for picks its column; a file with a single column is renamed to it unless that is another
    known sample's, one without any is named by it later.

    Args:
        problems: Gets what is wrong with the names.
        line: Number of the header line, from 1.
        names: Names of the sample columns.
        options: The sample that was asked for, and others that are known.

    Returns:
        For the index of each column to read, the name to send.

    Raises:
        InputError: A name is there twice, or the sample that was asked for is not there.

    """
    sample = options.sample
    for name in names:
        if not is_name(name):
            problems.add(line, "header", name, "the name of a sample, printable and without blanks around it")
        if names.count(name) > 1:
            problems.abort(f"line {line}: found the sample {quote(name)} twice in the header, expected it once")
    if sample is None or not names:
        return {place: tcga_sample(name) if options.tcga_barcodes else name for place, name in enumerate(names)}
    if sample in names:
        return {names.index(sample): sample}
    if len(names) == 1 and names[0] not in options.other_samples:
        return {0: sample}
    return problems.abort(
        f"line {line}: found the samples {quote_names(names)}, expected {quote(sample)} among them",
        tip="give one of the names in the file: --sample NAME",
    )


def default_name(source: TextSource, sample: str | None, others: set[str]) -> str:
    """Return the sample of a file that names none: the one asked for, or else the only one of the other files.

    Args:
        source: The file; where nobody asked for the name, it is noted.
        sample: The sample that was asked for, or None.
        others: Samples that the other files name.

    Raises:
        InputError: The other files name several.

    """
    if sample is not None:
        return sample
    if len(others) > 1:
        raise InputError(
            f"{source.problems.source}: found no samples, expected them as the other files name several "
            f"({quote_names(sorted(others))})",
            tip="add a column `sample` to the file, or " + SAMPLE_TIP,
        )
    name, by = (next(iter(others)), "the only sample of the other files") if others else (DEFAULT, "no file names one")
    source.notes.decide(f"the file names no sample, its rows are sent as {quote(name)} ({by})")
    return name


class SampleColumn:
    """The sample of each row of one table."""

    def __init__(self, header: Header, options: Options) -> None:
        """Find the column, or watch those that may name samples."""
        self.named = header.has("sample")
        self.sent: dict[str, str] = {}
        """The name that rows are sent under, by the cell in the sample column."""
        self.seen: set[str] = set()
        """The names in `sent`."""
        self.renamed = False
        """Whether a name is not the file's own."""
        self.own_names: set[str] = set()
        """What the file calls the samples."""
        self._header = header
        self._source = header.source
        self._asked, self._is_sheet_row = options.sample, options.is_sheet_row
        self._is_tcga, self._keeps_normals = options.tcga_barcodes, options.keep_germline
        self._generic = ""
        if options.sample is None or options.is_sheet_row:
            if not self.named:
                header.guard_samples()
                check_shares(header)
            elif options.sample_column is None:
                header.guard_patients()

    def of(self, line: int, cell: str, default: str) -> str:
        """Return the sample of a row whose cell in the sample column is this; a bad one is a problem.

        Args:
            line: Number of the line, from 1.
            cell: Its cell in the sample column.
            default: The sample of files without such a column.

        Returns:
            The name to send.

        """
        if not self.named:
            cell = default
        elif self._is_tcga and (sample := tcga_sample(cell)) != cell:
            self._source.notes.rename(cell, sample, BARCODE)
            cell = sample
        if cell not in self.sent:
            sent = self._name(line, cell)
            if not is_name(sent):
                column = self._header.name("sample") if self.named else "sample"
                tip = SAMPLE_TIP if cell.isprintable() or not _UNDECODED.search(cell) else ENCODING_TIP
                self._source.problems.add(line, column, cell, "the name of a sample, printable", tip=tip)
                return cell
            self.sent[cell] = sent
            self.seen.add(sent)
        return self.sent[cell]

    def _name(self, line: int, cell: str) -> str:
        """Return the name to send rows of a cell under, and note it where it is not the cell's."""
        if not self.named:
            return cell
        if cell != self._asked and is_normal(cell):
            self._check_normal(line, cell)
        if is_present(cell) and not is_generic(cell):
            self._add_own_name(line, cell)
            if self._asked is None or self._is_sheet_row or cell == self._asked:
                return cell
        elif self._asked is None:
            # An empty cell is no sample; a word that stands for any sample is one of this file's.
            return self._name_by_file(line, cell) if is_present(cell) else ""
        self.renamed = True
        self._source.notes.rename(cell, str(self._asked), "asked for")
        return str(self._asked)

    def _check_normal(self, line: int, cell: str) -> None:
        """Warn of a sample that is a normal by its name; rows of NORMAL must not become the patient's tumour's."""
        if not is_generic(cell) or self._keeps_normals:
            self._source.notes.warn(
                f"the sample {quote(cell)} is sent as a tumour, although its name is that of a normal"
            )
            return
        self._source.problems.abort(
            f"line {line}: found the sample {quote(cell)}, a normal by its name, expected rows of tumours only",
            tip="remove the rows of normals from the file, or give --keep-germline to send them",
        )

    def _add_own_name(self, line: int, cell: str) -> None:
        if ";" in cell or "," in cell:
            self._source.notes.warn(
                f"the sample {quote(cell)} is sent as one sample, although it looks like a list of several"
            )
        if (partner := partner_by_name(cell)) in self.own_names:
            tumor, normal = sorted((cell, partner), key=is_like_normal)
            self._source.notes.warn(
                f"the sample {quote(normal)} is sent as a tumour, although it may be the normal of {quote(tumor)}, by "
                "their names"
            )
        self.own_names.add(cell)
        if self._asked is not None and not self._is_sheet_row and len(self.own_names) > 1:
            self._source.problems.abort(
                f"line {line}: found the samples {quote_names(sorted(self.own_names))}, expected one for --sample "
                f"{quote(self._asked)}",
                tip="leave --sample out: the file names its samples",
            )
        self._check_mixed(line)

    def _name_by_file(self, line: int, cell: str) -> str:
        source = self._source
        if not source.stem or is_generic_file(source.stem):
            source.problems.abort(
                f"line {line}: found the sample {quote(cell)}, expected a name that is a patient's", tip=SAMPLE_TIP
            )
        if self._generic.casefold() not in ("", cell.casefold()):
            source.problems.abort(
                f"line {line}: found the samples {quote(self._generic)} and {quote(cell)}, of which neither is a "
                "patient's name, expected one such name",
                tip=f"{SAMPLE_TIP}, if all are one patient's; or give them names in the file",
            )
        self._generic = cell
        source.takes_name_of_file = self.renamed = True
        self._check_mixed(line)
        source.notes.rename(cell, source.stem, "the name of the file")
        return source.stem

    def _check_mixed(self, line: int) -> None:
        """Refuse a file that names some samples, and leaves open whose other rows are."""
        if self._source.takes_name_of_file and self.own_names:
            self._source.problems.abort(
                f"line {line}: found the sample {quote(min(self.own_names))} and rows of a sample without a name, "
                "expected a name in every row",
                tip="fill the sample column of these rows, or leave them out",
            )
