"""Files as laboratories, callers and portals write them: what is sent of each, by the conventions of the field.

Each case is one file or a few, and the answer that its own format's documentation gives, worked out by hand. Where the
right answer is a refusal, the tip is followed, and what is sent then is told as well.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

KRAS, KRAS_38 = "12 25398284 C T", "12 25245350 C T"
BRAF, BRAF_38 = "7 140453136 A T", "7 140753336 A T"
FIRST, SECOND = "7 140453136 . A T . PASS .", "7 140453137 . C T . PASS ."


@dataclass(frozen=True)
class Case:
    """Files by their names, options, and what is right."""

    files: dict[str, str | bytes]
    sent: tuple[str, ...] = ()
    """Each row's chromosome, position, alleles and sample; where the file is refused, what is sent on the tip."""
    options: dict[str, Any] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    """Words of decisions, warnings and the reason for the build."""
    dropped: tuple[str, ...] = ()
    """Reasons of rows that are not sent, in their order."""
    refused: str = ""
    """Words of the refusal."""
    tip: str = ""
    """Words of its tip."""
    follow: dict[str, Any] = field(default_factory=dict)
    """Options that the tip asks for."""


def vcf(
    *rows: str, samples: str = "P1", meta: str = "##reference=hg19", name: str = "PAT1.vcf"
) -> dict[str, str | bytes]:
    """Give a VCF, whose cells are apart by blanks; `meta` is lines between the first and the names of the columns."""
    columns = "#CHROM POS ID REF ALT QUAL FILTER INFO" + (f" FORMAT {samples}" if samples else "")
    head = ["##fileformat=VCFv4.2", *meta.splitlines()]
    return {name: "".join(line + "\n" for line in [*head, *(line.replace(" ", "\t") for line in (columns, *rows))])}


def table(*rows: str, columns: str = "chr pos ref alt", name: str = "PAT1.tsv") -> dict[str, str | bytes]:
    """Give a table, whose cells are apart by bars, and its columns by blanks."""
    return {name: "\n".join([columns.replace(" ", "\t"), *(row.replace("|", "\t") for row in rows)]) + "\n"}


MAF = "Hugo_Symbol Chromosome Start_Position End_Position Reference_Allele Tumor_Seq_Allele1 Tumor_Seq_Allele2"


def maf(*rows: str, more: str = "Tumor_Sample_Barcode NCBI_Build", head: str = "") -> dict[str, str | bytes]:
    """Give a MAF; `more` are the columns behind the alleles, `head` the lines above."""
    ((name, text),) = table(*rows, columns=f"{MAF} {more}", name="PAT1.maf").items()
    return {name: head + str(text)}


def packed(files: dict[str, str | bytes], *changes: tuple[str, str], pack: Any = str.encode) -> dict[str, str | bytes]:
    """Give the same file with other bytes."""
    ((name, text),) = files.items()
    for old, new in changes:
        text = str(text).replace(old, new)
    return {name: pack(text)}


ONE = vcf("12 25398284 . C T . PASS . GT 0/1")
G19 = {"reference": "hg19"}
GENOTYPES = "12 25398284 . C T . PASS . GT:AD"
#: The first column carries it, the second does not.
IN_FIRST, IN_SECOND = f"{GENOTYPES} 0/1:30,12 0/0:40,0", f"{GENOTYPES} 0/0:40,0 0/1:30,12"
SNVS = vcf(
    "12 25398284 . C T . PASS SOMATIC;NT=ref DP:AU:CU:GU:TU 40:0,0:40,40:0,0:0,0 40:0,0:20,20:0,0:20,20",
    samples="NORMAL TUMOR",
    name="somatic.snvs.vcf",
)
INDELS = vcf(
    "7 55242464 . AGG A . PASS SOMATIC;NT=ref DP:TAR:TIR 40:40,40:0,0 40:20,20:20,20",
    samples="NORMAL TUMOR",
    name="somatic.indels.vcf",
)

