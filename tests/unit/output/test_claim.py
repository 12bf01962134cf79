"""Whose files are in an output folder: somebody else's are never overwritten."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from cgi_runner.errors import (
    ForeignResultsError,
    InputError,
)
from cgi_runner.job import JobContext, JobRequest, run, submit
from cgi_sandbox import Sandbox
from conftest import EXAMPLES
from support.archives import write_zip
from support.failures import catch_failure
from support.faults import Fault, inject
from support.scripted import Answer

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")


CHOOSE = "choose another --output"


def test_whose_files_are_in_the_way_is_said(context: JobContext, tmp_path: Path) -> None:
    """Which file it is, and what to do about it."""
    out = tmp_path / "out"
    record = submit(MELANOMA, out, context)
    other = replace(MELANOMA, title="other")
    assert catch_failure(lambda: submit(other, out, context)) == (
        InputError,
        f"{out} holds another job's record ({record.title!r})",
        CHOOSE,
    )
    for name in ("input07.tsv", "summary.txt", "alterations.tsv", "cgi-results.zip", "fusion_analysis.tsv"):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_text("mine")
        (folder / "xinput01.tsv").write_text("mine")
        assert catch_failure(partial(submit, MELANOMA, folder, context)) == (
            InputError,
            f"{folder} holds {name}, which is not this job's",
            CHOOSE,
        )
    (out / "alterations.tsv").write_text("mine")
    assert catch_failure(lambda: run(MELANOMA, out, context)) == (
        InputError,
        f"{out} holds alterations.tsv, which the results would overwrite",
        "move it away and run the command again, or fetch the results into another --output",
    )


def test_results_of_other_inputs_are_named_as_such(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """They are fetched again, and then it is an error for good."""
    foreign = write_zip({"alterations.tsv": "Input ID\n", "input01.tsv": "chr\n"}, tmp_path / "x.zip").read_bytes()
    inject(sandbox, Fault(Answer(foreign), "GET", "download", times=9))
    kind, message, tip = catch_failure(lambda: run(MELANOMA, tmp_path / "out", context))
    assert (kind, message) == (
        ForeignResultsError,
        "the archive names no job, and its copy of the mutations is other rows than were sent",
    )
    assert tip.startswith(f"if these are the results of this job, `cgi-runner fetch {tmp_path / 'out'} --archive ")
