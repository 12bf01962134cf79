"""One table from many: of samples that ran one by one, of cohorts, of tables with other columns."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.cohort import Defaults, merge
from cgi_runner.cohort.merged_tables import write_tables
from cgi_runner.errors import InputError
from cgi_runner.inputs import Options
from cgi_runner.job.import_archive import import_archive
from support.archives import make_generation
from unit.cohort.conftest import BRAF, TABLES, TP53, Bench, rows_of

Table = Callable[..., Path]


@pytest.fixture
def alone(bench: Bench, tmp_path: Path, table: Table) -> Callable[..., Path]:
    """Return a function that runs a sample by itself and gives its folder."""

    def run(
        folder: str, sample: str, variant: str, kind: str = "mutations", header: str = "chr\tpos\tref\talt"
    ) -> Path:
        path = table(f"{folder}.tsv", header, variant)
        job_request = {
            "sources": {kind: path},
            "options": Options(sample=sample),
            "cancer_type": "CM",
            "reference": "hg38",
        }
        bench.alone(tmp_path / folder, **job_request)
        return tmp_path / folder

    return run


def test_a_cohort_and_single_runs_merge_alike(bench: Bench, three: Path, tmp_path: Path) -> None:
    """The tables of a cohort are those of a merge of its samples' folders, in any order, and of its own folder."""
    out = tmp_path / "out"
    tables = bench.cohort(three, out).ledger.tables
    assert set(tables) == set(TABLES)
    merged = merge([out / "two", out / "three", out / "one"], tmp_path / "merged")
    assert (merged.samples, merged.tables) == (3, tables)
    merge([out], tmp_path / "again")
    for name in tables:
        assert (tmp_path / "merged" / name).read_bytes() == (out / name).read_bytes()
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


def test_other_columns_are_joined_by_name(alone: Callable[..., Path], tmp_path: Path) -> None:
    """Proteins and places in the genome have other columns: the table has all of them, and empty cells."""
    folders = [alone("a", "one", BRAF), alone("b", "two", "BRAF:p.V600E", header="protein")]
    merge(folders, tmp_path / "merged")
    first, second = rows_of(tmp_path / "merged" / "alterations.tsv")
    assert (first["chr"], first["protein"], first["CGI-Protein Change"]) == ("7", "", "V600E")
    assert (second["chr"], second["protein"], second["CGI-Protein Change"]) == ("", "BRAF:p.V600E", "V600E")


