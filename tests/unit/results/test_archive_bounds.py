"""What reading an archive says, word for word, and what it does exactly at its bounds."""

from __future__ import annotations

import errno
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from archives.generations import GENERATIONS, JOB, generation, laid_out, table, zipped
from cgi_runner.errors import ResultsError, RunnerError
from cgi_runner.results import archive as archives
from cgi_runner.results import read
from cgi_runner.results.archive import Unpacked, is_unpacked, read_summary, unpack
from cgi_runner.results.layout import read_layout
from cgi_runner.results.reconcile import Missing, Rows, kind_of, reconcile
from cgi_runner.results.tables import Table

AGAIN = "run the command again; if it stays so, `cgi-runner status` tells whether CGI still has the job"
SILENT = "CGI returned no result for it and gave no reason"


def refused(path: Path, **options: Any) -> RunnerError:
    """Give the error with which an archive is refused."""
    with pytest.raises(RunnerError) as failed:
        unpack(path, path.with_name("out"), **options)
    return failed.value


def test_a_users_file_is_not_quoted(tmp_path: Path) -> None:
    """What was named as a saved archive by mistake may be a patient's data."""
    path = tmp_path / "mutations.tsv"
    path.write_text("chr7\t140753336\n")
    assert refused(path, is_download=False).message == "it is no zip archive"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the download is no archive; it reads: (empty)"),
        (b'{"message": "no such job", "error_code": 404}', "the download is no archive; it reads: no such job"),
        (b'{"status": "Running"}', "the download is no archive; it reads: {'status': 'Running'}"),
        (b"[1]", "the download is no archive; it reads: [1]"),
        (b"Jos\xe9 <br>", "the download is no archive; it reads: Jos\ufffd <br>"),
        (b"PK but no more", "the archive is corrupt: File is not a zip file"),
        (b"x" * 50 + b"PK", "the download is no archive; it reads: " + "x" * 50 + "PK"),
    ],
)
def test_what_comes_in_place_of_an_archive_is_said_with_a_tip(content: bytes, message: str, tmp_path: Path) -> None:
    """A broken archive is told from a text in its place, and both from the runner's own faults."""
    (tmp_path / "a.zip").write_bytes(content)
    error = refused(tmp_path / "a.zip")
    assert (type(error), error.message, error.tip) == (ResultsError, message, AGAIN)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "the archive has 0 members, some of one name, or none"),
        ({"a": "", "A": ""}, "the archive has 2 members, some of one name, or none"),
        ({"a/b.tsv": ""}, "the archive holds 'a/b.tsv', which is no plain file name"),
        ({"dropped.tsv": ""}, "the archive holds 'dropped.tsv', which would replace a file of the runner's"),
        ({".": ""}, "the archive holds '.', which is no plain file name"),
        ({"a\nb": ""}, "the archive holds 'a b', which is no plain file name"),
        ({"summary.txt": "Analysis ID: x"}, f"the archive is that of job x, not of {JOB}"),
        ({"report.txt": "Id: y"}, f"the archive is that of job y, not of {JOB}"),
    ],
)
def test_what_is_wrong_with_an_archive_is_said_with_a_tip(
    members: dict[str, str], message: str, tmp_path: Path
) -> None:
    """One sentence with what was found, and the same tip: the next download may be whole."""
    error = refused(zipped(members, tmp_path / "a.zip"), job_id=JOB)
    assert (type(error), error.message, error.tip) == (ResultsError, message, AGAIN)


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    """The checksum tells, and the sentence says which member it was."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as zipping:
        zipping.writestr("alterations.tsv", "gene\n" * 100)
    content = bytearray((tmp_path / "a.zip").read_bytes())
    content[200] ^= 1
    (tmp_path / "a.zip").write_bytes(content)
    assert refused(tmp_path / "a.zip").message == "the archive is corrupt: Bad CRC-32 for file 'alterations.tsv'"


def test_faults_of_the_disk_are_not_blamed_on_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an archive's own faults are worth another download."""
    path = zipped(generation("2d"), tmp_path / "a.zip")
    for number, is_the_archives in ((errno.EACCES, False), (errno.EINVAL, True), (errno.ENAMETOOLONG, True)):

        def breaks(*_: Any, number: int = number) -> bytes:
            raise OSError(number, "trouble")

        monkeypatch.setattr(zipfile.ZipExtFile, "read", breaks)
        if is_the_archives:
            assert refused(path).message == f"the archive is corrupt: [Errno {number}] trouble"
            continue
        with pytest.raises(OSError, match="trouble"):
            unpack(path, tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "content", "is_taken"),
    [
        ("a.tsv", b"x" * 2**20, False),
        ("A.TXT", b"x" * 2**20, False),
        ("a.bin", b"x" * 2**20, True),
        ("a.tsv", b"x" * (2**20 - 1), True),
        ("a.tsv", b"x" * (2**20 - 1) + b"\n", True),
    ],
    ids=["table", "text", "other", "just", "ended"],
)
def test_a_line_of_a_million_letters_is_none_of_a_table(
    name: str, content: bytes, is_taken: bool, tmp_path: Path
) -> None:
    """It would have to be held whole later on."""
    path = zipped({name: content}, tmp_path / "a.zip")
    if is_taken:
        assert (unpack(path, tmp_path / "out").folder / name).read_bytes() == content
        return
    error = refused(path)
    assert error.message == f"the archive holds {name}, which has a line of more than a million letters"
    assert error.tip == AGAIN


