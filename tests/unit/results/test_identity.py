"""Whose results an archive holds: the copies and shapes that are sound, and those that are another's."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from cgi_runner.errors import ForeignResultsError, ResultsError
from cgi_runner.inputs.account import InputAccount
from cgi_runner.results import read
from cgi_runner.results.archive import ExtractedArchive, is_unpacked, unpack
from cgi_runner.results.identity import (
    CopyState,
    Evidence,
    Identity,
    SentInput,
    check_identity,
    compare_copies,
    find_sent_inputs,
)
from support.archives import write_members

JOB = "deadbeef0123456789ab"
OTHER = "0123456789abcdef0123"
SENT = (
    "chr\tpos\tref\talt\tsample\tsource_line\nchr7\t140753336\tA\tT\tone\t2\nchr7\t140753336\tA\tT\ttwo\t3\n"
    "chr17\t7673802\tC\tT\tone\t4\n"
)
RESULT = (
    "Input ID\tCHROMOSOME\tPOSITION\tREF\tALT\tCGI-Sample ID\tCGI-HGVS\ninput01_2\t7\t140753336\tA\tT\tone\tx\n"
    "input01_2\t7\t140753336\tA\tT\ttwo\tx\ninput01_3\t17\t7673802\tC\tT\tone\tx\n"
)


def quoted(text: str) -> str:
    """Put each cell into quotes."""
    return "".join("\t".join(f'"{cell}"' for cell in line.split("\t")) + "\n" for line in text.splitlines())


def reordered(text: str) -> str:
    """Put the rows into another order."""
    header, *rows = text.splitlines(keepends=True)
    return "".join([header, *reversed(rows)])


#: The copies of the upload that an archive may hold, and whether they can be told from the upload alone by bytes.
COPIES: dict[str, Callable[[str], str | None]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "no final newline": lambda text: text[:-1],
    "two final newlines": lambda text: f"{text}\n",
    "BOM": lambda text: f"\ufeff{text}",
    "upper-case header": lambda text: text.replace(text.splitlines()[0], text.splitlines()[0].upper()),
    "another order": reordered,
    "an extra column": lambda text: "".join(f"{line}\tx\n" for line in text.splitlines()),
    "a dropped column": lambda text: "".join(line.rpartition("\t")[0] + "\n" for line in text.splitlines()),
    "trailing tabs": lambda text: "".join(f"{line}\t\t\n" for line in text.splitlines()),
    "quotes": quoted,
    "missing": lambda _: None,
    "equal": lambda text: text,
}
BY_BYTES = {"CRLF", "no final newline", "two final newlines", "BOM", "upper-case header", "trailing tabs", "quotes"}


def members(copy: str | None = SENT, named: str = JOB, **more: str) -> dict[str, str]:
    """Return the members of an archive."""
    found = {"alterations.tsv": RESULT, **more}
    if copy is not None:
        found["input01.tsv"] = copy
    if named:
        found["summary.txt"] = f"Analysis ID: {named}\nCGI version: v23.12.2\n"
    return found


def extract(content: Mapping[str, str], folder: Path) -> ExtractedArchive:
    """Pack members, and unpack them again."""
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "a.zip", "w") as zipping:
        for name, text in content.items():
            zipping.writestr(name, text.encode())
    return unpack(folder / "a.zip", folder / "out")


def identify(content: Mapping[str, str], folder: Path, *, at_hand: bool = True, accepted_id: str = "") -> Identity:
    """Check the identity of an archive, with what was sent at hand or only its checksum."""
    path = write_members({"sent.tsv": SENT}, folder) / "sent.tsv"
    sent = SentInput(hashlib.sha256(SENT.encode()).hexdigest(), path if at_hand else None)
    return check_identity(extract(content, folder), JOB, {"mutations": sent}, accepted_id=accepted_id)


@pytest.mark.parametrize("at_hand", [True, False])
@pytest.mark.parametrize("copy", COPIES)
def test_an_id_is_believed_whatever_the_copy_looks_like(copy: str, at_hand: bool, tmp_path: Path) -> None:
    """With a warning, and the job stays; only a copy that is identical byte for byte needs neither."""
    found = identify(members(COPIES[copy](SENT)), tmp_path, at_hand=at_hand)
    assert found.evidence is Evidence.JOB_ID
    assert bool(found.warnings) is bool(found.unknown_reasons) is (copy != "equal")


@pytest.mark.parametrize("copy", COPIES)
def test_rows_are_accounted_for_by_what_was_sent(copy: str, tmp_path: Path) -> None:
    """Every row came back, and nothing is open, whatever CGI's copy looks like."""
    content = members(COPIES[copy](SENT))
    found = identify(content, tmp_path)
    summary = read(extract(content, tmp_path), [], sent={"mutations": 3}, own_inputs=found.inputs)
    assert [rows.counts() for rows in summary.rows] == [{"sent": 3, "returned": 3, "merged": 0, "not_returned": 0}]
    assert summary.unknown_reasons == []


