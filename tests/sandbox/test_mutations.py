"""What becomes of mutations: kinds of tables, normal form, echo, skipped rows, merged duplicates."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cgi_sandbox import Sandbox

ANNOTATION = [
    *("CGI-Gene", "CGI-Protein Change", "CGI-Oncogenic Summary", "CGI-Oncogenic Prediction"),
    *("CGI-External oncogenic annotation", "CGI-Mutation", "CGI-Consequence", "CGI-Transcript"),
    *("CGI-STRAND", "CGI-Type", "CGI-HGVS", "CGI-HGVSc", "CGI-HGVSp"),
]


def lines(*rows: str) -> str:
    """Write rows with blanks between the fields as a table."""
    return "".join("\t".join(row.split(" ")) + "\n" for row in rows)


def test_a_textbook_mutation_is_annotated(client: Any) -> None:
    """BRAF V600E comes back with gene, protein, class, names and the sandbox's mark."""
    archive = client.analysed(lines("chr pos ref alt sample", "chr7 140753336 A T S1"))
    (row,) = archive.table("alterations.tsv")
    assert list(row.values()) == [
        *("input01_1", "7", "140753336", "A", "T", "chr7", "140753336", "A", "T", "snp", "+", "S1"),
        *("BRAF", "V600E", "oncogenic (annotated)", "", "sandbox,clinvar:13961", "chr7:140753336 A>T"),
        *("missense_variant", "ENST00000646891", "+", "SNV"),
        *("ENST00000646891:c.1799T>A;p.(Val600Glu);p.(V600E)", "ENST00000646891:c.1799T>A", "p.Val600Glu"),
    ]


def test_both_builds_are_known(client: Any) -> None:
    """The same mutation is found at its hg19 place only when the job is in hg19."""
    table = lines("chr pos ref alt", "7 140453136 A T")
    assert client.analysed(table, reference="hg19").table("alterations.tsv")[0]["CGI-Gene"] == "BRAF"
    assert client.analysed(table, reference="hg38").table("alterations.tsv")[0]["CGI-Gene"] == ""


def test_an_unknown_mutation_is_said_to_affect_no_protein(client: Any) -> None:
    """What is not in the table gets CGI's words for a harmless row, so that no false alarm is raised over it."""
    (row,) = client.analysed(lines("chr pos ref alt", "chr1 1000 G C")).table("alterations.tsv")
    annotation = {name: row[name] for name in ANNOTATION if row[name]}
    assert annotation == {
        "CGI-Protein Change": "--",
        "CGI-Oncogenic Summary": "non-protein affecting",
        "CGI-Oncogenic Prediction": "non-protein affecting",
        "CGI-Mutation": "chr1:1000 G>C",
        "CGI-STRAND": "+",
        "CGI-Type": "SNV",
    }
    assert row["CGI-Sample ID"] == "input01"


def test_a_passenger_has_no_external_annotation(client: Any) -> None:
    """A common polymorphism is non-oncogenic."""
    (row,) = client.analysed(lines("chr pos ref alt", "chr17 7676154 G C")).table("alterations.tsv")
    assert (row["CGI-Gene"], row["CGI-Oncogenic Summary"]) == ("TP53", "non-oncogenic")
    assert row["CGI-External oncogenic annotation"] == ""


@pytest.mark.parametrize(
    ("header", "row", "echo", "sample"),
    [
        ("chr pos ref alt", "chr1 9 A C", ["chr", "pos", "ref", "alt"], "CGI-Sample ID"),
        ("CHR POS REF ALT", "chr1 9 A C", ["CHR", "POS"], "CGI-Sample ID"),
        ("CHR POS REF ALT SAMPLE", "chr1 9 A C S", ["SAMPLE", "CHR", "POS"], "CGI-Sample ID"),
        ("chr pos ref alt sample", "chr1 9 A C S", ["chr", "pos", "ref", "alt"], "CGI-Sample ID"),
        (
            "chr pos ref alt gene row_id",
            "chr1 9 A C G 7",
            ["chr", "pos", "ref", "alt", "gene", "row_id"],
            "CGI-Sample ID",
        ),
        (
            "#CHROM POS ID REF ALT QUAL FILTER INFO",
            "chr1 9 . A C . . .",
            ["#CHROM", "POS", "ID", "QUAL", "FILTER", "INFO"],
            "CGI-INFO",
        ),
        (
            "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT a b",
            "chr1 9 . A C . . . GT 0/1 0/0",
            ["#CHROM", "POS", "ID", "QUAL", "FILTER", "INFO", "FORMAT", "a", "b"],
            "CGI-INFO",
        ),
    ],
)
def test_columns_are_echoed_as_recorded(client: Any, header: str, row: str, echo: list[str], sample: str) -> None:
    """The input's columns come back between the change and its annotation, but for those whose names are taken."""
    archive = client.analysed(lines(header, row))
    assert archive.header("alterations.tsv") == [
        *("Input ID", "CHROMOSOME", "POSITION", "REF", "ALT", *echo, "ALT_TYPE", "STRAND", sample),
        *ANNOTATION,
    ]
    given = dict(zip(header.split(" "), row.split(" "), strict=True))
    (returned,) = archive.table("alterations.tsv")
    assert {name: returned[name] for name in echo} == {name: given[name] for name in echo}


