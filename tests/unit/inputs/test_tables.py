"""Tables of variants, MAF and HGVS."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    "header",
    [
        "chr|pos|ref|alt|sample",
        "CHR|POS|REF|ALT|SAMPLE",
        "#CHROM|POS|REF|ALT|Sample_ID",
        "Chromosome|Start_Position|Reference_Allele|Alternative|Tumor_Sample_Barcode",
        "Chrom|START|Reference|Alternate|sample_name",
        '"chr"|"pos"|"ref"|"alt"|"sample"',
    ],
)
def test_headers_go_by_many_names(inputs: Any, header: str) -> None:
    """The usual names of the five columns are known in any case, quoted or not."""
    outcome = inputs.prepare(mutations=f"{header}\nchr7|140753336|A|T|P1\n")
    assert outcome.sent() == ["7 140753336 A T P1 2"]
    assert outcome.prepared.files[0].format == "table"


def test_columns_come_in_any_order_and_number(inputs: Any) -> None:
    """Further columns are not sent, and comments and blank lines are passed over."""
    text = "## made by hand\n# really\n\nsample|gene|alt|ref|pos|chr\n\nP1|BRAF|T|A|140753336|chr7\n"
    assert inputs.prepare(mutations=text).sent() == ["7 140753336 A T P1 6"]


def test_comma_separated_tables_are_read(inputs: Any) -> None:
    """Commas separate where there are no tabs; quoted cells may hold them."""
    text = 'chr,pos,ref,alt,sample\n7,140753336,A,"T,G","P1"\n'
    assert inputs.prepare(mutations=text).sent() == ["7 140753336 A G P1 2", "7 140753336 A T P1 2"]


def test_a_stray_quote_is_part_of_its_cell(inputs: Any) -> None:
    """A quote that opens a cell too long for the csv module does not end in a traceback."""
    text = f'chr|pos|ref|alt|note\n7|140753336|A|T|"{"x" * 200_000}\n'
    assert inputs.prepare(mutations=text).sent() == ["7 140753336 A T sample 2"]


def test_indels_may_use_dashes(inputs: Any) -> None:
    """`-` is an empty allele: an insertion names the base before it, a deletion its first base."""
    text = "chr|pos|ref|alt\n1|100|-|AG\n1|99|C|CAG\n2|100|AG|-\n2|99|CAG|C\n3|5|-|-\n"
    outcome = inputs.prepare(mutations=text)
    assert outcome.sent() == ["1 99 - AG sample 3", "1 100 - AG sample 2", "2 100 AG - sample 4;5"]
    assert outcome.prepared.reasons == {"the alternate allele is the reference allele": 1}


def test_an_insertion_at_the_very_start_keeps_its_base(inputs: Any) -> None:
    """There is no base before the first one, so that such an insertion stays as it was written."""
    assert inputs.prepare(mutations="chr|pos|ref|alt\n1|1|A|GA\n").sent() == ["1 1 A GA sample 2"]


def test_named_filters_need_a_filter(inputs: Any) -> None:
    """Without a column FILTER nothing passes by name, so the option is a mistake."""
    text = "chr|pos|ref|alt|FILTER\n1|10|C|T|PASS\n1|20|C|T|q10\n"
    assert inputs.prepare(mutations=text, filters=frozenset({"PASS"})).sent() == ["1 10 C T sample 2"]
    error = inputs.refuse(mutations="chr|pos|ref|alt\n1|10|C|T\n", filters=frozenset({"PASS"}))
    assert error.message == "mutations.txt: line 1: found no column FILTER, expected it for --filters"
    assert "--filters" in inputs.refuse(mutations="protein\nTP53:p.R248Q\n", filters=frozenset({"PASS"})).message


def test_the_reverse_strand_is_refused(inputs: Any) -> None:
    """A column strand is read in two ways by different tools, so only the forward strand passes."""
    error = inputs.refuse(mutations="chr|pos|ref|alt|strand\n1|10|C|T|+\n1|20|C|T|-\n")
    assert error.message == "mutations.txt: line 3, column strand: found '-', expected +"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            "1|0|C|T|P",
            "column pos: found '0', expected a position from 1 to 248956422, the end of chromosome 1 in hg38",
        ),
        ("1|-5|C|T|P", "column pos: found '-5'"),
        ("1|1099511627776|C|T|P", "column pos: found '1099511627776'"),
        ("1|" + "9" * 5000 + "|C|T|P", "column pos: found '" + "9" * 60 + "…'"),
        ("1|248956423|C|T|P", "column pos: found '248956423'"),
        ("1|1e6|C|T|P", "column pos: found '1e6'"),
        ("1|1_0|C|T|P", "column pos: found '1_0'"),
        ("1|\u0661|C|T|P", "column pos: found '\u0661'"),
        ("MT|0|C|T|P", "column pos: found '0', expected a position from 1 or more"),
        ("|5|C|T|P", "column chr: found '', expected a chromosome"),
        ("1|5||T|P", "column ref: found '', expected bases"),
        ("1|5|.|T|P", "column ref: found '.', expected bases"),
        ("1|5|C||P", "column alt: found '', expected bases"),
        ("1|5|C|T>|P", "column alt: found 'T>', expected bases"),
        ("1|5|C|A-T|P", "column alt: found 'A-T', expected bases"),
        ("1|5|C|T|", "column sample: found '', expected the name of a sample"),
        ("1|5|C|T|a\x1bb", "column sample: found 'a\ufffdb', expected the name of a sample"),
        ("1|5|C|T", "found 4 columns, expected 5"),
        ("1|5|C|T|P|x", "found 6 columns, expected 5"),
    ],
)
def test_faults_are_told_with_line_and_column(inputs: Any, row: str, fault: str) -> None:
    """One faulty cell is one line that says where it is, what it holds and what belongs there."""
    message = inputs.refuse(mutations=f"chr|pos|ref|alt|sample\n1|4|C|T|P\n{row}\n", strict_input=True).message
    assert message.startswith("mutations.txt: line 3")
    assert fault in message
    assert "\n" not in message


def test_faults_are_told_together(inputs: Any) -> None:
    """All faults of a file come at once, first how many, then each on a line of its own."""
    lines = inputs.refuse(mutations="chr|pos|ref|alt\n1|x|C|T\n1|5|C|T\n1|y|C|!\n1\n").message.split("\n")
    assert lines[0] == "mutations.txt: 3 errors"
    assert [line.split(":")[0] for line in lines[1:]] == ["  line 2, column pos", "  line 4, column pos", "  line 5"]


def test_faults_end_at_twenty(inputs: Any) -> None:
    """A hopeless file is not read to its end."""
    lines = inputs.refuse(mutations="chr|pos|ref|alt\n" + "1|x|C|T\n" * 1000).message.split("\n")
    assert lines[0] == "mutations.txt: 20 errors, reading stopped there"
    assert len(lines) == 21


@pytest.mark.parametrize(
    ("files", "message", "tip"),
    [
        (
            {"mutations": "a|b\n"},
            "line 1: found 2 columns with unknown names, expected a VCF, a MAF, or a table",
            "first line",
        ),
        ({"mutations": "1|5|C|T\n"}, "line 1: found 4 columns with unknown names", "first line"),
        ({"mutations": "gene|cna\nMYC|amp\n"}, "found the columns 'gene', 'cna'", "--cnas"),
        ({"mutations": "fus\nBCR__ABL1\n"}, "found the columns 'fus'", "--translocations"),
        ({"cnas": "##fileformat=VCFv4.2\n#CHROM|POS|ID|REF|ALT\n"}, "found a VCF of small variants", "--mutations"),
        ({"translocations": "gene|cna\n"}, "expected a table with the column fus", "--cnas"),
        ({"mutations": "# a\n## b\n"}, "found no header line, expected a VCF", "correct"),
        ({"mutations": "chr|pos|ref|alt|REF\n1|5|C|T|C\n"}, "line 1: found the column 'ref' twice", "correct"),
        (
            {"mutations": "chr|pos|ref|alt|Chrom\n1|5|C|T|2\n"},
            "line 1: found the columns 'chr' and 'Chrom', expected one of them",
            "leave out or rename those that do not hold what is meant by `chr`",
        ),
        ({"mutations": "chr|pos|ref|alt|sample|Sample_ID\n"}, "'sample' and 'Sample_ID', expected one", "`sample`"),
        ({"cnas": "symbol|gene|cna\n7|MYC|amp\n"}, "'symbol' and 'gene', expected one", "by `gene`"),
    ],
)
def test_unknown_headers_are_refused(inputs: Any, files: dict[str, str], message: str, tip: str) -> None:
    """What the columns announce decides; a file of another kind comes with a hint at its option."""
    error = inputs.refuse(**files)
    assert message in error.message
    assert tip in error.tip


def test_names_that_mean_nothing_for_a_table_may_stand_in_it_twice(inputs: Any) -> None:
    """Only columns that are read can be mistaken for each other: symbol and name of a gene tell no small variant."""
    outcome = inputs.prepare(mutations="Chr|Pos|Ref|Alt|Sample|Gene|Symbol\n7|140753336|A|T|P|673|BRAF\n")
    assert outcome.sent("mutations") == ["7 140753336 A T P 2"]


MAF = (
    "#version 2.4\nHugo_Symbol|NCBI_Build|Chromosome|Start_Position|"
    "Reference_Allele|Tumor_Seq_Allele1|Tumor_Seq_Allele2|Tumor_Sample_Barcode\n"
)


def test_maf_sends_the_changed_allele(inputs: Any) -> None:
    """The second allele of the tumour counts, the first where the second is the reference, both where both are not."""
    text = MAF + "".join(
        f"G|GRCh38|chr7|{position}|A|{one}|{two}|T1\n"
        for position, one, two in [
            (10, "A", "T"),
            (20, "G", "A"),
            (30, "T", "T"),
            (40, "G", "T"),
            (50, "A", "A"),
            (60, "", "T"),
        ]
    )
    outcome = inputs.prepare(mutations=text)
    assert outcome.prepared.files[0].format == "MAF"
    assert outcome.sent() == [
        "7 10 A T T1 3",
        "7 20 A G T1 4",
        "7 30 A T T1 5",
        "7 40 A G T1 6",
        "7 40 A T T1 6",
        "7 60 A T T1 8",
    ]
    assert outcome.dropped() == ["mutations|7|T1|chr7:50 A>A|not sent|the alternate allele is the reference allele"]


@pytest.mark.parametrize("build", ["GRCh37", "hg19", "37", "GRCh37-lite", "hg18", "mm10"])
def test_maf_of_another_build_is_refused(inputs: Any, build: str) -> None:
    """NCBI_Build has to agree with --reference, however it is written."""
    error = inputs.refuse(mutations=MAF + f"G|{build}|7|10|A|A|T|T1\n")
    assert error.message.startswith(f"mutations.txt, line 3, column NCBI_Build: '{build}', is ")
    assert "--ignore-build-hints" in error.tip
    error = inputs.refuse(mutations=MAF + f"G|GRCh38|7|10|A|A|T|T1\nG|{build}|7|10|A|A|T|T1\n")
    assert error.message == f"mutations.txt: line 4, column NCBI_Build: found '{build}', expected hg38"
    assert "--reference" in error.tip


@pytest.mark.parametrize("kind", ["chr|pos|ref|alt|{}\n7|10|A|T|{}\n", "gdna|{}\nchr7:g.10A>T|{}\n"])
@pytest.mark.parametrize("column", ["NCBI_Build", "genome_build", "Assembly"])
def test_a_table_of_another_build_is_refused(inputs: Any, kind: str, column: str) -> None:
    """Whatever it is, if it has a column that names the build."""
    assert inputs.prepare(mutations=kind.format(column, "GRCh38")).sent() == ["7 10 A T sample 2"]
    assert inputs.prepare(mutations=kind.format(column, "")).sent() == ["7 10 A T sample 2"]
    error = inputs.refuse(mutations=kind.format(column, "GRCh37"))
    assert error.message.startswith(f"mutations.txt, line 2, column {column}: 'GRCh37', is hg19, expected hg38")


def test_maf_alleles_are_the_same_in_either_case(inputs: Any) -> None:
    """A reference in lower case is no second change."""
    outcome = inputs.prepare(mutations=MAF + "G|GRCh38|chr7|10|a|A|T|T1\n")
    assert (outcome.sent(), outcome.dropped()) == (["7 10 A T T1 3"], [])


def test_genomic_hgvs_becomes_coordinates(inputs: Any) -> None:
    """Every expression that names its bases can be told in coordinates, by chromosome or by accession."""
    expressions = {
        "chr3:g.178936091G>A": "3 178936091 G A",
        "NC_000007.13:g.140453136A>T": "7 140453136 A T",
        "4:g.100_101delAC": "4 100 AC -",
        "4:g.200delc": "4 200 C -",
        "5:g.100_101insTTG": "5 100 - TTG",
        "6:g.100_101dupAG": "6 99 - AG",
        "8:g.100_102delACGinsTT": "8 100 ACG TT",
        "9:g.100_101AC>TT": "9 100 AC TT",
    }
    outcome = inputs.prepare(mutations="gdna\n" + "\n".join(expressions) + "\n", reference="hg19")
    assert sorted(outcome.sent()) == sorted(
        f"{variant} sample {line}" for line, variant in enumerate(expressions.values(), 2)
    )
    assert outcome.prepared.files[0].format == "gdna"


@pytest.mark.parametrize(
    "expression",
    [
        "chr3:g.100_101del",
        "chr3:g.100_101delinsT",
        "chr3:g.100dup",
        "chr3:g.100_105inv",
        "chr3:g.100_102delAG",
        "chr3:g.100_102insAG",
        "chr3:g.100insA",
        "chr3:g.200_100delA",
        "chr3:g.100",
        "BRAF:c.1799T>A",
        "chr3:178936091G>A",
        "",
    ],
)
def test_genomic_hgvs_that_takes_a_genome_is_a_fault(inputs: Any, expression: str) -> None:
    """Without the bases, or with bases that do not fit the range, nothing is guessed; one such row among others may."""
    error = inputs.refuse(mutations=f"gdna|sample\n{expression}|P\n")
    assert error.message.startswith(f"mutations.txt: line 2, column gdna: found '{expression}', expected an expression")
    assert "VCF" in error.tip
    outcome = inputs.prepare(mutations=f"gdna|sample\nchr3:g.1G>A|P\n{expression}|P\n")
    assert outcome.sent() == ["3 1 G A P 2"]
    assert [row.split("|")[1] for row in outcome.dropped()] == ["3"]


def test_genomic_hgvs_without_a_change_is_listed(inputs: Any) -> None:
    """`=` changes nothing, and mitochondrial positions are not taken."""
    outcome = inputs.prepare(mutations="gdna\nchr3:g.1G>A\nchr3:g.5=\nchr3:g.6C=\nNC_012920.1:m.7C>T\n")
    assert outcome.sent() == ["3 1 G A sample 2"]
    assert [row.split("|")[1] for row in outcome.dropped()] == ["3", "4", "5"]


def test_genomic_hgvs_of_the_other_build_is_refused(inputs: Any) -> None:
    """The accession of hg19's chromosome 7 is no place in hg38."""
    told = "'NC_000007.13', is hg19, expected hg38 as --reference says"
    assert told in inputs.refuse(mutations="gdna\nNC_000007.13:g.1A>T\n").message
    later = "gdna\nchr7:g.1A>T\nNC_000007.13:g.1A>T\n"
    assert "line 3, column gdna: found 'NC_000007.13', not of hg38" in inputs.refuse(mutations=later).message


