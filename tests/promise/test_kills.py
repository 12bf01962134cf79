"""Stopped anywhere, by SIGKILL or SIGTERM, the same command goes on: one job, whole results, nothing half-written."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.job import State, read_record
from cgi_sandbox import Sandbox
from conftest import ROOT
from promise import killing
from promise.killing import KILLED, TERMINATED, Account, Machine, Stop
from support.depth import SOAK
from support.faults import Fault, heal, inject
from support.scripted import DROPPED

# Clients that are killed leave the threads of the sandbox in the middle of a sentence.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(600),
]
RANDOM_KILLS = 200 if SOAK else 12
SIGNALS = {signal.SIGKILL: KILLED, signal.SIGTERM: TERMINATED}


def record_points(*steps: str) -> list[str]:
    """Return the points around the writing of the record after each of these steps."""
    return [f"{when}{step} is written" for step in steps for when in ("before ", "while ", "")]


#: All that an undisturbed run with --delete passes, one after the other; `test_no_point_is_left_out` compares.
POINTS = [
    *record_points("prepared"),
    "while the list of tags is written",
    "the list of tags is written",
    "the submission is noted",
    *record_points("submitting"),
    "half of the submission is sent",
    "all of it is sent",
    *record_points("waiting"),
    "the note is taken away",
    "while the list of tags is written (2)",
    "the list of tags is written (2)",
    "dropped.tsv is in place",
    *record_points("done"),
    "cgi-logs.txt is in place",
    *record_points("fetching"),
    "half of the archive is received",
    "cgi-results.zip is in place",
    *(f"a file is unpacked{number}" for number in ("", " (2)", " (3)", " (4)")),
    *record_points("claimed"),
    *(f"{name} is in place" for name in ("alterations.tsv", "biomarkers.tsv", "input01.tsv", "summary.txt")),
    "cgi-results.zip is in place (2)",
    "dropped.tsv is in place (2)",
    *record_points("verified", "deleted"),
    "while the list of tags is written (3)",
    "the list of tags is written (3)",
]
#: What a run passes besides whose submission was carried out, but whose answer was lost.
AMBIGUOUS_POINTS = record_points("ambiguous", "reconciled")


def both(points: list[str] | tuple[str, ...]) -> list[Any]:
    """Have each point with both signals, or every fourth one with one of them in turn where time is short."""
    every = [(point, number) for point in points for number in SIGNALS]
    turn = [(point, list(SIGNALS)[place % 2]) for place, point in enumerate(points[::4])]
    return [pytest.param(*each, id=f"{each[1].name} {each[0]}") for each in (every if SOAK else turn)]


def assert_goes_on(
    task: dict[str, Any], machine: Machine, account: Account, out: Path, tables: dict[str, bytes]
) -> None:
    """See that nothing is half-written, and that the same command ends with the results of one job."""
    assert not killing.half_written_in(out, tables)
    if task["signal"] == signal.SIGTERM:
        assert not killing.left_unsaid(task, out)
    assert machine.run(machine.submission(account, out, "--delete")) == [0]
    assert killing.faults_in(out, tables, State.DELETED) == []
    assert account.titles() == {killing.COLLEAGUES: 1}


def test_no_point_is_left_out(account: Account, machine: Machine, tmp_path: Path) -> None:
    """An undisturbed run passes just the points that are killed at, as many as the document tells."""
    told = f"as each file gets its name | {2 * len(POINTS)} |"
    assert told in (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    trace = tmp_path / "trace"
    assert machine.run(machine.submission(account, tmp_path / "out", "--delete", trace=str(trace))) == [0]
    assert trace.read_text().splitlines() == POINTS


@pytest.mark.parametrize(("point", "number"), both(POINTS))
def test_stopped_at_a_point_of_the_client(
    point: str,
    number: signal.Signals,
    account: Account,
    service: Sandbox,
    machine: Machine,
    tables: dict[str, bytes],
    tmp_path: Path,
) -> None:
    """At each step that changes the disk, and in the middle of each transfer: it goes on, with one submission."""
    out = tmp_path / "out"
    before = killing.posts(service)
    task = machine.submission(account, out, "--delete", point=point, signal=number)
    assert machine.run(task) == [SIGNALS[number]], Path(task["said"]).read_text()
    assert_goes_on(task, machine, account, out, tables)
    # Of a submission that was broken off, nothing came of the first half.
    assert killing.posts(service) - before == (2 if point == "half of the submission is sent" else 1)


@pytest.mark.parametrize(("point", "number"), both(AMBIGUOUS_POINTS))
def test_stopped_in_doubt(
    point: str,
    number: signal.Signals,
    account: Account,
    service: Sandbox,
    machine: Machine,
    tables: dict[str, bytes],
    tmp_path: Path,
) -> None:
    """The answer to the submission was lost, and then the process is stopped, too: still one job."""
    out, fault = tmp_path / "out", Fault(DROPPED, "POST", carried_out=True)
    before = killing.posts(service)
    inject(service, fault)
    task = machine.submission(account, out, "--delete", point=point, signal=number)
    assert machine.run(task) == [SIGNALS[number]], Path(task["said"]).read_text()
    heal(service, fault)
    assert_goes_on(task, machine, account, out, tables)
    assert killing.posts(service) - before == 1


@pytest.mark.parametrize(("moment", "number"), both(Stop.MOMENTS))
def test_stopped_at_a_moment_of_the_service(
    moment: str,
    number: signal.Signals,
    account: Account,
    service: Sandbox,
    machine: Machine,
    tables: dict[str, bytes],
    tmp_path: Path,
) -> None:
    """While the service is at a request of its, before and after that is carried out: it goes on, with one job."""
    out = tmp_path / "out"
    before = killing.posts(service)
    task = machine.submission(account, out, "--delete", signal=number)
    stop = Stop(moment, task)
    inject(service, stop)
    assert machine.run(task) == [SIGNALS[number]], Path(task["said"]).read_text()
    assert stop.is_done
    heal(service, stop)
    assert_goes_on(task, machine, account, out, tables)
    assert killing.posts(service) - before == (2 if "never" in moment else 1)


def test_stopped_again_and_again(
    account: Account, service: Sandbox, machine: Machine, tables: dict[str, bytes], tmp_path: Path
) -> None:
    """A command that is stopped a little later each time still has one job."""
    out, before = tmp_path / "out", killing.posts(service)
    points = [point for point in POINTS if "half" not in point][:: 1 if SOAK else 6]
    for place, point in enumerate(points):
        number = list(SIGNALS)[place % 2]
        assert machine.run(machine.submission(account, out, "--delete", point=point, signal=number)) in (
            [SIGNALS[number]],
            [0],
        )
    assert machine.run(machine.submission(account, out, "--delete")) == [0]
    assert killing.faults_in(out, tables, State.DELETED) == []
    assert killing.posts(service) - before == 1


@pytest.mark.parametrize("number", SIGNALS)
def test_stopped_at_random_times(
    number: signal.Signals,
    account: Account,
    machine: Machine,
    tables: dict[str, bytes],
    tmp_path: Path,
    record_property: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Wherever it strikes, and whether the command is repeated in its folder or a new one: one job, whole results."""
    chance, struck, lost, rounds = random.Random(4711), Counter[str](), list[str](), 0
    started = time.monotonic()
    assert machine.run(machine.submission(account, tmp_path / "measured", title="measured")) == [0]
    takes = time.monotonic() - started
    while struck.total() < RANDOM_KILLS:
        names = [f"{number.name} {rounds}{pair}" for pair in "ab"]
        rounds += 1
        tasks = [
            machine.submission(
                account, tmp_path / name, title=name, signal=number, seconds=chance.uniform(0, 1.2 * takes)
            )
            for name in names
        ]
        codes = machine.run(*tasks)
        outs = [tmp_path / (name if chance.random() < 0.5 else f"{name} anew") for name in names]
        struck.update(state_of(tmp_path / name) for name, code in zip(names, codes, strict=True) if code)
        for name, task, code in zip(names, tasks, codes, strict=True):
            # Before the handler is in place, and after all is told, it ends without a word.
            is_outside = code == -number and state_of(tmp_path / name) in {"no record", "verified"}
            assert is_outside or code in {0, SIGNALS[number]}, Path(task["said"]).read_text()
            lost += killing.half_written_in(tmp_path / name, tables)
            lost += killing.left_unsaid(task, tmp_path / name) if code == TERMINATED else []
        again = machine.run(
            *(machine.submission(account, out, title=name) for out, name in zip(outs, names, strict=True))
        )
        lost += [f"exit code {code}" for code in again if code]
        lost += [
            fault for out, code in zip(outs, again, strict=True) if not code for fault in killing.faults_in(out, tables)
        ]
    titles = account.titles()
    submitted_twice = titles.total() - len(titles)
    told = (
        f"{struck.total()} x {number.name} at random times: {submitted_twice} submitted twice, "
        f"{len(lost)} lost; struck {dict(struck)}"
    )
    record_property("kills", told)
    if SOAK:
        with capsys.disabled():
            print(f"\n{told}")  # noqa: T201 - the figure is for the docs
    assert not lost
    assert submitted_twice == 0
    assert len(titles) == 2 * rounds + 2


def state_of(out: Path) -> str:
    """Return the state that the record of a folder tells."""
    path = out / "cgi-job.json"
    return read_record(path).state.value if path.exists() else "no record"