@pytest.mark.parametrize(
    ("row", "normal", "kind", "name"),
    [
        ("chr1 100 A C", ("1", "100", "A", "C"), "snp", "chr1:100 A>C"),
        ("CHR1 100 AT GC", ("1", "100", "AT", "GC"), "mnp", "chr1:100-101 AT>GC"),
        ("1 100 AT AC", ("1", "100", "AT", "AC"), "mnp", "chr1:100-101 AT>AC"),
        ("x 100 CAG C", ("X", "101", "AG", "-"), "indel", "chrX:101-101 AG>-"),
        ("1 100 C CAG", ("1", "100", "-", "AG"), "indel", "chr1:100-101 ->AG"),
        ("1 100 - AG", ("1", "100", "-", "AG"), "indel", "chr1:100-101 ->AG"),
        ("1 100 AG -", ("1", "100", "AG", "-"), "indel", "chr1:100-100 AG>-"),
        ("1 100 CTG CA", ("1", "101", "TG", "A"), "indel", "chr1:101-101 TG>A"),
        ("1 100 CT CGA", ("1", "101", "T", "GA"), "indel", "chr1:101-102 T>GA"),
    ],
)
def test_changes_are_normalised(client: Any, row: str, normal: tuple[str, ...], kind: str, name: str) -> None:
    """The shared first bases of indels are trimmed; single and multiple substitutions stay as they are."""
    (returned,) = client.analysed(lines("chr pos ref alt", row)).table("alterations.tsv")
    assert tuple(returned[column] for column in ("CHROMOSOME", "POSITION", "REF", "ALT")) == normal
    assert (returned["ALT_TYPE"], returned["CGI-Mutation"]) == (kind, name)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1 5 C T,A", 'invalid ref/alt: "C/T,A"'),
        ("1 5 G G,GTT,GTT", 'invalid ref/alt: "-/,GTT,GTT"'),
        ("1 5 GT G,GTT,GTTT", 'invalid ref/alt: "-/,GTT,GTT"'),
        ("1 5 GCG GCGCG,G", 'invalid ref/alt: "-/CG,G"'),
        ("1 5 CAT CAT<INS>", 'invalid ref/alt: "-/<INS>"'),
        ("1 5 A *", 'invalid ref/alt: "A/*"'),
        ("1 5 A <DEL>", 'invalid ref/alt: "A/<DEL>"'),
        ("1 5 a c", 'invalid ref/alt: "a/c"'),
        ("1 5 A A", 'invalid ref/alt: "-/-"'),
        ("1 5 A", 'invalid ref/alt: "A/-"'),
        ("1 -5 A C", 'invalid position: "-5"'),
        ("1 1099511627776 A C", 'invalid position: "1099511627776"'),
        ("GL000209.1 5 A C", 'invalid chromosome: "GL000209.1"'),
    ],
)
def test_unusable_rows_are_skipped_with_a_warning(client: Any, row: str, reason: str) -> None:
    """A row that CGI cannot use is missing from the result and named in the log by its number."""
    table = lines("chr pos ref alt", "1 1 A C", row, "1 9 A C")
    job_id = client.submit(table)
    client.wait()
    assert (
        f"2025-12-06 15:05:11,500 WARNING  Skipping variant with {reason} | Alteration ID: input01_2\n"
        in (client.logs(job_id)["logs"])
    )


def test_skipped_rows_leave_gaps_in_the_ids(client: Any) -> None:
    """Ids count the data rows of the input, whether they are usable or not."""
    table = "##fileformat=VCFv4.3\n" + lines(
        "#CHROM POS ID REF ALT QUAL FILTER INFO", "1 1 . A C . . .", "1 5 . C T,A . . .", "1 9 . A C . . ."
    )
    assert [row["Input ID"] for row in client.analysed(table).table("alterations.tsv")] == ["input01_1", "input01_3"]


