"""RowAccount sent against rows returned: the fate of every row, in every generation of archives."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.reconcile import MissingRow, RowAccount, reconcile
from support.archives import GENERATIONS, make_generation, table, write_members

SILENT = "CGI returned no result for it and gave no reason"
LOG = [
    "# cgi analyze input.tsv -c CM -g hg38",
    "2025-12-13 15:07:14,993 INFO     Parsing input01.tsv",
    '2025-12-13 15:07:15,001 WARNING  Skipping variant with invalid ref/alt: "C/T,A" | Alteration ID: input01_2',
]


def accounts(members: Mapping[str, str], folder: Path, log: list[str] | None = None) -> dict[str, RowAccount]:
    """Return the accounts of an archive by kind of input."""
    return {rows.kind: rows for rows in reconcile(read_result_tables(write_members(members, folder)), log or [])}


@pytest.mark.parametrize("name", GENERATIONS)
def test_every_generation_is_accounted_for(name: str, tmp_path: Path) -> None:
    """Of three mutations two came back; two generations can not say which, and say so."""
    rows = accounts(make_generation(name), tmp_path, LOG)["mutations"]
    assert rows.sent == 3
    if name in {"2a", "2b"}:
        assert (rows.returned, rows.not_returned, list(rows.missing)) == (2, None, [])
    else:
        reason = 'Skipping variant with invalid ref/alt: "C/T,A"'
        assert rows.counts() == {"sent": 3, "returned": 2, "merged": 0, "not_returned": 1}
        assert list(rows.missing) == [MissingRow("mutations", "", "one", "chr7:55181378 C>T,A", reason)]


@pytest.mark.parametrize("name", ["1", "2d"])
def test_copy_numbers_and_fusions_are_accounted_for(name: str, tmp_path: Path) -> None:
    """Generation 1 counts them from 0, the later ones name file and row; CRLF is in both."""
    found = accounts(make_generation(name), tmp_path)
    assert list(found["cnas"].missing) == [MissingRow("cnas", "", "one", "PTEN gone", SILENT)]
    assert found["translocations"].counts() == {"sent": 2, "returned": 2, "merged": 0, "not_returned": 0}


def test_a_duplicate_of_a_returned_row_is_merged_not_lost(tmp_path: Path) -> None:
    """CGI keeps the later of two equal rows; the same variant of another sample is no duplicate."""
    upload = "chr\tpos\tref\talt\tsample\tsource_line\nchr7\t1\ta\tt\tone\t2\n7\t1\tA\tT\tone\t3\n7\t1\tA\tT\ttwo\t9\n"
    result = "Input ID\ninput01_2\n"
    rows = accounts({"input01.tsv": upload, "alterations.tsv": result}, tmp_path)["mutations"]
    assert (rows.returned, rows.merged, rows.not_returned) == (1, 1, 1)
    assert [(missing.line, missing.sample) for missing in rows.missing] == [("9", "two")]


def test_two_lost_duplicates_are_both_lost(tmp_path: Path) -> None:
    """Only the duplicate of a row that came back is safe."""
    upload = "chr\tpos\tref\talt\n7\t1\tA\tT\n7\t1\tA\tT\n8\t1\tA\tT\n"
    rows = accounts({"input01.tsv": upload, "alterations.tsv": "Input ID\ninput01_3\n"}, tmp_path)["mutations"]
    assert (rows.merged, rows.not_returned) == (0, 2)


@pytest.mark.parametrize(
    "cell", ["input01_0", "input01_4", "input01_-1", "input01_²", "input01_" + "9" * 5000, "4", "x", ""]
)
def test_ids_that_make_no_sense_leave_the_count_open(cell: str, tmp_path: Path) -> None:
    """A result that names a row which was never sent vouches for no other, nor are the others called lost."""
    upload = "chr\tpos\tref\talt\n" + "7\t1\tA\tT\n" * 3
    rows = accounts({"input01.tsv": upload, "alterations.tsv": f"Input ID\tx\n{cell}\ty\n"}, tmp_path)["mutations"]
    assert (rows.returned, rows.not_returned, list(rows.missing)) == (0, None, [])
    assert rows.matching.unreadable == 1


def test_nothing_is_said_of_an_upload_without_its_result_table(tmp_path: Path) -> None:
    """If copy numbers were sent and no table of them came under a known name, nobody knows what became of them."""
    members = {name: text for name, text in make_generation("2d").items() if name != "cna_analysis.tsv"}
    assert accounts(members, tmp_path)["cnas"].not_returned is None


@pytest.mark.parametrize(
    ("header", "cells", "said"),
    [
        ("protein\tsample", "TP53:p.R248Q\tone", "TP53:p.R248Q"),
        ("gdna\tsample", "chr3:g.178936091G>A\tone", "chr3:g.178936091G>A"),
        ("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tsample", "7\t1\t.\tA\tT\tone", "chr7:1 A>T"),
        ("CHR\tPOS\tREF\tALT\tSAMPLE", "chr7\t1\tA\tT\tone", "chr7:1 A>T"),
    ],
)
def test_missing_rows_are_spelled_as_they_were_sent(header: str, cells: str, said: str, tmp_path: Path) -> None:
    """Whatever kind of table the mutations came in."""
    members = {"input01.tsv": f"{header}\n{cells}\n", "alterations.tsv": "Input ID\n"}
    rows = accounts(members, tmp_path)["mutations"]
    assert [(missing.sample, missing.alteration) for missing in rows.missing] == [("one", said)]


def test_protein_input_gives_many_results_for_one_row(tmp_path: Path) -> None:
    """One row for each transcript that it maps to; the row came back once."""
    result = table(["default_id", "driver_statement", "protein_orig"], *[{"default_id": "2"}] * 3, end="\r\n")
    members = {"input01.tsv": "protein\nTP53:p.R248Q\n", "mutation_analysis.tsv": result}
    assert accounts(members, tmp_path)["mutations"].counts() == {
        "sent": 1,
        "returned": 1,
        "merged": 0,
        "not_returned": 0,
    }


def test_a_gistic_matrix_is_no_list_of_rows(tmp_path: Path) -> None:
    """One of its rows gives as many results as it has altered samples, so none is called missing."""
    members = {
        "input01.tsv": "Gene Symbol\tLocus ID\tCytoband\tone\nMYC\t1\t8q\t0\n",
        "cna_analysis.tsv": "internal_id\tgene\n",
    }
    assert accounts(members, tmp_path)["cnas"].not_returned is None


def test_an_upload_of_no_known_kind_is_not_passed_over(tmp_path: Path) -> None:
    """Its rows are counted under its own name, and it is open what became of them."""
    rows = accounts({**make_generation("2d"), "input04.tsv": "what\nx\ny\n"}, tmp_path)["input04.tsv"]
    assert (rows.sent, rows.returned, rows.not_returned) == (2, 0, None)


@given(rows=st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4), st.booleans()), max_size=12))
def test_every_row_has_one_fate(rows: list[tuple[str, int, bool]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever comes back: each row sent is returned, or merged into one that is, or listed as missing; none is two."""
    upload = "sample\tchr\tpos\tref\talt\tsource_line\n" + "".join(
        f"{sample}\t7\t{position}\tA\tT\t{line}\n" for line, (sample, position, _) in enumerate(rows, 2)
    )
    result = "Input ID\n" + "".join(f"input01_{n}\n" for n, (_, _, came) in enumerate(rows, 1) if came)
    folder = tmp_path_factory.mktemp("fates")
    account = accounts({"input01.tsv": upload, "alterations.tsv": result}, folder)["mutations"]
    safe = {(sample, position) for sample, position, came in rows if came}
    lost = [str(line) for line, (sample, position, _) in enumerate(rows, 2) if (sample, position) not in safe]
    assert [missing.line for missing in account.missing] == lost
    assert (account.sent, account.not_returned) == (len(rows), len(lost))
    assert account.returned == sum(came for _, _, came in rows)
    assert account.sent == account.returned + account.merged + len(lost)


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Many times the rows, a sixth of them missing, need a byte a row and the missing ones' keys."""

    def peak(rows: int) -> int:
        numbers = range(1, rows + 1)
        upload = "chr\tpos\tref\talt\tsample\n" + "".join(f"7\t{n}\tA\tT\tone\n" for n in numbers)
        result = "Input ID\n" + "".join(f"input01_{n}\n" for n in numbers if n % 6)
        layout = read_result_tables(
            write_members({"input01.tsv": upload, "alterations.tsv": result}, tmp_path / str(rows))
        )
        del upload, result
        tracemalloc.start()
        (account,) = reconcile(layout, [])
        assert sum(1 for _ in account.missing) == account.not_returned == rows // 6
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    assert peak(12_000) - peak(1_000) < 12_000 * 60


