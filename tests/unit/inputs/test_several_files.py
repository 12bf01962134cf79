"""Several files of one kind: one upload, whose rows name their file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

TABLE = "chr\tpos\tref\talt\tsample\n"


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file of the user's."""
    (folder / name).write_text(text)
    return folder / name


def test_rows_name_their_file(inputs: Any, tmp_path: Path) -> None:
    """Both files are sent, sorted as one; what both say is one row with both places."""
    one = write(tmp_path, "a.tsv", TABLE + "2\t10\tC\tT\tP1\n1\t20\tC\tT\tP1\nMT\t1\tC\tT\tP1\n")
    two = write(tmp_path, "b.tsv", TABLE + "1\t20\tC\tT\tP1\n1\t10\tC\tT\tP1\n")
    outcome = inputs.prepare(mutations=[one, two])
    assert outcome.sent() == ["1 10 C T P1 2:3", "1 20 C T P1 1:3;2:2", "2 10 C T P1 1:2"]
    assert outcome.dropped() == ["mutations|1:4|P1|chrMT:1 C>T|not sent|CGI takes no mitochondrial variants"]
    (file,) = outcome.prepared.files
    assert (file.source, file.format) == ("a.tsv, b.tsv", "table")
    assert (file.rows_read, file.rows_sent, file.rows_merged, file.rows_not_sent) == (5, 3, 1, 1)
    assert [(one.number, one.source, one.rows_read, one.rows_not_sent) for one in file.files] == [
        (1, "a.tsv", 3, 1),
        (2, "b.tsv", 2, 0),
    ]


def test_an_only_file_keeps_plain_lines(inputs: Any, tmp_path: Path) -> None:
    """A list of one file is what the file is alone."""
    assert inputs.prepare(mutations=[write(tmp_path, "a.tsv", TABLE + "1\t1\tC\tT\tP1\n")]).sent() == ["1 1 C T P1 2"]


@pytest.mark.parametrize("kind", ["cnas", "translocations"])
def test_every_kind_may_have_several(inputs: Any, tmp_path: Path, kind: str) -> None:
    """Copy numbers and fusions as well."""
    header, row = {"cnas": ("gene\tcna\tsample", "MYC\tamp"), "translocations": ("fus\tsample", "A__B")}[kind]
    paths = [write(tmp_path, f"{name}.tsv", f"{header}\n{row}\t{name}\n") for name in ("P1", "P2")]
    assert [line.split()[-2:] for line in inputs.prepare(**{kind: paths}).sent(kind)] == [["P1", "1:2"], ["P2", "2:2"]]


