"""A cohort stopped anywhere, by SIGKILL or SIGTERM, goes on: each job submitted once, and the same files in the end."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from cgi_sandbox import Sandbox
from conftest import ROOT
from promise import killing
from promise.killing import KILLED, TERMINATED, Account, Machine
from support.depth import SOAK

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(600),
]
SIGNALS = {signal.SIGKILL: KILLED, signal.SIGTERM: TERMINATED}
JOBS = 2
EVERY = 1 if SOAK else 21


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sheet of three samples that fit into two jobs: two melanomas and a carcinoma of the breast."""
    folder = tmp_path_factory.mktemp("samples")
    for name, text in {
        "a.tsv": "chr\tpos\tref\talt\nchr7\t140753336\tA\tT\nMT\t100\tA\tG\n",
        "b.tsv": "chr\tpos\tref\talt\nchr7\t55191822\tT\tG\n",
        "c.tsv": "gene\tcna\nERBB2\tamp\n",
        "sheet.tsv": "sample\tcancer_type\treference\tmutations\tcnas\n"
        "one\tCM\thg38\ta.tsv\tc.tsv\ntwo\tCM\thg38\tb.tsv\t\nthree\tBRCA\thg38\ta.tsv\t\n",
    }.items():
        (folder / name).write_text(text)
    return folder / "sheet.tsv"


@pytest.fixture(scope="module")
def undisturbed(
    service: Sandbox, machine: Machine, sheet: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[str], dict[str, bytes]]:
    """Return the points that an undisturbed cohort passes, and the tables that it leaves."""
    folder = tmp_path_factory.mktemp("undisturbed")
    out, trace = folder / "out", folder / "trace"
    assert machine.run(cohort_of(killing.account(service), machine, sheet, out, trace=str(trace))) == [0]
    return trace.read_text().splitlines(), killing.tables_of_cohort(out)


def cohort_of(account: Account, machine: Machine, sheet: Path, out: Path, **how: object) -> dict[str, object]:
    """Describe the process that runs the cohort, with its jobs deleted once their results are here."""
    return machine.command(account, "cohort", str(sheet), "--output", str(out), "--delete", **how)


@pytest.mark.parametrize("number", SIGNALS)
def test_one_stop_costs_nothing(
    number: signal.Signals,
    service: Sandbox,
    machine: Machine,
    sheet: Path,
    undisturbed: tuple[list[str], dict[str, bytes]],
    tmp_path: Path,
) -> None:
    """Stopped at any point of its life and run again, it leaves what one leaves that was not stopped."""
    points, tables = undisturbed
    # In `make test` each signal gets points of its own, all along the way.
    for place, point in list(enumerate(points))[EVERY // 2 * (number == signal.SIGTERM) :: EVERY]:
        account, out = killing.account(service), tmp_path / str(place)
        before = killing.posts(service)
        task = cohort_of(account, machine, sheet, out, point=point, signal=number)
        assert machine.run(task) == [SIGNALS[number]], point
        assert "Traceback" not in Path(str(task["said"])).read_text(), point
        assert machine.run(cohort_of(account, machine, sheet, out)) == [0], point
        assert killing.tables_of_cohort(out) == tables, point
        assert not (out / ".cgi-runner").exists()
        assert account.titles() == {killing.COLLEAGUES: 1}, point
        broken_off = "half of the submission is sent" in point
        assert killing.posts(service) - before == JOBS + broken_off, point


def test_stop_after_stop(
    service: Sandbox, machine: Machine, sheet: Path, undisturbed: tuple[list[str], dict[str, bytes]], tmp_path: Path
) -> None:
    """Stopped a little later each time, it comes to its end with each job submitted once."""
    points, tables = undisturbed
    account, before, out = killing.account(service), killing.posts(service), tmp_path / "out"
    points = [point for point in points if "half" not in point]
    for place, point in enumerate(points[::EVERY]):
        number = list(SIGNALS)[place % 2]
        task = cohort_of(account, machine, sheet, out, point=point, signal=number)
        assert machine.run(task) in ([SIGNALS[number]], [0]), point
    assert machine.run(cohort_of(account, machine, sheet, out)) == [0]
    assert killing.tables_of_cohort(out) == tables
    assert killing.posts(service) - before == JOBS


def test_points_are_all_along_the_way(undisturbed: tuple[list[str], dict[str, bytes]]) -> None:
    """Each step of each job, each sample's folder and each table is among the points."""
    told = f"at each of its points, by both signals | {2 * len(undisturbed[0])} |"
    assert told in (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    points = set(undisturbed[0])
    wanted = {
        f"{step} (job {job}) is written" for step in ("submitting", "verified", "deleted") for job in ("01", "02")
    }
    wanted |= {f"the folder of {sample} is in place" for sample in ("one", "two", "three")}
    assert {*wanted, "alterations.tsv is in place", "the cohort's record is written"} <= points
