"""Deadlines, outages, full accounts and stops: the jobs are left alone, and the same command goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.cohort import Flags
from cgi_runner.cohort.outcome import CohortError
from cgi_runner.errors import CredentialsError
from cgi_runner.service.cgi_v1 import CgiClient
from support.faults import Fault, heal, inject
from support.scripted import Answer
from unit.cohort.conftest import Bench, bench, with_deadline

Table = Callable[..., Path]


@pytest.fixture
def many(table: Table) -> Path:
    """Return a sheet of six samples, each of which is a job when a job may have one row."""
    for number in range(6):
        table(f"{number}.tsv", "chr\tpos\tref\talt", f"chr1\t{100 + number}\tA\tG")
    return table("many.tsv", "sample\tcancer_type\tmutations", *(f"n{n}\tCM\t{n}.tsv" for n in range(6)))


def test_the_deadline_leaves_jobs_alone(bench: Bench, three: Path, tmp_path: Path) -> None:
    """It is the whole cohort's; what is running is named, and the same command finds it."""
    report = with_deadline(bench, 6).cohort(three, tmp_path / "out")
    with pytest.raises(CohortError, match=r"(?s)2 of 2 jobs.*still running.*still running") as raised:
        report.raise_for_failures(strict=False)
    assert raised.value.exit_code == 3
    assert bench.clock.seconds == 6
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 2


def test_a_deadline_of_nothing_submits_nothing(bench: Bench, three: Path, tmp_path: Path) -> None:
    """Jobs that would not be waited for are not begun, and that is said."""
    report = with_deadline(bench, 0).cohort(three, tmp_path / "out")
    with pytest.raises(CohortError, match="not submitted yet") as raised:
        report.raise_for_failures(strict=False)
    assert (raised.value.exit_code, bench.posts()) == (3, 0)


def test_a_full_account_is_waited_for_with_delete(many: Path, tmp_path: Path) -> None:
    """Own jobs make room as they end, and nobody else's is touched."""
    with bench(quota=3) as served:
        foreign = served.context.api.submit(
            {"cancer_type": "CM", "title": "hers", "reference": "hg38"}, _upload(tmp_path)
        )
        report = served.cohort(many, tmp_path / "out", Flags(delete=True), max_rows=1)
        report.raise_for_failures(strict=True)
        assert served.context.api.list_jobs() == [foreign]
        known = json.loads((tmp_path / "out" / "cohort.json").read_text(encoding="utf-8"))
        assert {job["state"] for job in known["jobs"]} == {"deleted"}


def test_a_full_account_ends_with_what_there_is(many: Path, tmp_path: Path) -> None:
    """Without --delete no room is made: the samples that were run are whole, the others wait for the next command."""
    with bench(quota=4) as served:
        report = served.cohort(many, tmp_path / "out", max_rows=1)
        with pytest.raises(CohortError, match=r"(?s)2 of 6 jobs.*no free job slot") as raised:
            report.raise_for_failures(strict=False)
        assert raised.value.exit_code == 8
        assert "--delete" in raised.value.tip
        assert report.samples_done == 4
        served.cohort(many, tmp_path / "out", Flags(delete=True), max_rows=1).raise_for_failures(strict=True)
        assert (len(served.context.api.list_jobs()), [r.method for r in served.sandbox.requests].count("DELETE")) == (
            0,
            6,
        )


def test_many_jobs_are_asked_for_politely(bench: Bench, many: Path, tmp_path: Path) -> None:
    """Five run at most, one look in three seconds at most, and no foreign job is asked for twice."""
    for _ in range(7):
        bench.context.api.submit({"cancer_type": "CM", "title": "hers", "reference": "hg38"}, _upload(tmp_path))
    times: list[float] = []
    at_work: list[int] = []
    active: set[str] = set()

    def watch(environ: Any, start_response: Any, app: Any) -> Any:
        if "action=logs" in environ.get("QUERY_STRING", ""):
            times.append(bench.clock.seconds)
            active.add(environ["PATH_INFO"])
        if "action=download" in environ.get("QUERY_STRING", ""):
            at_work.append(len(active))
            active.discard(environ["PATH_INFO"])
        return app(environ, start_response)

    inject(bench.sandbox, watch)
    bench.cohort(many, tmp_path / "out", max_rows=1).raise_for_failures(strict=True)
    assert max(at_work) <= 5
    assert all(later - earlier >= 3 for earlier, later in pairwise(times))
    asked = [request.path for request in bench.sandbox.requests if request.method == "GET" and not request.action]
    assert all(asked.count(path) == 1 for path in asked if path != "/api/v1")


def test_an_outage_is_borne(bench: Bench, three: Path, tmp_path: Path) -> None:
    """A service that asks to be spared is left alone for as long, and the cohort goes on."""
    answer = Answer({"error_code": 503, "message": "busy"}, 503, {"Retry-After": "40"})
    inject(bench.sandbox, Fault(answer, "GET", "logs"))
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.clock.seconds >= 40


