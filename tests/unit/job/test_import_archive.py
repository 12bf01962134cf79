"""A saved archive made into an output folder: what its record says, and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from cgi_runner.errors import (
    InputError,
    ResultsError,
    RowsMissingError,
)
from cgi_runner.job import State
from cgi_runner.job.import_archive import import_archive
from support.archives import JOB, make_generation, write_zip
from support.failures import catch_failure


def test_archives_from_a_folder_of_the_runners_are_taken_with_what_lies_beside(tmp_path: Path) -> None:
    """Only the log under its own name beside an archive under its own name is believed."""
    folder = tmp_path / "one"
    folder.mkdir()
    write_zip(make_generation("2d"), folder / "cgi-results.zip")
    import_archive(folder / "cgi-results.zip", tmp_path / "without")
    assert (tmp_path / "without" / "cgi-logs.txt").read_bytes() == b""
    (folder / "cgi-logs.txt").write_bytes(b"WARNING  odd \xe9 | Alteration ID: input01_2\n")
    record = import_archive(folder / "cgi-results.zip", tmp_path / "with")
    assert (tmp_path / "with" / "cgi-logs.txt").read_text(encoding="utf-8").startswith("WARNING  odd \ufffd |")
    assert "\todd \ufffd\n" in (tmp_path / "with" / "dropped.tsv").read_text(encoding="utf-8")
    assert import_archive(folder / "cgi-results.zip", tmp_path / "with") == record
    assert record.state is State.VERIFIED


def test_a_saved_archive_without_a_summary_is_recorded_by_nothing(tmp_path: Path) -> None:
    """What it does not say is left empty, not guessed."""
    record = import_archive(write_zip({"alterations.tsv": "CGI-HGVS\n"}, tmp_path / "saved.zip"), tmp_path / "out")
    assert (record.title, record.cancer_type, record.reference, record.job_id) == ("", "", "", "")
    assert record.cgi == {"version": "", "date": "", "generation": "2d"}


def test_a_folder_holds_the_results_of_one_archive(tmp_path: Path) -> None:
    """Another archive is refused even where the first one's files are all there."""
    import_archive(write_zip(make_generation("2d"), tmp_path / "one.zip"), tmp_path / "out")
    with pytest.raises(InputError):
        import_archive(write_zip(make_generation("2c"), tmp_path / "two.zip"), tmp_path / "out")


def test_a_saved_archive_is_recorded_by_its_own_words(tmp_path: Path) -> None:
    """Both forms of the summary name job, title, cancer type and reference."""
    expected = {"2c": ("a title", "2023-05-30 15:43:09"), "2d": ("a title: with a colon", "2024-09-09 12:17:40")}
    for name, (title, date) in expected.items():
        record = import_archive(write_zip(make_generation(name), tmp_path / f"{name}.zip"), tmp_path / name)
        assert (record.service, record.title, record.cancer_type, record.reference, record.job_id) == (
            "",
            title,
            "CM",
            "hg38",
            JOB,
        )
        assert record.cgi["date"] == date
        assert (tmp_path / name / "cgi-logs.txt").read_bytes() == b""
        content = (tmp_path / f"{name}.zip").read_bytes()
        assert record.archive == {
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "members": sorted(make_generation(name)),
        }
        assert (tmp_path / name / "cgi-results.zip").read_bytes() == content


def test_an_id_that_is_none_is_not_recorded(tmp_path: Path) -> None:
    """A summary may have any words there."""
    members = {"alterations.tsv": "CGI-HGVS\n", "summary.txt": "Analysis ID: ../../etc\nTitle: odd\n"}
    record = import_archive(write_zip(members, tmp_path / "saved.zip"), tmp_path / "out")
    assert (record.job_id, record.title, record.samples, record.pseudonyms) == ("", "odd", {}, "")


def test_what_lies_beside_a_file_of_another_name_is_not_its_log(tmp_path: Path) -> None:
    """Somebody may have moved an archive beside another job's files."""
    saved = write_zip(make_generation("2d"), tmp_path / "saved.zip")
    (tmp_path / "cgi-logs.txt").write_text("another job's\n")
    (tmp_path / "dropped.tsv").write_text("another job's\n")
    import_archive(saved, tmp_path / "out")
    assert (tmp_path / "out" / "cgi-logs.txt").read_bytes() == b""
    assert "another job's" not in (tmp_path / "out" / "dropped.tsv").read_text()


def test_a_saved_archive_can_be_held_to_all_its_rows(tmp_path: Path) -> None:
    """`--strict` is an error after the results are in place, at the first command and at the next."""
    saved = write_zip(make_generation("2d"), tmp_path / "saved.zip")
    for _ in range(2):
        with pytest.raises(RowsMissingError):
            import_archive(saved, tmp_path / "out", strict=True)
        assert import_archive(saved, tmp_path / "out").state is State.VERIFIED


def test_a_saved_archive_that_is_none_is_said_with_its_path(tmp_path: Path) -> None:
    """Missing or broken, with what to do."""
    path = tmp_path / "saved.zip"
    assert catch_failure(lambda: import_archive(path, tmp_path / "out")) == (
        InputError,
        f"{path} is not a file",
        "name the zip that was downloaded from CGI",
    )
    path.write_bytes(b"PK")
    assert catch_failure(lambda: import_archive(path, tmp_path / "out")) == (
        ResultsError,
        f"{path}: the archive is corrupt: File is not a zip file",
        "this copy is unusable: save it again",
    )