SEVERAL_FILES = {
    "Strelka2's, SNVs first": Case(
        {**SNVS, **INDELS}, ("7 55242465 GG - P9", f"{KRAS} P9"), {"sample": "P9"}, ("the normal 'NORMAL' is left out",)
    ),
    "Strelka2's, indels first and compressed": Case(
        {**packed(INDELS, pack=lambda text: gzip.compress(text.encode())), **SNVS},
        ("7 55242465 GG - P9", f"{KRAS} P9"),
        {"sample": "P9"},
    ),
    "Strelka2's without a name for the patient": Case(
        {**SNVS, **INDELS},
        ("7 55242465 GG - P9", f"{KRAS} P9"),
        refused="expected a name that is a patient's",
        tip="--sample",
        follow={"sample": "P9"},
    ),
    "of two builds": Case(
        {**SNVS, **packed(INDELS, ("hg19", "GRCh38"))},
        refused="two genome builds",
        tip="--reference",
        options={"sample": "P"},
    ),
    "a MAF of each patient": Case(
        {
            "a.maf": str(maf("KRAS|12|25398284|25398284|C|C|T|A|37")["PAT1.maf"]),
            "b.maf": str(maf("BRAF|7|140453136|140453136|A|A|T|B|hg19")["PAT1.maf"]),
        },
        (f"{BRAF} B", f"{KRAS} A"),
    ),
}

BUILDS = {
    "GenBank's accession of a contig": Case(
        vcf("12 25245350 . C T . PASS . GT 0/1", meta="##contig=<ID=CM000674.2,length=133275309>"), (f"{KRAS_38} P1",)
    ),
    "RefSeq's accession in a row": Case(
        vcf("NC_000012.11 25398284 . C T . PASS . GT 0/1", meta=""), (f"{KRAS} P1",), told=("'NC_000012.11', is hg19",)
    ),
    "accession in HGVS": Case(table("NC_000007.13:g.140453136A>T|P1", columns="gdna sample"), (f"{BRAF} P1",)),
    "GenBank's accession in a table": Case(
        table("CM000669.2|140753336|A|T|P1", columns="chr pos ref alt sample"), (f"{BRAF_38} P1",)
    ),
    "Ensembl's name of the FASTA": Case(
        vcf("12 25398284 . C T . PASS . GT 0/1", meta="##reference=file:///d/Homo_sapiens.GRCh37.75.dna.fa"),
        (f"{KRAS} P1",),
    ),
    "lengths of another chromosome": Case(
        vcf("12 25245350 . C T . PASS . GT 0/1", meta="##contig=<ID=chr8,length=145138636>"), (f"{KRAS_38} P1",)
    ),
    "a first row that leaves the build open": Case(
        maf("K|12|25398284|25398284|C|C|T|A|", "B|7|140453136|140453136|A|A|T|A|37"), (f"{BRAF} A", f"{KRAS} A")
    ),
    "37 and hg19 are one build": Case(
        maf("K|12|25398284|25398284|C|C|T|A|hg19", "B|7|140453136|140453136|A|A|T|A|37"), (f"{BRAF} A", f"{KRAS} A")
    ),
    "37 and 38 in one MAF": Case(
        maf("K|12|25398284|25398284|C|C|T|A|GRCh37", "B|7|140753336|140753336|A|A|T|A|GRCh38"),
        refused="line 3, column NCBI_Build: found 'GRCh38', expected hg19",
        tip="take the rows of the other build out",
    ),
    "names of columns as R writes them": Case(
        table(
            "7|140753336|A|T|38|P1",
            columns="Chromosome Start.Position Reference.Allele Tumor.Seq.Allele2 NCBI.Build sample",
        ),
        (f"{BRAF_38} P1",),
    ),
    "a later row of another build": Case(
        table("7|140453136|A|T|37|P1", "12|25245350|C|T|38|P1", columns="chr pos ref alt reference_genome sample"),
        refused="column reference_genome: found '38', expected hg19",
        tip="--reference hg38",
    ),
    "past the end of the other build's chromosome": Case(
        table("8|146300000|C|T|P1", columns="chr pos ref alt sample"),
        ("8 146300000 C T P1",),
        {"reference": "hg38"},
        refused="it fits hg19",
        tip="--reference hg19",
        follow={"reference": "hg19"},
    ),
    "told against by a hotspot": Case(
        table("7|140453136|A|T|P1", columns="chr pos ref alt sample"),
        (f"{BRAF} P1",),
        {"reference": "hg38"},
        refused="BRAF V600E",
        tip="--reference hg19",
        follow={"reference": "hg19"},
    ),
}