def test_a_service_that_stays_away_ends_it(three: Path, tmp_path: Path) -> None:
    """What cannot be submitted fails as not reached, which a pipeline may try again."""
    with bench(attempts=2) as served:
        inject(served.sandbox, Fault(Answer({"message": "gone"}, 503), "GET", "", times=99))
        report = served.cohort(three, tmp_path / "out")
        with pytest.raises(CohortError, match="2 of 2 jobs") as raised:
            report.raise_for_failures(strict=False)
        assert raised.value.exit_code == 7
        heal(served.sandbox)
        served.cohort(three, tmp_path / "out").raise_for_failures(strict=True)


def test_a_submission_that_fails_is_made_up_for(many: Path, tmp_path: Path) -> None:
    """When the service does not take a job now, it is tried again once another one has ended."""
    with bench(attempts=1) as served:
        lists: list[int] = []

        def third_list_fails(environ: Any, start_response: Any, app: Any) -> Any:
            if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"] == "/api/v1":
                lists.append(1)
                if len(lists) == 3:
                    start_response("503 Busy", [])
                    return [b"{}"]
            return app(environ, start_response)

        inject(served.sandbox, third_list_fails)
        served.cohort(many, tmp_path / "out", max_rows=1).raise_for_failures(strict=True)
        assert served.posts() == 6


def test_a_job_that_the_service_turns_down_is_its_own_failure(bench: Bench, three: Path, tmp_path: Path) -> None:
    """The others are submitted and come home."""
    inject(bench.sandbox, Fault(Answer({"error_code": 400, "message": "no"}, 400), "POST"))
    report = bench.cohort(three, tmp_path / "out")
    with pytest.raises(CohortError, match=r"job 01 \(one and 1 more sample\)") as raised:
        report.raise_for_failures(strict=False)
    assert (raised.value.exit_code, report.samples_done) == (2, 1)
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)


def test_refused_credentials_end_all_of_it(bench: Bench, three: Path, tmp_path: Path) -> None:
    """An account that is no longer accepted concerns every job: at the start, and while waiting."""
    refusal = Answer({"error_code": 401, "message": "no"}, 401)
    for method, action in (("GET", ""), ("GET", "logs")):
        inject(bench.sandbox, Fault(refusal, method, action, times=40), instead=True)
        with pytest.raises(CredentialsError):
            bench.cohort(three, tmp_path / "out")
    heal(bench.sandbox)
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 2


def test_a_job_that_somebody_deleted_is_told(bench: Bench, three: Path, tmp_path: Path) -> None:
    """It is the failure of that job; --fresh submits it again."""
    with_deadline(bench, 1).cohort(three, tmp_path / "out")
    bench.context.api.delete(bench.context.api.list_jobs()[0])
    report = bench.cohort(three, tmp_path / "out")
    with pytest.raises(CohortError, match="no longer in the account") as raised:
        report.raise_for_failures(strict=False)
    assert raised.value.exit_code == 5


def test_ctrl_c_leaves_jobs_alone(
    bench: Bench, three: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ids of what goes on are printed, and the same command finds it."""

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(CgiClient, "logs", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.cohort(three, tmp_path / "out")
    assert f"{', '.join(bench.context.api.list_jobs())} keep running at CGI" in caplog.text
    monkeypatch.setattr(CgiClient, "list_jobs", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.cohort(three, tmp_path / "again")
    assert "nothing is running at CGI" in caplog.text
    monkeypatch.undo()
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 2


def test_an_answer_that_was_lost_costs_no_second_job(bench: Bench, three: Path, tmp_path: Path) -> None:
    """The submission arrived and its answer did not: the job is found by its mark."""
    inject(bench.sandbox, Fault(Answer(), "POST", carried_out=True))
    bench.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
    assert bench.posts() == 2


def _upload(folder: Path) -> dict[str, Path]:
    path = folder / "hers.tsv"
    path.write_text("gene\tcna\nMET\tamp\n", encoding="utf-8")
    return {"cnas": path}


def test_a_job_that_is_told_under_a_strangers_id_is_found(many: Path, bench: Bench, tmp_path: Path) -> None:
    """The list lacks the stranger's job when it is looked at: its results tell, and the own job's title does."""
    strangers = tmp_path / "theirs.tsv"
    strangers.write_text("chr\tpos\tref\talt\n7\t55191822\tT\tG\n")
    fields = {"cancer_type": "CM", "title": "theirs", "reference": "hg38"}
    bench.context.api.submit(fields, {"mutations": strangers})
    bench.clock.sleep(60)
    inject(bench.sandbox, "post old-id", "list stale")
    report = bench.cohort(many, tmp_path / "out")
    assert (report.failures, report.samples_done, bench.posts()) == ([], 6, 2)
