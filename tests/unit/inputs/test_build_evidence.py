"""What headers and columns say of the genome build, and what only looks as if it did."""

import pytest

from cgi_runner.inputs.build_evidence import (
    OTHER,
    HeaderEvidence,
    detect_build,
    evidence_in_column,
    evidence_in_column_names,
    named_builds,
)

STRONG_LINES = [
    ("##reference=file:///refs/hg19.fa", "hg19"),
    ("##reference=hs37d5.fa.gz", "hg19"),
    ("##reference=human_g1k_v37_decoy.fasta", "hg19"),
    ("##reference=GRCh37-lite", "hg19"),
    ("##reference=GCF_000001405.25_GRCh37.p13_genomic.fna", "hg19"),
    ("##reference=GCF_000001405.25.fna", "hg19"),
    ("##reference=GCA_000001405.14.fna", "hg19"),
    ("##reference=GCA_000001405.15_no_alt_analysis_set.fna", "hg38"),
    ("##reference=GCF_000001405.40.fna", "hg38"),
    ("##reference=/refs/Homo_sapiens_assembly38.fasta", "hg38"),
    ("##reference=hs38DH.fa", "hg38"),
    ("##reference=chm13v2.0.fa", "another genome"),
    ("##reference=mm10.fa", "another genome"),
    ("##reference=NCBI36.fa", "another genome"),
    ("##refGenome=hg19", "hg19"),
    ("##assembly=GRCh37", "hg19"),
    ("##genome_build=GRCh38", "hg38"),
    ("##GENOME_BUILD=37", "hg19"),
    ("#genome_build hg19", "hg19"),
    ("# Genome: hg38", "hg38"),
    ("## assembly version GRCh38.p13", "hg38"),
    ("##new_reference_genome=/db/hg38.fa", "hg38"),
    ("##contig=<ID=chr1,length=249250621>", "hg19"),
    ("##contig=<ID=X,length=156040895>", "hg38"),
    ("##contig=<ID=7,length=159138663,assembly=b37>", "hg19"),
    ("##contig=<ID=7,assembly=GRCh38>", "hg38"),
    ("##contig=<ID=NC_000007.13>", "hg19"),
    ("##contig=<ID=hs37d5,length=35477943>", "hg19"),
    ("##contig=<ID=chr1,length=195471971>", "another genome"),
    ('##VEP="v98" assembly="GRCh37.p13"', "hg19"),
    ('##VEP="v110" cache="/vep/homo_sapiens/110_GRCh38"', "hg38"),
    ('##SnpEffCmd="SnpEff  -v GRCh37.75 in.vcf "', "hg19"),
    ('##SnpEffCmd="SnpEff  hg19 -i vcf -o vcf in.vcf "', "hg19"),
    ('##SnpEffCmd="SnpEff  -s syn3_GRCh38.p7-stats.html GRCh38.p7 in.vcf"', "hg38"),
    ('##GATKCommandLine=<ID=Mutect2,CommandLine="Mutect2 --input a.bam --reference /x/hs37d5.fa --f1r2 1">', "hg19"),
    ('##MuTect="analysis_type=MuTect reference_sequence=/seq/Homo_sapiens_assembly19.fasta tag=x"', "hg19"),
    ('##DRAGENCommandLine=<ID=dragen,CommandLineOptions="--ref-dir=/r/hg38-alt_masked/9 --vc-x y">', "hg38"),
    ("##bcftools_normCommand=norm -f resources/human_g1k_v37.fasta -Ou x.vcf; Date=Sat May 1", "hg19"),
    ("##cmdline=configureStrelkaSomaticWorkflow.py --referenceFasta /d/GRCh38.d1.vd1.fa --tumorBam x", "hg38"),
    ('##commandline="freebayes -f /ref/hs37d5.fa x.bam"', "hg19"),
    ("##liftOverChainFile=<hg19ToHg38.over.chain.gz>", "hg38"),
    ("##bcftools_+liftoverCommand=+liftover x.vcf -- -s hg19.fa -f hg38.fa -c hg19ToHg38.over.chain.gz", "hg38"),
]


def found(*lines: str) -> list[tuple[str, bool]]:
    """Build and weight of all evidence in a header."""
    header = HeaderEvidence()
    for number, line in enumerate(lines, 1):
        header.add_line(number, line)
    return [(one.build, one.is_strong) for one in header.found()]


@pytest.mark.parametrize(("line", "build"), STRONG_LINES, ids=[line[:50] for line, _ in STRONG_LINES])
def test_a_line_that_speaks_of_the_reference_is_strong_evidence(line: str, build: str) -> None:
    """Callers, annotators and converters each name the reference in their own way."""
    told = found(line)
    assert {one for one, _ in told} == {build}
    assert all(is_strong for _, is_strong in told)


@pytest.mark.parametrize(
    "line",
    [
        "##bcftools_annotateCommand=annotate -a dbsnp.v153.b37.vcf.gz -c ID",
        '##GATKCommandLine=<ID=Mutect2,CommandLine="Mutect2 -R /x/genome.fa -L /x/panel_hg19.bed">',
        "##dbSNP=b151_GRCh37p13",
        "# called against hg19",
    ],
)
def test_the_name_of_a_database_or_a_panel_is_weak_evidence(line: str) -> None:
    """Files beside the reference usually are of its build, but not always."""
    assert found(line) == [("hg19", False)]


