"""What a job takes in memory: its files are never whole in it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.scripted import Answer, finished_job, serving

SIZE = 120 * 1024**2
MEMORY = """
import json, re, sys
from pathlib import Path
from conftest import SimulatedClock
from cgi_runner.job import Record, fetch_job
from support.sessions import context_at
url, what, path = sys.argv[1:]
context = context_at(url, SimulatedClock(), deadline=60)
if what == "upload":
    context.api.submit({"cancer_type": "CM", "title": "t", "reference": "hg38"}, {"mutations": Path(path)})
else:
    record = Record(url, job_id="c22ecf2af788d65ec257")
    fetch_job(record, None, Path(path), context)
# Not ru_maxrss, which begins with what the process that started this one had in use.
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def peak(*arguments: str | Path) -> float:
    """Return the peak memory of a process with these arguments, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, *arguments],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of memory")
def test_a_large_upload_is_never_whole_in_memory(tmp_path: Path) -> None:
    """120 MB go out in less than 80 MB of memory."""
    with (tmp_path / "mutations.tsv").open("wb") as file:
        file.truncate(SIZE)
    with serving([Answer('"c22ecf2af788d65ec257"')]) as server:
        assert peak(server.url, "upload", tmp_path / "mutations.tsv") < 80
        assert server.requests[0].size > SIZE


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of memory")
def test_a_large_archive_is_never_whole_in_memory(tmp_path: Path) -> None:
    """120 MB of results are fetched, checked, unpacked and read in less than 80 MB of memory."""
    line = b"Sample\tGene\tProtein Change\tMutation\n"
    with zipfile.ZipFile(tmp_path / "big.zip", "w") as archive, archive.open("alterations.tsv", "w") as member:
        for _ in range(SIZE // len(line * 10_000)):
            member.write(line * 10_000)

    def pieces() -> Iterator[bytes]:
        with (tmp_path / "big.zip").open("rb") as file:
            while piece := file.read(1024 * 1024):
                yield piece

    with serving(finished_job(lambda: Answer(pieces(), length=(tmp_path / "big.zip").stat().st_size))) as server:
        assert peak(server.url, "download", tmp_path / "out") < 80
    assert json.loads((tmp_path / "out" / "cgi-job.json").read_text())["state"] == "verified"