def test_room_is_needed_to_the_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As much as the members take is enough; a byte less is said before anything is written."""
    path = zipped({"a.tsv": "x" * 100}, tmp_path / "a.zip")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=100))
    assert unpack(path, tmp_path / "out").members == ("a.tsv",)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=99))
    error = refused(path)
    assert (error.message, error.tip) == (
        "the results need 100 bytes, 99 are free",
        "make room and run the command again",
    )


@pytest.mark.parametrize(
    ("bounds", "is_taken"),
    [
        ({"_LARGEST": 5000}, True),
        ({"_LARGEST": 4999}, False),
        ({"_HARMLESS": 5000, "_STRETCH": 1}, True),
        ({"_HARMLESS": 4999, "_STRETCH": 1}, False),
        ({"_HARMLESS": 4999, "_STRETCH": 100}, True),
        ({"_MOST_MEMBERS": 1}, True),
        ({"_MOST_MEMBERS": 0}, False),
    ],
    ids=str,
)
def test_bounds_are_kept_to_the_byte(
    bounds: dict[str, int], is_taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is exactly as large as it may be is taken."""
    for name, value in bounds.items():
        monkeypatch.setattr(archives, name, value)
    path = zipped({"a.tsv": "x" * 5000}, tmp_path / "a.zip")
    if is_taken:
        assert unpack(path, tmp_path / "out").members == ("a.tsv",)
    elif "_MOST_MEMBERS" in bounds:
        assert refused(path).message == "the archive has 1 members, some of one name, or none"
    else:
        packed = path.stat().st_size
        assert refused(path).message == (
            f"the archive of {packed} bytes would unpack to 5000: no such archive is CGI's"
        )


def test_an_archive_that_lies_about_itself_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Members that lie over each other, or a list of them without end: both are said, with the same tip."""
    path = zipped({"a.tsv": "x"}, tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02") + 20
    content[place : place + 4] = (10_000).to_bytes(4, "little")
    path.write_bytes(content)
    error = refused(path)
    assert (error.message, error.tip) == ("the archive is corrupt: its members lie over each other", AGAIN)
    monkeypatch.setattr(archives, "_CHUNK", 50)
    error = refused(zipped({"a.tsv": "x"}, path))
    assert (error.message, error.tip) == ("the archive is corrupt: its list of members takes 51 bytes", AGAIN)
    monkeypatch.setattr(archives, "_LARGEST", 0)
    monkeypatch.setattr(archives, "_CHUNK", 2**20)
    assert refused(zipped({"a.tsv": "x"}, path)).tip == AGAIN


def test_unpacking_again_starts_anew(tmp_path: Path) -> None:
    """What an earlier try has left is not taken for a member."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summary.txt").write_text("Analysis ID: of another job")
    unpacked = unpack(zipped({"b.tsv": "1", "a.tsv": "2"}, tmp_path / "a.zip"), tmp_path / "out", job_id=JOB)
    assert unpacked == Unpacked(tmp_path / "a.zip", tmp_path / "out", ("a.tsv", "b.tsv"), {})
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.tsv", "b.tsv"]


