"""The two genome builds that CGI knows, and how to tell them apart.

Lengths are those of the assemblies GRCh37 and GRCh38; accessions those of their RefSeq records. CGI takes the
chromosomes 1 to 22, X and Y only: rows on the mitochondrial one made whole jobs abort, rows on other contigs are
format errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NAMES = ("", *(str(number) for number in range(1, 23)), "X", "Y")
"""Chromosome names by rank, which is their natural order; 0 is no chromosome."""

REFERENCE_TIP = "name the build that the file was made with: --reference hg19 or --reference hg38"

_HG19 = (
    (249250621, 10), (243199373, 11), (198022430, 11), (191154276, 11), (180915260, 9), (171115067, 11),
    (159138663, 13), (146364022, 10), (141213431, 11), (135534747, 10), (135006516, 9), (133851895, 11),
    (115169878, 10), (107349540, 8), (102531392, 9), (90354753, 9), (81195210, 10), (78077248, 9),
    (59128983, 9), (63025520, 10), (48129895, 8), (51304566, 10), (155270560, 10), (59373566, 9),
)  # fmt: skip
_HG38 = (
    (248956422, 11), (242193529, 12), (198295559, 12), (190214555, 12), (181538259, 10), (170805979, 12),
    (159345973, 14), (145138636, 11), (138394717, 12), (133797422, 11), (135086622, 10), (133275309, 12),
    (114364328, 11), (107043718, 9), (101991189, 10), (90338345, 10), (83257441, 11), (80373285, 10),
    (58617616, 10), (64444167, 11), (46709983, 9), (50818468, 11), (156040895, 11), (57227415, 10),
)  # fmt: skip

_BUILDS = {
    "hg19": re.compile(r"hg19|grch37|hs37|g1k_v37|assembly19|\bb37\b|^37$", re.IGNORECASE),
    "hg38": re.compile(r"hg38|grch38|hs38|assembly38|\bb38\b|^38$", re.IGNORECASE),
    "another genome": re.compile(
        r"hg1[678]|ncbi3[56]|grch36|\bb36\b|^36$|chm13|t2t|hs1\b|mm\d+|grcm\d+", re.IGNORECASE
    ),
}


@dataclass(frozen=True)
class Genome:
    """One build: which names its chromosomes go by, and where they end."""

    name: str
    ranks: dict[str, int]
    """Rank of every spelling of a chromosome that CGI takes."""
    ends: tuple[int, ...]
    """Last position of each chromosome, by rank."""
    foreign: frozenset[str]
    """Accessions of the same chromosomes in the other build."""

    def rank(self, chromosome: str) -> int:
        """Give the rank of a chromosome however it is spelled, or 0 for a contig that CGI does not take."""
        return self.ranks.get(chromosome) or self.ranks.get(bare(chromosome), 0)


def _genome(name: str, facts: tuple[tuple[int, int], ...], others: tuple[tuple[int, int], ...]) -> Genome:
    ranks = {prefix + name: rank for rank, name in enumerate(NAMES) if rank for prefix in ("", "chr", "Chr", "CHR")}
    ranks |= {f"NC_{rank:06}.{version}": rank for rank, (_, version) in enumerate(facts, 1)}
    ends = (0, *(length for length, _ in facts))
    return Genome(
        name, ranks, ends, frozenset(f"NC_{rank:06}.{version}" for rank, (_, version) in enumerate(others, 1))
    )


GENOMES = {"hg19": _genome("hg19", _HG19, _HG38), "hg38": _genome("hg38", _HG38, _HG19)}


def bare(chromosome: str) -> str:
    """Give the name without `chr`, in capitals."""
    return chromosome.upper().removeprefix("CHR")


def build_named_in(text: str) -> str:
    """Give hg19, hg38 or `another genome` when the text names exactly one build, else an empty string."""
    named = [build for build, pattern in _BUILDS.items() if pattern.search(text)]
    return named[0] if len(named) == 1 else ""


def build_of_length(rank: int, length: int) -> str:
    """Give the build in which this chromosome has this length."""
    return next((name for name, genome in GENOMES.items() if genome.ends[rank] == length), "another genome")
