"""VCF: alleles, genotypes, filters and builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Vcf = Callable[..., str]


def test_plain_variants_are_sent_with_their_lines(inputs: Any, vcf: Vcf) -> None:
    """A file without genotypes sends every allele under the default name, sorted, with the line it came from."""
    outcome = inputs.prepare(mutations=vcf("chr7 140753336 . A T . . .", "chr3 179218303 . G A . . ."))
    assert outcome.header() == "chr pos ref alt sample source_line"
    assert outcome.sent() == ["3 179218303 G A sample 4", "7 140753336 A T sample 3"]
    (file,) = outcome.prepared.files
    assert (file.kind, file.source, file.format) == ("mutations", "mutations.txt", "VCF")
    assert (file.rows_read, file.rows_sent, file.rows_merged, file.rows_not_sent) == (2, 2, 0, 0)
    assert outcome.prepared.samples == {"sample": 2}


def test_each_allele_becomes_a_row(inputs: Any, vcf: Vcf) -> None:
    """A comma list in ALT is split, and each allele is normalised by itself."""
    outcome = inputs.prepare(mutations=vcf("1 1000 . CAA C,CA,TAA . . ."))
    assert outcome.sent() == ["1 1000 C T sample 3", "1 1001 A - sample 3", "1 1001 AA - sample 3"]


@pytest.mark.parametrize(
    ("genotypes", "carriers"),
    [
        ("0/1 0/0", ["A"]),
        ("0|1 1|0", ["A", "B"]),
        ("1 .", ["A"]),
        ("./. 1/1", ["B"]),
        ("./1:12 .:3", ["A"]),
        ("0/1/1:5 0", ["A"]),
        ("|0|1 |1", ["A", "B"]),
    ],
)
def test_samples_that_carry_the_allele_get_a_row(inputs: Any, vcf: Vcf, genotypes: str, carriers: list[str]) -> None:
    """Phased, haploid, polyploid, half-missing: a row for each sample whose genotype has the allele."""
    outcome = inputs.prepare(mutations=vcf(f"1 1000 . C T . . . GT:DP {genotypes}", samples="A B"), all_samples=True)
    assert outcome.sent() == [f"1 1000 C T {sample} 3" for sample in carriers]
    assert outcome.prepared.samples == dict.fromkeys(carriers, 1)


def test_genotypes_tell_the_alleles_of_a_line_apart(inputs: Any, vcf: Vcf) -> None:
    """Each sample gets its own alleles of a multi-allelic line; one that nobody carries is listed."""
    outcome = inputs.prepare(mutations=vcf("1 1000 . C T,G,A . . . DP:GT 9:1/2 9:0/1", samples="A B"), all_samples=True)
    assert outcome.sent() == ["1 1000 C G A 3", "1 1000 C T A 3", "1 1000 C T B 3"]
    assert outcome.dropped() == ["mutations|3||chr1:1000 C>A|not sent|no sample carries the allele"]
    (file,) = outcome.prepared.files
    assert (file.rows_read, file.rows_sent, file.rows_not_sent) == (4, 3, 1)


def test_one_sample_can_be_picked(inputs: Any, vcf: Vcf) -> None:
    """`--tumor-column` reads that genotype column and no other, the normal's if somebody insists."""
    lines = vcf("1 1000 . C T . . . GT 0/1 0/0", "1 2000 . C T . . . GT 0/1 0/1", samples="TUMOR NORMAL")
    assert inputs.prepare(mutations=lines, tumor_column="NORMAL", sample="P1").sent() == ["1 2000 C T P1 4"]


def test_a_single_sample_can_be_renamed(inputs: Any, vcf: Vcf) -> None:
    """`--sample` with a name that is not there renames the only genotype column."""
    assert inputs.prepare(mutations=vcf("1 9 . C T . . . GT 1", samples="x"), sample="P1").sent() == ["1 9 C T P1 3"]


