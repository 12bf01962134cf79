"""dropped.tsv, which two parts of the runner write."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from cgi_runner.inputs.dropped import COLUMNS, NOT_RETURNED, DroppedFile, variant_text


def test_rows_can_be_added_later(tmp_path: Path) -> None:
    """The second writer goes on below the first one's rows, under the same header."""
    path = tmp_path / "dropped.tsv"
    with closing(DroppedFile(path)) as first:
        first.add("mutations", 7, "P1", "chrM:5 A>G", "no")
    with closing(DroppedFile(path, append=True)) as second:
        second.add("cnas", "3;4", "P1", "MYC amp", "CGI says so", stage=NOT_RETURNED)
    assert path.read_text().splitlines() == [
        "\t".join(COLUMNS),
        "mutations\t7\tP1\tchrM:5 A>G\tnot sent\tno",
        "cnas\t3;4\tP1\tMYC amp\tnot returned\tCGI says so",
    ]
    assert (first.reasons, second.reasons) == ({"no": 1}, {"CGI says so": 1})


def test_cells_stay_cells(tmp_path: Path) -> None:
    """Nothing that a file or a log holds can break the table or a terminal."""
    with closing(DroppedFile(tmp_path / "dropped.tsv")) as file:
        file.add("cnas", 1, "P\t1", "a\nb\x1b[2J\udce4", "r")
    assert (tmp_path / "dropped.tsv").read_text().splitlines()[1] == "cnas\t1\tP?1\ta?b?[2J?\tnot sent\tr"


def test_variants_are_told_shortly() -> None:
    """A chromosome has its `chr`, a contig its own name, and an allele without end is cut."""
    assert variant_text("7", 140753336, "A", "T") == "chr7:140753336 A>T"
    assert variant_text("chr7", "5", "A", "T") == "chr7:5 A>T"
    assert variant_text("GL1", 5, "A", "<DEL>") == "GL1:5 A><DEL>"
    assert variant_text("1", 5, "A" * 51, "T") == "chr1:5 AAAAAAAAAAAAAAAAAAAA…(51 letters)>T"
