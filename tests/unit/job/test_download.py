"""Fetching results: whole and verified, or nothing of them."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import CredentialsError, InputError, JobFailedError, ResultsError, RunnerError, ServiceError
from cgi_runner.job import Desk, Record, State, Wish, collect, read_record, run, submit
from cgi_runner.sandbox import Sandbox
from cgi_runner.sandbox.faults import FaultPlan, parse
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from scripted import DROPPED, HTML, Answer, Fault, serving

MELANOMA = Wish({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")
RESULTS = {"alterations.tsv", "biomarkers.tsv", "summary.txt", "cgi-results.zip"}


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make an archive of these members."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", method) as archive:
        warnings.simplefilter("ignore")  # members of one name are the point
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def special(name: str, kind: int) -> zipfile.ZipInfo:
    """Describe a member that is no plain file."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    return info


def encrypted() -> bytes:
    """Make an archive whose member claims to be encrypted."""
    data = bytearray(zipped(("alterations.tsv", b"x")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def corrupt() -> bytes:
    """Make an archive in whose member a byte is another."""
    data = bytearray(zipped(("alterations.tsv", b"gene\n" * 100), method=zipfile.ZIP_STORED))
    data[200] ^= 1
    return bytes(data)


GOOD = zipped(("alterations.tsv", b"Gene\n" * 1000), ("biomarkers.tsv", b"BioM\n"))
FOREIGN = zipped(("alterations.tsv", b"x"), ("summary.txt", b"Analysis ID: 0123456789abcdef0123\n"))
BAD: dict[str, tuple[Any, str]] = {
    "corrupt": (corrupt(), "CRC"),
    "truncated": (GOOD[: len(GOOD) // 2], "corrupt"),
    "foreign": (FOREIGN, "0123456789abcdef0123"),
    "slip": (zipped(("../evil.tsv", b"x")), "evil"),
    "absolute": (zipped(("/tmp/evil.tsv", b"x")), "evil"),
    "backslash": (zipped(("..\\evil.tsv", b"x")), "evil"),
    "folder": (zipped(("a/b.tsv", b"x")), "b.tsv"),
    "link": (zipped((special("alterations.tsv", 0o120000), b"/etc/passwd")), "link"),
    "device": (zipped((special("alterations.tsv", 0o020000), b"")), "device"),
    "encrypted": (encrypted(), "encrypted"),
    "bomb": (zipped(("alterations.tsv", b"\0" * 2_000_000)), "unpack to 2000000"),
    "duplicate": (zipped(("a.tsv", b"1"), ("a.tsv", b"2")), "of one name"),
    "case": (zipped(("a.tsv", b"1"), ("A.tsv", b"2")), "of one name"),
    "own record": (zipped(("cgi-job.json", b"{}")), "cgi-job.json"),
    "own log": (zipped(("CGI-Logs.txt", b"")), "CGI-Logs.txt"),
    "hidden": (zipped((".cgi-runner", b"")), "cgi-runner"),
    "no members": (zipped(), "0 members"),
    "empty": ("", "empty"),
    "html": (HTML, "We are back soon"),
    "json": ({"status": "Running", "message": "not yet"}, "not yet"),
    "text": ("slots are full\x1b[31m", "slots are full"),
}


@pytest.mark.parametrize(("body", "said"), BAD.values(), ids=BAD)
def test_what_is_no_archive_of_this_job_is_never_unpacked(
    body: Any, said: str, desk: Desk, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 6 with what came instead, after six tries, and none of it in the folder or beside it."""
    monkeypatch.setattr("cgi_runner.results.archive._HARMLESS", 1_000_000)
    sandbox.interceptors.append(Fault(Answer(body), "GET", "download", times=99))
    with pytest.raises(ResultsError) as failed:
        run(MELANOMA, tmp_path / "out", desk)
    assert failed.value.exit_code == 6
    assert said in failed.value.message
    assert "\x1b" not in failed.value.message
    assert [request.action for request in sandbox.requests].count("download") == 6
    assert {path.name for path in tmp_path.rglob("*")} == {"out", "cgi-job.json", "cgi-logs.txt", "dropped.tsv"}
    sandbox.interceptors.clear()
    assert run(MELANOMA, tmp_path / "out", desk).state is State.VERIFIED
    assert len(desk.api.jobs()) == 1


@pytest.mark.parametrize("name", ["corrupt", "truncated", "foreign", "html", "empty"])
def test_a_bad_archive_is_fetched_again(name: str, desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """What is broken once may be whole the next time."""
    sandbox.interceptors.append(Fault(Answer(BAD[name][0]), "GET", "download"))
    assert run(MELANOMA, tmp_path / "out", desk).state is State.VERIFIED


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
    answer: Answer, kind: type[RunnerError], code: int, desk: Desk, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Each refusal has its exit code; the record stays, and the same command goes on later."""
    sandbox.interceptors.append(Fault(answer, "GET", "download", times=99))
    with pytest.raises(kind) as failed:
        run(MELANOMA, tmp_path / "out", desk)
    assert failed.value.exit_code == code
    sandbox.interceptors.clear()
    assert run(MELANOMA, tmp_path / "out", desk).state is State.VERIFIED


def test_results_that_are_not_there_yet_are_asked_for_again(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """Done and fetchable need not be the same moment."""
    sandbox.interceptors.append(Fault(Answer("", 404), "GET", "download", times=3))
    assert run(MELANOMA, tmp_path / "out", desk).state is State.VERIFIED


def test_results_of_a_job_that_is_deleted_meanwhile(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """It is no longer listed, so asking again would be in vain; the tip says what helps."""
    sandbox.interceptors.append(FaultPlan([parse("download vanish")]))
    with pytest.raises(JobFailedError, match="has no results of job") as failed:
        run(MELANOMA, tmp_path / "out", desk)
    assert "--fresh" in failed.value.tip
    assert [request.action for request in sandbox.requests].count("download") == 1


def test_a_pause_asked_for_while_fetching_is_kept(
    desk: Desk, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """Retry-After counts for downloads, too."""
    sandbox.interceptors.append(Fault(Answer("", 429, {"Retry-After": "33"}), "GET", "download"))
    run(MELANOMA, tmp_path / "out", desk)
    assert clock.sleeps[-1] == 33


@pytest.fixture
def fetched(desk: Desk, tmp_path: Path) -> Callable[[str], Record]:
    """Give a function that fetches a job, known by its id only, from a scripted service."""

    def fetch(url: str) -> Record:
        record = Record(desk.service, job_id="c22ecf2af788d65ec257")
        session = desk.api._session
        session.service = replace(session.service, url=url)
        return collect(record, None, tmp_path / "out", desk)

    return fetch


def scripted(download: Callable[[], Answer]) -> Callable[[Any], Answer]:
    """Answer as for a job that is done, with this download."""
    done = Answer({"status": "Done", "logs": ["2026-01-05 12:00:00,000 INFO     Analysis done"]})
    return lambda seen: download() if "download" in seen.path else done


@pytest.mark.parametrize("length", [len(GOOD) + 10, len(GOOD) - 10, None])
def test_a_transfer_that_breaks_off(length: int | None, fetched: Callable[[str], Record], tmp_path: Path) -> None:
    """More announced than sent, less announced than sent, or nothing announced and half sent: exit code 6."""
    body = GOOD if length else GOOD[:-30]
    answer = scripted(lambda: Answer(iter([body]), length=length))
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
    monkeypatch.setattr("cgi_runner.job.fetch._LARGEST", 1_000_000)

    def endless() -> Iterator[bytes]:
        while True:
            yield b"P" * 65536

    with serving(scripted(lambda: Answer(endless()))) as server, pytest.raises(ResultsError, match="does not end"):
        fetched(server.url)
    assert {path.name for path in tmp_path.rglob("*")} == {"out", "cgi-job.json", "cgi-logs.txt"}


def test_a_good_transfer_from_the_id_alone(fetched: Callable[[str], Record], tmp_path: Path) -> None:
    """An archive that does not name its job, of which nothing else is known, is taken."""
    with serving(scripted(lambda: Answer(GOOD))) as server:
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


def test_archives_of_another_input_are_refused(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """The upload that CGI echoes has to be one of those that were sent."""
    archive = zipped(("alterations.tsv", b"x"), ("input01.tsv", b"chr\tpos\tref\talt\n1\t2\tA\tC\n"))
    sandbox.interceptors.append(Fault(Answer(archive), "GET", "download", times=9))
    with pytest.raises(ResultsError, match="other inputs"):
        run(MELANOMA, tmp_path / "out", desk)
    assert not RESULTS & {path.name for path in (tmp_path / "out").iterdir()}


@pytest.mark.parametrize("name", ["alterations.tsv", "summary.txt", "input01.tsv", "dropped.tsv", "cgi-logs.txt"])
def test_a_folder_with_other_results_is_left_alone(name: str, desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """Files with the names of results and no record are somebody's: exit code 2, before anything is sent."""
    (tmp_path / name).write_text("precious")
    with pytest.raises(InputError, match=name) as failed:
        run(MELANOMA, tmp_path, desk)
    assert failed.value.exit_code == 2
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "precious")]
    assert not sandbox.requests


def test_a_folder_with_another_jobs_record_is_left_alone(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """Another order never gets into a folder that has one, verified or not."""
    run(MELANOMA, tmp_path, desk)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    requests = len(sandbox.requests)
    for fresh in (False, True):
        with pytest.raises(InputError, match="another job's record"):
            run(replace(MELANOMA, cancer_type="BRCA"), tmp_path, desk, fresh=fresh)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert len(sandbox.requests) == requests


@pytest.mark.parametrize("content", ["{", '{"schema": 99}', '{"schema": 1, "service": "s", "state": "lost"}'])
def test_a_record_that_is_not_understood_is_left_alone(
    content: str, desk: Desk, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A damaged record, or one of a later version, is neither believed nor overwritten."""
    (tmp_path / "cgi-job.json").write_text(content)
    with pytest.raises(InputError):
        run(MELANOMA, tmp_path, desk)
    assert (tmp_path / "cgi-job.json").read_text() == content
    assert not sandbox.requests


def test_results_that_went_missing_are_fetched_again(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """A verified folder that lost a file, or whose archive was changed, is made whole without a new job."""
    run(MELANOMA, tmp_path / "out", desk)
    before = {name: (tmp_path / "out" / name).read_bytes() for name in [*RESULTS, "dropped.tsv", "cgi-logs.txt"]}
    for name in before:
        (tmp_path / "out" / name).unlink()
        run(MELANOMA, tmp_path / "out", desk)
    (tmp_path / "out" / "cgi-results.zip").write_bytes(b"PK")
    run(MELANOMA, tmp_path / "out", desk)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in before} == before
    assert [request.method for request in sandbox.requests].count("POST") == 1


def test_a_job_is_collected_into_another_folder(desk: Desk, tmp_path: Path) -> None:
    """Submitted here, fetched there: the list of rows that were not sent goes along."""
    submitted = submit(MELANOMA, tmp_path / "here", desk)
    record = collect(read_record(tmp_path / "here" / "cgi-job.json"), tmp_path / "here", tmp_path / "there", desk)
    assert record.job_id == submitted.job_id
    assert record.state is State.VERIFIED
    assert (tmp_path / "there" / "dropped.tsv").read_text() == (tmp_path / "here" / "dropped.tsv").read_text()
    again = collect(read_record(tmp_path / "there" / "cgi-job.json"), tmp_path / "there", tmp_path / "third", desk)
    assert (tmp_path / "third" / "summary.txt").read_text() == (tmp_path / "there" / "summary.txt").read_text()
    assert again.archive == record.archive


def test_a_collection_that_comes_to_nothing_leaves_no_trace(desk: Desk, tmp_path: Path) -> None:
    """After a deadline the new folder is not there, so that the same command works later."""
    submit(MELANOMA, tmp_path / "here", desk)
    record = read_record(tmp_path / "here" / "cgi-job.json")
    with pytest.raises(RunnerError):
        collect(record, tmp_path / "here", tmp_path / "there", replace(desk, deadline=0))
    assert not (tmp_path / "there").exists()
    assert collect(record, tmp_path / "here", tmp_path / "there", desk).state is State.VERIFIED


def test_the_account_in_a_log_of_the_services_is_masked(
    desk: Desk, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """Even a service that writes the account into the job's log does not get it onto the disk."""
    from cgi_runner.redaction import hide

    hide(CREDENTIALS.email, CREDENTIALS.token)
    lines = [f"job of {CREDENTIALS.email.upper()} with {CREDENTIALS.token}"]
    sandbox.interceptors.append(Fault(Answer({"status": "Done", "logs": lines}), "GET", "logs"))
    submit(MELANOMA, tmp_path / "out", desk)
    clock.sleep(20)
    run(MELANOMA, tmp_path / "out", desk)
    assert (tmp_path / "out" / "cgi-logs.txt").read_text() == "job of ***** with *****\n"


SIZE = 120 * 1024**2
MEMORY = """
import json, re, sys
from pathlib import Path
from conftest import CREDENTIALS, SimulatedClock
from cgi_runner.api import Api
from cgi_runner.http import Session
from cgi_runner.job import Desk, Record, collect
from cgi_runner.settings import Patience, Service
url, what, path = sys.argv[1:]
api = Api(Session(Service(url), CREDENTIALS, clock=SimulatedClock(), patience=Patience()))
if what == "upload":
    api.submit({"cancer_type": "CM", "title": "t", "reference": "hg38"}, {"mutations": Path(path)})
else:
    record = Record(url, job_id="c22ecf2af788d65ec257")
    collect(record, None, Path(path), Desk(api, url, "account", 60, clock=SimulatedClock()))
# Not ru_maxrss, which begins with what the process that started this one had in use.
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def peak(*arguments: str | Path) -> float:
    """Give the peak memory of a process with these arguments, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, *arguments],
        cwd=Path(__file__).parent,
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

    with serving(scripted(lambda: Answer(pieces(), length=(tmp_path / "big.zip").stat().st_size))) as server:
        assert peak(server.url, "download", tmp_path / "out") < 80
    assert json.loads((tmp_path / "out" / "cgi-job.json").read_text())["state"] == "verified"