def test_a_sample_that_is_not_there_is_refused(inputs: Any, vcf: Vcf) -> None:
    """`--tumor-column` has to be one of the columns, and the error names some of them."""
    names = [f"S{number}" for number in range(12)]
    error = inputs.refuse(mutations=vcf("1 9 . C T . . . GT" + " 1" * 12, samples=" ".join(names)), tumor_column="P1")
    assert "line 2: found the samples 'S0', 'S1'" in error.message
    assert "'S9' and 2 more, expected 'P1' among them" in error.message


def test_without_genotypes_the_only_sample_carries(inputs: Any, vcf: Vcf) -> None:
    """A single column without GT, as some callers write, counts as carrying every allele of the line."""
    outcome = inputs.prepare(mutations=vcf("1 1000 . C T,G . . . DP 30", samples="T1"))
    assert outcome.sent() == ["1 1000 C G T1 3", "1 1000 C T T1 3"]


def test_without_genotypes_one_of_several_samples_must_be_picked(inputs: Any, vcf: Vcf) -> None:
    """Without GT nothing tells which of several samples has the allele; picking one helps."""
    text = vcf("1 1000 . C T . . . DP 30 20", samples="N T")
    error = inputs.refuse(mutations=text, all_samples=True)
    assert "line 3, column FORMAT: found 'DP', expected GT" in error.message
    assert "--tumor-column" in error.tip
    assert inputs.prepare(mutations=text, tumor_column="T").sent() == ["1 1000 C T mutations 3"]


@pytest.mark.parametrize("genotype", ["0/2", "x/1", "1/-1", "0/99999999999"])
def test_impossible_genotypes_are_faults(inputs: Any, vcf: Vcf, genotype: str) -> None:
    """An allele number without an allele is told with line and sample."""
    error = inputs.refuse(mutations=vcf(f"1 1000 . C T . . . GT {genotype}", samples="T1"))
    assert f"line 3, column T1: found '{genotype}', expected alleles from 0 to 1" in error.message


def test_an_empty_genotype_carries_nothing(inputs: Any, vcf: Vcf) -> None:
    """Trailing fields may be left out by the format's rules; a GT left out is no call."""
    outcome = inputs.prepare(
        mutations=vcf("1 10 . C T . . . DP:GT 5 5:1", "1 20 . C T . . . DP:GT 5 5", samples="A B"), all_samples=True
    )
    assert outcome.sent() == ["1 10 C T B 3"]
    assert outcome.dropped() == ["mutations|4||chr1:20 C>T|not sent|no sample carries the allele"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("MT 152 . T C . . .", "CGI takes no mitochondrial variants"),
        ("chrM 152 . T C . . .", "CGI takes no mitochondrial variants"),
        ("GL000192.1 152 . T C . . .", "CGI takes only the chromosomes 1-22, X and Y"),
        ("chrUn_KI270302v1 152 . T C . . .", "CGI takes only the chromosomes 1-22, X and Y"),
        ("1 152 . T <DEL> . . .", "symbolic allele"),
        ("1 152 . T * . . .", "spanning deletion (*)"),
        ("1 152 . T T]chr2:321681] . . .", "breakend"),
        ("1 152 . T [2:321681[T . . .", "breakend"),
        ("1 152 . T T. . . .", "breakend"),
        ("1 152 . T .A . . .", "breakend"),
        ("1 152 . T . . . .", "no alternate allele"),
        ("1 152 . T T . . .", "the alternate allele is the reference allele"),
        ("1 152 . T t . . .", "the alternate allele is the reference allele"),
        ("1 152 . R T . . .", "an allele has letters other than A, C, G, T and N"),
    ],
)
def test_what_cgi_does_not_take_is_listed(inputs: Any, vcf: Vcf, line: str, reason: str) -> None:
    """Rows that CGI drops or chokes on stay behind, each in dropped.tsv with line and reason."""
    outcome = inputs.prepare(mutations=vcf("1 10 . C T . . .", line))
    assert outcome.sent() == ["1 10 C T sample 3"]
    (dropped,) = outcome.dropped()
    assert dropped.startswith("mutations|4|sample|")
    assert dropped.endswith(f"|not sent|{reason}")
    assert outcome.prepared.reasons == {reason: 1}