def test_the_later_of_two_duplicates_survives(client: Any) -> None:
    """Equal changes of one sample become one row, with the id and the columns of the later one."""
    table = lines(
        "chr pos ref alt sample note", "1 5 C CA S 1", "chr1 5 - A S 2", "1 5 C CG T 3", "1 5 C CA S 4", "1 6 A C S 5"
    )
    rows = client.analysed(table).table("alterations.tsv")
    assert [(row["Input ID"], row["note"]) for row in rows] == [
        ("input01_3", "3"),
        ("input01_4", "4"),
        ("input01_5", "5"),
    ]


def test_of_a_shared_variant_all_samples_have_the_last_row(connect: Any) -> None:
    """Each sample has its own row, but with the id and the echo of the last input row that has the variant.

    So a real job of five samples came back, among whose rows 36 (sample 2) and 38 (sample 3) are one variant.
    """
    table = lines(
        "CHR POS REF ALT SAMPLE note",
        "chr9 5073770 G T S2 early",
        "chr1 5 A C S1 alone",
        "chr9 5073770 G T S1 first",
        "9 5073770 G T S1 again",
        "chr9 5073770 G T S3 late",
        "chr1 6 A C S2 end",
    )
    shown = ("Input ID", "CGI-Sample ID", "SAMPLE", "CHR", "note", "CGI-Gene")
    archives = {}
    for shared_variants in ("last", "own"):
        with Sandbox(duration=0, shared_variants=shared_variants) as sandbox:
            archives[shared_variants] = connect(sandbox).analysed(table)
    assert [tuple(row[name] for name in shown) for row in archives["last"].table("alterations.tsv")] == [
        ("input01_2", "S1", "S1", "chr1", "alone", ""),
        ("input01_5", "S2", "S3", "chr9", "late", "JAK2"),
        ("input01_5", "S1", "S3", "chr9", "late", "JAK2"),
        ("input01_5", "S3", "S3", "chr9", "late", "JAK2"),
        ("input01_6", "S2", "S2", "chr1", "end", ""),
    ]
    assert [tuple(row[name] for name in shown) for row in archives["own"].table("alterations.tsv")] == [
        ("input01_1", "S2", "S2", "chr9", "early", "JAK2"),
        ("input01_2", "S1", "S1", "chr1", "alone", ""),
        ("input01_4", "S1", "S1", "9", "again", "JAK2"),
        ("input01_5", "S3", "S3", "chr9", "late", "JAK2"),
        ("input01_6", "S2", "S2", "chr1", "end", ""),
    ]
    for member in ("biomarkers.tsv", "summary.txt"):
        last, own = (re.sub("(Analysis ID|Date): .*", "", archives[name].text(member)) for name in ("last", "own"))
        assert last == own


def test_samples_may_be_in_another_encoding(client: Any) -> None:
    """A sample whose name is not UTF-8 keeps its bytes."""
    archive = client.analysed(b"chr\tpos\tref\talt\tsample\n1\t5\tA\tC\tcaf\xe9\n")
    assert b"\tcaf\xe9\t" in archive.zip.read("alterations.tsv")


@pytest.mark.parametrize("chromosome", ["chrM", "MT", "chrMT"])
def test_a_mitochondrial_row_ends_the_job(client: Any, chromosome: str) -> None:
    """One row on the mitochondrial chromosome takes the whole job down."""
    assert "ERROR    Mitochondrial" in client.failed(lines("chr pos ref alt", "1 5 A C", f"{chromosome} 5 A C"))


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("", "Impossible to detect the input format"),
        ("nothing\n", "Impossible to detect the input format"),
        ("chr pos ref alt\n1 5 A C\n", "no column chr, pos, ref, alt"),
        ("chr\tpos\tref\talt\tfusion_note\n1\t5\tA\tC\tx\n", "no column fus"),
        ("chr\tpos\tref\talt\n", "All the entries were discarded"),
        ("chr\tpos\tref\talt\n1\t5\tA\tC,G\n", "All the entries were discarded"),
        ("gene\tcna\nTP53\tgain\n", "All the entries were discarded"),
    ],
)
def test_unusable_tables_end_the_job(client: Any, table: str, reason: str) -> None:
    """A header that is not understood, or no usable row at all, is an Error with its reason."""
    assert reason in client.failed(table)


