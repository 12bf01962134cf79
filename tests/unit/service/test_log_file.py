"""A job's log in the shapes and sizes in which a service may give it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cgi_runner.service.cgi_v1 import CgiClient
from cgi_runner.service.errors import MaybeProcessedError
from support.scripted import Answer, ScriptedServer

JOB = "c22ecf2af788d65ec257"


@pytest.mark.parametrize(
    ("lines", "read"), [(["a\n", "b\r\n", 3], ["a", "b", "3"]), ("text\r\nmore\n", ["text", "more"]), (None, [])]
)
def test_log_lines_lose_their_ends_only(server: ScriptedServer, called: CgiClient, lines: Any, read: list[str]) -> None:
    """Lines are as CGI wrote them; so are those of one text."""
    server.script = [Answer({"status": "Running", "logs": lines})]
    assert called.logs(JOB).lines == read
    assert called.logs(JOB).is_known is (lines is not None)


@pytest.mark.parametrize(("value", "kept"), [({"page": 1}, '{"page": 1}'), (17, "17"), (True, "true")])
def test_a_log_of_another_shape_is_kept_as_it_came(
    server: ScriptedServer, called: CgiClient, value: Any, kept: str
) -> None:
    """And said to be of none that is known, by which nobody should judge a job."""
    server.script = [Answer({"status": "Running", "logs": value})]
    found = called.logs(JOB)
    assert (found.lines, found.is_known) == ([kept], False)


def test_a_log_may_hold_what_json_or_utf8_forbid(server: ScriptedServer, called: CgiClient) -> None:
    """Control characters as they are, bytes of another encoding, and escapes that are no letter of any alphabet."""
    server.script = [Answer(b'\xef\xbb\xbf{"status": "Done", "logs": ["a\tb\x1b", "Jos\xe9", "\\ud800x"]}')]
    assert called.logs(JOB).lines == ["a\tb\x1b", "Jos\ufffd", "?x"]


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers above 64 KiB be too large for memory, and logs above 1 MiB for the disk."""
    monkeypatch.setattr("cgi_runner.service.session.LARGEST_ANSWER", 64 * 1024)
    monkeypatch.setattr("cgi_runner.service.session.LARGEST_LOG", 1024 * 1024)


ODD_LINES = [
    'a "status": "Error", of old',
    '"logs": ["',
    "back\\slash\\",
    'end \\" "',
    "été ] } 变",
    "",
    "two\nlines\n",
    "\ud800x",
]


@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "as it is"])
@pytest.mark.parametrize("order", [("status", "logs"), ("logs", "status")])
@pytest.mark.usefixtures("small_memory")
def test_a_log_larger_than_memory_is_read_from_disk(
    order: tuple[str, str], ascii_only: bool, server: ScriptedServer, called: CgiClient
) -> None:
    """State and every line are those of the answer, whatever characters are in them and wherever the state stands."""
    lines = ODD_LINES + [f"Skipping row {number}, {'x' * 40}" for number in range(5000)] + ODD_LINES
    texts = [line if ascii_only else line.replace("\ud800", "?") for line in lines]
    about = {"status": "Done", "logs": texts}
    server.script = [Answer(json.dumps({name: about[name] for name in order}, ensure_ascii=ascii_only, indent=1))]
    found = called.logs(JOB)
    assert found.status.is_done
    assert len(found.lines) == len(lines)
    assert list(found.lines) == [line.replace("\ud800", "?").rstrip("\n") for line in lines]
    assert found.lines[-2:] == ["two\nlines", "?x"]


@pytest.mark.parametrize(
    "body",
    [
        '{"status": "Done", "logs": [' + '"line", ' * 20_000,
        '{"status": "Done", "logs": [' + '"line", ' * 20_000 + '"line"]',
        '{"logs": [' + '"line", ' * 20_000 + '"line"]}',
        '{"status": "Done", "logs": [' + "7, " * 40_000 + "7]}",
        '{"status": "Done", "logs": [' + '"line", ' * 200_000 + '"line"]}',
        "[" * 100_000,
        '{"status": "Done", "page": "' + "x" * 100_000 + '"}',
    ],
    ids=[
        "cut in the log",
        "cut after the log",
        "no state",
        "no lines",
        "too large for the disk",
        "no object",
        "no log",
    ],
)
@pytest.mark.usefixtures("small_memory")
def test_a_large_answer_that_is_no_whole_log_is_none(body: str, server: ScriptedServer, called: CgiClient) -> None:
    """Half a log does not end a job, and nothing else may be as large as a log."""
    server.script = [Answer(body)]
    with pytest.raises(MaybeProcessedError, match="too large"):
        called.logs(JOB)
