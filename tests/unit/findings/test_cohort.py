"""A cohort's folder: each sample's own results, the warnings of its jobs, and a word on samples that are not there."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from cgi_runner.errors import InputError
from cgi_runner.findings import read_findings

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def cohort(finished_cohort: Path, tmp_path: Path) -> Path:
    """Return a copy of the cohort's folder."""
    return Path(shutil.copytree(finished_cohort, tmp_path / "cohort"))


def test_a_cohort_is_all_of_its_samples(cohort: Path) -> None:
    """The counts are those of the merged table, which csv reads; title, service and version are its job's."""
    with (cohort / "alterations.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = read_findings(cohort)
    assert {name: sample.mutations for name, sample in found.samples.items()} == {
        name: sum(row["CGI-Sample ID"] == name for row in rows) for name in ("breast-1", "lung-1", "melanoma-1")
    }
    assert all(sample.cancer_type == "CM" and sample.not_returned == 0 for sample in found.samples.values())
    assert (found.name, found.not_returned, found.is_sandbox) == ("three", 0, True)
    assert [source.reference for source in found.sources] == ["hg38"]
    assert any("wild types" in text for text in found.warnings)
    assert len(found.lines) == len(found.drivers) == 7


def test_a_sample_s_own_folder_has_the_warnings_of_its_job(cohort: Path) -> None:
    """What misleads in the whole job misleads in its part; without the job's folder, it is said where they were."""
    found = read_findings(cohort / "lung-1")
    assert list(found.samples) == ["lung-1"]
    assert any(text.startswith("of the whole job: ") and "wild types" in text for text in found.warnings)
    shutil.rmtree(cohort / "jobs")
    assert any("jobs/01" in text for text in read_findings(cohort / "lung-1").warnings)


def test_a_job_is_only_looked_for_where_it_can_be(cohort: Path) -> None:
    """A record from elsewhere names no folder outside the cohort."""
    path = cohort / "lung-1" / "cgi-job.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for job in ("../../elsewhere", 7, "../jobs/99"):
        content["cohort"]["job"] = job
        path.write_text(json.dumps(content), encoding="utf-8")
        assert not any(text.startswith("of the whole job: ") for text in read_findings(cohort / "lung-1").warnings)


def test_samples_without_results_are_named(cohort: Path) -> None:
    """The report of an unfinished cohort does not look like one of a finished one."""
    (cohort / "lung-1" / "cgi-job.json").unlink()
    content = json.loads((cohort / "cohort.json").read_text(encoding="utf-8"))
    content["skipped"] = [{"sample": "odd-1", "problem": "no rows"}]
    (cohort / "cohort.json").write_text(json.dumps(content), encoding="utf-8")
    found = read_findings(cohort)
    assert list(found.samples) == ["breast-1", "melanoma-1"]
    assert "samples without results: 1 (lung-1); they are not in this report" in found.warnings
    assert "samples that were skipped: 1 (odd-1); they are not in this report" in found.warnings


def test_a_job_s_missing_record_is_said(cohort: Path) -> None:
    """Its warnings are not known, which is not the same as none."""
    shutil.rmtree(cohort / "jobs" / "01")
    found = read_findings(cohort)
    assert "the record of job 01 is missing: its warnings are not known" in found.warnings
    assert found.is_sandbox


def test_a_warning_of_many_jobs_stands_once(cohort: Path) -> None:
    """With the jobs that it is of: a cohort of thirty cancer types would have a page of the same sentences."""
    path = cohort / "cohort.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for number, sample in enumerate(content["samples"], 1):
        sample["job"] = f"{number:02}"
        record = cohort / "jobs" / sample["job"] / "cgi-job.json"
        if number > 1:
            shutil.copytree(cohort / "jobs" / "01", record.parent)
        job = json.loads(record.read_text(encoding="utf-8"))
        job["warnings"] = ["of all", *(["of two"] if number < 3 else ["of one"])]
        record.write_text(json.dumps(job), encoding="utf-8")
    path.write_text(json.dumps(content), encoding="utf-8")
    summary = cohort / "jobs" / "02" / "summary.txt"
    summary.write_text("Biomarkers in cancer type - Level A: 9\n", encoding="utf-8")
    warnings = read_findings(cohort).warnings
    assert [text[:7] for text in warnings if "level A in the tumour type: 9" in text] == ["job 02:"]
    assert [text for text in warnings if ": of " in text] == [
        "all 3 jobs: of all",
        "jobs 01, 02: of two",
        "job 03: of one",
    ]


def test_a_cohort_without_any_results_is_refused(cohort: Path) -> None:
    """There is nothing to report yet."""
    for record in cohort.glob("*-1/cgi-job.json"):
        record.unlink()
    with pytest.raises(InputError, match="no verified results yet"):
        read_findings(cohort)