#: Header lines and columns of pairs whose second one is the tumour.
TUMOR_IS_SECOND = {
    "Mutect2": ("##normal_sample=A1\n##tumor_sample=A2", "A1 A2"),
    "SAMPLE by its description": (
        '##SAMPLE=<ID=A1,Description="Germline from blood">\n##SAMPLE=<ID=A2,Description="Tumour biopsy">',
        "A1 A2",
    ),
    "PEDIGREE of VCF 4.1": ("##PEDIGREE=<Derived=A2,Original=A1>", "A1 A2"),
    "PEDIGREE of VCF 4.3": ("##PEDIGREE=<ID=A2,Original=A1>", "A1 A2"),
    "DRAGEN's lists of FASTQ files": (
        '##DRAGENCommandLine=<CommandLineOptions="--fastq-list-sample-id A1 --tumor-fastq-list-sample-id A2">',
        "A1 A2",
    ),
    "DRAGEN's alignments": (
        '##DRAGENCommandLine=<ID=dragen,CommandLineOptions="--bam-input /d/A1.bam --tumor-bam-input /d/A2.bam">',
        "A1 A2",
    ),
    "Sentieon's command line": (
        '##SentieonCommandLine.TNscope=<CommandLine="driver --algo TNscope --tumor_sample A2 --normal_sample A1">',
        "A1 A2",
    ),
    "barcodes of TCGA": ("", "TCGA-AA-0001-10A-01D TCGA-AA-0001-01A-01D"),
    "words beside the patient": ("", "A.normal A.tumor"),
}


def pairs() -> Iterator[tuple[str, Case]]:
    """Give a case for each way to tell the tumour, and the same with its columns the other way round."""
    for name, (meta, columns) in TUMOR_IS_SECOND.items():
        normal, tumor = columns.split()
        for samples, row in ((f"{normal} {tumor}", IN_SECOND), (f"{tumor} {normal}", IN_FIRST)):
            only_normal = (
                row.replace("25398284", "25398285").replace("0/0", "x").replace("0/1", "0/0").replace("x", "0/1")
            )
            yield (
                f"{name}, {'last' if row is IN_SECOND else 'first'}",
                Case(
                    vcf(row, only_normal, samples=samples, meta=f"##reference=hg19\n{meta}"),
                    (f"{KRAS} {tumor}",),
                    told=(f"the normal '{normal}' is left out", "rows that only the normal carries are left out: 1"),
                    dropped=("only the normal carries the allele",),
                ),
            )


UNKNOWN_PAIRS = ("P1_N P1_T", "P1-N P1-T", "P1 P1_T", "N T", "NT T", "blood tumor", "BM1 CSF1", "WBC cfDNA", "S1 S2")

TUMORS = {
    **dict(pairs()),
    **{
        f"a question: {columns}": Case(
            vcf(IN_SECOND, samples=columns),
            (f"{KRAS} P1",),
            {"sample": "P1"} if " " in columns else {},
            refused="expected to know which of them are tumours",
            tip="--tumor-column",
            follow={"tumor_column": columns.split()[1]},
        )
        for columns in UNKNOWN_PAIRS
    },
    "the normal's name for the patient": Case(
        vcf(IN_SECOND, samples="NORMAL TUMOR"),
        (f"{KRAS} P1",),
        {"sample": "NORMAL"},
        refused="found the sample 'NORMAL', a normal by its name",
        tip="--sample names the patient",
        follow={"sample": "P1"},
    ),
    "alignments for names": Case(vcf(IN_SECOND, samples="normal.bam tumor.bam"), (f"{KRAS} PAT1",)),
    "germline and somatic": Case(vcf(IN_SECOND, samples="Germline Somatic"), (f"{KRAS} PAT1",)),
    "a caller's name for the file": Case(
        vcf(IN_SECOND, samples="NORMAL TUMOR", name="mutect2.filtered.vcf"),
        (f"{KRAS} P1",),
        refused="expected a name that is a patient's",
        tip="--sample",
        follow={"sample": "P1"},
    ),
    "two tumours and a normal": Case(
        vcf(f"{IN_SECOND} 0/1:9,9", samples="P1_normal P1_primary P1_metastasis"),
        (f"{KRAS} P1_metastasis", f"{KRAS} P1_primary"),
    ),
    "carried by both": Case(
        vcf(f"{GENOTYPES} 0/1:20,20 0/1:20,22", samples="NORMAL TUMOR"),
        (f"{KRAS} PAT1",),
        told=("rows that the normal carries as well as the tumour are sent: 1",),
    ),
}


