"""A MAF in, the same MAF with CGI's answers as columns out."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgi_runner.annotate.fields import KEYS
from cgi_runner.errors import InputError
from unit.annotate.conftest import ALTERATIONS, annotate, write_results

NAMES = (
    "Hugo_Symbol",
    "NCBI_Build",
    "Chromosome",
    "Start_Position",
    "End_Position",
    "Strand",
    "Reference_Allele",
    "Tumor_Seq_Allele1",
    "Tumor_Seq_Allele2",
    "Tumor_Sample_Barcode",
)
VERSION = "#version 2.4\n"


def row(place: str, change: str, sample: str = "one", *, first: str | None = None) -> list[str]:
    """Return a row, of a place such as 7:140753336-140753336 and a change such as A>T."""
    chromosome, _, positions = place.partition(":")
    start, _, end = positions.partition("-")
    reference, _, alternate = change.partition(">")
    return ["X", "GRCh38", chromosome, start, end or start, "+", reference, first or reference, alternate, sample]


BRAF = row("chr7:140753336", "A>T")


def maf(*rows: list[str], head: str = VERSION, end: str = "\n", names: tuple[str, ...] = NAMES) -> str:
    """Write a MAF."""
    return head.replace("\n", end) + "".join("\t".join(cells) + end for cells in (names, *rows))


def rows_of(annotated: str) -> list[dict[str, str]]:
    """Read the rows of a MAF by nothing but tabs."""
    lines = [line.split("\t") for line in annotated.splitlines() if line and not line.startswith("#")]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def removed(annotated: str) -> str:
    """Take the last columns out again, as many as are added."""
    lines = []
    for line in annotated.split("\n"):
        body = line.removesuffix("\r")
        if body.strip() and not body.startswith("#"):
            body = "\t".join(body.split("\t")[: -len(KEYS)])
        lines.append(body + line[len(line.removesuffix("\r")) :])
    return "\n".join(lines)


def test_all_samples_of_a_maf_get_their_own_answers(results: Path) -> None:
    """The same variant of two samples, an insertion and a deletion as MAF spells them, and a sample of nobody's."""
    found = rows_of(
        annotate(
            maf(
                BRAF,
                row("7:140753336", "A>T", "two"),
                row("17:43124028-43124029", "CT>-"),
                row("5:200-201", "->GG", "two"),
                row("9:300", "C>G", "three"),
                row("1:61", "G>A", "three"),
            ),
            results,
        )
    )
    assert [each["CGI_Status"] for each in found] == [
        "returned", "returned", "returned", "returned", "other_sample", "not_in_run",
    ]  # fmt: skip
    assert [each["CGI_Gene"] for each in found] == ["BRAF", "BRAF", "BRCA1", "APC", "", ""]
    assert [each["CGI_LevelResponsive"] for each in found] == ["B", "", "", "D", "", ""]
    assert found[0]["CGI_Drugs"] == "Responsive:Dabrafenib (BRAF); Trametinib, both|Resistant:Cetuximab"


def test_all_columns_are_always_there(results: Path) -> None:
    """Programs can rely on them, in this order, at the right end."""
    text = annotate(maf(row("1:61", "G>A")), results)
    assert text.splitlines()[1].split("\t") == [*NAMES, *KEYS]


def test_the_changed_allele_may_be_the_first_one(results: Path) -> None:
    """Callers disagree; where both are changed, each has its status."""
    found = rows_of(annotate(maf(row("7:140753336", "A>A", first="T"), row("7:140753336", "A>C", first="T")), results))
    assert found[0]["CGI_Status"] == "returned"
    assert found[1]["CGI_Status"] == "C=not_in_run|T=returned"
    assert found[1]["CGI_Gene"] == "T=BRAF"


def test_a_maf_without_samples_needs_a_name(results: Path) -> None:
    """The results of one sample need none; those of several do."""
    text = maf(BRAF[:-1], names=NAMES[:-1])
    with pytest.raises(InputError, match="results hold several"):
        annotate(text, results)
    (found,) = rows_of(annotate(text, results, sample="one"))
    assert found["CGI_Status"] == "returned"


