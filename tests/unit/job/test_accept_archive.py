"""Taking over an archive that was refused: the way out is typed, and the rows still have to be the job's own."""

from __future__ import annotations

import shlex
import zipfile
from pathlib import Path

import pytest

from cgi_runner.errors import ForeignResultsError, InputError, ResultsError, RowsMissingError
from cgi_runner.job import JobContext, JobRequest, State, read_record, run
from cgi_runner.job.import_archive import accept_archive
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.cli import cgi_runner
from support.faults import Repacked, inject

REQUEST = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38")
OTHER = "0123456789abcdef0123"


def rename(members: dict[str, bytes]) -> None:
    """Have the summary name another job."""
    lines = members["summary.txt"].decode().splitlines()
    named = [f"Analysis ID: {OTHER}" if line.startswith("Analysis ID") else line for line in lines]
    members["summary.txt"] = "\n".join(named).encode()


@pytest.fixture
def refused(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> ForeignResultsError:
    """Return the error of a job whose archive names another one; its folder is `out`."""
    inject(sandbox, Repacked(rename))
    with pytest.raises(ForeignResultsError) as failed:
        run(REQUEST, tmp_path / "out", context)
    return failed.value


def test_the_command_of_the_tip_works(refused: ForeignResultsError, tmp_path: Path) -> None:
    """Typed as it stands; that the archive names another job is kept in the record for good."""
    out = tmp_path / "out"
    words = shlex.split(refused.tip.split("`")[1].removeprefix("cgi-runner "))
    assert words == ["fetch", str(out), "--archive", str(out / "cgi-results.refused.zip"), "--accept-archive", OTHER]
    assert cgi_runner(*words).code == 0
    record = read_record(out / "cgi-job.json")
    assert record.state is State.VERIFIED
    assert record.job_id != OTHER
    assert record.warnings[0] == f"the archive names {OTHER}, not {record.job_id}; it was accepted by --accept-archive"
    assert record.archive["unknown"][0] == record.warnings[0]
    assert (out / "alterations.tsv").is_file()
    assert not (out / "cgi-results.refused.zip").exists()


def test_an_archive_is_taken_over_without_a_log_too(refused: ForeignResultsError, tmp_path: Path) -> None:
    """Somebody may have tidied up; the folder has an empty one then, as each verified folder has a log."""
    del refused
    out = tmp_path / "out"
    (out / "cgi-logs.txt").unlink()
    assert accept_archive(out / "cgi-results.refused.zip", out, OTHER).state is State.VERIFIED
    assert (out / "cgi-logs.txt").read_bytes() == b""


def test_what_was_lost_is_told_by_the_log_of_the_job(
    refused: ForeignResultsError, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """`--strict` makes it an error once the results are in place; what is odd about the archive is said on screen."""
    del refused
    out, archive = tmp_path / "out", tmp_path / "kept.zip"
    with zipfile.ZipFile(out / "cgi-results.refused.zip") as whole, zipfile.ZipFile(archive, "w") as cut:
        for name in whole.namelist():
            rows = whole.read(name).splitlines(keepends=True)
            cut.writestr(name, b"".join(rows[:-1] if name == "alterations.tsv" else rows))
    (out / "cgi-logs.txt").write_bytes(b"WARNING  odd \xe9 | Alteration ID: input01_8\n")
    caplog.clear()
    with pytest.raises(RowsMissingError):
        accept_archive(archive, out, OTHER, strict=True)
    record = read_record(out / "cgi-job.json")
    assert record.state is State.VERIFIED
    assert "\todd \ufffd\n" in (out / "dropped.tsv").read_text(encoding="utf-8")
    assert record.warnings[0] in caplog.messages


def test_only_the_id_that_the_archive_names_takes_it_over(refused: ForeignResultsError, tmp_path: Path) -> None:
    """Whoever types another one does not know whose results they are."""
    assert refused.exit_code == 10
    out = tmp_path / "out"
    for wrong in ("deadbeefdeadbeefdead", read_record(out / "cgi-job.json").job_id):
        with pytest.raises(ForeignResultsError, match=f"is that of job {OTHER}"):
            accept_archive(out / "cgi-results.refused.zip", out, wrong)
    assert not (out / "alterations.tsv").exists()


def test_rows_have_to_be_those_that_were_sent(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """An id that is typed makes nobody else's rows one's own."""
    inject(sandbox, "download rows=unsent times=9")
    inject(sandbox, Repacked(rename))
    out = tmp_path / "out"
    with pytest.raises(ForeignResultsError):
        run(REQUEST, out, context)
    with pytest.raises(ForeignResultsError, match="not sent for their sample"):
        accept_archive(out / "cgi-results.refused.zip", out, OTHER)
    assert (out / "cgi-results.refused.zip").is_file()
    assert not (out / "alterations.tsv").exists()


def test_what_cannot_be_taken_over_is_said(refused: ForeignResultsError, tmp_path: Path) -> None:
    """No file, no zip, no folder of a job, or one with results."""
    out, saved = tmp_path / "out", tmp_path / "saved.zip"
    assert refused
    with pytest.raises(InputError, match="is not a file"):
        accept_archive(saved, out, OTHER)
    saved.write_bytes(b"PK")
    with pytest.raises(ResultsError, match="corrupt"):
        accept_archive(saved, out, OTHER)
    for words in (["--archive", saved], [out], ["x", "--archive", saved], [out, "--archive", saved, "-o", tmp_path]):
        assert cgi_runner("fetch", *words, "--accept-archive", OTHER).is_plain_failure(2)
    accept_archive(out / "cgi-results.refused.zip", out, OTHER)
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("alterations.tsv", "x")
    with pytest.raises(InputError, match="verified results already"):
        accept_archive(saved, out, OTHER)
