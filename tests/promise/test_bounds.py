"""Hostile and odd answers: what they cost has a limit, and what is said of them is a sentence."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest

from cgi_runner.config import RetryPolicy
from cgi_runner.errors import InputError, RunnerError, ServiceError, StillRunningError
from cgi_runner.job import JobContext, JobRequest, State, read_record, run
from cgi_runner.output.locking import exclusive_lock, output_lock
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_runner.service.errors import MaybeProcessedError, is_safe_to_post_again
from cgi_runner.service.multipart import MultipartBody
from cgi_runner.service.session import CgiSession
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from promise import hostile, measured
from promise.hostile import OK, Asked, Bytes, dripping, forever, gzipped, whole, wire
from promise.measured import HASTE, JOB, LEISURE, MB
from support.depth import SOAK
from support.sessions import session_to

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "bounds")
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ZIPPED = OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n"
OPEN = OK + b"Connection: close\r\n\r\n"
AWAY = b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n"
NO = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
ENDLESS = "too large or too slow"
LOST = "its response took too long|too large or too slow|was cut off"
RUNNING = b'{"status": "Running", "logs": ['
GZIP = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


class Attack(NamedTuple):
    """A hostile answer: what is asked for, what comes, the exit code, the words, and the MB that it may cost.

    `patience` is long where size is to end it, and short where only time can; quick ones run in every `make test`.
    """

    call: measured.Call
    answer: Callable[[], Bytes]
    code: int
    said: str
    peak: float
    retry_policy: RetryPolicy = LEISURE
    quick: bool = False


def ids(count: int) -> bytes:
    """List so many jobs."""
    return json.dumps([f"{number:020x}" for number in range(count)]).encode()


def lines(count: int) -> bytes:
    """Log so many lines."""
    return RUNNING + b'"a",' * count + b'"a"]}'


def silence() -> Bytes:
    """Say nothing for a while."""
    threading.Event().wait(3)
    yield b""


def timed(call: measured.Call, answer: Callable[[], Bytes], *, said: str = LOST, quick: bool = False) -> Attack:
    """Make an attack that only time can end."""
    return Attack(call, answer, 6 if call is measured.download else 7, said, 5, HASTE, quick)


ATTACKS = {
    # In the headers, where the library reads in loops of its own.
    "headers that drip": timed(measured.jobs, lambda: dripping(OK + b"X: "), quick=True),
    "a status line that drips": timed(measured.logs, lambda: dripping(b"HTTP/1.1 200 ")),
    "interim answers without end": timed(
        measured.jobs, lambda: forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), quick=True
    ),
    "silence": timed(measured.jobs, silence),
    "headers without end": Attack(measured.jobs, lambda: forever(OK, b"X: y\r\n"), 7, "100 headers", 5),
    "a header without end": Attack(measured.jobs, lambda: forever(OK, b"X"), 7, "65536 bytes", 5),
    # In what is around the body.
    "trailers without end": timed(
        measured.jobs, lambda: forever(CHUNKED + b"2\r\n[]\r\n0\r\n", b"X: y\r\n"), quick=True
    ),
    "trailers that drip": timed(
        measured.download, lambda: dripping(CHUNKED + b"2\r\nPK\r\n0\r\n", b"X: y\r\n"), said="was cut off"
    ),
    "a chunk size that drips": timed(measured.logs, lambda: dripping(CHUNKED, b"0")),
    "a chunk extension without end": Attack(measured.jobs, lambda: forever(CHUNKED + b"1;", b"x"), 7, "65536 bytes", 5),
    "chunks of two bytes": timed(measured.logs, lambda: forever(CHUNKED, b"2\r\n[]\r\n"), said=ENDLESS),
    # In the body.
    "a log without end": Attack(
        measured.logs, lambda: forever(OPEN + RUNNING, b'"INFO Skipping",'), 7, ENDLESS, 90, quick=True
    ),
    "a list without end": Attack(measured.jobs, lambda: forever(OPEN + b"[", b'"%s",' % JOB.encode()), 7, ENDLESS, 90),
    "an error without end": Attack(measured.jobs, lambda: forever(NO, b"no "), 7, ENDLESS, 90),
    "a redirect without end": Attack(
        measured.jobs, lambda: forever(AWAY, b"away "), 7, "redirects to /login", 5, quick=True
    ),
    "a body that drips": timed(measured.logs, lambda: dripping(OPEN)),
    "a compressed body that never says anything": timed(
        measured.jobs, lambda: forever(ZIPPED + GZIP, b"\0\0\0\xff\xff"), quick=True
    ),
    "a bomb for a log": Attack(
        measured.logs, lambda: iter([ZIPPED, gzipped(b" " * MB, 80), b""]), 7, ENDLESS, 90, quick=True
    ),
    "a bomb within a bomb": Attack(
        measured.logs,
        lambda: iter([ZIPPED.replace(b"gzip", b"gzip, gzip"), gzipped(b" " * MB, 1024, 2), b""]),
        7,
        ENDLESS,
        90,
    ),
    # In the JSON.
    "deeply nested": Attack(measured.jobs, lambda: iter([whole(b"[" * 20 * MB)]), 7, ENDLESS, 90),
    "nested a little less": Attack(measured.jobs, lambda: iter([whole(b"[" * 3 * MB)]), 7, "JSON was expected", 20),
    "an error that is deeply nested": Attack(
        measured.jobs, lambda: iter([whole(b'{"a":' * MB, status="400 No")]), 7, "refused", 40
    ),
    "a giant number": Attack(measured.jobs, lambda: iter([whole(b"9" * 60 * MB)]), 7, "JSON was expected", 260),
    "twenty million empty lists": Attack(
        measured.jobs, lambda: iter([whole(b"[" + b"[]," * 20_000_000 + b"[]]")]), 7, ENDLESS, 160, quick=True
    ),
    "four million numbers": Attack(
        measured.jobs, lambda: iter([whole(b"[" + b"1.5," * 3_999_990 + b"1]")]), 7, "a list of job ids", 260
    ),
    "a log of ten million lines": Attack(measured.logs, lambda: iter([whole(lines(10_000_000))]), 0, "", 160),
    "a log as large as may be, with one wide letter": Attack(
        measured.logs, lambda: iter([whole(RUNNING + b'"' + b"\xf0\x9d\x92\xb3" + b"x" * 63 * MB + b'"]}')]), 0, "", 800
    ),
    "ten thousand jobs": Attack(measured.jobs, lambda: iter([whole(ids(10_000))]), 0, "", 10),
    "a million jobs": Attack(measured.jobs, lambda: iter([whole(ids(1_000_000))]), 7, "lists 1000000 jobs", 200),
    # In place of the archive.
    "a download without end": Attack(measured.download, lambda: forever(OPEN + b"PK", b"x"), 6, "larger than any", 10),
    "a bomb for a download": Attack(
        measured.download, lambda: iter([ZIPPED, gzipped(b"P" * MB, 80), b""]), 6, "larger than any", 10, quick=True
    ),
    "a download that drips": timed(measured.download, lambda: dripping(OPEN + b"PK", b"x"), said="was cut off"),
    "a download that is JSON without end": Attack(
        measured.download, lambda: forever(OPEN + b'{"a": "', b"x"), 7, ENDLESS, 90
    ),
}


@pytest.mark.parametrize("name", [name for name, attack in ATTACKS.items() if SOAK or attack.quick])
def test_a_hostile_answer_costs_no_more_than_its_limit(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Time, memory, disk and threads stay bounded, and the end is an exit code and a sentence."""
    attack = ATTACKS[name]
    answer = attack.answer()
    with wire(lambda _: answer) as served:
        took = measured.cost(attack.call, served.url, tmp_path, attack.retry_policy)
    record_property("cost", f"{name}|exit {took.code}|{took.peak:.0f} MB|{took.seconds:.1f} s|{took.said}")
    assert took.code == attack.code, took
    assert re.search(attack.said, took.said), took
    assert took.peak < attack.peak, took
    assert took.threads == 1, took
    assert "cgi-results.zip" not in took.left, took