def test_an_edited_result_is_noticed(tmp_path: Path) -> None:
    """By size or by checksum; what else lies in the folder does not matter."""
    path = zipped({"a.tsv": "12345", "b.tsv": ""}, tmp_path / "a.zip")
    unpack(path, tmp_path / "out")
    (tmp_path / "out" / "other").write_text("x")
    assert is_unpacked(path, tmp_path / "out")
    for text in ("1234", "12354", "123456"):
        (tmp_path / "out" / "a.tsv").write_text(text)
        assert not is_unpacked(path, tmp_path / "out")
    (tmp_path / "out" / "a.tsv").unlink()
    assert not is_unpacked(path, tmp_path / "out")
    path.write_bytes(b"PK")
    assert not is_unpacked(path, tmp_path / "out")


def test_a_summary_is_read_as_it_is(tmp_path: Path) -> None:
    """Lines with a colon that are no headings; the older name only where the newer is not there; the beginning only."""
    assert read_summary(tmp_path) == {}
    (tmp_path / "report.txt").write_bytes(b"Title : old \n")
    assert read_summary(tmp_path) == {"Title": "old"}
    text = b"=== Time: now ===\nno pair\nTitle: a: b\xe9\n" + b"x" * 65536 + b"\nLate: yes\n"
    (tmp_path / "summary.txt").write_bytes(text)
    assert read_summary(tmp_path) == {"Title": "a: b\ufffd"}


def cautions_of(members: dict[str, str], folder: Path, **about: str) -> list[str]:
    """Give the cautions for an archive."""
    laid_out(members, folder)
    return read(Unpacked(folder / "x.zip", folder, (), about), []).cautions


def test_cautions_are_whole_sentences(tmp_path: Path) -> None:
    """In their order, most serious first."""
    columns = ["Input ID", "REF", "ALT", "CGI-Oncogenic Summary", "CGI-Consequence", "CGI-HGVS"]
    rows = [
        {"REF": "-", "ALT": "A", "CGI-Consequence": "stop_lost"},
        {"REF": "A", "ALT": "-", "CGI-Consequence": "protein_altering_variant"},
        {"REF": "A", "ALT": "T", "CGI-Consequence": "start_lost", "CGI-Oncogenic Summary": "x"},
    ]
    biomarkers = ["Alterations", "Match", "BioM"]
    drugs = [{"Alterations": "KRAS wildtype"}] * 2
    assert cautions_of(
        {"alterations.tsv": table(columns, *rows), "biomarkers.tsv": table(biomarkers, *drugs)},
        tmp_path,
        **{"Analysed mutations": "2", "Cancer type": "CANCER"},
    ) == [
        "CGI's summary counts other than its table has rows: 2 mutations, 3 rows",
        "alterations that change a protein, without CGI's summary: 2; not judged, not harmless",
        "indels: 2; their POSITION, REF and ALT are CGI's own, only echoed columns are as sent",
        "biomarkers of wild types: 2; inferred from absence, wrong for genes that your panel lacks",
        "biomarker rows that are exact duplicates of others: 1",
        "Match in the biomarkers means the tumour type, BioM the alteration; with CANCER it is YES everywhere",
    ]


def test_a_layout_not_seen_before_is_said_in_full(tmp_path: Path) -> None:
    """And which rows it leaves open, by the upload's own name where its kind is unknown."""
    assert cautions_of({"alterations.tsv": "Verdict\nx\n", "input01.tsv": "what\ny\n"}, tmp_path) == [
        "CGI's archive has a layout not seen before; its files are kept as they are, row counts may be missing",
        "this archive does not tell which rows of the input01.tsv CGI left out: compare them yourself",
    ]


