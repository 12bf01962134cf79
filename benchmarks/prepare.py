"""Measure how fast, and in how much memory, a VCF is prepared, side by side with `bcftools query`.

Run it with the interpreter that has cgi-runner: `python benchmarks/prepare.py [--rows N] [--runs N] [--libraries]`.
The files are made up, from one seed, in a temporary folder. The two commands take turns; medians are shown.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cgi_runner.inputs.genome import GENOMES, NAMES

INFO = (
    "AS_FilterStatus=SITE;AS_SB_TABLE={a},{a}|{b},{b};DP={d};ECNT=1;GERMQ=93;MBQ=34,33;MFRL=172,180;MMQ=60,60;"
    "MPOS=32;NALOD=1.52;NLOD=9.63;POPAF=6.00;ROQ=93;TLOD={b}.25"
)
CALL = "\tGT:AD:AF:DP:F1R2:F2R1:SB\t0/1:{a},{b}:0.07:{d}:{a},{b}:{a},{b}:{a},{a},{b},{b}"
CSQ = ";CSQ=" + ",".join(
    ["T|missense_variant|MODERATE|BRAF|ENSG00000157764|Transcript|ENST00000646891|15/18||V/E"] * 10
)
DECLARED = "##FORMAT=<ID=GT,Number=1,Type=String,Description=.>\n" + "".join(
    f"##{kind}=<ID={name},Number=.,Type=String,Description=.>\n"
    for kind, names in (
        ("INFO", "AS_FilterStatus AS_SB_TABLE DP ECNT GERMQ MBQ MFRL MMQ MPOS NALOD NLOD POPAF ROQ TLOD CSQ"),
        ("FORMAT", "AD AF DP F1R2 F2R1 SB"),
    )
    for name in names.split()
)
PREPARE = (
    "import sys, pathlib; from cgi_runner.inputs import prepare;"
    "prepare({'mutations': pathlib.Path(sys.argv[1])}, pathlib.Path(sys.argv[2]), reference='hg38')"
)
READ = {
    "pysam": "import pysam\nfor r in pysam.VariantFile(f):\n  x = r.chrom, r.pos, r.ref, r.alts",
    "cyvcf2": "import cyvcf2\nfor r in cyvcf2.VCF(f):\n  x = r.CHROM, r.POS, r.REF, r.ALT",
    "vcfpy": "import vcfpy\nfor r in vcfpy.Reader.from_path(f):\n  x = r.CHROM, r.POS, r.REF, r.ALT",
}
"""The least that has to be done with each library: look at four columns of every record."""

Figures = tuple[float, float, int]
"""Seconds on the clock, seconds of the processor, megabytes at most."""


def alleles(draw: random.Random) -> tuple[str, str]:
    """Draw the alleles of a line: nine substitutions for one insertion, deletion or list of two."""
    ref, alt = draw.sample("ACGT", 2)
    more = "".join(draw.choices("ACGT", k=3))
    return draw.choices([(ref, alt), (ref, ref + more), (ref + more, ref), (ref, f"{alt},{ref}{alt}")], [90, 5, 4, 1])[
        0
    ]


def lines(rows: int, shape: str) -> Iterator[str]:
    """Give the records, in order, spread over the chromosomes as their lengths are."""
    draw = random.Random(1)
    ends = GENOMES["hg38"].ends
    for rank in range(1, 23):
        share = rows * ends[rank] // sum(ends[:23])
        for position in sorted(draw.sample(range(10_000, ends[rank]), share)):
            ref, alt = alleles(draw)
            deep, few = draw.randrange(20, 400), draw.randrange(3, 20)
            facts = {"d": deep, "a": deep // 2, "b": few}
            info = "DP={d}" if shape == "thin" else INFO + CSQ if shape == "annotated" else INFO
            call = "" if shape == "thin" else CALL
            yield f"chr{NAMES[rank]}\t{position}\t.\t{ref}\t{alt}\t.\tPASS\t{(info + call).format(**facts)}\n"


def write(path: Path, rows: int, shape: str) -> None:
    """Write a VCF; `shuffled` is a called one in no order."""
    ends = GENOMES["hg38"].ends
    with path.open("w", encoding="ascii") as file:
        file.write("##fileformat=VCFv4.2\n" + DECLARED)
        file.writelines(f"##contig=<ID=chr{NAMES[rank]},length={ends[rank]}>\n" for rank in range(1, 23))
        file.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO" + ("" if shape == "thin" else "\tFORMAT\tT1") + "\n")
        records = lines(rows, shape)
        if shape == "shuffled":
            shuffled = list(records)
            random.Random(2).shuffle(shuffled)
            records = iter(shuffled)
        file.writelines(records)


def measured(command: list[str]) -> Figures:
    """Run a command to its end, and give what it took."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def median(runs: list[Figures]) -> Figures:
    """Give the median of each figure, and the highest memory."""
    return (
        statistics.median(run[0] for run in runs),
        statistics.median(run[1] for run in runs),
        max(run[2] for run in runs),
    )


