"""A cohort's folder: nothing of somebody else's is overwritten, and nothing leads out of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cgi_runner.cohort import merge
from cgi_runner.errors import InputError
from unit.cohort.conftest import BRAF, Bench, everything_in, with_deadline

Table = Callable[..., Path]


@pytest.mark.parametrize("change", ["other alterations", "no longer there"])
def test_results_of_other_input_are_never_mixed(
    bench: Bench, three: Path, tmp_path: Path, table: Table, change: str
) -> None:
    """A sample that has changed since, or is gone, needs another folder; jobs that did not change are found there."""
    bench.cohort(three, tmp_path / "out")
    files = everything_in(tmp_path / "out")
    if change == "no longer there":
        lines = three.read_text(encoding="utf-8").splitlines()
        three.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    else:
        table("b.tsv", "chr\tpos\tref\talt", BRAF)
    with pytest.raises(InputError, match="no longer in the sheet or has changed"):
        bench.cohort(three, tmp_path / "out")
    assert everything_in(tmp_path / "out") == files
    bench.cohort(three, tmp_path / "other").raise_for_failures(strict=True)
    assert bench.posts() == (2 if change == "no longer there" else 3)


def test_a_folder_of_something_else_is_refused(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Another cohort's, another service's or the user's own files are not touched."""
    out = tmp_path / "out"
    bench.cohort(three, out, title="A")
    with pytest.raises(InputError, match="of the title 'A', not 'B'"):
        bench.cohort(three, out, title="B")
    for taken in ("jobs", "one", "alterations.tsv"):
        (tmp_path / taken / taken).mkdir(parents=True)
        with pytest.raises(InputError, match=f"holds {taken}"):
            bench.cohort(three, tmp_path / taken)
    for text in ("", "{}", '{"schema": 99}', '{"schema": 1, "jobs": [], "samples": [], "service": 1, "title": 1}'):
        (out / "cohort.json").write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="later version" if "99" in text else "not a valid record of a cohort"):
            bench.cohort(three, out)


def test_the_users_own_sheet_is_never_overwritten(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A table samples.tsv that no cohort has written stays, and one that a cohort has written is no sheet of it."""
    sheet = three.rename(three.with_name("samples.tsv"))
    text = sheet.read_bytes()
    with pytest.raises(InputError, match="would be overwritten"):
        bench.cohort(sheet, tmp_path)
    with pytest.raises(InputError, match=r"holds samples\.tsv, which is not this cohort's"):
        bench.cohort(Path(shutil.copy(sheet, tmp_path / "sheet.tsv")), tmp_path)
    assert (sheet.read_bytes(), bench.posts()) == (text, 0)
    assert not (tmp_path / "cohort.json").exists()
    bench.cohort(sheet, tmp_path / "out").raise_for_failures(strict=True)
    with pytest.raises(InputError, match="would be overwritten"):
        bench.cohort(tmp_path / "out" / "samples.tsv", tmp_path / "out")


def test_a_cohorts_folder_is_its_own_before_there_are_results(bench: Bench, three: Path, tmp_path: Path) -> None:
    """No run and no merge goes into the folder of an unfinished cohort, and no cohort beside the record of a job."""
    out = tmp_path / "out"
    with_deadline(bench, 1).cohort(three, out)
    record = (out / "cohort.json").read_bytes()
    job_request = {"sources": {"mutations": tmp_path / "a.tsv"}, "cancer_type": "CM", "reference": "hg38"}
    with pytest.raises(InputError, match=r"holds cohort\.json"):
        bench.alone(out, **job_request)
    bench.alone(tmp_path / "alone", **job_request)
    with pytest.raises(InputError, match=r"holds cohort\.json"):
        merge([tmp_path / "alone"], out)
    assert (out / "cohort.json").read_bytes() == record
    shutil.copy(tmp_path / "alone" / "cgi-job.json", out)
    with pytest.raises(InputError, match=r"holds cgi-job\.json"):
        bench.cohort(three, out)
    with pytest.raises(InputError, match="which is not this job's"):
        bench.cohort(three, tmp_path / "alone")
    (out / "cgi-job.json").unlink()
    bench.cohort(three, out).raise_for_failures(strict=True)


def test_a_record_cannot_lead_out_of_the_folder(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A folder name in a tampered record is not followed."""
    out = tmp_path / "out"
    bench.cohort(three, out)
    text = (out / "cohort.json").read_text(encoding="utf-8")
    (out / "cohort.json").write_text(text.replace('"folder": "one"', '"folder": "../up"'), encoding="utf-8")
    with pytest.raises(InputError, match="not a valid record of a cohort"):
        bench.cohort(three, out)
