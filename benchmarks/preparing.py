"""How fast, and in how much memory, mutations are prepared.

The peers only select columns. What is prepared besides is checked, split into alleles and samples, normalised, sorted,
folded, counted and hashed, and every row that is not sent is listed.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import mutations
from benchmarks.measure import Figures, Row, Scale, by_turns, python

PREPARE = (
    "import sys, pathlib; from cgi_runner.inputs import prepare;"
    "prepare({'mutations': pathlib.Path(sys.argv[1])}, pathlib.Path(sys.argv[2]), reference='hg38')"
)
QUERY = ["bcftools", "query", "-f", r"%CHROM\t%POS\t%REF\t%ALT\n"]
CUT = r"cut -f {columns} {file} | awk -F '\t' 'NR > 1 && $3 != $4'"
COLUMNS = {"maf": "5,6,11,13,15", "table": "1-5"}
WHAT = {
    "called": "VCF",
    "packed": "VCF.gz",
    "maf": "MAF",
    "table": "table",
    "shuffled": "VCF in no order",
}
MOST_MEMORY = 100


def rows(scale: Scale) -> Iterator[Row]:
    """Give a row for each format, and the growth."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        for made in ("called", "maf", "table", "shuffled"):
            path = mutations.write(folder / made, made, scale.rows)
            yield _compared(made, path, scale)
            if made == "called" and shutil.which("bgzip"):
                subprocess.run(["bgzip", str(path)], check=True)
                yield _compared("packed", path.with_suffix(".gz"), scale)
            path.unlink(missing_ok=True)
        yield from _growth(scale, folder)


def peer(made: str, path: Path) -> list[str | Path]:
    """Give the command that selects the columns of a file."""
    if made in COLUMNS:
        return ["sh", "-c", CUT.format(columns=COLUMNS[made], file=path)]
    return [*QUERY, path]


def _compared(made: str, path: Path, scale: Scale) -> Row:
    row = Row(f"preparing.{made}", f"preparing {scale.rows:,} rows, {WHAT[made]}", judged="ratio", most=3)
    theirs = peer(made, path)
    row.peer = "cut and awk" if made in COLUMNS else "bcftools query"
    if not shutil.which(str(theirs[0])):
        row.skipped = f"{theirs[0]} is not installed"
        return row
    ours, others = by_turns([*python(PREPARE), path, path.parent / "out"], theirs, runs=scale.runs)
    row.ours, row.peers = ours.seconds, others.seconds
    row.note = (
        f"{path.stat().st_size / 1e6:.0f} MB; {scale.rows / ours.seconds:,.0f} rows/s; processor {ours.processor:.2f} s"
        f" against {others.processor:.2f} s; at most {ours.memory:.0f} MB of memory."
    )
    return row


def _growth(scale: Scale, folder: Path) -> Iterator[Row]:
    """Prepare ever longer files; the exponent of the longest step says whether the time is linear (1).

    It is the processor's time: of runs that take so long, there are too few to tell what others had of the clock's.
    """
    figures: list[Figures] = []
    for number in scale.growth:
        path, is_long = mutations.write(folder / "thin", "thin", number), number > scale.rows
        runs = 1 if is_long else min(3, scale.runs)
        figures += by_turns([*python(PREPARE), path, folder / "out"], runs=runs, warm=not is_long)
    (small, large), (less, more) = scale.growth[-2:], figures[-2:]
    exponent = math.log(more.processor / less.processor) / math.log(large / small)
    spans = ", ".join(f"{number:,}: {f.processor:.2f} s" for number, f in zip(scale.growth, figures, strict=True))
    yield Row(
        "preparing.slope",
        f"preparing, growth of processor time from {small:,} to {large:,} rows",
        ours=exponent,
        unit="(exponent)",
        judged="ours",
        most=1.05,
        growth=f"{(more.processor - less.processor) / (large - small) * 1e6:.2f} s per 1,000,000 rows",
        note=f"a VCF without genotypes; {spans}, start-up included.",
    )
    memory = [f.memory for f in figures]
    yield Row(
        "preparing.memory",
        f"preparing {large:,} rows, memory",
        ours=memory[-1],
        unit="MB",
        judged="ours",
        most=MOST_MEMORY,
        growth=f"{memory[-1] - memory[-2]:+.1f} MB from {small:,} to {large:,} rows",
    )
