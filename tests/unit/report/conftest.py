"""Results for the report's tests: a folder with every kind of thing, and anything in any of its cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.archives import table, write_members

ALTERATIONS = ["Input ID", "CGI-Sample ID", "CGI-Gene", "CGI-Protein Change", "CGI-Oncogenic Summary",
               "CGI-Oncogenic Prediction", "CGI-External oncogenic annotation", "CGI-Mutation", "CGI-Consequence",
               "CGI-HGVS", "CGI-HGVSc", "CGI-HGVSp"]  # fmt: skip
MATCHES = ["Sample ID", "Alterations", "Biomarker", "Drugs", "Diseases", "Response", "Evidence", "Match", "Source",
           "BioM", "Resist.", "Tumor type"]  # fmt: skip
CNAS = ["internal_id", "sample", "gene", "cna", "gene_role", "known_in_tumors", "driver"]
FUSIONS = ["internal_id", "sample", "fus", "effector_gene", "gene_role", "known_in_tumors", "driver"]
DROPPED = ["input", "line", "sample", "alteration", "stage", "reason"]

SUMMARY = """CGI version: v23.12.2
Date: 2024-09-09 12:17:40
Analysis Code: {title}
Cancer type: CM
Reference genome: hg38
Biomarkers in cancer type - Level A: 5
"""

#: Of each table its columns and rows, in which every kind of thing is there that the page draws in its own way.
ROWS: dict[str, tuple[list[str], list[dict[str, str]]]] = {
    "alterations.tsv": (
        ALTERATIONS,
        [
            {"Input ID": "input01_1", "CGI-Sample ID": "one", "CGI-Gene": "BRAF", "CGI-Protein Change": "V600E",
             "CGI-Oncogenic Summary": "oncogenic (annotated)", "CGI-Oncogenic Prediction": "driver (oncodriveMUT)",
             "CGI-External oncogenic annotation": "cgi,oncokb,clinvar:13961", "CGI-Mutation": "chr7:140753336 A>T",
             "CGI-Consequence": "missense_variant", "CGI-HGVSp": "ENSP1:p.Val600Glu"},
            {"Input ID": "input01_2", "CGI-Sample ID": "two", "CGI-Gene": "TP53", "CGI-Protein Change": "R273H",
             "CGI-Oncogenic Summary": "oncogenic (predicted and annotated)", "CGI-Mutation": "chr17:7673802 C>T"},
            {"Input ID": "input01_3", "CGI-Sample ID": "two", "CGI-Gene": "GSTP1", "CGI-Protein Change": "I105V",
             "CGI-Oncogenic Summary": "non-oncogenic"},
            {"Input ID": "input01_4", "CGI-Sample ID": "two", "CGI-Gene": "X", "CGI-Oncogenic Summary": "new word"},
        ],
    ),
    "biomarkers.tsv": (
        MATCHES,
        [
            {"Sample ID": "one", "Alterations": "BRAF (V600E)", "Biomarker": "BRAF (V600E)",
             "Drugs": "Vemurafenib(BRAF inhibitor)", "Diseases": "Cutaneous melanoma", "Response": "Responsive",
             "Evidence": "A", "Match": "YES", "Source": "FDA:https://www.fda.gov/label;PMID:1234", "BioM": "complete"},
            {"Sample ID": "one", "Alterations": ", ".join(f"BRAF (V{n}E)" for n in range(595, 606)),
             "Biomarker": "BRAF (600)", "Drugs": "Many", "Response": "Resistant", "Evidence": "B", "Match": "NO",
             "BioM": "complete", "Source": "NCT01234567"},
            {"Sample ID": "two", "Alterations": "TP53 MUT* (--)", "Biomarker": "TP53 Mutation", "Drugs": "Olaparib",
             "Response": "No Responsive", "Evidence": "CASE REPORT", "Match": "NO", "BioM": "only gene",
             "Source": "https://civicdb.org/links/evidence_items/7"},
            {"Sample ID": "two", "Alterations": "KRAS wildtype", "Biomarker": "KRAS wildtype", "Drugs": "Cetuximab",
             "Response": "Increased Toxicity (skin)", "Evidence": "C", "Match": "NO", "BioM": "complete"},
            {"Sample ID": "two", "Alterations": "ERBB2 AMP", "Biomarker": "ERBB2 amplification", "Drugs": "Lapatinib",
             "Response": "odd", "Evidence": "", "Match": "YES", "BioM": "complete"},
        ],
    ),
    "cna_analysis.tsv": (
        CNAS,
        [
            {"sample": "two", "gene": "ERBB2", "cna": "AMP", "gene_role": "Act", "known_in_tumors": "BRCA;OV",
             "driver": "known"},
            {"sample": "two", "gene": "TP53", "cna": "DEL", "driver": "predicted"},
            {"sample": "one", "gene": "X", "cna": "DEL", "driver": ""},
        ],
    ),
    "fusion_analysis.tsv": (
        FUSIONS,
        [{"sample": "one", "fus": "ABL1__BCR", "effector_gene": "ABL1", "known_in_tumors": "CML", "driver": "known"}],
    ),
    "dropped.tsv": (
        DROPPED,
        [{"input": "mutations", "line": "9", "sample": "one", "alteration": "chrM:1 A>T", "stage": "not sent",
          "reason": "on the mitochondrial chromosome"}],
    ),
}  # fmt: skip

Change = Callable[[str, str, int], str]


def as_it_is(cell: str, column: str, row: int) -> str:
    """Leave a cell alone."""
    del column, row
    return cell


def write_results(folder: Path, change: Change = as_it_is, title: str = "a title") -> Path:
    """Write a folder with results; `change` may give each cell another content, by its column and row."""
    members = {
        name: table(
            columns,
            *({column: change(row.get(column, ""), column, n) for column in columns} for n, row in enumerate(rows)),
        )
        for name, (columns, rows) in ROWS.items()
    }
    return write_members({**members, "summary.txt": SUMMARY.format(title=title)}, folder)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Return a folder with the results of two samples."""
    return write_results(tmp_path / "results")
