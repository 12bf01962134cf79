"""The exit codes that pipelines act on, from the command line in a process of its own, against real HTTP."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.cli.signals import HangupError, TerminatedError
from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES, SimulatedClock
from support.cli import Outcome, cgi_runner, run_cgi_runner
from support.faults import heal, inject

ORDER = ("--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "CM")
SKIPPED = "chr\tpos\tref\talt\nchr7\t140753336\tA\tT\nchr7\t55181378\tC\tT,A\n"
FAILING = "chr\tpos\tref\talt\nMT\t140753336\tA\tT\n"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Serve a sandbox by the real clock, whose jobs are done at once; the environment names it and its account."""
    with Sandbox(duration=0.01, accounts={CREDENTIALS.email: CREDENTIALS.token}) as sandbox:
        pointed(monkeypatch, sandbox.url)
        yield sandbox


def pointed(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Let the environment name a service and the account."""
    monkeypatch.setenv("CGI_API_URL", url)
    monkeypatch.setenv("CGI_EMAIL", CREDENTIALS.email)
    monkeypatch.setenv("CGI_TOKEN", CREDENTIALS.token)


def posted(url: str, folder: Path, text: str) -> str:
    """Post an upload past the runner's preparation; gives the job's id."""
    import requests

    answer = requests.post(
        url,
        headers={"Authorization": CREDENTIALS.header},
        data={"cancer_type": "CM", "title": "raw", "reference": "hg38"},
        files={"mutations": ("raw.tsv", text)},
        timeout=60,
    )
    assert folder
    return str(answer.json())


def is_discreet(outcome: Outcome) -> bool:
    """Whether neither secret shows."""
    shown = outcome.out + outcome.err
    return CREDENTIALS.token not in shown and CREDENTIALS.email not in shown


def test_0_done_and_verified(service: Sandbox, tmp_path: Path) -> None:
    """Results in the folder, the account on stdout, nothing like a failure on stderr."""
    job_id = posted(service.url, tmp_path, FAILING.replace("MT", "7"))
    outcome = run_cgi_runner("fetch", job_id, "--output", tmp_path / "out")
    assert outcome.code == 0
    assert "verified results" in outcome.out
    assert "ERROR" not in outcome.err
    assert is_discreet(outcome)


def test_1_a_disk_that_is_full(service: Sandbox) -> None:
    """The machine's own trouble is said as such; no blame on anybody's input."""
    del service
    with Path("/dev/full").open("w") as full:
        outcome = run_cgi_runner("cancer-types", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert outcome.is_plain_failure(1)
    assert "No space left" in outcome.err


def test_2_usage() -> None:
    """Click's own errors look like all others."""
    for arguments in (["nonsense"], ["--nonsense"], ["run"], ["status"], ["sandbox", "--port", "x"]):
        outcome = cgi_runner(*arguments)
        assert outcome.is_plain_failure(2)
        assert outcome.out == ""
        assert len(outcome.messages) == 2
        assert "--help` lists the options" in outcome.messages[1]


@pytest.mark.parametrize("option", ["-q", "--debug"])
def test_2_an_option_behind_the_command_that_stands_before_it(option: str) -> None:
    """The tip, followed, is a command that works."""
    outcome = cgi_runner("cancer-types", option, "melanoma")
    assert outcome.code == 2
    assert outcome.messages[1] == f"TIP {option} goes before the command: cgi-runner {option} cancer-types"
    assert cgi_runner(option, "cancer-types", "melanoma").code == 0


def test_2_bad_input(service: Sandbox, tmp_path: Path) -> None:
    """File, line and what was expected; nothing was sent, nothing written."""
    (tmp_path / "bad.tsv").write_text("chr\tpos\tref\talt\n7\tminus one\tA\tT\n")
    outcome = run_cgi_runner("run", "--mutations", tmp_path / "bad.tsv", "--cancer-type", "CM", "-o", tmp_path / "out")
    assert outcome.is_plain_failure(2)
    assert "bad.tsv" in outcome.err
    assert "minus one" in outcome.err
    assert not (tmp_path / "out").exists()
    assert not service.requests


def test_3_deadline(service: Sandbox, tmp_path: Path) -> None:
    """The id is printed, and the same command later finds the job."""
    del service
    with Sandbox(duration=1000) as slow:
        job_id = posted(slow.url, tmp_path, SKIPPED)
        outcome = run_cgi_runner("fetch", job_id, "-o", tmp_path / "out", "--deadline", "0s", "--api-url", slow.url)
    assert outcome.is_plain_failure(3)
    assert job_id in outcome.err
    assert not (tmp_path / "out").exists()


def test_4_credentials_missing_or_refused(service: Sandbox, tmp_path: Path) -> None:
    """The tip says how to give them; a refused token is not shown."""
    outcome = run_cgi_runner("run", *ORDER, "-o", tmp_path / "out", environ={"CGI_EMAIL": "", "CGI_TOKEN": ""})
    assert outcome.is_plain_failure(4)
    assert "CGI_TOKEN" in outcome.err
    wrong = run_cgi_runner("run", *ORDER, "-o", tmp_path / "out", environ={"CGI_TOKEN": "deadbeef00000000cafe"})
    assert wrong.is_plain_failure(4)
    assert "feedface" not in wrong.err
    assert not (tmp_path / "out").exists()
    assert [method for method, *_ in service.requests] == ["GET"]


def test_5_the_job_failed(
    service: Sandbox, tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of CGI's log is printed, once several looks agree."""
    clock.replace_system_clock(monkeypatch)
    outcome = cgi_runner("wait", posted(service.url, tmp_path, FAILING))
    assert outcome.is_plain_failure(5)
    assert "Mitochondrial" in outcome.err


def spoiling(body: bytes) -> Any:
    """Return an interceptor that puts other bytes in place of every archive."""

    def interceptor(environ: Any, start_response: Any, app: Any) -> Iterable[bytes]:
        if "action=download" not in environ["QUERY_STRING"]:
            passed: Iterable[bytes] = app(environ, start_response)
            return passed
        start_response("200 OK", [("Content-Type", "application/zip"), ("Content-Length", str(len(body)))])
        return [body]

    return interceptor


@pytest.mark.parametrize("body", [b"PK\x03\x04 but no archive", b'{"message": "sorry"}', b""])
def test_6_corrupt_results(
    body: bytes, service: Sandbox, tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After retries; no result is in the folder."""
    clock.replace_system_clock(monkeypatch)
    job_id = posted(service.url, tmp_path, SKIPPED)
    inject(service, spoiling(body))
    outcome = cgi_runner("fetch", job_id, "-o", tmp_path / "out")
    assert outcome.is_plain_failure(6)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["cgi-job.json", "cgi-logs.txt"]
    assert sum(action == "download" for _, _, action, _ in service.requests) > 1
    heal(service)
    assert cgi_runner("fetch", job_id, "-o", tmp_path / "out").code == 0


def test_7_service_not_reached(tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """After retries, with the address; nothing is left behind."""
    pointed(monkeypatch, "http://127.0.0.1:9/api/v1")
    clock.replace_system_clock(monkeypatch)
    outcome = cgi_runner("run", *ORDER, "-o", tmp_path / "out")
    assert outcome.is_plain_failure(7)
    assert "127.0.0.1:9" in outcome.err
    assert clock.sleeps
    assert not (tmp_path / "out").exists()


def test_7_a_page_in_place_of_an_answer(service: Sandbox, tmp_path: Path) -> None:
    """A wrong address gives a page; its beginning is quoted on one line."""
    outcome = run_cgi_runner("run", *ORDER, "-o", tmp_path / "out", "--api-url", service.url.removesuffix("/api/v1"))
    assert outcome.is_plain_failure(7)
    assert "web page" in outcome.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("status", ["400 Bad Request", "418 Teapot", "500 Internal", "503 Unavailable"])
def test_every_refusal_has_a_tip(
    status: str, service: Sandbox, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the service answers, there is something that can be done next."""

    def refusing(environ: Any, start_response: Any, app: Any) -> Iterable[bytes]:
        del environ, app
        start_response(status, [("Content-Type", "application/json")])
        return [b'{"error_code": %s, "message": "no"}' % status[:3].encode()]

    clock.replace_system_clock(monkeypatch)
    inject(service, refusing)
    assert cgi_runner("list").is_plain_failure(7)


def test_8_no_free_slot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could be deleted is listed; nothing is deleted, and nothing left behind."""
    with Sandbox(duration=0.01, quota=1) as full:
        pointed(monkeypatch, full.url)
        job_id = posted(full.url, tmp_path, SKIPPED)
        time.sleep(0.1)
        outcome = run_cgi_runner("submit", *ORDER, "-o", tmp_path / "out")
        assert outcome.is_plain_failure(8)
        assert job_id in outcome.err
        assert not (tmp_path / "out").exists()
        assert run_cgi_runner("list").out == f"{job_id}\n"


def test_9_rows_are_missing(service: Sandbox, tmp_path: Path) -> None:
    """Only with --strict; the results are there."""
    outcome = run_cgi_runner("fetch", posted(service.url, tmp_path, SKIPPED), "-o", tmp_path / "out", "--strict")
    assert outcome.is_plain_failure(9)
    assert json.loads((tmp_path / "out" / "cgi-job.json").read_text())["state"] == "verified"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_interrupted_while_waiting(
    number: signal.Signals, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops at once, prints the id and leaves the job alone."""
    with Sandbox(duration=1000) as slow:
        pointed(monkeypatch, slow.url)
        job_id = posted(slow.url, tmp_path, SKIPPED)
        command = [sys.executable, "-m", "cgi_runner", "fetch", job_id, "-o", str(tmp_path / "out")]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
            while not any(action == "logs" for _, _, action, _ in slow.requests):
                time.sleep(0.02)
            started = time.monotonic()
            running.send_signal(number)
            _, said = running.communicate(timeout=60)
        assert running.returncode == code
        assert time.monotonic() - started < 60
        assert job_id in said
        assert "Traceback" not in said
        assert run_cgi_runner("list").out == f"{job_id}\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("stop", "code"), [(KeyboardInterrupt, 130), (TerminatedError, 143), (HangupError, 129), (ValueError, 1)]
)
def test_what_fails_on_the_way_out_of_a_stop(
    stop: type[BaseException], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop may come in the middle of anything, and leave a mess; its exit code is that of the stop."""

    def stopped(*_: object, **__: object) -> None:
        try:
            raise stop
        finally:
            raise RuntimeError("cannot tidy up what is half-done")

    monkeypatch.setattr("cgi_runner.job.request.prepare", stopped)
    outcome = cgi_runner("check", "--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "CM")
    assert outcome.code == code
    assert ("bug in cgi-runner" in outcome.err) is (code == 1)


@pytest.mark.parametrize(("stop", "code"), [(KeyboardInterrupt, 130), (TerminatedError, 143), (HangupError, 129)])
@pytest.mark.parametrize("place", ["_report_error", "cli.make_context"])
def test_a_stop_before_and_after_the_work(
    place: str, stop: type[BaseException], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the arguments are read, or an error is told: the same codes, and no traceback."""

    def stopped(*_: object, **__: object) -> None:
        raise stop

    *within, name = place.split(".")
    program = sys.modules["cgi_runner.cli.main"]
    monkeypatch.setattr(getattr(program, *within) if within else program, name, stopped)
    outcome = cgi_runner("-q", "check", "--mutations", "nothing.tsv", "--cancer-type", "cgi:CM")
    assert (outcome.code, outcome.out, outcome.err.strip()) == (code, "", "")


def test_a_hangup_is_ignored_where_it_was_before() -> None:
    """What nohup starts lives on when its terminal goes."""
    script = "import os, signal\nfrom cgi_runner.cli import signals\nsignals.install_handlers()\n"
    script += "os.kill(os.getpid(), signal.SIGHUP)\nsignals.reset_handlers()\nos.kill(os.getpid(), signal.SIGHUP)"
    command = f"trap '' HUP; exec {sys.executable} -c '{script}'"
    assert subprocess.run(["sh", "-c", command], check=False, timeout=50).returncode == 0


CRASHING = """
import resource
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
from cgi_runner.cli import main
try:
    main(["--version"])
except SystemExit:
    print(resource.getrlimit(resource.RLIMIT_CORE)[0])
"""


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_CORE)[1] == 0, reason="no core files are written here at all")
def test_no_core_file_is_written() -> None:
    """A core file of a crash would hold the token."""
    done = subprocess.run([sys.executable, "-c", CRASHING], capture_output=True, check=False, timeout=50, text=True)
    assert done.stdout.splitlines()[-1:] == ["0"], done.stderr


SWALLOWING = """
import os, signal, sys, time
from cgi_runner import inputs
from cgi_runner.cli import main
number = int(sys.argv.pop(1))
class Trap:
    def __del__(self):
        os.kill(os.getpid(), number)
        signal.sigpending()
def prepare(*given, **named):
    Trap()
    time.sleep(20)
inputs.prepare = prepare
main()
"""


LOCKED = """
import os, signal, sys, threading
from cgi_runner import inputs
from cgi_runner.cli import main, signals
number = int(sys.argv.pop(1))
signals._GRACE = 0.1
def prepare(*given, **named):
    lock = threading.Lock()
    lock.acquire()
    try:
        os.kill(os.getpid(), number)
        signal.sigpending()
    finally:
        lock.acquire()
inputs.prepare = prepare
main()
"""


@pytest.mark.parametrize("script", [SWALLOWING, LOCKED], ids=["swallowed", "locked"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_stop_that_goes_astray_comes_again(number: signal.Signals, code: int, script: str) -> None:
    """Where an object goes, Python only tells of it; a lock that it left taken would be waited for on the way out."""
    check = ["-q", "check", "--mutations", "x.tsv", "--cancer-type", "cgi:CM"]
    command = [sys.executable, "-c", script, str(int(number)), *check]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60, text=True)
    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.parametrize(("closed", "code"), [(">&-", 2), ("2>&-", 2), (">&- 2>&-", 2)])
def test_closed_streams_are_no_fault(closed: str, code: int) -> None:
    """Whoever starts the program may leave it without a place to talk; its exit code still tells."""
    command = f"exec {sys.executable} -m cgi_runner check --mutations nothing.tsv --cancer-type CM {closed}"
    assert subprocess.run(["sh", "-c", command], capture_output=True, check=False, timeout=50).returncode == code


def test_closed_input_is_said() -> None:
    """Nothing can be read from it."""
    command = f"exec {sys.executable} -m cgi_runner -q check --mutations - --cancer-type cgi:CM <&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False, timeout=50, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("ERROR -: standard input is closed")


def test_an_error_that_nobody_reads_keeps_its_code() -> None:
    """The reader of stderr is gone before anything is said."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "cgi_runner", "check", "--mutations", "nothing.tsv", "--cancer-type", "CM"]
    with open(writing, "wb") as nobody:  # noqa: PTH123 - a descriptor, no path
        assert subprocess.run(command, stderr=nobody, check=False, timeout=50).returncode == 2


@pytest.mark.parametrize("argument", ["cancer-types", "--help", "--version"])
def test_a_reader_that_has_enough_is_no_failure(argument: str, service: Sandbox) -> None:
    """`cgi-runner cancer-types | head -1` ends well and silently."""
    del service
    reading, writing = os.pipe()
    os.close(reading)
    outcome = run_cgi_runner(argument, capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (outcome.code, outcome.err) == (0, "")


def test_a_fault_of_the_runners_is_called_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line without a traceback, which --debug shows."""
    from cgi_runner import cancer_types

    def broken(query: str) -> None:
        raise ZeroDivisionError(f"no\n{query}")

    monkeypatch.setattr(cancer_types, "search", broken)
    outcome = cgi_runner("cancer-types", "x")
    assert outcome.is_plain_failure(1)
    assert outcome.messages[0] == "ERROR ZeroDivisionError: no x: this is a bug in cgi-runner"
    assert "Traceback" in cgi_runner("--debug", "cancer-types", "x").err


def test_ctrl_c_anywhere_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing is under way that could be told about."""
    from cgi_runner import cancer_types

    def interrupted(query: str) -> None:
        raise KeyboardInterrupt(query)

    monkeypatch.setattr(cancer_types, "search", interrupted)
    outcome = cgi_runner("cancer-types", "x")
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "")


def test_a_fault_of_the_sandbox_shows_no_traceback(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log records with a traceback are cut to their sentence, unless --debug asks for it."""
    from cgi_runner.cli import printing

    def faulty(rows: object) -> None:
        import logging

        logging.getLogger("cgi_runner.anything").error(
            "something happened", exc_info=ValueError(f"{CREDENTIALS.header} {rows}")
        )

    del service
    monkeypatch.setattr(printing, "print_rows", faulty)
    assert cgi_runner("list").err == "something happened\n"
    told = cgi_runner("--debug", "list")
    assert "ValueError: ***** *****" in told.err
    assert is_discreet(told)
