"""What makes two spellings of a variant one: chromosome, position and alleles in the way by which they are joined."""

from __future__ import annotations

from functools import lru_cache

from cgi_runner.inputs.genome import GENOMES, NAMES
from cgi_runner.results.row_index import CHROMOSOMES
from cgi_runner.results.variants import BASES, trimmed_at_end, trimmed_at_start

#: RefSeq's names of the chromosomes, of either build.
_ACCESSIONS = {
    name: NAMES[rank] for genome in GENOMES.values() for name, rank in genome.order.items() if name.startswith("NC_")
}

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
    """Give the name by which all spellings of a chromosome are joined."""
    return _NAMES[chromosome]


def variant_keys(variant: Variant) -> tuple[Key, ...]:
    """Give what all spellings of a variant have in common; in a repeat, the two ways of trimming give two places."""
    chromosome, position, reference, alternate = variant
    # Nearly all are substitutions of one base, which are spelled in one way; the way below gives the same.
    if reference in BASES and alternate in BASES and reference != alternate and position.isdecimal():
        return ((_NAMES[chromosome], position.lstrip("0"), reference, alternate),)
    return _other_keys(variant)


@lru_cache(maxsize=4096)
def _other_keys(variant: Variant) -> tuple[Key, ...]:
    chromosome, position, reference, alternate = variant
    name = _NAMES[chromosome]
    place, ref, alt = trimmed_at_end(position, reference, alternate)
    other, other_ref, other_alt = trimmed_at_start(position, reference, alternate)
    if other == place and other_ref == ref and other_alt == alt:
        return ((name, str(place), ref, alt),)
    return (name, str(place), ref, alt), (name, str(other), other_ref, other_alt)
