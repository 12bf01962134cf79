"""The sandbox beside real archives: of the same upload, all that is not knowledge about variants is the same.

The archives are not part of the project; CGI_REAL_DATA names the folder that holds them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cgi_sandbox import Sandbox

pytestmark = pytest.mark.real_archives

KNOWLEDGE = {
    "CGI-Gene", "CGI-Protein Change", "CGI-Oncogenic Summary", "CGI-Oncogenic Prediction", "CGI-Consequence",
    "CGI-External oncogenic annotation", "CGI-Transcript", "CGI-HGVS", "CGI-HGVSc", "CGI-HGVSp",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("querynator_2023-05-30_b829a5b/cgi_test_out.cgi_results.zip", 88),
        ("querynator_2024-09-09_v23.12.2/cgi_test_out.cgi_results.zip", 88),
        ("minimal/twin_across_samples.zip", 2),
    ],
)
def test_rows_are_those_of_the_real_archive(name: str, rows: int, real_data: Path, connect: Any) -> None:
    """Ids, normalised variants, echo, samples, types and their order are equal in each row."""
    with Sandbox(duration=0, shared_variants="last") as sandbox:
        client = connect(sandbox)
        real = client.archive((real_data / name).read_bytes())
        ours = client.analysed(real.zip.read("input01.tsv"), cancer_type="BRCA", reference="hg19")
    known = [column for column in real.header("alterations.tsv") if column not in KNOWLEDGE]
    assert [column for column in ours.header("alterations.tsv") if column not in KNOWLEDGE] == known
    expected = [[row[column] for column in known] for row in real.table("alterations.tsv")]
    assert [[row[column] for column in known] for row in ours.table("alterations.tsv")] == expected
    assert len(expected) == rows


def test_members_are_those_of_the_real_archive(real_data: Path, connect: Any) -> None:
    """Names and order are equal, and every line of the summary begins with the same words."""
    name = "querynator_2024-09-09_v23.12.2/cgi_test_out.cgi_results.zip"
    with Sandbox(duration=0) as sandbox:
        client = connect(sandbox)
        real = client.archive((real_data / name).read_bytes())
        ours = client.analysed(real.zip.read("input01.tsv"), cancer_type="BRCA", reference="hg19", title="CGI_query")
    assert ours.zip.namelist() == real.zip.namelist()
    assert ours.zip.read("input01.tsv") == real.zip.read("input01.tsv")
    assert ours.header("biomarkers.tsv") == real.header("biomarkers.tsv")
    words = [
        [line.split(":")[0] for line in each.text("summary.txt").splitlines() if ":" in line] for each in (ours, real)
    ]
    assert [word for word in words[0] if not word.startswith("SANDBOX")] == words[1]
