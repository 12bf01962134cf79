"""A job that came in twice, long after it was given up: the record names the other one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgi_runner.job import JobContext, JobRequest, State, read_record, run
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.faults import StoredLate, inject

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")


def test_a_job_that_came_in_too_late_is_named(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """On screen and in the record, with the command that deletes it; the results are those of one job."""
    inject(sandbox, StoredLate())
    record = run(MELANOMA, tmp_path / "out", context)
    assert record.state is State.VERIFIED
    (other,) = set(context.api.list_jobs()) - {record.job_id}
    told = f"job {other} is a duplicate of this one; `cgi-runner delete {other}` if it is not needed"
    assert caplog.messages.count(told) == 1
    assert read_record(tmp_path / "out" / "cgi-job.json").warnings.count(told) == 1
