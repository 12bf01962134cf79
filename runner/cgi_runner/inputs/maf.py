"""MAF, the table of somatic mutations that the GDC and vcf2maf write."""

from __future__ import annotations

from collections.abc import Iterator

from cgi_runner.inputs.genome import REFERENCE_TIP, build_named_in
from cgi_runner.inputs.model import Row
from cgi_runner.inputs.tables import CONTEXT, VARIANT, VariantTable


class MafReader(VariantTable):
    """Reads a MAF: the alleles of the tumour that are not the reference, in the build that was asked for."""

    format = "MAF"

    def batches(self, default: str) -> Iterator[list[Row]]:
        """Give the rows to send, one line at a time."""
        for line, cells in self.header.rows(*VARIANT, "allele1", "build", *CONTEXT):
            chromosome, position, reference, second, first, build, *rest = cells
            self._check_build(line, build)
            # Callers disagree on which of the two is the changed one; where both are, both are sent.
            changed = [allele for allele in dict.fromkeys((second, first)) if allele not in ("", reference)]
            yield self.judged(line, (chromosome, position, reference), changed or [second], rest, default)

    def _check_build(self, line: int, build: str) -> None:
        wanted = self._judge.genome.name
        if build_named_in(build) not in ("", wanted):
            self.header.source.faults.add(line, self.header.name("build"), build, wanted, tip=REFERENCE_TIP)