def test_chromosomes_are_known_by_all_their_names(inputs: Any, vcf: Vcf) -> None:
    """With and without `chr`, in any case, and as accessions of the build that was asked for."""
    outcome = inputs.prepare(
        mutations=vcf("chrX 10 . C T . . .", "x 20 . C T . . .", "CHR2 5 . C T . . .", "NC_000002.12 7 . C T . . .")
    )
    assert outcome.sent() == ["2 5 C T sample 5", "2 7 C T sample 6", "X 10 C T sample 3", "X 20 C T sample 4"]


def test_duplicates_are_folded_and_keep_their_lines(inputs: Any, vcf: Vcf) -> None:
    """The same variant of the same sample is sent once, and says which lines it stands for."""
    outcome = inputs.prepare(mutations=vcf("1 10 . C T . . .", "1 10 . c t . . .", "chr1 10 . CG TG . . ."))
    assert outcome.sent() == ["1 10 C T sample 3;4;5"]
    (file,) = outcome.prepared.files
    assert (file.rows_read, file.rows_sent, file.rows_merged) == (3, 1, 2)


def test_many_duplicates_are_counted_after_the_first_twenty(inputs: Any, vcf: Vcf) -> None:
    """A row never lists more than twenty lines."""
    outcome = inputs.prepare(mutations=vcf(*["1 10 . C T . . ."] * 25))
    assert outcome.sent() == ["1 10 C T sample " + ";".join(map(str, range(3, 23))) + ";+5"]


@pytest.mark.parametrize(
    ("meta", "found"),
    [
        ("##contig=<ID=chr1,length=249250621>\n", "'chromosome 1 of length 249250621', is hg19"),
        ("##contig=<ID=1,length=247249719>\n", "'chromosome 1 of length 247249719', is another genome"),
        ("##contig=<ID=17,assembly=b37,length=83257441>\n", "'##contig=<ID=17,assembly=b37,length=83257441>', is hg19"),
        ("##reference=file:///data/GRCh37/genome.fa\n", "'##reference=file:///data/GRCh37/genome.fa', is hg19"),
        ("##reference=hs37d5.fa.gz\n", "'##reference=hs37d5.fa.gz', is hg19"),
        ("##reference=human_g1k_v37_decoy.fasta\n", "'##reference=human_g1k_v37_decoy.fasta', is hg19"),
        ("##reference=assembly19.fasta\n", "'##reference=assembly19.fasta', is hg19"),
        ("##reference=chm13v2.0.fa\n", "'##reference=chm13v2.0.fa', is another genome"),
    ],
)
def test_a_header_of_another_build_is_refused(inputs: Any, vcf: Vcf, meta: str, found: str) -> None:
    """Coordinates of one build sent as the other would give wrong results without a word."""
    error = inputs.refuse(mutations=vcf("1 10 . C T . . .", meta=meta))
    assert error.message == f"mutations.txt, line 2: {found}, expected hg38 as --reference says"
    assert "--ignore-build-hints" in error.tip


@pytest.mark.parametrize("first", ["##source=x", "##fileformat=vcfv4.2", "##FILEFORMAT=VCFv4.2"])
def test_a_header_of_another_build_is_refused_wherever_it_begins(first: str, inputs: Any, vcf: Vcf) -> None:
    """Also in a VCF that does not begin as one should."""
    text = vcf("1 10 . C T . . .", meta="##contig=<ID=7,length=159138663>\n")
    error = inputs.refuse(mutations=text.replace("##fileformat=VCFv4.2", first).replace("#CHROM", "#Chrom"))
    assert error.message.startswith("mutations.txt, line 2: 'chromosome 7 of length 159138663', is hg19")
    assert inputs.prepare(mutations=text.replace("##fileformat=VCFv4.2", first), reference="hg19").sent() == (
        ["1 10 C T sample 4"]
    )


