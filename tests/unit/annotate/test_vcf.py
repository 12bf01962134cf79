"""A VCF in, the same VCF with CGI's answers out: whose answers, which, and how they are written."""

from __future__ import annotations

import gzip
import itertools
import logging
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgi_runner.annotate.bgzf import BgzfWriter
from cgi_runner.annotate.fields import KEYS
from cgi_runner.annotate.file import annotate_file
from cgi_runner.errors import InputError
from unit.annotate.conftest import BRAF, annotate, keys_of, statuses, vcf, write_results

needs_bcftools = pytest.mark.skipif(not shutil.which("bcftools"), reason="needs bcftools")
needs_tabix = pytest.mark.skipif(not shutil.which("tabix") or not shutil.which("bgzip"), reason="needs bgzip and tabix")


def removed(annotated: str) -> str:
    """Take CGI's keys and header lines out again, by nothing but the names that begin with CGI_."""
    lines = []
    for line in annotated.splitlines(keepends=True) if "\r" not in annotated else re.findall(r"[^\n]*\n?", annotated):
        if line.startswith(("##INFO=<ID=CGI_", "##CGI_")):
            continue
        cells = line.split("\t")
        if not line.startswith("#") and len(cells) > 7:
            end = cells[7][len(cells[7].rstrip("\r\n")) :]
            info = [each for each in cells[7].rstrip("\r\n").split(";") if not each.startswith("CGI_")]
            cells[7] = (";".join(info) if info else ".") + end
        lines.append("\t".join(cells))
    return "".join(lines)


def test_each_allele_has_its_own_answer(results: Path) -> None:
    """The first allele of a line is returned, the second was not sent by the run."""
    (keys,) = keys_of(annotate(vcf("chr7 140753336 . A T,C . . ."), results, sample="one"))
    assert keys["CGI_Status"] == "returned,not_in_run"
    assert keys["CGI_Gene"] == "BRAF,."
    assert keys["CGI_Driver"] == "yes,."


def test_every_status_is_told_with_its_reason(results: Path) -> None:
    """Returned, not returned, not sent by the run or by nature, of another sample, unknown to the run."""
    annotated = annotate(
        vcf(
            BRAF,
            "3 100 . A C . PASS .",
            "2 50 . G A . q10 .",
            "1 60 . G <DEL> . PASS .",
            "MT 60 . G A . PASS .",
            "9 300 . C G . PASS .",
            "1 61 . G A . PASS .",
        ),
        results,
        sample="one",
    )
    assert statuses(annotated) == [
        "returned", "not_returned", "not_sent", "not_sent", "not_sent", "other_sample", "not_in_run"
    ]  # fmt: skip
    assert [keys.get("CGI_Reason") for keys in keys_of(annotated)] == [
        None, "Reference_allele_is_wrong", "FILTER_is_not_PASS", "symbolic_allele",
        "CGI_takes_no_mitochondrial_variants", None, None,
    ]  # fmt: skip


def test_without_a_copy_of_the_upload_nobody_knows_what_was_sent(results: Path) -> None:
    """A variant that is not among the results may have been sent or not."""
    (results / "input01.tsv").unlink()
    assert statuses(annotate(vcf(BRAF, "1 61 . G A . . ."), results, sample="one")) == ["returned", "unknown"]


@pytest.mark.parametrize(
    "record",
    ["17 43124027 . ACT A . . .", "chr17 43124026 . TACTG TAG . . .", "17 43124028 . CT - . . .",
     "NC_000017.11 43124027 . ACT A . . ."],
)  # fmt: skip
def test_a_deletion_is_joined_however_it_is_spelled(record: str, results: Path) -> None:
    """With the base before it, with bases around it, without any, on a chromosome by whatever name."""
    (keys,) = keys_of(annotate(vcf(record), results, sample="one"))
    assert (keys["CGI_Status"], keys["CGI_Gene"]) == ("returned", "BRCA1")


