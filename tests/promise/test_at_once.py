"""Many at once, on one machine and one account or on several: one job a submission, no mixed results, whole records."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest

from cgi_runner.job import read_record
from cgi_sandbox import Sandbox
from promise import killing
from promise.killing import KILLED, Account, Machine
from support.depth import SOAK

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(600),
]
MANY = 20


@pytest.mark.parametrize("folders", ["one", "many"])
def test_the_same_submission(
    folders: str, account: Account, machine: Machine, tables: dict[str, bytes], tmp_path: Path
) -> None:
    """All come to the results of one job, in one folder or each in its own."""
    outs = [tmp_path / ("out" if folders == "one" else f"out{n}") for n in range(MANY)]
    assert machine.run(*(machine.submission(account, out) for out in outs)) == [0] * MANY
    assert account.titles().total() == 2
    assert [fault for out in outs for fault in killing.faults_in(out, tables)] == []
    assert len({read_record(out / "cgi-job.json").job_id for out in outs}) == 1


def test_different_submissions(account: Account, machine: Machine, tables: dict[str, bytes], tmp_path: Path) -> None:
    """Each submission gets its own job, and no result gets into another's folder."""
    tasks = [machine.submission(account, tmp_path / f"out{n}", title=f"title {n}") for n in range(MANY)]
    assert machine.run(*tasks) == [0] * MANY
    assert len({read_record(tmp_path / f"out{n}" / "cgi-job.json").job_id for n in range(MANY)}) == MANY
    assert account.titles().total() == MANY + 1
    for n in range(MANY):
        assert killing.faults_in(tmp_path / f"out{n}", tables) == []
        assert f"] title {n}" in (tmp_path / f"out{n}" / "summary.txt").read_text()


def test_the_same_submission_on_different_accounts(
    service: Sandbox, machine: Machine, tables: dict[str, bytes], tmp_path: Path
) -> None:
    """What one account's processes know and wait for does not touch another's."""
    accounts = [killing.account(service) for _ in range(MANY)]
    tasks = [machine.submission(account, tmp_path / account.email) for account in accounts]
    assert machine.run(*tasks) == [0] * MANY
    for account in accounts:
        assert account.titles().total() == 2
        assert killing.faults_in(tmp_path / account.email, tables) == []
        assert read_record(tmp_path / account.email / "cgi-job.json").job_id in account.ask()


@pytest.mark.parametrize("seed", range(10 if SOAK else 1))
def test_some_of_many_are_killed(
    seed: int, account: Account, machine: Machine, tables: dict[str, bytes], tmp_path: Path
) -> None:
    """Half of those with one submission are killed, at random times: the others end with one job, and so do these."""
    chance = random.Random(seed)
    outs = [tmp_path / f"out{n}" for n in range(MANY)]
    tasks = [machine.submission(account, out) for out in outs]
    for task in tasks[: MANY // 2]:
        task["seconds"] = chance.uniform(0.05, 1)
    codes = machine.run(*tasks)
    assert codes[MANY // 2 :] == [0] * (MANY // 2)
    assert set(codes) <= {0, KILLED}
    assert account.titles().total() == 2
    assert machine.run(*(machine.submission(account, out) for out in outs)) == [0] * MANY
    assert [fault for out in outs for fault in killing.faults_in(out, tables)] == []
    assert account.titles().total() == 2


def test_one_that_is_killed_while_submitting_gives_way(
    account: Account, machine: Machine, tables: dict[str, bytes], tmp_path: Path
) -> None:
    """Those who wait for it to submit go on, look for what it may have sent, and end with one job."""
    tasks = [machine.submission(account, tmp_path / f"out{n}") for n in range(4)]
    tasks[0] |= {"point": "all of it is sent", "signal": signal.SIGKILL}
    codes = machine.run(*tasks)
    # It may be that another was first, so that it had nothing to send.
    assert codes[1:] == [0, 0, 0]
    assert codes[0] in {0, KILLED}
    assert account.titles().total() == 2
    assert killing.faults_in(tmp_path / "out1", tables) == []


def test_cohorts(account: Account, machine: Machine, tmp_path: Path) -> None:
    """Cohorts of the same samples at once have one set of jobs, and those of other samples have their own."""
    (tmp_path / "a.tsv").write_text("chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n")
    (tmp_path / "b.tsv").write_text("chr\tpos\tref\talt\nchr17\t7673802\tC\tT\n")
    outs = []
    tasks = []
    for number in range(MANY):
        sheet = tmp_path / f"sheet{number % 2}.tsv"
        sample = "ab"[number % 2]
        sheet.write_text(f"sample\tcancer_type\treference\tmutations\n{sample}\tCM\thg38\t{sample}.tsv\n")
        outs.append(tmp_path / f"out{number}")
        tasks.append(machine.command(account, "cohort", str(sheet), "--output", str(outs[-1])))
    assert machine.run(*tasks) == [0] * MANY
    assert account.titles().total() == 3
    for number, out in enumerate(outs):
        assert killing.tables_of_cohort(out) == killing.tables_of_cohort(outs[number % 2])
    assert killing.tables_of_cohort(outs[0]) != killing.tables_of_cohort(outs[1])