@pytest.mark.parametrize("missing", ["REF", "ALT", "Input ID", "CGI-Oncogenic Summary", "CGI-Consequence"])
def test_nothing_is_judged_by_half_of_its_columns(missing: str, tmp_path: Path) -> None:
    """A table that lacks one of two columns is read to its end all the same."""
    columns = ["Input ID", "REF", "ALT", "CGI-Oncogenic Summary", "CGI-Consequence", "CGI-HGVS"]
    columns.remove(missing)
    said = cautions_of({"alterations.tsv": table(columns, {"REF": "-", "CGI-Consequence": "missense"})}, tmp_path)
    is_about_indels = missing in {"REF", "ALT", "Input ID"}
    assert [sentence.split(",")[0].split(":")[0] for sentence in said] == [
        "alterations that change a protein" if is_about_indels else "indels"
    ]


def test_a_table_of_biomarkers_without_rows_needs_no_caution(tmp_path: Path) -> None:
    """Nor one without the columns in question."""
    assert cautions_of({"biomarkers.tsv": "Alterations\tMatch\tBioM\n"}, tmp_path) == []
    assert cautions_of({"biomarkers.tsv": "Match\tBioM\nYES\tx\n"}, tmp_path) == [
        "Match in the biomarkers means the tumour type, BioM the alteration"
    ]


def test_findings_say_nothing_that_the_summary_does_not(tmp_path: Path) -> None:
    """Without a summary, version and date are empty; the log's reasons come with the missing rows."""
    laid_out(generation("2d") | {"summary.txt": ""}, tmp_path)
    log = ["WARNING  odd allele  | Alteration ID:  input01_2", "WARNING  x | Alteration ID: input02_2 "]
    found = read(Unpacked(tmp_path / "x.zip", tmp_path, (), {}), log)
    assert (found.generation, found.version, found.date) == ("2d", "", "")
    assert [(row.kind, row.alteration, row.reason) for row in found.missing] == [
        ("mutations", "chr7:55181378 C>T,A", "odd allele"),
        ("cnas", "PTEN gone", "x"),
    ]


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
    (account,) = reconcile(read_layout(laid_out({"input01.tsv": upload}, tmp_path)), [])
    assert list(account.missing) == [Missing(account.kind, *said, SILENT)]


def test_what_an_archive_does_not_tell_is_not_guessed(tmp_path: Path) -> None:
    """A result table that names no rows is counted, and nothing is said of the upload's rows."""
    members = {"input01.tsv": "chr\tpos\n1\t2\n3\t4\n", "alterations.tsv": "Gene\nA\nB\nC\n"}
    assert reconcile(read_layout(laid_out(members, tmp_path)), []) == [Rows("mutations", 2, 3, 0, None)]


@pytest.mark.parametrize(
    ("header", "cells", "came"),
    [
        ("Input ID", ["input01_1", "input01_3"], [1, 3]),
        ("default_id", ["2", "4"], [1, 3]),
        ("internal_id", ["0", "2"], [1, 3]),
        (" Default_ID ", ["2", "5", "1"], [1]),
        ("internal_id", ["3", "-1", "1"], [2]),
        ("Input ID", ["input02_1", "input01_1x", "input01_00000000002"], []),
        ("Input ID", ["input01_0000000002"], [2]),
    ],
)
def test_each_way_of_naming_rows_is_understood(header: str, cells: list[str], came: list[int], tmp_path: Path) -> None:
    """By file and row, by line, or from 0; the first and the last row are rows as the others."""
    upload = "chr\tpos\tref\talt\tsource_line\n" + "".join(f"7\t{n}\tA\tT\t{n}\n" for n in (1, 2, 3))
    result = f"{header}\tx\n" + "".join(f"{cell}\ty\n" for cell in cells)
    (account,) = reconcile(read_layout(laid_out({"input01.tsv": upload, "alterations.tsv": result}, tmp_path)), [])
    assert account.returned == len(came)
    assert [row.line for row in account.missing] == [str(n) for n in (1, 2, 3) if n not in came]


@pytest.mark.parametrize("name", GENERATIONS)
def test_the_uploads_are_known_by_their_number(name: str, tmp_path: Path) -> None:
    """In their order, and nothing else is taken for one."""
    members = {**generation(name), "input1.tsv.bak": "x", "xinput09.tsv": "x"}
    inputs = read_layout(laid_out(members, tmp_path)).inputs
    assert list(inputs) == sorted(
        m.removeprefix("input").removesuffix(".tsv") for m in generation(name) if "input" in m
    )


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
    layout = read_layout(laid_out(members, tmp_path))
    assert layout.generation == generation_name
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
