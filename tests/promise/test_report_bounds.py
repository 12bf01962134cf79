"""What the report of a large cohort costs: bytes, memory and seconds have a limit, whatever the tables hold."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from support.archives import write_members
from support.depth import SOAK

SAMPLES = 30
MUTATIONS, MATCHES = (100_000, 14_000) if SOAK else (20_000, 2_800)
MB = 1024 * 1024
COLUMNS = ("Sample ID", "Gene", "Protein Change", "Oncogenic Summary", "Mutation", "HGVS")
SUMMARIES = ["non-oncogenic"] * 60 + ["non-protein affecting"] * 30 + ["oncogenic (annotated)"] * 9 + [""]
MEASURE = """
import json, re, sys, time
from pathlib import Path
from cgi_runner.findings import read_findings
from cgi_runner.report.outputs import write_report
folder = Path(sys.argv[1])
page = write_report(read_findings(folder), folder / "report.html", top=300)
# The kernel's own mark: that of getrusage begins with the memory of whoever started this process.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
print(json.dumps({"bytes": page.stat().st_size, "peak": peak, "seconds": time.process_time()}))
"""


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    """Return the results of 30 samples with drug matches of every kind, about as many as real tumours have."""
    draw = random.Random(7)
    genes = [f"GENE{n}" for n in range(600)]
    names = [f"sample{n:02}" for n in range(SAMPLES)]
    columns = ("Input ID", *(f"CGI-{name}" for name in COLUMNS))
    mutations = ["\t".join(columns)]
    mutations += [
        f"input01_{n}\t{draw.choice(names)}\t{draw.choice(genes)}\tV{n % 900}E\t{draw.choice(SUMMARIES)}\tchr7:{n}\t"
        for n in range(1, MUTATIONS + 1)
    ]
    matches = ["Sample ID\tAlterations\tBiomarker\tDrugs\tResponse\tEvidence\tMatch\tSource\tBioM"]
    for n in range(MATCHES):
        found = ", ".join(f"{draw.choice(genes)} (V{draw.randrange(900)}E)" for _ in range(draw.randrange(1, 8)))
        words = (draw.choice(["Responsive", "Resistant"]), draw.choice("ABCD"), draw.choice(["YES", "NO"]))
        link = f"https://civicdb.org/links/evidence_items/{n}"
        kind = draw.choice(["complete", "only gene"])
        cells = (draw.choice(names), found, f"{draw.choice(genes)} mutation", f"Drug {n % 400}", *words, link, kind)
        matches.append("\t".join(cells))
    texts = {"alterations.tsv": "\n".join(mutations), "biomarkers.tsv": "\n".join(matches)}
    return write_members({**texts, "summary.txt": "CGI version: v23.12.2\nCancer type: NSCLC\n"}, tmp_path / "cohort")


@pytest.mark.timeout(600)
def test_the_page_of_a_large_cohort_stays_small(cohort: Path) -> None:
    """No more than 1.5 MB on disk, 80 MB of memory and 6 seconds of work for a hundred thousand alterations."""
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, str(cohort)], capture_output=True, text=True, check=True, timeout=290
    )
    cost = json.loads(answer.stdout)
    assert cost["bytes"] <= 1.5 * MB
    assert cost["peak"] <= 80 * MB
    assert cost["seconds"] <= 6
