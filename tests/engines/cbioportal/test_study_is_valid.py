"""cBioPortal's own validator has no error to report of a study folder.

No package registry has the validator, so nothing here sets it up. `CBIOPORTAL_VALIDATOR` is the command that starts it,
such as `python3 cbioportal-core/scripts/importer/validateData.py`; checks that ask a portal are left out.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from cgi_runner.annotate.file import annotate_study
from unit.annotate.test_maf import BRAF, row
from unit.annotate.test_study import run_demo_cohort, write_maf, write_structural

COMMAND = os.environ.get("CBIOPORTAL_VALIDATOR", "")

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not COMMAND, reason="CBIOPORTAL_VALIDATOR names no command of cBioPortal's validator"),
]


def errors_of(study: Path) -> list[str]:
    """Return the errors that the validator reports; it must have come to its end."""
    command = [*shlex.split(COMMAND), "--study_directory", str(study), "--no_portal_checks", "--verbose"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    said = answer.stdout + answer.stderr
    assert "Validation complete" in said, said
    assert len(re.findall("Validation of file complete", said)) == len(list(study.glob("meta_*.txt"))) - 1, said
    return [line for line in said.splitlines() if re.search(r"\b(ERROR|CRITICAL)\b", line)]


def test_the_demo_cohort_has_no_error(tmp_path: Path) -> None:
    """Mutations, copy numbers and fusions of four samples."""
    source, cohort = run_demo_cohort(tmp_path)
    annotate_study(source, cohort, tmp_path / "study")
    assert errors_of(tmp_path / "study") == []


def test_rows_of_every_status_have_no_error(results: Path, tmp_path: Path) -> None:
    """Drivers, passengers, rows not judged, not returned and not known, and a sample that is not in the results."""
    write_structural(results)
    rows = [BRAF, row("9:300", "C>G", "two"), row("5:200-201", "->GG", "two"), row("3:100", "A>C"),
            row("1:1", "A>C"), row("1:5", "A>C", "stranger")]  # fmt: skip
    annotate_study(write_maf(tmp_path / "in.maf", *rows), results, tmp_path / "study")
    assert errors_of(tmp_path / "study") == []


def test_an_error_is_seen(results: Path, tmp_path: Path) -> None:
    """A word that cBioPortal does not know, so that a validator which sees nothing would be noticed."""
    annotate_study(write_maf(tmp_path / "in.maf", BRAF), results, tmp_path / "study")
    mutations = tmp_path / "study" / "data_mutations.txt"
    mutations.write_text(mutations.read_text().replace("Putative_Driver", "Driver"))
    assert any("Driver" in error for error in errors_of(tmp_path / "study"))
