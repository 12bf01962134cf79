"""Answers of a service that shapes them otherwise: what is clear is read, what is stale is asked for again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import CredentialsError, JobFailedError
from cgi_runner.job import JobContext, JobRequest, State, read_record, run, submit
from cgi_sandbox import Sandbox
from cgi_sandbox.faults.call import Call
from conftest import EXAMPLES, SimulatedClock
from support.faults import Fault, inject
from support.scripted import DROPPED, Answer
from support.submissions import posts

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", title="melanoma " * 9)


@pytest.mark.parametrize(
    "shape", ['{"id": "%s"}', '{"job_id": "%s"}', '\ufeff"%s"', '{"job_id": "%s", "status": "new"}']
)
def test_other_shapes_of_a_clear_answer_are_read(
    shape: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The id in an object, or behind a byte order mark, is the id; nothing is looked for."""

    def reshaped(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] != "POST":
            return app(environ, start_response)
        body = b"".join(app(environ, lambda *_: lambda _: None))
        start_response("200 OK", [])
        return [(shape % json.loads(body)).encode()]

    inject(sandbox, reshaped)
    record = submit(MELANOMA, tmp_path / "out", context)
    assert context.api.list_jobs() == [record.job_id]
    assert [request.method for request in sandbox.requests][:2] == ["GET", "POST"]
    assert record.state is State.WAITING


def test_one_refusal_while_a_job_is_looked_for_is_not_believed(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The account was accepted before the submission; refusals until the last look are."""
    inject(sandbox, Fault(DROPPED, "POST", carried_out=True), "list 401 skip=1")
    record = submit(MELANOMA, tmp_path / "out", context)
    assert context.api.list_jobs() == [record.job_id]
    inject(sandbox, Fault(DROPPED, "POST", carried_out=True), "list 401 skip=1 times=always", instead=True)
    with pytest.raises(CredentialsError):
        submit(replace(MELANOMA, title="other"), tmp_path / "other", context)
    assert read_record(tmp_path / "other" / "cgi-job.json").state is State.AMBIGUOUS


def test_a_job_that_is_gone_is_told_after_a_minute(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, clock: SimulatedClock
) -> None:
    """Not before, and for good: exit code 5."""
    record = submit(MELANOMA, tmp_path / "out", context)
    context.api.delete(record.job_id)
    begun = clock.seconds
    with pytest.raises(JobFailedError, match="no longer in the account"):
        run(MELANOMA, tmp_path / "out", context)
    assert clock.seconds - begun >= 60
    assert posts(sandbox) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 409, 423])
def test_an_archive_that_is_refused_just_after_the_end_is_asked_for_again(
    status: int, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Done and fetchable need not be the same moment, whatever the service calls that."""
    inject(sandbox, Fault(Answer("", status), "GET", "download", times=2))
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED


def test_a_log_with_control_characters_as_they_are_is_read(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """JSON forbids them in a text, and a service that writes its log may not know; nothing of the job is lost."""

    def raw(environ: Any, start_response: Any, app: Any) -> Any:
        call = Call(environ, start_response, app)
        if call.step != "logs":
            return call.pass_on()
        answer = call.forward()
        return call.respond(answer.with_body(answer.body.replace(b"Running VEP", b"Running\x00VEP")))

    sandbox.interceptors += [raw]
    assert run(MELANOMA, tmp_path / "out", context).state is State.VERIFIED
