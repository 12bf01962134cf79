"""The cost of reading input beyond the rows themselves: votes for a build, several files, cancer types."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import mutations
from benchmarks.measure import Row, Scale, python_command, take_turns

VOTE = """\
import sys, time
from cgi_runner.inputs.hotspots import HotspotVotes, hotspots
number, votes = int(sys.argv[1]), HotspotVotes()
spots = hotspots()
step = 2_800_000_000 // number
rows = [((1 + place % 22, 10_000 + place * step % 100_000_000, "A", "C", "s"), place) for place in range(number)]
started = time.process_time()
for start in range(0, number, 500):
    votes.count(rows[start : start + 500])
print(time.process_time() - started)
"""
PREPARE = """\
import logging, pathlib, sys
logging.disable()
from cgi_runner.inputs import Options, prepare
files = [pathlib.Path(name) for name in sys.argv[2:]]
prepare({"mutations": files}, pathlib.Path(sys.argv[1]), Options(reference="hg38"))
"""
SEARCH = """\
from cgi_runner.cancer_types import search
for query in ("lung adenocarcinoma", "kidney cancer", "GBM", "adenocarcinoma of the stomach", "leukemia") * 20:
    search(query)
"""
IMPORT = "from cgi_runner.cancer_types import search; search('CM')"
FILES = 4
QUERIES = 100


def rows(scale: Scale) -> Iterator[Row]:
    """Yield a row for each."""
    yield from _measure_votes(scale)
    yield from _measure_several_files(scale)
    many, none = take_turns(python_command(SEARCH), python_command(IMPORT), runs=scale.runs)
    row = Row("inputs.search", "one search for a cancer type", (many.processor - none.processor) / QUERIES * 1000, "ms")
    row.note = f"the mean of {QUERIES}, after the first; the first with start-up takes {none.seconds:.2f} s."
    yield row


def _measure_votes(scale: Scale) -> Iterator[Row]:
    said = subprocess.run(
        list(map(str, python_command(VOTE, str(scale.rows)))), capture_output=True, check=True, text=True
    )
    row = Row("inputs.votes", f"votes for a build of {scale.rows:,} rows", float(said.stdout))
    row.note = "processor time within a run, which is part of preparing."
    yield row


def _measure_several_files(scale: Scale) -> Iterator[Row]:
    """Yield the cost of a table in four files over that of one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        whole = mutations.write(folder / "table.tsv", "table", scale.rows)
        parts = [folder / f"part{number}.tsv" for number in range(FILES)]
        with whole.open() as lines:
            header = next(lines)
            files = [part.open("w") for part in parts]
            for file in files:
                file.write(header)
            for number, line in enumerate(lines):
                files[number * FILES // (scale.rows + scale.rows // 20)].write(line)
            for file in files:
                file.close()
        several, one = take_turns(
            [*python_command(PREPARE), folder / "out", *parts],
            [*python_command(PREPARE), folder / "out", whole],
            runs=min(3, scale.runs),
        )
        row = Row("inputs.several", f"preparing {scale.rows:,} rows in {FILES} files", several.seconds)
        row.peer, row.peers = "the same rows in one", one.seconds
        row.note = f"processor {several.processor:.2f} s against {one.processor:.2f} s; {several.memory:.0f} MB."
        yield row
