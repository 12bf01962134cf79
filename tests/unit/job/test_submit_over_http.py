"""What became of every row, over real HTTP: uploads that CGI trims, folds or refuses, and what the user is told."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.job.import_archive import import_archive
from cgi_runner.output.folder import not_returned
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.archives import GENERATIONS, make_generation, write_zip
from support.cli import cgi_runner
from support.faults import inject

pytestmark = pytest.mark.usefixtures("account_in_environment")

# Row 3 repeats row 2, rows 4 and 6 are what CGI skips, row 5 is row 2 of another sample.
RAW = (
    "chr\tpos\tref\talt\tsample\tsource_line\n"
    "chr7\t140753336\tA\tT\tone\t2\n"
    "chr7\t55191822\tT\tG\tone\t3\n"
    "chr7\t55191822\tT\tG\tone\t4\n"
    "chr7\t55181378\tC\tT,A\tone\t5\n"
    "chr7\t55191822\tT\tG\ttwo\t6\n"
    "chr3\t179234297\tA\t<DEL>\ttwo\t7\n"
)


def posted(api: CgiClient, folder: Path, text: str = RAW) -> str:
    """Post an upload as it is, past the runner's preparation; gives the job's id."""
    (folder / "raw.tsv").write_text(text)
    return api.submit({"cancer_type": "CM", "title": "raw", "reference": "hg38"}, {"mutations": folder / "raw.tsv"})


def dropped(folder: Path) -> list[dict[str, str]]:
    """Return the rows of a folder's dropped.tsv."""
    with (folder / "dropped.tsv").open(newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def test_skipped_rows_are_listed_with_cgis_reason(api: CgiClient, tmp_path: Path) -> None:
    """Two rows are skipped with status Done; the user learns which, from which line, and why."""
    outcome = cgi_runner("fetch", posted(api, tmp_path), "--output", tmp_path / "out")
    assert outcome.code == 0
    assert "6 sent, 3 returned, 1 merged by CGI, 2 missing" in outcome.out
    assert [
        (row["line"], row["sample"], row["alteration"], row["stage"], row["reason"])
        for row in dropped(tmp_path / "out")
    ] == [
        ("5", "one", "chr7:55181378 C>T,A", "not returned", 'Skipping variant with invalid ref/alt: "C/T,A"'),
        ("7", "two", "chr3:179234297 A><DEL>", "not returned", 'Skipping variant with invalid ref/alt: "A/<DEL>"'),
    ]
    counts = json.loads((tmp_path / "out" / "cgi-job.json").read_text())["rows"]["mutations"]
    assert counts == {"sent": 6, "returned": 3, "merged": 1, "not_returned": 2}


def test_strict_makes_missing_rows_an_error_with_the_results_in_place(api: CgiClient, tmp_path: Path) -> None:
    """Exit 9; the results are verified all the same, and a second fetch says the same without asking again."""
    job_id = posted(api, tmp_path)
    for _ in range(2):
        outcome = cgi_runner("fetch", job_id, "--output", tmp_path / "out", "--strict")
        assert outcome.is_plain_failure(9)
        assert "2 rows were sent and did not come back" in outcome.err
        assert len(dropped(tmp_path / "out")) == 2
    assert (tmp_path / "out" / "alterations.tsv").is_file()
    assert cgi_runner("fetch", job_id, "--output", tmp_path / "out").code == 0


def test_folded_rows_alone_are_no_error(api: CgiClient, tmp_path: Path) -> None:
    """A duplicate of a row that came back is not missing."""
    duplicates = "".join(RAW.splitlines(keepends=True)[:4])
    assert cgi_runner("fetch", posted(api, tmp_path, duplicates), "-o", tmp_path / "out", "--strict").code == 0
    assert dropped(tmp_path / "out") == []


def test_a_mitochondrial_row_ends_the_job_in_error(api: CgiClient, tmp_path: Path) -> None:
    """Exit 5 with the log's end, and no results in the folder."""
    outcome = cgi_runner("fetch", posted(api, tmp_path, RAW + "chrM\t3243\tA\tG\tone\t8\n"), "-o", tmp_path / "out")
    assert outcome.is_plain_failure(5)
    assert "Mitochondrial" in outcome.err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["cgi-job.json", "cgi-logs.txt"]


def test_rows_not_sent_stay_listed_once(tmp_path: Path) -> None:
    """They are in dropped.tsv after the submission, and once after each fetch, here or elsewhere."""
    (tmp_path / "in.tsv").write_text("chr\tpos\tref\talt\nchr7\t140753336\tA\tT\nchrM\t3243\tA\tG\nchr7\t9\tA\t*\n")
    arguments = ("--mutations", tmp_path / "in.tsv", "--cancer-type", "CM", "--output", tmp_path / "job")
    assert cgi_runner("submit", *arguments).code == 0
    listed = dropped(tmp_path / "job")
    assert [(row["line"], row["stage"]) for row in listed] == [("3", "not sent"), ("4", "not sent")]
    for folder in ("job", "job", "other", "other"):
        assert cgi_runner("fetch", tmp_path / "job", "--output", tmp_path / folder).code == 0
        assert dropped(tmp_path / folder) == listed
    assert cgi_runner("run", *arguments).code == 0
    assert dropped(tmp_path / "job") == listed


def test_all_three_kinds_come_back(tmp_path: Path) -> None:
    """Each kind has its account, on the screen and in the record."""
    inputs = [("--mutations", "mutations.tsv"), ("--cnas", "cnas.tsv"), ("--translocations", "translocations.tsv")]
    arguments = [str(part) for option, name in inputs for part in (option, EXAMPLES / name)]
    outcome = cgi_runner("run", *arguments, "--cancer-type", "LUAD", "-o", tmp_path / "out", "--strict", "--json")
    assert outcome.code == 0
    assert {kind: counts["not_returned"] for kind, counts in outcome.json["rows"].items()} == {
        "mutations": 0,
        "cnas": 0,
        "translocations": 0,
    }


@pytest.mark.parametrize("name", GENERATIONS)
def test_a_saved_archive_of_any_generation_becomes_a_verified_folder(
    name: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Offline; the same command again finds it done."""
    archive = write_zip(make_generation(name), tmp_path / "saved.zip")
    for _ in range(2):
        outcome = cgi_runner("fetch", "--archive", archive, "--output", tmp_path / "out", "--json")
        assert outcome.code == 0
        assert outcome.json["cgi"]["generation"] == name
        assert outcome.json["state"] == "verified"
    for member, text in make_generation(name).items():
        assert (tmp_path / "out" / member).read_bytes() == text.encode()
    lost = sum(counts["not_returned"] or 0 for counts in outcome.json["rows"].values())
    assert len(dropped(tmp_path / "out")) == lost
    is_told = all(counts["not_returned"] == 0 for counts in outcome.json["rows"].values())
    assert cgi_runner("fetch", "--archive", archive, "-o", tmp_path / "out", "--strict").code == (0 if is_told else 9)
    assert not sandbox.requests


def test_an_archive_in_a_folder_of_the_runners_brings_log_and_list(api: CgiClient, tmp_path: Path) -> None:
    """What lies beside cgi-results.zip belongs to it: reasons stay reasons."""
    cgi_runner("fetch", posted(api, tmp_path), "--output", tmp_path / "first")
    record = import_archive(tmp_path / "first" / "cgi-results.zip", tmp_path / "second")
    assert not_returned(record) == 2
    for name in ("dropped.tsv", "cgi-logs.txt", "cgi-results.zip"):
        assert (tmp_path / "second" / name).read_bytes() == (tmp_path / "first" / name).read_bytes()


def test_a_log_that_happens_to_lie_there_is_not_believed(tmp_path: Path) -> None:
    """In a folder of downloads it may be that of any job."""
    archive = write_zip(make_generation("2d"), tmp_path / "download.zip")
    (tmp_path / "cgi-logs.txt").write_text("WARNING  of another job | Alteration ID: input01_2\n")
    import_archive(archive, tmp_path / "out")
    assert {row["reason"] for row in dropped(tmp_path / "out")} == {"CGI returned no result for it and gave no reason"}


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut"], ids=["empty", "text", "cut"])
def test_a_broken_saved_archive_is_exit_6_and_leaves_nothing(content: bytes, tmp_path: Path) -> None:
    """With the name of the file, and a tip that does not speak of the service."""
    (tmp_path / "saved.zip").write_bytes(content)
    outcome = cgi_runner("fetch", "--archive", tmp_path / "saved.zip", "--output", tmp_path / "out")
    assert outcome.is_plain_failure(6)
    assert "saved.zip" in outcome.err
    assert "save it again" in outcome.err
    assert not (tmp_path / "out").exists()


def test_a_saved_archive_is_not_put_over_other_files(tmp_path: Path) -> None:
    """Neither over other results nor over a file that happens to have a member's name."""
    archive = write_zip({**make_generation("2d"), "notes.tsv": "CGI's"}, tmp_path / "saved.zip")
    for name in ("alterations.tsv", "notes.tsv"):
        folder = tmp_path / name.removesuffix(".tsv")
        folder.mkdir()
        (folder / name).write_text("mine")
        outcome = cgi_runner("fetch", "--archive", archive, "--output", folder)
        assert outcome.is_plain_failure(2)
        assert [path.name for path in folder.iterdir()] == [name]
        assert (folder / name).read_text() == "mine"


def test_another_archive_needs_another_folder(tmp_path: Path) -> None:
    """The results of the first stay as they are."""
    for name in ("2c", "2d"):
        write_zip(make_generation(name), tmp_path / f"{name}.zip")
    import_archive(tmp_path / "2c.zip", tmp_path / "out")
    assert cgi_runner("fetch", "--archive", tmp_path / "2d.zip", "-o", tmp_path / "out").is_plain_failure(2)
    assert (tmp_path / "out" / "report.txt").is_file()
    assert not (tmp_path / "out" / "summary.txt").exists()


@pytest.mark.parametrize(
    "arguments", [["--archive", "missing.zip", "-o", "out"], ["--archive", "x.zip"], ["job", "--archive", "x.zip"], []]
)
def test_fetch_says_what_it_needs(arguments: list[str]) -> None:
    """A job, or an archive with a folder, and not both."""
    assert cgi_runner("fetch", *arguments).is_plain_failure(2)


def test_a_folder_from_a_saved_archive_has_no_job_to_ask_about(sandbox: Sandbox, tmp_path: Path) -> None:
    """Its record names no service; nobody is asked."""
    import_archive(write_zip(make_generation("2d"), tmp_path / "saved.zip"), tmp_path / "out")
    outcome = cgi_runner("status", tmp_path / "out")
    assert outcome.is_plain_failure(2)
    assert "saved archive" in outcome.err
    assert not sandbox.requests


def test_results_of_other_inputs_are_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    """The archive's copy of the upload is compared with what was sent; a mix-up at the service is no result."""
    arguments = ("--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "CM", "--output", tmp_path / "job")
    assert cgi_runner("submit", *arguments).code == 0
    foreign = write_zip(
        {"alterations.tsv": "Input ID\n", "input01.tsv": "chr\tpos\n1\t2\n"}, tmp_path / "x.zip"
    ).read_bytes()

    def mixed_up(environ: Any, start_response: Any, app: Any) -> Iterable[bytes]:
        if "action=download" in environ["QUERY_STRING"]:
            start_response("200 OK", [("Content-Type", "application/zip")])
            return [foreign]
        passed: Iterable[bytes] = app(environ, start_response)
        return passed

    inject(sandbox, mixed_up)
    outcome = cgi_runner("fetch", tmp_path / "job")
    assert outcome.is_plain_failure(10)
    assert not (tmp_path / "job" / "alterations.tsv").exists()
    assert (tmp_path / "job" / "cgi-results.refused.zip").read_bytes() == foreign