def test_proteins_are_sent_in_one_letter_codes(inputs: Any) -> None:
    """Three letters, brackets and Ter become what CGI reads; spellings of one change fold."""
    text = (
        "protein|sample\nTP53:p.R248Q|P\nTP53:p.(Arg248Gln)|P\nTP53:p.Arg213Ter|P\nNM_005157:p.T315I|P\n"
        "ENST00000326724:p.P1331_A1332insTP|P\nEGFR:p.Glu746_Ala750del|P\nERBB2:p.A775_G776delinsVC|P\n"
        "APC:p.Lys1462ArgfsTer6|P\nAPC:p.S1465fs|P\nX:p.*394Gext*5|P\nY:p.E7dup|P\n"
    )
    outcome = inputs.prepare(mutations=text)
    assert outcome.header() == "protein sample source_line"
    assert outcome.sent() == [
        "APC:p.K1462Rfs*6 P 9",
        "APC:p.S1465fs P 10",
        "EGFR:p.E746_A750del P 7",
        "ENST00000326724:p.P1331_A1332insTP P 6",
        "ERBB2:p.A775_G776delinsVC P 8",
        "NM_005157:p.T315I P 5",
        "TP53:p.R213* P 4",
        "TP53:p.R248Q P 2;3",
        "X:p.*394Gext*5 P 11",
        "Y:p.E7dup P 12",
    ]