def test_a_download_that_takes_days_is_given_up(clock: SimulatedClock) -> None:
    """However fast it drips: a day is enough for any archive of CGI's."""

    def slowly(_: Asked) -> Bytes:
        yield OPEN
        for _hour in range(30):
            yield b"P" * 4 * MB
            clock.sleep(3600)

    with wire(slowly) as served:
        asked = session_to(served.url, clock, retry_policy=LEISURE)
        with pytest.raises(MaybeProcessedError, match="too slowly"):
            list(asked.stream(JOB, action="download"))


def test_headers_that_drip_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands between is no more trusted than the service."""
    with wire(lambda _: dripping(OK + b"X: ")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/api/v1"))
        asked = session_to("http://cgi.example.org/api/v1", SimulatedClock(), retry_policy=HASTE)
        with pytest.raises(MaybeProcessedError, match="took too long"):
            asked.get_json()
    assert proxy.asked[0].line.startswith("GET http://cgi.example.org/")


def test_headers_that_drip_through_encryption(tmp_path: Path) -> None:
    """An encrypted connection is cut like any other, and says nothing in the clear."""
    request = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate")]
    try:
        subprocess.run(["openssl", *request.split(), *files], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not there to make a certificate")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    with wire(lambda _: dripping(OK + b"X: "), tls) as served:
        url, bundle = served.url.replace("http:", "https:"), tmp_path / "certificate"
        asked = session_to(url, SimulatedClock(), retry_policy=HASTE, ca_bundle=bundle)
        with pytest.raises(MaybeProcessedError, match="took too long"):
            asked.get_json()
    assert len(served.asked) == 1


def zipped(name: str, content: bytes) -> bytes:
    """Make an archive of one member."""
    whole_archive = BytesIO()
    with zipfile.ZipFile(whole_archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(name, content)
    return whole_archive.getvalue()


ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a million members": (lambda: hostile.crowd(1_000_000), "list of members takes"),
    "a list of members that lies about its size": (
        lambda: hostile.central(b"a", 0, 0, 0, 0) + hostile.end64(1, 2**62, 0, 47), "corrupt"
    ),
    "a list of members that lies about its place": (
        lambda: hostile.central(b"a", 0, 0, 0, 0) + hostile.end64(1, 47, 2**63, 47), "corrupt"
    ),
    "members that overlap": (lambda: hostile.overlapping(300, 4 * MB), "unpack to 12|overlap"),
    "a few members that overlap": (lambda: hostile.overlapping(3, 4 * MB), "members overlap"),
    "a table of one endless line": (lambda: zipped("alterations.tsv", b"\t" * 200 * MB), "a line of more than"),
    "an answer that is nested": (lambda: b"[" * 5000, "is not a zip archive"),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in ARCHIVES if SOAK or name != "members that overlap"])
def test_a_hostile_archive_is_refused_at_little_cost(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Neither a list of members nor sizes are believed before they are cheap to look at; nothing is unpacked."""
    make, said = ARCHIVES[name]
    (tmp_path / "a.zip").write_bytes(make())
    took = measured.cost(measured.opened, str(tmp_path / "a.zip"), tmp_path)
    record_property("cost", f"{name}|exit {took.code}|{took.peak:.0f} MB|{took.seconds:.1f} s|{took.said}")
    assert took.code == 6, took
    assert re.search(said, took.said), took
    assert took.peak < 10, took
    assert set(took.left) <= {"a.zip", "alterations.tsv"}, took


