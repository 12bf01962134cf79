"""MultiQC itself finds the files of two runs, has nothing to complain about, and shows no markup of theirs."""

from __future__ import annotations

import csv
import os
import subprocess
from pathlib import Path

import pytest

from cgi_runner.findings import read_findings
from cgi_runner.report.multiqc import write_multiqc
from unit.report.conftest import write_results

PROGRAM = Path(__file__).parents[3] / ".engines" / "multiqc" / "bin" / "multiqc"
HOSTILE = "<img src=x onerror=alert(1)>"

pytestmark = [pytest.mark.multiqc, pytest.mark.timeout(300)]


def test_multiqc_shows_the_samples_of_two_runs_strictly(tmp_path: Path) -> None:
    """The general statistics hold each sample's numbers, and a drug that is markup stays text."""
    if not PROGRAM.exists():
        reason = "no MultiQC is here; tests/engines/multiqc/install_multiqc.sh sets it up"
        (pytest.fail if os.environ.get("REQUIRE_ENGINES") == "1" else pytest.skip)(reason)
    names = {"one": "first", "two": "second"}
    first = write_results(tmp_path / "a", lambda cell, column, _: HOSTILE if column == "Drugs" else cell)
    second = write_results(tmp_path / "b", lambda cell, *_: names.get(cell, cell))
    for folder in (first, second):
        write_multiqc(read_findings(folder), folder / "multiqc")
    command = [
        str(PROGRAM),
        "--strict",
        "--quiet",
        "--outdir",
        f"{tmp_path}/out",
        f"{first}/multiqc",
        f"{second}/multiqc",
    ]
    environment = {**os.environ, "MULTIQC_NO_VERSION_CHECK": "1", "HOME": str(tmp_path)}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=290)
    assert answer.returncode == 0, answer.stderr
    with (tmp_path / "out/multiqc_data/multiqc_general_stats.txt").open(encoding="utf-8") as file:
        rows = {row["Sample"]: row for row in csv.DictReader(file, delimiter="\t")}
    assert sorted(rows) == ["first", "one", "second", "two"]
    assert rows["one"]["custom_content_cgi-cgi_a_responsive"] == "1"
    page = (tmp_path / "out/multiqc_report.html").read_text(encoding="utf-8")
    assert HOSTILE not in page
    assert "Cancer Genome Interpreter" in page
