"""The life of a job under a simulated clock, restarts, and the server around it."""

from __future__ import annotations

import logging
import re
import socket
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import pytest
import requests

from cgi_sandbox import Sandbox, progress, worker
from cgi_sandbox.analysis import analyse
from cgi_sandbox.errors import SandboxError
from cgi_sandbox.store import Job, Store
from cgi_sandbox.tables import StoppedError
from conftest import ROOT

MUTATION = "chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n"


def test_a_job_takes_its_duration(client: Any) -> None:
    """A job is Running until its time is over, and then Done with an archive."""
    job_id = client.submit(MUTATION)
    client.wait(9.9)
    assert client.info(job_id)["status"] == "Running"
    assert client.download(job_id).json()["error_code"] == 404
    client.wait(0.1)
    assert client.info(job_id)["status"] == "Done"
    assert client.download(job_id).content[:2] == b"PK"


def test_log_grows_with_time(client: Any) -> None:
    """Lines appear one after the other, earlier ones stay as they were, and the last one goes with Done."""
    job_id = client.submit(MUTATION)
    before: list[str] = []
    for _ in range(11):
        logs = client.logs(job_id)
        assert logs["logs"][: len(before)] == before
        before = logs["logs"]
        assert (logs["status"] == "Done") == before[-1].endswith("Analysis done\n")
        client.wait(1)
    assert logs["status"] == "Done"
    assert before[0] == "# cgi analyze input.tsv -c CM -g hg38"
    assert before[1] == "2025-12-06 15:05:10,000 INFO     Parsing input01.tsv\n"
    assert len(before) == 13


def test_log_is_in_barcelona_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Summer is two hours ahead of UTC; a system without time zones falls back to winter time."""
    assert progress.local(1_751_371_200) == "2025-07-01 14:00:00"

    def missing(_key: str) -> None:
        raise ZoneInfoNotFoundError

    progress.barcelona.cache_clear()
    monkeypatch.setattr(progress, "ZoneInfo", missing)
    assert progress.local(1_751_371_200) == "2025-07-01 13:00:00"
    progress.barcelona.cache_clear()


def test_failing_job_ends_in_error(client: Any) -> None:
    """A job that cannot go on fails while it parses, with the reason as an ERROR line and no archive."""
    job_id = client.submit("nothing\nof use\n")
    assert client.info(job_id)["status"] == "Running"
    client.wait(5)
    logs = client.logs(job_id)
    assert logs["status"] == "Error"
    assert logs["logs"][-1].endswith("ERROR    Impossible to detect the input format\n")
    assert client.download(job_id).json()["error_code"] == 404


def test_jobs_survive_a_restart(connect: Any, database: Path) -> None:
    """A sandbox on the same database knows the jobs and serves the same bytes."""
    with Sandbox(database, duration=0) as sandbox:
        client = connect(sandbox)
        job_id = client.submit(MUTATION)
        client.wait()
        archive = client.download(job_id).content
    with Sandbox(database, duration=0) as sandbox:
        assert connect(sandbox).download(job_id).content == archive


def test_unfinished_analysis_begins_again(connect: Any, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job whose analysis was cut short by a stop is analysed by the next sandbox that is asked for it."""
    begun = threading.Event()

    def endless(_job: object, _folder: object, stopping: Any, _shared_variants: object) -> str:
        begun.set()
        while not stopping():
            time.sleep(0.001)
        raise StoppedError

    with monkeypatch.context() as patch, Sandbox(database, duration=0) as sandbox:
        patch.setattr(worker, "analyse", endless)
        patch.setattr(worker, "PATIENCE", 0)
        job_id = connect(sandbox).submit(MUTATION)
        assert begun.wait(10)
        assert connect(sandbox).info(job_id)["status"] == "Running"
        assert connect(sandbox).logs(job_id)["logs"][-1].endswith("Parsing input01.tsv\n")
    with Sandbox(database, duration=0) as sandbox:
        assert connect(sandbox).info(job_id)["status"] == "Done"


