"""The report from the command line, and at the end of a run, a fetch and a cohort."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.archives import make_generation, write_zip
from support.cli import cgi_runner

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a saved archive, in the current folder."""
    monkeypatch.chdir(tmp_path)
    return write_zip(make_generation("2d"), tmp_path / "saved.zip")


def test_a_fetched_archive_gets_its_page_and_ends_with_its_path(saved: Path) -> None:
    """The drivers and the matches stand on the screen, after the warnings."""
    outcome = cgi_runner("fetch", "--archive", saved, "--output", "out")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[-1] == "report: out/report.html"
    assert "drivers: 2" in lines
    warnings = [place for place, line in enumerate(lines) if line.startswith("  warning: ")]
    assert warnings
    assert max(warnings) < lines.index("drivers: 2")
    assert Path("out/report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_no_report_leaves_the_page_out(saved: Path) -> None:
    """The screen tells the same but for the page."""
    outcome = cgi_runner("fetch", "--archive", saved, "--output", "out", "--no-report")
    assert outcome.code == 0
    assert "drivers: 2" in outcome.out
    assert "report" not in outcome.out
    assert not Path("out/report.html").exists()


def test_json_stays_the_record_alone(saved: Path) -> None:
    """Machines get what they got before, and the page is written all the same."""
    outcome = cgi_runner("fetch", "--archive", saved, "--output", "out", "--json")
    assert json.loads(outcome.out)["state"] == "verified"
    assert Path("out/report.html").exists()


def test_missing_rows_under_strict_are_told_on_the_page_too(saved: Path) -> None:
    """The exit code is that of the missing rows; the results are in place, and so is their page."""
    outcome = cgi_runner("fetch", "--archive", saved, "--output", "out", "--strict")
    assert outcome.code == 9
    assert "gave no reason" in Path("out/report.html").read_text(encoding="utf-8")


def test_a_report_that_fails_is_a_warning(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the exit code nor the results are touched by it."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr("cgi_runner.report.page.write_page", broken)
    outcome = cgi_runner("fetch", "--archive", saved, "--output", "out")
    assert outcome.code == 0
    assert "no report was written: ValueError: no such thing" in outcome.err
    assert "verified results in out" in outcome.out
    assert sorted(path.name for path in Path("out").iterdir() if path.name.startswith(".")) == []


def test_a_page_of_somebody_else_s_is_left_alone(saved: Path) -> None:
    """A file of that name in the way is a warning; an archive that would bring one is refused."""
    Path("out").mkdir()
    assert cgi_runner("fetch", "--archive", saved, "--output", "out").code == 0
    Path("out/report.html").write_text("mine")
    outcome = cgi_runner("fetch", "--archive", saved, "--output", "out")
    assert outcome.code == 0
    assert "is not overwritten" in outcome.err
    assert Path("out/report.html").read_text() == "mine"
    other = write_zip({**make_generation("2d"), "report.html": "x"}, Path("other.zip"))
    assert cgi_runner("fetch", "--archive", other, "--output", "new").code == 6


def test_report_writes_what_is_asked_for_and_names_it(saved: Path) -> None:
    """Each file has its option; a zip has no folder for the page."""
    outcome = cgi_runner(
        "report", saved, "--html", "a/page.html", "--tables", "t", "--multiqc", "m", "--markdown", "r.md"
    )
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "a/page.html", "t/drivers.tsv", "t/drugs.tsv", "t/results.json", "m/cgi_general_mqc.json",
        "m/cgi_drivers_mqc.json", "m/cgi_biomarkers_mqc.json", "r.md",
    ]  # fmt: skip
    assert all(Path(line).stat().st_size for line in outcome.out.splitlines())
    printed = cgi_runner("report", saved, "--json").out
    assert printed == Path("t/results.json").read_text(encoding="utf-8")
    assert cgi_runner("report", saved).code == 2
    assert cgi_runner("report", "nothing").code == 2


@pytest.mark.usefixtures("without_waiting")
def test_a_cohort_gets_one_page_of_all_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the genes of all of them, and with the warnings of its jobs."""
    monkeypatch.setenv("CGI_SANDBOX_DURATION", "0")
    outcome = cgi_runner(
        "cohort", "--sandbox", "--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "CM", "--reference", "hg38",
        "--output", tmp_path / "out",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Driver genes by sample" in page
    assert "3 samples" in page
    assert "wild types" in page
    assert outcome.out.splitlines()[-1] == f"report: {tmp_path / 'out' / 'report.html'}"
    assert cgi_runner("report", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == page


@pytest.mark.usefixtures("without_waiting")
def test_a_type_that_was_found_by_another_list_is_told_at_the_top(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What "this tumour type" means depends on it."""
    monkeypatch.setenv("CGI_SANDBOX_DURATION", "0")
    outcome = cgi_runner(
        "run", "--sandbox", "--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "oncotree:MEL",
        "--reference", "hg38", "--output", tmp_path / "out",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.index("<p>Tumour type: ") < page.index("oncotree:MEL") < page.index("At a glance</h2>")
    assert "(by --reference)" in page


def test_compare_prints_a_table_and_refuses_the_same_job(saved: Path) -> None:
    """Versions and dates are told beside it."""
    older = write_zip({**make_generation("2c"), "report.txt": "CGI version: v23.05.3\n"}, Path("older.zip"))
    outcome = cgi_runner("compare", older, saved)
    assert outcome.code == 0
    assert outcome.out.splitlines()[0].split("\t")[:3] == ["what", "change", "sample"]
    assert "OLD: CGI v23.05.3, date unknown" in outcome.err
    assert "NEW: CGI v23.12.2, 2024-09-09 12:17:40" in outcome.err
    assert json.loads(cgi_runner("compare", older, saved, "--json").out)["schema"] == 1
    assert cgi_runner("compare", saved, saved).code == 2
    page = cgi_runner("report", saved, "--since", older, "--html", "page.html")
    assert page.code == 0
    assert "Changes since" in Path("page.html").read_text(encoding="utf-8")


def test_an_archive_that_names_no_job_has_no_blank_in_its_place(tmp_path: Path) -> None:
    """Neither where its results are shown, nor where somebody asks for its job."""
    members = make_generation("2d")
    del members["summary.txt"]
    outcome = cgi_runner("fetch", "--archive", write_zip(members, tmp_path / "z.zip"), "--output", tmp_path / "out")
    assert "CGI, a job that the archive does not name: verified results in" in outcome.out
    asked = cgi_runner("status", tmp_path / "out")
    assert asked.is_plain_failure(2)
    assert "is of an archive that names no job" in asked.err
