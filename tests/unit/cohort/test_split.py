"""Splitting the results of a packed job: strict about whose a row is, tolerant of layouts."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from cgi_runner.cohort import Flags
from cgi_runner.cohort.outcome import CohortError
from cgi_runner.errors import RowsMissingError
from cgi_runner.files import sha256_of
from cgi_runner.job import read_record
from support.faults import Repacked, inject
from unit.cohort.conftest import Bench, everything_in, rows_of


@pytest.fixture
def packed(bench: Bench, three: Path, tmp_path: Path) -> Path:
    """Return the folder of a job with two samples, whose own folders are still to be made."""
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    for name in ("one", "two"):
        (tmp_path / "out" / name / "cgi-job.json").unlink()
    return tmp_path / "out" / "jobs" / "01"


def change(path: Path, old: str, new: str, times: int = 1) -> None:
    """Change a text in a file of a job's results, as though CGI had sent it so."""
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, times).encode())
    record, archive = path.parent / "cgi-job.json", path.parent / "cgi-results.zip"
    before = sha256_of(archive)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in read_record(record).archive["members"]:
            zipped.write(path.parent / name, name)
    record.write_text(record.read_text(encoding="utf-8").replace(before, sha256_of(archive)), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("biomarkers.tsv", "s0002", "s0003", "a row in biomarkers.tsv of a sample that was not sent"),
        ("cna_analysis.tsv", "\ts0001", "\n", "a row in cna_analysis.tsv that is cut short"),
    ],
)
def test_results_that_do_not_fit_are_given_to_nobody(
    bench: Bench, three: Path, packed: Path, name: str, old: str, new: str, said: str
) -> None:
    """A row must never go to another patient: the job is told, with where its tables are whole, and not deleted."""
    change(packed / name, old, new)
    report = bench.cohort(three, packed.parent.parent, Flags(delete=True))
    with pytest.raises(CohortError, match=said) as raised:
        report.raise_for_failures(strict=False)
    assert raised.value.exit_code == 10
    assert str(packed) in raised.value.tip
    assert report.samples_done == 1
    assert len(bench.context.api.list_jobs()) == 1
    assert not list(packed.parent.parent.glob("one/cgi-job.json"))


def quote_all(table: bytes) -> bytes:
    """Write a table as spreadsheets do: in quotes, with a byte order mark and line ends of Windows."""
    rows = [b"\t".join(b'"' + cell + b'"' for cell in line.split(b"\t")) for line in table.splitlines()]
    return b"\xef\xbb\xbf" + b"".join(row + b"\r\n" for row in rows)


@pytest.mark.parametrize(
    "rewrite",
    [quote_all, lambda table: b"\xef\xbb\xbf" + table, lambda table: b"## CGI\n" + table, lambda table: b"\n" + table],
    ids=["quotes", "mark", "comment", "empty line"],
)
def test_tables_that_are_written_otherwise_are_split_alike(
    bench: Bench, three: Path, tmp_path: Path, rewrite: Callable[[bytes], bytes]
) -> None:
    """Each sample's tables are those of an undisturbed cohort."""
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)

    def rewrite_all(members: dict[str, bytes]) -> None:
        members.update({name: rewrite(members[name]) for name in ("alterations.tsv", "biomarkers.tsv")})

    inject(bench.sandbox, Repacked(rewrite_all))
    bench.cohort(three, tmp_path / "again", Flags(fresh=True)).raise_for_failures(strict=True)
    for name in ("one", "two"):
        for table in ("alterations.tsv", "biomarkers.tsv"):
            found = [tmp_path / folder / name / table for folder in ("out", "again")]
            assert found[0].read_text().splitlines() == found[1].read_text().splitlines()