def test_job_deleted_under_its_analysis_stays_deleted(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleting a job while it is analysed is no fault, and it does not come back."""
    deleted = threading.Event()

    def late(job: Any, folder: Path, stopping: Any, _shared_variants: object) -> str:
        assert deleted.wait(10)
        return analyse(job, folder, stopping)

    monkeypatch.setattr(worker, "analyse", late)
    monkeypatch.setattr(worker, "PATIENCE", 0)
    job_id = client.submit(MUTATION)
    client.wait()
    assert client.info(job_id)["status"] == "Running"
    client.call("DELETE", job_id)
    deleted.set()
    assert client.call("GET").json() == []


def test_uploads_are_not_kept_twice(connect: Any, database: Path) -> None:
    """Once the archive holds a copy of the upload, the upload itself is gone; deleting leaves nothing."""
    with Sandbox(database, duration=0) as sandbox:
        client = connect(sandbox)
        job_id = client.submit(MUTATION)
        assert client.info(job_id)["status"] == "Done"
        sandbox.close()
        folder = database.with_name("jobs.db.files") / job_id
        assert sorted(file.name for file in folder.iterdir()) == ["results.zip", "warnings.log"]
    with Sandbox(database) as sandbox:
        connect(sandbox).call("DELETE", job_id)
        assert not folder.exists()


def test_quota_holds_against_parallel_submissions(connect: Any) -> None:
    """Twenty submissions at once on three slots give three jobs."""
    with Sandbox(quota=3) as sandbox:
        answers: list[int] = []
        threads = [
            threading.Thread(target=lambda: answers.append(connect(sandbox).post(MUTATION).status_code))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200] * 3 + [403] * 17
        assert len(connect(sandbox).call("GET").json()) == 3


def test_known_accounts_only(connect: Any) -> None:
    """With a table of accounts, only its pairs are let in."""
    with Sandbox(accounts={"a@example.org": "right"}) as sandbox:
        assert connect(sandbox, "a@example.org", "right").call("GET").status_code == 200
        assert connect(sandbox, "a@example.org", "wrong").call("GET").status_code == 401
        assert connect(sandbox, "b@example.org", "right").call("GET").status_code == 401


def test_interceptors_come_in_order_and_can_answer(client: Any) -> None:
    """Interceptors see each request, the first one outermost, and may answer in place of the service."""
    seen: list[str] = []

    def watching(environ: Any, start_response: Any, app: Any) -> Iterable[bytes]:
        seen.append("watching")
        return app(environ, start_response)  # type: ignore[no-any-return]

    def refusing(_environ: Any, start_response: Any, _app: Any) -> Iterable[bytes]:
        seen.append("refusing")
        start_response("503 Service Unavailable", [("Retry-After", "3")])
        return [b"later"]

    client.sandbox.interceptors += [watching, refusing]
    answer = client.call("GET")
    assert (answer.status_code, answer.text, seen) == (503, "later", ["watching", "refusing"])
    client.sandbox.interceptors.clear()
    assert client.call("GET").status_code == 200
    assert [request.status for request in client.sandbox.requests] == [503, 200]


def test_an_interceptor_can_break_the_connection(client: Any) -> None:
    """A request without an answer is in the log with the status 0."""

    def breaking(environ: Any, _start_response: Any, _app: Any) -> Iterable[bytes]:
        environ["werkzeug.socket"].shutdown(2)
        raise ConnectionError

    client.sandbox.interceptors.append(breaking)
    with pytest.raises(requests.ConnectionError):
        client.call("GET")
    assert client.sandbox.requests[-1].status == 0


def test_serving_is_quiet(client: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is printed; the access log is there at DEBUG for those who ask."""
    with caplog.at_level(logging.INFO):
        client.call("GET")
        assert not [record for record in caplog.records if record.name.startswith("cgi_sandbox")]
    with caplog.at_level(logging.DEBUG):
        client.call("GET")
    assert "GET /api/v1" in caplog.text
    assert "".join(capfd.readouterr()) == ""


def test_serving_from_the_callers_thread(connect: Any) -> None:
    """`serve_forever` serves at the address that was given before, and ends when the sandbox is closed."""
    sandbox = Sandbox()
    url = sandbox.url
    assert sandbox.requests == []
    thread = threading.Thread(target=sandbox.serve_forever, daemon=True)
    thread.start()
    assert connect(sandbox).call("GET").json() == []
    assert sandbox.url == url
    sandbox.close()
    thread.join(10)
    assert not thread.is_alive()
    assert [request.method for request in sandbox.requests] == ["GET"]


def test_a_port_in_use_is_named(client: Any) -> None:
    """A port that cannot be had is one sentence with a tip."""
    port = int(client.sandbox.url.split(":")[2].split("/")[0])
    with pytest.raises(SandboxError, match=f"cannot listen on 127.0.0.1:{port}") as raised:
        _ = Sandbox(port=port).url
    assert "--port" in raised.value.tip
    with pytest.raises(SandboxError, match="cannot listen"):
        _ = Sandbox(port=70_000).url


@pytest.mark.parametrize(("host", "is_told"), [("0.0.0.0", True), ("127.0.0.1", False), ("localhost", False)])
def test_listening_beyond_this_machine_is_a_warning(host: str, is_told: bool, caplog: pytest.LogCaptureFixture) -> None:
    """Who lets others reach the sandbox reads what they can do."""
    with Sandbox(host=host):
        pass
    assert ("the sandbox listens on 0.0.0.0: everyone who reaches" in caplog.text) == is_told


def test_ipv6_addresses_are_bracketed() -> None:
    """An IPv6 host is written as a URL needs it."""
    sandbox = Sandbox(host="::1")
    try:
        assert sandbox.url.startswith("http://[::1]:")
    except SandboxError:
        pytest.skip("this machine has no IPv6")
    finally:
        sandbox.close()


def test_a_missing_framework_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the error says what to install."""
    monkeypatch.setitem(sys.modules, "flask", None)
    monkeypatch.delitem(sys.modules, "cgi_sandbox.app", raising=False)
    with pytest.raises(SandboxError, match="flask") as raised:
        _ = Sandbox().url
    extra = re.search(r'^sandbox = \["(.+)"\]$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert extra
    assert raised.value.tip == f"install it into the same environment: pip install '{extra[1]}'"


def test_an_upload_that_breaks_off_leaves_nothing(connect: Any, database: Path) -> None:
    """A client that goes away in the middle of its upload has no job, and no file of it stays."""
    with Sandbox(database) as sandbox:
        port = int(sandbox.url.split(":")[2].split("/")[0])
        head = (
            "POST /api/v1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: someone@example.org deadbeef\r\n"
            "Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: 5000000\r\n\r\n"
            '--cut\r\nContent-Disposition: form-data; name="mutations"; filename="a"\r\n\r\n'
        )
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head.encode() + b"x" * 1_000_000)
        deadline = time.monotonic() + 10
        while not sandbox.requests[-1:] or not sandbox.requests[-1].status:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert sandbox.requests[-1].status == 400
        assert connect(sandbox).call("GET").json() == []
        assert list(database.with_name("jobs.db.files").iterdir()) == []


def test_the_last_slot_is_given_once(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two submissions that both saw a free slot do not both get it: the table itself counts once more."""
    for _ in range(3):
        client.submit(MUTATION)
    with monkeypatch.context() as patch:
        patch.setattr("cgi_sandbox.store.Store.ids", lambda *_: [])
        answer = client.post(MUTATION)
    assert (answer.status_code, answer.json()["error_code"]) == (403, 403)
    assert len(client.call("GET").json()) == 3


def test_a_full_disk_is_said_aloud(
    client: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An analysis that the machine cannot finish leaves the job Running and an error in the log."""

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(worker, "analyse", full)
    job_id = client.submit(MUTATION)
    client.wait()
    assert client.info(job_id)["status"] == "Running"
    assert "No space left on device" in caplog.text


def test_a_late_question_does_not_analyse_again(tmp_path: Path) -> None:
    """Whoever read a job just before its analysis ended gets its outcome, and its warnings are still there."""
    store = Store(tmp_path / "jobs.db")
    folder = store.new_folder()
    (folder / "mutations").write_text(MUTATION + "1\t5\tC\tT,A\n")
    stale = Job(folder.name, "a@example.org", "", "CM", "hg38", "mutations", 0, 0)
    store.add(stale, quota=1)
    work = worker.Worker(store)
    try:
        for _ in range(2):
            assert work.wait_for(stale).outcome == "analysed"
            assert "C/T,A" in (folder / "warnings.log").read_text()
    finally:
        work.close()
