"""What makes two spellings of a variant one: chromosome, position and alleles in the way by which they are joined."""

from __future__ import annotations

import re
from functools import lru_cache

from cgi_runner.inputs.genome import GENOMES, NAMES
from cgi_runner.results.row_index import CHROMOSOMES
from cgi_runner.results.variants import BASES, trim_end, trim_start

#: RefSeq's names of the chromosomes, of either build.
_ACCESSIONS = {
    name: NAMES[rank] for genome in GENOMES.values() for name, rank in genome.order.items() if name.startswith("NC_")
}

_INDEL_POSITION = re.compile("[1-9][0-9]{0,9}", re.ASCII)

Variant = tuple[str, str, str, str]
"""Chromosome, position, reference and alternate allele, as a file has them."""
Key = tuple[str, ...]


class _Names(dict[str, str]):
    """The name by which all spellings of a chromosome are joined, by each spelling that was met."""

    def __missing__(self, chromosome: str) -> str:
        """Work out the name of a spelling that is new."""
        self[chromosome] = name = _ACCESSIONS.get(chromosome) or CHROMOSOMES[chromosome]
        return name


_NAMES = _Names()


def chromosome_name(chromosome: str) -> str:
    """Return the name by which all spellings of a chromosome are joined."""
    return _NAMES[chromosome]


def variant_keys(variant: Variant) -> tuple[Key, ...]:
    """Return what all spellings of a variant have in common; in a repeat, the two ways of trimming give two places."""
    chromosome, position, reference, alternate = variant
    # Nearly all are substitutions of one base, which are spelled in one way; the way below gives the same.
    if reference in BASES and alternate in BASES and reference != alternate and position.isdecimal():
        return ((_NAMES[chromosome], position.lstrip("0"), reference, alternate),)
    return _other_keys(variant)


@lru_cache(maxsize=4096)
def _other_keys(variant: Variant) -> tuple[Key, ...]:
    chromosome, position, reference, alternate = variant
    name = _NAMES[chromosome]
    if _INDEL_POSITION.fullmatch(position) and (found := _usual_indel(int(position), reference, alternate)):
        return ((name, *found),)
    place, ref, alt = trim_end(position, reference, alternate)
    other, other_ref, other_alt = trim_start(position, reference, alternate)
    if other == place and other_ref == ref and other_alt == alt:
        return ((name, str(place), ref, alt),)
    return (name, str(place), ref, alt), (name, str(other), other_ref, other_alt)


def _usual_indel(position: int, reference: str, alternate: str) -> tuple[str, str, str] | None:
    """Trim an insertion or a deletion that shares with the other allele the base before it or nothing; None for others.

    Args:
        position: As a file has it.
        reference: The bases of the genome; `-` for none.
        alternate: The bases of the tumour; `-` for none.

    """
    longer = alternate if len(alternate) > len(reference) or reference == "-" else reference
    if not (longer.isalpha() and longer.isascii() and longer.isupper()):
        return None
    if reference == "-":
        return str(position + 1), "", alternate
    if alternate == "-":
        return str(position), reference, ""
    shorter = reference if longer is alternate else alternate
    if shorter not in BASES or longer[0] != shorter or longer[-1] == shorter:
        return None
    return str(position + 1), reference[1:], alternate[1:]
