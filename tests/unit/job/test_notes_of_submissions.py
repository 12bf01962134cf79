"""A submission under way is noted beside its job: whoever comes later knows of one that was stopped in the act."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.job import JobContext, JobRequest, submit
from cgi_sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock
from support.faults import Fault, inject
from support.scripted import DROPPED
from support.submissions import posts

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", title="melanoma " * 9)


def test_a_sender_that_died_leaves_word_of_the_jobs_before(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next command, in another folder, knows which jobs are older, and sends what never arrived."""
    file = EXAMPLES / "mutations.tsv"
    context.api.submit({"cancer_type": "CM", "title": "", "reference": "hg38"}, {"mutations": file})
    inject(sandbox, Fault(DROPPED, "POST"))

    def killed(_: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping:
        stopping.setattr(clock, "sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            submit(MELANOMA, tmp_path / "out", context)
    assert submit(MELANOMA, tmp_path / "other", context).job_id
    assert posts(sandbox) == 3


def test_a_note_beside_the_output_outlives_the_state_folder(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container is killed while it sends, and takes its state folder along; the next one looks for a minute."""
    states = iter([tmp_path / "one", tmp_path / "two"])
    body: list[bytes] = []

    def held(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and not body:
            body.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            start_response("504 Gateway Timeout", [])
            return []
        if body and clock.seconds > 20 and len(body) == 1:
            body.append(b"")
            form = {**environ, "REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1", "QUERY_STRING": ""}
            form |= {"wsgi.input": io.BytesIO(body[0]), "CONTENT_LENGTH": str(len(body[0])), "CONTENT_TYPE": kind[0]}
            list(app(form, lambda *_: lambda _: None))
        return app(environ, start_response)

    kind: list[str] = []

    def note_kind(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and not kind:
            kind.append(environ["CONTENT_TYPE"])
        return app(environ, start_response)

    def use_next_state() -> None:
        folder = next(states)
        folder.mkdir()
        monkeypatch.setattr("cgi_runner.job.job_index.state_dirs", lambda: [folder])

    def killed(_: float) -> None:
        raise KeyboardInterrupt

    sandbox.interceptors += [note_kind, held]
    use_next_state()
    with monkeypatch.context() as stopping:
        stopping.setattr(clock, "sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            submit(MELANOMA, tmp_path / "first", context)
    use_next_state()
    record = submit(MELANOMA, tmp_path / "second", context)
    assert context.api.list_jobs() == [record.job_id]
    assert posts(sandbox) == 1
    assert list(tmp_path.glob(".cgi-runner-*.open")) == []


def test_a_place_where_no_note_can_be_written_is_no_obstacle(
    context: JobContext,
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The note beside the output is one more than there has to be: without it, nothing is said."""
    real = Path.open

    def refusing(self: Path, *args: Any, **options: Any) -> Any:
        if self.name.startswith(".cgi-runner-"):
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **options)

    monkeypatch.setattr(Path, "open", refusing)
    assert submit(MELANOMA, tmp_path / "out", context).job_id
    assert "cannot be written" not in caplog.text
    assert posts(sandbox) == 1


def test_a_note_that_cannot_be_written_is_said(
    context: JobContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Another folder would not know of a submission that was stopped in the act."""
    opened = Path.open

    def full(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.suffix == ".open":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", full)
    submit(MELANOMA, tmp_path / "out", context)
    assert "No space left on device" in caplog.text
    assert "may run the job twice" in caplog.text
