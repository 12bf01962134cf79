"""The script that makes results readable which came as a zip: a results folder, or an archive as CGI made it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "tools"


def run_script(folder: Path, archive: Path) -> subprocess.CompletedProcess[str]:
    """Run the script in a folder of its own."""
    command = [sys.executable, str(TOOLS / "open_results.py"), str(archive), "given/P1"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def make_zip(path: Path, members: dict[str, str]) -> Path:
    """Write a zip with these texts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_a_results_folder_is_unpacked(tmp_path: Path) -> None:
    """What the step keeps of a folder comes back as it was, but for the page."""
    results = tmp_path / "results"
    (results / "P1").mkdir(parents=True)
    files = {"cohort.json": "{}", "samples.tsv": "sample\n", "P1/alterations.tsv": "Input ID\n"}
    for name, text in {**files, "report.html": "<html>", ".lock": ""}.items():
        (results / name).write_text(text)
    step = [sys.executable, str(TOOLS / "galaxy_step.py"), "--folder", "folder.zip", "--", "true"]
    subprocess.run(step, cwd=tmp_path, check=True)
    ended = run_script(tmp_path, tmp_path / "folder.zip")
    assert (ended.returncode, ended.stdout) == (0, "given/P1\n")
    opened = tmp_path / "given" / "P1"
    assert {str(path.relative_to(opened)): path.read_text() for path in opened.rglob("*") if path.is_file()} == files


def test_an_archive_is_handed_on_as_it_is(tmp_path: Path) -> None:
    """The program itself reads and checks what CGI made."""
    archive = make_zip(tmp_path / "dataset_1.dat", {"alterations.tsv": "Input ID\n"})
    ended = run_script(tmp_path, archive)
    assert (ended.returncode, ended.stdout) == (0, "given/P1.zip\n")
    assert (tmp_path / "given" / "P1.zip").read_bytes() == archive.read_bytes()


def test_nothing_is_written_outside_of_the_folder(tmp_path: Path) -> None:
    """Names that climb out of the folder are written below it."""
    run_script(
        tmp_path,
        make_zip(tmp_path / "a.zip", {"cohort.json": "{}", "../../escaped": "x", str(tmp_path / "escaped"): "x"}),
    )
    outside = {path for path in tmp_path.rglob("escaped*") if not path.is_relative_to(tmp_path / "given" / "P1")}
    assert outside == set()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut"])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    """With a sentence that the step takes for the red box."""
    (tmp_path / "bad.zip").write_bytes(content)
    ended = run_script(tmp_path, tmp_path / "bad.zip")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "ERROR P1 is no intact zip, expected a results folder or an archive\n"


def test_a_zip_that_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    """What it would unpack to is known before a byte is written."""
    bomb = make_zip(tmp_path / "bomb.zip", {"cohort.json": "{}"})
    data = bytearray(bomb.read_bytes())
    place = data.index(b"PK\x01\x02") + 24  # the size that the directory announces
    data[place : place + 4] = (2**32 - 2).to_bytes(4, "little")
    bomb.write_bytes(bytes(data))
    ended = run_script(tmp_path, bomb)
    assert ended.returncode == 2
    assert "which no results have" in ended.stderr