def test_proteins_without_a_change_are_listed(inputs: Any) -> None:
    """CGI does not take `=`, and nothing can be said about an unknown effect."""
    outcome = inputs.prepare(mutations="protein\nTP53:p.R1Q\nTP53:p.R2=\nTP53:p.=\nTP53:p.R4R\nTP53:p.?\nTP53:p.0\n")
    assert [row.split("|", 3)[1:] for row in outcome.dropped()] == [
        ["3", "sample", "TP53:p.R2=|not sent|the protein does not change"],
        ["4", "sample", "TP53:p.=|not sent|the protein does not change"],
        ["5", "sample", "TP53:p.R4R|not sent|the protein does not change"],
        ["6", "sample", "TP53:p.?|not sent|the effect on the protein is not known"],
        ["7", "sample", "TP53:p.0|not sent|the effect on the protein is not known"],
    ]


@pytest.mark.parametrize("expression", ["TP53", "TP53:p.V0E", "TP53:p.(R248Q", "-:p.R248Q", "TP53:p.248", ""])
def test_what_is_no_protein_change_is_a_fault(inputs: Any, expression: str) -> None:
    """Anything but a gene or transcript, `:p.` and a change is told, not sent."""
    error = inputs.refuse(mutations=f"protein|sample\n{expression}|P\n")
    assert f"line 2, column protein: found '{expression}', expected an expression like TP53:p.R248Q" in error.message
