"""MAF, the table of somatic mutations that the GDC and vcf2maf write."""

from __future__ import annotations

from cgi_runner.inputs.dropped import DroppedFile
from cgi_runner.inputs.genome import REFERENCE_TIP, build_named_in
from cgi_runner.inputs.model import Options, Row
from cgi_runner.inputs.tables import CONTEXT, VARIANT, Header, VariantTable


class MafReader(VariantTable):
    """Reads a MAF: the alleles of the tumour that are not the reference, in the build that was asked for."""

    format = "MAF"
    columns = (*VARIANT, "allele1", "build", *CONTEXT)

    def __init__(self, header: Header, options: Options, dropped: DroppedFile) -> None:
        """Read below this header."""
        super().__init__(header, options, dropped)
        self._places = header.at("ref", "allele1", "build")
        self._build: str | None = None

    def is_usual(self, cells: list[str]) -> bool:
        """Whether the first allele of the tumour is the reference, and the build that of the line before."""
        reference, first, build = self._places
        return cells[first] == cells[reference] and cells[build] == self._build

    def line_rows(self, line: int, cells: list[str], default: str) -> list[Row]:
        """Give the rows to send of one line."""
        chromosome, position, reference, second, first, build, *rest = cells
        self._check_build(line, build)
        # Callers disagree on which of the two is the changed one; where both are, both are sent.
        changed = [allele for allele in dict.fromkeys((second, first)) if allele not in ("", reference)]
        return self.judged(line, (chromosome, position, reference), changed or [second], rest, default)

    def _check_build(self, line: int, build: str) -> None:
        wanted = self._judge.genome.name
        if build_named_in(build) not in ("", wanted):
            self.header.source.faults.add(line, self.header.name("build"), build, wanted, tip=REFERENCE_TIP)
        else:
            self._build = build
