"""Fetching results: whole and verified, or nothing of them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.config import RetryPolicy
from cgi_runner.errors import (
    CredentialsError,
    ForeignResultsError,
    InputError,
    JobFailedError,
    ResultsError,
    RunnerError,
    ServiceError,
)
from cgi_runner.job import JobContext, JobRequest, Record, State, fetch_job, read_record, run, submit
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from support.archives import JOB, zip_bytes
from support.failures import failure
from support.faults import Fault, heal, inject
from support.scripted import DROPPED, HTML, Answer, finished_job, serving

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


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Answer("", 401), CredentialsError, 4),
        (Answer({"error_code": "403"}), CredentialsError, 4),
        (Answer("", 404), ServiceError, 7),
        (Answer({"error_code": 404}), ServiceError, 7),
        (Answer("", 400), ServiceError, 7),
        (Answer("", 500), ServiceError, 7),
        (DROPPED, ServiceError, 7),
        (Answer("", 302, {"Location": "https://storage.example.org/signed"}), ServiceError, 7),
    ],
)
def test_a_download_that_is_refused(
    answer: Answer, kind: type[RunnerError], code: int, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Each refusal has its exit code; the record stays, and the same command goes on later."""
    inject(sandbox, Fault(answer, "GET", "download", times=99))
    with pytest.raises(kind) as failed:
        run(MELANOMA, tmp_path / "out", context)
    assert failed.value.exit_code == code
    heal(sandbox)
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED


