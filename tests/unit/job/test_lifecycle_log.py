"""What a run says on its way, word for word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cgi_runner.job import JobContext, JobRequest, read_record, run, submit
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.faults import Fault, inject
from support.scripted import DROPPED

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")


def test_a_run_says_what_it_does(context: JobContext, tmp_path: Path, said: Callable[[], list[str]]) -> None:
    """What is sent, which job it is, what became of it; and where the results are if they were there already."""
    record = run(MELANOMA, tmp_path / "out", context, delete=True)
    assert said() == [
        f"prepared {record.inputs['mutations']['rows_sent']} mutations",
        f"job {record.job_id}",
        f"job {record.job_id} is deleted at CGI",
    ]
    run(MELANOMA, tmp_path / "out", context)
    assert said()[3:] == [f"the verified results are already in {tmp_path / 'out'}"]


def test_several_inputs_are_named_together(context: JobContext, tmp_path: Path, said: Callable[[], list[str]]) -> None:
    """With the rows of each."""
    submit(replace(MELANOMA, sources={**MELANOMA.sources, "cnas": EXAMPLES / "cnas.tsv"}), tmp_path / "out", context)
    record = read_record(tmp_path / "out" / "cgi-job.json")
    rows = {kind: about["rows_sent"] for kind, about in record.inputs.items()}
    assert said()[0] == f"prepared {rows['mutations']} mutations, {rows['cnas']} cnas"


def test_one_row_is_one_mutation(context: JobContext, tmp_path: Path, said: Callable[[], list[str]]) -> None:
    """And not `1 mutations`."""
    (tmp_path / "one.tsv").write_text("chr\tpos\tref\talt\tsample\n7\t140753336\tA\tT\tP1\n")
    submit(replace(MELANOMA, sources={"mutations": tmp_path / "one.tsv"}), tmp_path / "out", context)
    assert said()[0] == "prepared 1 mutation"


def test_an_adopted_job_is_told_with_its_state(
    context: JobContext, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    """Nothing is sent, and the user learns why."""
    first = submit(MELANOMA, tmp_path / "one", context)
    second = submit(MELANOMA, tmp_path / "two", context)
    found = f"found this job in the account: {first.job_id} (Running, submitted {second.submitted} UTC)"
    assert said()[-2:] == [found, f"job {first.job_id}"]


def test_a_lost_answer_is_told_and_what_came_of_it(
    context: JobContext, sandbox: Sandbox, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    """First the doubt, then its end."""
    inject(sandbox, Fault(DROPPED, "POST", carried_out=True))
    record = submit(MELANOMA, tmp_path / "out", context)
    lost = f"{sandbox.url} was not reached: Remote end closed connection without response"
    assert said()[1:3] == [
        f"no clear response to the submission ({lost}); checking whether the job exists",
        f"the submission had arrived: job {record.job_id}",
    ]
