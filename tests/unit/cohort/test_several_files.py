"""Several files of one kind in a cell of the sheet, with semicolons between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.cohort import Defaults, read_sheet, run
from cgi_runner.cohort.lifecycle import _prepare_all
from cgi_runner.inputs import Options
from conftest import ROOT
from unit.cohort.conftest import BRAF, TP53, Bench, cohort_of, files_in

Table = Callable[..., Path]
STRELKA = [ROOT / "tests" / "data" / "callers" / name for name in ("strelka2_snvs.vcf", "strelka2_indels.vcf")]
HEADER = "sample\tcancer_type\tmutations"


@pytest.mark.parametrize("between", [";", "; ", " ;", ";;"])
def test_semicolons_separate_files(table: Table, tmp_path: Path, between: str) -> None:
    """Blanks around them do not count; each file is one as if it stood alone."""
    (sample,) = read_sheet(table("s.tsv", HEADER, f"one\tCM\ta.vcf{between}/b.vcf"), Defaults()).samples
    assert sample.sources == {"mutations": (tmp_path / "a.vcf", Path("/b.vcf"))}


def test_a_file_may_have_a_semicolon_in_its_name(table: Table, tmp_path: Path) -> None:
    """A file that is there is taken as it is called."""
    table("a;b.tsv", "chr\tpos\tref\talt", BRAF)
    (sample,) = read_sheet(table("s.tsv", HEADER, "one\tCM\ta;b.tsv"), Defaults()).samples
    assert sample.sources == {"mutations": tmp_path / "a;b.tsv"}


def test_both_files_of_strelka_are_one_samples(table: Table, tmp_path: Path, bench: Bench) -> None:
    """A line with both gives what `run` gives for both, and a line below it with one file is as it was."""
    table("m.tsv", "chr\tpos\tref\talt", TP53)
    cell = ";".join(map(str, STRELKA))
    sheet = table("s.tsv", HEADER, f"PAT1\tCM\t{cell}", "PAT2\tCM\tm.tsv")
    report = run(cohort_of(sheet), tmp_path / "out", bench.context)
    report.raise_for_failures(strict=True)
    job_request = {"sources": {"mutations": STRELKA}, "cancer_type": "CM", "reference": "hg38"}
    alone = bench.of_another().alone(tmp_path / "alone", options=Options(sample="PAT1"), **job_request)
    assert files_in(tmp_path / "out" / "PAT1") == alone


def test_files_of_two_patients_are_refused(table: Table, tmp_path: Path) -> None:
    """Two lines' files in one cell are a slip, and so is one file twice; the other samples are good."""
    for name, row in (("one", BRAF), ("two", TP53)):
        table(f"{name}.tsv", "chr\tpos\tref\talt\tsample", f"{row}\t{name}")
    rows = ["one\tCM\tone.tsv", "two\tCM\tone.tsv;one.tsv", "three\tCM\tone.tsv;two.tsv"]
    found = _prepare_all(cohort_of(table("s.tsv", HEADER, *rows)), tmp_path / "work")
    assert [member.sample.label for member in found.samples] == ["one"]
    reasons = {one.name: one.reason for one in found.rejected}
    assert "found the same file twice for --mutations" in reasons["two"]
    assert "found the samples 'one', 'two', expected 'three' among them" in reasons["three"]
