#!/usr/bin/env bash
# Parsl beside what the runner needs, in a folder of its own (CGI_PARSL; default: .engines/parsl), pinned with hashes.
# May be repeated.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
FOLDER=${CGI_PARSL:-$HERE/../../../.engines/parsl}

# A folder that is ready was made from this very list.
cmp -s "$HERE/parsl.txt" "$FOLDER/ready" && exit
"${PYTHON:-python3}" -m venv --clear "$FOLDER"
"$FOLDER/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$HERE/parsl.txt"
cp "$HERE/parsl.txt" "$FOLDER/ready"
