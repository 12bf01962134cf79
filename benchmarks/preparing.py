"""Time and memory of preparing mutations.

The peer of a VCF is the pipeline of the same work: split the alleles, keep those that the sample carries, sort, remove
duplicates, and hash the output. Its rows are compared with ours once, in a normalised form. `bcftools query`, and `cut`
with `awk` for tables, only select columns; they are the lower limit.
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
from benchmarks.measure import Figures, MeasureError, Row, Scale, python_command, take_turns

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
    "caller_vcf": "VCF",
    "packed": "VCF.gz",
    "maf": "MAF",
    "table": "table",
    "unsorted_vcf": "VCF in no order",
}
WHY = "votes for the genome build, marks of callers and the file's checksum came after the bar was set"
MOST = {"caller_vcf": (0.5, 0.33), "packed": (0.5, 0.33), "unsorted_vcf": (0.75, 0.5)}
"""Of the peer's time on the clock, and of its processor time."""
MAX_MEMORY = 100
MAX_SHARE = 0.1
"""Of the peer's memory, at a million rows; of few rows, Python itself takes more."""


def rows(scale: Scale) -> Iterator[Row]:
    """Yield rows for each format, and the growth."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        for made in ("caller_vcf", "maf", "table", "unsorted_vcf"):
            path = mutations.write(folder / made, made, scale.rows)
            yield from _compare_with_peers(made, path, scale)
            if made == "caller_vcf" and shutil.which("bgzip"):
                subprocess.run(["bgzip", str(path)], check=True)
                yield from _compare_with_peers("packed", path.with_suffix(".gz"), scale)
            path.unlink(missing_ok=True)
            path.with_suffix(".gz").unlink(missing_ok=True)
        yield from _measure_growth(scale, folder)


def column_copy_command(made: str, path: Path) -> list[str | Path]:
    """Return the command that only selects the columns of a file, the lower limit."""
    if made in COLUMNS:
        return ["sh", "-c", CUT.format(columns=COLUMNS[made], file=path)]
    return [*QUERY, path]


def _compare_with_peers(made: str, path: Path, scale: Scale) -> Iterator[Row]:
    """Run ours, the pipeline of the same work if there is one, and the limit in turns."""
    what = f"preparing {scale.rows:,} rows, {WHAT[made]}"
    if made in MOST and not shutil.which("bcftools"):
        yield Row(f"preparing.{made}", what, skipped="bcftools is not installed")
        return
    ours, folder = [*python_command(PREPARE), path, path.parent / "out"], path.parent
    limits = column_copy_command(made, path)
    if made not in MOST:
        mine, least = take_turns(ours, limits, runs=scale.runs)
        note = _note(path, scale, mine, least)
        yield Row(f"preparing.{made}", what, mine.seconds, peer="cut and awk", peers=least.seconds, note=note)
        return
    pipeline = ["sh", "-c", PIPELINE.format(file=path, folder=folder)]
    _check_rows(ours, pipeline, folder)
    mine, peer, least = take_turns(ours, pipeline, limits, runs=scale.runs, warm=False)
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
        row.judged, row.most = "ratio", MAX_SHARE
    yield row
    limited = f"{what}, beside a copy of its columns"
    yield Row(f"preparing.{made}_limit", limited, mine.seconds, peer="bcftools query", peers=least.seconds)


def _note(path: Path, scale: Scale, ours: Figures, theirs: Figures) -> str:
    return (
        f"{path.stat().st_size / 1e6:.0f} MB; {scale.rows / ours.seconds:,.0f} rows/s; processor {ours.processor:.2f} s"
        f" against {theirs.processor:.2f} s; at most {ours.memory:.0f} MB of memory."
    )


def _check_rows(ours: list[str | Path], pipeline: list[str], folder: Path) -> None:
    """Raise MeasureError unless both give the same rows; a subprocess compares, so that this one stays small."""
    for command in (ours, pipeline):
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
    checker = Process(target=_compare_rows, args=(folder / "out" / "mutations.tsv", folder / "peer.tsv"))
    checker.start()
    checker.join()
    if checker.exitcode:
        raise MeasureError("the pipeline of the same work gives other rows")


def _compare_rows(ours: Path, theirs: Path) -> None:
    with ours.open(encoding="utf-8") as mine, theirs.open(encoding="utf-8") as others:
        next(mine)
        sys.exit(normalise_rows(mine) != normalise_rows(others))


def normalise_rows(lines: Iterable[str]) -> list[tuple[str, int, str, str, str]]:
    """Return rows sorted and normalised: bases that both alleles share at their ends are trimmed."""
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


def _measure_growth(scale: Scale, folder: Path) -> Iterator[Row]:
    """Prepare ever longer files; the exponent of the longest step says whether the time is linear (1).

    Processor time is used, as runs that take so long are too few for a median of wall times.
    """
    figures: list[Figures] = []
    for number in scale.growth:
        path, is_long = mutations.write(folder / "plain_vcf", "plain_vcf", number), number > scale.rows
        runs = 1 if is_long else min(3, scale.runs)
        figures += take_turns([*python_command(PREPARE), path, folder / "out"], runs=runs, warm=not is_long)
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
        most=MAX_MEMORY,
        growth=f"{memory[-1] - memory[-2]:+.1f} MB from {small:,} to {large:,} rows",
    )
