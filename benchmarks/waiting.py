"""What a runner costs while it waits: many at once, as processes, in real time, for one sandbox.

Each waits for a long job. What the kernel accounts to each over a stretch of waiting is counted, once they have all
been started and the first and closest looks at the job have passed.
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

from benchmarks.measure import MeasureError, Row, Scale, environment, python, runner
from benchmarks.service import MUTATIONS, sandbox

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
    """What waiting processes took on average."""

    processor: float
    """Seconds for each minute."""
    resident: float
    """Megabytes, those shared with others included."""
    own: float
    """Megabytes, what is shared divided by those who share it."""


def rows(scale: Scale) -> Iterator[Row]:
    """Give processor and memory of each waiting runner, beside the plainest loop."""
    with tempfile.TemporaryDirectory() as name, sandbox(LENGTH) as url:
        folder = Path(name)
        source = folder / "mutations.tsv"
        source.write_text(MUTATIONS, encoding="utf-8")
        loops = [python(LOOP, url, source) for _ in range(min(PEERS, scale.waiting))]
        asked = ["run", "--mutations", source, "--cancer-type", "CM", "--reference", "hg38", "--api-url", url]
        ours = [runner(*asked, "--output", folder / str(number)) for number in range(scale.waiting)]
        with _running(ours) as waiting, _running(loops) as looping:
            time.sleep(scale.settling)
            cost, peers = _watched([*waiting], [*looping], scale.window)
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
def _running(commands: Iterable[list[str | Path]]) -> Iterator[list[int]]:
    """Have programs run side by side during the block; raise MeasureError when one ends before."""
    processes = []
    try:
        for number, command in enumerate(commands):
            env = environment(f"runner{number}@example.org")
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


def _watched(ours: list[int], peers: list[int], window: float) -> tuple[Cost, Cost]:
    before = {pid: _spent(pid) for pid in (*ours, *peers)}
    started = time.monotonic()
    time.sleep(window)
    spent = {pid: _spent(pid) - seconds for pid, seconds in before.items()}
    minutes = (time.monotonic() - started) / 60

    def cost(pids: list[int]) -> Cost:
        sizes = [_memory(pid) for pid in pids]
        return Cost(
            mean(spent[pid] for pid in pids) / minutes, median(s["Rss"] for s in sizes), median(s["Pss"] for s in sizes)
        )

    return cost(ours), cost(peers)


def _spent(pid: int) -> float:
    """Give the seconds of the processor that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> dict[str, float]:
    """Give a process's memory in megabytes, by the kernel's words for it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
