"""Real archives of three generations, where this machine has them: read without an error, with CGI's own counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cgi_runner.job.import_archive import import_archive
from cgi_runner.results import ResultSummary, read
from cgi_runner.results.archive import ExtractedArchive
from cgi_runner.results.summary import read_summary

pytestmark = pytest.mark.real_archives

FOLDERS = [
    ("querynator_2023-02-07_8b1e8ad", "2a"),
    ("querynator_2023-05-30_b829a5b", "2c"),
    ("querynator_2024-07-03_1182bbd", "2d"),
    ("querynator_2024-09-09_v23.12.2", "2d"),
]


def findings(folder: Path) -> ResultSummary:
    """Read the files of a real archive where they lie."""
    return read(ExtractedArchive(folder / "none.zip", folder, (), read_summary(folder)), [])


@pytest.mark.parametrize(("name", "generation"), FOLDERS)
def test_every_real_folder_is_recognised(name: str, generation: str, real_data: Path) -> None:
    """No real table is a riddle."""
    assert findings(real_data / name).format_version == generation


@pytest.mark.parametrize("name", [name for name, _ in FOLDERS if name != "querynator_2024-07-03_1182bbd"])
def test_every_real_zip_becomes_a_verified_folder(name: str, real_data: Path, tmp_path: Path) -> None:
    """Offline, byte for byte what the archive holds; the report agrees with the folder's own copy of the tables."""
    (archive,) = (real_data / name).glob("*.zip")
    record = import_archive(archive, tmp_path / "out")
    for member in record.archive["members"]:
        beside = real_data / name / member
        assert not beside.exists() or beside.read_bytes() == (tmp_path / "out" / member).read_bytes()
    assert record.rows == {rows.kind: rows.counts() for rows in findings(real_data / name).rows}


@pytest.mark.parametrize("name", ["querynator_2023-05-30_b829a5b", "querynator_2024-09-09_v23.12.2"])
def test_the_counts_are_those_of_cgis_summary(name: str, real_data: Path) -> None:
    """90 records were sent, 88 came back, the two others are duplicates of rows that did: nothing is missing."""
    found = findings(real_data / name)
    (rows,) = found.rows
    summary = read_summary(real_data / name)
    assert rows.returned == int(summary["Analysed mutations"]) == 88
    assert (rows.sent, rows.merged, rows.not_returned) == (90, 2, 0)
    assert found.version == summary["CGI version"]
    assert not any("summary counts" in warning for warning in found.warnings)


def test_biomarkers_agree_with_the_summary(real_data: Path) -> None:
    """Match YES is the number of biomarkers in the cancer type, which shows what it means."""
    folder = real_data / "querynator_2024-09-09_v23.12.2"
    summary = read_summary(folder)
    lines = (folder / "biomarkers.tsv").read_text(encoding="utf-8").split("\n")
    place = lines[0].split("\t").index("Match")
    matches = Counter(line.split("\t")[place] for line in lines[1:] if line)
    assert matches["YES"] == int(summary["Biomarkers in cancer type"])
    assert matches["NO"] == int(summary["Biomarkers in other cancer type"])
    assert "biomarker rows that are exact duplicates of others: 5" in findings(folder).warnings


def test_copy_numbers_of_2024_are_found(real_data: Path) -> None:
    """Their table has CRLF line ends and ids with a file number."""
    from cgi_runner.results.generations import read_result_tables

    layout = read_result_tables(real_data / "querynator_2024-07-03_1182bbd")
    assert layout.cnas
    assert [cells[1:4] for cells in layout.cnas.rows()] == [
        ["test_1", "ERBB2", "AMP"],
        ["test_1", "TP53", "DEL"],
        ["test_1", "EGFR", "AMP"],
    ]
