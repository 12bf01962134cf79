"""Rows of a packed job that bear another sample's id and echo get their own back.

Of a variant that several samples of a job share, CGI gives each sample its row, with the right sample, but under the
`Input ID` and the echoed columns of the last one. Which row of the upload it is of, sample and variant tell.
"""

from __future__ import annotations

from array import array
from mmap import ACCESS_READ, mmap
from pathlib import Path

from cgi_runner.results.matching import Matching, RowMatcher
from cgi_runner.results.row_index import RowIndex, uploaded_columns
from cgi_runner.results.tables import Table

_ECHO_BEGINS = 5  # columns; those before it are CGI's own spelling of the variant


class RowRepair:
    """Finds the row of an upload that a returned row is of, and puts what CGI should have echoed into it."""

    def __init__(self, upload: Path, result: Path) -> None:
        """Read the upload, which costs some 120 bytes of memory a row, and the header of the results."""
        sent, returned = Table(upload), Table(result)
        self._matcher = RowMatcher(RowIndex("", sent, uploaded_columns(sent)), returned, Matching())
        self._echo = [
            (place, sent.columns.index(name))
            for place, name in enumerate(returned.columns)
            if place >= _ECHO_BEGINS and name in sent.columns and name.casefold() != "sample"
        ]
        self._offsets = array("Q")
        with upload.open("rb") as file:
            at = 0
            for line in file:
                self._offsets.append(at)
                at += len(line)
            self._text = mmap(file.fileno(), 0, access=ACCESS_READ)

    def find(self, line: bytes) -> int:
        """Return the number of the row of the upload with this line's sample and alteration, 0 if there is none."""
        cells = line.decode("utf-8", "replace").rstrip("\r\n").split("\t")
        return self._matcher.find(cells) if len(cells) > self._matcher.last else 0

    def write_echo(self, cells: list[bytes], row: int) -> None:
        """Put the cells of a row of the upload where a row of results echoes them.

        Args:
            cells: A row of results, changed in place.
            row: Number of the row of the upload, from 1.

        """
        if self._echo:
            sent = self._line(row).split(b"\t")
            for place, source in self._echo:
                cells[place] = sent[source]

    def _line(self, row: int) -> bytes:
        begin = self._offsets[row]
        end = self._text.find(b"\n", begin)
        return self._text[begin : end if end >= 0 else len(self._text)]
