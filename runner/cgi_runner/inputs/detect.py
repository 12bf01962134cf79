"""What a file is, judged by what stands in it and never by its name."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import NoReturn

from cgi_runner.inputs.column_words import SYNONYMS, canonical
from cgi_runner.inputs.columns import Header, is_separator_line
from cgi_runner.inputs.dropped import DroppedRows
from cgi_runner.inputs.model import Kind, Options, Reader
from cgi_runner.inputs.problems import quote
from cgi_runner.inputs.text_source import TextSource
from cgi_runner.inputs.unsupported import (
    SEGMENTS,
    TRANSPOSED,
    Unsupported,
    find_by_first_line,
    find_by_header,
    find_in_vcf,
    has_regions_only,
    is_transposed,
)

EXPECTED: dict[Kind, str] = {
    "mutations": "a VCF, a MAF, or a table with the columns chr pos ref alt, or gdna, or protein",
    "cnas": "a table with the columns gene and cna, a GISTIC matrix, or a file of FACETS-suite, PURPLE or cBioPortal",
    "translocations": "a table with the column fus, or with two columns of genes, or the file of a fusion caller",
}
_TABLES_BY_HAND: dict[Kind, str] = {
    "mutations": "a table needs chr, pos, ref and alt, or gdna, or gene and protein",
    "cnas": "a table needs gene and cna (amp or del)",
    "translocations": "a table needs fus (A__B)",
}
VCF_STARTS = ("##fileformat=vcf", "#chrom\tpos\tid\tref\talt\tqual\tfilter\tinfo")
_MakeReader = Callable[[Header, Options, DroppedRows], Reader]


# Readers are imported where a file needs them: their tables and patterns would take a half of the time to start.


def _read_vcf(source: TextSource, line: tuple[int, str], options: Options, dropped: DroppedRows) -> Reader:
    from cgi_runner.inputs.readers.vcf import VcfReader

    return VcfReader(source, line, options, dropped)


def _read_maf(header: Header, options: Options, dropped: DroppedRows) -> Reader:
    from cgi_runner.inputs.readers.maf import MafReader

    return MafReader(header, options, dropped)


def _read_table(header: Header, options: Options, dropped: DroppedRows) -> Reader:
    from cgi_runner.inputs.readers.table import VariantTable

    return VariantTable(header, options, dropped)


def _read_genomic(header: Header, options: Options, dropped: DroppedRows) -> Reader:
    from cgi_runner.inputs.readers.hgvs import GenomicReader

    return GenomicReader(header, options, dropped)


def _read_proteins(header: Header, options: Options, dropped: DroppedRows) -> Reader:
    from cgi_runner.inputs.readers.hgvs import ProteinReader

    return ProteinReader(header, options, dropped)


READERS: tuple[tuple[tuple[str, ...], _MakeReader], ...] = (
    (("chr", "pos", "ref", "alt", "maf"), _read_maf),
    (("chr", "pos", "ref", "alt"), _read_table),
    (("gdna",), _read_genomic),
    (("protein",), _read_proteins),
    (("gene", "protein_change"), _read_proteins),
)
"""The columns that identify a format of mutations, the most specific ones first."""

#: Lines above the header of GATK's tables are those of a SAM file.
_SAM = ("@HD\t", "@SQ\t", "@RG\t", "@PG\t", "@CO\t")
_MAX_NAMED = 12


def detect_reader(kind: Kind, source: TextSource, options: Options, dropped: DroppedRows) -> Reader:
    """Read the first lines and return the reader for what they announce.

    Args:
        kind: What the user says the file holds.
        source: The file, read up to its header.
        options: What the user asked for.
        dropped: Gets the rows that are not sent.

    Raises:
        InputError: The lines announce nothing known, another kind, or a format that CGI does not take.

    """
    above: Header | None = None
    while line := source.line():
        number, text = line
        if kind == "mutations" and text.lower().startswith(VCF_STARTS):
            return _read_vcf(source, line, options, dropped)
        _refuse_other_files(kind, source, number, text)
        if text.startswith(_SAM) or is_separator_line(text) or text.isspace() or not text:
            continue
        header = Header.of(source, number, text)
        if options.sample_column and header.use_as_sample(options.sample_column):
            source.note(f"the column {quote(header.name('sample'))} names the samples (asked for)")
        found = _find_reader(kind, header) or _find_reader_of_rows(kind, header, text)
        if found and found[0] == kind:
            return found[1](header, options, dropped)
        if found is None and (table := find_by_header(header.names)):
            _abort_unsupported(kind, source, number, table)
        if found is None and kind == "cnas" and has_regions_only(header.names):
            _abort_unsupported(kind, source, number, SEGMENTS)
        if found is None and kind == "cnas" and is_transposed(header.names):
            _abort_unsupported(kind, source, number, TRANSPOSED)
        if found or not text.startswith("#"):
            is_row = above is not None and len(above.names) == len(header.names) > 1
            _abort_without_header(kind, above if above and is_row else header, found[0] if found else None)
        above = header
    return source.problems.abort(f"found no header line, expected {EXPECTED[kind]}")


def _find_reader_of_rows(kind: Kind, header: Header, text: str) -> tuple[Kind, _MakeReader] | None:
    """Return the reader for a list whose first line is a row already, which is then read as one."""
    if kind == "mutations":
        return None
    from cgi_runner.inputs.headerless import columns_of_row

    columns = columns_of_row(kind, header.names)
    if not columns:
        return None
    source = header.source
    named = Header.of(source, header.line, header.separator.join(columns))
    source.unread([(header.line, text)])
    source.note(f"there is no header, and line {header.line} is a row, read as {' and '.join(columns)}")
    found = _find_reader(kind, named)
    return (kind, lambda _header, options, dropped: found[1](named, options, dropped)) if found else None


def _find_reader(kind: Kind, header: Header) -> tuple[Kind, _MakeReader] | None:
    """Return the kind of alterations that a header announces, the one that was asked for first, and its reader."""
    mutations = next((reader for columns, reader in READERS if header.has(*columns)), None)
    if mutations and kind == "mutations":
        header.check(*next(columns for columns, _ in READERS if header.has(*columns)), "sample")
        return "mutations", mutations
    from cgi_runner.inputs.structural_formats import find_format

    structural = find_format(header)
    return ("mutations", mutations) if mutations and not (structural and structural[0] == kind) else structural


def _refuse_other_files(kind: Kind, source: TextSource, number: int, text: str) -> None:
    """Stop at a line that begins a file of another kind than a table."""
    if unsupported := find_by_first_line(text):
        _abort_unsupported(kind, source, number, unsupported)
    if text.lower().startswith(VCF_STARTS):
        if unsupported := find_in_vcf(source, text):
            _abort_unsupported(kind, source, number, unsupported)
        source.problems.abort("found a VCF of small variants", tip="give this file with --mutations")


def _abort_unsupported(kind: Kind, source: TextSource, line: int, found: Unsupported) -> NoReturn:
    """Stop at a file that holds numbers or places and no calls."""
    expected = EXPECTED[kind if found.fusions else found.kind]
    source.problems.abort(f"line {line}: found {found.name}, expected {expected}", tip=found.tip(kind))


def _abort_without_header(kind: Kind, header: Header, announced: Kind | None) -> NoReturn:
    """Stop at a line that should be a header; names are quoted that are known to be such, as it may be a patient's."""
    from cgi_runner.inputs.structural_formats import COLUMN_NAMES

    known_names = COLUMN_NAMES.union(map(canonical, chain.from_iterable(SYNONYMS.values())))
    names = [name for name in header.names if len(name) > 1 and canonical(name) in known_names][:_MAX_NAMED]
    others = len(header.names) - len(names)
    known = f"the columns {', '.join(map(quote, names))}" if names else ""
    rest = f"{others} column{'s' * (others > 1)} with unknown names" if others else ""
    found = " and ".join(filter(None, (known, rest)))
    tip = "the first line must name the columns, separated by tabs"
    if kind != "mutations":
        from cgi_runner.inputs.headerless import tip_for_row

        tip = tip_for_row(kind, header.names) or tip
    if names:
        tip = f"name the columns as expected; {_TABLES_BY_HAND[kind]}"
    if announced:
        tip = f"give this file with --{announced}"
    if kind == "mutations" and header.has("gene") and "change" in map(canonical, header.names):
        tip = f"give this file with --cnas if it holds copy numbers; {_TABLES_BY_HAND[kind]}"
    header.source.problems.abort(f"line {header.line}: found {found}, expected {EXPECTED[kind]}", tip=tip)
