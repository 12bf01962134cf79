"""What a file is, judged by what stands in it and never by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from cgi_runner.inputs.cna import CnaReader, GisticReader
from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.inputs.faults import shown
from cgi_runner.inputs.fusions import FusionReader
from cgi_runner.inputs.genome import GENOMES
from cgi_runner.inputs.hgvs import GenomicReader, ProteinReader
from cgi_runner.inputs.lines import Source
from cgi_runner.inputs.maf import MafReader
from cgi_runner.inputs.model import Kind, Options, Reader
from cgi_runner.inputs.tables import Header, VariantTable
from cgi_runner.inputs.vcf import FIXED, VcfReader, refuse_another_build

EXPECTED: dict[Kind, str] = {
    "mutations": "a VCF, a MAF, or a table with the columns chr pos ref alt, or gdna, or protein",
    "cnas": "a table with the columns gene and cna, or a GISTIC matrix",
    "translocations": "a table with the column fus",
}
VCF_STARTS = ("##fileformat=vcf", "\t".join(FIXED).lower())
OPTION: dict[Kind, str] = {"mutations": "--mutations", "cnas": "--cnas", "translocations": "--translocations"}
READERS: dict[Kind, tuple[tuple[tuple[str, ...], Callable[[Header, Options, DroppedFile], Reader]], ...]] = {
    "mutations": (
        (("chr", "pos", "ref", "alt", "maf"), MafReader),
        (("chr", "pos", "ref", "alt"), VariantTable),
        (("gdna",), GenomicReader),
        (("protein",), ProteinReader),
    ),
    "cnas": (
        (("gene", "cna"), CnaReader),
        (("locus", "cytoband"), GisticReader),
    ),
    "translocations": ((("fus",), FusionReader),),
}
"""The columns that tell a format, the most telling ones first."""


def reader_of(kind: Kind, source: Source, options: Options, dropped: DroppedFile) -> Reader:
    """Read the first lines and give the reader for what they announce; raise InputError when that is nothing known."""
    while line := source.line():
        number, text = line
        if kind == "mutations" and text.lower().startswith(VCF_STARTS):
            return VcfReader(source, line, options, dropped)
        if kind == "mutations":
            refuse_another_build(source, number, text, GENOMES[options.reference])
        header = Header.of(source, number, text)
        announced = [other for other, known in READERS.items() if any(header.has(*columns) for columns, _ in known)]
        if kind in announced:
            telling, reader = next((columns, reader) for columns, reader in READERS[kind] if header.has(*columns))
            header.check(*telling, "sample")
            return reader(header, options, dropped)
        if announced or not (text.startswith("#") or text.isspace() or not text):
            _no_header(kind, header, announced)
    return source.faults.stop(f"found no line with the names of columns, expected {EXPECTED[kind]}")


def _no_header(kind: Kind, header: Header, announced: list[Kind]) -> NoReturn:
    columns = ", ".join(shown(name) for name in header.names[:12])
    tip = "the first line must name the columns, separated by tabs"
    if announced:
        tip = f"give this file with {OPTION[announced[0]]}"
    header.source.faults.stop(f"line {header.line}: found the columns {columns}, expected {EXPECTED[kind]}", tip=tip)
