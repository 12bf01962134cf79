"""Tips about the genome build, and how positions and alleles are written."""

from __future__ import annotations

from unit.inputs.tip_case import AT_19, HG19, OF_ONE, PLAIN, RANGES, ROW, SENT, Case, of, table, vcf

CASES = {
    "deletions that count from 0": of(
        RANGES.replace("alt", "tumor_seq_allele2") + "7|99|101|AC|-\n",
        "add 1 to the start",
        RANGES.replace("alt", "tumor_seq_allele2") + "7|100|101|AC|-\n",
        "7 100 AC -",
    ),
    "substitutions that count from 0": of(
        RANGES + "7|140753335|140753336|A|T\n", "add 1 to the start", RANGES + "7|140753336|140753336|A|T\n"
    ),
    "later substitutions that count from 0": of(
        RANGES + "7|140753336|140753336|A|T\n" + "7|99|100|C|G\n" * 2,
        "add 1 to the start",
        RANGES + "7|140753336|140753336|A|T\n" + "7|100|100|C|G\n" * 2,
        SENT,
        "7 100 C G",
    ),
    "an accession of the other build": of(
        table("7|100|A|T", "NC_000007.13|140453136|A|T"), "--reference hg19", None, "7 100 A T", HG19, reference="hg19"
    ),
    "numbered sex chromosomes": of(table("23|100|A|T"), "write X and Y", table("X|100|A|T"), "X 100 A T"),
    "past the end": of(table("8|146300000|C|T"), "--reference hg19", None, "8 146300000 C T", reference="hg19"),
    "another word for the build": of(PLAIN, "--reference hg38", reference="hg38", options={"reference": "GRCm38"}),
    "positions and proteins": Case(
        {"mutations": [OF_ONE, "protein|sample\nBRAF:p.V600E|P1\n"]}, "run them as two jobs", {"mutations": OF_ONE}
    ),
    "HGVS without bases": of(
        "gdna\nchr7:g.100_101del\n", "chr3:g.100_101delAG", "gdna\nchr7:g.100_101delAG\n", "7 100 AG -"
    ),
    "a protein's stop": of(
        "protein\nTP53:p.R213stop\n", "a stop is written *", "protein\nTP53:p.R213*\n", "TP53:p.R213*"
    ),
    "rows of two builds": of(
        table("7|140753336|A|T|38", "7|140453136|A|T|37", more="|build"),
        "remove the rows of the other build",
        table("7|140753336|A|T|38", more="|build"),
    ),
    "alleles of the other strand": of(
        table("7|140753336|T|A|-", more="|strand"),
        "the alleles of the forward strand",
        table("7|140753336|A|T|+", more="|strand"),
    ),
    "an unknown build": of(table(AT_19), "--reference hg19", None, HG19, reference="hg19", options={"reference": None}),
    "hints ignored for nothing": of(
        PLAIN,
        "--reference hg19 or --reference hg38",
        reference="hg38",
        options={"reference": None, "ignore_build_hints": True},
    ),
    "two builds": of(
        vcf(ROW, samples="", meta="##reference=hg19\n##assembly=GRCh38\n"),
        "--ignore-build-hints",
        None,
        SENT,
        reference="hg38",
        ignore_build_hints=True,
        options={"reference": None},
    ),
    "another genome": of(
        vcf(ROW, samples="", meta="##reference=hg18\n"),
        "convert the positions to hg38",
        vcf(ROW, samples="", meta="##reference=hg38\n"),
        options={"reference": None},
    ),
    "another genome, asked as hg38": of(
        vcf(ROW, samples="", meta="##reference=hg18\n"),
        "convert the positions first; --ignore-build-hints",
        None,
        SENT,
        ignore_build_hints=True,
    ),
    "the file's build is right": of(
        vcf(ROW.replace("140753336", "140453136"), samples="", meta="##reference=hg19\n"),
        "--reference hg19 if the file is right",
        None,
        HG19,
        reference="hg19",
    ),
    "the file's build is wrong": of(
        vcf(ROW, samples="", meta="##reference=hg19\n"),
        "--ignore-build-hints if the hints are wrong",
        None,
        SENT,
        ignore_build_hints=True,
    ),
    "hotspots of the other build": of(table(AT_19), "--reference hg19", None, HG19, reference="hg19"),
    "insertions of no certain place": of(
        RANGES.replace("alt", "tumor_seq_allele2") + "7|100|100|-|T\n",
        "--insertion-start before",
        None,
        "7 100 - T",
        insertion_start="before",
    ),
}
