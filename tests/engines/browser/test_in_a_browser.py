"""The page in a real browser: what axe-core says of it, what it asks for, and how many pages it prints."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest

from cgi_runner.findings import read_findings
from cgi_runner.report.outputs import write_report
from unit.report.conftest import write_results

ROOT = Path(__file__).parents[3]
MODULES = ROOT / ".engines" / "browser"
SCRIPT = Path(__file__).with_name("look_at_page.mjs")
PICTURES = {f"{scheme}-{width}.png" for scheme in ("light", "dark") for width in (1280, 400)}

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def _missing(reason: str) -> NoReturn:
    if os.environ.get("REQUIRE_ENGINES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium() -> str:
    """Return the browser; skip where it or its packages are absent, or fail where they are demanded."""
    found = shutil.which("chromium")
    if not (found and shutil.which("node") and (MODULES / "node_modules" / "axe-core").is_dir()):
        _missing("no browser with axe-core is here; tests/engines/browser/install_browser.sh sets it up")
    return found


def look(folder: Path, chromium: str) -> dict[str, Any]:
    """Write the page of a folder with results, and have it looked at."""
    page = write_report(read_findings(folder), folder / "report.html", top=300)
    command = ["node", str(SCRIPT), str(MODULES), chromium, str(page), str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=590)
    assert answer.returncode == 0, answer.stderr
    assert {path.name for path in folder.glob("*.png")} >= PICTURES
    seen: dict[str, Any] = json.loads(answer.stdout)
    return seen


def test_a_cohort_s_page_is_accessible_and_asks_nobody(chromium: str, tmp_path: Path) -> None:
    """Light and dark, 1280 and 400 pixels wide, sections closed and open; the filters hide rows without a script."""
    seen = look(write_results(tmp_path), chromium)
    assert seen["violations"] == []
    assert seen["requests"] == []
    assert seen["errors"] == []
    assert seen["overflow"] == []
    assert seen["sideways"] == []
    assert seen["hidden_by_filter"] == 1
    assert seen["says_that_rows_are_hidden"]


def test_long_names_and_words_need_no_scrolling(chromium: str, tmp_path: Path) -> None:
    """Drugs in combination, samples and biomarkers without a blank: rows are stacked on a telephone."""
    long = {"Drugs": "Alectinib(ALK inhibitor)+" * 12, "Biomarker": "A" * 120, "Sample ID": "P" * 90}
    seen = look(write_results(tmp_path, lambda cell, column, _row: long.get(column, cell)), chromium)
    assert (seen["overflow"], seen["sideways"], seen["violations"]) == ([], [], [])


@pytest.mark.real_archives
def test_a_real_archive_s_page_is_accessible_and_prints_on_few_pages(
    chromium: str, real_data: Path, tmp_path: Path
) -> None:
    """431 distinct matches and 84 drivers: no more than 250 kB and twelve printed pages."""
    folder = tmp_path / "results"
    shutil.copytree(real_data / "querynator_2024-09-09_v23.12.2", folder)
    seen = look(folder, chromium)
    assert seen["violations"] == []
    assert seen["requests"] == []
    assert seen["overflow"] == []
    assert seen["sideways"] == []
    assert 0 < seen["pages"] <= 12
    assert (folder / "report.html").stat().st_size <= 250_000