def marked(info: str = ".", filters: str = "PASS", also: frozenset[str] = frozenset(), **options: Any) -> Case:
    """Give a case of two rows, of which the first is marked and left out, unless options take it."""
    options |= {"filters": also} if also else {}
    rows = [f"12 25398284 . C T . {filters} {info} GT 0/1", "7 140453136 . A T . PASS DP=3 GT 0/1"]
    sent = (f"{BRAF} P1", f"{KRAS} P1") if options else (f"{BRAF} P1",)
    failed = "FILTER is not PASS" if info == "." and "germline" not in filters.casefold() else "not somatic"
    return Case(vcf(*rows), sent, options, dropped=() if options else (failed,))


SOMATIC = {
    **{
        f"INFO {info}": marked(info)
        for info in (
            "SS=1",
            "SS=3;DP=9",
            "DP=9;STATUS=Germline",
            "STATUS=StrongLOH",
            "GERMLINE",
            "GERMLINE=1",
            "isGermline=true",
            "ORIGIN=germline",
            "SOMATIC=0",
            "GermlineStatus=Germline_DB",
            "VARTYPE=germline_snv",
            "LOH",
        )
    },
    **{
        f"FILTER {filters}": marked(filters=filters)
        for filters in (
            "REJECT",
            "q10;s50",
            "PASS;clustered_events",
            "germline",
            "PASS;germline",
            "Tier1",
            "0",
            "panel_of_normals",
        )
    },
    "a filter that counts as passed": marked(filters="Tier1", also=frozenset(("PASS", "Tier1"))),
    "filters are ignored": marked(filters="Tier1", keep_filtered=True),
    "the germline on demand": marked("STATUS=Germline", keep_germline=True),
    **{
        f"a somatic call with {info}": Case(vcf(f"12 25398284 . C T . PASS {info} GT 0/1"), (f"{KRAS} P1",))
        for info in (
            "SS=2",
            "STATUS=StrongSomatic",
            "SOMATIC",
            "SOMATIC=1",
            "GERMQ=93;AS_FilterStatus=SITE",
            "TYPE=snp",
            "CLNORIGIN=1",
            "GERMLINE=0",
            "IN_PON;NLOD=3",
        )
    },
    "no filter applied, in a VCF": Case(
        vcf("12 25398284 . C T . . . GT 0/1"),
        (f"{KRAS} P1",),
        told=("no filter was applied to (FILTER is .) are sent: 1",),
    ),
    "no filter applied, in a table": Case(
        table("12|25398284|C|T|.|P1", "7|140453136|A|T||P1", columns="chr pos ref alt FILTER sample"),
        (f"{BRAF} P1", f"{KRAS} P1"),
        G19,
        ("rows that no filter was applied to (FILTER is . or empty) are sent: 2",),
    ),
    "no filter applied, where PASS was asked for": Case(
        vcf("12 25398284 . C T . . . GT 0/1"),
        (f"{KRAS} P1",),
        {"filters": frozenset(("PASS",))},
        refused="no filter was applied",
        tip="--filters PASS,.",
        follow={"filters": frozenset(("PASS", "."))},
    ),
    **{
        f"Mutation_Status {word}": Case(
            maf(
                f"K|12|25398284|25398284|C|C|T|A|37|{word}",
                "B|7|140453136|140453136|A|A|T|A|37|Somatic",
                more="Tumor_Sample_Barcode NCBI_Build Mutation_Status",
            ),
            (f"{BRAF} A",),
            dropped=("not somatic",),
        )
        for word in ("Germline", "LOH", "Wildtype", "None", "germline_het", "Post-transcriptional modification")
    },
    "a filter of the tumour's call": Case(
        vcf("12 25398284 . C T . PASS . GT:FT 0/1:LowGQX", f"{FIRST} GT:FT 0/1:PASS"),
        (f"{BRAF} P1",),
        dropped=("FILTER is not PASS",),
    ),
    "a filter of the tumour's call on demand": Case(
        vcf("12 25398284 . C T . PASS . GT:FT 0/1:LowGQX", f"{FIRST} GT:FT 0/1:."),
        (f"{BRAF} P1", f"{KRAS} P1"),
        {"keep_filtered": True},
    ),
    "filters in a table": Case(
        table("12|25398284|C|T|LowQual|P1", "7|140453136|A|T|PASS|P1", columns="chr pos ref alt Filters sample"),
        (f"{BRAF} P1",),
        G19,
        dropped=("FILTER is not PASS",),
    ),
    **{
        f"Validation_Status {word}": Case(
            table(
                f"12|25398284|C|T|{word}|P1",
                "7|140453136|A|T|Valid|P1",
                "7|140453140|A|T|Untested|P1",
                columns="chr pos ref alt Validation_Status sample",
            ),
            (f"{BRAF} P1", "7 140453140 A T P1"),
            G19,
            dropped=("not detected",),
        )
        for word in ("Invalid", "Wildtype")
    },
    "regions without reads of the allele": Case(
        table(
            "12|25398284|C|T|0|80|R1", "12|25398284|C|T|9|80|R2", columns="chr pos ref alt t_alt_count t_depth sample"
        ),
        (f"{KRAS} R2",),
        G19,
        dropped=("not carried: t_alt_count=0",),
    ),
    "Mutation_Status Unknown": Case(
        maf("K|12|25398284|25398284|C|C|T|A|37|Unknown", more="Tumor_Sample_Barcode NCBI_Build Mutation_Status"),
        (f"{KRAS} A",),
        told=("it is not known what the column 'Mutation_Status' says of them, the first on line 2: 'Unknown'",),
    ),
}


