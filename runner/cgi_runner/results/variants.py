"""What makes two spellings of a small variant one variant: CGI's own spelling, and those that may stand for it.

CGI trims what both alleles share at their start, writes `-` for an empty allele, puts a deletion at its first deleted
base and an insertion at the base before it; substitutions stay as they are. This was seen in results of v23.05 and
v23.12. The texts of skipped rows are trimmed at their ends, too, so either way of trimming is taken for the same.
"""

from __future__ import annotations

from collections.abc import Hashable

BASES = frozenset("ACGT")
_DIGITS = 10  # of a position; the longest chromosome has 9
_COMPLEMENT = str.maketrans("ACGT", "TGCA")
_SEX_CHROMOSOMES = {"23": "X", "24": "Y"}


class ChromosomeNames(dict[str, str]):
    """The name without `chr` of each spelling of a chromosome, remembered after it was asked for once."""

    def __missing__(self, text: str) -> str:
        """Work out the name of a spelling that is new."""
        name = text.strip().upper().removeprefix("CHR")
        self[text] = name = _SEX_CHROMOSOMES.get(name, name)
        return name


def trim_start(position: str, reference: str, alternate: str) -> tuple[Hashable, str, str]:
    """Return a change without what both alleles share at their start, then at their end.

    Args:
        position: As it is written; a text that is no number stays as it is.
        reference: In any case, `-` or nothing where it is empty.
        alternate: Likewise.

    Returns:
        The first changed base (for an insertion, the base after it), and the alleles, empty ones as empty texts.

    """
    place, ref, alt = _plain(position, reference, alternate)
    start = _count_shared(ref, alt)
    ref, alt = ref[start:], alt[start:]
    end = _count_shared(ref[::-1], alt[::-1])
    return (place + start if isinstance(place, int) else place), ref[: len(ref) - end], alt[: len(alt) - end]


def trim_end(position: str, reference: str, alternate: str) -> tuple[Hashable, str, str]:
    """Return the same, trimmed at the end first; in a repeat, this is another place.

    Args:
        position: Position of the first base, from 1.
        reference: The bases of the genome; `-` for none.
        alternate: The bases of the tumour; `-` for none.

    Returns:
        Position, reference and alternate without the bases that both have at their ends (fact 28).

    """
    place, ref, alt = _plain(position, reference, alternate)
    end = _count_shared(ref[::-1], alt[::-1])
    ref, alt = ref[: len(ref) - end], alt[: len(alt) - end]
    start = _count_shared(ref, alt)
    return (place + start if isinstance(place, int) else place), ref[start:], alt[start:]


def reverse_complement(allele: str) -> str:
    """Return an allele as it reads on the other strand."""
    return allele.upper().translate(_COMPLEMENT)[::-1]


def _plain(position: str, reference: str, alternate: str) -> tuple[int | str, str, str]:
    ref, alt = reference.strip().upper().replace("-", ""), alternate.strip().upper().replace("-", "")
    text = position.strip()
    place: int | str = int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else text
    # An insertion that is written with `-` names the base before it.
    return (place + 1 if isinstance(place, int) and not ref else place), ref, alt


def _count_shared(one: str, other: str) -> int:
    """Count the letters that two texts share at their start."""
    shorter = min(len(one), len(other))
    if one[:shorter] == other[:shorter]:
        return shorter
    return next(place for place in range(shorter) if one[place] != other[place])
