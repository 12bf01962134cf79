"""How the tests of engines are shared out among processes: one for Galaxy, one for all others."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULE = "tests/engines/galaxy/test_open_results.py"  # needs no engine


def test_the_tests_of_an_engine_stay_in_one_process() -> None:
    """Two processes are there, and one of them runs every test of Galaxy's, which is booted once for all of them."""
    command = [sys.executable, "-m", "pytest", "--numprocesses=2", "--dist=loadgroup", "--verbose", MODULE]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    processes = re.findall(r"^\[(gw\d)\].* PASSED ", ended.stdout, re.MULTILINE)
    assert len(processes) > 1, ended.stdout + ended.stderr
    assert len(set(processes)) == 1
