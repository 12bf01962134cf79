"""Made-up mutations, from one seed: VCF as callers write it, plain VCF, MAF and a table."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from multiprocessing import Process
from pathlib import Path

from cgi_runner.inputs.genome import GENOMES, NAMES

INFO = (
    "AS_FilterStatus=SITE;AS_SB_TABLE={a},{a}|{b},{b};DP={d};ECNT=1;GERMQ=93;MBQ=34,33;MFRL=172,180;MMQ=60,60;"
    "MPOS=32;NALOD=1.52;NLOD=9.63;POPAF=6.00;ROQ=93;TLOD={b}.25"
)
CALL = "\tGT:AD:AF:DP:F1R2:F2R1:SB\t0/1:{a},{b}:0.07:{d}:{a},{b}:{a},{b}:{a},{a},{b},{b}"
DECLARED = "##FORMAT=<ID=GT,Number=1,Type=String,Description=.>\n" + "".join(
    f"##{kind}=<ID={name},Number=.,Type=String,Description=.>\n"
    for kind, names in (
        ("INFO", "AS_FilterStatus AS_SB_TABLE DP ECNT GERMQ MBQ MFRL MMQ MPOS NALOD NLOD POPAF ROQ TLOD"),
        ("FORMAT", "AD AF DP F1R2 F2R1 SB"),
    )
    for name in names.split()
)
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
MAF = (
    "Hugo_Symbol\tEntrez_Gene_Id\tCenter\tNCBI_Build\tChromosome\tStart_Position\tEnd_Position\tStrand\t"
    "Variant_Classification\tVariant_Type\tReference_Allele\tTumor_Seq_Allele1\tTumor_Seq_Allele2\tdbSNP_RS\t"
    "Tumor_Sample_Barcode\tHGVSp_Short\tt_depth\tt_alt_count"
)
SAMPLES = 1_000
"""Samples of a MAF or a table."""

Variant = tuple[str, int, str, str]
"""Chromosome without `chr`, position, reference allele, alternate alleles."""


def draw_variants(rows: int) -> Iterator[Variant]:
    """Yield sorted variants, spread over the chromosomes by their lengths; a tenth are no plain substitutions."""
    draw = random.Random(1)
    lengths = GENOMES["hg38"].lengths
    for rank in range(1, 23):
        share = -(-rows * lengths[rank] // sum(lengths[:23]))
        for position in sorted(draw.sample(range(10_000, lengths[rank]), share)):
            yield NAMES[rank], position, *_draw_alleles(draw)


def _draw_alleles(draw: random.Random) -> tuple[str, str]:
    ref, alt = draw.sample("ACGT", 2)
    luck = draw.random()
    if luck < 0.9:
        return ref, alt
    more = "".join(draw.choices("ACGT", k=3))
    return (ref, ref + more) if luck < 0.95 else (ref + more, ref) if luck < 0.99 else (ref, f"{alt},{ref}{alt}")


def caller_vcf(rows: int) -> Iterator[str]:
    """Yield a VCF with one sample, with lines as long as a caller writes them: 255 bytes."""
    yield from _vcf_header("\tFORMAT\tT1")
    draw = random.Random(2)
    for chromosome, position, ref, alt in draw_variants(rows):
        deep, few = draw.randrange(20, 400), draw.randrange(3, 20)
        facts = (INFO + CALL).format(d=deep, a=deep // 2, b=few)
        yield f"chr{chromosome}\t{position}\t.\t{ref}\t{alt}\t.\tPASS\t{facts}\n"


def unsorted_vcf(rows: int) -> Iterator[str]:
    """Yield the same records unsorted."""
    lines = list(caller_vcf(rows))
    first = next(place for place, line in enumerate(lines) if line[0] != "#")
    yield from lines[:first]
    records = lines[first:]
    random.Random(3).shuffle(records)
    yield from records


def plain_vcf(rows: int) -> Iterator[str]:
    """Yield a VCF without genotypes, 30 bytes a line, which is fast to make."""
    yield from _vcf_header("")
    # Steps as long as the genome allows would leave the chromosomes' ends empty; these leave room for any 10 million.
    step = max(1, 2_800_000_000 // rows)
    lengths = GENOMES["hg38"].lengths
    places = ((NAMES[rank], position) for rank in range(1, 23) for position in range(10_000, lengths[rank], step))
    for number, (chromosome, position) in enumerate(islice(places, rows)):
        yield f"chr{chromosome}\t{position}\t.\t{'ACGT'[number % 4]}\t{'CGTA'[number % 4]}\t.\tPASS\tDP=50\n"


def maf(rows: int) -> Iterator[str]:
    """Yield a MAF of many samples, with 18 of its columns."""
    yield MAF + "\n"
    for number, (chromosome, position, ref, alt) in enumerate(draw_variants(rows)):
        start, old, new = _to_maf_alleles(position, ref, alt.partition(",")[0])
        kind = "SNP" if len(old) == len(new) else "INS" if old == "-" else "DEL"
        # An insertion lies between its two places; everything else ends with its last letter.
        end = start + (1 if old == "-" else len(old) - 1)
        yield (
            f"GENE{number % 20_000}\t{number}\tCENTER\tGRCh38\tchr{chromosome}\t{start}\t{end}\t+\t"
            f"Missense_Mutation\t{kind}\t{old}\t{old}\t{new}\tnovel\tTCGA-{number % SAMPLES:04}\tp.V600E\t80\t20\n"
        )


def table(rows: int) -> Iterator[str]:
    """Yield a table of many samples, in the columns that CGI documents."""
    yield "chr\tpos\tref\talt\tsample\n"
    for number, (chromosome, position, ref, alt) in enumerate(draw_variants(rows)):
        yield f"chr{chromosome}\t{position}\t{ref}\t{alt}\tS{number % SAMPLES:04}\n"


def write(path: Path, lines: str, rows: int) -> Path:
    """Write a file with the lines of the function of this name, in a subprocess so that this one stays small."""
    writer = Process(target=_write, args=(path, lines, rows))
    writer.start()
    writer.join()
    return path


def _write(path: Path, lines: str, rows: int) -> None:
    with path.open("w", encoding="ascii") as file:
        file.writelines(globals()[lines](rows))


def _vcf_header(samples: str) -> Iterator[str]:
    lengths = GENOMES["hg38"].lengths
    yield "##fileformat=VCFv4.2\n" + DECLARED
    yield "".join(f"##contig=<ID=chr{NAMES[rank]},length={lengths[rank]}>\n" for rank in range(1, 23))
    yield f"{COLUMNS}{samples}\n"


def _to_maf_alleles(position: int, ref: str, alt: str) -> tuple[int, str, str]:
    """Return start, reference and alternate allele as a MAF gives them."""
    if len(ref) == len(alt):
        return position, ref, alt
    return (position, "-", alt[1:]) if len(alt) > len(ref) else (position + 1, ref[1:], "-")