def compare(path: Path, folder: Path, runs: int) -> str:
    """Let the two take turns over one file, and give a row of the table."""
    ours = [sys.executable, "-c", PREPARE, str(path), str(folder)]
    theirs = ["bcftools", "query", "-f", r"%CHROM\t%POS\t%REF\t%ALT\n", str(path)]
    pairs = [(measured(theirs), measured(ours)) for _ in range(runs)]
    query, prepared = median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])
    size = path.stat().st_size // 1_000_000
    return (
        f"| {path.name} | {size} | {query[0]:.2f} ({query[1]:.2f}) | {prepared[0]:.2f} ({prepared[1]:.2f}) "
        f"| {prepared[0] / query[0]:.1f} ({prepared[1] / query[1]:.1f}) | {prepared[2]} |"
    )


def libraries(path: Path, runs: int) -> Iterator[str]:
    """Measure the libraries that are installed, on the smallest job there is."""
    for name, code in READ.items():
        command = [sys.executable, "-c", f"f = {str(path)!r}\n{code}"]
        if subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, check=False).returncode == 0:
            clock, processor, memory = median([measured(command) for _ in range(runs)])
            yield f"| {name} | {clock:.2f} ({processor:.2f}) | {memory} |"


def made(folder: Path, rows: int, say: Callable[[str], None]) -> Iterator[Path]:
    """Write the files one after the other, each gone when the next one is wanted."""
    plans = [("called", rows // 4), ("called", rows // 2), ("thin", rows), ("annotated", rows), ("shuffled", rows)]
    for shape, number in [*plans, ("called", rows)]:
        path = folder / f"{shape}-{number}.vcf"
        # A process starts with the memory of the one that starts it on its account, so that this one has to stay small.
        writer = multiprocessing.Process(target=write, args=(path, number, shape))
        writer.start()
        writer.join()
        yield path
        if shape == "called" and number == rows:
            packed = path.with_suffix(".vcf.gz")
            subprocess.run(["bcftools", "view", "-O", "z", "-o", str(packed), str(path)], check=True)
            yield packed
            break
        path.unlink()
        say(f"{path.name} done")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--libraries", action="store_true", help="also measure pysam, cyvcf2 and vcfpy where installed")
    asked = parser.parse_args()
    print("| file | MB | bcftools query, s (cpu) | prepare, s (cpu) | ratio (cpu) | prepare, MB |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        work = folder / "work"
        work.mkdir()
        for path in made(folder, asked.rows, lambda text: print(text, file=sys.stderr)):
            print(compare(path, work, asked.runs), flush=True)
        if asked.libraries:
            print("\n| library, four columns of each record | s (cpu) | MB |\n|---|---|---|")
            for row in libraries(folder / f"called-{asked.rows}.vcf", asked.runs):
                print(row, flush=True)


if __name__ == "__main__":
    main()
