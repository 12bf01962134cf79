"""Columns beside the variant that say whether a row counts: checks, tissues, genotypes of samples, reads."""

from __future__ import annotations

from typing import Any

import pytest

from support.field_files import BRAF, G19, KRAS, Case, maf, table

BOTH = (f"{BRAF} P1", f"{KRAS} P1")
NOT_KNOWN = "rows are sent although it is not known what the column '{}' says of them, the first on line 3: '{}'"


def rows(column: str, good: str, bad: str) -> dict[str, str | bytes]:
    """Return a table of two rows of one sample with one more column, whose name may have blanks."""
    files = table(f"12|25398284|C|T|P1|{good}", f"7|140453136|A|T|P1|{bad}", columns="chr pos ref alt sample X")
    return {name: str(text).replace("\tX\n", f"\t{column}\n", 1) for name, text in files.items()}


def left_out(column: str, good: str, bad: str, reason: str) -> Case:
    """Return a table whose second row is listed."""
    return Case(rows(column, good, bad), (f"{KRAS} P1",), G19, dropped=(f"{reason}: {column}={bad}",))


def unclear(column: str, good: str, cell: str) -> Case:
    """Return a table whose second row is sent with a warning."""
    return Case(rows(column, good, cell), BOTH, G19, told=(NOT_KNOWN.format(column, cell),))


