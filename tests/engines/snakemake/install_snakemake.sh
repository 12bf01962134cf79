#!/usr/bin/env bash
# Snakemake with its executor for Slurm, in a folder of its own (CGI_SNAKEMAKE; default: .engines/snakemake), pinned
# with hashes. May be repeated.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
FOLDER=${CGI_SNAKEMAKE:-$HERE/../../../.engines/snakemake}

# A folder that is ready was made from this very list.
cmp -s "$HERE/snakemake.txt" "$FOLDER/ready" && exit
"${PYTHON:-python3}" -m venv --clear "$FOLDER"
"$FOLDER/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$HERE/snakemake.txt"
cp "$HERE/snakemake.txt" "$FOLDER/ready"
