"""Every way to write down the same variants gives the same rows."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cgi_runner.inputs.genome import NAMES

START = 1000
"""Where the stretch of made-up genome begins on every chromosome."""


@dataclass(frozen=True)
class Variant:
    """A variant in its shortest and leftmost spelling; an empty allele is an empty string."""

    chromosome: str
    position: int
    reference: str
    alternate: str
    genome: str

    def bases(self, first: int, last: int) -> str:
        """Return the genome's bases between two positions, both included."""
        return self.genome[first - START : last - START + 1]

    def padded(self, left: int, right: int) -> tuple[int, str, str]:
        """Spell it with so many bases of the genome on either side."""
        before = self.bases(self.position - left, self.position - 1)
        end = self.position + len(self.reference)
        after = self.bases(end, end + right - 1)
        return self.position - left, before + self.reference + after, before + self.alternate + after

    def dashed(self) -> tuple[int, str, str]:
        """Spell it with a dash for an empty allele, as in a MAF."""
        place = self.position if self.reference else self.position - 1
        return place, self.reference or "-", self.alternate or "-"

    def genomic(self) -> str:
        """Spell it in HGVS."""
        first, last = self.position, self.position + len(self.reference) - 1
        place = f"{first}" if first == last else f"{first}_{last}"
        if not self.reference:
            before, length = self.position - 1, len(self.alternate)
            if self.bases(first, first + length - 1) == self.alternate:
                place = f"{first}" if length == 1 else f"{first}_{first + length - 1}"
                return f"chr{self.chromosome}:g.{place}dup{self.alternate}"
            return f"chr{self.chromosome}:g.{before}_{first}ins{self.alternate}"
        if not self.alternate:
            return f"chr{self.chromosome}:g.{place}del{self.reference}"
        if len(self.reference) == len(self.alternate) == 1:
            return f"chr{self.chromosome}:g.{place}{self.reference}>{self.alternate}"
        return f"chr{self.chromosome}:g.{place}del{self.reference}ins{self.alternate}"


def leftmost(genome: str, position: int, reference: str, alternate: str) -> tuple[int, str, str]:
    """Shift a variant to the left and trim it, base by base, with the genome at hand: the textbook's way."""
    while reference != alternate:
        if reference and alternate and reference[-1] == alternate[-1]:
            reference, alternate = reference[:-1], alternate[:-1]
        elif not (reference and alternate) and (reference or alternate)[-1] == genome[position - 1 - START]:
            position, base = position - 1, genome[position - 1 - START]
            reference, alternate = base + reference, base + alternate
        else:
            break
    while reference and alternate and reference[0] == alternate[0]:
        position, reference, alternate = position + 1, reference[1:], alternate[1:]
    return position, reference, alternate


@st.composite
def variants(draw: st.DrawFn) -> Variant:
    """Draw a variant on a stretch of genome with many repeats, behind bases that nothing can be shifted over."""
    genome = "N" * 15 + draw(st.text("ACGT" if draw(st.booleans()) else "AC", min_size=45, max_size=45))
    position = draw(st.integers(START + 20, START + 40))
    reference = genome[position - START :][: draw(st.integers(0, 4))]
    alternate = draw(st.text("ACGT", max_size=4).filter(lambda text: text != reference))
    return Variant(draw(st.sampled_from(NAMES[1:])), *leftmost(genome, position, reference, alternate), genome)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(drawn=st.lists(variants(), min_size=10, max_size=10), data=st.data())
def test_every_spelling_of_ten_variants_sends_the_same_rows(
    inputs: Any, drawn: list[Variant], data: st.DataObject
) -> None:
    """Table, VCF, compressed VCF, MAF and HGVS, padded and cased at will, and what was sent handed in again."""

    def padding(variant: Variant) -> tuple[int, str, str]:
        empty = not (variant.reference and variant.alternate)
        return variant.padded(data.draw(st.integers(int(empty), 4)), data.draw(st.integers(0, 4)))

    def case(text: str) -> str:
        return text.lower() if data.draw(st.booleans()) else text

    def chromosome(variant: Variant) -> str:
        return data.draw(st.sampled_from(["", "chr", "CHR"])) + variant.chromosome

    vcf = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tP1\n"
    table, dashed = "Chrom\tPosition\tReference\tAlternate\n", "chr\tpos\tref\talt\n"
    maf = "Hugo_Symbol\tChromosome\tStart_Position\tReference_Allele\tTumor_Seq_Allele1\tTumor_Seq_Allele2\n"
    gdna = "gdna\n"
    for variant in data.draw(st.permutations(drawn)):
        position, ref, alt = padding(variant)
        vcf += f"{chromosome(variant)}\t{position}\t.\t{case(ref)}\t{alt}\t.\t.\t.\tGT\t0|1\n"
        position, ref, alt = padding(variant)
        table += f"{chromosome(variant)}\t{position}\t{ref}\t{case(alt)}\n"
        position, ref, alt = variant.dashed()
        dashed += f"{chromosome(variant)}\t{position}\t{ref}\t{alt}\n"
        maf += f"X\t{chromosome(variant)}\t{position}\t{ref}\t{ref}\t{alt}\n"
        gdna += variant.genomic() + "\n"

    def rows(content: str | bytes) -> tuple[list[str], int]:
        outcome = inputs.prepare(mutations=content, sample="P1")
        (file,) = outcome.prepared.files
        return [row.rpartition(" ")[0] for row in outcome.sent()], file.rows_read

    sent = sorted({(NAMES.index(variant.chromosome), *variant.dashed()) for variant in drawn})
    expected = [f"{NAMES[rank]} {position} {ref} {alt} P1" for rank, position, ref, alt in sent]
    for content in (vcf, gzip.compress(vcf.encode()), table, dashed, maf, gdna):
        assert rows(content) == (expected, 10)
    again = (inputs.folder / "work" / "mutations.tsv").read_text()
    assert rows(again) == (expected, len(expected))
