"""What a cohort must not do either: submit twice, forget what it held, or write down a secret."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cgi_runner import redaction
from cgi_runner.cohort import Flags
from cgi_runner.errors import CredentialsError
from cgi_runner.job import State, read_record
from conftest import CREDENTIALS
from support.faults import Fault, StoredLate, heal, inject
from support.scripted import Answer
from unit.cohort.conftest import BRAF, Bench

Table = Callable[..., Path]


def titles(bench: Bench) -> Counter[str]:
    """Count the jobs of the account by title."""
    api = bench.context.api
    return Counter(api.get_job(job).title for job in api.list_jobs())


def second(fault: Fault) -> Any:
    """Let the first submission pass, and meet the next."""
    seen: list[str] = []

    def meet(environ: Any, start_response: Any, app: Any) -> Any:
        seen.extend(["POST"] if environ["REQUEST_METHOD"] == "POST" else [])
        return app(environ, start_response) if len(seen) < 2 else fault(environ, start_response, app)

    return meet


@pytest.mark.parametrize(
    "answer",
    [Answer("", 409), Answer("", 302, {"Location": "/x"}), Answer({"error_code": 1}, 504), Answer("", 429)],
    ids=lambda answer: str(answer.status),
)
def test_a_fresh_cohort_makes_each_job_once(answer: Answer, bench: Bench, three: Path, tmp_path: Path) -> None:
    """Whatever is said to a submission that was taken in."""
    one = bench.of_another()
    inject(one.sandbox, second(Fault(answer, "POST", carried_out=True)))
    assert one.cohort(three, tmp_path / "out", Flags(fresh=True)).samples_done == 3
    heal(one.sandbox)
    assert set(titles(one).values()) == {1}


def test_a_fresh_cohort_that_was_refused_leaves_what_there_was(bench: Bench, three: Path, tmp_path: Path) -> None:
    """The plain command still holds the results of the jobs that were deleted at CGI, and submits none again."""
    one, out = bench.of_another(), tmp_path / "out"
    one.cohort(three, out, Flags(delete=True))
    posts = one.posts()
    inject(one.sandbox, Fault(Answer("", 401), "POST"))
    with pytest.raises(CredentialsError):
        one.cohort(three, out, Flags(fresh=True))
    heal(one.sandbox)
    assert {read_record(path).state for path in out.glob("jobs/*/cgi-job.json")} == {State.DELETED}
    assert one.cohort(three, out).samples_done == 3
    assert one.posts() == posts + 1  # the one that was refused


def test_results_that_suffered_come_back_from_their_archive(bench: Bench, three: Path, tmp_path: Path) -> None:
    """CGI has deleted the job; its archive is here."""
    one, out = bench.of_another(), tmp_path / "out"
    one.cohort(three, out, Flags(delete=True))
    table = out / "jobs" / "01" / "alterations.tsv"
    before = table.read_bytes()
    table.write_bytes(before + b"x\n")
    posts = one.posts()
    assert one.cohort(three, out).samples_done == 3
    assert table.read_bytes() == before
    assert one.posts() == posts


def test_a_job_that_came_in_too_late_is_named(
    bench: Bench, three: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Stored after the minute in which it was looked for, when it has been sent again."""
    one = bench.of_another()
    inject(one.sandbox, StoredLate())
    assert one.cohort(three, tmp_path / "out").samples_done == 3
    heal(one.sandbox)
    assert sorted(titles(one).values()) == [1, 2]
    assert "is a duplicate of this one" in caplog.text
    records = [read_record(path) for path in (tmp_path / "out").glob("jobs/*/cgi-job.json")]
    assert sum("is a duplicate of this one" in text for record in records for text in record.warnings) == 1


def test_neither_sheet_nor_record_keeps_a_secret(
    bench: Bench, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token in a cell where it does not belong is masked in what is written, and names no sample."""
    token = CREDENTIALS.token
    monkeypatch.setattr(redaction, "_secrets", {token})
    table("m.tsv", "chr\tpos\tref\talt", BRAF)
    rows = ["good\tCM\tm.tsv", f"{token}\tCM\tm.tsv", f"bad\tCM\t{token}", f"worse\t{token}\tm.tsv"]
    out = tmp_path / "out"
    report = bench.of_another().cohort(
        table("s.tsv", "sample\tcancer_type\tmutations", *rows), out, Flags(skip_bad=True)
    )
    assert report.samples_done == 1
    assert len(json.loads((out / "cohort.json").read_text())["skipped"]) == 3
    for path in out.rglob("*"):
        assert token not in path.name
        assert path.is_dir() or token.encode() not in path.read_bytes()


def test_jobs_of_another_run_are_deleted_only_if_that_is_asked_for(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A cohort that found its jobs in the account leaves them there, but with --delete-adopted."""
    one = bench.of_another()
    one.cohort(three, tmp_path / "one")
    one.cohort(three, tmp_path / "two", Flags(delete=True))
    assert len(one.context.api.list_jobs()) == 2
    one.cohort(three, tmp_path / "three", Flags(delete=True, delete_adopted=True))
    assert one.context.api.list_jobs() == []
    assert {read_record(path).state for path in (tmp_path / "three").glob("jobs/*/cgi-job.json")} == {State.DELETED}