def test_ragged_rows_keep_their_cells(tmp_path: Path) -> None:
    """A short row is filled up, a last line without an end gets one, and line ends are those of the first table."""
    for name, text in (("a", "x\ty\r\n1\t2\r\n"), ("b", "y\tz\r\n3\t4\t5\r\n6"), ("c", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "biomarkers.tsv").write_bytes(text.encode())
    (tmp_path / "work").mkdir()
    folders = [tmp_path / name for name in "ab"]
    assert write_tables(folders, tmp_path, tmp_path / "work") == ["biomarkers.tsv"]
    assert (tmp_path / "biomarkers.tsv").read_bytes() == b"x\ty\tz\r\n1\t2\t\r\n\t3\t4\r\n\t6\t\r\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_last_row_without_an_end_is_a_row(end: str, tmp_path: Path) -> None:
    """The next table's first row does not go on in it; a header alone is no row."""
    columns = "x\ty"
    bodies = [f"{columns}{end}1\t2{end}3\t4", columns, f"{columns}{end}5\t6", f"{columns}{end}"]
    folders = [tmp_path / name for name in "abcd"]
    for folder, body in zip(folders, bodies, strict=True):
        folder.mkdir()
        (folder / "biomarkers.tsv").write_bytes(body.encode())
    (tmp_path / "work").mkdir()
    write_tables(folders, tmp_path, tmp_path / "work")
    assert (tmp_path / "biomarkers.tsv").read_bytes().decode() == "".join(
        f"{row}{end}" for row in (columns, "1\t2", "3\t4", "5\t6")
    )


def test_rows_of_a_cohort_that_are_no_sample_s_come_along(bench: Bench, table: Table, tmp_path: Path) -> None:
    """A variant that nobody carries, for one, stands in the cohort's list alone."""
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tP1\tP2"
    rows = ["7\t140753336\t.\tA\tT\t.\t.\t.\tGT\t0/1\t0/1", "8\t5\t.\tA\tT\t.\t.\t.\tGT\t0/0\t0/0"]
    rows.append("M\t5\t.\tA\tT\t.\t.\t.\tGT\t0/1\t0/0")
    vcf = table("all.vcf", "##fileformat=VCFv4.2", fixed, *rows)
    bench.cohort(None, tmp_path / "out", shared={"mutations": vcf}, defaults=Defaults("CM"))
    merge([tmp_path / "out"], tmp_path / "merged")
    listed = [row["reason"] for row in rows_of(tmp_path / "merged" / "dropped.tsv")]
    assert listed == ["no sample carries the allele", "CGI takes no mitochondrial variants"]
    assert (tmp_path / "merged" / "dropped.tsv").read_bytes() == (tmp_path / "out" / "dropped.tsv").read_bytes()
    merge([tmp_path / "out" / "P2", tmp_path / "out"], tmp_path / "merged")
    assert [row["reason"] for row in rows_of(tmp_path / "merged" / "dropped.tsv")] == listed


def test_results_of_an_earlier_cgi_are_not_left_out_silently(alone: Callable[..., Path], tmp_path: Path) -> None:
    """Their tables have other names and columns; a patient would be missing from the merged ones."""
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        for name, text in make_generation("2a").items():
            archive.writestr(name, text)
    import_archive(tmp_path / "old.zip", tmp_path / "old")
    with pytest.raises(InputError, match=r"mutation_analysis\.tsv of an earlier CGI"):
        merge([alone("a", "one", BRAF), tmp_path / "old"], tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_merge_can_be_made_anew(alone: Callable[..., Path], tmp_path: Path) -> None:
    """With one more sample, or a kind of table less, the same folder is brought up to date."""
    one, two = alone("a", "one", BRAF), alone("b", "two", "MET\tamp", "cnas", "gene\tcna")
    assert "cna_analysis.tsv" in merge([one, two], tmp_path / "merged").tables
    assert merge([one], tmp_path / "merged").samples == 1
    assert not (tmp_path / "merged" / "cna_analysis.tsv").exists()


def test_nothing_else_is_overwritten(alone: Callable[..., Path], bench: Bench, three: Path, tmp_path: Path) -> None:
    """The folder of a run or of a cohort is no place for a merge."""
    one = alone("a", "first", BRAF)
    bench.cohort(three, tmp_path / "out")
    for taken in (one, tmp_path / "out"):
        with pytest.raises(InputError, match="which is not this job's"):
            merge([one], taken)


def test_a_sample_counts_once(alone: Callable[..., Path], tmp_path: Path) -> None:
    """Two folders with the same sample are told, with both names; the same folder twice is no harm."""
    folders = [alone("a", "one", BRAF), alone("b", "one", TP53)]
    with pytest.raises(InputError, match=r"1 sample in several folders\n  one: in .*/a and .*/b"):
        merge(folders, tmp_path / "merged")
    assert merge([folders[0], folders[0]], tmp_path / "merged").samples == 1
    assert len(rows_of(tmp_path / "merged" / "alterations.tsv")) == 1


def test_only_verified_results_are_merged(alone: Callable[..., Path], tmp_path: Path) -> None:
    """All folders that have none are told at once."""
    one = alone("a", "one", BRAF)
    text = (one / "cgi-job.json").read_text(encoding="utf-8")
    (one / "cgi-job.json").write_text(text.replace('"verified",', '"waiting",'), encoding="utf-8")
    with pytest.raises(InputError, match=r"(?s)2 folders.*no verified results yet.*not a valid record of a job"):
        merge([one, tmp_path / "gone"], tmp_path / "merged")
    with pytest.raises(InputError, match=r"alterations\.tsv is a file, expected an output folder"):
        merge([one / "alterations.tsv"], tmp_path / "merged")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "cohort.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="not a valid record of a cohort"):
        merge([tmp_path / "odd"], tmp_path / "merged")


def edit_record(folder: Path, **facts: object) -> Path:
    """Change what a folder's record says."""
    path = folder / "cgi-job.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | facts), encoding="utf-8")
    return folder


def test_genome_builds_are_not_mixed(alone: Callable[..., Path], tmp_path: Path) -> None:
    """The same number is another place in another build."""
    folders = [alone("a", "one", BRAF), edit_record(alone("b", "two", TP53), reference="hg19")]
    with pytest.raises(InputError, match=r"different genome builds: hg19 \(.*/b\), hg38 \(.*/a\)"):
        merge(folders, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_results_of_the_sandbox_are_not_mixed_with_real_ones(alone: Callable[..., Path], tmp_path: Path) -> None:
    """They are made up; a record or CGI's version tells."""
    real = {
        "service": "https://www.cancergenomeinterpreter.org/api/v1",
        "cgi": {"version": "v23.12.2"},
        "service_kind": "",
    }
    folders = [edit_record(alone("a", "one", BRAF), **real), alone("b", "two", TP53)]
    with pytest.raises(InputError, match=r"different services: CGI \(.*/a\), sandbox \(.*/b\)"):
        merge(folders, tmp_path / "merged")
    edit_record(folders[1], service="http://127.0.0.1:1/api/v1", cgi={"version": "v23.12.2 (Sandbox)"})
    with pytest.raises(InputError, match="different services"):
        merge(folders, tmp_path / "merged")


def test_versions_of_cgi_are_told_and_kept(
    alone: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its knowledge changes from version to version, so that samples may differ for no other reason."""
    folders = [alone("a", "one", BRAF), edit_record(alone("b", "two", TP53), cgi={"version": "v23.05.3"})]
    merge(folders, tmp_path / "merged")
    kept = json.loads((tmp_path / "merged" / "cohort.json").read_text(encoding="utf-8"))
    assert (kept["reference"], kept["service"]) == ("hg38", "sandbox")
    assert kept["cgi_versions"]["v23.05.3"] == 1
    assert len(kept["cgi_versions"]) == 2
    assert "different versions of CGI: v23.05.3 (" in caplog.text
    caplog.clear()
    merge(folders[:1], tmp_path / "merged")
    assert "versions" not in caplog.text
