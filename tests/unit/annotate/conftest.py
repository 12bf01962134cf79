"""Results of a job for two samples, in which every status occurs, and ways to read what was added to a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgi_runner.annotate.file import annotate_file
from support.archives import table, write_members

ALTERATIONS = ["Input ID", "CHROMOSOME", "POSITION", "REF", "ALT", "chr", "pos", "ref", "alt", "CGI-Sample ID",
               "CGI-Gene", "CGI-Protein Change", "CGI-Oncogenic Summary", "CGI-Oncogenic Prediction",
               "CGI-External oncogenic annotation", "CGI-Consequence", "CGI-HGVSp"]  # fmt: skip
MATCHES = ["Sample ID", "Alterations", "Biomarker", "Drugs", "Diseases", "Response", "Evidence", "Match", "Source",
           "BioM"]  # fmt: skip
DROPPED = ["input", "line", "sample", "alteration", "stage", "reason"]
SUMMARY = "CGI version: v23.12.2\nDate: 2024-09-09 12:17:40\nCancer type: BRCA\nReference genome: hg38\n"

#: chromosome, position, reference, alternate, sample, as sent; the fourth does not come back, the fifth is a duplicate.
SENT = [
    ("7", "140753336", "A", "T", "one"),
    ("17", "43124028", "CT", "-", "one"),
    ("7", "140753336", "A", "T", "two"),
    ("3", "100", "A", "C", "one"),
    ("7", "140753336", "A", "T", "one"),
    ("5", "200", "-", "GG", "two"),
    ("9", "300", "C", "G", "two"),
]
RETURNED = [
    {"row": "1", "gene": "BRAF", "protein": "V600E", "summary": "oncogenic (annotated)",
     "prediction": "passenger (oncodriveMUT)", "known": "cgi,onco|kb,clinvar:13961"},
    {"row": "2", "gene": "BRCA1", "protein": "E23X", "summary": "oncogenic (predicted and annotated)"},
    {"row": "3", "gene": "BRAF", "protein": "V600E", "summary": "oncogenic (annotated)"},
    {"row": "6", "gene": "APC", "protein": "--", "summary": ""},
    {"row": "7", "gene": "ABL1", "protein": "P5R", "summary": "non-oncogenic"},
]  # fmt: skip


def match(sample: str, alterations: str, drug: str, effect: str, level: str, *, biom: str = "complete",
          is_this: bool = True) -> dict[str, str]:  # fmt: skip
    """Return a row of biomarkers."""
    return {"Sample ID": sample, "Alterations": alterations, "Biomarker": alterations, "Drugs": drug,
            "Response": effect, "Evidence": level, "Match": "YES" if is_this else "NO", "BioM": biom}  # fmt: skip


BIOMARKERS = [
    match("one", "BRAF (V600E)", "Dabrafenib\xa0(BRAF); Trametinib, both", "Responsive", "B"),
    match("one", "BRAF (V600E)", "Never shown", "Responsive", "C"),
    match("one", "BRAF (V600E)", "Cetuximab", "Resistant", "C"),
    match("one", "BRAF (V600E)", "Elsewhere", "Responsive", "A", is_this=False),
    match("one", "BRCA1 (E23X)", "Only the gene", "Responsive", "A", biom="only gene"),
    match("one", "KRAS wildtype, BRCA1 (E23X)", "Wild type", "Responsive", "A"),
    match("two", "APC MUT* (--)", "Aspirin", "Responsive", "D"),
]


def write_results(folder: Path) -> Path:
    """Write CGI's files of the job, with the list of rows that were left out."""
    rows = []
    for about in RETURNED:
        chromosome, position, reference, alternate, sample = SENT[int(about["row"]) - 1]
        rows.append(
            {"Input ID": f"input01_{about['row']}", "CHROMOSOME": chromosome, "POSITION": position, "REF": reference,
             "ALT": alternate, "CGI-Sample ID": sample, "CGI-Gene": about["gene"],
             "CGI-Protein Change": about["protein"], "CGI-Oncogenic Summary": about["summary"],
             "CGI-Oncogenic Prediction": about.get("prediction", ""),
             "CGI-External oncogenic annotation": about.get("known", ""), "CGI-Consequence": "missense_variant"}
        )  # fmt: skip
    sent = [dict(zip(("chr", "pos", "ref", "alt", "sample"), row, strict=True)) for row in SENT]
    dropped = [
        {"input": "mutations", "sample": "one", "alteration": "chr3:100 A>C", "stage": "not returned",
         "reason": 'Reference allele "A" is wrong'},
        {"input": "mutations", "sample": "one", "alteration": "chr2:50 G>A", "stage": "not sent",
         "reason": "FILTER is not PASS"},
    ]  # fmt: skip
    members = {
        "alterations.tsv": table(ALTERATIONS, *rows),
        "biomarkers.tsv": table(MATCHES, *BIOMARKERS),
        "input01.tsv": table(["chr", "pos", "ref", "alt", "sample"], *sent),
        "dropped.tsv": table(DROPPED, *dropped),
        "summary.txt": SUMMARY,
    }
    return write_members(members, folder)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Return a folder with the results of two samples."""
    return write_results(tmp_path / "results")


BRAF = "7 140753336 . A T . PASS DP=9"
NAMES = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"


def vcf(*records: str, samples: str = "", version: str = "4.2", end: str = "\n") -> str:
    """Write a VCF of records whose columns are separated by blanks."""
    names = f"{NAMES}\tFORMAT\t{samples}" if samples else NAMES
    lines = [
        f"##fileformat=VCFv{version}",
        names.replace(" ", "\t"),
        *(record.replace(" ", "\t") for record in records),
    ]
    return "".join(line + end for line in lines)


def annotate(
    text: str | bytes, results: Path, *, sample: str | None = None, overwrite: bool = False, cbioportal: bool = False
) -> str:
    """Annotate a file, and give the annotated one."""
    source, output = results.parent / "source.txt", results.parent / "annotated.txt"
    source.write_bytes(text.encode() if isinstance(text, str) else text)
    annotate_file(source, results, output, sample=sample, overwrite=overwrite, cbioportal=cbioportal)
    return output.read_bytes().decode("utf-8", "surrogateescape")


def keys_of(annotated: str) -> list[dict[str, str]]:
    """Return the keys of CGI's in each record of a VCF."""
    rows = [line.split("\t") for line in annotated.splitlines() if line and not line.startswith("#")]
    pairs = [[each.partition("=") for each in row[7].split(";") if each.startswith("CGI_")] for row in rows]
    return [{name: value for name, _, value in each} for each in pairs]


def statuses(annotated: str) -> list[str]:
    """Return the status of each record of a VCF."""
    return [keys["CGI_Status"] for keys in keys_of(annotated)]