def test_overlapping_members_are_what_they_claim(tmp_path: Path) -> None:
    """The attack is a real one: without the check, the archive would unpack, checksums and all."""
    (tmp_path / "a.zip").write_bytes(hostile.overlapping(3, 1000))
    with zipfile.ZipFile(tmp_path / "a.zip") as zipped:
        try:
            sizes = [len(zipped.read(name)) for name in zipped.namelist()]
        except zipfile.BadZipFile as error:  # later versions of Python look for themselves
            assert "Overlapped" in str(error)  # noqa: PT017 - which one it is depends on the version
        else:
            assert sizes == [1078, 1039, 1000]


def test_many_polls_leave_nothing_open(tmp_path: Path) -> None:
    """Good answers, bad ones, broken connections and cookies without end: descriptors, threads and memory stay."""
    good = whole(b'{"status": "Running", "logs": ["a"]}', f"Set-Cookie: a={'x' * 60_000}")
    count = 1000 if SOAK else 200
    answers = [good, good, b"", whole(b"no", status="500 No"), AWAY, b"HTTP/1.1 200 OK\r\n\r\n{", whole(b"{", length=9)]

    def answer(asked: Asked) -> Bytes:
        del asked
        number = len(served.asked)
        piece = answers[number % len(answers)].replace(b"a=", b"a%d=" % number)
        return iter([piece] if piece.endswith(b"}") else [piece, b""])

    with wire(answer) as served:
        took = measured.cost(measured.polls, f"{served.url} {count}", tmp_path)
    assert len(served.asked) == count
    assert took.code == 0, took
    assert took.descriptors - took.before <= 1, took  # the connection that is kept
    assert took.threads == 1, took
    assert took.peak < 10, took


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Provide a disk of 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("may not mount a disk here")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_that_is_full_at_any_moment(context: JobContext, small_disk: Path, tmp_path: Path) -> None:
    """Exit code 1 with a tip, nothing half-written under its name; with room again, the same command goes on."""
    run(MELANOMA, tmp_path / "whole", context)
    names = read_record(tmp_path / "whole" / "cgi-job.json").archive["members"]
    out, said = small_disk / "out", list[tuple[int, str]]()
    count = 48 if SOAK else 24
    for pages in range(count):
        fill(small_disk, free=pages * 4096)
        try:
            run(MELANOMA, out, context)
        except RunnerError as error:
            said.append((error.exit_code, error.tip))
        for name in names:
            if (out / name).exists():
                assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
        if (out / "cgi-job.json").exists():
            assert read_record(out / "cgi-job.json").fingerprint
        (small_disk / "fill").unlink()
        assert run(MELANOMA, out, context).state is State.VERIFIED
        assert not [path.name for path in out.rglob("*") if path.name.endswith(".part")]
        for path in out.iterdir():
            path.unlink()
        out.rmdir()
    assert 4 < len(said) < count
    assert {code for code, _ in said} == {1}
    assert all("free some space" in tip for _, tip in said)
    assert len(context.api.list_jobs()) == 1


