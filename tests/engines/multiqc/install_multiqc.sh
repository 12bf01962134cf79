#!/usr/bin/env bash
# Sets up MultiQC in an environment of its own; it needs a gigabyte, so it is no part of the development's.
set -euo pipefail
cd "$(dirname "$0")/../../.."
folder=.engines/multiqc

[ -x "$folder/bin/multiqc" ] || {
  python3 -m venv --clear "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check multiqc==1.35
}
"$folder/bin/multiqc" --version
