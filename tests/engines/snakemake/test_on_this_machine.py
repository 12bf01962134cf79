"""The module and the wrapper, run by Snakemake: every exit code, repetitions, kills, six tumours in three slots."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cgi_sandbox import Sandbox
from engines.cwl.engines import OWN_BIN
from engines.cwl.service import TOKEN, served
from engines.snakemake.workflow import HERE, NewWorkflow, Workflow, snakemake_program, wait_until
from support.options import EXIT_CODES

TUMOURS = [f"tumour-{number}" for number in range(6)]
#: What the account of a rule makes the service do, and the exit code of the contract.
ACCOUNTS = {
    "honest": 0,
    "bad-input": 2,
    "slow": 3,
    "no-credentials": 4,
    "failing": 5,
    "corrupt": 6,
    "away": 7,
    "full": 8,
    "missing": 9,
    "foreign": 10,
}
RULE = """
rule {name}:
    input: mutations="{mutations}"
    output: report="results/{account}/report.html"
    log: "logs/{account}.log"
    retries: {retries}
    params: **{params}
    wrapper: "file:{wrapper}"
"""

pytestmark = [pytest.mark.snakemake, pytest.mark.timeout(300)]


@contextmanager
def counted(quota: int) -> Iterator[Sandbox]:
    """Serve a sandbox whose jobs take four seconds."""
    with Sandbox(duration=4, quota=quota) as sandbox:
        yield sandbox


def commands_of_the_readme() -> list[str]:
    """Return the commands that the page tells people to type, in lines of their own and within sentences."""
    page = (HERE / "README.md").read_text()
    return re.findall(r"^snakemake .+$", page, re.MULTILINE) + re.findall(r"`snakemake (?=-j|cgi)[^`]+`", page)


def test_the_page_has_commands() -> None:
    """So that the next test has something to try."""
    assert len(commands_of_the_readme()) == 3


@pytest.mark.parametrize("command", commands_of_the_readme())
def test_commands_of_the_page_are_understood(new_workflow: NewWorkflow, command: str) -> None:
    """Options that take several words would swallow a rule that stands behind them."""
    workflow = new_workflow("honest")
    workflow.write_module(TUMOURS, "http://127.0.0.1:9/api/v1")
    code, said = workflow.run(*shlex.split(command.strip("`"))[1:], "--dry-run")
    assert code == 0, said
    assert re.search(r"^cgi_(tumour|cohort) ", said, re.MULTILINE)


def submissions(sandbox: Sandbox) -> int:
    """Count the jobs that the service has taken."""
    return sum(request[0] == "POST" and request[-1] == 200 for request in sandbox.requests)


def has_job(workflow: Workflow, tumour: str) -> bool:
    """Say whether a tumour's record names its job."""
    return bool(workflow.record(f"results/tumours/{tumour}").get("job_id"))


def merged_samples(workflow: Workflow) -> set[str]:
    """Return the samples of the joined table that have a row of each of their two files."""
    rows = (workflow.folder / "results/merged/alterations.tsv").read_text().splitlines()[1:]
    found = [tumour for tumour in TUMOURS for row in rows if tumour in row.split("\t")]
    return {tumour for tumour in TUMOURS if found.count(tumour) == len(("snvs", "mnvs"))}


def test_six_tumours_go_through_three_slots_though_a_step_is_killed(new_workflow: NewWorkflow) -> None:
    """One job each, never more than the account has slots for, the tables joined, and the token in no file."""
    with counted(quota=3) as sandbox:
        workflow = new_workflow("honest")
        workflow.write_module(TUMOURS, sandbox.url, delete=True)
        with workflow.leader("-j", "6", "--resources", "cgi_jobs=3", "--keep-going", "--retries", "1") as leader:
            wait_until(lambda: has_job(workflow, "tumour-1") or leader.poll() is not None, 90)
            seen = workflow.runners()
            os.kill(next(process for process, words in seen.items() if "--title=tumour-1" in words), signal.SIGKILL)
            assert leader.wait(200) == 0, workflow.said
        assert submissions(sandbox) == len(TUMOURS)
    assert len(seen) <= 3
    assert not any(TOKEN in words for words in seen.values())
    assert merged_samples(workflow) == set(TUMOURS)
    assert {workflow.record(f"results/tumours/{name}")["state"] for name in TUMOURS} == {"deleted"}
    assert workflow.token_holders() == []


def test_a_leader_that_was_killed_goes_on_with_the_same_jobs(new_workflow: NewWorkflow) -> None:
    """Old steps go on, new ones wait for them; some of the old ones are lost, too. A cohort takes the same sheet."""
    with counted(quota=100) as sandbox:
        workflow = new_workflow("honest")
        workflow.write_module(TUMOURS, sandbox.url)
        with workflow.leader("-j", "6") as leader:
            wait_until(lambda: submissions(sandbox) == len(TUMOURS) or leader.poll() is not None, 90)
            leader.kill()
        for process in list(workflow.runners())[:3]:
            os.kill(process, signal.SIGKILL)
        assert workflow.run("--unlock")[0] == 0, workflow.said
        code, said = workflow.run("-j", "6", "--rerun-incomplete")
        assert code == 0, said
        assert submissions(sandbox) == len(TUMOURS)
        code, said = workflow.run("-j", "1", "cgi_cohort")
        assert code == 0, said
        assert submissions(sandbox) == len(TUMOURS) + 1, "all tumours of the sheet share a job"
    assert {path.name for path in (workflow.folder / "results/cohort").glob("tumour-*")} == set(TUMOURS)
    assert merged_samples(workflow) == set(TUMOURS)
    assert workflow.token_holders() == []