def test_what_an_archive_does_not_tell_is_not_guessed(tmp_path: Path) -> None:
    """A result table that names no rows is counted, and nothing is said of the upload's rows."""
    members = {"input01.tsv": "chr\tpos\n1\t2\n3\t4\n", "alterations.tsv": "Gene\nA\nB\nC\n"}
    assert reconcile(read_result_tables(write_members(members, tmp_path)), []) == [
        RowAccount("mutations", 2, 3, 0, None)
    ]


@pytest.mark.parametrize(
    ("header", "cells", "came"),
    [
        ("Input ID", ["input01_1", "input01_3"], [1, 3]),
        ("default_id", ["2", "4"], [1, 3]),
        ("internal_id", ["0", "2"], [1, 3]),
        (" Default_ID ", ["2"], [1]),
        ("internal_id", ["1"], [2]),
        ("Input ID", ["input01_0000000002"], [2]),
    ],
)
def test_each_way_of_naming_rows_is_understood(header: str, cells: list[str], came: list[int], tmp_path: Path) -> None:
    """By file and row, by line, or from 0; the first and the last row are rows as the others."""
    upload = "chr\tpos\tref\talt\tsource_line\n" + "".join(f"7\t{n}\tA\tT\t{n}\n" for n in (1, 2, 3))
    result = f"{header}\tx\n" + "".join(f"{cell}\ty\n" for cell in cells)
    (account,) = reconcile(
        read_result_tables(write_members({"input01.tsv": upload, "alterations.tsv": result}, tmp_path)), []
    )
    assert account.returned == len(came)
    assert [row.line for row in account.missing] == [str(n) for n in (1, 2, 3) if n not in came]


