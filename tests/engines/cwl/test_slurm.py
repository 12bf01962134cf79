"""A cohort on a cluster, by Toil on Slurm: nodes are lost, leaders die, and still each sample has one job."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from engines.cwl import engines
from engines.cwl.cluster import NODES, Cluster, running, until
from engines.cwl.conftest import missing, needed
from engines.cwl.engines import CWL, MissingError
from engines.cwl.service import TOKEN, served

SAMPLES = [f"tumour-{number:02}" for number in range(6)]
SECONDS_AT_WORK = 24 * 3600
VARIANTS = "chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n"
TSV = "http://edamontology.org/format_3475"

pytestmark = [pytest.mark.slurm, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Provide a Slurm with two nodes, where there is a Toil that uses it."""
    folder = tmp_path_factory.mktemp("slurm")
    needed(lambda: engines.toil(folder))
    try:
        with running(folder) as cluster:
            yield cluster
    except MissingError as error:
        missing(str(error))


class Service:
    """A service whose jobs are done when the test says so, however slow the machine is."""

    def __init__(self, stack: ExitStack) -> None:
        """Serve until the stack is closed."""
        self._ahead = 0
        self.url = stack.enter_context(served(duration=SECONDS_AT_WORK, clock=lambda: time.time() + self._ahead))

    def finish_jobs(self) -> None:
        """Let all jobs that were submitted be done."""
        self._ahead += SECONDS_AT_WORK


@pytest.fixture
def service() -> Iterator[Service]:
    """Serve a service whose jobs are not done before trouble has come."""
    with ExitStack() as stack:
        yield Service(stack)


class Cohort:
    """Six samples of one account, and the leader that sees them through."""

    def __init__(self, folder: Path, cluster: Cluster, service: Service, account: str) -> None:
        """Write the inputs; `account` is the part of the e-mail before the @."""
        self.folder = folder
        self._service = service.url
        self._header = f"{account}@example.org {TOKEN}"
        self._environment = {**cluster.environment, "LANG": "C.UTF-8"}
        (folder / "variants.tsv").write_text(VARIANTS)
        (folder / "credentials").write_text(f"{self._header}\n")
        variants = {"class": "File", "location": "variants.tsv", "format": TSV}
        cohort = {
            "samples": SAMPLES,
            "cancer_types": ["CM"] * len(SAMPLES),
            "reference": "hg38",
            "mutations": [[variants]] * len(SAMPLES),
            "cnas": [None] * len(SAMPLES),
            "translocations": [None] * len(SAMPLES),
            "api_url": service.url,
            "credentials": {"class": "File", "location": "credentials"},
            "deadline": "10m",
        }
        (folder / "cohort.json").write_text(json.dumps(cohort))

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        """Start a leader."""
        engine = needed(lambda: engines.toil(self.folder))
        options = ("--batchSystem", "slurm", "--batchLogsDir", "logs", "--retryCount", "2", "--jobStore", "jobs")
        inputs = (str(CWL / "interpret-cohort.cwl"), "cohort.json")
        (self.folder / "logs").mkdir(exist_ok=True)
        command = [engine.program, *engine.options, *options, *more, "--outdir", "results", *inputs]
        environment = {**self._environment, **engine.environment}
        with (self.folder / "leader.log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def jobs(self) -> list[str]:
        """Return the titles of the account's jobs at the service."""
        return [self._ask(f"/{job}")["metadata"]["title"] for job in self._ask("")]

    def _ask(self, path: str) -> Any:
        request = urllib.request.Request(self._service + path, headers={"Authorization": self._header})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def check(self, leader: subprocess.Popen[bytes]) -> int:
        """Check that the leader ends well, with one job and one whole folder of results for each sample.

        Returns the number of samples whose results are of a step that found its job at the service.
        """
        code = leader.wait(300)
        assert code == 0, (self.folder / "leader.log").read_text()[-6000:]
        titles = self.jobs()
        assert len(titles) == len(set(titles)) == len(SAMPLES)
        folders = [self.folder / "results" / sample for sample in SAMPLES]
        records = [json.loads((folder / "cgi-job.json").read_text()) for folder in folders]
        assert {record["state"] for record in records} == {"verified"}
        for folder in folders:
            assert folder.name in (folder / "alterations.tsv").read_text()
        return sum(record["adopted"] for record in records)


@contextmanager
def at_work(cohort: Cohort) -> Iterator[subprocess.Popen[bytes]]:
    """Have a leader whose samples are all submitted and none is done; it does not outlive the test."""
    leader = cohort.start()
    try:
        until(lambda: len(cohort.jobs()) == len(SAMPLES) or leader.poll() is not None, 400)
        assert leader.poll() is None, (cohort.folder / "leader.log").read_text()[-6000:]
        yield leader
    finally:
        if leader.poll() is None:
            os.killpg(leader.pid, signal.SIGKILL)
            leader.wait()


def test_a_leader_that_is_killed_and_restarted_submits_nothing_twice(
    tmp_path: Path, cluster: Cluster, service: Service
) -> None:
    """Old steps go on beside as many new ones, both wait for the same jobs, and all results are there once."""
    cohort = Cohort(tmp_path, cluster, service, "leader")
    with at_work(cohort) as leader:
        os.killpg(leader.pid, signal.SIGKILL)
        leader.wait()
    restarted = cohort.start("--restart")
    until(lambda: cluster.running_jobs() == 2 * len(SAMPLES), 400)
    service.finish_jobs()
    cohort.check(restarted)


def test_a_lost_node_costs_no_second_job_and_no_result(tmp_path: Path, cluster: Cluster, service: Service) -> None:
    """The steps of the lost node begin anew on the other one and find their jobs at the service."""
    cohort = Cohort(tmp_path, cluster, service, "node")
    with at_work(cohort) as leader:
        assert min(cluster.running_jobs(node) for node in NODES) > 0
        cluster.lose("n1")
        until(lambda: cluster.running_jobs("n2") == len(SAMPLES), 400)
        service.finish_jobs()
        assert cohort.check(leader) > 0
