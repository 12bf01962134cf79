"""Samples that cannot be used, jobs that fail and rows that are missing: each is told, and the others are whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.cohort import Flags
from cgi_runner.cohort.outcome import CohortError
from cgi_runner.errors import InputError, RowsMissingError
from cgi_runner.inputs import Options
from cgi_sandbox import analysis, variants, worker
from cgi_sandbox.row_index import SharedVariants
from cgi_sandbox.store import FAILED, Job
from cgi_sandbox.tables import SkippedError
from unit.cohort.conftest import BRAF, Bench, files_in, rows_of

Table = Callable[..., Path]


def failing(cancer_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sandbox end jobs of this cancer type with Error."""

    def analyse(job: Job, folder: Path, stopping: Callable[[], bool], shared_variants: SharedVariants) -> str:
        if job.cancer_type != cancer_type:
            return analysis.analyse(job, folder, stopping, shared_variants)
        (folder / analysis.WARNINGS_LOG).write_text("ERROR\tIt cannot be\n", encoding="utf-8")
        return FAILED

    monkeypatch.setattr(worker, "analyse", analyse)


def skipping(chromosome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sandbox skip the rows of a chromosome, saying why in the log."""
    name_of = variants.parse_chromosome

    def parse_chromosome(text: str) -> str:
        if name_of(text) == chromosome:
            raise SkippedError("Skipping what is not wanted")
        return name_of(text)

    monkeypatch.setattr(variants, "parse_chromosome", parse_chromosome)


def test_a_sheet_that_is_no_utf8_is_refused_before_anything_is_sent(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Its names could not be written into the records; --skip-bad goes on without these lines."""
    three.write_bytes(three.read_bytes() + b"M\xfcller\tCM\ta.tsv\n")
    with pytest.raises(InputError, match=r"on line 5, expected UTF-8 text"):
        bench.cohort(three, tmp_path / "out")
    assert bench.posts() == 0
    report = bench.cohort(three, tmp_path / "out", Flags(skip_bad=True))
    assert (report.samples_done, report.jobs) == (3, 2)


def test_bad_samples_are_listed_at_once(
    bench: Bench, three: Path, tmp_path: Path, table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    """All of them, before anything is sent; with --skip-bad the others go on, and it is said which do not."""
    table("odd.tsv", "chr\tpos\tref\talt", *(f"chr1\t{n}x\tA\tG" for n in range(9)))
    with three.open("a", encoding="utf-8") as sheet:
        sheet.write("odd\tCM\todd.tsv\nnameless\tXYZ\ta.tsv\n")
    with pytest.raises(InputError, match=r"(?s)2 of 5 samples.*nameless.*odd.*line 2.*more lines") as raised:
        bench.cohort(three, tmp_path / "out")
    assert "--skip-bad" in raised.value.tip
    assert (bench.posts(), (tmp_path / "out").exists()) == (0, False)
    report = bench.cohort(three, tmp_path / "out", Flags(skip_bad=True))
    report.raise_for_failures(strict=True)
    assert "2 of 5 samples are skipped" in caplog.text
    skipped = [row for row in rows_of(tmp_path / "out" / "samples.tsv") if row["state"] == "skipped"]
    assert [row["sample"] for row in skipped] == ["nameless", "odd"]
    table("odd.tsv", "chr\tpos\tref\talt", BRAF)
    bench.cohort(three, tmp_path / "out", Flags(skip_bad=True)).raise_for_failures(strict=True)
    assert (tmp_path / "out" / "odd" / "alterations.tsv").exists()


def test_rows_of_skipped_samples_are_accounted_for(
    bench: Bench, three: Path, tmp_path: Path, table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    """A sample whose rows are all of no use is left out with --skip-bad: its rows are listed, nobody gets another's."""
    table("d.tsv", "gene\tcna\tsample", "MYC\tgain\tfour", "ERBB2\tamp\tfive")
    with three.open("a", encoding="utf-8") as sheet:
        sheet.write("four\tCM\t\td.tsv\n")
    with pytest.raises(InputError, match=r"four: d.tsv: found nothing to send of 'four'.*neither amp nor del: 1"):
        bench.cohort(three, tmp_path / "out")
    bench.cohort(three, tmp_path / "out", Flags(skip_bad=True)).raise_for_failures(strict=True)
    assert "neither amp nor del: 1" in caplog.text
    assert not (tmp_path / "out" / "four").exists()
    listed = [(row["sample"], row["reason"]) for row in rows_of(tmp_path / "out" / "dropped.tsv")]
    assert ("four", "neither amp nor del") in listed
    assert "five" not in (tmp_path / "out" / "dropped.tsv").read_text(encoding="utf-8")


def test_skipping_all_samples_is_no_success(bench: Bench, tmp_path: Path, table: Table) -> None:
    """With nothing left to send, --skip-bad is of no help."""
    sheet = table("s.tsv", "sample\tcancer_type\tmutations", "a\tCM\tgone.tsv")
    with pytest.raises(InputError, match="1 of 1 samples"):
        bench.cohort(sheet, tmp_path / "out", Flags(skip_bad=True))


def test_a_failing_job_leaves_the_others_whole(
    bench: Bench, three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its samples are named at the end, with CGI's reason and the exit code of a failed job."""
    failing("BRCA", monkeypatch)
    report = bench.cohort(three, tmp_path / "out")
    with pytest.raises(CohortError, match=r"(?s)1 of 2 jobs.*job 02 \(three\).*It cannot be") as raised:
        report.raise_for_failures(strict=False)
    assert raised.value.exit_code == 5
    assert [row["state"] for row in rows_of(tmp_path / "out" / "samples.tsv")] == ["done", "done", "failed"]
    assert {row["CGI-Sample ID"] for row in rows_of(tmp_path / "out" / "alterations.tsv")} == {"one", "two"}


def test_samples_of_a_failed_job_may_change(
    bench: Bench, three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it stands, the job is reported again; corrected samples get a new one, in the same folder."""
    failing("BRCA", monkeypatch)
    for _ in range(2):
        assert len(bench.cohort(three, tmp_path / "out").failures) == 1
    assert bench.posts() == 2
    monkeypatch.undo()
    text = three.read_text(encoding="utf-8").replace("three\tBRCA\ta.tsv", "three\tBRCA\tb.tsv")
    three.write_text(text, encoding="utf-8")
    report = bench.cohort(three, tmp_path / "out")
    report.raise_for_failures(strict=True)
    assert [batch.name for batch in report.ledger.plan.batches] == ["01", "03"]
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 3


def test_missing_rows_are_those_of_the_sample_alone(
    bench: Bench, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that CGI skips is in the sample's list with its line and CGI's reason, and makes --strict fail."""
    skipping("22", monkeypatch)
    table("a.tsv", "chr\tpos\tref\talt", "chr22\t200\tA\tG", BRAF, "MT\t1\tA\tG")
    table("b.tsv", "chr\tpos\tref\talt", BRAF, "chr22\t100\tA\tG", "chr22\t300\tA\tC")
    sheet = table("s.tsv", "sample\tcancer_type\tmutations", "a\tCM\ta.tsv", "b\tCM\tb.tsv")
    report = bench.cohort(sheet, tmp_path / "out")
    with pytest.raises(RowsMissingError, match="3 rows"):
        report.raise_for_failures(strict=True)
    report.raise_for_failures(strict=False)
    assert report.ledger.missing == {"a": 1, "b": 2}
    for name in "ab":
        job_request = {"sources": {"mutations": tmp_path / f"{name}.tsv"}, "cancer_type": "CM", "reference": "hg38"}
        assert files_in(tmp_path / "out" / name) == bench.of_another().alone(
            tmp_path / name, options=Options(sample=name), **job_request
        )
    own = json.loads((tmp_path / "out" / "b" / "cgi-job.json").read_text(encoding="utf-8"))
    assert own["rows"]["mutations"]["not_returned"] == 2
    assert bench.cohort(sheet, tmp_path / "out").rows_missing == 3
