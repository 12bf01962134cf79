"""Fresh jobs of a cohort: each is submitted anew once, whatever stops the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.cohort import Flags
from cgi_runner.cohort.outcome import CohortError
from support.faults import Fault, heal, inject
from support.scripted import Answer
from unit.cohort.conftest import Bench, bench


def lose_second(served: Bench, *, carried_out: bool) -> None:
    """Have the answer to the second POST lost, and then the list of jobs, until a job is looked at."""
    busy = Answer({"error_code": 503, "message": "busy"}, 503)
    faults = {"POST": Fault(busy, "POST", carried_out=carried_out), "GET": Fault(busy, "GET", "", times=99)}
    posts: list[int] = []

    def lose(environ: Any, start_response: Any, app: Any) -> Any:
        method = environ["REQUEST_METHOD"]
        posts.extend([1] if method == "POST" else [])
        if len(posts) == 2 and "action=logs" in environ.get("QUERY_STRING", ""):
            heal(served.sandbox, lose)
        if len(posts) == 2:
            return faults[method](environ, start_response, app)
        return app(environ, start_response)

    inject(served.sandbox, lose)


@pytest.mark.parametrize("carried_out", [True, False])
def test_fresh_submits_each_job_once(three: Path, tmp_path: Path, carried_out: bool) -> None:
    """After a lost answer, the job of the first try is looked for; one of an earlier command is not taken for it."""
    with bench(attempts=1) as served:
        served.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
        before = served.context.api.list_jobs()
        lose_second(served, carried_out=carried_out)
        served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        jobs = served.context.api.list_jobs()
        assert len(jobs) == 4
        records = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "out").glob("jobs/*/cgi-job.json")]
        assert {record["job_id"] for record in records} == set(jobs) - set(before)


def test_fresh_goes_on_with_its_own_jobs(three: Path, tmp_path: Path) -> None:
    """A cohort that was begun anew and stopped is gone on with, what is done included; then another begins."""
    with bench() as served:
        served.cohort(three, tmp_path / "out").raise_for_failures(strict=True)
        hasty = replace(served, context=replace(served.context, deadline=5))
        for _ in range(2):
            with pytest.raises(CohortError) as stopped:
                hasty.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
            assert stopped.value.exit_code == 3
            assert served.posts() == 4
        served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        assert served.posts() == 4
        served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        assert served.posts() == 6


def test_fresh_keeps_what_is_done_while_the_rest_is_not(three: Path, tmp_path: Path) -> None:
    """One of two jobs has ended, the other has vanished while it was waited for: both count as ended."""
    with bench() as served:
        served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        path = tmp_path / "out" / "jobs" / "02" / "cgi-job.json"
        record = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**record, "state": "waiting"}), encoding="utf-8")
        served.context.api.delete(record["job_id"])
        with pytest.raises(CohortError, match="no longer in the account"):
            served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        assert served.posts() == 2
        served.cohort(three, tmp_path / "out", Flags(fresh=True)).raise_for_failures(strict=True)
        assert served.posts() == 4
