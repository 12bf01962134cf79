"""Returned rows against the rows sent: by sample and variant, whatever their ids say."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest

from cgi_runner.errors import ForeignResultsError
from cgi_runner.results import ResultSummary, read
from cgi_runner.results.archive import ExtractedArchive, unpack
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.matching import Matching, RowMatcher
from cgi_runner.results.reconcile import RowAccount, reconcile
from cgi_runner.results.row_index import RowIndex, uploaded_columns
from cgi_runner.results.summary import read_summary
from cgi_runner.results.tables import Table
from support.archives import write_members

DATA = Path(__file__).parents[2] / "data" / "minimal"
RESULT = "Input ID\tCHROMOSOME\tPOSITION\tREF\tALT\tchr\tpos\tref\talt\tCGI-Sample ID\tCGI-HGVS\n"
UPLOAD = "chr\tpos\tref\talt\tsample\n"
SENT = UPLOAD + "chr9\t100\tG\tT\tS1\nchr9\t100\tG\tT\tS2\nchr9\t200\tA\tC\tS2\nchr9\t300\tA\tC\tS1\n"


def row(number: int | str, variant: str, sample: str, echo: str = "") -> str:
    """Return a row of results: `9 100 G T` is CGI's own spelling of a variant, `echo` what was sent."""
    row_id = f"input01_{number}" if isinstance(number, int) else number
    return "\t".join([row_id, *variant.split(), *(echo or f"chr{variant}").split(), sample, "x"]) + "\n"


ALL = (row(2, "9 100 G T", "S1"), row(2, "9 100 G T", "S2"), row(3, "9 200 A C", "S2"), row(4, "9 300 A C", "S1"))


def account(upload: str, *rows: str, folder: Path, header: str = RESULT) -> RowAccount:
    """Return the account of mutations."""
    members = {"input01.tsv": upload, "alterations.tsv": header + "".join(rows)}
    (found,) = reconcile(read_result_tables(write_members(members, folder)), [])
    return found


def summary(members: Mapping[str, str | bytes], folder: Path) -> ResultSummary:
    """Read an archive with these members."""
    write_members(members, folder)
    return read(ExtractedArchive(folder / "x.zip", folder, tuple(members), read_summary(folder)), [])


def test_a_shared_variant_comes_back_for_each_sample(tmp_path: Path) -> None:
    """Its rows bear the id of the last sample's row; none is missing, and a warning says how many do."""
    found = summary({"input01.tsv": SENT, "alterations.tsv": RESULT + "".join(ALL)}, tmp_path)
    assert found.rows[0].counts() == {"sent": 4, "returned": 4, "merged": 0, "not_returned": 0}
    assert found.unknown_reasons == []
    (told,) = [text for text in found.warnings if "another sample's row" in text]
    assert told.startswith("rows of mutations with the Input ID and echoed columns of another sample's row")
    assert told.endswith("with the same variant: 1; CGI-Sample ID is right")


def test_a_shared_variant_that_one_sample_lacks_is_missing_of_that_one(tmp_path: Path) -> None:
    """A row under the last sample's id does not vouch for the last sample."""
    found = account(SENT, ALL[0], *ALL[2:], folder=tmp_path)
    assert [(missing.sample, missing.alteration) for missing in found.missing] == [("S2", "chr9:100 G>T")]


@pytest.mark.parametrize(("name", "sent", "returned", "lost"), [("twin_across_samples.zip", 2, 2, 0)])
def test_a_saved_job_of_two_samples_that_share_a_variant(
    name: str, sent: int, returned: int, lost: int, tmp_path: Path
) -> None:
    """The columns are those of a real job with upper-case headers."""
    found = read(unpack(DATA / name, tmp_path / "out"), [])
    assert found.rows[0].counts() == {"sent": sent, "returned": returned, "merged": 0, "not_returned": lost}
    assert found.unknown_reasons == []


