"""The values that travel through the preparation, from a reader to the prepared file."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from cgi_runner.inputs.rows import Batch

if TYPE_CHECKING:
    from cgi_runner.inputs.reference import Reference
    from cgi_runner.inputs.schema import OutputSchema

Kind = Literal["mutations", "cnas", "translocations"]
"""The three uploads that CGI knows, by the names of its form fields."""

KINDS: tuple[Kind, ...] = ("mutations", "cnas", "translocations")
"""All kinds, in the order in which they are prepared, sent and listed; the option of each is `--` and its name."""


@dataclass(frozen=True)
class Options:
    """What the user asked for, beside the files."""

    reference: str | None = None
    """hg19 or hg38; None takes what the files say, and stands for nothing once they are read."""
    sample: str | None = None
    """Name of the patient's sample, for an input that holds one."""
    sample_column: str | None = None
    """Name of the column of a table that names the samples."""
    tcga_barcodes: bool = False
    """Whether TCGA barcodes stand for their sample, the first 15 characters."""
    samples_may_differ: bool = False
    """Whether inputs without a sample in common are only worth a warning."""
    other_samples: Container[str] = ()
    """Other samples that are known: a column of theirs is never used as that of `sample`."""
    ignore_build_hints: bool = False
    """Whether the reference counts against what the files say of their build."""
    is_sheet_row: bool = False
    """Whether `sample` is a row of a cohort's sheet: its rows are picked from files that hold several samples."""
    tumor_column: str | None = None
    """The sample column of a VCF to read."""
    all_samples: bool = False
    """Whether all sample columns that are not known as normals are tumours."""
    filters: frozenset[str] = frozenset()
    """Values of FILTER that count as passed, in place of PASS and `.`."""
    keep_filtered: bool = False
    keep_germline: bool = False
    ignore_genotypes: bool = False
    """Whether the tumour carries every allele of its records, whatever its genotypes say."""
    insertion_start: str | None = None
    """Where an insertion is whose Start is its End: `before`, Start is the base before it, or `at`, the one after."""
    merge_phased: bool = False
    """Whether adjacent substitutions are joined that the file says are on one copy."""
    low_level_cnas: bool = False
    """Whether gains and losses below CGI's amplification and deletion are sent as these."""
    partial_amplifications: bool = False
    """Whether the amplification of a part of a gene is sent as that of the gene."""
    strict_input: bool = False
    """Whether a single odd row is an error."""


@dataclass(frozen=True)
class SourceFile:
    """One of the user's files; rows are counted before duplicates are merged."""

    number: int
    source: str
    format: str
    rows_read: int
    rows_not_sent: int
    decisions: list[str]
    """What was decided where the file left a choice, and why."""
    warnings: list[str]
    sha256: str = ""
    """Of the file as it is, compressed or not; empty if it was not read to its end."""


@dataclass(frozen=True)
class PreparedFile:
    """One file ready to be sent, and what became of the rows of the file it was made from."""

    kind: Kind
    path: Path
    source: str
    """Base name of the user's file, or `-` for standard input; names of several have a comma and a blank between."""
    format: str
    """What the content turned out to be: VCF, MAF, table, gdna, protein, CNA table, GISTIC, fusions, Arriba …"""
    files: tuple[SourceFile, ...]
    """The user's files in the order given; where there are several, `source_line` has their number, as 2:17."""
    sha256: str
    """Of the prepared file."""
    rows_read: int
    """Alterations after splitting (alleles times samples), those that are not sent included."""
    rows_sent: int
    rows_merged: int
    """Rows that are duplicates of a row that is sent; their lines are in its `source_line`."""
    rows_not_sent: int
    names: frozenset[str]
    """The samples that the user's file names, those without a row to send included; else the one that it was "
    "assigned to."""
    names_itself: bool
    """Whether the names are the file's own."""
    notes: list[str] = field(default_factory=list)
    """What was decided while it was read."""
    renamed: dict[str, str] = field(default_factory=dict)
    """The name that each sample is sent under, where that is not the file's."""


@dataclass(frozen=True)
class Prepared:
    """Everything that would be sent, and an account of everything that would not."""

    files: tuple[PreparedFile, ...]
    samples: dict[str, int]
    """Rows to send for each sample, in sorted order."""
    reasons: dict[str, int]
    """Rows that are not sent, for each reason."""
    dropped: Path
    """The table of the rows that are not sent."""
    reference: Reference
    """The build that is sent, and why."""
    pseudonyms: dict[str, str] = field(default_factory=dict)
    """What each sample is sent as, by its name; empty if the samples are sent under their names."""
    sample_warnings: tuple[str, ...] = ()
    """What may be wrong with the names of the samples in all files."""

    @property
    def decisions(self) -> list[str]:
        """What was decided in all files, each sentence after the name of its file."""
        return [f"{one.source}: {text}" for file in self.files for one in file.files for text in one.decisions]

    @property
    def warnings(self) -> list[str]:
        """The warnings of all files, each after the name of its file, and those of their samples."""
        of_files = [f"{one.source}: {text}" for file in self.files for one in file.files for text in one.warnings]
        return [*of_files, *self.sample_warnings]


class Reader(Protocol):
    """One input file whose format is known and whose header has been read."""

    format: str
    schema: OutputSchema
    """What the prepared file is like."""
    named: bool
    """Whether the file names its samples itself."""
    samples: set[str]
    """The samples named so far; complete once the rows are read."""

    @property
    def renamed(self) -> bool:
        """Whether a sample is sent under another name than the file's."""

    def batches(self, default: str) -> Iterator[Batch]:
        """Rows to send, in the order of the file; `default` is the sample of rows in a file that names none."""
