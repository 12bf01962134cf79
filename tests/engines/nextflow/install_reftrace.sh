#!/usr/bin/env bash
# RefTrace, which parses Nextflow, in a folder of its own (CGI_REFTRACE; default: .engines/reftrace), pinned with hashes.
# What it needs to draw graphs is left out: ten times its size. May be repeated.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
FOLDER=${CGI_REFTRACE:-$HERE/../../../.engines/reftrace}

# A folder that is ready was made from this very list.
cmp -s "$HERE/reftrace.txt" "$FOLDER/ready" && exit
"${PYTHON:-python3}" -m venv --clear "$FOLDER"
"$FOLDER/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$HERE/reftrace.txt"
cp "$HERE/reftrace.txt" "$FOLDER/ready"
