"""Archives that are broken, malicious or another job's: none is unpacked, and it is said what came instead."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import (
    ForeignResultsError,
    ResultsError,
)
from cgi_runner.job import JobContext, JobRequest, State, run
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.archives import zip_bytes
from support.faults import Fault, heal, inject
from support.scripted import HTML, Answer

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")
RESULTS = {"alterations.tsv", "biomarkers.tsv", "summary.txt", "cgi-results.zip"}


def special(name: str, kind: int) -> zipfile.ZipInfo:
    """Describe a member that is no plain file."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    return info


def encrypted() -> bytes:
    """Make an archive whose member claims to be encrypted."""
    data = bytearray(zip_bytes(("alterations.tsv", b"x")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def corrupt() -> bytes:
    """Make an archive in whose member a byte is another."""
    data = bytearray(zip_bytes(("alterations.tsv", b"gene\n" * 100), method=zipfile.ZIP_STORED))
    data[200] ^= 1
    return bytes(data)


GOOD = zip_bytes(("alterations.tsv", b"Gene\n" * 1000), ("biomarkers.tsv", b"BioM\n"))
FOREIGN = zip_bytes(("alterations.tsv", b"x"), ("summary.txt", b"Analysis ID: 0123456789abcdef0123\n"))
BAD: dict[str, tuple[Any, str]] = {
    "corrupt": (corrupt(), "CRC"),
    "truncated": (GOOD[: len(GOOD) // 2], "corrupt"),
    "slip": (zip_bytes(("../evil.tsv", b"x")), "evil"),
    "absolute": (zip_bytes(("/tmp/evil.tsv", b"x")), "evil"),
    "backslash": (zip_bytes(("..\\evil.tsv", b"x")), "evil"),
    "folder": (zip_bytes(("a/b.tsv", b"x"), ("c.tsv", b"x")), "b.tsv"),
    "link": (zip_bytes((special("alterations.tsv", 0o120000), b"/etc/passwd")), "link"),
    "device": (zip_bytes((special("alterations.tsv", 0o020000), b"")), "device"),
    "encrypted": (encrypted(), "encrypted"),
    "bomb": (zip_bytes(("alterations.tsv", b"\0" * 2_000_000)), "unpack to 2000000"),
    "duplicate": (zip_bytes(("a.tsv", b"1"), ("a.tsv", b"2")), "two different files"),
    "case": (zip_bytes(("a.tsv", b"1"), ("A.tsv", b"2")), "two different files"),
    "own record": (zip_bytes(("cgi-job.json", b"{}")), "cgi-job.json"),
    "own log": (zip_bytes(("CGI-Logs.txt", b"")), "CGI-Logs.txt"),
    "hidden": (zip_bytes((".cgi-runner", b"")), "cgi-runner"),
    "no members": (zip_bytes(), "no members"),
    "empty": ("", "empty"),
    "html": (HTML, "We are back soon"),
    "json": ({"status": "Running", "message": "not yet"}, "not yet"),
    "text": ("slots are full\x1b[31m", "slots are full"),
}


@pytest.mark.parametrize(("body", "said"), BAD.values(), ids=BAD)
def test_what_is_no_archive_of_this_job_is_never_unpacked(
    body: Any, said: str, context: JobContext, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 6 with what came instead, and none of it in the folder or beside it.

    A text may give way to an archive, so it is asked for six times; of two equal zips, a third would be no other.
    """
    monkeypatch.setattr("cgi_runner.results.archive.MIN_BOMB_SIZE", 1_000_000)
    inject(sandbox, Fault(Answer(body), "GET", "download", times=99))
    with pytest.raises(ResultsError) as failed:
        run(MELANOMA, tmp_path / "out", context)
    assert failed.value.exit_code == 6
    assert said in failed.value.message
    assert "\x1b" not in failed.value.message
    times = 2 if isinstance(body, bytes) else 6
    assert [request.action for request in sandbox.requests].count("download") == times
    assert {path.name for path in tmp_path.rglob("*")} == {"out", "cgi-job.json", "cgi-logs.txt", "dropped.tsv"}
    heal(sandbox)
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED
    assert len(context.api.list_jobs()) == 1


def test_an_intact_archive_of_another_job_is_kept(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """It is fetched twice and refused for good, with the command that would take it over; the job is left alone."""
    inject(sandbox, Fault(Answer(FOREIGN), "GET", "download", times=99))
    with pytest.raises(ForeignResultsError, match="is that of job 0123456789abcdef0123") as failed:
        run(MELANOMA, tmp_path / "out", context, delete=True)
    assert failed.value.exit_code == 10
    assert [request.action for request in sandbox.requests].count("download") == 2
    kept = tmp_path / "out" / "cgi-results.refused.zip"
    assert kept.read_bytes() == FOREIGN
    assert f"fetch {kept.parent} --archive {kept} --accept-archive 0123456789abcdef0123" in failed.value.tip
    assert len(context.api.list_jobs()) == 1
    heal(sandbox)
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED


@pytest.mark.parametrize("change", ["crlf", "bom", "quotes", "other-order", "missing", "extra-column"])
def test_a_changed_copy_of_the_input_is_a_warning(
    change: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The id proves whose results they are; the rows are all accounted for, and the job stays at CGI."""
    inject(sandbox, f"download copy={change} times=99")
    record = run(MELANOMA, tmp_path / "out", context, delete=True, strict=True)
    assert record.state is State.VERIFIED
    assert record.rows["mutations"]["not_returned"] == 0
    assert [text for text in record.warnings if text.startswith("CGI's copy of the mutations")]
    assert record.archive["unknown"]
    assert len(context.api.list_jobs()) == 1


def test_rows_that_were_never_sent_are_believed_of_no_archive(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Though its summary names the job; the archive is kept, and nothing is in place."""
    inject(sandbox, "download rows=unsent times=99")
    with pytest.raises(ForeignResultsError, match="2 rows of mutations that were not sent"):
        run(MELANOMA, tmp_path / "out", context, delete=True)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("cgi-job.json", "cgi-logs.txt", "cgi-results.refused.zip", "dropped.tsv")
    }
    assert len(context.api.list_jobs()) == 1


@pytest.mark.parametrize("name", ["corrupt", "truncated", "foreign", "html", "empty"])
def test_a_bad_archive_is_fetched_again(name: str, context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """What is broken once may be whole the next time."""
    body = FOREIGN if name == "foreign" else BAD[name][0]
    inject(sandbox, Fault(Answer(body), "GET", "download"))
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED


@pytest.mark.parametrize("seed", range(3))
def test_damaged_archives_end_in_the_one_error(seed: int, tmp_path: Path) -> None:
    """Whatever bytes are changed or missing, the archive is whole, or it is a ResultsError and nothing else."""
    from cgi_runner.results.archive import unpack

    chance = random.Random(seed)
    for _ in range(100):
        data = bytearray(GOOD)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (tmp_path / "a.zip").write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
        try:
            unpack(tmp_path / "a.zip", tmp_path / "unpacked")
        except ResultsError:
            continue
        found = {path.read_bytes() for path in (tmp_path / "unpacked").iterdir()}
        assert found <= {b"Gene\n" * 1000, b"BioM\n"}


def test_archives_of_another_input_are_refused(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """The upload that CGI echoes has to be one of those that were sent."""
    archive = zip_bytes(("alterations.tsv", b"x"), ("input01.tsv", b"chr\tpos\tref\talt\n1\t2\tA\tC\n"))
    inject(sandbox, Fault(Answer(archive), "GET", "download", times=9))
    with pytest.raises(ForeignResultsError, match="other rows than were sent"):
        run(MELANOMA, tmp_path / "out", context)
    assert not RESULTS & {path.name for path in (tmp_path / "out").iterdir()}