@pytest.mark.parametrize("name", ["renamed_table.zip", "pasted_on_web.zip"])
def test_what_a_saved_archive_does_not_tell_stays_open(name: str, tmp_path: Path) -> None:
    """A table or an input under another name: no number, but a warning, and a reason not to delete the job."""
    found = read(unpack(DATA / name, tmp_path / "out"), [], sent={"mutations": 2})
    assert [rows.not_returned for rows in found.rows] == [None]
    assert len(found.unknown_reasons) == 1
    assert found.unknown_reasons[0] in found.warnings


SPELLINGS = [
    ("chr1\t10\tA\tAG", "1 10 - G"),
    ("chr1\t10\t-\tG", "1 10 - G"),
    ("chr1\t10\tCTTC\tC", "1 11 TTC -"),
    ("1\t10\tTTC\t-", "1 10 TTC -"),
    ("chr1\t10\tCAA\tCA", "1 11 AA A"),
    ("chr1\t10\tCAA\tCA", "1 12 A -"),
    ("chr1\t10\tCAA\tCA", "1 11 A -"),
    ("chr1\t10\tTT\tCA", "1 10 TT CA"),
    ("chr1\t10\ta\tt", "1 10 A T"),
    ("chrX\t0010\tA\tT", "X 10 A T"),
    ("23\t10\tA\tT", "X 10 A T"),
    ("chr1\t10\tCAGT\tCTT", "1 11 AGT TT"),
    ("chr1\t10\tCAGT\tCTT", "1 11 AG T"),
]


@pytest.mark.parametrize(("sent", "returned"), SPELLINGS)
def test_every_known_spelling_of_a_variant_is_that_variant(sent: str, returned: str, tmp_path: Path) -> None:
    """Trimmed at its start, at both ends, or as sent; a deletion by its first base, an insertion by the one before."""
    found = account(f"{UPLOAD}{sent}\tS1\n", row(1, returned, "S1", "- - - -"), folder=tmp_path)
    assert (found.returned, found.not_returned, found.matching.foreign) == (1, 0, 0)


@pytest.mark.parametrize(("sent", "returned"), [("A\tG", "T C"), ("aac\tGCG", "GTT CGC")])
def test_a_variant_on_the_other_strand_is_read_there(sent: str, returned: str, tmp_path: Path) -> None:
    """An upload may have a column that says so; several bases are read backwards."""
    upload = f"chr\tpos\tref\talt\tstrand\tsample\nchr1\t10\t{sent}\t-\tS1\n"
    found = account(upload, row(1, f"1 10 {returned}", "S1", "- - - -"), folder=tmp_path)
    assert (found.not_returned, found.matching.foreign) == (0, 0)


def test_an_upload_without_samples_knows_every_spelling_too(tmp_path: Path) -> None:
    """A single tumour's table names no sample; the results name it all the same."""
    sent = "chr\tpos\tref\talt\nchr1\t10\tCAA\tCA\n"
    found = account(sent, row(1, "1 11 A -", "S1", "- - - -"), folder=tmp_path)
    assert (found.returned, found.not_returned, found.matching.foreign) == (1, 0, 0)


def test_an_echo_of_what_was_sent_is_enough(tmp_path: Path) -> None:
    """In 2022, CGI gave positions of another build than was sent; its echo tells which row it is."""
    found = account(SENT, row(4, "9 999 A C", "S1", "chr9 300 A C"), folder=tmp_path)
    assert (found.returned, found.matching.foreign) == (1, 0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (row(3, "9 200 A C", "S1"), "chr9:200 A>C of sample S1"),
        (row(3, "9 200 A G", "S2"), "chr9:200 A>G of sample S2"),
        (row(3, "9 201 A C", "S2"), "chr9:201 A>C of sample S2"),
        (row(3, "8 200 A C", "S2"), "chr8:200 A>C of sample S2"),
        (row(3, "9 200 A C", "S9"), "chr9:200 A>C of sample S9"),
        (row(9, "9 201 A C", "S2"), "chr9:201 A>C of sample S2"),
        (row("input_gtf_1", "9 201 A C", "S2"), "chr9:201 A>C of sample S2"),
    ],
)
def test_a_row_that_was_not_sent_for_its_sample_is_refused(changed: str, said: str, tmp_path: Path) -> None:
    """Another patient's or nobody's: whatever its id, the archive is not believed."""
    with pytest.raises(ForeignResultsError, match="1 rows of mutations that were not sent") as refused:
        summary({"input01.tsv": SENT, "alterations.tsv": RESULT + "".join([*ALL, changed])}, tmp_path)
    assert refused.value.exit_code == 10
    assert refused.value.message.endswith(said)


