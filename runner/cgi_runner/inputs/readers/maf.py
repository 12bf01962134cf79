"""MAF, the table of somatic mutations that the GDC and vcf2maf write."""

from __future__ import annotations

from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.dropped import DroppedRows
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.problems import is_present
from cgi_runner.inputs.readers.table import CONTEXT, VARIANT, VariantTable
from cgi_runner.inputs.rows import Row


class MafReader(VariantTable):
    """Reads a MAF: the alleles of the tumour that are not the reference, in the build that was asked for."""

    format = "MAF"
    columns = (*VARIANT, "build", "end", "allele1", *CONTEXT)

    def __init__(self, header: Header, options: Options, dropped: DroppedRows) -> None:
        """Read below this header."""
        super().__init__(header, options, dropped)
        if header.has("allele1"):
            (self._same_as_ref,) = header.column_indexes("allele1")
        self._first_alleles = 0

    def line_rows(self, line: int, cells: list[str], default: str, against: str = "") -> list[Row]:
        """Return the rows to send of one line.

        Args:
            line: Number of the line, from 1.
            cells: Its cells in the columns of `columns`, in their order.
            default: The sample of a row that names none.
            against: A reason to send none of them.

        """
        chromosome, position, reference, second, build, end, first, *rest = cells
        self.check_build(line, build)
        if not self.fits_end(line, position, end, reference, second):
            return []
        # Callers disagree on which of the two is the changed one; where both are, both are sent.
        known = {"", reference.upper()}
        alleles = (second, first) if is_present(first) else (second,)
        changed = [allele for allele in dict.fromkeys(alleles) if allele.upper() not in known]
        self._first_alleles += first in changed and first != second
        changed = changed or [second]
        position, unplaced = self.place_indels(line, position, end, reference, changed)
        return self.check_alleles(line, (chromosome, position, reference), changed, rest, default, against or unplaced)

    def note_counts(self) -> None:
        """Note, once all rows are read, how many have a changed allele in the column that is the reference's in most.

        Rows that no filter was applied to are counted as well.
        """
        super().note_counts()
        if self._first_alleles:
            name = self.header.name("allele1")
            self.header.source.note(
                f"alleles in {name} that are neither the reference nor the other allele are read as well, rows: "
                f"{self._first_alleles}"
            )