def indel(start: int, end: int, reference: str, alternate: str) -> dict[str, str | bytes]:
    """Give a MAF of one indel, behind a substitution that counts from 1."""
    return maf("K|12|25398284|25398284|C|C|T|A|37", f"X|8|{start}|{end}|{reference}|{reference}|{alternate}|A|37")


def alleles(first: str, second: str) -> dict[str, str | bytes]:
    """Give a MAF of one substitution of C with both of the tumour's alleles."""
    return maf(f"K|12|25398284|25398284|C|{first}|{second}|A|37")


FIRST_ALLELE = (
    "alleles in Tumor_Seq_Allele1 that are neither the reference nor the other allele are read as well, rows: 1"
)
MAFS = {
    "insertion of the GDC": Case(indel(40272817, 40272818, "-", "T"), ("8 40272817 - T A", f"{KRAS} A")),
    "insertion of Ensembl": Case(
        indel(40272818, 40272817, "-", "T"), ("8 40272817 - T A", f"{KRAS} A"), told=("as Ensembl writes them",)
    ),
    "insertion at one place": Case(
        indel(40272818, 40272818, "-", "T"), (f"{KRAS} A",), dropped=("insertion with Start = End",)
    ),
    "insertion at one place, before": Case(
        indel(40272818, 40272818, "-", "T"), ("8 40272818 - T A", f"{KRAS} A"), {"insertion_start": "before"}
    ),
    "insertion at one place, at": Case(
        indel(40272818, 40272818, "-", "T"), ("8 40272817 - T A", f"{KRAS} A"), {"insertion_start": "at"}
    ),
    "insertions at one place alone": Case(
        maf("X|8|40272818|40272818|-|-|T|A|37"),
        ("8 40272817 - T A",),
        refused="insertion with Start = End",
        tip="--insertion-start",
        follow={"insertion_start": "at"},
    ),
    "insertion as a VCF writes it": Case(indel(40272817, 40272818, "A", "AT"), ("8 40272817 - T A", f"{KRAS} A")),
    "deletion": Case(indel(40272817, 40272819, "ACG", "-"), ("8 40272817 ACG - A", f"{KRAS} A")),
    "deletion as a VCF writes it": Case(indel(40272816, 40272819, "TACG", "T"), ("8 40272817 ACG - A", f"{KRAS} A")),
    "deletion with another end": Case(
        indel(40272817, 40272825, "ACG", "-"), ("8 40272817 ACG - A", f"{KRAS} A"), told=("whose End does not fit",)
    ),
    "deletions that count from 0": Case(
        maf("X|8|40272816|40272819|ACG|ACG|-|A|37"), refused="counted from 0", tip="add 1 to the start"
    ),
    "a dot for no base": Case(indel(40272817, 40272818, ".", "T"), (f"{KRAS} A",), dropped=("the row makes no sense",)),
    "a dot for no base in the first row": Case(
        maf("X|8|40272817|40272818|.|.|T|A|37"),
        refused="column Reference_Allele: found '.', expected bases",
        tip="correct",
    ),
    "homozygous": Case(alleles("T", "T"), (f"{KRAS} A",)),
    "the change in the first allele": Case(alleles("T", "C"), (f"{KRAS} A",), told=(FIRST_ALLELE,)),
    "both alleles changed": Case(alleles("G", "T"), ("12 25398284 C G A", f"{KRAS} A"), told=(FIRST_ALLELE,)),
    "no first allele": Case(alleles("", "T"), (f"{KRAS} A",)),
    "a row twice": Case(maf(*["K|12|25398284|25398284|C|C|T|A|37"] * 2), (f"{KRAS} A",)),
    "a variant in two samples": Case(
        maf("K|12|25398284|25398284|C|C|T|A|37", "K|12|25398284|25398284|C|C|T|B|37"), (f"{KRAS} A", f"{KRAS} B")
    ),
    "version 2.4": Case(maf("K|12|25398284|25398284|C|C|T|A|37", head="#version 2.4\n"), (f"{KRAS} A",)),
    "lines of the GDC above": Case(
        maf(
            "K|12|25398284|25398284|C|C|T|A|37", head="#version gdc-1.0.0\n#filedate 20240101\n#n.analyzed.samples 1\n"
        ),
        (f"{KRAS} A",),
    ),
    "Funcotator's sample": Case(
        maf("K|12|25398284|25398284|C|C|T|__UNKNOWN__|hg19"),
        (f"{KRAS} PAT1",),
        told=("sent as 'PAT1' (the name of the file)",),
    ),
    "Funcotator's strand": Case(
        maf("K|12|25398284|25398284|C|C|T|A|hg19|__UNKNOWN__", more="Tumor_Sample_Barcode NCBI_Build Strand"),
        (f"{KRAS} A",),
    ),
    "Funcotator's sample and a name": Case(
        maf("K|12|25398284|25398284|C|C|T|__UNKNOWN__|hg19"), (f"{KRAS} P9",), {"sample": "P9"}
    ),
    "no barcode": Case(
        maf("K|12|25398284|25398284|C|C|T||37"),
        (f"{KRAS} P9",),
        refused="expected the name of a sample",
        tip="--sample",
        follow={"sample": "P9"},
    ),
    "a barcode in some rows": Case(
        maf("K|12|25398284|25398284|C|C|T|A|37", "B|7|140453136|140453136|A|A|T|__UNKNOWN__|37"),
        refused="expected a name in every row",
        tip="fill the sample column",
    ),
}