def test_results_that_are_not_there_yet_are_asked_for_again(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Done and fetchable need not be the same moment."""
    inject(sandbox, Fault(Answer("", 404), "GET", "download", times=3))
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED


def test_results_of_a_job_that_is_deleted_meanwhile(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """It is no longer listed, say several looks over a minute; the tip says what helps."""
    inject(sandbox, "download vanish")
    with pytest.raises(JobFailedError, match="has no results of job") as failed:
        run(MELANOMA, tmp_path / "out", context)
    assert "--fresh" in failed.value.tip
    assert [request.action for request in sandbox.requests].count("download") == 6


def test_one_stale_answer_after_other_failures_is_no_proof_that_a_job_is_gone(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Neither listed nor there at the last try: nobody is told to submit it anew, and the same command goes on."""
    inject(sandbox, "download 503 times=5", "download stale", "list stale skip=1 times=9")
    with pytest.raises(ServiceError, match="when last asked") as failed:
        run(MELANOMA, tmp_path / "out", context)
    assert (failed.value.exit_code, "--fresh" in failed.value.tip) == (7, False)
    heal(sandbox)
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED
    assert [request.method for request in sandbox.requests].count("POST") == 1


def test_a_pause_asked_for_while_fetching_is_kept(
    context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """Retry-After counts for downloads, too."""
    inject(sandbox, Fault(Answer("", 429, {"Retry-After": "33"}), "GET", "download"))
    run(MELANOMA, tmp_path / "out", context)
    assert clock.sleeps[-1] == 33


@pytest.fixture
def fetched(context: JobContext, tmp_path: Path) -> Callable[[str], Record]:
    """Give a function that fetches a job, known by its id only, from a scripted service."""

    def fetch(url: str) -> Record:
        record = Record(context.service, job_id="c22ecf2af788d65ec257")
        assert isinstance(context.api, CgiClient)
        session = context.api._session
        session.service = replace(session.service, url=url)
        return fetch_job(record, None, tmp_path / "out", context)

    return fetch


@pytest.mark.parametrize("length", [len(GOOD) + 10, len(GOOD) - 10, None])
def test_a_transfer_that_breaks_off(length: int | None, fetched: Callable[[str], Record], tmp_path: Path) -> None:
    """More announced than sent, less announced than sent, or nothing announced and half sent: exit code 6."""
    body = GOOD if length else GOOD[:-30]
    answer = finished_job(lambda: Answer(iter([body]), length=length))
    with serving(answer) as server, pytest.raises(ResultsError) as failed:
        fetched(server.url)
    assert failed.value.exit_code == 6
    assert not RESULTS & {path.name for path in tmp_path.rglob("*")}
    if length and length > len(GOOD):
        assert f"broke off after {len(GOOD)} of {length} bytes" in failed.value.message


def test_a_transfer_without_end_is_stopped(
    fetched: Callable[[str], Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is not filled by a service that never stops sending."""
    monkeypatch.setattr("cgi_runner.job.download._MAX_ARCHIVE", 1_000_000)

    def endless() -> Iterator[bytes]:
        while True:
            yield b"P" * 65536

    with (
        serving(finished_job(lambda: Answer(endless()))) as server,
        pytest.raises(ResultsError, match="larger than any"),
    ):
        fetched(server.url)
    assert {path.name for path in tmp_path.rglob("*")} == {"out", "cgi-job.json", "cgi-logs.txt"}


def test_a_good_transfer_from_the_id_alone(fetched: Callable[[str], Record], tmp_path: Path) -> None:
    """An archive that does not name its job, of which nothing else is known, is taken."""
    with serving(finished_job(lambda: Answer(GOOD))) as server:
        assert fetched(server.url).state is State.VERIFIED
    assert (tmp_path / "out" / "alterations.tsv").read_bytes() == b"Gene\n" * 1000


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


@pytest.mark.parametrize("name", ["alterations.tsv", "summary.txt", "input01.tsv", "dropped.tsv", "cgi-logs.txt"])
def test_a_folder_with_other_results_is_left_alone(
    name: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Files with the names of results and no record are somebody's: exit code 2, before anything is sent."""
    (tmp_path / name).write_text("precious")
    with pytest.raises(InputError, match=name) as failed:
        run(MELANOMA, tmp_path, context)
    assert failed.value.exit_code == 2
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "precious")]
    assert not sandbox.requests


def test_a_folder_with_another_jobs_record_is_left_alone(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Another order never gets into a folder that has one, verified or not."""
    run(MELANOMA, tmp_path, context)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    requests = len(sandbox.requests)
    for fresh in (False, True):
        with pytest.raises(InputError, match="another job's record"):
            run(replace(MELANOMA, cancer_type="BRCA"), tmp_path, context, fresh=fresh)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert len(sandbox.requests) == requests


@pytest.mark.parametrize("content", ["{", '{"schema": 99}', '{"schema": 1, "service": "s", "state": "lost"}'])
def test_a_record_that_is_not_understood_is_left_alone(
    content: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A damaged record, or one of a later version, is neither believed nor overwritten."""
    (tmp_path / "cgi-job.json").write_text(content)
    with pytest.raises(InputError):
        run(MELANOMA, tmp_path, context)
    assert (tmp_path / "cgi-job.json").read_text() == content
    assert not sandbox.requests


def test_results_that_went_missing_are_fetched_again(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """A verified folder that lost a file, or whose archive was changed, is made whole without a new job."""
    run(MELANOMA, tmp_path / "out", context)
    before = {name: (tmp_path / "out" / name).read_bytes() for name in [*RESULTS, "dropped.tsv", "cgi-logs.txt"]}
    for name in before:
        (tmp_path / "out" / name).unlink()
        run(MELANOMA, tmp_path / "out", context)
    (tmp_path / "out" / "cgi-results.zip").write_bytes(b"PK")
    run(MELANOMA, tmp_path / "out", context)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in before} == before
    assert [request.method for request in sandbox.requests].count("POST") == 1


def test_a_job_is_collected_into_another_folder(context: JobContext, tmp_path: Path) -> None:
    """Submitted here, fetched there: the list of rows that were not sent goes along."""
    submitted = submit(MELANOMA, tmp_path / "here", context)
    record = fetch_job(read_record(tmp_path / "here" / "cgi-job.json"), tmp_path / "here", tmp_path / "there", context)
    assert record.job_id == submitted.job_id
    assert record.state is State.VERIFIED
    assert (tmp_path / "there" / "dropped.tsv").read_text() == (tmp_path / "here" / "dropped.tsv").read_text()
    again = fetch_job(read_record(tmp_path / "there" / "cgi-job.json"), tmp_path / "there", tmp_path / "third", context)
    assert (tmp_path / "third" / "summary.txt").read_text() == (tmp_path / "there" / "summary.txt").read_text()
    assert again.archive == record.archive


def test_a_collection_that_comes_to_nothing_leaves_no_trace(context: JobContext, tmp_path: Path) -> None:
    """After a deadline the new folder is not there, so that the same command works later."""
    submit(MELANOMA, tmp_path / "here", context)
    record = read_record(tmp_path / "here" / "cgi-job.json")
    with pytest.raises(RunnerError):
        fetch_job(record, tmp_path / "here", tmp_path / "there", replace(context, deadline=0))
    assert not (tmp_path / "there").exists()
    assert fetch_job(record, tmp_path / "here", tmp_path / "there", context).state is State.VERIFIED


def test_the_account_in_a_log_of_the_services_is_masked(
    context: JobContext, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """Even a service that writes the account into the job's log does not get it onto the disk."""
    from cgi_runner.redaction import register_secret

    register_secret(CREDENTIALS.email, CREDENTIALS.token)
    lines = [f"job of {CREDENTIALS.email.upper()} with {CREDENTIALS.token}"]
    inject(sandbox, Fault(Answer({"status": "Done", "logs": lines}), "GET", "logs"))
    submit(MELANOMA, tmp_path / "out", context)
    clock.sleep(20)
    run(MELANOMA, tmp_path / "out", context)
    assert (tmp_path / "out" / "cgi-logs.txt").read_text() == "job of ***** with *****\n"


SIZE = 120 * 1024**2
MEMORY = """
import json, re, sys
from pathlib import Path
from conftest import SimulatedClock
from cgi_runner.job import Record, fetch_job
from support.sessions import context_at
url, what, path = sys.argv[1:]
context = context_at(url, SimulatedClock(), deadline=60)
if what == "upload":
    context.api.submit({"cancer_type": "CM", "title": "t", "reference": "hg38"}, {"mutations": Path(path)})
else:
    record = Record(url, job_id="c22ecf2af788d65ec257")
    fetch_job(record, None, Path(path), context)
# Not ru_maxrss, which begins with what the process that started this one had in use.
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def peak(*arguments: str | Path) -> float:
    """Give the peak memory of a process with these arguments, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, *arguments],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of memory")
def test_a_large_upload_is_never_whole_in_memory(tmp_path: Path) -> None:
    """120 MB go out in less than 80 MB of memory."""
    with (tmp_path / "mutations.tsv").open("wb") as file:
        file.truncate(SIZE)
    with serving([Answer('"c22ecf2af788d65ec257"')]) as server:
        assert peak(server.url, "upload", tmp_path / "mutations.tsv") < 80
        assert server.requests[0].size > SIZE


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of memory")
def test_a_large_archive_is_never_whole_in_memory(tmp_path: Path) -> None:
    """120 MB of results are fetched, checked, unpacked and read in less than 80 MB of memory."""
    line = b"Sample\tGene\tProtein Change\tMutation\n"
    with zipfile.ZipFile(tmp_path / "big.zip", "w") as archive, archive.open("alterations.tsv", "w") as member:
        for _ in range(SIZE // len(line * 10_000)):
            member.write(line * 10_000)

    def pieces() -> Iterator[bytes]:
        with (tmp_path / "big.zip").open("rb") as file:
            while piece := file.read(1024 * 1024):
                yield piece

    with serving(finished_job(lambda: Answer(pieces(), length=(tmp_path / "big.zip").stat().st_size))) as server:
        assert peak(server.url, "download", tmp_path / "out") < 80
    assert json.loads((tmp_path / "out" / "cgi-job.json").read_text())["state"] == "verified"


ANEW = "was it another account's? if it was deleted, --fresh submits it again"


def test_a_download_that_comes_to_nothing_says_why(
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
    said: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Gone, without end, or broken off; and before that, that it is fetched again."""
    record = submit(MELANOMA, tmp_path / "out", context)
    again = replace(context, retry_policy=RetryPolicy(attempts=2))
    for answer, kind, message, tip in (
        (
            Answer("PK" * 600),
            ResultsError,
            f"the archive of job {record.job_id} is larger than any of CGI's: 1200 bytes",
            "",
        ),
        (Answer("PK"), ResultsError, "the archive is corrupt: File is not a zip file", None),
    ):
        monkeypatch.setattr("cgi_runner.job.download._MAX_ARCHIVE", 1199)
        inject(sandbox, Fault(answer, "GET", "download", times=9), instead=True)
        found = failure(lambda: run(MELANOMA, tmp_path / "out", again))
        assert found[:2] == (kind, message)
        assert tip is None or found[2] == tip
        if kind is ResultsError:
            assert said()[-1] == f"{message}; fetching it again"
    monkeypatch.setattr("cgi_runner.job.download._MAX_ARCHIVE", 1200)
    inject(sandbox, Fault(Answer("PK" * 600), "GET", "download", times=9), instead=True)
    assert (
        failure(lambda: run(MELANOMA, tmp_path / "out", again))[1] == "the archive is corrupt: File is not a zip file"
    )
    inject(sandbox, "download vanish", instead=True)
    assert failure(lambda: run(MELANOMA, tmp_path / "out", again)) == (
        JobFailedError,
        f"CGI has no results of job {record.job_id} any more",
        ANEW,
    )


@pytest.mark.parametrize(("length", "whole"), [(900, " of 900"), (None, "")])
def test_a_transfer_that_breaks_off_says_how_far_it_came(
    length: int | None, whole: str, context: JobContext, tmp_path: Path
) -> None:
    """Of how many bytes, if that was announced."""
    done = Answer({"status": "Done", "logs": []})

    def cut(seen: Any) -> Answer:
        if "download" not in seen.path:
            return done
        chunked = Answer(iter([b"a\r\n" + b"P" * 10 + b"\r\n"]), headers={"Transfer-Encoding": "chunked"})
        return Answer(iter([b"P" * 10]), length=length) if length else chunked

    with serving(cut) as server:
        assert isinstance(context.api, CgiClient)
        session = context.api._session
        session.service = replace(session.service, url=server.url)
        assert failure(lambda: fetch_job(Record(context.service, job_id=JOB), None, tmp_path / "out", context)) == (
            ResultsError,
            f"the archive of job {JOB} broke off after 10{whole} bytes",
            "run the command again",
        )