@pytest.mark.parametrize("copy", [name for name in COPIES if name != "missing"])
def test_rows_are_accounted_for_by_a_changed_copy_alone(copy: str, tmp_path: Path) -> None:
    """Where what was sent is not available, the copy is read as a table, and no row is called foreign or lost."""
    summary = read(extract(members(COPIES[copy](SENT)), tmp_path), [], sent={"mutations": 3})
    assert [rows.counts() for rows in summary.rows] == [{"sent": 3, "returned": 3, "merged": 0, "not_returned": 0}]


@pytest.mark.parametrize("copy", [name for name in COPIES if name not in {"missing", "equal"}])
def test_without_an_id_the_copy_is_compared_as_rows(copy: str, tmp_path: Path) -> None:
    """Line ends, order and the like do not matter."""
    found = identify(members(COPIES[copy](SENT), named=""), tmp_path)
    assert found.evidence is Evidence.ROWS
    assert found.unknown_reasons


@pytest.mark.parametrize("copy", COPIES)
def test_without_an_id_and_with_a_checksum_only_the_writing_may_differ(copy: str, tmp_path: Path) -> None:
    """What cannot be proved is refused with a way out."""
    content = members(COPIES[copy](SENT), named="")
    if copy in {*BY_BYTES, "equal", "missing"}:
        expected = {"equal": Evidence.COPIES, "missing": Evidence.NONE}.get(copy, Evidence.ROWS)
        assert identify(content, tmp_path, at_hand=False).evidence is expected
        return
    with pytest.raises(ForeignResultsError, match="names no job") as refused:
        identify(content, tmp_path, at_hand=False)
    assert f"--accept-archive {JOB}" in refused.value.tip
    assert identify(content, tmp_path, at_hand=False, accepted_id=JOB).evidence is Evidence.ACCEPTED


@pytest.mark.parametrize("rows", [("MYC\tamp\tX\n"), ("MYC\tamp\n")])
def test_quotes_and_empty_cells_are_taken_from_a_line_and_no_letters(rows: str, tmp_path: Path) -> None:
    """A sample may be named by a single letter, or by none."""
    upload = f"gene\tcna\tsample\n{rows}"
    copy = write_members({"input01.tsv": quoted(upload.replace("amp\n", "amp\t\n"))}, tmp_path)
    sent = SentInput(hashlib.sha256(upload.encode()).hexdigest())
    assert compare_copies(copy, {"cnas": sent}) == {"cnas": CopyState.SAME_ROWS}


@pytest.mark.parametrize(
    ("sent", "came", "state"),
    [
        (("A  1", "B"), ("A 1", "B"), CopyState.SAME_ROWS),
        (("Anna", "B"), ("ANNA", "B"), CopyState.SAME_ROWS),
        (("A  1", "A 1"), ("A 1", "A  1"), CopyState.OTHER_ROWS),
        (("Anna", "ANNA"), ("ANNA", "Anna"), CopyState.OTHER_ROWS),
    ],
)
def test_a_name_may_be_spelled_otherwise_unless_it_is_then_anothers(
    sent: tuple[str, str], came: tuple[str, str], state: CopyState, tmp_path: Path
) -> None:
    """Rows that two samples have exchanged are no spelling."""
    upload, copy = (f"gene\tcna\tsample\nMYC\tamp\t{one}\nPTEN\tdel\t{two}\n" for one, two in (sent, came))
    (tmp_path / "cnas.tsv").write_text(upload)
    about = SentInput(hashlib.sha256(upload.encode()).hexdigest(), tmp_path / "cnas.tsv")
    (tmp_path / "archive").mkdir()
    assert compare_copies(write_members({"input01.tsv": copy}, tmp_path / "archive"), {"cnas": about}) == {
        "cnas": state
    }


def test_a_long_id_is_told_in_short(tmp_path: Path) -> None:
    """A summary may have any words there, as long as it likes."""
    named = OTHER + "x" * 180
    found = identify(members(named=named), tmp_path, accepted_id=named)
    assert found.warnings[0] == f"the archive names {named[:159]}\u2026, not {JOB}; it was accepted by --accept-archive"
    with pytest.raises(ForeignResultsError, match=f"is that of job {named[:159]}\u2026, not of {JOB}"):
        identify(members(named=named), tmp_path)


@pytest.mark.parametrize("change", [("140753336", "140753337"), ("\tone\t", "\ttwo\t"), ("chr17", "chr18")])
def test_without_an_id_other_rows_are_another_order(change: tuple[str, str], tmp_path: Path) -> None:
    """One cell is enough."""
    with pytest.raises(ForeignResultsError, match="other rows than were sent") as refused:
        identify(members(SENT.replace(*change, 1), named=""), tmp_path)
    assert refused.value.exit_code == 10