def test_a_header_of_the_same_build_is_fine(inputs: Any, vcf: Vcf) -> None:
    """Lengths and names that fit, other contigs, and names that name no build or both are no contradiction."""
    meta = (
        "##reference=file:///refs/hg19.fa\n##contig=<ID=chr1,length=249250621,assembly=GRCh37>\n"
        "##contig=<ID=chrM,length=16571>\n##contig=<ID=2>\n##contig=<ID=3,length=?>\n##source=x\n"
        "##reference=from_hg19_to_hg38.fa\n##reference=genome.fa\n"
    )
    assert inputs.prepare(mutations=vcf("1 10 . C T . . .", meta=meta), reference="hg19").sent() == [
        "1 10 C T sample 11"
    ]


def test_a_vcf_may_lack_its_first_line(inputs: Any, vcf: Vcf) -> None:
    """The line of column names is enough to know a VCF by."""
    assert inputs.prepare(mutations=vcf("1 10 . C T . . .").partition("\n")[2]).prepared.files[0].format == "VCF"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("##fileformat=VCFv4.2\n", "line 1: the file ends here, expected the line with the column names"),
        ("##fileformat=VCFv4.2\n1|10|.|C|T|.|.|.\n", "line 2: found '1\ufffd10\ufffd.\ufffdC"),
        ("##fileformat=VCFv4.2\n#CHROM POS ID REF ALT QUAL FILTER INFO\n", "line 2: found '#CHROM POS"),
        ("##fileformat=VCFv4.2\n#CHROM|POS|ID|REF|ALT|QUAL|FILTER|INFO|S1\n", "line 2: found '#CHROM"),
    ],
)
def test_a_broken_header_is_refused(inputs: Any, content: str, message: str) -> None:
    """What comes where the column names belong is told with its line."""
    assert message in inputs.refuse(mutations=content).message


@pytest.mark.parametrize("name", ["a\x07b", "x" * 300, " "])
def test_sample_names_must_fit_a_table(inputs: Any, vcf: Vcf, name: str) -> None:
    """Names with control characters, blanks around them or without end are faults of the header."""
    text = vcf("1 10 . C T . . . GT 0/1", samples="NAME").replace("NAME", name)
    assert "line 2, column header: found '" in inputs.refuse(mutations=text).message


def test_sample_names_must_differ(inputs: Any, vcf: Vcf) -> None:
    """Two genotype columns of one name cannot be told apart."""
    error = inputs.refuse(mutations=vcf("1 10 . C T . . . GT 0/1 0/1", samples="A A"))
    assert error.message == "mutations.txt: line 2: found the sample 'A' twice in the header, expected it once"


def test_an_accession_of_the_other_build_is_refused(inputs: Any, vcf: Vcf) -> None:
    """The version of an accession tells the build."""
    error = inputs.refuse(mutations=vcf("7 10 . C T . . .", "NC_000007.13 10 . C T . . ."))
    assert error.message == "mutations.txt: line 4, column CHROM: found 'NC_000007.13', not of hg38"


@pytest.mark.parametrize("line", ["1 10 . C T . .", "1 10 . C T . . . x"])
def test_ragged_lines_are_faults(inputs: Any, vcf: Vcf, line: str) -> None:
    """A line with a column more or less than the header may have lost or won anything."""
    message = inputs.refuse(mutations=vcf("1 5 . C T . . .", line)).message
    assert message == f"mutations.txt: line 4: found {len(line.split())} columns, expected 8"


def test_blank_lines_are_no_rows(inputs: Any, vcf: Vcf) -> None:
    """Empty lines and lines of blanks are passed over, and counted as lines."""
    assert inputs.prepare(mutations=vcf("", "1 10 . C T . . .", "  ", "")).sent() == ["1 10 C T sample 4"]
