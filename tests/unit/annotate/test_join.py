"""The join of alleles with rows of results, held against one that knows nothing but dictionaries."""

from __future__ import annotations

import csv
import random
import tempfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgi_runner.annotate.file import annotate_file
from support.archives import table, write_members
from unit.annotate.conftest import ALTERATIONS, MATCHES, SUMMARY, keys_of, vcf

SAMPLES = ("one", "two")
ORDERS = ("as the results", "with gaps", "backwards", "by chance")


def plain(position: int, reference: str, alternate: str) -> tuple[str, str, str]:
    """Spell a variant of a VCF as CGI does."""
    if len(reference) == len(alternate):
        return str(position), reference, alternate
    return (str(position + 1), reference[1:], "-") if len(reference) > 1 else (str(position), "-", alternate[1:])


def make_results(folder: Path, draw: random.Random) -> list[tuple[str, int, str, str]]:
    """Write results of variants of two samples, some of which have two rows, and give the variants that were sent."""
    variants = sorted(
        (draw.choice("123"), draw.randrange(1, 4_000), *draw.choice([("A", "C"), ("A", "G"), ("AT", "A"), ("A", "AT")]))
        for _ in range(400)
    )
    variants = list(dict.fromkeys(variants))
    returned, sent = [], []
    for number, (chromosome, position, reference, alternate) in enumerate(variants):
        place, ref, alt = plain(position, reference, alternate)
        for sample in SAMPLES if number % 3 else SAMPLES[:1]:
            sent.append({"chr": chromosome, "pos": place, "ref": ref, "alt": alt, "sample": sample})
            about = {"CHROMOSOME": chromosome, "POSITION": place, "REF": ref, "ALT": alt, "CGI-Sample ID": sample}
            rows = [{**about, "CGI-Gene": f"G{number}", "CGI-Protein Change": f"{sample}{copy}",
                     "CGI-Oncogenic Summary": "oncogenic (annotated)" if copy else "non-oncogenic"}
                    for copy in range(2 if number % 17 == 0 else 1)]  # fmt: skip
            returned += rows if number % 5 else []
    members = {
        "alterations.tsv": table(ALTERATIONS, *returned),
        "biomarkers.tsv": table(MATCHES),
        "input01.tsv": table(["chr", "pos", "ref", "alt", "sample"], *sent),
        "summary.txt": SUMMARY,
    }
    write_members(members, folder)
    return variants


def read(path: Path) -> list[dict[str, str]]:
    """Read a table by csv alone."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_any_order_gives_the_answers_of_a_plain_join(order: str, sample: str, tmp_path: Path) -> None:
    """Rows are read ahead where they are asked for in their order; of two rows of an allele, a driver's is taken."""
    draw = random.Random(f"{order} {sample}")
    variants = make_results(tmp_path / "results", draw)
    asked = [*variants, *(("1", place, "G", "T") for place in range(1, 40))]
    if order == "with gaps":
        asked = [variant for variant in asked if draw.random() < 0.7]
    elif order == "backwards":
        asked.reverse()
    elif order == "by chance":
        draw.shuffle(asked)
    rows: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in read(tmp_path / "results" / "alterations.tsv"):
        about = (row["CGI-Sample ID"], row["CHROMOSOME"], row["POSITION"], row["REF"], row["ALT"])
        rows.setdefault(about, []).append(row)
    sent = {(row["sample"], row["chr"], row["pos"], row["ref"], row["alt"])
            for row in read(tmp_path / "results" / "input01.tsv")}  # fmt: skip
    records = [f"{chromosome} {position} . {ref} {alt} . . ." for chromosome, position, ref, alt in asked]
    (tmp_path / "in.vcf").write_text(vcf(*records))
    annotate_file(tmp_path / "in.vcf", tmp_path / "results", tmp_path / "out.vcf", sample=sample)
    found = keys_of((tmp_path / "out.vcf").read_text())
    assert len(found) == len(asked)
    wanted: tuple[str, str | None, str | None]
    for (chromosome, position, ref, alt), keys in zip(asked, found, strict=True):
        variant = (chromosome, *plain(position, ref, alt))
        if mine := rows.get((sample, *variant)):
            row = next((each for each in mine if each["CGI-Oncogenic Summary"].startswith("oncogenic")), mine[0])
            wanted = ("returned", row["CGI-Gene"], row["CGI-Protein Change"])
        elif (sample, *variant) in sent:
            wanted = ("not_returned", None, None)
        else:
            is_others = any((other, *variant) in sent for other in SAMPLES)
            wanted = ("other_sample" if is_others else "not_in_run", None, None)
        assert (keys["CGI_Status"], keys.get("CGI_Gene"), keys.get("CGI_Protein")) == wanted, variant


_TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029"), max_size=9)
_CELLS = {
    "CGI-Gene": st.sampled_from(["BRAF", "APC", "HLA-A", "NKX2-1"]) | _TEXT,
    "CGI-Protein Change": st.sampled_from(["V600E", "--", "Q61*", "E746_A750del", "R1=", "A%2C"]) | _TEXT,
    "CGI-HGVSp": st.sampled_from(["", "ENSP00000493543.1:p.Val600Glu", "ENSP1:p.(A1B);p.C2"]) | _TEXT,
    "CGI-Consequence": st.sampled_from(["", "missense_variant", "a,b"]) | _TEXT,
    "CGI-Oncogenic Summary": st.sampled_from(["", "oncogenic (annotated)", "non-oncogenic"]) | _TEXT,
    "CGI-Oncogenic Prediction": st.sampled_from(["", "driver (boostDM: non-tissue-specific model)"]) | _TEXT,
}


@given(st.lists(st.tuples(*_CELLS.values()), min_size=1, max_size=8))
def test_any_text_of_a_result_comes_back(cells: list[tuple[str, ...]]) -> None:
    """Names that need no escape are written by a shorter way, which says the same as the other."""
    rows = [dict(zip(_CELLS, row, strict=True)) for row in cells]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        members = {
            "alterations.tsv": table(
                ALTERATIONS,
                *({"CHROMOSOME": "1", "POSITION": f"{place}", "REF": "A", "ALT": "C", "CGI-Sample ID": "one", **row}
                  for place, row in enumerate(rows, 1)),
            ),
            "biomarkers.tsv": table(MATCHES),
            "summary.txt": SUMMARY,
        }  # fmt: skip
        write_members(members, folder / "results")
        records = [f"1 {place} . A C . . ." for place in range(1, len(rows) + 1)]
        (folder / "in.vcf").write_text(vcf(*records, version="4.3"))
        annotate_file(folder / "in.vcf", folder / "results", folder / "out.vcf")
        lines = (folder / "out.vcf").read_text(encoding="utf-8").split("\n")
    found = [dict(each.split("=") for each in line.split("\t")[7].split(";")) for line in lines if line[:1] == "1"]
    for row, keys in zip(rows, found, strict=True):
        for column, cell in row.items():
            key = column.replace("CGI-Oncogenic ", "CGI_").replace("CGI-", "CGI_").replace(" Change", "")
            assert unquote(keys.get(key, "")) == cell.replace("\xa0", " ").replace("|", "/").strip(), column