CHECKS = (
    ("PASS", "TRUE", "FALSE"),
    ("PASS", "yes", "no"),
    ("PASS", "1", "0"),
    ("Passed filters", "Y", "N"),
    ("QC", "PASS", "FAIL"),
    ("QC status", "passed", "failed"),
    ("quality_flag", "ok", "low quality"),
    ("keep", "Y", "N"),
    ("Include", "yes", "no"),
    ("judgement", "KEEP", "REJECT"),
    ("Final decision", "accepted", "rejected"),
    ("Reportable", "yes", "no"),
    ("IGV_review", "pass", "fail"),
    ("exclude", "no", "yes"),
    ("Rejected", "false", "true"),
    ("is_artifact", "0", "1"),
    ("False positive", "", "x"),
)
TISSUES = (
    ("sample_type", "Tumor", "Normal"),
    ("Tissue Type", "Primary Tumor", "Blood Derived Normal"),
    ("tissue", "lung", "matched normal"),
    ("Tumor/Normal", "T", "N"),
    ("is_normal", "no", "yes"),
    ("is_tumor", "1", "0"),
    ("Type", "Tumor", "Normal"),
    ("Variant_Type", "SNP", "germline_snv"),
    ("specimen type", "Metastasis", "germline control"),
)
CASES = {
    **{f"{one[0]} {one[2]}": left_out(*one, "did not pass") for one in CHECKS},
    **{f"{one[0]} {one[2]}": left_out(*one, "not somatic") for one in TISSUES},
    "a failed check on demand": Case(rows("QC", "PASS", "FAIL"), BOTH, G19 | {"keep_filtered": True}),
    "a normal on demand": Case(rows("sample_type", "Tumor", "Normal"), BOTH, G19 | {"keep_germline": True}),
    "nothing passed": Case(
        table("12|25398284|C|T|P1|REJECT", columns="chr pos ref alt sample judgement"),
        (f"{KRAS} P1",),
        G19,
        refused="did not pass: judgement=REJECT: 1",
        tip="--keep-filtered",
        follow={"keep_filtered": True},
    ),
    "ticks": unclear("keep", "x", ""),
    "a check in other words": unclear("decision", "accepted", "to be discussed"),
    "a reason to exclude": unclear("exclude", "", "seen in gnomAD"),
    "a filter beside FILTER": unclear("GDC_FILTER", "", "gdc_pon"),
    "a tissue next to the tumour": unclear("tissue", "lung", "tumor adjacent normal"),
    "TCGA's code of normals": unclear("sample_type_id", "01", "11"),
    "a measure of quality": Case(rows("QC", "37.5", "12"), BOTH, G19),
    "a score of quality": Case(rows("quality", "37.5", "0"), BOTH, G19),
    "cBioPortal's MS": left_out("MS", "Somatic", "Germline", "not somatic"),
    "a type that is not of the germline": Case(rows("type", "somatic", "non-germline"), BOTH, G19),
    "MS of something else": Case(rows("MS", "12.5", "stable"), BOTH, G19),
    "an origin in German": left_out("Herkunft", "somatisch", "Keimbahn", "not somatic"),
    "an origin in Spanish": left_out("Origen", "som\xe1tico", "germinal", "not somatic"),
    "a status in German": unclear("Status", "somatisch", "nicht somatisch"),
    "not validated": unclear("Validated", "Y", "N"),
    "not confirmed": left_out("Sanger", "confirmed", "not confirmed", "not detected"),
    **{
        f"the germline in {column}": Case(
            rows(column, "", "Germline"),
            BOTH,
            G19,
            told=(f"rows say 'Germline' in the column '{column}', which is not read, the first on line 3",),
        )
        for column in ("Class", "Call", "Interpretation", "Comment")
    },
    "the germline in Class, named origin as the warning says": left_out("origin", "", "Germline", "not somatic"),
    "the germline beside a genomic expression": Case(
        table("12:g.25398284C>T|", "7:g.140453136A>T|Germline", columns="gdna Class"),
        (f"{BRAF} sample", f"{KRAS} sample"),
        G19,
        ("rows say 'Germline' in the column 'Class', which is not read, the first on line 3",),
    ),
    "the germline beside a protein": Case(
        table("KRAS|p.G12D|P1|", "BRAF|p.V600E|P1|germline", columns="gene protein sample Class"),
        ("BRAF:p.V600E P1", "KRAS:p.G12D P1"),
        told=("rows say 'germline' in the column 'Class'",),
    ),
    "a review that finds the germline": left_out("IGV_review", "Somatic", "Germline", "not somatic"),
    "a judgement of the germline": left_out("judgement", "keep", "likely germline", "not somatic"),
    "a review in one letter": unclear("manual_review", "pass", "G"),
    "an allele that is absent": left_out("Allele Call", "Heterozygous", "Absent", "not carried"),
    "no call": left_out("Genotype", "0/1", "No Call", "not carried"),
    "an interpretation": left_out("Interpretation", "Pathogenic", "not detected", "not detected"),
    **{f"a share of reads of {cell}": left_out("VAF", "0.3", cell, "not carried") for cell in ("0", "0.00", "0%")},
    "a share of reads in a population": Case(rows("AF", "0.3", "0"), BOTH, G19),
    "an origin that is unknown": unclear(
        "Mutation somatic status", "Confirmed somatic variant", "Variant of unknown origin"
    ),
    **{
        f"genotypes of two samples, {columns}": Case(
            table(f"12|25398284|C|T|{first}", columns=f"CHROM POS REF ALT {columns}"),
            options=G19,
            refused="found columns of several samples",
            tip="give the VCF",
        )
        for columns, first in (
            ("P1.GT P2.GT", "C/C|C/T"),
            ("P1.AD P2.AD", "40,0|30,12"),
            ("GEN[0].GT GEN[1].GT", "0/0|0/1"),
            ("PA PB", "0/0|0/1"),
        )
    },
    **{
        f"genotypes of a pair, {columns}": Case(
            table(f"12|25398284|C|T|{first}", f"7|140453136|A|T|{second}", columns=f"CHROM POS REF ALT {columns}"),
            (f"{KRAS} sample",),
            G19,
            dropped=("not carried",),
        )
        for columns, first, second in (
            ("NORMAL.GT TUMOR.GT", "C/C|C/T", "A/T|A/A"),
            ("TUMOR.GT TUMOR.AD", "C/T|30,12", "A/A|40,0"),
            ("NORMAL TUMOR", "0/0|0/1", "0/1|0/0"),
            ("P1.GT", "C/T", "./."),
        )
    },
    **{
        f"shares of two samples, {columns}": Case(
            table("12|25398284|C|T|0.31|0", columns=f"chr pos ref alt {columns}"),
            options=G19,
            refused="found columns of several samples",
            tip="--sample NAME",
        )
        for columns in ("PA_VAF PB_VAF", "VAF.PA VAF.PB", "PA_T_vaf PB_T_vaf", "plasma_VAF tissue_VAF")
    },
    **{
        f"shares of one sample, {columns}": Case(
            table("12|25398284|C|T|0.31|0.2", columns=f"chr pos ref alt {columns}"), (f"{KRAS} sample",), G19
        )
        for columns in (
            "tumor_VAF normal_VAF",
            "DNA_VAF RNA_VAF",
            "PA_T_VAF PA_N_VAF",
            "VAF gnomAD_VAF",
            "VAF_1 VAF_2",
            "mutect2_VAF strelka_VAF",
            "min_VAF max_VAF",
            "PA_VAF PA_DP",
        )
    },
    "numbers of exons": Case(
        table("12|25398284|C|T|P1|1/1|", "7|140453136|A|T|P1|2/3|0/1", columns="chr pos ref alt sample EXON INTRON"),
        BOTH,
        G19,
    ),
    "ANNOVAR's copy of a VCF": Case(
        table(
            "12|25398284|25398284|C|T|exonic|0.5|12|25398284|.|C|T|.|REJECT|.",
            "7|140453136|140453136|A|T|exonic|0.5|7|140453136|.|A|T|.|PASS|.",
            columns="Chr Start End Ref Alt Func.refGene " + " ".join(f"Otherinfo{number}" for number in range(1, 10)),
        ),
        (f"{BRAF} sample",),
        G19,
        ("the column 'Otherinfo8' is read as FILTER of the VCF that was annotated",),
        ("FILTER is not PASS",),
    ),
    "ANNOVAR's copy of genotypes": Case(
        table(
            "12|25398284|25398284|C|T|12|25398284|.|C|T|.|PASS|.|GT|0/0|0/1",
            columns="Chr Start End Ref Alt " + " ".join(f"Otherinfo{number}" for number in range(1, 12)),
        ),
        options=G19,
        refused="found columns of several samples ('Otherinfo10', 'Otherinfo11')",
        tip="give the VCF",
    ),
    "an end that does not fit": Case(
        table("12|25398284|25398284|C|T|P1", "7|140453136|140453200|A|T|P1", columns="chr start end ref alt sample"),
        BOTH,
        G19,
        ("substitutions whose End does not fit their alleles are sent, the first on line 3: 140453136 to 140453200",),
    ),
    "a first end that does not fit": Case(
        table("7|140453136|140453200|A|T|P1", "12|25398284|25398284|C|T|P1", columns="chr start end ref alt sample"),
        BOTH,
        G19,
        ("the first on line 2: 140453136 to 140453200",),
    ),
    "a later row that counts from 0": Case(
        table("12|25398284|25398284|C|T|P1", "7|140453135|140453136|A|T|P1", columns="chr start end ref alt sample"),
        (f"{KRAS} P1",),
        G19,
        dropped=("the row is invalid",),
    ),
    "many later rows that count from 0": Case(
        table(
            "12|25398284|25398284|C|T|P1",
            *["7|140453135|140453136|A|T|P1"] * 3,
            columns="chr start end ref alt sample",
        ),
        options=G19,
        refused="column end: found '140453136', expected 140453135, as the rows before have 1-based positions",
        tip="add 1 to the start",
    ),
    "ends of substitutions of two bases": Case(
        table(
            "12|25398284|25398285|CA|TT|P1", "7|140453136|140453137|AC|AT|P1", columns="chr start end ref alt sample"
        ),
        ("7 140453137 C T P1", "12 25398284 CA TT P1"),
        G19,
    ),
    "reads of the normal": Case(
        maf(
            "K|12|25398284|25398284|C|C|T|A|37|12|2",
            "B|7|140453136|140453136|A|A|T|A|37|20|21",
            more="Tumor_Sample_Barcode NCBI_Build t_alt_count n_alt_count",
        ),
        (f"{BRAF} A", f"{KRAS} A"),
        told=("of the normal have the allele: 1, the first on line 3: n_alt_count=21",),
    ),
    **{
        f"shares of the normal, {high}": Case(
            rows("germline_vaf", low, high),
            BOTH,
            G19,
            (f"have the allele: 1, the first on line 3: germline_vaf={high}",),
        )
        for low, high in (("0.02", "0.48"), ("2%", "48%"), ("0,01", "0,5"))
    },
    "cBioPortal's share of the normal": Case(
        rows("Allele Freq (N)", "0", "0.5"), BOTH, G19, ("the first on line 3: Allele Freq (N)=0.5",)
    ),
    "cBioPortal's share of the tumour": left_out("Allele Freq (T)", "0.3", "0", "not carried"),
    "reads of the normal beside a genomic expression": Case(
        table("12:g.25398284C>T|0|P1", "7:g.140453136A>T|30|P1", columns="gdna n_alt_count sample"),
        BOTH,
        G19,
        ("the first on line 3: n_alt_count=30",),
    ),
    "alleles of the normal": Case(
        maf(
            "K|12|25398284|25398284|C|C|T|A|37|C|C",
            "B|7|140453136|140453136|A|A|T|A|37|A|T",
            "T|17|7577538|7577538|C|C|T|A|37||",
            more="Tumor_Sample_Barcode NCBI_Build Match_Norm_Seq_Allele1 Match_Norm_Seq_Allele2",
        ),
        (f"{BRAF} A", f"{KRAS} A", "17 7577538 C T A"),
        told=("rows that the normal carries as well as the tumour are sent: 1 (Match_Norm_Seq_Allele2)",),
    ),
}
#: Cases in which all is as usual.
QUIET = ("a measure of quality", "a score of quality", "MS of something else", "numbers of exons")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_are_read_as_the_field_writes_them(inputs: Any, case: Case) -> None:
    """Exactly the right rows go, under the right names; what is decided is told, and a tip that is followed works."""
    inputs.check(case)


@pytest.mark.parametrize("name", [*QUIET, "ends of substitutions of two bases"])
def test_what_is_usual_is_no_warning(inputs: Any, name: str) -> None:
    """Only what may be wrong is told."""
    ((_, text),) = CASES[name].files.items()
    assert inputs.prepare(mutations=str(text), **G19).prepared.warnings == []
