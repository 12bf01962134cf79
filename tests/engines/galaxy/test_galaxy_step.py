"""The script between Galaxy and the command line, run with commands that stand in for cgi-runner."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

STEP = Path(__file__).resolve().parents[3] / "tools" / "galaxy_step.py"
BOX = 255


def step(folder: Path, script: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the script around a Python command, in a folder of its own."""
    command = [sys.executable, str(STEP), *options, "--", sys.executable, "-c", script]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def failing(code: int, error: str) -> str:
    """Return a command that talks, fails as cgi-runner does, and ends with this code."""
    return f"import sys; print('talk\\nERROR {error}\\nTIP do this', file=sys.stderr); sys.exit({code})"


@pytest.mark.parametrize("code", range(1, 11))
@pytest.mark.parametrize("length", [0, 10, 1000])
def test_a_failure_is_told_in_one_box(tmp_path: Path, code: int, length: int) -> None:
    """However long the error, the first 255 characters hold its beginning and the whole advice."""
    ended = step(tmp_path, failing(code, "x" * length))
    assert ended.returncode == code
    assert len(ended.stdout.rstrip("\n")) <= BOX
    assert ended.stdout.startswith("x" * min(length, 50))
    assert ended.stdout.rstrip().endswith((".", "kept."))
    assert f"ERROR {'x' * length}\nTIP do this" in ended.stderr


@pytest.mark.parametrize("error", ["a.tsv: 2 errors", "1 of 2 samples cannot be used, nothing was sent:"])
def test_of_several_errors_the_first_is_shown(tmp_path: Path, error: str) -> None:
    """How many there are says nothing of what is wrong."""
    ended = step(tmp_path, failing(2, f"{error}\\n  line 2: found x\\n  line 3: found y"))
    assert ended.stdout.startswith(f"{error.rstrip(':')}: line 2: found x. Nothing was sent to CGI.")


def test_an_unknown_code_is_named(tmp_path: Path) -> None:
    """A code without advice and without an error line is said as it is."""
    ended = step(tmp_path, "raise SystemExit(77)")
    assert (ended.returncode, ended.stdout) == (77, "cgi-runner ended with exit code 77.\n")


def test_a_signal_is_told_as_shells_do(tmp_path: Path) -> None:
    """A command that was killed ends the step with 128 and the number of the signal."""
    ended = step(tmp_path, "import os; os.kill(os.getpid(), 15)")
    assert ended.returncode == 143


def test_results_are_made_ready_for_galaxy(tmp_path: Path) -> None:
    """Column names and the genome build are told, strangers set aside, and only unexpected ones are mentioned."""
    results = tmp_path / "results"
    results.mkdir()
    for name, text in {
        "alterations.tsv": "Input ID\tREF\r\nx\tA\r\n",
        "biomarkers.tsv": "Drugs\nForetinib\u00a0(MET)\n",
        "input01.tsv": "chr\n",
        "cohort_plot.svg": "<svg/>",
        "cgi-job.json": '{"reference": "hg19"}',
    }.items():
        (results / name).write_text(text, encoding="utf-8", newline="")
    ended = step(tmp_path, "print('verified results')")
    assert ended.returncode == 0
    assert ended.stdout == "verified results\nThe archive holds files that are new to this tool: cohort_plot.svg\n"
    about = json.loads((tmp_path / "galaxy.json").read_text())
    assert about == {
        "alterations": {"metadata": {"column_names": ["Input ID", "REF"], "dbkey": "hg19"}},
        "biomarkers": {"metadata": {"column_names": ["Drugs"]}},
    }
    assert sorted(path.name for path in (tmp_path / "others").iterdir()) == ["cohort_plot.svg", "input01.tsv"]
    assert sorted(path.name for path in results.iterdir()) == ["alterations.tsv", "biomarkers.tsv", "cgi-job.json"]


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"reference": null}'])
def test_an_unknown_build_is_not_told(tmp_path: Path, record: str) -> None:
    """Where no record says the genome build, Galaxy is told none."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "alterations.tsv").write_text("Input ID\nx\n")
    (tmp_path / "results" / "cgi-job.json").write_text(record)
    assert step(tmp_path, "").returncode == 0
    about = json.loads((tmp_path / "galaxy.json").read_text())
    assert about == {"alterations": {"metadata": {"column_names": ["Input ID"]}}}


def test_a_report_that_fails_takes_no_result_away(tmp_path: Path) -> None:
    """Where the report cannot be written, the step still succeeds, and the report says so."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "cgi-runner"
    program.write_text("#!/bin/sh\necho 'ERROR broken' >&2\nexit 2\n")
    program.chmod(0o755)
    (tmp_path / "results").mkdir()
    command = [sys.executable, str(STEP), "--markdown", "--", "true"]
    path = f"{program.parent}:{os.environ['PATH']}"
    ended = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0
    assert "ERROR broken" in ended.stderr
    assert "could not be written" in (tmp_path / "results" / "report.md").read_text()


def test_what_the_command_prints_can_be_a_dataset(tmp_path: Path) -> None:
    """With --stdout the command's own words go to a file, and a failure is still told in the box."""
    assert step(tmp_path, "print('report')", "--stdout", "report.txt").stdout == ""
    assert (tmp_path / "report.txt").read_text() == "report\n"
    assert "no rows" in step(tmp_path, failing(2, "no rows"), "--stdout", "report.txt").stdout