def test_exchanged_ids_are_seen_through_and_told(tmp_path: Path) -> None:
    """Each row is that of its sample and variant; why the ids are others nobody knows, so the job stays."""
    rows = (row(4, "9 200 A C", "S2"), row(3, "9 300 A C", "S1"))
    found = summary({"input01.tsv": SENT, "alterations.tsv": RESULT + "".join([*ALL[:2], *rows])}, tmp_path)
    assert (found.rows[0].returned, found.rows[0].not_returned) == (4, 0)
    assert found.unknown_reasons == ["rows of mutations with the Input ID of a row with another variant: 2"]


def test_rows_with_the_content_of_the_first_are_missing_rows(tmp_path: Path) -> None:
    """Their ids do not make them what they are not."""
    rows = [row(number, "9 100 G T", "S1") for number in (1, 2, 3, 4)]
    found = account(SENT, *rows, folder=tmp_path)
    assert (found.returned, found.not_returned) == (1, 3)


def test_one_input_may_give_several_rows(tmp_path: Path) -> None:
    """Of overlapping genes, for instance; it came back once."""
    found = account(SENT, *ALL, ALL[3], ALL[3], folder=tmp_path)
    assert (found.returned, found.not_returned, found.matching.foreign) == (4, 0, 0)


def test_an_upload_without_samples_is_compared_by_its_variants(tmp_path: Path) -> None:
    """CGI names the sample after the file then."""
    sent = "chr\tpos\tref\talt\nchr9\t100\tG\tT\nchr9\t200\tA\tC\n"
    found = account(sent, row(1, "9 100 G T", "input01"), row(2, "9 200 A C", "input01"), folder=tmp_path)
    assert (found.not_returned, found.matching.uncompared) == (0, 0)


def test_an_empty_sample_is_the_one_that_cgi_names(tmp_path: Path) -> None:
    """A row that names no sample, beside rows that do."""
    found = account(f"{SENT}chr9\t400\tG\tT\t\n", *ALL, row(5, "9 400 G T", "input01"), folder=tmp_path)
    assert (found.not_returned, found.matching.foreign) == (0, 0)


def test_rows_that_cannot_be_compared_are_believed_by_their_id_and_told(tmp_path: Path) -> None:
    """As protein changes of which CGI echoes nothing: no number is wrong, but the job is not to be deleted."""
    members = {"input01.tsv": "protein\tsample\nA:p.R1H\tS1\n", "alterations.tsv": RESULT + row(1, "9 1 A C", "S1")}
    found = summary(members, tmp_path)
    assert (found.rows[0].returned, found.rows[0].not_returned) == (1, 0)
    assert found.unknown_reasons == ["rows of mutations that could not be compared with the input, only their ids: 1"]


@pytest.mark.parametrize("name", ["cna_analysis.tsv", "fusion_analysis.tsv"])
def test_other_alterations_are_compared_by_sample(name: str, tmp_path: Path) -> None:
    """Gene symbols may be CGI's own, whose row it is may not."""
    sent, columns, cells = {
        "cna_analysis.tsv": ("gene\tcna\tsample\nAAA\tamp\tS1\n", "sample\tgene\tcna", "{}\tAAB\tAMP"),
        "fusion_analysis.tsv": ("fus\tsample\nB--A\tS1\n", "sample\tfus", "{}\tA__B2"),
    }[name]
    for sample, doubts in (("S1", 0), ("S2", 1)):
        rows = f"internal_id\t{columns}\ninput01_1\t{cells.format(sample)}\n"
        found = summary({"input01.tsv": sent, name: rows}, tmp_path / sample)
        assert len(found.unknown_reasons) == doubts