def test_an_endless_line_ends_the_job(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line beyond all measure is refused instead of being held in memory."""
    monkeypatch.setattr("cgi_sandbox.tables.LONGEST_LINE", 1000)
    assert "a line without an end" in client.failed("chr\tpos\tref\talt\n" + "A" * 2000)


def test_gdna_and_protein_names_find_the_same_mutation(client: Any) -> None:
    """Genomic and protein HGVS lead to the same fact as a row of a table."""
    names = {
        "gdna": ["chr7:g.140753336A>T", "chr7:g.55174772_55174786delGGAATTAAGAGAAGC"],
        "protein": ["BRAF:p.V600E", "EGFR:p.E746_A750del"],
    }
    for column, values in names.items():
        rows = client.analysed(lines(f"{column} sample", *[f"{value} S" for value in values])).table("alterations.tsv")
        assert [row["CGI-Gene"] for row in rows] == ["BRAF", "EGFR"]
        assert [row["POSITION"] for row in rows] == ["140753336", "55174772"]
        assert [row[column] for row in rows] == values


@pytest.mark.parametrize("name", ["ENST00000269305:p.R248Q", "TP53:p.Arg248Gln", "TP53:p.R306*"])
def test_protein_names_may_be_spelled_differently(client: Any, name: str) -> None:
    """Transcripts, three-letter codes and the star of a stop are understood."""
    (row,) = client.analysed(lines("protein", name)).table("alterations.tsv")
    assert row["CGI-Gene"] == "TP53"


def test_an_unknown_protein_change_has_no_place(client: Any) -> None:
    """Without a gene model the sandbox cannot place a protein change that it does not know."""
    (row,) = client.analysed(lines("protein", "TTN:p.A1B")).table("alterations.tsv")
    assert (row["CHROMOSOME"], row["ALT_TYPE"], row["CGI-Mutation"]) == ("", "", "TTN:p.A1B")


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("chr1:g.100_101insGA", ("100", "-", "GA")),
        ("chr1:g.100_101del", ("100", "NN", "-")),
        ("chr1:g.100del", ("100", "N", "-")),
        ("chr1:g.100_101delinsA", ("100", "NN", "A")),
        ("chr1:g.100_101dup", ("101", "-", "NN")),
        ("chr1:g.100dupT", ("100", "-", "T")),
    ],
)
def test_genomic_hgvs_is_read(client: Any, name: str, normal: tuple[str, ...]) -> None:
    """Insertions, deletions and duplications are understood; bases that are not named are N."""
    (row,) = client.analysed(lines("gdna", name)).table("alterations.tsv")
    assert (row["POSITION"], row["REF"], row["ALT"]) == normal


@pytest.mark.parametrize(
    ("column", "name", "reason"),
    [
        ("gdna", "chr1:100A>C", 'invalid gdna: "chr1:100A>C"'),
        ("gdna", "chr1:g.1_99999999del", 'invalid gdna: "chr1:g.1_99999999del"'),
        ("gdna", "chr1:g.9_5del", 'invalid gdna: "chr1:g.9_5del"'),
        ("protein", "TP53", 'invalid protein change: "TP53"'),
        ("protein", "TP53:p.R306Ter", 'invalid protein change: "TP53:p.R306Ter"'),
        ("protein", "TP53:p.R306=", 'invalid protein change: "TP53:p.R306="'),
    ],
)
def test_unreadable_names_are_skipped(client: Any, column: str, name: str, reason: str) -> None:
    """HGVS that CGI does not take is named in a warning."""
    warnings = client.warnings(lines(column, name, "TP53:p.R248Q" if column == "protein" else "chr1:g.5A>C"))
    assert warnings == [f"Skipping variant with {reason} | Alteration ID: input01_1"]


def test_the_other_strand_is_honoured(client: Any) -> None:
    """Alleles of a row on the minus strand are read on the plus strand."""
    table = lines("chr pos ref alt strand", "7 140753336 T A -", "7 140753337 C T +")
    rows = client.analysed(table).table("alterations.tsv")
    assert [row["CGI-Gene"] for row in rows] == ["BRAF", ""]


def test_bytes_come_back_as_they_were(client: Any) -> None:
    """The upload is returned byte for byte, and odd bytes in echoed columns survive too."""
    table = b"chr\tpos\tref\talt\tnote\r\n1\t5\tA\tC\tcaf\xe9\r\n\r\n"
    archive = client.analysed(table)
    assert archive.zip.read("input01.tsv") == table
    assert b"\tcaf\xe9\t" in archive.zip.read("alterations.tsv")
