"""What other programs leave in tables: missing values, dates in place of genes, positions that count from 0."""

from __future__ import annotations

from typing import Any

import pytest

MAF = "Chromosome|Start_Position|End_Position|Reference_Allele|Tumor_Seq_Allele1|Tumor_Seq_Allele2\n"
MISSING = ["NA", "nan", "NaN"]


@pytest.mark.parametrize("missing", [*MISSING, ""])
def test_a_first_allele_that_is_missing_is_no_allele(inputs: Any, missing: str) -> None:
    """R writes NA where there is none; read as bases, it would be an insertion into each gene."""
    text = f"{MAF}7|140753336|140753336|A|{missing}|T\n17|7674220|7674220|C|{missing}|T\n"
    assert inputs.prepare(mutations=text).sent() == ["7 140753336 A T sample 2", "17 7674220 C T sample 3"]


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize(
    ("kind", "text", "column"),
    [
        ("mutations", f"{MAF}7|140753336|140753336|A|A|?\n", "Tumor_Seq_Allele2"),
        ("mutations", f"{MAF}7|140753336|140753336|?|A|T\n", "Reference_Allele"),
        ("mutations", "chr|pos|ref|alt\n7|140753336|A|?\n", "alt"),
        ("mutations", "chr|pos|ref|alt\n?|140753336|A|T\n", "chr"),
        ("mutations", "chr|pos|ref|alt|sample\n7|140753336|A|T|?\n", "sample"),
        ("cnas", "gene|cna\n?|amp\n", "gene"),
    ],
)
def test_what_is_missing_is_a_fault_elsewhere(inputs: Any, kind: str, text: str, column: str, missing: str) -> None:
    """Neither bases nor a sample nor a gene is called so."""
    error = inputs.refuse(**{kind: text.replace("?", missing)})
    assert f"line 2, column {column}: found '{missing}'" in error.message


@pytest.mark.parametrize(
    "gene", ["1-Mar", "9-Sep", "Sep-09", "1-DEC", "44986", "2001-Mar", "2023-09-01", "01.09.2023", "1-mrz"]
)
def test_a_date_is_no_gene(inputs: Any, gene: str) -> None:
    """Spreadsheets make dates of MARCH1 and SEPT9, which then mean no gene to anyone."""
    error = inputs.refuse(cnas=f"gene|cna\nERBB2|amp\n{gene}|del\n")
    assert f"line 3, column gene: found '{gene}', expected a gene symbol" in error.message
    assert gene in inputs.refuse(cnas=f"Gene Symbol|Locus ID|Cytoband|P1\n{gene}|1|1p1|2\n").message
    outcome = inputs.prepare(translocations=f"fus\nBCR__ABL1\n{gene}--BRAF\n")
    assert outcome.sent("translocations") == ["BCR__ABL1 sample 2"]
    assert len(outcome.dropped()) == 1


@pytest.mark.parametrize("gene", ["MARCH1", "DEC1", "SEP15", "7SK", "C1orf112", "HLA-A", "NKX2-1", "MAR-AS1"])
def test_genes_that_look_a_little_like_dates_are_genes(inputs: Any, gene: str) -> None:
    """Real symbols with months, numbers and dashes."""
    assert inputs.prepare(cnas=f"gene|cna\n{gene}|amp\n").sent("cnas") == [f"{gene} amp sample 2"]


@pytest.mark.parametrize("header", ["chrom|start|end|ref|alt", "chr|start|stop|ref|alt", MAF.strip()])
@pytest.mark.parametrize("before", ["", "7|100|100|-|{}G\n", "7|101|.|A|{}T\n"])
def test_positions_that_count_from_0_are_noticed(inputs: Any, header: str, before: str) -> None:
    """The first substitution tells, by its end: one base off, BRAF V600E is another variant."""
    first = "A|" if header == MAF.strip() else ""
    lines = f"{before.format(first)}7|140753335|140753336|A|{first}T\n"
    error = inputs.refuse(mutations=f"{header}\n{lines}")
    assert f"line {2 + bool(before)}: found 140753335 to 140753336 for 'A'" in error.message
    assert "1-based positions" in error.message


def test_positions_that_count_from_1_are_taken(inputs: Any) -> None:
    """Also where the end of an insertion is the base behind it, or nobody knows what it is."""
    text = (
        "chr|pos|end|ref|alt\n1|99|100|A|AG\n2|100|101|AG|CT\n3|99|200|A|G\n4|99|x|A|G\n5|99|" + "9" * 5000 + "|A|G\n"
    )
    assert len(inputs.prepare(mutations=text).sent()) == 5


@pytest.mark.parametrize(
    "name",
    [
        "07",
        "chr07",
        "7.0",
        "23",
        "'7",
        "chr 7",
        "chrom7",
        "NC_000007",
        "NC_000007.12",
        "NC_000067.6",
        "CM000669",
        "CM000669.3",
    ],
)
def test_a_spelling_that_could_be_a_chromosome_is_a_fault(inputs: Any, name: str) -> None:
    """Rows of BRAF are not set aside as those of some contig."""
    error = inputs.refuse(mutations=f"chr|pos|ref|alt\n{name}|140753336|A|T\n")
    assert f"line 2, column chr: found '{name}', expected a chromosome" in error.message
    assert "1 to 22, X and Y" in error.tip


def test_a_blank_behind_a_chromosome_is_a_fault_in_a_vcf(inputs: Any, vcf: Any) -> None:
    """Its cells are taken as they are."""
    lines = vcf("7 140753336 . A T . . .").replace("\n7\t", "\n7 \t")
    assert "found '7 '" in inputs.refuse(mutations=lines).message


@pytest.mark.parametrize("name", ["25", "26", "0", "1p", "HLA-A*01:01", "NT_113889.1", "7_KI270803v1_alt", "NC_007605"])
def test_other_contigs_are_listed(inputs: Any, name: str) -> None:
    """As rows that CGI does not take."""
    outcome = inputs.prepare(mutations=f"chr|pos|ref|alt\n7|140753336|A|T\n{name}|140|A|T\n")
    assert len(outcome.dropped()) == 1
    assert "only the chromosomes" in outcome.dropped()[0]
