"""The script that deletes what Galaxy keeps of earlier attempts, tokens and patients' data, and nothing else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

PURGE = Path(__file__).resolve().parents[3] / "tools" / "purge_attempts.sh"
OLD = (0, 0)


def make_attempt(folder: Path, *, old: bool) -> Path:
    """Write what an attempt leaves: its script, and a copy of its input."""
    (folder / "working").mkdir(parents=True)
    (folder / "working" / "mutations.tsv").write_text("chr7\n")
    script = folder / "galaxy_7.sh"
    script.write_text("export CGI_TOKEN=t\n")
    if old:
        os.utime(script, OLD)
    return folder


def purge(*arguments: Path | str) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run([PURGE, *arguments], capture_output=True, text=True, check=False)


def test_earlier_attempts_go_and_everything_else_stays(tmp_path: Path) -> None:
    """Old attempts go with all that is in them; young ones, running jobs and other folders are left alone."""
    kept = tmp_path / "_cleared_contents"
    gone = [make_attempt(kept / "000" / name, old=True) for name in ("7", "8 (second try)", "-rf")]
    young = make_attempt(kept / "000" / "9", old=False)
    running = make_attempt(tmp_path / "000" / "10", old=True)
    other = kept / "notes"
    other.mkdir()
    ended = purge(tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert [folder for folder in gone if folder.exists()] == []
    for folder in (young, running):
        assert (folder / "galaxy_7.sh").is_file()
        assert (folder / "working" / "mutations.tsv").is_file()
    assert other.is_dir()


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    """What an attempt links to, such as a dataset, is not deleted with it."""
    dataset = tmp_path / "dataset.dat"
    dataset.write_text("chr7\n")
    elsewhere = make_attempt(tmp_path / "elsewhere" / "000" / "5", old=True)
    attempt = make_attempt(tmp_path / "jobs" / "_cleared_contents" / "000" / "7", old=True)
    (attempt / "working" / "input.tsv").symlink_to(dataset)
    (attempt.parent / "linked").symlink_to(elsewhere)
    assert purge(tmp_path / "jobs").returncode == 0
    assert not attempt.exists()
    assert dataset.is_file()
    assert (elsewhere / "galaxy_7.sh").is_file()


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_nothing_to_purge(tmp_path: Path, folder: str) -> None:
    """Jobs without earlier attempts are no error, a folder that is not there is one."""
    (tmp_path / "empty").mkdir()
    ended = purge(tmp_path / folder)
    assert (ended.returncode, "is no folder" in ended.stderr) == ((0, False) if folder == "empty" else (1, True))
