"""How fast, and in how much memory, CGI's answers are put into a VCF.

The peer is `bcftools annotate` with a tabix file that holds the same columns for the same records, made beforehand from
the annotated file: it copies ready-made columns, and looks nothing up by spelling, sample or status.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from multiprocessing import Process
from pathlib import Path

from benchmarks import mutations
from benchmarks.measure import Row, Scale, python_command, take_turns
from benchmarks.returning import COLUMNS, REST

ANNOTATE = (
    "import sys, pathlib; from cgi_runner.annotate.file import annotate_file;"
    "annotate_file(*map(pathlib.Path, sys.argv[1:4]), sample=sys.argv[4])"
)
SAMPLE = "T1"
SHARES = {"few": 100, "all": 1}
"""One of so many records was sent and came back."""
DRIVERS = 20
"""One of so many results is a driver."""
MAX_MEMORY = 100


def rows(scale: Scale) -> Iterator[Row]:
    """Yield the times and memory for results of few records and of all records."""
    needed = ("bcftools", "bgzip", "tabix")
    if missing := [name for name in needed if not shutil.which(name)]:
        yield Row("annotate.few", f"annotating {scale.annotated:,} records", skipped=f"{missing[0]} is not installed")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = mutations.write(folder / "called.vcf", "caller_vcf", scale.annotated)
        packed = folder / "called.vcf.gz"
        with packed.open("wb") as file:
            subprocess.run(["bgzip", "-c", source], check=True, stdout=file)
        for share, step in SHARES.items():
            results = make_results(folder / share, source, step)
            yield from _compare_with_peer(share, source, results, scale)
            if share == "few":
                yield from _compare_with_peer("packed", packed, results, scale)


def _compare_with_peer(name: str, source: Path, results: Path, scale: Scale) -> Iterator[Row]:
    """Annotate a file in turns with the peer, in the same output format."""
    is_packed = source.suffix == ".gz"
    share = "all" if results.name == "all" else f"one of {SHARES[results.name]}"
    what = f"annotating {scale.annotated:,} records{' of a bgzipped file' if is_packed else ''}, {share} with a result"
    output = results / f"annotated{source.suffix}"
    ours = [*python_command(ANNOTATE), source, results, output, SAMPLE]
    subprocess.run(ours, check=True, capture_output=True)
    theirs = _peer_command(source, output, results)
    mine, others = take_turns(ours, theirs, runs=min(3, scale.runs), warm=False)
    row = Row(f"annotate.{name}", f"{what}, processor time", mine.processor, peer="bcftools annotate")
    row.peers = others.processor  # what else the machine does disturbs it less than the time on the clock
    row.judged, row.most = "ratio", 3
    row.why = "each allele is looked up by spelling, sample and status; the peer copies columns that are ready"
    row.note = (
        f"{source.stat().st_size / 1e6:.0f} MB; {mine.processor / scale.annotated * 1e6:.1f} µs a record; on the clock"
        f" {mine.seconds:.2f} s against {others.seconds:.2f} s; memory {mine.memory:.0f} MB against"
        f" {others.memory:.0f} MB."
    )
    yield row
    memory = Row(f"annotate.{name}_memory", f"{what}, memory", mine.memory, "MB", judged="ours", most=MAX_MEMORY)
    yield memory


def _peer_command(source: Path, annotated: Path, folder: Path) -> list[str | Path]:
    """Return the peer's command, with a tabix file of what was added to an annotated file."""
    header, table = folder / "header.txt", folder / "table.tsv.gz"
    said = subprocess.run(["bcftools", "view", "-h", annotated], check=True, capture_output=True, text=True).stdout
    lines = [line for line in said.splitlines() if line.startswith("##INFO=<ID=CGI_")]
    header.write_text("\n".join(lines) + "\n")
    keys = [line.removeprefix("##INFO=<ID=").partition(",")[0] for line in lines]
    form = "\\t".join(["%CHROM\\t%POS\\t%REF\\t%ALT", *(f"%{key}" for key in keys)]) + "\\n"
    with table.open("wb") as file:
        asked = subprocess.Popen(["bcftools", "query", "-f", form, annotated], stdout=subprocess.PIPE)
        subprocess.run(["bgzip", "-c"], check=True, stdin=asked.stdout, stdout=file)
        asked.wait()
    subprocess.run(["tabix", "-f", "-s1", "-b2", "-e2", table], check=True)
    columns = ",".join(["CHROM", "POS", "REF", "ALT", *keys])
    form = "z" if source.suffix == ".gz" else "v"
    return ["bcftools", "annotate", "-a", table, "-c", columns, "-h", header, "-O", form, "-o",
            folder / f"peer{source.suffix}", source]  # fmt: skip


def make_results(folder: Path, source: Path, step: int) -> Path:
    """Make results for every `step`-th record, in a subprocess so that this one stays small."""
    maker = Process(target=_write_results, args=(folder, source, step))
    maker.start()
    maker.join()
    return folder


def _write_results(folder: Path, source: Path, step: int) -> None:
    folder.mkdir()
    with (
        source.open() as lines,
        (folder / "input01.tsv").open("w") as sent,
        (folder / "alterations.tsv").open("w") as table,
    ):
        sent.write("chr\tpos\tref\talt\tsample\n")
        table.write(COLUMNS + "\n")
        number = 0
        for place, line in enumerate(each for each in lines if not each.startswith("#")):
            if place % step:
                continue
            chromosome, position, _, ref, alternates, _ = line.split("\t", 5)
            for alt in alternates.split(","):
                number += 1
                sent.write(f"{chromosome}\t{position}\t{ref}\t{alt}\t{SAMPLE}\n")
                rest = _vary_names(REST.format(chromosome, position, ref, alt), number)
                if number % DRIVERS:
                    rest = rest.replace("driver", "passenger", 2)
                table.write(f"input01_{number}\t{chromosome}\t{position}\t{ref}\t{alt}\t{SAMPLE}\t{rest}\n")
    (folder / "biomarkers.tsv").write_text(
        "Sample ID\tAlterations\tBiomarker\tDrugs\tDiseases\tResponse\tEvidence\tMatch\tSource\tBioM\n"
    )
    # As in the folder of a run, whose rows were compared with those sent when they were fetched.
    record = {"schema": 1, "service": "benchmark", "state": "verified", "reference": "hg38", "cancer_type": "BRCA"}
    (folder / "cgi-job.json").write_text(json.dumps({**record, "samples": {SAMPLE: number}}))
    (folder / "summary.txt").write_text(
        "CGI version: v23.12.2\nDate: 2024-09-09 12:17:40\nCancer type: BRCA\nReference genome: hg38\n"
    )


def _vary_names(row: str, number: int) -> str:
    """Return a row of results with its own gene and changes, as nearly every row of CGI has."""
    gene, place = number // 50 % 20_000, number % 2_000
    for old, new in {
        "BRAF": f"GENE{gene}",
        "V600E": f"V{place}E",
        "493543": f"{gene:06}",
        "Val600": f"Val{place}",
    }.items():
        row = row.replace(old, new)
    return row