def test_order_and_duplicates_do_not_matter(results: Path) -> None:
    """A file that was sorted anew, in which a variant stands twice."""
    annotated = annotate(vcf("17 43124027 . ACT A . . .", BRAF, BRAF), results, sample="one")
    assert [keys["CGI_Gene"] for keys in keys_of(annotated)] == ["BRCA1", "BRAF", "BRAF"]


def test_only_complete_matches_without_wild_types_give_levels(results: Path) -> None:
    """A letter stands with its effect; of each effect the best level, with the drugs at it."""
    braf, brca = keys_of(annotate(vcf(BRAF, "17 43124027 . ACT A . . .", version="4.3"), results, sample="one"))
    assert braf["CGI_LevelResponsive"] == "B"
    assert braf["CGI_LevelResistant"] == "C"
    assert braf["CGI_LevelOtherResponsive"] == "A"
    assert unquote(braf["CGI_Drugs"]) == "Responsive:Dabrafenib (BRAF); Trametinib, both|Resistant:Cetuximab"
    assert not {key for key in brca if key.startswith(("CGI_Level", "CGI_Drugs"))}


def test_a_match_without_a_protein_change_is_marked_ambiguous(results: Path) -> None:
    """It may be of another variant of the gene; without a summary, the driver is not judged."""
    (keys,) = keys_of(annotate(vcf("5 200 . T TGG . . ."), results, sample="two"))
    assert keys["CGI_Drugs"] == "Responsive%3AAspirin_(ambiguous)"
    assert keys["CGI_Driver"] == "not_judged"


def test_a_drug_for_another_change_of_the_gene_is_marked(results: Path) -> None:
    """CGI calls the match complete, and its list of changes has another one."""
    table = results / "biomarkers.tsv"
    table.write_text(
        table.read_text().replace("BRAF (V600E)\tBRAF (V600E)\tCetuximab", "BRAF (V600E)\tBRAF (V600K)\tCetuximab")
    )
    (keys,) = keys_of(annotate(vcf(BRAF, version="4.3"), results, sample="one"))
    assert unquote(keys["CGI_Drugs"]).split("|")[1] == "Resistant:Cetuximab (change not listed)"


def test_drivers_are_told_by_the_summary_and_not_by_the_prediction(results: Path) -> None:
    """A passenger by prediction that is annotated as oncogenic is a driver; bars within an entry are no bars."""
    (keys,) = keys_of(annotate(vcf(BRAF, version="4.3"), results, sample="one"))
    assert (keys["CGI_Driver"], keys["CGI_Prediction"]) == ("yes", "passenger (oncodriveMUT)")
    assert keys["CGI_Known"] == "cgi|onco/kb|clinvar%3A13961"


def test_samples_of_a_vcf_are_joined_by_their_genotypes(results: Path) -> None:
    """Where carriers differ, each has its value by name; a sample of nobody's is passed over."""
    annotated = annotate(
        vcf(
            "7 140753336 . A T . . . GT:DP 0/1:3 1|1:4 0/1:5",
            "9 300 . C G . . . GT 0/0 0/1 0/0",
            "9 300 . C G . . . GT 0/1 0/0 0/0",
            "9 301 . C G . . . GT 0/0 ./. 0/0",
            "9 302 . C G . . . GT 0/0 0/0 0/1",
            samples="one two normal",
        ),
        results,
    )
    assert statuses(annotated) == ["returned", "returned", "other_sample", "not_sent", "not_in_run"]
    first = keys_of(annotated)[0]
    assert first["CGI_Gene"] == "BRAF"
    assert first["CGI_LevelResponsive"] == "one%3DB"
    assert keys_of(annotated)[3]["CGI_Reason"] == "no_sample_carries_the_allele"


