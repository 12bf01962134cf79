"""The cost of preparing beside that of an older commit of this repository, in turns.

    python -m benchmarks.run --only older --against COMMIT

The older code is extracted from the history into a temporary folder. Processor time is compared, as half a second of
wall time depends on what else the machine does.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from benchmarks import mutations
from benchmarks.measure import ROOT, MeasureError, Row, Scale, measure_program, median_figures, python_command

DEFAULT = "feb26b2"
"""Before genome votes, marks of callers, tumour and normal, and checksums of the user's files."""
PREPARE = """\
import logging, pathlib, sys
logging.disable()
import cgi_runner.inputs as inputs
assert sys.argv[3] in inputs.__file__, inputs.__file__
source, folder = {"mutations": pathlib.Path(sys.argv[1])}, pathlib.Path(sys.argv[2])
if hasattr(inputs, "Options"):
    inputs.prepare(source, folder, inputs.Options(reference="hg38"))
else:
    inputs.prepare(source, folder, reference="hg38")
"""
WHAT = {"caller_vcf": "VCF", "maf": "MAF", "table": "table", "unsorted_vcf": "VCF in no order"}
MOST = 1.05
TURNS = 7


def rows(scale: Scale) -> Iterator[Row]:
    """Yield a row for each format."""
    commit, number = os.environ.get("BENCH_AGAINST") or DEFAULT, scale.rows // 10
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            _extract(commit, folder / "older")
        except MeasureError as error:
            yield Row("older.caller_vcf", f"preparing beside commit {commit}", skipped=str(error))
            return
        (folder / "out").mkdir()
        for made, what in WHAT.items():
            path = mutations.write(folder / made, made, number)
            commands = [
                ([*python_command(PREPARE), path, folder / "out", tree], {**os.environ, "PYTHONPATH": str(tree)})
                for tree in (ROOT / "runner", folder / "older" / "runner")
            ]
            turns = [
                [measure_program(command, env=env) for command, env in commands]
                for _ in range(TURNS if number > 100 else 1)
            ]
            ours, theirs = (median_figures(figures) for figures in zip(*turns, strict=True))
            path.unlink()
            row = Row(f"older.{made}", f"preparing {number:,} rows, {what}, processor time", ours.processor)
            row.peer, row.peers, row.judged, row.most = f"commit {commit}", theirs.processor, "ratio", MOST
            row.why = "votes for the genome build, marks of callers and the file's checksum came after that commit"
            row.note = f"{ours.seconds:.2f} s against {theirs.seconds:.2f} s; {ours.memory:.0f} MB."
            yield row


def _extract(commit: str, folder: Path) -> None:
    """Write the package as it was at a commit; raise MeasureError where the history does not have it."""
    packed = subprocess.run(["git", "-C", ROOT, "archive", commit, "runner"], capture_output=True, check=False)
    if packed.returncode:
        raise MeasureError(f"commit {commit} is not in this clone")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
