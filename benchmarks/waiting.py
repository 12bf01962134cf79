"""The cost of a waiting runner: many processes at once, in real time, for one sandbox.

Each waits for a long job. The kernel's accounts of each are read over a period of waiting, once all have been started
and the first, closest polls have passed.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from benchmarks.measure import MeasureError, Row, Scale, account_env, python_command, runner_command
from benchmarks.service import MUTATIONS, serve_sandbox

LENGTH = 3600
APART = 0.3
PEERS = 10
LOOP = """\
import os, sys, time
import requests
headers = {"Authorization": os.environ["CGI_EMAIL"] + " " + os.environ["CGI_TOKEN"]}
url = sys.argv[1]
job = requests.post(url, headers=headers, data={"cancer_type": "CM"}, files={"mutations": open(sys.argv[2], "rb")})
while requests.get(f"{url}/{job.json()}", headers=headers, params={"action": "logs"}).json()["status"] != "Done":
    time.sleep(10)
"""
"""The calls of CGI's page on its API, in a loop that asks every ten seconds."""


@dataclass(frozen=True)
class Cost:
    """The cost of waiting processes, on average."""

    processor: float
    """Seconds for each minute."""
    resident: float
    """Megabytes, shared pages included."""
    own: float
    """Megabytes, shared pages divided by the processes that share them."""


def rows(scale: Scale) -> Iterator[Row]:
    """Yield processor and memory of each waiting runner, beside the plainest loop."""
    with tempfile.TemporaryDirectory() as name, serve_sandbox(LENGTH) as url:
        folder = Path(name)
        source = folder / "mutations.tsv"
        source.write_text(MUTATIONS, encoding="utf-8")
        loops = [python_command(LOOP, url, source) for _ in range(min(PEERS, scale.waiting))]
        asked = ["run", "--mutations", source, "--cancer-type", "CM", "--reference", "hg38", "--api-url", url]
        ours = [runner_command(*asked, "--output", folder / str(number)) for number in range(scale.waiting)]
        with _run_side_by_side(ours) as waiting, _run_side_by_side(loops) as looping:
            time.sleep(scale.settling)
            cost, peers = _watch([*waiting], [*looping], scale.window)
        many, peer = f"each of {scale.waiting} waiting runners", "`requests` in a loop, every 10 s"
        yield Row(
            "waiting.processor",
            f"{many}, processor for each minute",
            ours=cost.processor,
            peer=peer,
            peers=peers.processor,
            judged="ours",
            most=0.1,
            note=f"watched for {scale.window:.0f} s, {scale.settling:.0f} s after the last one was started.",
        )
        for key, what, own, others in (
            ("rss", "memory (RSS, shared pages counted for each)", cost.resident, peers.resident),
            ("pss", "memory (PSS, shared pages divided)", cost.own, peers.own),
        ):
            row = Row(f"waiting.{key}", f"{many}, {what}", ours=own, unit="MB", peer=peer, peers=others)
            row.judged, row.most = "ours", 40
            yield row


@contextmanager
def _run_side_by_side(commands: Iterable[list[str | Path]]) -> Iterator[list[int]]:
    """Run programs side by side during the block; raise MeasureError if one ends before."""
    processes = []
    try:
        for number, command in enumerate(commands):
            env = account_env(f"runner{number}@example.org")
            words, nothing = list(map(str, command)), subprocess.DEVNULL
            processes.append(subprocess.Popen(words, env=env, stdout=nothing, stderr=nothing))
            time.sleep(APART)
        yield [process.pid for process in processes]
        if ended := [process.returncode for process in processes if process.poll() is not None]:
            raise MeasureError(f"{len(ended)} processes did not wait, the first ended with {ended[0]}")
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                process.terminate()
        for process in processes:
            process.wait()


def _watch(ours: list[int], peers: list[int], window: float) -> tuple[Cost, Cost]:
    before = {pid: _processor_seconds(pid) for pid in (*ours, *peers)}
    started = time.monotonic()
    time.sleep(window)
    spent = {pid: _processor_seconds(pid) - seconds for pid, seconds in before.items()}
    minutes = (time.monotonic() - started) / 60

    def average_cost(pids: list[int]) -> Cost:
        sizes = [_memory_use(pid) for pid in pids]
        return Cost(
            mean(spent[pid] for pid in pids) / minutes, median(s["Rss"] for s in sizes), median(s["Pss"] for s in sizes)
        )

    return average_cost(ours), average_cost(peers)


def _processor_seconds(pid: int) -> float:
    """Return the processor seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_use(pid: int) -> dict[str, float]:
    """Return the memory of a process in megabytes, by the kernel's names."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