SAMPLE_COLUMNS = (
    "Sample ID",
    "Sample.ID",
    "SampleName",
    "Sample Name",
    "sample_barcode",
    "Tumor_Sample_ID",
    "biospecimen_id",
    "TUMOUR SAMPLE",
    "sample-id",
    "Tumor.Sample.Barcode",
)
LIKE_SAMPLES = (
    "Case_ID",
    "PATIENT_ID",
    "patient",
    "Barcode",
    "Tumor",
    "Cell Line",
    "DNA_ID",
    "DepMap_ID",
    "library_id",
    "Pat",
    "Patient initials",
    "Befundnr",
    "Matched_Norm_Sample_Barcode",
    "Fallnummer",
    "BioSample",
    "icgc_donor_id",
)


def two_rows(column: str) -> dict[str, str | bytes]:
    """Give a table of two rows, each with another value in a column."""
    text = f"chr\tpos\tref\talt\t{column}\n" + "12\t25398284\tC\tT\tA1\n7\t140453136\tA\tT\tB2\n"
    return {"PAT1.tsv": text}


NAMES = {
    **{column: Case(two_rows(column), (f"{BRAF} B2", f"{KRAS} A1"), G19) for column in SAMPLE_COLUMNS},
    **{
        column: Case(
            two_rows(column),
            (f"{BRAF} B2", f"{KRAS} A1"),
            G19,
            refused="which may name samples",
            tip="--sample-column",
            follow={"sample_column": column},
        )
        for column in LIKE_SAMPLES
    },
    "reads of the tumour": Case(
        {"PAT1.tsv": str(two_rows("tumor")["PAT1.tsv"]).replace("A1", "12/40").replace("B2", "7.5%")},
        (f"{BRAF} sample", f"{KRAS} sample"),
        G19,
    ),
    "regions of two patients": Case(
        table("12|25398284|C|T|R1|A", "7|140453136|A|T|R1|B", columns="chr pos ref alt sample patient_id"),
        (f"{BRAF} B", f"{KRAS} A"),
        G19,
        refused="for the sample 'R1', expected one patient",
        tip="--sample-column 'patient_id'",
        follow={"sample_column": "patient_id"},
    ),
    "regions of one patient": Case(
        table("12|25398284|C|T|R1|A", "7|140453136|A|T|R2|A", columns="chr pos ref alt sample patient_id"),
        (f"{BRAF} R2", f"{KRAS} R1"),
        G19,
    ),
    "two words for any sample": Case(
        table("12|25398284|C|T|Primary", "7|140453136|A|T|Metastasis", columns="chr pos ref alt sample"),
        (f"{BRAF} P1", f"{KRAS} P1"),
        G19,
        refused="neither is a patient's name",
        tip="--sample",
        follow={"sample": "P1"},
    ),
    "a tumour and its normal by a letter": Case(
        table("12|25398284|C|T|P1_T", "7|140453136|A|T|P1_N", columns="chr pos ref alt sample"),
        (f"{BRAF} P1_N", f"{KRAS} P1_T"),
        G19,
        ("'P1_N' is sent as a tumour, though it may be the normal of 'P1_T'",),
    ),
}