def test_rows_that_were_not_sent_are_named_with_the_number_of_them(tmp_path: Path) -> None:
    """Each by its variant and its sample."""
    rows = (row(1, "9 1 A C", "S1"), row(2, "9 2 G T", "S2"))
    with pytest.raises(ForeignResultsError) as refused:
        summary({"input01.tsv": SENT, "alterations.tsv": RESULT + "".join(rows)}, tmp_path)
    assert refused.value.message == (
        "the archive holds 2 rows of mutations that were not sent for their sample: chr9:1 A>C of sample S1; chr9:2 G>T"
        " of sample S2"
    )


def test_searching_needs_memory_for_the_input_only(tmp_path: Path) -> None:
    """Where every id is another sample's, some hundred bytes a row that was sent, and none a row that came back."""

    def peak(rows: int) -> int:
        upload = UPLOAD + "".join(f"chr1\t{n}\tA\tT\tS{s}\n" for n in range(rows // 2) for s in (1, 2))
        result = "".join(row(2 * n + 2, f"1 {n} A T", f"S{s}") for n in range(rows // 2) for s in (1, 2))
        write_members({"input01.tsv": upload, "alterations.tsv": RESULT + result}, tmp_path / str(rows))
        del upload, result
        tracemalloc.start()
        (found,) = reconcile(read_result_tables(tmp_path / str(rows)), [])
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (found.returned, found.matching.shared) == (rows, rows // 2)
        return used

    assert peak(12_000) - peak(1_000) < 11_000 * 160


def test_all_rows_that_were_not_sent_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    """With their sample, so that somebody can look them up."""
    rows = [row(2, f"9 {place} G T", "S2") for place in (7, 8, 9, 10)]
    found = account(SENT, *ALL, *rows, folder=tmp_path)
    assert found.matching.foreign == 4
    assert found.matching.examples[0] == "chr9:7 G>T of sample S2"


def test_three_rows_that_were_not_sent_are_named(tmp_path: Path) -> None:
    """And no more: a whole archive of another patient's would fill the screen."""
    rows = [row(2, f"chr9 {place} G T", "S2") for place in (7, 8, 9, 10)]
    found = account(SENT, *rows, folder=tmp_path)
    assert found.matching.examples == [f"chr9:{place} G>T of sample S2" for place in (7, 8, 9)]


def matcher(upload: str, returned: str, folder: Path) -> RowMatcher:
    """Return what compares a table of results with an upload."""
    write_members({"input01.tsv": upload, "alterations.tsv": returned}, folder)
    sent = Table(folder / "input01.tsv")
    return RowMatcher(RowIndex("01", sent, uploaded_columns(sent)), Table(folder / "alterations.tsv"), Matching())


@pytest.mark.parametrize(
    ("returned", "number"),
    [
        (row(1, "9 100 G T", "S2"), 2),  # by its sample, whatever its id
        (row("x", "9 200 A C", "S2"), 3),
        (row(1, "9 300 A C", "S2"), 0),  # sent for another sample only
        (row(1, "9 301 A C", "S1", "- - - -"), 0),
        (row(1, "9 999 A C", "S1", "chr9 300 A C"), 4),  # by the echo
        (row(1, "9 999 G T", "S1", "chr9 300 A C"), 4),  # whose alleles are others than CGI's own
        (row(1, "9 999 A C", "S9", "chr9 300 A C"), 0),
        (row(1, "9 401 TTC -", "S1", "- - - -"), 5),  # by another spelling
        (row(1, "9 500 G T", "S1"), 6),  # sent without a sample, to which CGI gives a name
        (row(1, "9 600 C A", "S1", "- - - -"), 7),  # on the other strand
    ],
)
def test_a_returned_row_is_found_in_the_upload_whatever_its_id_says(returned: str, number: int, tmp_path: Path) -> None:
    """By sample and variant, its echo, another spelling or the other strand; 0 if it was not sent."""
    upload = "".join(line + "\t\n" for line in SENT.splitlines()[1:])
    upload = f"chr\tpos\tref\talt\tsample\tstrand\n{upload}chr9\t400\tCTTC\tC\tS1\t\n"
    upload += "chr9\t500\tG\tT\t\t\nchr9\t600\tG\tT\tS1\t-\n"
    matching = matcher(upload, RESULT + returned, tmp_path)
    (cells,) = Table(tmp_path / "alterations.tsv").rows()
    assert matching.find(cells) == number


def test_nothing_is_found_where_a_table_says_too_little(tmp_path: Path) -> None:
    """Without the columns of a variant, or of a sample where the upload has one."""
    for header in ("Input ID\tCHROMOSOME\tPOSITION\tREF\n", "Input ID\tCHROMOSOME\tPOSITION\tREF\tALT\n"):
        matching = matcher(SENT, f"{header}input01_1\t9\t100\tG" + "\tT" * header.count("ALT") + "\n", tmp_path)
        (cells,) = Table(tmp_path / "alterations.tsv").rows()
        assert matching.find(cells) == 0


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        (ALL, ALL[:1]),  # whose id is that of another sample's row
        ((row(1, "9 100 G T", "S1"), row(2, "9 100 G T", "S2"), row(4, "9 300 A C", "S1")), ()),
        ((row(1, "chr9 100 G T", "S1"),), ()),
        ((row(4, "9 300 A C", "S1"), row(3, "9 200 A C", "S2")), (row(3, "9 200 A C", "S2"),)),  # read once, in order
        ((row(4, "9 300 A C", "S1"), row(4, "9 300 A C", "S1")), ()),  # of overlapping genes
        *(
            ((changed,), (changed,))
            for changed in (
                row(3, "9 200 A C", "S1"),
                row(3, "9 201 A C", "S2"),
                row(3, "8 200 A C", "S2"),
                row(3, "9 200 A G", "S2"),
                row(3, "9 200 G C", "S2"),
                row(0, "9 200 A C", "S2"),
                row(5, "9 200 A C", "S2"),
                row("input02_3", "9 200 A C", "S2"),
                row("input01_", "9 200 A C", "S2"),
                row("input01_x", "9 200 A C", "S2"),
                row("input01_" + "0" * 10 + "3", "9 200 A C", "S2"),
            )
        ),
    ],
)
def test_rows_to_the_letter_as_sent_need_no_search(
    rows: tuple[str, ...], left: tuple[str, ...], tmp_path: Path
) -> None:
    """The others are looked up; each row that needs none is flagged as returned."""
    matching = matcher(SENT, RESULT + "".join(rows), tmp_path)
    found = list(matching.flag_expected(Table(tmp_path / "alterations.tsv").rows(), 0))
    assert ["\t".join(cells) + "\n" for cells in found] == list(left)
    flagged = {int(line.split("\t")[0].rpartition("_")[2]) for line in rows if line not in left}
    assert [number for number, is_back in enumerate(matching.index.returned) if is_back] == sorted(flagged)


@pytest.mark.parametrize("upload", ["chr\tpos\tref\talt\nchr9\t100\tG\tT\n", "protein\tsample\nA:p.R1H\tS1\n"])
def test_rows_of_other_uploads_are_all_looked_up(upload: str, tmp_path: Path) -> None:
    """Without samples, or without variants, nothing can be compared to the letter."""
    matching = matcher(upload, RESULT + row(1, "9 100 G T", "S1"), tmp_path)
    assert len(list(matching.flag_expected(Table(tmp_path / "alterations.tsv").rows(), 0))) == 1
    assert not any(matching.index.returned)


def test_numbers_alone_are_lines_or_rows(tmp_path: Path) -> None:
    """In `default_id` the header counts as line 1, elsewhere rows begin at 0."""
    for name, number in (("default_id", "2"), ("internal_id", "0")):
        header = RESULT.replace("Input ID", name)
        found = account(SENT, row(number, "9 100 G T", "S1"), folder=tmp_path / name, header=header)
        assert (found.returned, found.matching.unreadable, found.matching.misnumbered) == (1, 0, 0)
        found = account(
            SENT, row(str(int(number) - 1), "9 100 G T", "S1"), folder=tmp_path / f"{name}-1", header=header
        )
        assert (found.returned, found.matching.unreadable) == (1, 1)


def test_each_upload_of_a_kind_is_matched_by_its_number(tmp_path: Path) -> None:
    """The number in the id says which; a row of the second is not one of the first."""
    members = {
        "input01.tsv": f"{UPLOAD}chr9\t100\tG\tT\tS1\n",
        "input02.tsv": f"{UPLOAD}chr9\t100\tG\tT\tS1\nchr9\t200\tA\tC\tS2\n",
        "alterations.tsv": RESULT + row("input02_1", "9 100 G T", "S1") + row("input02_2", "9 200 A C", "S2"),
    }
    found = reconcile(read_result_tables(write_members(members, tmp_path)), [])
    assert [(each.returned, each.not_returned) for each in found] == [(0, 1), (2, 0)]
    assert {each.matching.foreign for each in found} == {0}


@pytest.mark.parametrize(
    ("upload", "columns", "cells", "counts"),
    [
        ("gene\tcna\tsample\nAAA\tamp\tS1\nBBB\tdel\tS1\n", "gene\tcna", ("AAA\tAMP", "bbb\tdel"), (2, 0, 0)),
        ("gene\tcna\tsample\nAAA\tamp\tS1\nBBB\tdel\tS1\n", "gene\tcna", ("BBB\tDEL", "AAA\tAMP"), (2, 2, 0)),
        ("gene\tcna\tsample\nAAA\tamp\tS1\nBBB\tdel\tS1\n", "gene\tcna", ("A1\tAMP", "B1\tDEL"), (2, 0, 0)),
        ("fus\tsample\nB--A\tS1\nC::D\tS1\n", "fus", ("A__B", "D__C"), (2, 0, 0)),
        ("fus\tsample\nB--A\tS1\nC::D\tS1\n", "fus", ("D__C", "A__B"), (2, 2, 0)),
    ],
)
def test_genes_are_compared_by_name_and_then_by_sample(
    upload: str, columns: str, cells: tuple[str, str], counts: tuple[int, int, int], tmp_path: Path
) -> None:
    """In any case and order of the partners; an exchanged id is told, a symbol of CGI's own is believed."""
    name = "cna_analysis.tsv" if "cna" in upload else "fusion_analysis.tsv"
    rows = "".join(f"input01_{number}\tS1\t{each}\n" for number, each in enumerate(cells, 1))
    members = {"input01.tsv": upload, name: f"internal_id\tsample\t{columns}\n{rows}"}
    (found,) = reconcile(read_result_tables(write_members(members, tmp_path)), [])
    assert (found.returned, found.matching.misnumbered, found.matching.uncompared) == counts


@pytest.mark.parametrize(("number", "misnumbered"), [(1, 0), (2, 1)])
def test_another_spelling_under_another_rows_id_is_counted(number: int, misnumbered: int, tmp_path: Path) -> None:
    """Under its own id it is not."""
    sent = f"{UPLOAD}chr1\t10\tCAA\tCA\tS1\nchr1\t90\tA\tC\tS1\n"
    found = account(sent, row(number, "1 11 A -", "S1", "- - - -"), folder=tmp_path)
    assert (found.returned, found.matching.misnumbered, found.matching.foreign) == (1, misnumbered, 0)
