"""Random answers of the service, as JSON and as bytes on the wire: a result or a RunnerError, and never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cgi_runner.config import RetryPolicy
from cgi_runner.errors import RunnerError
from cgi_runner.job.download import fetch
from cgi_runner.job.progress import NullProgress
from cgi_runner.service.base import JobInfo, JobLog
from cgi_runner.service.cgi_v1 import CgiClient
from conftest import SimulatedClock
from promise.hostile import Wire, whole, wire
from promise.measured import JOB
from support.depth import SOAK
from support.sessions import session_to

HASTY = RetryPolicy(connect=5, read=5, answer=5, attempts=1)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
WORDS = ["status", "metadata", "logs", "title", "error_code", "message", "id"]
JSON = st.recursive(
    SCALARS | st.sampled_from(["Done", "Running", JOB, 403, "404"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=8,
)
STATUSES = [200, 200, 200, 200, 201, 202, 206, 301, 304, 400, 401, 403, 404, 410, 418, 429, 500, 503, 599]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GOOD = [
    whole(b'["%s"]' % JOB.encode(), "Content-Type: application/json"),
    CHUNKED + b'1a;x=y\r\n{"status": "Done", "logs":\r\n2\r\n[]\r\n1\r\n}\r\n0\r\n\r\n',
    whole(b"", "Location: https://example.org/", status="302 Found"),
    whole(b'{"error_code": 503, "message": "busy"}', "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", status="503 No"),
    b"HTTP/1.1 100 Continue\r\n\r\n" + whole(b'"%s"' % JOB.encode()),
    whole(b"PK\x05\x06" + bytes(18), "Content-Encoding: identity"),
    whole(b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0", "Content-Encoding: gzip"),
]
PIECES = [
    b"",
    b"\r\n",
    b"\n",
    b" ",
    b":",
    b"0",
    b"-1",
    b"9" * 20,
    b"\xff",
    b"\0",
    b";",
    b"chunked",
    b"gzip",
    b"HTTP/0.9",
    b"{",
]


@pytest.fixture
def served() -> Iterator[tuple[Wire, list[bytes]]]:
    """Serve what stands last in a list, and close the connection."""
    bodies: list[bytes] = [b""]
    with wire(lambda _: iter([bodies[-1], b""])) as service:
        yield service, bodies


def calls(url: str, folder: Path) -> dict[str, tuple[Callable[[], Any], Callable[[Any], bool]]]:
    """Return every call of the API, and what its result has to be."""
    clock = SimulatedClock()
    api = CgiClient(session_to(url, clock, retry_policy=HASTY))
    table = folder / "mutations.tsv"
    table.write_text("chr\tpos\tref\talt\n")
    return {
        "submit": (lambda: api.submit({"title": "t"}, {"mutations": table}), lambda given: isinstance(given, str)),
        "jobs": (api.list_jobs, lambda given: all(isinstance(job, str) for job in given)),
        "job": (lambda: api.get_job(JOB), lambda given: isinstance(given, JobInfo) and isinstance(given.title, str)),
        "logs": (lambda: api.logs(JOB), lambda given: isinstance(given, JobLog) and isinstance(given.lines, list)),
        "fetch": (
            lambda: fetch(api, JOB, folder, clock=clock, retry_policy=HASTY, progress=NullProgress()),
            lambda given: bool(given.members),
        ),
        "delete": (lambda: api.delete(JOB), lambda given: given is None),
    }


def hold(call: Callable[[], Any], is_right: Callable[[Any], bool]) -> None:
    """Make a call that may be refused in a sentence, or give what it should."""
    try:
        given_back = call()
    except RunnerError as error:
        refused: RunnerError | None = error
    else:
        refused = None
        assert is_right(given_back)
    if refused:
        assert refused.exit_code in range(1, 9)
        assert refused.message.replace("\n", "").isprintable()
        assert len(refused.message) < 2000


def many(quick: int, long: int) -> settings:
    """Say how many examples are tried."""
    return settings(
        max_examples=long if SOAK else quick,
        derandomize=not SOAK,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.timeout(600)
def test_any_json_is_an_answer_or_a_failure(served: tuple[Wire, list[bytes]], tmp_path: Path) -> None:
    """Whatever JSON comes, under whatever status, to whatever call."""
    service, bodies = served
    asked = calls(service.url, tmp_path)

    @many(120, 1500)
    @given(
        name=st.sampled_from(list(asked)), body=JSON, status=st.sampled_from(STATUSES), asked_pause=st.text(max_size=4)
    )
    def answer(name: str, body: Any, status: int, asked_pause: str) -> None:
        pause = asked_pause.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "")
        bodies[-1] = whole(json.dumps(body).encode(), f"Retry-After: {pause}", status=f"{status} What")
        hold(*asked[name])

    answer()


def test_a_pause_asked_for_in_odd_signs(served: tuple[Wire, list[bytes]], tmp_path: Path) -> None:
    """Found by the test above: signs that Python takes for blanks in one place and not in another."""
    service, bodies = served
    for pause in ("\x1c4", "4\x1f", "\x0b4"):
        bodies[-1] = whole(b'{"error_code": "\\u001c403"}', f"Retry-After: {pause}", status="503 What")
        hold(*calls(service.url, tmp_path)["jobs"])


@pytest.mark.timeout(600)
def test_any_bytes_are_an_answer_or_a_failure(served: tuple[Wire, list[bytes]], tmp_path: Path) -> None:
    """Good answers with pieces set in, taken out and repeated, down to the status line and the chunk sizes."""
    service, bodies = served
    asked = calls(service.url, tmp_path)

    @many(120, 1500)
    @given(data=st.data())
    def answer(data: st.DataObject) -> None:
        content = data.draw(st.sampled_from(GOOD))
        for _ in range(data.draw(st.integers(1, 4))):
            start, length = data.draw(st.integers(0, len(content))), data.draw(st.sampled_from([0, 1, 2, 8, 1000]))
            piece = data.draw(st.sampled_from([*PIECES, content[start : start + length] * 2]) | st.binary(max_size=4))
            content = content[:start] + piece + content[start + length :]
        bodies[-1] = content
        hold(*asked[data.draw(st.sampled_from(list(asked)))])

    answer()