@pytest.mark.parametrize("row_id", ["input09_1", "input02_999", "what"])
def test_an_id_that_is_not_understood_is_put_right(
    bench: Bench, three: Path, packed: Path, row_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whose a row is and which it is of, sample and variant tell; each sample has what it would have had."""
    before = everything_in(packed.parent.parent)
    change(packed / "alterations.tsv", "input02_1\t", f"{row_id}\t")
    caplog.set_level("INFO")
    bench.cohort(three, packed.parent.parent).raise_for_failures(strict=False)
    assert (
        everything_in(packed.parent.parent).items()
        >= {name: content for name, content in before.items() if name.endswith("alterations.tsv")}.items()
    )
    assert "rows of job 01 came under the Input ID of another sample" in caplog.text


def test_a_row_of_a_variant_that_its_sample_was_not_sent_is_given_to_nobody(
    bench: Bench, three: Path, packed: Path
) -> None:
    """It may be another patient's: the job fails for good, and nothing of it is split."""
    change(packed / "alterations.tsv", "\ts0001\t", "\ts0002\t")
    (_, error), *_ = bench.cohort(three, packed.parent.parent).failures
    assert "gives input02_2 in alterations.tsv to a sample that did not send it" in error.message
    assert error.exit_code == 10
    assert not list(packed.parent.parent.glob("one/cgi-job.json"))


def test_upload_of_other_samples_is_noticed(bench: Bench, three: Path, packed: Path) -> None:
    """Rows that changed hands on the way are found by the checksum of what each sample sent."""
    change(packed / "input02.tsv", "s0001", "s0002")
    record = (packed / "cgi-job.json").read_text(encoding="utf-8")
    old = read_record(packed / "cgi-job.json").inputs["mutations"]["sha256"]
    (packed / "cgi-job.json").write_text(record.replace(old, sha256_of(packed / "input02.tsv")), encoding="utf-8")
    (_, error), *_ = bench.cohort(three, packed.parent.parent).failures
    assert "holds other mutations of 2 samples than were sent" in error.message
    assert error.exit_code == 10


def test_copy_numbers_that_cgi_counts_otherwise_keep_their_ids(
    bench: Bench, three: Path, packed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whose a row is, CGI says in a column of its own; an id that does not fit is kept as it is, and that is said."""
    change(packed / "cna_analysis.tsv", "input01_1\ts0001\tERBB2", "7\ts0001\tHER2")
    bench.cohort(three, packed.parent.parent).raise_for_failures(strict=False)
    assert "1 row of job 01 kept the packed job's row ids" in caplog.text
    (row,) = rows_of(packed.parent.parent / "one" / "cna_analysis.tsv")
    assert (row["internal_id"], row["sample"], row["gene"]) == ("7", "one", "HER2")


def test_rows_without_ids_are_not_taken_for_returned(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Where CGI's ids cannot be read, what is missing stays unknown for each sample, as alone, and --strict fails."""

    def renamed(members: dict[str, bytes]) -> None:
        header, *rows = members["alterations.tsv"].splitlines(keepends=True)
        members["alterations.tsv"] = header.replace(b"Input ID", b"Row") + b"".join(rows[1:])

    inject(bench.sandbox, Repacked(renamed))
    report = bench.cohort(three, tmp_path / "out", Flags(delete=True))
    rows = {name: read_record(tmp_path / name / "cgi-job.json").rows for name in ("out/one", "out/two")}
    unknown = {"sent": 2, "merged": 0, "not_returned": None}
    assert rows["out/one"]["mutations"] == {**unknown, "returned": 2}
    assert rows["out/one"]["cnas"] == {"sent": 1, "returned": 1, "merged": 0, "not_returned": 0}
    assert rows["out/two"]["mutations"] == {**unknown, "returned": 1}
    for again in (report, bench.cohort(three, tmp_path / "out")):
        with pytest.raises(RowsMissingError, match="do not show which rows of 3 samples came back") as raised:
            again.raise_for_failures(strict=True)
        assert raised.value.exit_code == 9
        again.raise_for_failures(strict=False)
    assert [row["rows_missing"] for row in rows_of(tmp_path / "out" / "samples.tsv")] == ["", "", ""]


def test_blank_lines_and_other_line_ends_do_no_harm(bench: Bench, three: Path, packed: Path) -> None:
    """What an editor or another version of CGI may do to line ends is not taken for a row."""
    with (packed / "biomarkers.tsv").open("ab") as file:
        file.write(b"\n")
    change(packed / "biomarkers.tsv", "\n", "\r\n", -1)
    before = (packed.parent.parent / "one" / "biomarkers.tsv").read_bytes()
    bench.cohort(three, packed.parent.parent).raise_for_failures(strict=True)
    assert (packed.parent.parent / "one" / "biomarkers.tsv").read_bytes() == before.replace(b"\n", b"\r\n")


def extended(packed: Path, name: str, text: str) -> None:
    """Add one more table to a job's results."""
    (packed / name).write_text(text, encoding="utf-8")
    change(packed / "cgi-job.json", '"biomarkers.tsv",', f'"biomarkers.tsv", "{name}",')


def test_a_table_never_seen_is_split_by_its_samples(bench: Bench, three: Path, packed: Path) -> None:
    """Any table with a column for samples is; each sample gets one, if need be without rows."""
    extended(packed, "news.tsv", "what\tSample ID\nx\ts0002\n")
    bench.cohort(three, packed.parent.parent).raise_for_failures(strict=True)
    assert (packed.parent.parent / "two" / "news.tsv").read_text(encoding="utf-8") == "what\tSample ID\nx\ttwo\n"
    assert (packed.parent.parent / "one" / "news.tsv").read_text(encoding="utf-8") == "what\tSample ID\n"


def test_a_table_without_samples_stays_with_the_job(
    bench: Bench, three: Path, packed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It cannot be split, and that is said."""
    extended(packed, "genes.tsv", "gene\nMET\n")
    files = everything_in(packed.parent.parent)
    bench.cohort(three, packed.parent.parent).raise_for_failures(strict=True)
    assert "genes.tsv of job 01 names no samples" in caplog.text
    assert everything_in(packed.parent.parent) == files


def test_large_tables_are_written_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held never grows beyond a limit, and the checksums are those of the whole files."""
    from cgi_runner.cohort import fan_out

    monkeypatch.setattr(fan_out, "_ROOM", 10)
    monkeypatch.setattr(fan_out, "_BLOCK", 10)
    paths: list[Path | None] = [tmp_path / "a", None, tmp_path / "b"]
    one: Callable[..., fan_out.FanOutWriter] = fan_out.FanOutWriter
    writer = one(paths, [b"h\n"])
    for line in writer.lines(BytesIO(b"".join(b"%d\n" % n for n in range(30)))):
        writer.buffers[int(line) % 3] += line
        assert sum(map(len, writer.buffers)) < 40
    sums = writer.close()
    assert (tmp_path / "a").read_bytes() == b"h\n" + b"".join(b"%d\n" % n for n in range(0, 30, 3))
    assert sums[0] == sha256_of(tmp_path / "a")
    assert sums[2] == sha256_of(tmp_path / "b")
