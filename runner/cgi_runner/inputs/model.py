"""The values that travel through the preparation, from a reader to the prepared file."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Kind = Literal["mutations", "cnas", "translocations"]
"""The three uploads that CGI knows, by the names of its form fields."""

Key = tuple[int | str, ...]
"""What makes an alteration of a sample itself; sorts as the prepared file is sorted, the sample comes last."""

Row = tuple[Key, int]
"""An alteration to send and the line of the user's file (counted from 1) that it came from."""


@dataclass(frozen=True)
class Options:
    """What the user asked for, beside the files."""

    reference: str
    sample: str | None = None
    pass_only: bool = False
    others: Container[str] = ()
    """Other samples that are known: a column of theirs is never taken for that of `sample`."""


@dataclass(frozen=True)
class PreparedFile:
    """One file ready to be sent, and what became of the rows of the file it was made from."""

    kind: Kind
    path: Path
    source: str
    """Base name of the user's file, or `-` for standard input."""
    format: str
    """What the content turned out to be: VCF, MAF, table, gdna, protein, CNA table, GISTIC or fusions."""
    sha256: str
    """Of the prepared file."""
    rows_read: int
    """Alterations after splitting (alleles times samples), those that are not sent included."""
    rows_sent: int
    rows_folded: int
    """Rows that say the same as a row that is sent; their lines stand in its `source_line`."""
    rows_not_sent: int
    names: frozenset[str]
    """The samples that the user's file names, those without a row to send included; else the one it was taken for."""
    names_itself: bool
    """Whether the names are the file's own."""


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


class Reader(Protocol):
    """One input file whose format is known and whose header has been read."""

    format: str
    named: bool
    """Whether the file names its samples itself."""
    renamed: bool
    """Whether its only sample is sent under another name."""
    samples: set[str]
    """The samples named so far; complete once the rows are read."""

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Rows to send, in the order of the file; `default` is the sample of rows in a file that names none."""
