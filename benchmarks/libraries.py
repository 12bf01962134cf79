"""Why VCF has a reader of our own: what the libraries take that are installed, on the smallest job there is.

    python -m benchmarks.libraries [--rows N] [--runs N]

Each looks at four columns of every record; the last line is our whole preparation of the same file.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import mutations
from benchmarks.measure import by_turns, python
from benchmarks.preparing import PREPARE

READ = {
    "pysam": "import pysam, sys\nfor r in pysam.VariantFile(sys.argv[1]):\n  x = r.chrom, r.pos, r.ref, r.alts",
    "cyvcf2": "import cyvcf2, sys\nfor r in cyvcf2.VCF(sys.argv[1]):\n  x = r.CHROM, r.POS, r.REF, r.ALT",
    "vcfpy": "import vcfpy, sys\nfor r in vcfpy.Reader.from_path(sys.argv[1]):\n  x = r.CHROM, r.POS, r.REF, r.ALT",
}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = mutations.write(Path(name) / "called.vcf", "called", asked.rows)
        commands = {library: python(code, path) for library, code in READ.items() if _is_there(library)}
        commands["cgi-runner, all of it"] = python(PREPARE, path, name)
        print("| | s | processor, s | MB |\n|---|---|---|---|")
        for who, took in zip(commands, by_turns(*commands.values(), runs=asked.runs), strict=True):
            print(f"| {who} | {took.seconds:.2f} | {took.processor:.2f} | {took.memory:.0f} |")


def _is_there(library: str) -> bool:
    return not subprocess.run([sys.executable, "-c", f"import {library}"], capture_output=True, check=False).returncode


if __name__ == "__main__":
    main()
