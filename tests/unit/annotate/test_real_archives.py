"""A real archive with the VCF that was interpreted: every value is that of a join with nothing but the csv module."""

from __future__ import annotations

import csv
from pathlib import Path
from urllib.parse import unquote

import pytest

from cgi_runner.annotate.file import annotate_file
from unit.annotate.conftest import keys_of
from unit.annotate.test_vcf import removed

pytestmark = pytest.mark.real_archives

NAME = "querynator_2024-09-09_v23.12.2"
#: Keys by the column of CGI's that they are to equal.
COLUMNS = {
    "CGI_Gene": "CGI-Gene",
    "CGI_Protein": "CGI-Protein Change",
    "CGI_HGVSp": "CGI-HGVSp",
    "CGI_Consequence": "CGI-Consequence",
    "CGI_Summary": "CGI-Oncogenic Summary",
    "CGI_Prediction": "CGI-Oncogenic Prediction",
    "CGI_Known": "CGI-External oncogenic annotation",
}


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table by csv alone."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def spelled(position: str, reference: str, alternate: str) -> tuple[int, str, str]:
    """Spell a variant as CGI does: the shared start goes, `-` is empty, a deletion is at its first base."""
    place = int(position)
    if len(reference) == len(alternate) == 1:
        return place, reference, alternate
    while reference and alternate and reference[0] == alternate[0]:
        reference, alternate, place = reference[1:], alternate[1:], place + 1
    return (place if reference else place - 1), reference or "-", alternate or "-"


@pytest.fixture
def annotated(real_data: Path, tmp_path: Path) -> str:
    """Return the VCF of the real archive, annotated."""
    output = tmp_path / "out.vcf"
    annotate_file(real_data / NAME / "example.vcf", real_data / NAME, output)
    return output.read_text(encoding="utf-8")


def test_all_90_records_have_the_values_of_their_rows(annotated: str, real_data: Path) -> None:
    """Two of them are duplicates of others, which CGI has merged: joined by Input ID, these would be bare."""
    by_variant = {
        (row["CHROMOSOME"], int(row["POSITION"]), row["REF"], row["ALT"]): row
        for row in rows(real_data / NAME / "alterations.tsv")
    }
    assert len(by_variant) == 88
    records = [line.split("\t") for line in annotated.splitlines() if not line.startswith("#")]
    found = keys_of(annotated)
    assert len(found) == 90
    for record, keys in zip(records, found, strict=True):
        place, reference, alternate = spelled(record[1], record[3], record[4])
        row = by_variant[record[0], place, reference, alternate]
        assert keys["CGI_Status"] == "returned"
        for key, column in COLUMNS.items():
            wanted = row[column].replace(",", "|") if key == "CGI_Known" else row[column]
            assert unquote(keys.get(key, "")) == wanted.replace(" ", "_"), key
        is_driver = row["CGI-Oncogenic Summary"].startswith("oncogenic (")
        assert keys["CGI_Driver"] == ("yes" if is_driver else "no")


def test_levels_are_those_of_the_complete_matches(annotated: str, real_data: Path) -> None:
    """Of each effect the best letter among rows with BioM complete that are no wild types, by the tumour type."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for row in rows(real_data / NAME / "biomarkers.tsv"):
        if row["BioM"] != "complete" or "wildtype" in row["Alterations"] + row["Biomarker"]:
            continue
        other = "" if row["Match"] == "YES" else "Other"
        for alteration in row["Alterations"].split(", "):
            name = alteration.replace(" MUT*", "")
            wanted.setdefault((name, f"CGI_Level{other}{row['Response'].strip()}"), set()).add(row["Evidence"])
    levels = [f"CGI_Level{other}{effect}" for other in ("", "Other") for effect in ("Responsive", "Resistant")]
    told = 0
    for keys in keys_of(annotated):
        name = f"{keys['CGI_Gene']} ({keys.get('CGI_Protein', '')})"
        for level in levels:
            letters = wanted.get((name, level), set())
            assert keys.get(level) == (min(letters) if letters else None), (name, level)
            told += bool(letters)
    assert told > 50


def test_removing_the_keys_gives_the_real_file(annotated: str, real_data: Path) -> None:
    """Byte for byte."""
    assert removed(annotated) == (real_data / NAME / "example.vcf").read_text(encoding="utf-8")


def test_older_archives_are_refused_or_joined(real_data: Path, tmp_path: Path) -> None:
    """Version 23.05 has the columns to join by, the one before has not."""
    vcf = real_data / NAME / "example.vcf"
    counts = annotate_file(vcf, real_data / "querynator_2023-05-30_b829a5b", tmp_path / "older.vcf")
    assert sum(counts.values()) == 90
