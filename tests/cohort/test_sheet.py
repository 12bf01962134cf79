"""The sample sheet: what it may look like, and everything that can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.cohort import Defaults, read_sheet
from cgi_runner.cohort.sheet import Sheet
from cgi_runner.errors import InputError

Table = Callable[..., Path]


def bad(sheet: Sheet) -> dict[str, str]:
    """Give what is wrong, by sample."""
    return {one.name: one.why for one in sheet.bad}


def test_paths_are_relative_to_the_sheet(table: Table, tmp_path: Path) -> None:
    """A sheet can be moved together with its files; an absolute path stays as it is."""
    path = table("s.tsv", "sample\tcancer_type\tmutations\tcnas", "one\tCM\tx/a.vcf\t/b.tsv")
    (sample,) = read_sheet(path, Defaults()).samples
    assert sample.sources == {"mutations": tmp_path / "x" / "a.vcf", "cnas": Path("/b.tsv")}


def test_a_dash_is_a_file_and_not_standard_input(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell `-` in a sheet of the current folder must not make the command wait for a keyboard."""
    table("s.tsv", "sample\tcancer_type\tmutations", "one\tCM\t-")
    monkeypatch.chdir(tmp_path)
    (sample,) = read_sheet(Path("s.tsv"), Defaults()).samples
    assert str(sample.sources["mutations"]) != "-"


def test_commas_quotes_comments_and_other_names_are_understood(table: Table) -> None:
    """Sheets come out of spreadsheets and portals: remarks above the header, commas, quotes, other column names."""
    path = table("s.csv", "#Sample,Type", "", "SAMPLE_ID,Cancer_Type,Age", '"a,b",melanoma cutaneous,50', "two,BRCA")
    sheet = read_sheet(path, Defaults(any_cancer_type=True))
    assert [(s.name, s.cancer_type) for s in sheet.samples] == [("a,b", "melanoma cutaneous"), ("two", "BRCA")]


def test_defaults_fill_empty_cells(table: Table) -> None:
    """One cancer type for all is given once; GRCh names are understood."""
    path = table("s.tsv", "sample\treference", "one", "two\tGRCh37")
    samples = read_sheet(path, Defaults("CM", "GRCh38")).samples
    assert [(s.cancer_type, s.reference) for s in samples] == [("CM", "hg38"), ("CM", "hg19")]


def test_every_bad_line_is_told(table: Table) -> None:
    """All faults of all lines come at once, each with its sample or line."""
    rows = [
        "\tCM",
        "twice\tCM",
        "twice\tCM",
        "odd\tSKCM",
        "none",
        "build\tCM\thg18",
        "long" * 60 + "\tCM",
        "x\tCM\t\t\ty",
    ]
    sheet = read_sheet(table("s.tsv", "sample\tcancer_type\treference", *rows), Defaults())
    found = bad(sheet)
    assert not sheet.samples
    assert "expected a name" in found["line 2"]
    assert found["twice"] == "the same sample stands on the lines 3, 4"
    assert "CGI calls it CM" in found["odd"]
    assert "--cancer-type" in found["none"]
    assert "'hg18'" in found["build"]
    assert "200 letters" in found["long" * 60]
    assert "more cells" in found["line 9"]


def test_lines_that_are_no_utf8_are_told(tmp_path: Path) -> None:
    """What a spreadsheet saves in Latin-1 cannot be a name here, and its line is said; other columns may be as such."""
    path = tmp_path / "s.tsv"
    rows = ["sample\tcancer_type\tmutations\tcity", "Müller\tCM\ta.tsv", "two\tCM\tä.tsv", "three\tCM\ta.tsv\tKöln"]
    path.write_bytes("\n".join(rows).encode("latin-1"))
    sheet = read_sheet(path, Defaults())
    assert [sample.name for sample in sheet.samples] == ["three"]
    assert bad(sheet) == {
        "line 2": "found 'M\N{REPLACEMENT CHARACTER}ller' on line 2, expected UTF-8 text (save the sheet as UTF-8)",
        "two": "found '\N{REPLACEMENT CHARACTER}.tsv' on line 3, expected UTF-8 text (save the sheet as UTF-8)",
    }


def test_names_that_look_alike_in_a_table_are_told(table: Table) -> None:
    """A tab, and a backslash with a t, could not be told apart in CGI's tables."""
    sheet = read_sheet(table("s.tsv", "sample\tcancer_type", '"a\tb"\tCM', "a\\tb\tCM", '"c\td"\tCM'), Defaults())
    assert [(s.name, s.label) for s in sheet.samples] == [("c\td", "c\\td")]
    assert set(bad(sheet)) == {"a\\tb"}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["name\tcancer_type", "a\tCM"], "expected one called sample"),
        (["sample\tsample", "a\tb"], "twice"),
        (["sample\tsample_id", "a\tb"], "'sample' and 'sample_id', expected one of them"),
        (["sample\tgenome\tbuild", "a\thg38\thg19"], "'genome' and 'build', expected one of them"),
        (["sample\tmutations", "a\tb.tsv"], "the option --mutations"),
        (["sample\tcancer_type"], "no samples"),
        (["# nothing"], "no line with the names"),
    ],
)
def test_what_is_no_sheet_is_refused(table: Table, lines: list[str], said: str) -> None:
    """A table that cannot be a sheet is an error of its own, with what was expected."""
    with pytest.raises(InputError, match=said) as raised:
        read_sheet(table("s.tsv", *lines), Defaults(), shared=["mutations"])
    assert raised.value.tip
