"""The two genome builds that CGI knows.

Lengths are those of the assemblies GRCh37 and GRCh38; accessions those of their RefSeq records, and of GenBank, where
version 1 of CM000663 to CM000686 is GRCh37 and version 2 GRCh38 (NCBI's assembly reports). CGI takes the
chromosomes 1 to 22, X and Y only: rows on the mitochondrial one made whole jobs abort, rows on other contigs are
format errors.
"""

from __future__ import annotations

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


#: GenBank numbers the chromosomes from CM000663 on.
_BEFORE_CM = 662


@dataclass(frozen=True)
class Genome:
    """One build: which names its chromosomes go by, and where they end."""

    name: str
    order: dict[str, int]
    """Rank of every spelling of a chromosome that CGI takes."""
    lengths: tuple[int, ...]
    """Last position of each chromosome, by rank."""
    other_build_accessions: frozenset[str]
    """Accessions of the same chromosomes in the other build."""

    def rank(self, chromosome: str) -> int:
        """Return the rank of a chromosome however it is spelled, or 0 for a contig that CGI does not take."""
        return self.order.get(chromosome) or self.order.get(strip_chr(chromosome), 0)


def _accessions(build: str) -> dict[str, int]:
    """Return the rank of each accession of a build's chromosomes."""
    facts, genbank = (_HG19, 1) if build == "hg19" else (_HG38, 2)
    refseq = {f"NC_{rank:06}.{version}": rank for rank, (_, version) in enumerate(facts, 1)}
    return refseq | {f"CM{_BEFORE_CM + rank:06}.{genbank}": rank for rank in range(1, len(NAMES))}


def _genome(name: str, facts: tuple[tuple[int, int], ...]) -> Genome:
    ranks = {prefix + name: rank for rank, name in enumerate(NAMES) if rank for prefix in ("", "chr", "Chr", "CHR")}
    ends = (0, *(length for length, _ in facts))
    return Genome(name, ranks | _accessions(name), ends, frozenset(_accessions(other_build(name))))


def strip_chr(chromosome: str) -> str:
    """Return the name without `chr`, in capitals."""
    return chromosome.upper().removeprefix("CHR")


def other_build(name: str) -> str:
    """Return hg38 for hg19, and hg19 for hg38."""
    return "hg38" if name == "hg19" else "hg19"


GENOMES = {"hg19": _genome("hg19", _HG19), "hg38": _genome("hg38", _HG38)}