@pytest.mark.parametrize(
    ("header", "cells", "came"),
    [
        (" Default_ID ", ["2", "5", "1"], 1),
        ("internal_id", ["3", "-1", "1"], 1),
        ("Input ID", ["input02_1", "input01_1x", "input01_00000000002"], 0),
    ],
)
def test_one_id_that_is_not_understood_leaves_the_count_open(
    header: str, cells: list[str], came: int, tmp_path: Path
) -> None:
    """Beside rows that are understood: the row that it stands for may be any of those that seem missing."""
    upload = "chr\tpos\tref\talt\tsource_line\n" + "".join(f"7\t{n}\tA\tT\t{n}\n" for n in (1, 2, 3))
    result = f"{header}\tx\n" + "".join(f"{cell}\ty\n" for cell in cells)
    (account,) = reconcile(
        read_result_tables(write_members({"input01.tsv": upload, "alterations.tsv": result}, tmp_path)), []
    )
    assert (account.returned, account.not_returned, list(account.missing)) == (came, None, [])


@pytest.mark.parametrize("name", GENERATIONS)
def test_the_uploads_are_known_by_their_number(name: str, tmp_path: Path) -> None:
    """In their order, and nothing else is taken for one."""
    members = {**make_generation(name), "input1.tsv.bak": "x", "xinput09.tsv": "x"}
    inputs = read_result_tables(write_members(members, tmp_path)).inputs
    assert list(inputs) == sorted(
        m.removeprefix("input").removesuffix(".tsv") for m in make_generation(name) if "input" in m
    )


@pytest.mark.parametrize(
    ("ids", "returned", "lost"), [(("input07_1", "input07_3"), 2, 1), (("2", "4"), 2, None), ((), 0, 3)]
)
def test_an_upload_without_a_copy_is_accounted_for_by_what_was_sent(
    ids: tuple[str, ...], returned: int, lost: int | None, tmp_path: Path
) -> None:
    """Its number is that of the ids in the results; where these have none, they are believed as far as they go."""
    own = tmp_path / "sent.tsv"
    own.write_text("chr\tpos\tref\talt\tsample\nchr1\t1\tA\tC\tS\nchr1\t2\tA\tC\tS\nchr1\t3\tA\tC\tS\n")
    places = (1, 3)
    rows = "".join(f"{id_}\t1\t{place}\tA\tC\tS\n" for id_, place in zip(ids, places, strict=False))
    folder = write_members(
        {"alterations.tsv": f"Input ID\tCHROMOSOME\tPOSITION\tREF\tALT\tsample\n{rows}"}, tmp_path / "x"
    )
    (found,) = reconcile(read_result_tables(folder), [], {"mutations": 3}, {"mutations": own})
    assert (found.kind, found.sent, found.returned, found.not_returned) == ("mutations", 3, returned, lost)


@pytest.mark.parametrize(("result", "returned"), [({}, 0), ({"cna_analysis.tsv": "Input ID\ninput01_1\n"}, 1)])
def test_a_kind_of_which_there_is_nothing_but_a_number_is_accounted_for(
    result: Mapping[str, str], returned: int, tmp_path: Path
) -> None:
    """What was sent is known, what came back may be counted, and what is lost is not."""
    folder = write_members({"alterations.tsv": "Input ID\n", **result}, tmp_path)
    (found,) = reconcile(read_result_tables(folder), [], {"cnas": 4})
    assert (found.kind, found.counts()) == (
        "cnas", {"sent": 4, "returned": returned, "merged": 0, "not_returned": None},
    )  # fmt: skip
