"""Reading CGI's tables, with all the oddities that were seen in real ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgi_runner.results.tables import Table


def made(folder: Path, content: bytes) -> Table:
    """Return a table with this content."""
    (folder / "table.tsv").write_bytes(content)
    return Table(folder / "table.tsv")


def test_either_line_end_gives_the_same_cells(tmp_path: Path) -> None:
    """CGI ends lines with CRLF in some tables and with LF in others of the same archive."""
    text = b"a\tb\n1\t\n3\t4\n"
    plain = list(made(tmp_path, text).rows())
    assert plain == [["1", ""], ["3", "4"]]
    assert list(made(tmp_path, text.replace(b"\n", b"\r\n")).rows()) == plain


def test_a_no_break_space_and_other_false_line_ends_stay_in_their_cell(tmp_path: Path) -> None:
    """Drug names hold no-break spaces; U+2028 and form feeds end a line for Python's splitlines, not for a table."""
    table = made(tmp_path, "drug\tnext\nForetinib\xa0(MET)\u2028\x0cIKKε\tx\n".encode())
    assert list(table.rows()) == [["Foretinib\xa0(MET)\u2028\x0cIKKε", "x"]]


def test_ragged_rows_are_filled_up_and_long_ones_kept(tmp_path: Path) -> None:
    """A short row has empty cells where it ends; a long one keeps what it has."""
    table = made(tmp_path, b"a\tb\tc\n1\n1\t2\t3\t4\n")
    assert list(table.rows()) == [["1", "", ""], ["1", "2", "3", "4"]]
    assert list(table.column(2)) == ["", "3"]
    assert list(table.leading_cells(1)) == [["1", ""], ["1", "2", "3\t4"]]


def test_remarks_and_blank_lines_are_no_rows(tmp_path: Path) -> None:
    """A VCF's `##` lines come before the header, and CGI counts neither them nor blank lines."""
    table = made(tmp_path, b"##fileformat=VCFv4.2\n#CHROM\tPOS\n\n1\t2\n\n3\t4")
    assert table.columns == ["#CHROM", "POS"]
    assert table.count() == 2


def test_columns_are_found_whatever_their_case_or_a_byte_order_mark(tmp_path: Path) -> None:
    """Uploads come with CHR and chr, and from Windows with a byte order mark."""
    table = made(tmp_path, b"\xef\xbb\xbfCHR\t pos \tchr\n")
    assert (table.place("CHR"), table.place("chr"), table.place("Chr")) == (0, 2, 0)
    assert table.place("nothing", "POS") == 1
    assert table.place("nothing") is None


def test_an_empty_file_is_a_table_without_rows(tmp_path: Path) -> None:
    """Generation 1 leaves empty files behind."""
    table = made(tmp_path, b"")
    assert (table.count(), list(table.rows()), table.place("a")) == (0, [], None)


def test_bytes_that_are_no_text_do_not_stop_the_reading(tmp_path: Path) -> None:
    """An upload may have been Latin-1; its rows are counted all the same."""
    assert made(tmp_path, b"sample\nJos\xe9\n").count() == 1


@given(rows=st.lists(st.lists(st.text(st.characters(exclude_characters="\t\r\n", codec="utf-8"), min_size=1))))
def test_a_column_is_that_of_the_rows(rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """The fast way to one column gives the same as whole rows, and as many as are counted."""
    text = "".join("\t".join(cells) + "\n" for cells in [["a", "b", "c"], *rows])
    table = made(tmp_path_factory.mktemp("table"), text.encode())
    for place in range(3):
        assert list(table.column(place)) == [cells[place] for cells in table.rows()]
    assert table.count() == len(list(table.rows()))


def test_rows_are_found_again_by_the_place_of_their_line(tmp_path: Path) -> None:
    """In bytes, past notes and empty lines, whatever ends a line and whichever letters are wide."""
    content = '##note µ\n\n"a"\t"b"\r\nµ\t1\r\n\n##in between\n"2"\n'.encode()
    table = made(tmp_path, content)
    found = list(table.leading_cells_with_offsets(1))
    assert [cells for _, cells in found] == [["µ", "1"], ["2", ""]]
    assert [content[offset:].split(b"\n")[0] for offset, _ in found] == ["µ\t1\r".encode(), b'"2"']
    assert table.split_line(b'x\t"y"\tz\r\n') == ["x", "y", "z"]
    assert table.split_line(b"\xe9\n") == ["\ufffd", ""]
    assert list(made(tmp_path, b"a\n\xe9\n").leading_cells_with_offsets(0)) == [(2, ["\ufffd"])]
    assert list(made(tmp_path, b'a\tb\nx\t"y"\n').rows()) == [["x", '"y"']]
    assert made(tmp_path, b"a\tb\n").split_line(b'x\t"y"\n') == ["x", '"y"']
    assert list(made(tmp_path, b"a\tb\tc\n1\t2\t3\n").leading_cells_with_offsets(0)) == [(6, ["1", "2\t3"])]


@pytest.mark.parametrize(
    ("content", "is_cut"),
    [
        (b"a\tb\tc\n1\t2\t3\n4\t5", True),
        (b"a\tb\tc\n1\t2\t3\n4", True),
        (b"a\tb\tc\n1\t2\t3\n4\t5\t6", False),
        (b"a\tb\tc\n1\t2\t3\n4\t5\n", False),
        (b"a\tb\tc\n1\t2\t3\n \t", False),
        (b"a\n1", False),
        (b"a\tb\n" + b"1\t2\n" * 500_000 + b"3", True),
        (b"", False),
    ],
)
def test_a_last_row_without_end_and_with_too_few_cells_is_cut(content: bytes, is_cut: bool, tmp_path: Path) -> None:
    """Whoever wrote it was stopped; a whole last row without an end is what many programs write."""
    assert made(tmp_path, content).is_cut() is is_cut


def test_blanks_within_quotes_end_no_cell(tmp_path: Path) -> None:
    """A copy that went through a spreadsheet has drugs of several words, too."""
    assert list(made(tmp_path, b'"drug"\t"gene"\n"Encorafenib (BRAF)"\t""\n').rows()) == [["Encorafenib (BRAF)", ""]]