def test_what_only_the_normal_carries_was_not_sent(results: Path) -> None:
    """The run has listed it without a sample, and the file is no other than the one that was interpreted."""
    with (results / "dropped.tsv").open("a") as file:
        file.write("mutations\t9\t\tchr4:70 G>A\tnot sent\tnot somatic: SS=3 (LOH)\n")
    records = [
        "4 70 . G A . . . GT 0/0 0/0 0/1",
        "4 70 . G A,T . . . GT 0/0 0/0 1/2",
        "4 71 . G A . . . GT 0/0 0/0 0/1",
    ]
    annotated = annotate(vcf(*records, samples="one two normal"), results)
    assert statuses(annotated) == ["not_sent", "not_sent,not_in_run", "not_in_run"]
    assert keys_of(annotated)[0]["CGI_Reason"] == "not_somatic%3A_SS%3D3_(LOH)"


def test_a_column_is_never_taken_for_another_patient(results: Path) -> None:
    """Foreign names are refused; --sample picks a column, but none that is another sample's."""
    record = "7 140753336 . A T . . . GT 0/1"
    with pytest.raises(InputError, match="expected one of 'one', 'two'"):
        annotate(vcf(record, samples="TUMOR"), results)
    assert statuses(annotate(vcf(record, samples="TUMOR"), results, sample="one")) == ["returned"]
    pair = vcf(record + " 0/0", samples="TUMOR NORMAL")
    assert statuses(annotate(pair, results, sample="one")) == ["returned"]
    with pytest.raises(InputError, match="expected 'one' among them"):
        annotate(vcf(record, samples="two"), results, sample="one")
    with pytest.raises(InputError, match="expected 'one' among them"):
        annotate(vcf(record + " 0/0", samples="x y"), results, sample="one")
    with pytest.raises(InputError, match="results hold several"):
        annotate(vcf(BRAF), results)
    with pytest.raises(InputError, match="hold no sample 'three'"):
        annotate(vcf(BRAF), results, sample="three")


def test_a_file_of_another_genome_is_refused(results: Path) -> None:
    """Positions of hg19 in results of hg38 would be other variants."""
    text = vcf(BRAF).replace("#CHROM", "##reference=GRCh37\n#CHROM")
    with pytest.raises(InputError, match=r"is hg19, the results are hg38"):
        annotate(text, results, sample="one")


@pytest.mark.parametrize("order", [1, -1])
def test_a_file_that_names_two_genomes_is_warned_of(
    results: Path, caplog: pytest.LogCaptureFixture, order: int
) -> None:
    """The results' build was among them, and nobody heard of the other."""
    lines = "\n".join(["##reference=GRCh37", "##assembly=GRCh38"][::order])
    annotate(vcf(BRAF).replace("#CHROM", f"{lines}\n#CHROM"), results, sample="one")
    assert any("is hg19, the results are hg38" in text for text in caplog.messages)


def test_a_record_of_another_genome_is_refused_although_the_results_know_its_place(results: Path) -> None:
    """A chromosome by its name in hg19, below records that say nothing of their build."""
    with pytest.raises(InputError, match=r"'NC_000007\.13', which the genome build"):
        annotate(vcf(BRAF, "NC_000007.13 140753336 . A T . . ."), results, sample="one")


def test_a_byte_order_mark_stays(results: Path) -> None:
    """It is read over, as when the file is prepared, and the version behind it counts."""
    text = "\ufeff" + vcf("5 200 . T TGG . . .", version="4.3")
    annotated = annotate(text, results, sample="two")
    assert annotated.startswith("\ufeff##fileformat=VCFv4.3\n")
    assert keys_of(annotated[1:])[0]["CGI_Drugs"] == "Responsive%3AAspirin (ambiguous)"
    assert removed(annotated) == text


def test_what_the_results_do_not_know_is_told_alike_by_either_way(results: Path) -> None:
    """Each record alone and with a second allele, which takes the longer way: the first allele has the same keys."""
    sites = ["7 140753337 . A", "07 140753336 . A", "7 x . A", "MT 5 . A", "GL000192.1 5 . A", "7 0140753336 . A",
             "9 300 . C", "3 100 . A"]  # fmt: skip
    for site in sites:
        for allele in ("T", "G", "C", "TT", "<DEL>", "*", ".", "a", "N"):
            (alone,) = keys_of(annotate(vcf(f"{site} {allele} . . ."), results, sample="one"))
            (both,) = keys_of(annotate(vcf(f"{site} {allele},GGGG . . ."), results, sample="one"))
            firsts = {key: value.split(",")[0] for key, value in both.items()}
            assert alone == {key: value for key, value in firsts.items() if value != "."}, (site, allele)


