"""Telling the generations of CGI's archives apart by names and headers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from archives.generations import GENERATIONS, generation, laid_out
from cgi_runner.errors import ResultsError
from cgi_runner.results import Findings, read
from cgi_runner.results.archive import Unpacked, read_summary
from cgi_runner.results.layout import read_layout


@pytest.mark.parametrize("name", GENERATIONS)
def test_each_generation_is_recognised(name: str, tmp_path: Path) -> None:
    """The URL never changed, so the headers alone tell the generation."""
    layout = read_layout(laid_out(generation(name), tmp_path))
    assert layout.generation == name
    assert layout.is_known
    assert layout.alterations
    assert layout.biomarkers


@pytest.mark.parametrize("name", GENERATIONS)
def test_the_order_of_columns_means_nothing(name: str, tmp_path: Path) -> None:
    """CGI has shuffled columns from run to run; the accounts stay the same."""
    before = findings(laid_out(generation(name), tmp_path / "before"))
    members = {
        file: text if file.startswith("input") or not file.endswith(".tsv") else shuffled(text)
        for file, text in generation(name).items()
    }
    after = findings(laid_out(members, tmp_path / "after"))
    assert (after.generation, after.rows, after.cautions) == (before.generation, before.rows, before.cautions)


def shuffled(text: str) -> str:
    """Give a table with its columns in another order."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [line.split("\t") for line in text.removesuffix(end).split(end)]
    order = list(range(len(lines[0])))
    random.Random(7).shuffle(order)
    return "".join("\t".join(line[place] for place in order) + end for line in lines)


def findings(folder: Path) -> Findings:
    """Read a folder as if an archive had been unpacked into it."""
    names = tuple(sorted(path.name for path in folder.iterdir()))
    return read(Unpacked(folder / "x.zip", folder, names, read_summary(folder)), [])


@pytest.mark.parametrize(("name", "left"), [("2d", "biomarkers.tsv"), ("2b", "prescriptions.tsv")])
def test_without_alterations_the_biomarkers_tell(name: str, left: str, tmp_path: Path) -> None:
    """A job of copy numbers alone has no alterations.tsv."""
    assert read_layout(laid_out({left: generation(name)[left]}, tmp_path)).generation == name


@pytest.mark.parametrize("name", ["1", "2a"])
def test_the_older_drug_tables_tell_too(name: str, tmp_path: Path) -> None:
    """Two generations called it drug_prescription.tsv, with other columns."""
    left = {"drug_prescription.tsv": generation(name)["drug_prescription.tsv"]}
    assert read_layout(laid_out(left, tmp_path)).generation == name


def test_an_unknown_layout_is_let_through_with_a_caution(tmp_path: Path) -> None:
    """CGI may change its layout tomorrow: the files are kept, and nobody is told that they are understood."""
    found = findings(
        laid_out({"alterations.tsv": "Variant\tVerdict\nx\ty\n", "input01.tsv": "chr\tpos\n1\t2\n"}, tmp_path)
    )
    assert found.generation == "unknown"
    assert any("not seen before" in caution for caution in found.cautions)
    assert found.rows[0].lost is None


def test_an_archive_of_nothing_that_is_known_is_unknown(tmp_path: Path) -> None:
    """Tables under names never seen before are let through with a warning; no table at all is no result."""
    new = findings(laid_out({"variants_2027.tsv": "a\tb\n"}, tmp_path / "new"))
    assert new.generation == "unknown"
    assert "layout not seen before" in new.cautions[0]
    for number, files in enumerate(({"note.txt": "hello"}, {"input01.tsv": "chr\tpos\n"}, {})):
        with pytest.raises(ResultsError, match="no table of results"):
            findings(laid_out(files, tmp_path / str(number)))


def test_version_and_date_come_from_the_summary(tmp_path: Path) -> None:
    """The summary was called report.txt before v23.12; a colon in the title confuses nobody."""
    new = findings(laid_out(generation("2d"), tmp_path / "new"))
    old = findings(laid_out(generation("2c"), tmp_path / "old"))
    assert (new.version, new.date) == ("v23.12.2", "2024-09-09 12:17:40")
    assert old.version == "v23.05.3"
    assert read_summary(tmp_path / "new")["Analysis Code"] == "a title: with a colon"
