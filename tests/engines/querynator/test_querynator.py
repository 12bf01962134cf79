"""The one packaged client of CGI's, querynator 0.6.0, against the sandbox: all that is changed is the address."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from benchmarks import querynator

from cgi_sandbox import Sandbox

pytestmark = [pytest.mark.querynator, pytest.mark.timeout(240)]

TIMEOUT = 110
#: Has that client's own functions read what it has downloaded, and prints what they made of it.
READ = """
import json, logging, sys
import pandas
from querynator.report_scripts.combine_cgi import filter_biomarkers, link_biomarkers, read_modify_alterations

folder, log = sys.argv[1], logging.getLogger()
alterations = read_modify_alterations(f"{folder}/alterations.tsv")
biomarkers = pandas.read_csv(f"{folder}/biomarkers.tsv", sep="\\t")
kept = filter_biomarkers(link_biomarkers(biomarkers, log), log)
print(json.dumps({
    "alterations": alterations[["chr_CGI", "pos_CGI", "Gene_CGI", "Protein Change_CGI"]].astype(str).values.tolist(),
    "drugs": sorted(set(kept[kept["alterations_link"].str.contains("V600E")]["Drugs"])),
}))
"""


@pytest.fixture
def installed() -> None:
    """Leave the tests out without that client, or fail where every engine is demanded."""
    if querynator.is_installed():
        return
    reason = "querynator is not installed; `python -m benchmarks.querynator install` does it, with Python 3.10"
    if os.environ.get("REQUIRE_ENGINES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.mark.usefixtures("installed")
def test_querynator_gets_and_reads_its_results(tmp_path: Path) -> None:
    """It submits, waits, downloads, unpacks and deletes; and its own parsers find the mutation and its drugs."""
    with Sandbox(duration=0) as sandbox:
        command = querynator.query_command(sandbox.url, tmp_path)
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        calls = [(request.method, request.action, request.status) for request in sandbox.requests]
    assert done.returncode == 0, done.stderr
    assert calls == [("POST", "", 200), ("GET", "logs", 200), ("GET", "download", 200), ("DELETE", "", 200)]
    results = tmp_path / "querynator" / "querynator.cgi_results"
    with ZipFile(f"{results}.zip") as archive:
        for name in archive.namelist():
            assert (results / name).read_bytes() == archive.read(name)
    read = subprocess.run(
        [querynator.HOME / "bin" / "python", "-c", READ, results],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    found = json.loads(read.stdout.splitlines()[-1])
    assert found["alterations"] == [["7", "140753336", "BRAF", "V600E"]]
    with (results / "biomarkers.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    complete = [row for row in rows if row["BioM"] == "complete" and "V600E" in row["Alterations"]]
    relevant = {row["Drugs"] for row in complete if row["Match"] == "YES" or row["Evidence"] == "A"}
    assert found["drugs"] == sorted(relevant) != []
