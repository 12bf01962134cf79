"""What a file is, judged by what stands in it and never by its name."""

from __future__ import annotations

from typing import NoReturn

from .dropped import DroppedFile
from .faults import shown
from .lines import Source
from .model import Kind, Options, Reader
from .tables import Header, TableReader
from .vcf import FIXED, VcfReader

EXPECTED: dict[Kind, str] = {
    "mutations": "a VCF, a MAF, or a table with the columns chr pos ref alt, or gdna, or protein",
    "cnas": "a table with the columns gene and cna, or a GISTIC matrix",
    "translocations": "a table with the column fus",
}
OPTION: dict[Kind, str] = {"mutations": "--mutations", "cnas": "--cnas", "translocations": "--translocations"}
NEEDED: dict[Kind, tuple[tuple[str, ...], ...]] = {
    "mutations": (("chr", "pos", "ref", "alt"),),
    "cnas": (),
    "translocations": (),
}


def reader_of(kind: Kind, source: Source, options: Options, dropped: DroppedFile) -> Reader:
    """Read the first lines and give the reader for what they announce; raise InputError when that is nothing known."""
    line = source.line()
    while line and (not line[1].strip() or (line[1].startswith("##") and not _is_vcf(line[1]))):
        line = source.line()
    if line and kind == "mutations" and _is_vcf(line[1]):
        return VcfReader(source, line, options, dropped)
    header = _header(kind, source, line)
    header.check()
    return TableReader(header, options, dropped)


def _is_vcf(text: str) -> bool:
    return text.startswith("##fileformat=VCF") or tuple(text.split("\t")[: len(FIXED)]) == FIXED


def _header(kind: Kind, source: Source, line: tuple[int, str] | None) -> Header:
    """Read on to the header, past comments."""
    while line:
        header = Header.of(source, *line)
        announced = [other for other, needed in NEEDED.items() if any(header.has(*columns) for columns in needed)]
        if kind in announced:
            return header
        if announced or not line[1].startswith("#"):
            _no_header(kind, header, announced)
        line = source.line()
    return source.faults.stop(f"found no line but comments, expected {EXPECTED[kind]}")


def _no_header(kind: Kind, header: Header, announced: list[Kind]) -> NoReturn:
    columns = ", ".join(shown(name) for name in header.names[:12])
    tip = "the first line must name the columns, separated by tabs"
    if announced:
        tip = f"give this file with {OPTION[announced[0]]}"
    header.source.faults.stop(f"line {header.line}: found the columns {columns}, expected {EXPECTED[kind]}", tip=tip)
