"""Why VCF has its own reader: the cost of the libraries that are installed, on the smallest task.

    python -m benchmarks.libraries [--rows N] [--runs N]

Each reads four columns of every record; the last line is the whole preparation of the same file.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import mutations
from benchmarks.measure import python_command, take_turns
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
    with tempfile.TemporaryDirectory() as folder:
        path = mutations.write(Path(folder) / "called.vcf", "caller_vcf", asked.rows)
        commands = {library: python_command(code, path) for library, code in READ.items() if _is_installed(library)}
        commands["cgi-runner, all of it"] = python_command(PREPARE, path, folder)
        print("| | s | processor, s | MB |\n|---|---|---|---|")
        for name, figures in zip(commands, take_turns(*commands.values(), runs=asked.runs), strict=True):
            print(f"| {name} | {figures.seconds:.2f} | {figures.processor:.2f} | {figures.memory:.0f} |")


def _is_installed(library: str) -> bool:
    return not subprocess.run([sys.executable, "-c", f"import {library}"], capture_output=True, check=False).returncode


if __name__ == "__main__":
    main()
