"""Which kind of rows an upload holds, and how each is spelled for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.reconcile import MissingRow, reconcile
from cgi_runner.results.row_index import kind_of
from cgi_runner.results.tables import Table
from support.archives import write_members

SILENT = "CGI returned no result for it and gave no reason"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Gene\tCNA", "cnas"),
        ("Gene\tx", ""),
        ("x\tCNA", ""),
        ("Locus ID\tCytoband", "cnas"),
        ("Locus ID\tx", ""),
        ("Cytoband\tx", ""),
        ("FUS", "translocations"),
        ("#CHROM", "mutations"),
        ("chrom", "mutations"),
        ("chr", "mutations"),
        ("gDNA", "mutations"),
        ("Protein", "mutations"),
        ("x", ""),
    ],
)
def test_an_uploads_kind_stands_in_its_header(header: str, kind: str, tmp_path: Path) -> None:
    """As CGI tells it, whatever the case; half of a header is none."""
    (tmp_path / "t.tsv").write_text(f"{header}\n")
    assert kind_of(Table(tmp_path / "t.tsv")) == kind


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        ("gene\tcna\tsample\tsource_line\nPTEN\tDEL\tone\t7\n", ("7", "one", "PTEN DEL")),
        ("fus\tsample\nA__B\tone\n", ("", "one", "A__B")),
        ("protein\nTP53:p.R1H\n", ("", "", "TP53:p.R1H")),
        ("gdna\nchr1:g.2A>T\n", ("", "", "chr1:g.2A>T")),
        ("chrom\tpos\tref\talt\n7\t1\ta\tt\n", ("", "", "chr7:1 A>T")),
        ("chr\tref\talt\tprotein\n7\ta\tt\tp.X\n", ("", "", "p.X")),
        ("chr\tpos\talt\tprotein\n7\t1\tt\tp.X\n", ("", "", "p.X")),
        ("chr\tpos\tref\tprotein\n7\t1\ta\tp.X\n", ("", "", "p.X")),
    ],
)
def test_each_kind_of_row_is_spelled_for_people(upload: str, said: tuple[str, str, str], tmp_path: Path) -> None:
    """With its line and its sample where the upload has them; half a position is none."""
    tables = dict.fromkeys(("alterations.tsv", "cna_analysis.tsv", "fusion_analysis.tsv"), "Input ID\n")
    (account,) = reconcile(read_result_tables(write_members({"input01.tsv": upload, **tables}, tmp_path)), [])
    assert list(account.missing) == [MissingRow(account.kind, *said, SILENT)]