@pytest.fixture
def failures(new_workflow: NewWorkflow) -> Iterator[Workflow]:
    """Provide a folder in which a rule has ended with each exit code, and one well; the slow one was repeated twice."""
    workflow = new_workflow("accounts")
    (workflow.folder / "good.tsv").write_text("chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n")
    (workflow.folder / "bad.tsv").write_text("chr\tpos\tref\talt\nchr7\tnowhere\tA\tT\n")
    with served(duration=0.5) as url:
        for account in ACCOUNTS:
            credentials = workflow.credentials.with_name(account)
            credentials.write_text(workflow.credentials.read_text().replace("accounts@", f"{account}@"))
            credentials.chmod(0o600)
            params = {
                "output": f"results/{account}",
                "api_url": url,
                "credentials": str(credentials) if account != "no-credentials" else None,
                "cancer_type": "cgi:CM",
                "reference": "hg38",
                "sample": account,
                "strict": True,
                "deadline": "3s" if account == "slow" else "2m",
            }
            text = RULE.format(
                name=account.replace("-", "_"),
                account=account,
                mutations="bad.tsv" if account == "bad-input" else "good.tsv",
                retries=2 if account == "slow" else 0,
                params=params,
                wrapper=HERE / "bio" / "cgi-runner",
            )
            with (workflow.folder / "Snakefile").open("a") as snakefile:
                snakefile.write(text)
        targets = [f"results/{account}/report.html" for account in ACCOUNTS]
        code, said = workflow.run("-j", "10", "--keep-going", *targets)
        assert code == 1, said
        yield workflow


def test_every_exit_code_reaches_snakemake(failures: Workflow) -> None:
    """The code is in what Snakemake says, the reason and the tip in the rule's log; a kept archive stays."""
    assert set(ACCOUNTS.values()) - {0} == EXIT_CODES - {1}
    for account, code in ACCOUNTS.items():
        log = (failures.folder / f"logs/{account}.log").read_text()
        if code:
            assert "ERROR" in log, account
            assert f"returned non-zero exit status {code}." in failures.said, failures.said
        else:
            assert (failures.folder / f"results/{account}/report.html").exists()
    assert failures.said.count("returned non-zero exit status 3.") == 3, "two repetitions"
    assert failures.record("results/slow")["job_id"]
    assert (failures.folder / "results/foreign/cgi-results.refused.zip").exists()
    assert failures.record("results/missing")["state"] == "verified"
    accept_refused_archive(failures)
    assert failures.token_holders() == []


def accept_refused_archive(failures: Workflow) -> None:
    """Do what the tip in the log says; Snakemake then goes on with the folder as it is."""
    tip = re.search(r"`(cgi-runner fetch .*?--accept-archive \w+)`", (failures.folder / "logs/foreign.log").read_text())
    assert tip
    environment = {"PATH": f"{OWN_BIN}:/usr/bin:/bin", "CGI_RUNNER_STATE": str(failures.folder / "state")}
    command = shlex.split(tip[1])
    accepted = subprocess.run(
        command, cwd=failures.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert accepted.returncode == 0, accepted.stderr
    code, said = failures.run("-j", "1", "results/foreign/report.html")
    assert code == 0, said


def test_the_wrappers_own_test_runs_in_the_layout_of_the_repository(new_workflow: NewWorkflow, tmp_path: Path) -> None:
    """Its Snakefile finds the wrapper below a prefix, as in the repository of wrappers; it needs no account."""
    workflow = new_workflow("wrapper", environment={"CGI_SANDBOX_DURATION": "0.1"})
    shutil.copytree(HERE / "bio", tmp_path / "master" / "bio")
    shutil.copytree(HERE / "bio" / "cgi-runner" / "test", workflow.folder, dirs_exist_ok=True)
    code, said = workflow.run("-j", "1", "--wrapper-prefix", f"file://{tmp_path}/")
    assert code == 0, said
    assert (workflow.folder / "results" / "alterations.tsv").exists()


def test_the_module_is_clean_for_snakemakes_linters(new_workflow: NewWorkflow) -> None:
    """`snakemake --lint` finds nothing in the module, and `snakefmt` nothing to change."""
    workflow = new_workflow("lint")
    workflow.write_module(TUMOURS, "http://127.0.0.1:9")
    code, said = workflow.run("--lint", "--snakefile", str(HERE / "workflow" / "Snakefile"))
    assert code == 0, said
    answer = subprocess.run(
        [snakemake_program("snakefmt"), "--check", HERE], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