def neighbours(
    first: str, second: str, phase: str, *, joined: bool = False, rows: tuple[str, str] = (FIRST, SECOND)
) -> Case:
    """Give two adjacent SNVs, FORMAT and column of each, and what is known of their phase."""
    files = vcf(*(f"{row} {cells}" for row, cells in zip(rows, (first, second), strict=True)))
    apart = (f"{BRAF} P1", "7 140453137 C T P1")
    return Case(
        files,
        ("7 140453136 AC TT P1",) if joined else apart,
        {"merge_phased": True},
        ("substitutions in phase are joined: 2 become 1",) if joined else (f"lines 4 and 5, {phase})",),
    )


PID = "0/1:0|1:140453136_A_T"
PHASES = {
    "no phase": neighbours("GT 0/1", "GT 0/1", "phase not known"),
    "one phase set": neighbours("GT:PS 0|1:5", "GT:PS 0|1:5", "", joined=True),
    "other copies": neighbours("GT:PS 0|1:5", "GT:PS 1|0:5", "not in phase (PS)"),
    "two phase sets": neighbours("GT:PS 0|1:5", "GT:PS 0|1:9", "phase not known"),
    "FORMAT in another order": neighbours("GT:PS:DP 0|1:5:30", "GT:DP:PS 0|1:30:5", "", joined=True),
    "GATK's fields": neighbours(f"GT:PGT:PID {PID}", f"GT:PGT:PID {PID}", "", joined=True),
    "GATK's fields, other copies": neighbours(
        f"GT:PGT:PID {PID}", f"GT:PGT:PID {PID.replace('0|1', '1|0')}", "not in phase (PID)"
    ),
    "the second allele of the first line": replace(
        neighbours("GT:PS 0|2:5", "GT:PS 0|1:5", "", joined=True, rows=(FIRST.replace("A T", "A *,T"), SECOND)),
        dropped=("spanning deletion",),
    ),
    "both copies and one": neighbours("GT:PS 1|1:5", "GT:PS 0|1:5", "partly in phase (PS)"),
    "no set, as CaVEMan writes every call": neighbours("GT 0|1", "GT 0|1", "GT alone says in phase"),
    "a missing set": neighbours("GT:PS 0|1:.", "GT:PS 0|1:.", "phase not known"),
    "one MNV": Case(vcf("7 140453136 . AC TT . PASS . GT 0/1"), ("7 140453136 AC TT P1",)),
    "three bases apart": Case(
        vcf(f"{FIRST} GT 0/1", "7 140453139 . C T . PASS . GT 0/1"), (f"{BRAF} P1", "7 140453139 C T P1")
    ),
}

