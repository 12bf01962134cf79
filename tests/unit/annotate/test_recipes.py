"""The recipes of docs/annotate.md do what they say, as far as their programs are here."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cgi_runner.annotate.file import annotate_file, annotate_study
from conftest import ROOT
from unit.annotate.conftest import vcf
from unit.annotate.test_maf import BRAF, rows_of
from unit.annotate.test_study import write_maf, write_structural


def recipes(program: str) -> list[str]:
    """Return the lines of the page that start a program."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "docs" / "annotate.md").read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", "").splitlines()]
    return [line for line in lines if line.startswith(f"{program} ")]


def run(line: str, folder: Path) -> str:
    """Run a line of the page in a shell."""
    return subprocess.run(["sh", "-c", line], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(not shutil.which("bcftools") or not shutil.which("tabix"), reason="needs bcftools and tabix")
def test_bcftools_picks_drivers_and_what_cgi_did_not_judge(results: Path, tmp_path: Path) -> None:
    """An allele that was not returned, drivers alone, and a driver beside an allele that was not sent."""
    places = ["3 100 . A C . . .", "7 140753336 . A T . . .", "7 140753336 . A G,T . . .", "17 43124027 . ACT A . . ."]
    contigs = "".join(f"##contig=<ID={name}>\n" for name in ("3", "7", "17"))
    (tmp_path / "tumour.vcf").write_text(vcf(*places).replace("#CHROM", f"{contigs}#CHROM"))
    annotate_file(tmp_path / "tumour.vcf", results, tmp_path / "tumour.cgi.vcf.gz", sample="one")
    for line in recipes("tabix"):
        run(line, tmp_path)
    drivers, without, table = (
        [each.split("\t") for each in run(line, tmp_path).splitlines() if not each.startswith("#")]
        for line in recipes("bcftools")
    )
    assert [(each[1], each[4]) for each in drivers] == [("140753336", "T"), ("140753336", "G,T"), ("43124027", "A")]
    assert [each[1] for each in without] == ["100", "140753336"]
    assert [each[4:7] for each in table] == [
        [".", ".", "."], ["BRAF", "V600E", "oncogenic_(annotated)"], [".,BRAF", ".,V600E", ".,oncogenic_(annotated)"],
        ["BRCA1", "E23X", "oncogenic_(predicted_and_annotated)"],
    ]  # fmt: skip


def test_driver_columns_are_cut_out_for_a_study_that_is_there(results: Path, tmp_path: Path) -> None:
    """With the sample's column first, by the name that cBioPortal wants there."""
    write_structural(results)
    annotate_study(write_maf(tmp_path / "in.maf", BRAF), results, tmp_path / "my_study")
    (line,) = recipes("awk")
    run(line, tmp_path)
    rows = rows_of((tmp_path / "data_cna_pd_annotations.txt").read_text())
    assert list(rows[0]) == [
        "SAMPLE_ID", "Hugo_Symbol", "cbp_driver", "cbp_driver_annotation", "cbp_driver_tiers",
        "cbp_driver_tiers_annotation",
    ]  # fmt: skip
    assert list(rows[0].values())[:3] == ["one", "ERBB2", "Putative_Driver"]
