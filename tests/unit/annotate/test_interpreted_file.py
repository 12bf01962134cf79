"""Whether a file is the one that was interpreted, told by the checksum that the record of the job has of it."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from pathlib import Path

import pytest

from cgi_runner.annotate.file import annotate_file
from cgi_runner.inputs import Options, prepare
from conftest import EXAMPLES
from support.cli import cgi_runner
from unit.annotate.conftest import vcf

VCF = vcf("chr7 140753336 . A T . PASS .", "chr1 1000 . A <DEL> . PASS .")
ASKED = ("--cancer-type", "CM", "--reference", "hg38", "--no-report")


@pytest.mark.parametrize("is_packed", [False, True])
def test_the_checksum_is_that_of_the_file_as_it_lies_there(is_packed: bool, tmp_path: Path) -> None:
    """Of the compressed bytes, and of more than one block of them."""
    path = tmp_path / "tumour.vcf"
    text = (VCF + "".join(f"chr2\t{place}\t.\tA\tC\t.\tq10\t.\n" for place in range(1, 9_000))).encode()
    path.write_bytes(gzip.compress(text) if is_packed else text)
    found = prepare({"mutations": path}, tmp_path, Options(reference="hg38"))
    assert found.files[0].files[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def run(tmp_path: Path, without_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Interpret a VCF on the sandbox."""
    del without_waiting
    monkeypatch.setenv("CGI_SANDBOX_DURATION", "0.01")
    (tmp_path / "tumour.vcf").write_text(VCF)
    outcome = cgi_runner(
        "run", "--sandbox", "--mutations", tmp_path / "tumour.vcf", *ASKED, "--output", tmp_path / "out"
    )
    assert outcome.code == 0, outcome.err
    return tmp_path / "out"


def test_another_file_is_told_from_the_one_that_was_interpreted(
    run: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The same bytes under another name are the same file; one more record makes another one."""
    same, other = tmp_path / "same.vcf", tmp_path / "other.vcf"
    same.write_text(VCF)
    other.write_text(VCF + "chr3\t5\t.\tA\tC\t.\tPASS\t.\n")
    caplog.set_level(logging.INFO)
    annotate_file(same, run, tmp_path / "out.vcf")
    assert "file that was interpreted" not in caplog.text
    annotate_file(other, run, tmp_path / "out.vcf")
    assert "differs from the file that was interpreted" in caplog.text
    assert "alleles that are not in the results: 1 of 3 (not_in_run 1)" in caplog.text


def test_an_older_record_does_not_tell(run: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without checksums, only alleles that are not in the results raise the question."""
    record = run / "cgi-job.json"
    content = json.loads(record.read_text())
    for file in content["inputs"]["mutations"]["files"]:
        del file["sha256"]
    record.write_text(json.dumps(content))
    (tmp_path / "tumour.vcf").write_text(VCF.replace("140753336", "140753337"))
    caplog.set_level(logging.INFO)
    annotate_file(tmp_path / "tumour.vcf", run, tmp_path / "out.vcf")
    assert "is it the file that was interpreted?" in caplog.text
    assert "byte for byte" not in caplog.text


@pytest.mark.usefixtures("without_waiting")
def test_a_cohort_knows_the_file_that_its_samples_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each sample's record has the checksum of the one file."""
    monkeypatch.setenv("CGI_SANDBOX_DURATION", "0.01")
    rows = (EXAMPLES / "mutations.vcf").read_bytes()
    (tmp_path / "shared.vcf").write_bytes(rows)
    asked = ("cohort", "--sandbox", "--mutations", tmp_path / "shared.vcf", *ASKED, "--output", tmp_path / "cohort")
    outcome = cgi_runner(*asked)
    assert outcome.code == 0, outcome.err
    caplog.set_level(logging.INFO)
    annotate_file(tmp_path / "shared.vcf", tmp_path / "cohort", tmp_path / "out.vcf")
    assert "file that was interpreted" not in caplog.text
    (tmp_path / "shared.vcf").write_bytes(rows + b"\n")
    annotate_file(tmp_path / "shared.vcf", tmp_path / "cohort", tmp_path / "out.vcf")
    assert "differs from the file that was interpreted" in caplog.text
