"""The gain and the speed of packing: a cohort in few jobs against one job per sample, and rows per second.

    python -m benchmarks.cohort jobs     # 200 samples of 50 variants: simulated wall time and requests, side by side
    python -m benchmarks.cohort rows     # 1,000 samples of 1,000 variants: packing and splitting, with peak memory

The service is the sandbox on a simulated clock: a job takes 15 seconds whatever its size, an account has 10 slots.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.service import Clock

from cgi_runner.cohort import Cohort, Flags, run
from cgi_runner.config import Credentials, RetryPolicy, Service
from cgi_runner.inputs import Options, prepare
from cgi_runner.job import JobContext
from cgi_runner.job.poll import poll_interval
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_runner.service.session import CgiSession
from cgi_sandbox import Sandbox

QUOTA = 10
SECONDS_A_JOB = 15
COLUMNS = "chr\tpos\tref\talt"


@contextmanager
def serve_sandbox() -> Iterator[tuple[Sandbox, CgiClient, Clock]]:
    """Serve a sandbox on a simulated clock."""
    clock = Clock()
    with Sandbox(duration=SECONDS_A_JOB, quota=QUOTA, clock=clock.time) as sandbox:
        credentials = Credentials("benchmark@example.org", "deadbeefdeadbeefdead")
        session = CgiSession(Service(sandbox.url), credentials, clock=clock, retry_policy=RetryPolicy())
        yield sandbox, CgiClient(session), clock
        session.close()


def write_cohort(folder: Path, samples: int, variants: int, *, shared: bool = False) -> Path:
    """Write random tumours, one file each, and their sheet; those that share variants have half of them in common."""
    chance = random.Random(7)
    common = {(chance.randint(1, 22), chance.randint(1, 40_000_000), "T") for _ in range(shared * variants // 2)}
    lines = ["sample\tcancer_type\treference\tmutations"]
    for number in range(samples):
        rows = {(chance.randint(1, 22), chance.randint(1, 40_000_000), chance.choice("CGT")) for _ in range(variants)}
        rows = common | set(list(rows)[: variants - len(common)])
        text = "".join(f"chr{chromosome}\t{position}\tA\t{alternate}\n" for chromosome, position, alternate in rows)
        (folder / f"{number}.tsv").write_text(f"{COLUMNS}\n{text}", encoding="utf-8")
        lines.append(f"tumour {number}\tCANCER\thg38\t{number}.tsv")
    sheet = folder / "sheet.tsv"
    sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sheet


def run_cohort(sheet: Path, folder: Path) -> tuple[float, int]:
    """Run the cohort, and return the simulated seconds and the requests."""
    with serve_sandbox() as (sandbox, api, clock):
        context = JobContext(api, "sandbox", "benchmark", 1e6, clock=clock)
        run(Cohort(sheet), folder / "cohort", context, Flags(delete=True)).raise_for_failures(strict=True)
        return clock.seconds, len(sandbox.requests)


def run_one_by_one(folder: Path, samples: int) -> tuple[float, int]:
    """Run one job per sample, and return the simulated seconds and the requests.

    This is the leanest client possible: as many jobs at once as the account has slots, each polled when it is due and
    no more often than a cohort's, with no other requests than a job needs and the list after deleting.
    """
    waiting = list(range(samples))
    with serve_sandbox() as (sandbox, api, clock):
        running: list[tuple[float, float, str]] = []
        while waiting or running:
            if waiting and len(running) < QUOTA:
                number = waiting.pop(0)
                fields = {"cancer_type": "CANCER", "title": str(number), "reference": "hg38"}
                place = folder / "alone" / str(number)
                place.mkdir(parents=True)
                prepared = prepare({"mutations": folder / f"{number}.tsv"}, place, Options(sample="tumour"))
                job = api.submit(fields, {"mutations": prepared.files[0].path})
                running.append((clock.seconds + poll_interval(0), clock.seconds, job))
                continue
            due, since, job = running.pop(running.index(min(running)))
            clock.sleep(max(0.0, due - clock.seconds))
            if not api.logs(job).status.is_done:
                running.append((clock.seconds + poll_interval(clock.seconds - since), since, job))
                continue
            for _ in api.download(job):
                pass
            api.delete(job)
        return clock.seconds, len(sandbox.requests)


def compare_jobs(samples: int, variants: int) -> dict[str, Any]:
    """Compare the two ways."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sheet = write_cohort(folder, samples, variants)
        seconds, requests = run_cohort(sheet, folder)
        alone_seconds, alone_requests = run_one_by_one(folder, samples)
    return {
        "samples": samples,
        "variants": variants,
        "cohort": {"seconds": round(seconds, 1), "requests": requests},
        "one by one": {"seconds": round(alone_seconds, 1), "requests": alone_requests},
        "times faster": round(alone_seconds / seconds, 1),
        "times fewer requests": round(alone_requests / requests, 1),
    }


def measure_rows(samples: int, variants: int, *, shared: bool = False) -> dict[str, Any]:
    """Measure the time spent in packing and in splitting during a real run."""
    from cgi_runner.cohort import jobs

    spent: dict[str, float] = {}
    for name, function in (("packing", "build_submission"), ("splitting", "write_sample_folders")):
        setattr(jobs, function, _time_calls(getattr(jobs, function), name, spent))
    with tempfile.TemporaryDirectory() as temporary, serve_sandbox() as (sandbox, api, clock):
        folder = Path(temporary)
        sheet = write_cohort(folder, samples, variants, shared=shared)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        context = JobContext(api, "sandbox", "benchmark", 1e6, clock=clock)
        started = time.perf_counter()
        report = run(Cohort(sheet), folder / "cohort", context, Flags(delete=True))
        whole = time.perf_counter() - started
        report.raise_for_failures(strict=True)
        sent = sum(batch.rows for batch in report.ledger.plan.batches)
        tables = ("alterations.tsv", "biomarkers.tsv")
        back = sum(sum(1 for _ in (folder / "cohort" / name).open("rb")) - 1 for name in tables)
        requests = len(sandbox.requests)
    return {
        "samples": samples,
        "rows sent": sent,
        "rows of result tables": back,
        "jobs": report.jobs,
        "requests": requests,
        "packing, rows per CPU second": round(sent / spent["packing"]),
        "splitting, variants per CPU second": round(sent / spent["splitting"]),
        "splitting, rows of all files per CPU second": round((sent + back) / spent["splitting"]),
        "seconds in all, with the sandbox's own": round(whole, 1),
        "peak MB, with the sandbox inside": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "of which MB before the run": round(before / 1024),
    }


def _time_calls(function: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        started = time.thread_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[name] = spent.get(name, 0.0) + time.thread_time() - started

    return timed


def main() -> None:
    """Run one of the benchmarks and print its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["jobs", "rows"])
    parser.add_argument("--samples", type=int)
    parser.add_argument("--variants", type=int)
    asked = parser.parse_args()
    measure, samples, variants = {"jobs": (compare_jobs, 200, 50), "rows": (measure_rows, 1000, 1000)}[asked.what]
    figures = measure(asked.samples or samples, asked.variants or variants)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
