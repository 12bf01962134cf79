"""What the columns of a MAF say of the normal: rows that it has as well are sent, with a warning."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.problems import is_present

_READS = re.compile(r"(n|norm(al)?)(alt|var|variant)(allele)?(counts?|depth|reads)")
_SHARE = re.compile(
    r"(n|norm(al)?|germline|blood)(vaf|af|(variant)?allele(freq(uency)?|fraction)|variant(freq(uency)?|fraction))"
    r"|allelefreq(uency)?n"
)
_ALLELE = re.compile(r"match(ed)?norm(al)?seqallele2")
#: MuTect takes more than 2 reads, or more than 3 %, of the normal for more than chance explains, by the options
#: max_alt_alleles_in_normal_count and max_alt_allele_in_normal_fraction.
_FEW = frozenset(("0", "1", "2", "", ".", "0.0", "0.00", "0%"))
_MAX_READS, _MAX_SHARE = 2, 0.03


class NormalColumns:
    """Watches the normal's reads with the allele or their share, and its second allele, in one table."""

    def __init__(self, header: Header) -> None:
        """Find the columns."""
        self._source, self._names = header.source, header.names
        plain = [re.sub(r"[\W_]", "", name.casefold()) for name in header.names]
        reads = [(place, _MAX_READS) for place, name in enumerate(plain) if _READS.fullmatch(name)]
        shares = [(place, _MAX_SHARE) for place, name in enumerate(plain) if _SHARE.fullmatch(name)]
        self._most = (reads or shares)[:1]
        self.usual = [(place, set(_FEW)) for place, _ in self._most]
        """The index of the column of reads or their share, and the cells that say nothing."""
        self.allele = next((place for place, name in enumerate(plain) if _ALLELE.fullmatch(name)), 0)
        """The index of the normal's second allele, 0 without one."""
        header.also_read.update(filter(None, (*(place for place, _ in self._most), self.allele)))
        self._carried = self._counted = 0
        self._first = ""

    def watch(self, line: int, cells: Sequence[str], alternates: Sequence[str]) -> None:
        """Count a row that is sent if the normal has it as well.

        Args:
            line: Number of the line, from 1.
            cells: All its cells.
            alternates: The tumour's alleles that are not the reference.

        """
        self._carried += bool(self.allele) and is_present(cells[self.allele]) and cells[self.allele] in alternates
        for place, most in self._most:
            if cells[place] not in _FEW and _number(cells[place]) > most:
                self._counted += 1
                self._first = self._first or f"the first on line {line}: {self._names[place]}={cells[place]}"

    def note_counts(self) -> None:
        """Note, once all rows are read, how many the normal has as well."""
        if self._carried:
            self._source.notes.warn(
                f"rows that the normal carries as well as the tumour are sent: {self._carried} "
                f"({self._names[self.allele]})"
            )
        if self._counted:
            self._source.notes.warn(
                "rows are sent although more than 2 reads, or 3 % of them, of the normal have the allele: "
                f"{self._counted}, {self._first}"
            )


def _number(cell: str) -> float:
    """Return a number as tables write it, 3.5, 3,5 or 3.5%, or 0 for anything else."""
    whole = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(%?)", cell.strip())
    return float(whole[1].replace(",", ".")) / (100 if whole[2] else 1) if whole else 0
