"""Where insertions and deletions of a MAF are: three conventions for one insertion are in use.

For an insertion behind base 100, the MAF of the GDC has Start 100 and End 101, Ensembl's tables have Start 101 and End
100, and both ANNOVAR (the base before, 100) and others (the base behind, 101) write one place twice. Only the last two
cannot be distinguished.
"""

from __future__ import annotations

from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.model import Options
from cgi_runner.inputs.normalise import LONGEST_POSITION
from cgi_runner.inputs.rows import VariantKey

AMBIGUOUS = "insertion with Start = End: --insertion-start before or at says where it is"
NO_PLACE = "insertion whose Start and End are not adjacent"


def is_place(text: str) -> bool:
    """Whether a cell is a position, be it on a chromosome or not."""
    return text.isdecimal() and len(text) <= LONGEST_POSITION


class IndelPlaces:
    """Reads Start and End of the indels of one table; substitutions are none of its business."""

    def __init__(self, header: Header, options: Options) -> None:
        """Read for one table; without a column End its places are taken as they are."""
        self._notes, self._problems = header.source.notes, header.source.problems
        self._start = options.insertion_start
        self._fits = self._from_zero = 0
        self._has_substitutions = self._odd = self._has_odd_substitution = False

    def see_substitution(self) -> None:
        """Know that the file has a row that tells from what positions count."""
        self._has_substitutions = True

    def is_plain(self, key: VariantKey, end: str) -> bool:
        """Whether Start and End are as in most files, so that there is nothing to decide or to note.

        Args:
            key: The variant, of whose alleles one may be `-`; its position is Start.
            end: The cell of End.

        """
        _, start, reference, alternate, _ = key
        if reference == "-":
            return end == str(start + 1)
        # The first deletion that fits is to be counted.
        return (alternate != "-" or self._fits > 0) and end == str(start + len(reference) - 1)

    def note_odd_substitution(self, line: int, start: str, end: str) -> None:
        """Warn of a substitution whose End does not fit its alleles.

        Args:
            line: Number of the line, from 1.
            start: Start of the row.
            end: Its end.

        """
        if not self._has_odd_substitution:
            self._has_odd_substitution = True
            self._notes.warn(
                f"substitutions whose End does not fit their alleles are sent, the first on line {line}: "
                f"{start} to {end}"
            )

    def insertion(self, start: int, end: int) -> tuple[int, str]:
        """Return the base before an insertion, and why it is not sent if it has no certain place.

        Args:
            start: Start of the row, from 1.
            end: Its end.

        """
        if end == start + 1:
            return start, ""
        if start == end + 1:
            self._notes.decide("insertions with Start = End + 1 are read as Ensembl writes them, after End")
            return end, ""
        if start != end:
            return start, NO_PLACE
        if self._start is None:
            return start, AMBIGUOUS
        where = "after that base" if self._start == "before" else "before that base"
        self._notes.decide(f"insertions with Start = End are {where} (--insertion-start {self._start})")
        return (start, "") if self._start == "before" else (start - 1, "")

    def check_deletion(self, line: int, start: int, end: int, reference: str) -> None:
        """Warn of a deletion whose End does not fit its allele.

        Args:
            line: Number of the line, from 1.
            start: Start of the row, from 1.
            end: Its end.
            reference: The bases that are deleted.

        """
        behind = end - start - len(reference)
        self._fits += behind == -1
        self._from_zero += behind == 0
        if behind != -1 and not self._odd:
            self._odd = True
            self._notes.warn(
                f"deletions whose End does not fit their allele are sent, the first on line {line}: {start} to {end}"
            )

    def check_count(self) -> None:
        """Refuse a file of indels alone whose deletions all count from 0, as those of BED do."""
        if self._from_zero and not (self._fits or self._has_substitutions):
            self._problems.add_text(
                "found only deletions that end where 0-based positions would, expected 1-based positions",
                tip="add 1 to the start of every row, or give a VCF",
            )