@pytest.mark.parametrize(
    "line",
    [
        '##INFO=<ID=dbNSFP_hg19_pos_1_based_,Number=A,Type=String,Description="Field from dbNSFP">',
        '##FORMAT=<ID=hg19,Number=1,Type=String,Description="hg19">',
        '##FILTER=<ID=pon,Description="in the hg19 panel of normals">',
        "##SAMPLE=<ID=hg19_tumour>",
        "##reference=from_hg19_to_hg38.fa",
        "##reference=genome.fa",
        "##source=VarScan2",
        "#version 2.4",
        "##fileformat=VCFv4.2",
        "##contig=<ID=chrM,length=16569>",
        "##contig=<ID=GL000191.1,length=106433>",
        "##contig=<ID=7>",
        '##GATKCommandLine=<ID=Mutect2,CommandLine="Mutect2 -L lifted_hg19_to_hg38.bed">',
    ],
)
def test_what_names_no_build_or_speaks_of_something_else_is_no_evidence(line: str) -> None:
    """A false hint would refuse a good file, or send one in the wrong build."""
    assert found(line) == []


def test_the_reference_of_a_command_line_counts_more_than_its_other_files() -> None:
    """A panel of hg19 beside a FASTA of hg38 leaves no doubt."""
    line = '##GATKCommandLine=<ID=Mutect2,CommandLine="Mutect2 -L /x/panel_hg19.bed -R /x/GRCh38.fa -O x.vcf">'
    assert found(line) == [("hg38", True)]


def test_strong_evidence_outweighs_weak() -> None:
    """A database of the other build does not count against the reference itself."""
    header = HeaderEvidence()
    header.add_line(1, "##reference=GRCh38.fa")
    header.add_line(2, "##bcftools_annotateCommand=annotate -a dbsnp.b37.vcf.gz")
    assert named_builds(header.found()) == {"hg38"}


def test_a_liftover_ends_what_was_said_of_the_file_before_it() -> None:
    """CrossMap keeps `##reference` and the caller's command line of the old build."""
    lines = ["##reference=hg19.fa", "##liftOverChainFile=<hg19ToHg38.over.chain.gz>", "##targetRefGenome=<hg38.fa>"]
    assert found(*lines) == [("hg38", True), ("hg38", True)]
    picard = '##INFO=<ID=OriginalContig,Number=1,Type=String,Description="The name of the source contig">'
    assert found('##commandline="freebayes -f hg19.fa"', picard, "##contig=<ID=1,length=248956422>") == [("hg38", True)]
    assert found("##reference=hg19.fa", picard) == []


def test_all_evidence_of_one_weight_is_kept_when_it_disagrees() -> None:
    """A header that says two things must be seen to say them."""
    assert {one for one, _ in found("##reference=hg19.fa", "##contig=<ID=1,length=248956422>")} == {"hg19", "hg38"}


def test_evidence_tells_where_it_stands_in_few_printable_words() -> None:
    """It is shown on screen, and kept in the record."""
    header = HeaderEvidence()
    header.add_line(7, "##commandline=" + "x" * 500 + "\x1b[31m --reference /refs/hg19.fa " + "y" * 500)
    (one,) = header.found()
    assert str(one).startswith("line 7: '…")
    assert "hg19.fa" in one.quote
    assert len(one.quote) <= 62
    assert one.quote.isprintable()


@pytest.mark.parametrize(
    ("cell", "build"),
    [
        ("GRCh37", "hg19"),
        ("37", "hg19"),
        ("hg19", "hg19"),
        ("GRCh38.p13", "hg38"),
        ("38", "hg38"),
        ("36", OTHER),
    ],
)
def test_a_build_column_is_strong_evidence(cell: str, build: str) -> None:
    """MAFs write 37, GRCh37 or hg19 in NCBI_Build."""
    (one,) = evidence_in_column(5, "NCBI_Build", cell)
    assert (one.build, one.where, one.is_strong) == (build, "line 5, column NCBI_Build", True)


@pytest.mark.parametrize("text", ["", ".", "NA", "137", "380", "38x", "sub37", "b370", "mm101", "phg190"])
def test_a_number_within_a_word_names_no_build(text: str) -> None:
    """Only a word of its own is a build."""
    assert detect_build(text) == ""


def test_a_database_in_the_names_of_columns_is_weak_evidence_and_a_position_is_none() -> None:
    """ANNOVAR names its databases by the build; dbNSFP gives positions of both builds."""
    (one,) = evidence_in_column_names(1, ["Chr", "Start", "hg38_cosmic70"])
    assert (one.build, one.is_strong, one.quote) == ("hg38", False, "hg38_cosmic70")
    assert evidence_in_column_names(1, ["chr", "pos", "hg19_chr", "hg19_pos(1-based)", "hg18_x"]) == []
