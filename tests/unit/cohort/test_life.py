"""A cohort over real HTTP on a simulated clock: from its sheet to every sample's results, and again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.cohort import Flags
from cgi_runner.findings import read_findings
from cgi_runner.job import read_record
from unit.cohort.conftest import BRAF, EGFR, TP53, Bench, everything_in, files_in, rows_of

Table = Callable[..., Path]


def test_a_cohort_comes_home_whole(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Two cancer types are two jobs; each sample has a folder, the cohort its tables, and a record of it all."""
    report = bench.cohort(three, tmp_path / "out", title="Mine")
    report.raise_for_failures(strict=True)
    assert (bench.posts(), report.jobs, report.samples_done) == (2, 2, 3)
    assert {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()} == {"one", "two", "three", "jobs"}
    assert {row["CGI-Sample ID"] for row in rows_of(tmp_path / "out" / "alterations.tsv")} == {"one", "two", "three"}
    assert [row["state"] for row in rows_of(tmp_path / "out" / "samples.tsv")] == ["done"] * 3
    known = json.loads((tmp_path / "out" / "cohort.json").read_text(encoding="utf-8"))
    assert [job["state"] for job in known["jobs"]] == ["verified", "verified"]
    own = json.loads((tmp_path / "out" / "one" / "cgi-job.json").read_text(encoding="utf-8"))
    assert (own["cohort"]["id"], own["samples"], own["job_id"]) == ("s0001", {"one": 3}, "")
    assert own["rows"]["mutations"] == {"sent": 2, "returned": 2, "merged": 0, "not_returned": 0}
    assert [row["line"] for row in rows_of(tmp_path / "out" / "one" / "dropped.tsv")] == ["4"]
    assert not (tmp_path / "out" / ".cgi-runner").exists()


