"""Time and memory of reconciling returned rows with those sent, and of splitting them by sample.

Each step is one process, on a packed job of made-up results as wide as those of CGI.
"""

from __future__ import annotations

import pickle
import shutil
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing import Process
from pathlib import Path

from benchmarks import mutations
from benchmarks.measure import Row, Scale, python_command, take_turns

COLUMNS = (
    "Input ID\tCHROMOSOME\tPOSITION\tREF\tALT\tCGI-Sample ID\tCGI-Gene\tCGI-Protein Change\tCGI-Oncogenic Summary\t"
    "CGI-Oncogenic Prediction\tCGI-External oncogenic annotation\tCGI-Mutation\tCGI-Consequence\tCGI-Transcript\t"
    "CGI-STRAND\tCGI-Type\tCGI-HGVS\tCGI-HGVSc\tCGI-HGVSp"
)
REST = (
    "BRAF\tV600E\tdriver (oncodriveMUT)\tdriver (oncodriveMUT)\tCGI,OncoKB\t{}:{} {}>{}\tmissense_variant\t"
    "ENST00000646891\t+\tSNP\tENST00000646891:c.1799T>A\tENST00000646891.2:c.1799T>A\tENSP00000493543.1:p.Val600Glu"
)
RECONCILE = """\
import sys
from pathlib import Path
from cgi_runner.results.generations import read_result_tables
from cgi_runner.results.reconcile import reconcile
(rows,) = reconcile(read_result_tables(Path(sys.argv[1])), [])
assert rows.sent == rows.returned, rows
"""
SPLIT = """\
import pickle, sys, tempfile
from pathlib import Path
from cgi_runner.cohort.demultiplex import Demultiplexer
folder = Path(sys.argv[1])
pack, record = pickle.loads((folder / "pack.pickle").read_bytes())
out = Path(tempfile.mkdtemp(dir=folder.parent))
targets = [out / str(number) for number, _ in enumerate(pack.members)]
accounts = Demultiplexer(pack, folder, record, targets).split()
assert sum(account.rows["mutations"]["returned"] for account in accounts) == pack.rows
"""
LEAST = 200_000


def rows(scale: Scale) -> Iterator[Row]:
    """Yield speed and memory of both steps and of the two together."""
    with tempfile.TemporaryDirectory() as name:
        few, many = (_make_job_apart(Path(name) / str(number), number) for number in (scale.rows // 10, scale.rows))
        rate = 0.0
        for key, code, what in (("reconcile", RECONCILE, "reconciling"), ("split", SPLIT, "splitting by sample")):
            less, more = take_turns(
                [*python_command(code), few], [*python_command(code), many], runs=min(3, scale.runs), warm=False
            )
            rate += more.seconds / scale.rows
            growth = f"{(more.seconds - less.seconds) / (scale.rows * 0.9) * 1e6:.2f} s per 1,000,000 rows; "
            growth += f"{more.memory - less.memory:+.1f} MB from {scale.rows // 10:,} to {scale.rows:,} rows"
            row = Row(f"returning.{key}", f"{what} {scale.rows:,} returned rows", growth=growth)
            row.ours, row.unit = scale.rows / more.seconds, "rows/s"
            times = f"{more.seconds:.2f} s with start-up, {more.processor:.2f} s of the processor"
            row.note = f"{times}; at most {more.memory:.0f} MB of memory."
            yield row
        yield Row(
            "returning.both",
            f"reconciling and splitting {scale.rows:,} returned rows, one after the other",
            ours=1 / rate,
            unit="rows/s",
            judged="ours",
            least=LEAST,
            note=f"a row of results is {len(COLUMNS.split(chr(9)))} columns and about 300 bytes, its upload 40; "
            "they are those of 1,000 samples, for each of which the file system has to make a folder and three files.",
        )


def _make_job_apart(folder: Path, number: int) -> Path:
    """Make a packed job with its results, in a subprocess so that this one stays small."""
    folder.mkdir()
    maker = Process(target=_make_job, args=(folder, number))
    maker.start()
    maker.join()
    return folder


def _make_job(folder: Path, number: int) -> None:
    from cgi_runner.cohort.packing import build_submission, make_batches
    from cgi_runner.cohort.prepare import PreparedSample
    from cgi_runner.cohort.shared_inputs import prepare_shared
    from cgi_runner.cohort.sheet import Sample
    from cgi_runner.inputs import Options
    from cgi_runner.inputs.account import InputAccount
    from cgi_runner.inputs.dropped import DroppedFile
    from cgi_runner.inputs.reference import Reference
    from cgi_runner.job import Record

    table = mutations.write(folder / "table", "table", number)
    shared = prepare_shared({"mutations": table}, folder / "shared", Options(reference="hg38"))
    nothing = folder / "nothing.tsv"
    DroppedFile(nothing).close()
    members = [
        PreparedSample(
            Sample(name, name, "CANCER", "hg38", {}), tuple(parts), nothing, {}, Reference("hg38", "benchmark")
        )
        for name, parts in shared.parts.items()
    ]
    (batch,) = make_batches(members, max_rows=sys.maxsize)
    asked = build_submission(batch, folder / "order", title="benchmark")
    shutil.copyfile(asked.files["mutations"], folder / "input01.tsv")
    _write_returned_rows(folder)
    shutil.copyfile(nothing, folder / "dropped.tsv")
    sent: dict[str, InputAccount] = {"mutations": {"sha256": asked.sha256["mutations"]}}
    record = Record("benchmark", inputs=sent, archive={"members": ["alterations.tsv", "input01.tsv"]})
    (folder / "pack.pickle").write_bytes(pickle.dumps((batch, record)))


def _write_returned_rows(folder: Path) -> None:
    """Write a result for every row of the upload."""
    with (folder / "input01.tsv").open() as sent, (folder / "alterations.tsv").open("w") as table:
        next(sent)
        table.write(COLUMNS + "\n")
        for number, line in enumerate(sent, 1):
            chromosome, position, ref, alt, sample, _ = line.split("\t")
            rest = REST.format(chromosome, position, ref, alt)
            table.write(f"input01_{number}\t{chromosome}\t{position}\t{ref}\t{alt}\t{sample}\t{rest}\n")