def test_keys_that_are_there_are_refused_or_replaced(results: Path) -> None:
    """Two interpretations in one file would contradict each other."""
    once = annotate(vcf(BRAF, "1 61 . G A . . ."), results, sample="one")
    with pytest.raises(InputError, match="CGI_results") as caught:
        annotate(once, results, sample="one")
    assert "--overwrite" in caught.value.tip
    with pytest.raises(InputError, match="CGI_Gene"):
        annotate(vcf("7 140753336 . A T . . DP=1;CGI_Gene=X"), results, sample="one")
    text = vcf(BRAF).replace("#CHROM", '##INFO=<Number=1,ID=CGI_Gene,Type=String,Description="x">\n#CHROM')
    with pytest.raises(InputError, match="line 2: found CGI_Gene"):
        annotate(text, results, sample="one")
    assert annotate(once, results, sample="one", overwrite=True) == once


def test_alleles_without_an_answer_are_counted_in_a_warning(results: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Another file than the one that was interpreted is noticed by that."""
    caplog.set_level(logging.INFO)
    annotate(vcf(BRAF, "1 61 . G A,T . . .", "9 300 . C G . . ."), results, sample="one")
    assert "alleles: 4 (returned 1, other_sample 1, not_in_run 2)" in caplog.text
    assert "3 of 4 alleles are not in the results" in caplog.text


@pytest.mark.parametrize("samples", ["", "one"])
def test_results_without_mutations_are_refused(samples: str, results: Path) -> None:
    """Of copy numbers alone, nothing can be put into a VCF, whatever samples it has."""
    for name in ("alterations.tsv", "input01.tsv", "dropped.tsv"):
        (results / name).unlink()
    text = vcf(BRAF + " GT 0/1", samples=samples) if samples else vcf(BRAF)
    with pytest.raises(InputError, match="results holds no mutations, expected results"):
        annotate(text, results)


@pytest.mark.parametrize("first", [0, 1])
def test_a_second_header_among_the_records_is_refused(first: int, results: Path) -> None:
    """Two files in one: the same column may be another patient's there, with its first line or without."""
    other = "".join(vcf(BRAF + " GT 0/1", samples="two").splitlines(keepends=True)[first:])
    with pytest.raises(InputError, match="line 4: found the header of another VCF"):
        annotate(vcf(BRAF + " GT 0/1", samples="one") + other, results)


def test_column_names_that_are_repeated_among_the_records_are_no_record(results: Path) -> None:
    """As when the file is sent: the same names are passed over, and stay as they are."""
    text = vcf(BRAF + " GT 0/1", samples="one") + "".join(vcf(BRAF + " GT 0/1", samples="one").splitlines(True)[1:])
    annotated = annotate(text, results)
    assert removed(annotated) == text
    assert statuses(annotated) == ["returned", "returned"]


def test_a_failure_leaves_no_output(results: Path) -> None:
    """A short line in the middle of a file is a fault, and what was there before stays."""
    (results.parent / "annotated.txt").write_text("older")
    with pytest.raises(InputError, match="line 4: found 2 columns, expected 8"):
        annotate(vcf(BRAF) + "7\t1\n", results, sample="one")
    assert (results.parent / "annotated.txt").read_text() == "older"
    assert not list(results.parent.glob(".*.part"))


def test_a_header_without_names_of_columns_is_refused(results: Path) -> None:
    """The file was cut off, or is none."""
    with pytest.raises(InputError, match="no header line"):
        annotate("##fileformat=VCFv4.2\n", results, sample="one")


def test_compressed_files_are_read_and_a_cut_off_one_is_refused(results: Path) -> None:
    """Gzip or BGZF; without its end, nobody knows what is missing."""
    plain = vcf(BRAF)
    assert annotate(gzip.compress(plain.encode()), results, sample="one") == annotate(plain, results, sample="one")
    with pytest.raises(InputError, match="cannot be read completely"):
        annotate(gzip.compress(plain.encode() * 50)[:-10], results, sample="one")
    with pytest.raises(InputError, match="BCF"):
        annotate(gzip.compress(b"BCF\x02\x02"), results, sample="one")


@needs_tabix
@pytest.mark.parametrize("size", [0, 1, 0xFF00, 0xFF00 + 1, 200_000])
def test_bgzf_is_what_bgzip_accepts(size: int, tmp_path: Path) -> None:
    """Blocks of any content, down to none, are whole by bgzip's own check."""
    data = bytes(n * n * 7 % 251 for n in range(size))
    path = tmp_path / "data.gz"
    with path.open("wb") as file:
        writer = BgzfWriter(file)
        for start in range(0, size, 1000):
            writer.write(data[start : start + 1000])
        writer.finish()
    subprocess.run(["bgzip", "-t", path], check=True)
    assert gzip.decompress(path.read_bytes()) == data


@needs_tabix
@needs_bcftools
@pytest.mark.parametrize("version", ["4.1", "4.2", "4.3", "4.4", "4.5"])
def test_bcftools_reads_every_value_back(version: str, results: Path) -> None:
    """From a compressed and indexed file, by query and through view, for every version of VCF."""
    source, output = results.parent / "in.vcf", results.parent / "out.vcf.gz"
    contigs = '##INFO=<ID=END,Number=1,Type=Integer,Description="End">\n##FILTER=<ID=q10,Description="Low">\n'
    contigs += '##INFO=<ID=DB,Number=0,Type=Flag,Description="Known">\n'
    contigs += "".join(f"##contig=<ID={name}>\n" for name in ("1", "7"))
    text = vcf(
        "1 61 . G <DEL>,A . . END=90",
        "1 62 . G A . . DB;",
        "1 63 . G *,A . . END=64;DB;",
        "7 140753336 . A T,C . . .",
        "7 140753337 . A . . . .",
        version=version,
    )
    source.write_text(text.replace("#CHROM", contigs + "#CHROM"))
    annotate_file(source, results, output, sample="one")
    subprocess.run(["bgzip", "-t", output], check=True)
    subprocess.run(["tabix", "-p", "vcf", output], check=True)
    found = subprocess.run(["tabix", output, "7:140753336-140753336"], check=True, capture_output=True, text=True)
    assert found.stdout.startswith("7\t140753336\t")
    plain = gzip.decompress(output.read_bytes()).decode()
    written = keys_of(plain)
    viewed = subprocess.run(["bcftools", "view", "--no-version", output], check=True, capture_output=True, text=True)
    assert viewed.stderr == ""
    assert keys_of(viewed.stdout) == written
    for key in ("CGI_Status", "CGI_Reason", "CGI_Gene", "CGI_Drugs", "CGI_LevelResponsive", "CGI_Known"):
        asked = subprocess.run(
            ["bcftools", "query", "-f", f"%{key}\n", output], check=True, capture_output=True, text=True
        )
        assert asked.stdout.splitlines() == [keys.get(key, ".") for keys in written]


@needs_tabix
@needs_bcftools
@pytest.mark.parametrize("version", ["4.1", "4.2", "4.3", "4.4", "4.5"])
def test_bcftools_reads_all_keys_of_any_record(version: str, results: Path) -> None:
    """Every form of INFO with every kind of allele, and carriers who differ: by query, through view, and by place."""
    sites = [("7 140753336", "A"), ("5 200", "T"), ("17 43124027", "ACT"), ("3 100", "A"), ("MT 5", "G")]
    alleles = ["T", "TGG", "A,T", "<DEL>,C", "*,G", "."]
    facts = [".", "DP=3", "DP=3;", "DB;DP=3"]
    genotypes = ["GT 0/1 0/1", "GT:DP 1/1:3 0/0:1", "DP 1 2", "GT ./. 2|1"]
    records = [
        f"{place} . {reference} {allele if allele != reference else 'G'} . . {fact} {genotypes[number % 4]}"
        for place, reference in sorted(sites)
        for number, (allele, fact) in enumerate(itertools.product(alleles, facts))
    ]
    declared = "".join(f"##contig=<ID={place.split()[0]}>\n" for place, _ in sorted(sites))
    declared += '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    declared += '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">\n'
    declared += '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">\n'
    declared += '##INFO=<ID=DB,Number=0,Type=Flag,Description="Known">\n##ALT=<ID=DEL,Description="Deletion">\n'
    text = vcf(*records, samples="one two", version=version).replace("#CHROM", declared + "#CHROM")
    source, output = results.parent / "in.vcf", results.parent / "out.vcf.gz"
    source.write_text(text)
    annotate_file(source, results, output)
    subprocess.run(["bgzip", "-t", output], check=True)
    subprocess.run(["tabix", "-p", "vcf", output], check=True)
    plain = gzip.decompress(output.read_bytes()).decode()
    assert removed(plain) == text
    written = keys_of(plain)
    assert {status for keys in written for status in unquote(keys["CGI_Status"]).replace("=", ",").split(",")} > {
        "returned", "not_sent", "not_in_run"
    }  # fmt: skip
    form = "\t".join(f"%{key}" for key in KEYS) + "\n"
    for command in (["query", "-f", form], ["view", "--no-version"]):
        asked = subprocess.run(["bcftools", *command, output], check=True, capture_output=True, text=True)
        assert asked.stderr == ""
        if command[0] == "view":
            assert keys_of(asked.stdout) == written
        else:
            lines = ["\t".join(keys.get(key, ".") for key in KEYS) for keys in written]
            assert asked.stdout.splitlines() == lines
    for name in ("7", "MT"):
        asked = subprocess.run(["tabix", output, name], check=True, capture_output=True, text=True)
        assert len(asked.stdout.splitlines()) == len(alleles) * len(facts)


_INFO = st.one_of(
    st.sampled_from([".", "", "DP=3", "DP=3;", ";", ";;", "DP=3;;", "X=CGI_;Y=1", "DB", "T=a b%20"]),
    st.lists(st.sampled_from(["A=1", "B", "C=x,y", "", "D=é"]), min_size=1, max_size=4).map(";".join),
)
_RECORD = st.tuples(
    st.sampled_from(["1", "chr7", "7", "MT", "GL000192.1"]),
    st.integers(1, 300).map(str) | st.just("140753336"),
    st.just("."),
    st.sampled_from(["A", "AT", "N", "a"]),
    st.sampled_from(["T", "T,C", ".", "<DEL>,T", "*", "ATT", "A[1:5["]),
    st.just("."),
    st.sampled_from(["PASS", "q10", "."]),
    _INFO,
    st.just("GT:DP"),
    st.sampled_from(["0/1:3", "1|2", "./.:.", "0", "9/9"]),
    st.sampled_from(["0/0:3", "1/1"]),
)


@given(
    records=st.lists(_RECORD, max_size=6),
    has_genotypes=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    version=st.sampled_from(["4.1", "4.2", "4.3", "4.4", "4.5"]),
    is_ended=st.booleans(),
    has_blank=st.booleans(),
)
def test_removing_the_keys_gives_the_input_byte_for_byte(
    records: list[tuple[str, ...]], *, has_genotypes: bool, end: str, version: str, is_ended: bool, has_blank: bool
) -> None:
    """INFO of any form, either line end, several alleles, a last line without an end, a blank line: nothing changes."""
    text = vcf(samples="one two" if has_genotypes else "", version=version, end=end)
    text += "".join("\t".join(record if has_genotypes else record[:8]) + end for record in records)
    text += end if has_blank else ""
    text = text if is_ended else text.removesuffix(end)
    with tempfile.TemporaryDirectory() as folder:
        results = write_results(Path(folder) / "results")
        annotated = annotate(text, results, sample=None if has_genotypes else "one")
    assert removed(annotated) == text
    assert len(statuses(annotated)) == len(records)
