"""How fast, and in how much memory, mutations are prepared.

The peer of a VCF is the pipeline of the same work: split the alleles, keep those that the sample carries, sort, leave
out what is there twice, and hash what is written. Its rows are compared with ours once, each brought to one spelling.
`bcftools query`, and `cut` with `awk` for tables, only select columns; they are the limit of what can be had.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from multiprocessing import Process
from pathlib import Path

from benchmarks import mutations
from benchmarks.measure import Figures, MeasureError, Row, Scale, by_turns, python

PREPARE = (
    "import sys, pathlib, logging; logging.disable();"
    "from cgi_runner.inputs import Options, prepare;"
    "prepare({'mutations': pathlib.Path(sys.argv[1])}, pathlib.Path(sys.argv[2]), Options(reference='hg38'))"
)
QUERY = ["bcftools", "query", "-f", r"%CHROM\t%POS\t%REF\t%ALT\n"]
PIPELINE = (
    "bcftools norm -m -any {file} 2> /dev/null | bcftools view -i 'GT=\"alt\"' | bcftools sort -T {folder} 2> /dev/null"
    r" | bcftools query -f '[%CHROM\t%POS\t%REF\t%ALT\t%SAMPLE\n]' | uniq | tee {folder}/peer.tsv | sha256sum"
)
SAME_WORK = "bcftools norm, view, sort, query and uniq"
CUT = r"cut -f {columns} {file} | awk -F '\t' 'NR > 1 && $3 != $4'"
COLUMNS = {"maf": "5,6,11,13,15", "table": "1-5"}
WHAT = {
    "called": "VCF",
    "packed": "VCF.gz",
    "maf": "MAF",
    "table": "table",
    "shuffled": "VCF in no order",
}
WHY = "votes for the genome build, marks of callers and the file's checksum came after the bar was set"
MOST = {"called": (0.5, 0.33), "packed": (0.5, 0.33), "shuffled": (0.75, 0.5)}
"""Of the peer's time on the clock, and of its processor time."""
MOST_MEMORY = 100
MOST_SHARE = 0.1
"""Of the peer's memory, at a million rows; of few rows, Python itself takes more."""


def rows(scale: Scale) -> Iterator[Row]:
    """Give rows for each format, and the growth."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        for made in ("called", "maf", "table", "shuffled"):
            path = mutations.write(folder / made, made, scale.rows)
            yield from _compared(made, path, scale)
            if made == "called" and shutil.which("bgzip"):
                subprocess.run(["bgzip", str(path)], check=True)
                yield from _compared("packed", path.with_suffix(".gz"), scale)
            path.unlink(missing_ok=True)
            path.with_suffix(".gz").unlink(missing_ok=True)
        yield from _growth(scale, folder)


def limit(made: str, path: Path) -> list[str | Path]:
    """Give the command that only selects the columns of a file."""
    if made in COLUMNS:
        return ["sh", "-c", CUT.format(columns=COLUMNS[made], file=path)]
    return [*QUERY, path]


def _compared(made: str, path: Path, scale: Scale) -> Iterator[Row]:
    """Let ours, the pipeline of the same work if there is one, and the limit take turns."""
    what = f"preparing {scale.rows:,} rows, {WHAT[made]}"
    if made in MOST and not shutil.which("bcftools"):
        yield Row(f"preparing.{made}", what, skipped="bcftools is not installed")
        return
    ours, folder = [*python(PREPARE), path, path.parent / "out"], path.parent
    limits = limit(made, path)
    if made not in MOST:
        mine, least = by_turns(ours, limits, runs=scale.runs)
        note = _note(path, scale, mine, least)
        yield Row(f"preparing.{made}", what, mine.seconds, peer="cut and awk", peers=least.seconds, note=note)
        return
    pipeline = ["sh", "-c", PIPELINE.format(file=path, folder=folder)]
    _check_rows(ours, pipeline, folder)
    mine, peer, least = by_turns(ours, pipeline, limits, runs=scale.runs, warm=False)
    row = Row(f"preparing.{made}", what, mine.seconds, peer=SAME_WORK, peers=peer.seconds, judged="ratio")
    row.most, processor_most = MOST[made]
    row.why = WHY
    row.note = f"{_note(path, scale, mine, peer)} The same rows, one by one."
    yield row
    row = Row(f"preparing.{made}_processor", f"{what}, processor time", mine.processor)
    row.peer, row.peers, row.judged, row.most = SAME_WORK, peer.processor, "ratio", processor_most
    row.why = WHY
    yield row
    row = Row(f"preparing.{made}_memory", f"{what}, memory", mine.memory, "MB", SAME_WORK, peer.memory)
    if scale.rows >= 1_000_000:
        row.judged, row.most = "ratio", MOST_SHARE
    yield row
    limited = f"{what}, beside a copy of its columns"
    yield Row(f"preparing.{made}_limit", limited, mine.seconds, peer="bcftools query", peers=least.seconds)


def _note(path: Path, scale: Scale, ours: Figures, theirs: Figures) -> str:
    return (
        f"{path.stat().st_size / 1e6:.0f} MB; {scale.rows / ours.seconds:,.0f} rows/s; processor {ours.processor:.2f} s"
        f" against {theirs.processor:.2f} s; at most {ours.memory:.0f} MB of memory."
    )


def _check_rows(ours: list[str | Path], pipeline: list[str], folder: Path) -> None:
    """Raise MeasureError unless both give the same rows; in a process of its own, which may grow."""
    for command in (ours, pipeline):
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
    checker = Process(target=_compare, args=(folder / "out" / "mutations.tsv", folder / "peer.tsv"))
    checker.start()
    checker.join()
    if checker.exitcode:
        raise MeasureError("the pipeline of the same work gives other rows")


def _compare(ours: Path, theirs: Path) -> None:
    with ours.open(encoding="utf-8") as mine, theirs.open(encoding="utf-8") as others:
        next(mine)
        sys.exit(spell_rows(mine) != spell_rows(others))


def spell_rows(lines: Iterable[str]) -> list[tuple[str, int, str, str, str]]:
    """Give rows in one order and one spelling: what both alleles share at their ends is left out."""
    found = []
    for line in lines:
        chromosome, position, ref, alt, sample = line.rstrip("\n").split("\t")[:5]
        first, ref, alt = int(position), ref.replace("-", ""), alt.replace("-", "")
        is_insertion = not ref
        while ref and alt and ref[-1] == alt[-1]:
            ref, alt = ref[:-1], alt[:-1]
        while ref and alt and ref[0] == alt[0]:
            first, ref, alt = first + 1, ref[1:], alt[1:]
        # An insertion that was written without a base of the genome names the base before it.
        first += is_insertion
        found.append((chromosome.removeprefix("chr"), first, ref, alt, sample))
    return sorted(found)


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
