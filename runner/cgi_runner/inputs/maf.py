"""MAF, the table of somatic mutations that the GDC and vcf2maf write."""

from __future__ import annotations

from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.inputs.model import Options, Row
from cgi_runner.inputs.samples import is_there
from cgi_runner.inputs.tables import CONTEXT, VARIANT, Header, VariantTable


class MafReader(VariantTable):
    """Reads a MAF: the alleles of the tumour that are not the reference, in the build that was asked for."""

    format = "MAF"
    columns = (*VARIANT, "build", "end", "allele1", *CONTEXT)

    def __init__(self, header: Header, options: Options, dropped: DroppedFile) -> None:
        """Read below this header."""
        super().__init__(header, options, dropped)
        self._alleles = header.at("ref", "allele1")

    def is_usual(self, cells: list[str]) -> bool:
        """Whether, besides, the first allele of the tumour is the reference."""
        reference, first = self._alleles
        return cells[first] == cells[reference] and super().is_usual(cells)

    def line_rows(self, line: int, cells: list[str], default: str) -> list[Row]:
        """Give the rows to send of one line."""
        chromosome, position, reference, second, build, end, first, *rest = cells
        self.check_build(line, build)
        self.check_count(line, position, end, reference, second)
        # Callers disagree on which of the two is the changed one; where both are, both are sent.
        known = {"", reference.upper()}
        alleles = (second, first) if is_there(first) else (second,)
        changed = [allele for allele in dict.fromkeys(alleles) if allele.upper() not in known]
        return self.judged(line, (chromosome, position, reference), changed or [second], rest, default)