def test_an_additional_member_does_not_matter(tmp_path: Path) -> None:
    """As `input01_skipped.tsv`, which is no upload."""
    content = members(**{"input01_skipped.tsv": "Alteration ID\treason\n"})
    found = identify(content, tmp_path)
    summary = read(extract(content, tmp_path), [], sent={"mutations": 3}, own_inputs=found.inputs)
    assert (found.warnings, summary.unknown_reasons) == ([], [])


@pytest.mark.parametrize("named", [JOB.upper(), f"{JOB} (archived)", f" {JOB} "])
def test_the_case_of_an_id_and_words_after_it_do_not_matter(named: str, tmp_path: Path) -> None:
    """The id itself does."""
    assert identify(members(named=named), tmp_path).evidence is Evidence.JOB_ID


def test_another_jobs_archive_is_refused_unless_its_id_is_typed(tmp_path: Path) -> None:
    """Even if it holds the very same input; once it is accepted, that is said for good."""
    with pytest.raises(ForeignResultsError, match=f"is that of job {OTHER}, not of {JOB}") as refused:
        identify(members(named=OTHER), tmp_path)
    assert refused.value.exit_code == 10
    assert f"--accept-archive {OTHER}" in refused.value.tip
    with pytest.raises(ForeignResultsError):
        identify(members(named=OTHER), tmp_path, accepted_id=JOB)
    found = identify(members(named=OTHER), tmp_path, accepted_id=OTHER.upper())
    assert found.evidence is Evidence.ACCEPTED
    assert found.warnings == [f"the archive names {OTHER}, not {JOB}; it was accepted by --accept-archive"]
    assert found.unknown_reasons


def test_an_archive_of_which_nothing_is_known_is_taken_and_told(tmp_path: Path) -> None:
    """As one of 2021, which names no job, fetched by an id alone."""
    found = check_identity(extract(members(named=""), tmp_path), JOB, {})
    assert found.evidence is Evidence.NONE
    assert found.unknown_reasons == found.warnings
    assert len(found.warnings) == 1


#: The shapes that an intact zip may have: what is written under which name, by the names that CGI gives.
SHAPES: dict[str, Callable[[dict[str, str]], list[tuple[str, str]]]] = {
    "a folder entry": lambda plain: [("results/", ""), *plain.items()],
    "a prefix of the job": lambda plain: [(f"{JOB}/{name}", text) for name, text in plain.items()],
    "a folder in a folder": lambda plain: [("a/", ""), *((f"a/b/{name}", text) for name, text in plain.items())],
    "what macOS adds": lambda plain: [*plain.items(), ("__MACOSX/", ""), ("__MACOSX/._alterations.tsv", "x")],
    "what Finder adds": lambda plain: [(".DS_Store", "x"), *plain.items()],
    "upper-case names": lambda plain: [(name.upper(), text) for name, text in plain.items()],
    "members twice": lambda plain: [*plain.items(), *plain.items()],
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_zip_gives_the_same_files(shape: str, method: int, tmp_path: Path) -> None:
    """Folders and prefixes are taken off, what a computer adds is passed over."""
    plain = members()
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as zipping:
        for name, text in SHAPES[shape](plain):
            zipping.writestr(name, text)
    found = unpack(tmp_path / "a.zip", tmp_path / "out")
    assert found.members == tuple(sorted(plain))
    assert {path.name: path.read_text(encoding="utf-8") for path in found.folder.iterdir()} == plain
    assert is_unpacked(tmp_path / "a.zip", found.folder)
    assert bool(found.left_out) is (shape in {"what macOS adds", "what Finder adds", "members twice"})


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_that_differ_are_refused(tmp_path: Path) -> None:
    """Nobody knows which one is meant."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipping:
        for text in ("one", "two"):
            zipping.writestr("alterations.tsv", text)
    with pytest.raises(ResultsError, match="two different files named"):
        unpack(tmp_path / "a.zip", tmp_path / "out")


def test_what_was_sent_is_found_with_its_file_where_that_is_the_same(tmp_path: Path) -> None:
    """By the checksum in the record; another file of that name does not count, and kinds without one are unknown."""
    digest = hashlib.sha256(b"sent").hexdigest()
    (tmp_path / "mutations.tsv").write_bytes(b"sent")
    (tmp_path / "cnas.tsv").write_bytes(b"another")
    (tmp_path / "translocations.tsv").mkdir()
    inputs: dict[str, InputAccount] = {
        "fusions": {},
        **dict.fromkeys(("mutations", "cnas", "translocations"), InputAccount(sha256=digest)),
    }
    assert find_sent_inputs(inputs, tmp_path) == {
        "mutations": SentInput(digest, tmp_path / "mutations.tsv"),
        "cnas": SentInput(digest),
        "translocations": SentInput(digest),
    }