def test_columns_that_are_there_are_refused_or_replaced(results: Path) -> None:
    """Replaced, the result is that of the file without them."""
    once = annotate(maf(BRAF), results)
    with pytest.raises(InputError, match="CGI_Status"):
        annotate(once, results)
    assert annotate(once, results, overwrite=True) == once


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found no header line"),
        ("gene\tcna\nX\tamp\n", "expected the names of a MAF's columns"),
        (maf(BRAF[:-1]), "line 3: found 9 columns, expected 10"),
        (maf([*BRAF[:5], "-", *BRAF[6:]]), "found the strand '-'"),
        (maf([BRAF[0], "GRCh37", *BRAF[2:]]), "is hg19, the results are hg38"),
        (maf(BRAF, [BRAF[0], "37", *BRAF[2:]]), "line 4: found the genome build '37', the results are hg38"),
        (maf(BRAF) + maf(BRAF, head=""), "line 4: found the header of another MAF"),
        (maf(BRAF) + maf(BRAF[::-1], head="", names=NAMES[::-1]), "line 4: found the header of another MAF"),
        (maf([*BRAF, "8"], names=(*NAMES, "chromosome")), "found the column 'Chromosome' twice"),
        (maf([*BRAF, "two"], names=(*NAMES, "sample_id")), "'Tumor_Sample_Barcode' and 'sample_id', expected one"),
    ],
)
def test_what_is_no_maf_of_these_results_is_refused(text: str, message: str, results: Path) -> None:
    """With the line, and nothing is written."""
    with pytest.raises(InputError, match=message):
        annotate(text, results)
    assert not (results.parent / "annotated.txt").exists()


def test_a_row_of_another_build_passes_where_its_alterations_were_sent_all_the_same(results: Path) -> None:
    """A run with --ignore-build-hints has said so, and a row that names no build is of the results' own."""
    rows = [BRAF, [BRAF[0], "", *BRAF[2:]]]
    assert [each["CGI_Status"] for each in rows_of(annotate(maf(*rows), results))] == ["returned", "returned"]
    record = {"schema": 1, "service": "s", "state": "verified", "reference": "hg38", "cancer_type": "BRCA",
              "samples": {"one": 4, "two": 3}, "reference_warnings": ["another build was named"]}  # fmt: skip
    (results / "cgi-job.json").write_text(json.dumps(record))
    found = rows_of(annotate(maf(BRAF, [BRAF[0], "37", *BRAF[2:]]), results))
    assert [each["CGI_Status"] for each in found] == ["returned", "returned"]


@pytest.mark.parametrize(
    ("place", "status"),
    [("5:200-201", "returned"), ("5:201-200", "returned"), ("5:200-200", "returned"), ("5:201-201", "returned"),
     ("5:199-199", "not_in_run"), ("5:202-202", "not_in_run"), ("5:201-202", "not_in_run")],
)  # fmt: skip
def test_an_insertion_is_found_by_each_convention_of_its_place(place: str, status: str, results: Path) -> None:
    """As the GDC, Ensembl, ANNOVAR and others have it; the results know it behind base 200."""
    (found,) = rows_of(annotate(maf(row(place, "->GG", "two")), results))
    assert found["CGI_Status"] == status


def test_an_insertion_that_may_be_either_of_two_known_ones_has_neither_s_answer(results: Path) -> None:
    """Start and End are the same, and CGI has a result for both places that this may mean."""
    (results / "input01.tsv").unlink()
    with (results / "alterations.tsv").open("a") as table:
        cells = dict.fromkeys(ALTERATIONS, "")
        cells |= {"CHROMOSOME": "5", "POSITION": "199", "REF": "-", "ALT": "GG", "CGI-Sample ID": "two"}
        table.write("\t".join(cells.values()) + "\n")
    (found,) = rows_of(annotate(maf(row("5:200-200", "->GG", "two")), results))
    assert (found["CGI_Status"], found["CGI_Gene"]) == ("unknown", "")
    assert "Start = End" in found["CGI_Reason"]


def test_columns_may_have_blanks_dots_and_a_mark_before_them(results: Path) -> None:
    """As when the file is sent; the byte order mark stands before the version."""
    names = tuple(name.replace("_", " ") for name in NAMES)
    (found,) = rows_of(annotate("\ufeff" + maf(BRAF, names=names), results)[1:])
    assert found["CGI_Status"] == "returned"


_CELL = st.sampled_from(["", " x ", '"quoted"', "é", "a;b", "NA", "CGI_"])


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 400), st.sampled_from(["A>T", "->G", "AC>-", "A>", "N>A"]), _CELL,
                  st.sampled_from(["one", "two", "three", ""])),
        max_size=5,
    ),
    end=st.sampled_from(["\n", "\r\n"]),
    head=st.sampled_from(["", VERSION, VERSION + "# a comment\n"]),
    is_ended=st.booleans(),
)  # fmt: skip
def test_removing_the_columns_gives_the_input_byte_for_byte(
    rows: list[tuple[int, str, str, str]], *, end: str, head: str, is_ended: bool
) -> None:
    """Comments, either line end, quotes, blanks: nothing changes."""
    made = [[extra, *row(f"7:{place}", change, sample)[1:]] for place, change, extra, sample in rows]
    text = maf(*made, head=head, end=end)
    text = text if is_ended else text.removesuffix(end)
    with tempfile.TemporaryDirectory() as folder:
        annotated = annotate(text, write_results(Path(folder) / "results"))
    assert removed(annotated) == text
    assert all(each["CGI_Status"] for each in rows_of(annotated))
