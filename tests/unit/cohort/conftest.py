"""What the tests of cohorts share: a service to send them to, sheets made of a few words, and comparing folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.cohort import Cohort, Defaults, Flags, Report, run
from cgi_runner.config import Credentials, RetryPolicy
from cgi_runner.job import JobContext, JobRequest
from cgi_runner.job import run as run_alone
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_sandbox import Sandbox
from conftest import SimulatedClock
from support.sessions import client_of, session_to

_numbers = count()
TABLES = ("alterations.tsv", "biomarkers.tsv", "cna_analysis.tsv", "fusion_analysis.tsv", "dropped.tsv")
OWN = {"cgi-job.json", "cgi-logs.txt", "cgi-results.zip", "summary.txt"}
BRAF = "chr7\t140753336\tA\tT"
TP53 = "chr17\t7673802\tC\tT"
EGFR = "chr7\t55191822\tT\tG"


def cohort_of(sheet: Path | None, **wanted: Any) -> Cohort:
    """Ask for a cohort whose positions are of hg38 where neither sheet nor test says otherwise."""
    defaults = wanted.pop("defaults", Defaults())
    return Cohort(sheet, defaults=replace(defaults, reference=defaults.reference or "hg38"), **wanted)


@dataclass
class Bench:
    """A sandbox on a simulated clock, and what is needed to work with it."""

    sandbox: Sandbox
    clock: SimulatedClock
    context: JobContext

    def of_another(self) -> Bench:
        """Return the same service for a new account, which has no jobs to look through."""
        credentials = Credentials(f"{next(_numbers)}@example.org", "deadbeefdeadbeefdead")
        policy = self.context.retry_policy
        api = client_of(self.sandbox.url, self.clock, credentials=credentials, retry_policy=policy)
        return replace(self, context=replace(self.context, api=api, account=credentials.email))

    def posts(self) -> int:
        """Count the jobs that were submitted."""
        return [request.method for request in self.sandbox.requests].count("POST")

    def cohort(self, sheet: Path | None, out: Path, flags: Flags | None = None, **wanted: Any) -> Report:
        """Run a cohort."""
        return run(cohort_of(sheet, **wanted), out, self.context, flags)

    def alone(self, out: Path, **wanted: Any) -> dict[str, bytes]:
        """Run one sample by itself, and give the files that a cohort has to give for it, too."""
        run_alone(JobRequest(**wanted), out, self.context)
        return files_in(out)


@contextmanager
def bench(*, quota: int = 1000, deadline: float = 3600, **settings: Any) -> Iterator[Bench]:
    """Serve a sandbox whose jobs take 16 simulated seconds."""
    clock = SimulatedClock()
    with Sandbox(duration=16, quota=quota, clock=clock.time, shared_variants="last") as sandbox:
        session = session_to(sandbox.url, clock, retry_policy=RetryPolicy(**settings))
        context = JobContext(
            CgiClient(session), "sandbox", "account", deadline, clock=clock, retry_policy=session.retry_policy
        )
        yield Bench(sandbox, clock, context)
        session.close()


@pytest.fixture(name="bench")
def _bench() -> Iterator[Bench]:
    """Provide a service with room for many jobs."""
    with bench() as served:
        yield served


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a table into the folder of the sheet."""

    def write(name: str, header: str, *rows: str) -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in (header, *rows)), encoding="utf-8")
        return path

    return write


@pytest.fixture
def three(table: Callable[..., Path]) -> Path:
    """Return a sheet of three samples that fit into two jobs: two melanomas and a carcinoma of the breast."""
    table("a.tsv", "chr\tpos\tref\talt", BRAF, TP53, "MT\t100\tA\tG")
    table("b.tsv", "chr\tpos\tref\talt", TP53, EGFR)
    table("c.tsv", "gene\tcna", "ERBB2\tamp")
    table("f.tsv", "fus", "EML4--ALK")
    header = "sample\tcancer_type\tmutations\tcnas\ttranslocations"
    return table("sheet.tsv", header, "one\tCM\ta.tsv\tc.tsv", "two\tCM\tb.tsv\t\tf.tsv", "three\tBRCA\ta.tsv")


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the files of a sample's folder that do not name its job."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name not in OWN}


def everything_in(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder that do not name times or jobs."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*.tsv")
        if "jobs" not in path.relative_to(folder).parts
    }


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table by the names of its columns."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]


def with_deadline(served: Bench, seconds: float) -> Bench:
    """Return the same service with another deadline."""
    return replace(served, context=replace(served.context, deadline=seconds))


__all__ = ["Bench", "Mapping", "Sequence"]
