"""Plain lines take a short way through the readers; it leads to the same place as the long one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgi_runner.errors import InputError
from cgi_runner.inputs import Options, prepare
from cgi_runner.inputs.normalise import VariantValidator
from cgi_runner.inputs.text_source import BLOCK

CHROMOSOMES = st.sampled_from(["chr1", "1", "X", "chrM", "chrUn_1", " chr7", "chr7 ", "NC_000001.10", '"chr1"', ""])
POSITIONS = st.sampled_from(["1", "2", "100", "0100", "0", "-5", "1e3", " 7", "٣", "999999999", "99999999999", ""])
ALLELES = st.sampled_from(["A", "C", "T", "AC", "CA", "CAC", "-", "N", "a", "A ", "*", ".", "<DEL>", "A,C", "", "AXC"])
GENOTYPES = st.sampled_from(["0/1", "1|1:9", "0/0", "./.", "0/2", "1", "0/1/1", "", "x"])
LINE = st.tuples(CHROMOSOMES, POSITIONS, ALLELES, ALLELES)
GOOD = st.tuples(st.just("chr1"), st.sampled_from(["1", "2", "3"]), *[st.sampled_from(["A", "C", "AC", "CA", "-"])] * 2)


def outcome(text: str, *, pass_only: bool) -> tuple[str, ...]:
    """Prepare a file, and give all that came of it: what is sent and what is not, or the faults."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file").write_text(text, encoding="utf-8")
        try:
            prepared = prepare(
                {"mutations": folder / "file"}, folder, Options(filters=frozenset({"PASS"} if pass_only else ()))
            )
        except InputError as error:
            return (error.message,)
        counts = [(f.rows_read, f.rows_sent, f.rows_merged, f.rows_not_sent, f.notes) for f in prepared.files]
        return (*((folder / file).read_text() for file in ("mutations.tsv", "dropped.tsv")), repr(counts))


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Draw a table with all columns that readers look at, and lines that are mostly good."""
    header = "chr\tpos\tref\talt\tsample\tfilter\tstrand\tnote\tmore\n"
    samples, verdicts, strands = ["s1", "s1", "s2", "s 1", ""], ["PASS", "PASS", "q10"], ["+", "", "-"]
    # A quoted cell may hold a tab, which makes up for a cell that is missing.
    notes = ["\t", '"x\ty"\tz', '"x\ty"', "x"]
    odd_context = st.tuples(*map(st.sampled_from, (samples, verdicts, strands)), st.just("\t"))
    odd_notes = st.tuples(st.just("s1"), st.just("PASS"), st.just("+"), st.sampled_from(notes))
    usual = st.tuples(st.just("s1"), st.just("PASS"), st.just("+"), st.just("\t"))
    line = st.tuples(GOOD, usual | odd_context | odd_notes) | st.tuples(LINE, usual)
    lines = draw(st.lists(line, min_size=1, max_size=9))
    return header + "".join("\t".join((*site, *more)) + "\n" for site, more in lines)


@st.composite
def mafs(draw: st.DrawFn) -> str:
    """Draw a MAF whose first allele may be anything."""
    header = "Chromosome\tStart_Position\tReference_Allele\tTumor_Seq_Allele2\tTumor_Seq_Allele1\tNCBI_Build\n"
    first, build = st.sampled_from(["A", "C", "CA", "-", ""]), st.sampled_from(["GRCh38", "hg38", "", "38"])
    lines = draw(st.lists(st.tuples(GOOD | GOOD | LINE, first, build | st.just("GRCh37")), max_size=9))
    return header + "".join("\t".join((*site, one, name)) + "\n" for site, one, name in lines)


@st.composite
def vcfs(draw: st.DrawFn) -> str:
    """Draw a VCF with two samples."""
    header = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT1\tT2\n"
    calls = st.tuples(st.sampled_from(["GT", "GT:DP", "DP:GT", "GTX"]), GENOTYPES, GENOTYPES)
    usual = st.tuples(st.just("GT"), *[st.sampled_from(["0/1", "0/0", "1|1"])] * 2)
    verdict = st.sampled_from(["PASS", ".", "q10"])
    lines = draw(st.lists(st.tuples(GOOD | GOOD | LINE, verdict, usual | usual | calls), max_size=9))
    return header + "".join(
        f"{site[0]}\t{site[1]}\t.\t{site[2]}\t{site[3]}\t.\t{passed}\t.\t" + "\t".join(more) + "\n"
        for site, passed, more in lines
    )


@pytest.mark.parametrize("files", [tables, mafs, vcfs], ids=lambda files: files.__name__)
def test_the_short_way_leads_where_the_long_one_does(files: Callable[[], st.SearchStrategy[str]]) -> None:
    """What is sent, what is not, the counts and every fault are the same when no line is taken for plain."""

    # Lines are read by column as soon as a block before them has told how: these have a line or two.
    @given(files(), st.booleans(), st.sampled_from([60, 200, BLOCK]))
    def same(text: str, pass_only: bool, size: int) -> None:
        if files is mafs:
            pass_only = False
        with patch("cgi_runner.inputs.text_source.BLOCK", size):
            short = outcome(text, pass_only=pass_only)
        with (
            patch.object(VariantValidator, "fast_parse", lambda *_: None),
            patch.object(VariantValidator, "parse_columns", lambda *_: None),
        ):
            assert outcome(text, pass_only=pass_only) == short

    same()


MANY = (
    "Chromosome\tStart_Position\tEnd_Position\tReference_Allele\tTumor_Seq_Allele1\tTumor_Seq_Allele2\tNCBI_Build\t"
    "Tumor_Sample_Barcode\tStrand\tFILTER\tMutation_Status\tt_alt_count\tpatient\tnote\tQC\tn_alt_count\t"
    "Match_Norm_Seq_Allele2\tsample_type"
)
PLAIN = "7\t{}\t{}\tC\tC\tT\tGRCh38\tS1\t+\tPASS\tSomatic\t9\tP1\tx\tPASS\t0\tC\tTumor"


@pytest.mark.parametrize(
    ("columns", "cell"),
    [
        ("Strand", "-"),
        ("FILTER", "q10"),
        ("FILTER", "."),
        ("NCBI_Build", "GRCh37"),
        ("Tumor_Sample_Barcode", "S2"),
        ("Mutation_Status", "Germline"),
        ("t_alt_count", "0"),
        ("t_alt_count", "0.0"),
        ("QC", "FAIL"),
        ("n_alt_count", "9"),
        ("Match_Norm_Seq_Allele2", "T"),
        ("Match_Norm_Seq_Allele2", ""),
        ("sample_type", "Normal"),
        ("End_Position", "1301"),
        ("End_Position", "1400"),
        ("End_Position", ""),
        ("patient", "P2"),
        ("note", '"x"'),
        ("note", "x\ty"),
        ("Tumor_Seq_Allele1", "G"),
        ("Tumor_Seq_Allele2", "-"),
        ("Tumor_Seq_Allele2", "c"),
        ("Tumor_Seq_Allele2", ""),
        ("Reference_Allele", "-"),
        ("Reference_Allele Tumor_Seq_Allele1", "-"),
        ("Chromosome", "MT"),
        ("Start_Position", "0"),
        ("Start_Position", "1e3"),
    ],
)
def test_one_odd_row_among_many_that_are_read_by_column_is_seen(columns: str, cell: str) -> None:
    """Whatever makes a row odd, it is dealt with as if all rows were read one by one."""
    rows = [PLAIN.format(place, place).split("\t") for place in range(1000, 1400, 10)]
    for column in columns.split():
        rows[30][MANY.split("\t").index(column)] = cell
    text = "\n".join([MANY, *("\t".join(cells) for cells in rows)]) + "\n"
    with patch("cgi_runner.inputs.text_source.BLOCK", 800):
        by_column = outcome(text, pass_only=False)
        with patch.object(VariantValidator, "parse_columns", lambda *_: None):
            assert outcome(text, pass_only=False) == by_column