def test_two_genome_builds_in_one_table_are_told(
    bench: Bench, table: Table, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """On the screen, in the record and in the report; samples without positions are of no build."""
    table("a.tsv", "chr\tpos\tref\talt", BRAF)
    table("old.tsv", "chr\tpos\tref\talt", "chr1\t100\tA\tG")
    table("c.tsv", "gene\tcna", "ERBB2\tamp")
    header = "sample\tcancer_type\treference\tmutations\tcnas"
    one, other = "a\tCM\thg38\ta.tsv\t", "b\tCM\thg19\told.tsv\t"
    bench.cohort(table("same.tsv", header, one, "c\tCM\thg19\t\tc.tsv"), tmp_path / "same")
    assert "two genome builds" not in caplog.text
    bench.cohort(table("mixed.tsv", header, one, other), tmp_path / "out")
    warning = "two genome builds, hg19 (1 sample) and hg38 (1 sample)"
    assert caplog.text.count(warning) == 1
    (recorded,) = json.loads((tmp_path / "out" / "cohort.json").read_text(encoding="utf-8"))["warnings"]
    assert warning in recorded
    assert recorded in read_findings(tmp_path / "out").warnings


def test_no_name_leaves_this_machine(bench: Bench, three: Path, tmp_path: Path) -> None:
    """What CGI gets to see are made-up ids: names of samples stay here."""
    bench.cohort(three, tmp_path / "out")
    sent = [path.read_text(encoding="utf-8") for path in (tmp_path / "out" / "jobs").rglob("*.t[sx][vt]")]
    assert sent
    assert not any(name in text for text in sent for name in ("\tone\t", "\ttwo\t", "\tthree\t"))


def test_the_same_command_again_asks_nothing(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Once all is verified, a second run neither submits nor fetches nor changes a table."""
    bench.cohort(three, tmp_path / "out")
    requests, files = len(bench.sandbox.requests), everything_in(tmp_path / "out")
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert len(bench.sandbox.requests) == requests
    assert everything_in(tmp_path / "out") == files


def test_a_damaged_sample_folder_is_mended_from_the_job(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A file that is gone or cut comes back without a request; what the user put beside it stays."""
    bench.cohort(three, tmp_path / "out")
    requests, files = len(bench.sandbox.requests), everything_in(tmp_path / "out")
    (tmp_path / "out" / "one" / "alterations.tsv").unlink()
    (tmp_path / "out" / "two" / "biomarkers.tsv").write_text("cut", encoding="utf-8")
    (tmp_path / "out" / "three" / "cgi-job.json").write_text("[]", encoding="utf-8")
    (tmp_path / "out" / "two" / "my notes.md").touch()
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert len(bench.sandbox.requests) == requests
    assert everything_in(tmp_path / "out") == files
    assert (tmp_path / "out" / "two" / "my notes.md").exists()


def test_results_that_were_deleted_here_are_fetched_again(bench: Bench, three: Path, tmp_path: Path) -> None:
    """While CGI still has the job, its archive comes back, and nothing is submitted."""
    bench.cohort(three, tmp_path / "out")
    files = everything_in(tmp_path / "out")
    (tmp_path / "out" / "jobs" / "01" / "cgi-results.zip").unlink()
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 2
    assert everything_in(tmp_path / "out") == files


def test_another_folder_adopts_the_jobs(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A repeated step of a workflow finds its jobs; --fresh does not look for them."""
    bench.cohort(three, tmp_path / "out")
    bench.cohort(three, tmp_path / "again").raise_for_failures(strict=True)
    assert bench.posts() == 2
    bench.cohort(three, tmp_path / "again", Flags(fresh=True)).raise_for_failures(strict=True)
    assert bench.posts() == 4
    assert everything_in(tmp_path / "out") == everything_in(tmp_path / "again")


def test_new_samples_are_sent_alone(bench: Bench, three: Path, tmp_path: Path, table: Table) -> None:
    """A sample that is added to the sheet goes into a job of its own; what is there stays as it is."""
    bench.cohort(three, tmp_path / "out")
    before = files_in(tmp_path / "out" / "one")
    table("new.tsv", "chr\tpos\tref\talt", EGFR)
    with three.open("a", encoding="utf-8") as sheet:
        sheet.write("One\tCM\tnew.tsv\n")
    report = bench.cohort(three, tmp_path / "out")
    report.raise_for_failures(strict=True)
    assert bench.posts() == 3
    assert report.ledger.plan.folders["One"] == "One-2"
    assert files_in(tmp_path / "out" / "one") == before
    assert len(rows_of(tmp_path / "out" / "samples.tsv")) == 4


def test_file_names_need_not_be_letters(bench: Bench, tmp_path: Path, table: Table) -> None:
    """A shared file that the command line names in Latin-1 is of no harm to the samples' records."""
    maf = table(os.fsdecode(b"m\xfc.tsv"), "chr\tpos\tref\talt\tsample", f"{BRAF}\ta")
    report = bench.cohort(table("s.tsv", "sample\tcancer_type", "a\tCM"), tmp_path / "out", shared={"mutations": maf})
    report.raise_for_failures(strict=True)
    own = json.loads((tmp_path / "out" / "a" / "cgi-job.json").read_text(encoding="utf-8"))
    assert os.fsencode(own["inputs"]["mutations"]["source"]) == b"m\xfc.tsv"


@pytest.mark.parametrize("shared", [False, True])
def test_rows_that_a_file_has_gained_are_listed(bench: Bench, table: Table, tmp_path: Path, shared: bool) -> None:
    """Rows that are not sent make no other job, but they are told: of the sample, and of the cohort."""
    header, rows = "chr\tpos\tref\talt\tsample", [f"{BRAF}\ta", f"{TP53}\tb"]
    sheet = table("s.tsv", "sample\tcancer_type" + "\tmutations" * (not shared), "a\tCM\tm.tsv", "b\tCM\tm.tsv")
    wanted: dict[str, Any] = {"shared": {"mutations": tmp_path / "m.tsv"}} if shared else {}
    if shared:
        table("s.tsv", "sample\tcancer_type", "a\tCM", "b\tCM")
    table("m.tsv", header, *rows)
    bench.cohort(sheet, tmp_path / "out", **wanted).raise_for_failures(strict=True)
    table("m.tsv", header, *rows, "chrM\t1000\tA\tG\ta")
    for _ in range(2):
        bench.cohort(sheet, tmp_path / "out", **wanted).raise_for_failures(strict=True)
        for path in (tmp_path / "out" / "dropped.tsv", tmp_path / "out" / "a" / "dropped.tsv"):
            assert [row["alteration"] for row in rows_of(path)] == ["chrM:1000 A>G"]
        assert not rows_of(tmp_path / "out" / "b" / "dropped.tsv")
        assert read_record(tmp_path / "out" / "a" / "cgi-job.json").not_sent["CGI takes no mitochondrial variants"] == 1
    assert bench.posts() == 1
