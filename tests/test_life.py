"""The life of a job, over real HTTP on a simulated clock."""

from __future__ import annotations

from pathlib import Path

from cgi_runner.job import Desk, State, Wish, run
from cgi_runner.sandbox import Sandbox
from conftest import EXAMPLES, SimulatedClock

MELANOMA = Wish({"mutations": EXAMPLES / "mutations.tsv"}, "CM", "hg38", "first")


def test_a_job_comes_home_whole(desk: Desk, tmp_path: Path) -> None:
    """A run ends with verified files and a record that says so."""
    record = run(MELANOMA, tmp_path / "out", desk)
    assert record.state is State.VERIFIED
    assert "BRAF" in (tmp_path / "out" / "alterations.tsv").read_text(encoding="utf-8")
    assert record.rows["mutations"]["not_returned"] == 0


def test_sixteen_seconds_take_twelve_requests_at_most(
    desk: Desk, sandbox: Sandbox, clock: SimulatedClock, tmp_path: Path
) -> None:
    """A short job is noticed within four seconds of its end and costs few requests."""
    run(MELANOMA, tmp_path / "out", desk)
    assert clock.seconds <= 20
    assert len(sandbox.requests) <= 12


def test_the_same_command_again_asks_nothing(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """Once the results are verified, a second run neither submits nor fetches."""
    run(MELANOMA, tmp_path / "out", desk)
    before = len(sandbox.requests)
    assert run(MELANOMA, tmp_path / "out", desk).state is State.VERIFIED
    assert len(sandbox.requests) == before


def test_another_folder_adopts_the_job(desk: Desk, sandbox: Sandbox, tmp_path: Path) -> None:
    """An engine that repeats a step in an empty folder finds the job of the first attempt."""
    first = run(MELANOMA, tmp_path / "one", desk)
    second = run(MELANOMA, tmp_path / "two", desk)
    assert second.job_id == first.job_id
    assert second.adopted
    assert [method for method, *_ in sandbox.requests].count("POST") == 1
