"""What is asked of CGI, and what the record says of it from the beginning."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from cgi_runner.inputs import Options
from cgi_runner.job import JobContext, JobRequest, submit
from cgi_runner.job.job_index import extract_tag
from cgi_runner.job.submission import Submission
from cgi_sandbox import Sandbox
from conftest import EXAMPLES

MELANOMA = JobRequest({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")


def test_the_tag_of_a_submission_is_the_same_in_every_version() -> None:
    """An upgrade between two attempts must not make another job of the same submission."""
    submission = Submission("CM", "hg38", "a title", {}, {"mutations": "00", "cnas": "11"})
    assert submission.fingerprint == "b445c627d4dd"
    assert submission.tagged_title == "[cgi-runner b445c627d4dd] a title"
    assert replace(submission, sha256={"cnas": "11", "mutations": "00"}).fingerprint == submission.fingerprint
    assert extract_tag(f"x{submission.title_tag}y {submission.title_tag.upper()}z") == "[cgi-runnerb445c627d4dd]"
    assert extract_tag("a [cgi-runner 0123456789ab] b [cgi-runner ba9876543210]") == "[cgi-runner0123456789ab]"
    assert extract_tag("[cgi-runner 0123456789a]") == ""


def test_a_long_title_is_shortened_and_not_its_tag() -> None:
    """Whoever keeps titles may cut them at the end; the tag, by which the job is found again, is at the beginning."""
    submission = Submission("CM", "hg38", "t" * 73, {}, {"mutations": "00"})
    assert submission.tagged_title == f"{submission.title_tag} {'t' * 73}"
    longer = replace(submission, title="t" * 60 + " " * 13 + "t" * 900)
    assert longer.tagged_title == f"{longer.title_tag} {'t' * 60}..."
    assert len(replace(submission, title="t" * 1000).tagged_title) == 100
    assert len({each.fingerprint for each in (submission, longer, replace(submission, title="t" * 74))}) == 3


def test_a_submission_carries_the_orders_fields(context: JobContext, sandbox: Sandbox, tmp_path: Path) -> None:
    """Cancer type, reference and title arrive as they were asked for."""
    record = submit(
        replace(MELANOMA, reference="hg19", title="t", options=Options(ignore_build_hints=True)),
        tmp_path / "out",
        context,
    )
    about = context.api.get_job(record.job_id)
    assert (about.cancer_type, about.reference, about.title) == ("CM", "hg19", f"[cgi-runner {record.fingerprint}] t")
    assert (record.cancer_type, record.reference, record.service) == ("CM", "hg19", sandbox.url)


def test_the_record_has_the_build_and_why(context: JobContext, tmp_path: Path) -> None:
    """Also where somebody sent a file against what it says."""
    vcf = tmp_path / "a.vcf"
    vcf.write_text("##reference=hg19.fa\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n7\t10\t.\tA\tT\t.\t.\t.\n")
    said = "a.vcf, line 1: '##reference=hg19.fa', is hg19"
    record = submit(JobRequest({"mutations": vcf}, "CM"), tmp_path / "told", context)
    assert (record.reference, record.reference_reason, record.reference_warnings) == ("hg19", said, [])
    wanted = JobRequest({"mutations": vcf}, "CM", "hg38", options=Options(ignore_build_hints=True))
    record = submit(wanted, tmp_path / "forced", context)
    assert (record.reference, record.reference_reason) == ("hg38", "--reference")
    assert record.reference_warnings == [f"{said}; sent as hg38 anyway (--ignore-build-hints)"]
    content = json.loads((tmp_path / "forced" / "cgi-job.json").read_text())
    assert content["reference_warnings"] == record.reference_warnings
