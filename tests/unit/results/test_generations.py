"""Telling the generations of CGI's archives apart by names and headers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cgi_runner.errors import ResultsError
from cgi_runner.results import ResultSummary, read
from cgi_runner.results.archive import ExtractedArchive
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.summary import read_summary
from cgi_runner.results.tables import Table
from support.archives import GENERATIONS, make_generation, write_members


@pytest.mark.parametrize("name", GENERATIONS)
def test_each_generation_is_recognised(name: str, tmp_path: Path) -> None:
    """The URL never changed, so the headers alone tell the generation."""
    layout = read_result_tables(write_members(make_generation(name), tmp_path))
    assert layout.format_version == name
    assert layout.is_known
    assert layout.alterations
    assert layout.biomarkers


@pytest.mark.parametrize("name", GENERATIONS)
def test_the_order_of_columns_means_nothing(name: str, tmp_path: Path) -> None:
    """CGI has shuffled columns from run to run; the accounts stay the same."""
    before = findings(write_members(make_generation(name), tmp_path / "before"))
    members = {
        file: text if file.startswith("input") or not file.endswith(".tsv") else shuffled(text)
        for file, text in make_generation(name).items()
    }
    after = findings(write_members(members, tmp_path / "after"))
    assert (after.format_version, after.rows, after.warnings) == (before.format_version, before.rows, before.warnings)


def shuffled(text: str) -> str:
    """Return a table with its columns in another order."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [line.split("\t") for line in text.removesuffix(end).split(end)]
    order = list(range(len(lines[0])))
    random.Random(7).shuffle(order)
    return "".join("\t".join(line[place] for place in order) + end for line in lines)


def findings(folder: Path) -> ResultSummary:
    """Read a folder as if an archive had been unpacked into it."""
    names = tuple(sorted(path.name for path in folder.iterdir()))
    return read(ExtractedArchive(folder / "x.zip", folder, names, read_summary(folder)), [])


@pytest.mark.parametrize(("name", "left"), [("2d", "biomarkers.tsv"), ("2b", "prescriptions.tsv")])
def test_without_alterations_the_biomarkers_tell(name: str, left: str, tmp_path: Path) -> None:
    """A job of copy numbers alone has no alterations.tsv."""
    assert read_result_tables(write_members({left: make_generation(name)[left]}, tmp_path)).format_version == name


@pytest.mark.parametrize("name", ["1", "2a"])
def test_the_older_drug_tables_tell_too(name: str, tmp_path: Path) -> None:
    """Two generations called it drug_prescription.tsv, with other columns."""
    left = {"drug_prescription.tsv": make_generation(name)["drug_prescription.tsv"]}
    assert read_result_tables(write_members(left, tmp_path)).format_version == name


def test_an_unknown_layout_is_let_through_with_a_warning(tmp_path: Path) -> None:
    """CGI may change its layout tomorrow: the files are kept, and nobody is told that they are understood."""
    found = findings(
        write_members({"alterations.tsv": "Variant\tVerdict\nx\ty\n", "input01.tsv": "chr\tpos\n1\t2\n"}, tmp_path)
    )
    assert found.format_version == "unknown"
    assert any("not seen before" in warning for warning in found.warnings)
    assert found.rows[0].not_returned is None


def test_an_archive_of_nothing_that_is_known_is_unknown(tmp_path: Path) -> None:
    """Tables under names never seen before are let through with a warning; no table at all is no result."""
    for name in ("variants_2027.tsv", "variants_2027.csv"):
        new = findings(write_members({name: "a\tb\n"}, tmp_path / name))
        assert new.format_version == "unknown"
        assert "layout not seen before" in new.warnings[0]
    for number, files in enumerate(({"note.txt": "hello"}, {"input01.tsv": "chr\tpos\n"}, {})):
        with pytest.raises(ResultsError, match="no table of results") as refused:
            findings(write_members(files, tmp_path / str(number)))
        assert refused.value.message.endswith(f"but {', '.join(files) or 'nothing'}")
        assert refused.value.tip.startswith("run the command again; ")


def test_members_that_were_left_out_are_named(tmp_path: Path) -> None:
    """What a file manager adds is no result, but it is not passed over silently."""
    folder = write_members(make_generation("2d"), tmp_path)
    names = tuple(sorted(path.name for path in folder.iterdir()))
    left_out = ("__MACOSX/._a", "b.tsv")
    found = read(ExtractedArchive(folder / "x.zip", folder, names, read_summary(folder), left_out=left_out), [])
    told = "members of the archive that are not results were left out: __MACOSX/._a, b.tsv"
    assert found.warnings[-1] == told


def test_version_and_date_come_from_the_summary(tmp_path: Path) -> None:
    """The summary was called report.txt before v23.12; a colon in the title confuses nobody."""
    new = findings(write_members(make_generation("2d"), tmp_path / "new"))
    old = findings(write_members(make_generation("2c"), tmp_path / "old"))
    assert (new.version, new.date) == ("v23.12.2", "2024-09-09 12:17:40")
    assert old.version == "v23.05.3"
    assert read_summary(tmp_path / "new")["Analysis Code"] == "a title: with a colon"


@pytest.mark.parametrize(
    ("members", "generation_name"),
    [
        ({"biomarkers.tsv": "BioM\n"}, "2d"),
        ({"prescriptions.tsv": "BioM\n"}, "2b"),
        ({"drug_prescription.tsv": "DISEASES\tBIOMARKER_IDX\n"}, "2a"),
        ({"drug_prescription.tsv": "BIOMARKER_IDX\n"}, "1"),
        ({"drug_prescription.tsv": "x\n"}, "unknown"),
        ({"alterations.tsv": "x\n", "biomarkers.tsv": "BioM\n"}, "unknown"),
        ({"mutation_analysis.tsv": "driver_statement\n"}, "1"),
        ({"fusion_analysis.txt": "x\n"}, "unknown"),
    ],
)
def test_headers_tell_the_generation(members: dict[str, str], generation_name: str, tmp_path: Path) -> None:
    """Alterations decide where there are any, else the drugs."""
    layout = read_result_tables(write_members(members, tmp_path))
    assert layout.format_version == generation_name
    assert (layout.fusions is not None) is ("fusion_analysis.txt" in members)


def test_a_mark_before_the_header_is_none_of_it(tmp_path: Path) -> None:
    """But at its end it would be; remarks are no rows, wherever they stand."""
    (tmp_path / "t.tsv").write_bytes("##x\n\ufeffa\tb\ufeff\n#1\t2\n##3\t4\n".encode())
    found = Table(tmp_path / "t.tsv")
    assert found.columns == ["a", "b\ufeff"]
    assert list(found.rows()) == [["#1", "2"]]


def test_letters_that_are_none_are_replaced(tmp_path: Path) -> None:
    """An upload in Latin-1 keeps its rows, with a sign in place of what cannot be read."""
    (tmp_path / "t.tsv").write_bytes(b"sample\nJos\xe9\nRen\xc3\xa9\r\n")
    assert list(Table(tmp_path / "t.tsv").column(0)) == ["Jos\ufffd", "Ren\u00e9"]
