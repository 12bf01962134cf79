"""`make audit`: what it finds, and that it never calls unchecked packages sound."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from audit import FOUND, NOT_CHECKED, audit

from cgi_sandbox import listener
from conftest import ROOT

NOWHERE = "http://127.0.0.1:9"  # nobody listens there
LOCK = f"""demo==1.10.0 \\
    --hash=sha256:{"0" * 64}
    # via cgi-runner (pyproject.toml)
other-name==2.0 ; python_full_version < '3.11' \\
    --hash=sha256:{"1" * 64}
    # via
    #   demo
    #   flask
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository with one lock."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "runner.txt").write_text(LOCK)
    return tmp_path


def write_database(root: Path, *affected: dict[str, Any], **fields: Any) -> str:
    """Write a copy of the database with one record."""
    path = root / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        record = {"id": "PYSEC-1", "modified": "2026-01-01T00:00:00Z", "affected": list(affected), **fields}
        archive.writestr("PYSEC-1.json", json.dumps(record))
    return str(path)


def described(name: str, *, ecosystem: str = "PyPI", **more: Any) -> dict[str, Any]:
    """Return a part of a record that is on one package."""
    return {"package": {"name": name, "ecosystem": ecosystem}, **more}


def between(*events: dict[str, str], kind: str = "ECOSYSTEM") -> dict[str, Any]:
    """Return a range of versions."""
    return {"ranges": [{"type": kind, "events": list(events)}]}


@pytest.mark.parametrize(
    ("affected", "is_found"),
    [
        (described("Demo", versions=["1.9", "1.10.0"]), True),
        (described("demo", versions=["1.10"]), True),  # the same version, written otherwise
        (described("demo", versions=["1.1", "1.100"]), False),
        (described("demo", **between({"introduced": "0"}, {"fixed": "1.11"})), True),
        (described("demo", **between({"introduced": "0"}, {"fixed": "1.10.0"})), False),
        (described("demo", **between({"introduced": "1.9"}, {"last_affected": "1.10"})), True),
        (described("demo", **between({"introduced": "1.2"}, {"last_affected": "1.9"})), False),
        (described("demo", **between({"introduced": "2"})), False),
        (described("demo", **between({"introduced": "0"}, {"fixed": "1.2"}, {"introduced": "1.9.1"})), True),
        (described("demo", **between({"introduced": "0"}, kind="GIT")), False),
        (described("demo", ecosystem="npm", versions=["1.10.0"]), False),
        (described("demo", versions=["no-version"]), True),  # somebody has to look at it
        (described("Other_Name", versions=["2.0"]), True),
        (described("another", versions=["1.10.0", "2.0"]), False),
    ],
)
def test_versions_are_compared_as_python_compares_them(
    root: Path, affected: dict[str, Any], capsys: pytest.CaptureFixture[str], *, is_found: bool
) -> None:
    """By list or by range, under any spelling of the name, and only among Python's packages."""
    database = write_database(root, affected, described("unpinned", versions=["1"]))
    assert audit(root, database, NOWHERE) == (FOUND if is_found else 0)
    printed = capsys.readouterr().out
    assert ("PYSEC-1" in printed) == is_found
    assert f"2 pinned packages, {int(is_found)} with known vulnerabilities" in printed
    assert "newest record of 2026-01-01" in printed


def test_a_record_that_was_withdrawn_does_not_count(root: Path) -> None:
    """What the database takes back is not reported."""
    database = write_database(root, described("demo", versions=["1.10.0"]), withdrawn="2026-02-01T00:00:00Z")
    assert audit(root, database, NOWHERE) == 0


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"[]"])
def test_a_database_that_cannot_be_read_is_not_taken_for_an_empty_one(
    root: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing, empty or of another kind: nothing was checked, and the exit code says so."""
    database = root / "all.zip"
    if content is not None:
        database.write_bytes(content)
    assert audit(root, str(database), NOWHERE) == NOT_CHECKED
    assert re.search(r"NOT CHECKED: .*\nTIP: ", capsys.readouterr().err)


def test_a_database_of_others_checks_nothing(root: Path) -> None:
    """One without a single record of a Python package, as a ZIP file or a folder."""
    assert audit(root, write_database(root, described("demo", ecosystem="npm")), NOWHERE) == NOT_CHECKED
    (root / "empty").mkdir()
    assert audit(root, str(root / "empty"), NOWHERE) == NOT_CHECKED


def test_a_lock_that_is_not_understood_is_not_passed_over(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A package that is not pinned would go unchecked."""
    database = write_database(root, described("unpinned", versions=["1"]))
    (root / "requirements" / "more.txt").write_text("demo>=1\n")
    assert audit(root, database, NOWHERE) == NOT_CHECKED
    assert "more.txt, line 1" in capsys.readouterr().err


class Service(BaseHTTPRequestHandler):
    """Answers as OSV's service does: one page of two for each package called demo."""

    answers: Iterator[bytes]
    seen: list[dict[str, Any]]

    def do_POST(self) -> None:
        """Return the next answer."""
        self.seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        body = next(self.answers)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[tuple[type[Service], str]]:
    """Serve answers on loopback."""
    handler = type("Handler", (Service,), {"seen": [], "answers": iter(())})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, listener.serving(server):
        yield handler, f"http://127.0.0.1:{server.server_port}"


def test_the_service_is_asked_for_each_package_and_each_page(
    root: Path, service: tuple[type[Service], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Names and versions go out, and what comes on a second page counts, too."""
    handler, url = service
    first = {"results": [{"vulns": [{"id": "GHSA-1"}], "next_page_token": "more"}, {}]}
    second = {"results": [{"vulns": [{"id": "GHSA-2"}]}]}
    handler.answers = iter([json.dumps(first).encode(), json.dumps(second).encode()])
    assert audit(root, None, url) == FOUND
    assert "demo 1.10.0 (requirements/runner.txt): GHSA-1, GHSA-2" in capsys.readouterr().out
    queries = [query for request in handler.seen for query in request["queries"]]
    asked = [(query["package"]["name"], query["version"], query.get("page_token")) for query in queries]
    assert asked == [("demo", "1.10.0", None), ("other-name", "2.0", None), ("demo", "1.10.0", "more")]


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"results": [{}]}', b'{"results": null}', b"<html>"])
def test_an_answer_that_is_not_understood_checks_nothing(
    root: Path, service: tuple[type[Service], str], answer: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page of a proxy, or an answer for fewer packages than were asked for."""
    handler, url = service
    handler.answers = iter([answer])
    assert audit(root, None, url) == NOT_CHECKED
    assert "NOT CHECKED" in capsys.readouterr().err


def test_without_a_service_nothing_is_checked(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And that is no success."""
    assert audit(root, None, NOWHERE) == NOT_CHECKED
    assert re.search(r"was not reached.*\nTIP: .*AUDIT_DATABASE", capsys.readouterr().err)


def test_every_lock_of_this_repository_is_understood(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All packages that are pinned here are looked up, those of the engines' tests included."""
    database = write_database(tmp_path, described("requests", **between({"introduced": "0"})))
    assert audit(ROOT, database, NOWHERE) == FOUND
    found = capsys.readouterr().out
    for lock in ("requirements/runner.txt", "requirements/dev.txt", "tests/engines/cwl/toil.txt"):
        assert lock in found