def fill(disk: Path, *, free: int) -> None:
    """Leave so many bytes free on a disk."""
    import shutil

    with (disk / "fill").open("wb") as file:
        file.write(bytes(shutil.disk_usage(disk).free - free))


def test_a_folder_that_may_only_be_read(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """It is refused before anything is sent."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("may not mount a disk here")
    try:
        with pytest.raises(InputError, match="Read-only file system"):
            run(MELANOMA, disk / "out", context)
    finally:
        subprocess.run(["umount", disk], check=True)
    assert not sandbox.requests


def test_waiting_for_another_process_comes_to_an_end(tmp_path: Path) -> None:
    """Whoever holds a folder for too long is named, with exit code 3."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with output_lock(tmp_path / "out"):
            held.set()
            done.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(20)
    try:
        busy = pytest.raises(StillRunningError, match=r"another cgi-runner is running in .*0 s")
        with busy as late, output_lock(tmp_path / "out", 0.1):
            pytest.fail("two were running in one folder")
        assert "--deadline" in late.value.tip
        with exclusive_lock("something else", "busy", 0.1):
            pass
    finally:
        done.set()
        thread.join()


def form() -> MultipartBody:
    """Make the body of a POST."""
    return MultipartBody({"title": "t"}, {})


def session(url: str) -> CgiSession:
    """Make a session that tries once."""
    return session_to(url, SimulatedClock(), retry_policy=RetryPolicy(attempts=1, read=5))


LIST = whole(b'["%s"]' % JOB.encode())
LAWFUL = {
    "a body without a length": (OPEN + b'["%s"]' % JOB.encode(), True),
    "the old protocol": (LIST.replace(b"HTTP/1.1", b"HTTP/1.0"), True),
    "chunks with extensions and trailers": (CHUNKED + b'18;x=y\r\n["%s"]\r\n0;z\r\nX: y\r\n\r\n' % JOB.encode(), True),
    "an interim answer first": (b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + LIST, True),
    "one length, told twice": (LIST.replace(b"\r\n\r\n", b"\r\nContent-Length: 24\r\n\r\n"), True),
    "a shorter length": (whole(b'["%s"]' % JOB.encode(), length=20), False),
    "a longer length": (whole(b'["%s"]' % JOB.encode(), length=30), False),
    "two lengths": (LIST.replace(b"\r\n\r\n", b"\r\nContent-Length: 20\r\n\r\n"), False),
    "a negative length": (whole(b"", length=-5), False),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n" + b"[]", False),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\n\r\n" + b"[]", False),
    "early hints": (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", False),
    "a change of protocol": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", False),
    "no protocol at all": (b'["%s"]' % JOB.encode(), False),
    "a future protocol": (LIST.replace(b"HTTP/1.1", b"HTTP/3.0"), False),
    "a status that is none": (LIST.replace(b"200", b"2xx"), False),
    "a redirect to no address": (b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n", False),
    "a redirect in no alphabet": (b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\n\r\n", False),
    "headers cut off": (b"HTTP/1.1 200 OK\r\nContent-Le", False),
    "an unknown encoding": (LIST.replace(b"\r\n\r\n", b"\r\nContent-Encoding: brainfuck\r\n\r\n"), True),
    "an encoding that is not kept": (LIST.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"), False),
}


@pytest.mark.parametrize("name", LAWFUL)
def test_odd_answers_are_understood_or_lost(name: str) -> None:
    """Each is the list that it is, or a failure of the service; and the next request is none the worse for it."""
    odd, is_good = LAWFUL[name]
    first = [odd]
    with wire(lambda _: iter([first.pop(), b""] if first else [LIST])) as served:
        kept = session(served.url)
        asked = CgiClient(kept)
        if is_good:
            assert asked.list_jobs() == [JOB]
        else:
            with pytest.raises(ServiceError) as failed:
                asked.list_jobs()
            assert failed.value.exit_code == 7
            assert len(failed.value.message.splitlines()) == 1
        kept.retry_policy = RetryPolicy()  # the connection may be closing just now
        assert asked.list_jobs() == [JOB]


def test_partial_content_that_nobody_asked_for_is_judged_by_what_it_holds() -> None:
    """A part of a list is no list."""
    part = whole(b'["%s", "' % JOB.encode(), "Content-Range: bytes 0-25/50", status="206 Partial Content")
    with wire(lambda _: iter([part])) as served, pytest.raises(ServiceError):
        CgiClient(session(served.url)).list_jobs()


def test_an_answer_that_comes_late_is_not_taken_for_the_next() -> None:
    """After an answer that could not be, the connection is not used again, whatever still arrives on it."""
    other = threading.Event()

    def answer(asked: Asked) -> Iterator[bytes]:
        if asked.connection == 1:
            yield b"HTTP/1.1 103 Early Hints\r\n\r\n"
            other.wait(5)
            yield whole(b'"the answer to another question"')
        else:
            other.set()
            yield LIST

    with wire(answer) as served:
        asked = CgiClient(session(served.url))
        with pytest.raises(MaybeProcessedError, match="103"):
            asked.list_jobs()
        assert asked.list_jobs() == [JOB]


@pytest.mark.parametrize("moment", ["at once", "when asked again"])
def test_a_post_over_a_connection_that_was_kept_and_closed_is_sent_once(moment: str) -> None:
    """Closed before the POST, it goes over a new one; closed on its arrival, it may have been carried out."""

    def answer(asked: Asked) -> Iterator[bytes]:
        if asked.line.startswith("GET"):
            yield LIST
            if moment == "at once":
                yield b""
        else:
            yield b"" if asked.connection == 1 else whole(b'"%s"' % JOB.encode())

    with wire(answer) as served:
        kept = session(served.url)
        assert kept.get_json() == [JOB]
        if moment == "at once":
            threading.Event().wait(0.05)
            assert kept.post_json(form()) == JOB
        else:
            with pytest.raises(MaybeProcessedError) as lost:
                kept.post_json(form())
            assert not is_safe_to_post_again(lost.value)
        assert [asked.line.split()[0] for asked in served.asked] == ["GET", "POST"]
