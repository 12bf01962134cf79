"""Other names for the samples of CGI's tables: every other byte stays, and nobody's rows get another's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgi_runner.results.sample_names import find_samples, is_unnamed, rename_samples

NAMES = {"S001": "one", "S002": "two"}


def table(folder: Path, content: bytes, name: str = "alterations.tsv") -> Path:
    """Write a table."""
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "unnamed"),
    [
        *((name, True) for name in ("input01", "single_sample", "tcgi", "cgi", "default_id", "TUMOR", "sample")),
        *((name, False) for name in ("S001", "my_sample", "input", "xcgi")),
    ],
)
def test_what_cgi_calls_a_sample_without_a_name(name: str, unnamed: bool) -> None:
    """Its own words for it, and names that any patient's sample has."""
    assert is_unnamed(name) is unnamed


def test_samples_are_found_in_all_tables(tmp_path: Path) -> None:
    """Without blanks and quotes, from each column that names them; other files and rows cut short are none of it."""
    table(tmp_path, b'##note\n\nGene\tCGI-Sample ID\tsample\tDrug\tDose\nTP53\t S001 \t"S002"\tA\tB\r\nBRAF\n', "a.tsv")
    table(tmp_path, b"Sample ID\nS003\n", "b.tsv")
    table(tmp_path, b"sample\nnobody\n", "c.txt")
    table(tmp_path, b"", "d.tsv")
    assert find_samples(tmp_path, ["a.tsv", "b.tsv", "c.txt", "d.tsv"]) == {"", "S001", "S002", "S003"}


def test_letters_around_a_name_are_part_of_it(tmp_path: Path) -> None:
    """Blanks, quotes and line ends are not."""
    table(tmp_path, b'sample\nX1X\n "X2X" \r\nX3X', "a.tsv")
    assert find_samples(tmp_path, ["a.tsv"]) == {"X1X", "X2X", "X3X"}


def test_a_table_without_samples_has_rows_of_none(tmp_path: Path) -> None:
    """They stand for any sample; a table without rows has not even those."""
    table(tmp_path, b"gene\tdriver\nTP53\tyes\n", "a.tsv")
    assert find_samples(tmp_path, ["a.tsv"]) == {""}
    table(tmp_path, b"gene\tdriver\n", "a.tsv")
    assert find_samples(tmp_path, ["a.tsv"]) == set()


@pytest.mark.parametrize(
    "column", [b"CGI-Sample ID", b"cgi-info", b'"Sample ID"', b"\xef\xbb\xbfsample", b"sample\tJos\xe9"]
)
def test_every_other_byte_stays(column: bytes, tmp_path: Path) -> None:
    """Comments, line ends, quotes, blanks and cells that only look like a name."""
    before = b"##S001\n" + column + b'\tGene\tNote\nS001\tTP53\tof S001\r\n" S002 "\tBRAF\t\nS003\tX\tS001\nS001'
    path = table(tmp_path, before)
    assert rename_samples(path, NAMES, keeps_others=True)
    after = b"##S001\n" + column + b'\tGene\tNote\none\tTP53\tof S001\r\n" S002 "\tBRAF\t\nS003\tX\tS001\none'
    assert path.read_bytes() == after
    assert [file.name for file in tmp_path.iterdir()] == ["alterations.tsv"]


def test_quotes_and_blanks_around_a_name_stay(tmp_path: Path) -> None:
    """The name alone is replaced."""
    path = table(tmp_path, b'sample\tx\n"S001"\t1\n S002 \t2\n')
    assert rename_samples(path, NAMES, keeps_others=False)
    assert path.read_bytes() == b'sample\tx\n"one"\t1\n two \t2\n'


def test_rows_of_others_stay_only_where_that_is_asked_for(tmp_path: Path) -> None:
    """Whose a row is says the column of CGI's own, wherever it stands; a row without that cell stays."""
    content = b"sample\tGene\tCGI-Sample ID\nS001\ta\tS002\nS002\tb\tS003\nS001\n"
    path = table(tmp_path, content)
    assert rename_samples(path, NAMES, keeps_others=False)
    assert path.read_bytes() == b"sample\tGene\tCGI-Sample ID\none\ta\ttwo\none\n"
    table(tmp_path, content)
    assert rename_samples(path, NAMES, keeps_others=True)
    assert path.read_bytes() == b"sample\tGene\tCGI-Sample ID\none\ta\ttwo\ntwo\tb\tS003\none\n"


def test_an_empty_name_can_get_one(tmp_path: Path) -> None:
    """Rows of a sample that was sent without a name are then under the name that was asked for."""
    path = table(tmp_path, b"sample\tGene\n\tTP53\nother\tBRAF\n")
    assert rename_samples(path, {"": "one"}, keeps_others=False)
    assert path.read_bytes() == b"sample\tGene\none\tTP53\n"


def test_mutations_of_2022_name_the_sample_in_info(tmp_path: Path) -> None:
    """Only where there is no better column, and only beside a column symbol."""
    path = table(tmp_path, b"info\tsymbol\nS001\tTP53\n")
    assert rename_samples(path, NAMES, keeps_others=True)
    assert path.read_bytes() == b"info\tsymbol\none\tTP53\n"
    assert not rename_samples(table(tmp_path, b"info\tgene\nS001\tTP53\n"), NAMES, keeps_others=True)
    assert rename_samples(table(tmp_path, b"info\tsymbol\tsample\nS001\tTP53\tS002\n"), NAMES, keeps_others=True)
    assert path.read_bytes() == b"info\tsymbol\tsample\nS001\tTP53\ttwo\n"


@pytest.mark.parametrize("content", [b"", b"gene\tdriver\nS001\tyes\n", b"##S001\n\n"])
def test_a_table_that_names_no_sample_stays(content: bytes, tmp_path: Path) -> None:
    """As it is, with nothing beside it, and that is said."""
    path = table(tmp_path, content)
    assert not rename_samples(path, NAMES, keeps_others=False)
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["alterations.tsv"]