BYTES = {
    "CRLF": Case(packed(ONE, ("\n", "\r\n")), (f"{KRAS} P1",)),
    "CR": Case(packed(ONE, ("\n", "\r")), (f"{KRAS} P1",), told=("carriage returns",)),
    "CR in gzip": Case(
        packed(ONE, ("\n", "\r"), pack=lambda text: gzip.compress(text.encode())),
        (f"{KRAS} P1",),
        told=("carriage returns",),
    ),
    "a byte order mark": Case(packed(ONE, pack=lambda text: text.encode("utf-8-sig")), (f"{KRAS} P1",)),
    "UTF-16": Case(packed(ONE, pack=lambda text: text.encode("utf-16")), refused="UTF-16", tip="UTF-8"),
    "Latin-1": Case(
        packed(ONE, ("##ref", "##author=M\xfcller\n##ref"), pack=lambda text: text.encode("latin-1")), (f"{KRAS} P1",)
    ),
    "two parts of gzip": Case(
        packed(ONE, pack=lambda text: gzip.compress(text[:50].encode()) + gzip.compress(text[50:].encode())),
        (f"{KRAS} P1",),
    ),
    "no last line feed": Case(packed(ONE, pack=lambda text: text.rstrip("\n").encode()), (f"{KRAS} P1",)),
    "one hash": Case(packed(ONE, ("##reference", "#reference")), (f"{KRAS} P1",)),
    "no first line": Case(packed(ONE, ("##fileformat=VCFv4.2\n", "")), (f"{KRAS} P1",)),
    "chromosomes behind one another, with their headers": Case(
        table("12|25398284|C|T|P1", "chr|pos|ref|alt|sample", "7|140453136|A|T|P1", columns="chr pos ref alt sample"),
        (f"{BRAF} P1", f"{KRAS} P1"),
        G19,
        ("column names that are repeated among the rows are passed over",),
    ),
    "two patients' VCFs behind one another": Case(
        packed(
            vcf("12 25398284 . C T . PASS . GT 0/1", "X 7 140453136 . A T . PASS . GT 0/1"),
            ("X\t", "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tP2\n"),
        ),
        refused="found other column names ('P2') among the rows",
        tip="give each file for itself",
    ),
    "two whole VCFs behind one another": Case(
        {"a.vcf": str(ONE["PAT1.vcf"]) * 2}, refused="the header of another VCF", tip="give each file for itself"
    ),
    "rows without any place": Case(
        table("12|25398284|C|T|x", "NA|NA|NA|NA|x", columns="chr pos ref alt note"),
        (f"{KRAS} sample",),
        G19,
        dropped=("the row makes no sense",),
    ),
    "residues written out": Case(
        table("EGFR:p.E746_A750delELREA|A", "ERBB2:p.Y772_A775dupYVMA|A", columns="protein sample"),
        ("EGFR:p.E746_A750del A", "ERBB2:p.Y772_A775dup A"),
    ),
}

GROUPS = {
    "several files": SEVERAL_FILES,
    "build": BUILDS,
    "tumour": TUMORS,
    "somatic": SOMATIC,
    "MAF": MAFS,
    "names": NAMES,
    "phase": PHASES,
    "bytes": BYTES,
}
CASES = {f"{group}: {name}": case for group, cases in GROUPS.items() for name, case in cases.items()}


def write(folder: Path, files: dict[str, str | bytes]) -> Path | list[Path]:
    """Write the files of a case."""
    paths = [folder / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return paths if len(paths) > 1 else paths[0]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    mutations = write(inputs.folder, case.files)
    options = {"reference": None, **case.options}
    if case.refused:
        error = inputs.refuse(mutations=mutations, **options)
        assert case.refused in error.message
        assert case.tip in error.tip
        if not case.sent:
            return
        options |= case.follow
    outcome = inputs.prepare(mutations=mutations, **options)
    assert tuple(row.rpartition(" ")[0] for row in outcome.sent()) == case.sent
    reasons = [row.rpartition("|")[2] for row in outcome.dropped()]
    assert len(reasons) == len(case.dropped)
    assert all(reason.startswith(known) for reason, known in zip(reasons, case.dropped, strict=True))
    prepared = outcome.prepared
    told = "\n".join([prepared.reference.reason, *prepared.decisions, *prepared.warnings])
    assert [words for words in case.told if words not in told] == []
