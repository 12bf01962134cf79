"""The script that makes a cohort's sheet of Galaxy's lists and a user's table."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "tools" / "cohort_sheet.py"


def write(folder: Path, lists: Mapping[str, Any], table: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the script in a folder of its own."""
    (folder / "lists.json").write_text(json.dumps(lists))
    options = []
    if table is not None:
        (folder / "table.tsv").write_text(table)
        options = ["--table", "table.tsv"]
    command = [sys.executable, str(SCRIPT), "lists.json", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def element(folder: Path, name: str, datatype: str = "tabular", build: str = "hg38") -> list[str]:
    """Return an element of a list, whose dataset holds its own name."""
    data = folder / f"dataset_{name}.dat"
    data.write_text(name)
    return [name, str(data), datatype, build]


def test_lists_in_any_order_are_joined_by_their_identifiers(tmp_path: Path) -> None:
    """Each sample has its own files, whatever the order of the lists and the endings of the identifiers."""
    mutations = [element(tmp_path, "P1.vcf", "vcf"), element(tmp_path, "P2.vcf.gz", "vcf_bgzip", "?")]
    cnas = [element(tmp_path, "P2"), element(tmp_path, "P1")]
    assert write(tmp_path, {"mutations": mutations, "cnas": cnas}).returncode == 0
    assert (tmp_path / "samples.tsv").read_text() == (
        "sample\treference\tmutations\tcnas\n"
        "P1\thg38\tinputs/mutations/P1.vcf\tinputs/cnas/P1.tsv\n"
        "P2\t\tinputs/mutations/P2.vcf.gz\tinputs/cnas/P2.tsv\n"
    )
    assert (tmp_path / "inputs/cnas/P1.tsv").read_text() == "P1"
    assert (tmp_path / "inputs/mutations/P2.vcf.gz").read_text() == "P2.vcf.gz"


def test_the_table_decides_where_its_cells_are_filled(tmp_path: Path) -> None:
    """Cancer type and reference come from the table, what it lacks from the dataset, and other columns are not used."""
    table = "Sample ID\tage\tTumor Type\tgenome\nP2\t50\tLUAD\thg19\nP1\t60\t\t\n"
    ended = write(tmp_path, {"mutations": [element(tmp_path, "P1"), element(tmp_path, "P2")]}, table)
    assert ended.returncode == 0, ended.stdout
    assert (tmp_path / "samples.tsv").read_text() == (
        "sample\tcancer_type\treference\tmutations\n"
        "P1\t\thg38\tinputs/mutations/P1.tsv\n"
        "P2\tLUAD\thg19\tinputs/mutations/P2.tsv\n"
    )


def test_further_lists_of_mutations_are_of_the_same_samples(tmp_path: Path) -> None:
    """Each sample gets its file of every list, whatever their order; the sheet has semicolons between them."""
    snvs = [element(tmp_path, "P1.vcf", "vcf", "?"), element(tmp_path, "P2.vcf", "vcf")]
    indels = [element(tmp_path, "P2"), element(tmp_path, "P1")]
    ended = write(tmp_path, {"mutations": snvs, "more": [indels]})
    assert ended.returncode == 0, ended.stdout
    assert (tmp_path / "samples.tsv").read_text() == (
        "sample\treference\tmutations\n"
        "P1\thg38\tinputs/mutations/P1.vcf;inputs/mutations-2/P1.tsv\n"
        "P2\thg38\tinputs/mutations/P2.vcf;inputs/mutations-2/P2.tsv\n"
    )
    assert (tmp_path / "inputs/mutations-2/P1.tsv").read_text() == "P1"


@pytest.mark.parametrize(
    ("further", "said"),
    [
        (["P1"], "P2: not in each list of mutations"),
        (["P1", "P2", "P3"], "P3: not in each list of mutations"),
        (["P1_indels", "P2_indels"], "P1, P1_indels, P2, P2_indels: not in each list of mutations"),
    ],
)
def test_a_further_list_of_other_samples_is_refused(tmp_path: Path, further: list[str], said: str) -> None:
    """A file without its partner would be half a tumour, or a tumour of its own."""
    lists = {"mutations": [element(tmp_path, "P1"), element(tmp_path, "P2")]}
    ended = write(tmp_path, {**lists, "more": [[element(tmp_path, name) for name in further]]})
    assert (ended.returncode, said in ended.stdout) == (2, True), ended.stdout


def test_files_of_one_sample_have_one_genome(tmp_path: Path) -> None:
    """Positions of two builds cannot be those of one tumour."""
    lists = {"mutations": [element(tmp_path, "P1")], "more": [[element(tmp_path, "P1", build="hg19")]]}
    ended = write(tmp_path, lists)
    assert (ended.returncode, "P1 have different database/builds" in ended.stdout) == (2, True)


def test_a_table_without_lists_keeps_what_it_says_of_samples(tmp_path: Path) -> None:
    """For datasets that hold many samples the sheet has no files."""
    assert write(tmp_path, {}, "sample\toncotree_code\nA\tSKCM\n").returncode == 0
    assert (tmp_path / "samples.tsv").read_text() == "sample\toncotree_code\nA\tSKCM\n"


@pytest.mark.parametrize(
    ("names", "table", "said"),
    [
        (["P1"], "sample\tcancer_type\nP1\tCM\nP2\tCM\n", "P2: not in the lists"),
        (["P1", "P2"], "sample\tcancer_type\nP1\tCM\n", "P2: not in the table of samples"),
        (["tumour", "normal"], None, "The element tumour names no patient"),
        (["somatic.snvs.vcf", "somatic.indels.vcf"], None, "The element somatic.snvs names no patient"),
        (["P1", "P1.vcf"], None, "The list of mutations holds P1 twice"),
        (["P1"], "sample\tcancer_type\nP1\tCM\nP1\tLUAD\n", "P1 twice"),
        (["P1"], "sample\tcancer_type\n\tCM\n", "a line without a sample"),
        (["P1"], "sample\tage\nP1\t5\n", "needs tabs between its columns"),
        (["P1"], "sample\tcancer_type\ttumor_type\nP1\tCM\tCM\n", "two columns for cancer_type"),
        (["P1"], "sample\tcancer_type\tmutations\nP1\tCM\t/etc/passwd\n", "names files in its column mutations"),
    ],
)
def test_what_makes_no_cohort_is_refused(tmp_path: Path, names: list[str], table: str | None, said: str) -> None:
    """Samples that do not fit together, and tables that name files of the server, end with a sentence and no sheet."""
    ended = write(tmp_path, {"mutations": [element(tmp_path, name) for name in names]}, table)
    assert ended.returncode == 2
    assert said in ended.stdout
    assert ended.stdout.endswith("Nothing was sent to CGI.\n")
    assert not (tmp_path / "samples.tsv").exists()


@pytest.mark.parametrize("names", [("患者一", "患者二"), ("P 1", "P_1"), ("O'Brien", "O Brien")])
def test_samples_that_differ_in_odd_signs_keep_their_names_and_files(tmp_path: Path, names: tuple[str, str]) -> None:
    """Names of files are plain, the names of samples are not changed for that."""
    ended = write(tmp_path, {"mutations": [element(tmp_path, name) for name in names]})
    assert ended.returncode == 0, ended.stdout
    _, *rows = (line.split("\t") for line in (tmp_path / "samples.tsv").read_text().splitlines())
    assert [(sample, (tmp_path / file).read_text()) for sample, _, file in rows] == [(name, name) for name in names]


def test_a_sample_sheet_says_what_a_table_would(tmp_path: Path) -> None:
    """The columns of Galaxy's sample sheet give each element its cancer type; a table beside it is refused."""
    sheet = [["sample", "Cancer type", "batch"], ["P1", "CM", "7"], ["P2", "LUAD", ""]]
    lists = {"mutations": [element(tmp_path, "P1"), element(tmp_path, "P2.vcf", "vcf")], "sheets": [sheet]}
    assert write(tmp_path, lists).returncode == 0
    assert (tmp_path / "samples.tsv").read_text() == (
        "sample\tcancer_type\treference\tmutations\n"
        "P1\tCM\thg38\tinputs/mutations/P1.tsv\n"
        "P2\tLUAD\thg38\tinputs/mutations/P2.vcf\n"
    )
    ended = write(tmp_path, lists, "sample\tcancer_type\nP1\tCM\nP2\tCM\n")
    assert (ended.returncode, "expected one of them" in ended.stdout) == (2, True)


def test_another_genome_is_refused(tmp_path: Path) -> None:
    """A dataset of a mouse is no tumour that CGI can interpret."""
    ended = write(tmp_path, {"mutations": [element(tmp_path, "P1", build="mm10")]})
    assert (ended.returncode, "mm10" in ended.stdout) == (2, True)


def test_each_sample_sheet_is_read_by_its_own_columns(tmp_path: Path) -> None:
    """Two sheets may have other columns, or the same in another order; what they say of a sample has to agree."""
    lists: dict[str, Any] = {"mutations": [element(tmp_path, "P1")], "cnas": [element(tmp_path, "P2")]}
    sheets = [[["sample", "batch", "cancer_type"], ["P1", "BRCA", "CM"]]]
    sheets.append([["sample", "cancer_type", "batch"], ["P2", "LUAD", "BRCA"]])
    ended = write(tmp_path, {**lists, "sheets": sheets})
    assert ended.returncode == 0, ended.stdout
    rows = [line.split("\t")[:2] for line in (tmp_path / "samples.tsv").read_text().splitlines()[1:]]
    assert rows == [["P1", "CM"], ["P2", "LUAD"]]
    sheets[1].append(["P1", "LUAD", ""])
    ended = write(tmp_path, {**lists, "sheets": sheets})
    assert (ended.returncode, "have CM and LUAD for P1" in ended.stdout) == (2, True)


def test_a_sample_sheet_about_something_else_is_a_list(tmp_path: Path) -> None:
    """The form then says what all samples are."""
    lists = {"mutations": [element(tmp_path, "P1")], "sheets": [[["sample", "batch"], ["P1", "7"]]]}
    assert write(tmp_path, lists).returncode == 0
    assert (tmp_path / "samples.tsv").read_text() == "sample\treference\tmutations\nP1\thg38\tinputs/mutations/P1.tsv\n"


def test_the_names_that_name_no_patient_are_those_of_the_other_tools() -> None:
    """The list stands in the macros and in the script."""
    macros = (SCRIPT.parent / "macros.xml").read_text()
    found = re.search('name="@ROLES@">([^<]*)<', macros)
    assert found
    assert all(f'"{role}"' in SCRIPT.read_text() for role in re.findall("[a-z]+", found[1]))