def test_unsorted_files_are_merged(inputs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that pass through temporary runs keep their file and line."""
    monkeypatch.setattr("cgi_runner.inputs.sorting.WINDOW", 2)
    monkeypatch.setattr("cgi_runner.inputs.sorting.RUN", 4)
    texts = [TABLE + "".join(f"{c}\t{p}\tC\tT\tP1\n" for c in (3, 1, 2) for p in range(at, 40, 7)) for at in (1, 3)]
    outcome = inputs.prepare(mutations=[write(tmp_path, f"{n}.tsv", text) for n, text in enumerate(texts)])
    expected = []
    for number, text in enumerate(texts, 1):
        for line, row in enumerate(text.splitlines()[1:], 2):
            expected.append((int(row.split()[0]), int(row.split()[1]), f"{number}:{line}"))
    assert [row.split()[5] for row in outcome.sent()] == [where for *_, where in sorted(expected)]


@pytest.mark.parametrize("way", ["path", "hard", "symbolic"])
def test_one_file_given_twice_is_a_fault(inputs: Any, tmp_path: Path, way: str) -> None:
    """Also under another name, or through a link."""
    one, two = write(tmp_path, "a.tsv", TABLE + "1\t1\tC\tT\tP1\n"), tmp_path / "b.tsv"
    if way == "path":
        two = tmp_path / "." / ".." / tmp_path.name / "a.tsv"
    elif way == "hard":
        os.link(one, two)
    else:
        two.symlink_to(one)
    error = inputs.refuse(mutations=[one, two])
    assert "found the same file twice for --mutations" in error.message


def test_positions_and_proteins_do_not_mix(inputs: Any, tmp_path: Path) -> None:
    """They are two forms of upload."""
    paths = [write(tmp_path, "a.tsv", TABLE + "1\t1\tC\tT\tP1\n"), write(tmp_path, "b.tsv", "protein\nTP53:p.R248Q\n")]
    error = inputs.refuse(mutations=paths)
    assert error.message == "a.tsv, b.tsv: found table and protein, expected files that become one table"


def test_files_of_two_patients_have_no_one_name(inputs: Any, tmp_path: Path) -> None:
    """`--sample` would merge them."""
    paths = [write(tmp_path, f"{name}.tsv", TABLE + f"1\t1\tC\tT\t{name}\n") for name in ("P1", "P2")]
    assert inputs.prepare(mutations=paths).prepared.samples == {"P1": 1, "P2": 1}
    assert (
        "found the samples 'P1', 'P2', expected one for --sample 'X'"
        in inputs.refuse(mutations=paths, sample="X").message
    )


def test_one_file_may_be_empty(inputs: Any, tmp_path: Path) -> None:
    """A caller that found no indels writes a header alone; the other file's rows go."""
    paths = [write(tmp_path, "a.tsv", TABLE + "1\t1\tC\tT\tP1\n"), write(tmp_path, "b.tsv", TABLE)]
    assert inputs.prepare(mutations=paths).sent() == ["1 1 C T P1 1:2"]


@pytest.mark.parametrize(
    "texts",
    [
        ("chr\tpos\tref\talt\n1\t1\tC\tT\n", "chr\tpos\tref\talt\n1\t2\tC\tT\n"),
        ("protein\nTP53:p.R248Q\n", "protein\nKRAS:p.G12D\n"),
        ("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\t9\t.\tC\tT\t.\tPASS\t.\n",) * 2,
    ],
)
def test_files_without_names_are_no_one_patients(inputs: Any, tmp_path: Path, texts: tuple[str, str]) -> None:
    """Two patients' tables would become one sample; each way out of the tip works."""
    paths = [write(tmp_path, f"{name}.tsv", text) for name, text in zip(("a", "b"), texts, strict=True)]
    error = inputs.refuse(mutations=paths)
    assert error.message == (
        "a.tsv, b.tsv: found several files without sample names, expected to know whether they are of one patient"
    )
    assert error.tip == "say whose alterations these are: --sample NAME; or add a column `sample` to each file"
    assert list(inputs.prepare(mutations=paths, sample="P1").prepared.samples) == ["P1"]
    if not texts[0].startswith("##"):
        for path, name in zip(paths, ("P1", "P2"), strict=True):
            header, row = path.read_text().splitlines()
            path.write_text(f"{header}\tsample\n{row}\t{name}\n")
        assert inputs.prepare(mutations=paths).prepared.samples == {"P1": 1, "P2": 1}


def test_whose_the_rows_of_a_file_without_names_are_is_said(inputs: Any, tmp_path: Path) -> None:
    """The only sample of the other files, also of another kind; else the word that CGI itself takes."""
    silent = "chr\tpos\tref\talt\n1\t1\tC\tT\n"
    said = "b.tsv: the file names no sample, its rows are sent as {}"
    named, other = write(tmp_path, "a.tsv", TABLE + "1\t1\tC\tT\tP1\n"), write(tmp_path, "b.tsv", silent)
    for files in ({"mutations": [named, other]}, {"mutations": other, "cnas": "gene|cna|sample\nMYC|amp|P1\n"}):
        prepared = inputs.prepare(**files).prepared
        assert prepared.decisions == [said.format("'P1' (the only sample of the other files)")]
        assert list(prepared.samples) == ["P1"]
    assert inputs.prepare(mutations=other).prepared.decisions == [said.format("'sample' (no file names one)")]
    assert inputs.prepare(mutations=other, sample="P1").prepared.decisions == []


@pytest.mark.parametrize("run", [2, 1000])
def test_where_lines_are_that_no_row_names_is_said(
    inputs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: int
) -> None:
    """A row names twenty of its lines; screen and record tell where the others are, also after a merge of runs."""
    monkeypatch.setattr("cgi_runner.inputs.sorting.WINDOW", run)
    monkeypatch.setattr("cgi_runner.inputs.sorting.RUN", 2 * run)
    one = write(tmp_path, "a.tsv", TABLE + "2\t10\tC\tT\tP1\n1\t20\tC\tT\tP1\n" * 15)
    two = write(tmp_path, "b.tsv", TABLE + "1\t20\tC\tT\tP1\n" * 9)
    outcome = inputs.prepare(mutations=[one, two])
    named = [row.split()[5] for row in outcome.sent()]
    assert [text.partition(";+")[2] for text in named] == ["4", ""]
    (said,) = outcome.prepared.decisions
    assert said.startswith("a.tsv: rows name 20 of their lines at most: 4 more, between ")
    assert said.endswith(" and 2:10, say the same")
    assert said.partition(": ")[2] in outcome.prepared.files[0].notes
