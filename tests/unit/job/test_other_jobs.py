"""Other people's jobs in the account: none is taken for the own one, and none is in the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.config import Credentials
from cgi_runner.errors import CredentialsError, ServiceError
from cgi_runner.job import JobContext, JobRequest, run, submit
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.faults import Fault, OnlyJobs, inject
from support.scripted import DROPPED, Answer
from support.sessions import client_of
from support.submissions import posts

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", title="melanoma " * 9)


@pytest.mark.parametrize(
    ("title", "cancer_type", "table"),
    [
        ("of a colleague", "BRCA", "chr\tpos\tref\talt\n7\t140753336\tA\tT\n"),
        ("[cgi-runner 0123456789ab] of a colleague", "CM", "chr\tpos\tref\talt\n7\t140753336\tA\tT\n"),
        ("of a colleague", "CM", "chr\tpos\tref\talt\n7\t55191822\tT\tG\n"),
    ],
    ids=["another cancer type", "another tag", "other inputs"],
)
def test_a_new_job_that_explains_itself_is_no_obstacle(
    title: str, cancer_type: str, table: str, context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A colleague's job comes in at the same moment, and our own submission is lost: it is sent again, once."""
    theirs = tmp_path / "theirs.tsv"
    theirs.write_text(table)
    seen: list[str] = []

    def meanwhile(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and not seen:
            seen.append("ours")
            fields = {"cancer_type": cancer_type, "title": title, "reference": "hg38"}
            seen.append(context.api.submit(fields, {"mutations": theirs}))
            return Fault(DROPPED, "POST")(environ, start_response, app)
        return app(environ, start_response)

    inject(sandbox, meanwhile)
    record = submit(MELANOMA, tmp_path / "out", context)
    assert set(context.api.list_jobs()) == {seen[1], record.job_id}
    assert (record.adopted, posts(sandbox)) == (False, 3)


def test_jobs_that_were_there_before_explain_themselves(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """A colleague's job without a title, older than the submission, does not keep it from being sent again."""
    file = EXAMPLES / "mutations.tsv"
    older = context.api.submit({"cancer_type": "CM", "title": "", "reference": "hg38"}, {"mutations": file})
    inject(sandbox, Fault(DROPPED, "POST"))
    record = submit(MELANOMA, tmp_path / "out", context)
    assert record.job_id not in {"", older}
    assert posts(sandbox) == 3


def test_jobs_that_somebody_deletes_meanwhile_are_no_obstacle(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """They are neither listed nor there: the submission that was lost is sent again."""
    file = EXAMPLES / "mutations.tsv"
    other = context.api.submit({"cancer_type": "CM", "title": "other", "reference": "hg38"}, {"mutations": file})

    def deleted(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and other in context.api.list_jobs():
            context.api.delete(other)
            return Fault(DROPPED, "POST")(environ, start_response, app)
        return app(environ, start_response)

    inject(sandbox, deleted)
    record = submit(MELANOMA, tmp_path / "out", context)
    assert context.api.list_jobs() == [record.job_id]


def test_a_job_of_another_account_is_told_as_such(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Credentials were changed between two commands in one folder: nobody is told that the job is lost."""
    record = submit(MELANOMA, tmp_path / "out", context)
    api = client_of(sandbox.url, context.clock, credentials=Credentials("other@example.org", "feedfacefeedfaceface"))
    other = replace(context, api=api, account="another account")
    for _ in range(2):
        with pytest.raises(CredentialsError, match="another account submitted it") as refused:
            run(MELANOMA, tmp_path / "out", other)
        assert "--fresh" not in refused.value.tip
    assert run(MELANOMA, tmp_path / "out", context).job_id == record.job_id
    assert posts(sandbox) == 1


def test_a_broken_job_of_the_account_is_passed_by_when_it_is_known(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be the very job only when it is new; one that an earlier command has met blocks nothing, and is named."""
    file = EXAMPLES / "mutations.tsv"
    broken = context.api.submit({"cancer_type": "CM", "title": "x", "reference": "hg38"}, {"mutations": file})

    def unreadable(environ: Any, start_response: Any, app: Any) -> Any:
        if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].endswith(broken):
            start_response("500 Internal Server Error", [])
            return [b"{}"]
        return app(environ, start_response)

    inject(sandbox, unreadable)
    with pytest.raises(ServiceError):
        submit(MELANOMA, tmp_path / "out", context)
    record = submit(MELANOMA, tmp_path / "out", context)
    assert record.job_id in context.api.list_jobs()
    assert f"job {broken} cannot be read and is ignored" in caplog.text


def test_a_job_deleted_while_the_list_is_read_is_passed_over(
    context: JobContext, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Others use the account, too."""
    submit(replace(MELANOMA, title="other"), tmp_path / "one", context)
    inject(sandbox, OnlyJobs(Answer("", 404)))
    assert submit(MELANOMA, tmp_path / "two", context).job_id


def test_a_title_that_quotes_another_jobs_tag_is_not_that_job(context: JobContext, tmp_path: Path) -> None:
    """Whoever copies a title from CGI's page gets a job of his own, and does not spoil the other's adoption."""
    first = submit(MELANOMA, tmp_path / "one", context)
    context.api.delete(first.job_id)
    quoting = submit(replace(MELANOMA, title=first.title), tmp_path / "two", context)
    again = submit(MELANOMA, tmp_path / "three", context)
    assert len({first.job_id, quoting.job_id, again.job_id}) == 3
