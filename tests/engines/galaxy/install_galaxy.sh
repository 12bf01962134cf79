#!/bin/bash
# A real Galaxy with planemo, and the linters for its tools, from PyPI: about 1.3 GB and 45 s. Repeating it costs nothing.
#
#   tests/engines/galaxy/install_galaxy.sh [FOLDER]     default: $GALAXY_ENGINE, else .engines/galaxy in the clone
#
# FOLDER/server  Galaxy and planemo      FOLDER/lint  galaxy-tool-refactor and its companions
# FOLDER/root    what planemo takes for a checkout of Galaxy (--galaxy_root)
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
FOLDER=${1:-${GALAXY_ENGINE:-$HERE/../../../.engines/galaxy}}
PYTHON=${PYTHON:-python3}
UV=uv==0.13.9

fingerprint=$(cat "$HERE"/engine/* "${BASH_SOURCE[0]}" | sha256sum | cut -d' ' -f1)
if [ "$(cat "$FOLDER/ready" 2>/dev/null)" = "$fingerprint" ]; then exit 0; fi

echo "Setting up Galaxy in $FOLDER (once) ..." >&2
rm -rf "$FOLDER"
mkdir -p "$FOLDER/root/lib/galaxy"
FOLDER=$(cd "$FOLDER" && pwd)
"$PYTHON" -m venv "$FOLDER/installer"
"$FOLDER/installer/bin/pip" install --quiet --disable-pip-version-check "$UV" 2> >(grep -v "is ignored: it is neither" >&2)
# Bytecode is compiled now: where PYTHONDONTWRITEBYTECODE is set, every job would otherwise start 8 s later.
for part in server:galaxy.txt lint:lint.txt; do
  "$PYTHON" -m venv --without-pip "$FOLDER/${part%%:*}"
  "$FOLDER/installer/bin/uv" pip install --quiet --compile-bytecode --no-deps \
    --python "$FOLDER/${part%%:*}/bin/python" -r "$HERE/engine/${part##*:}"
done
"$FOLDER/server/bin/python" -c 'import galaxy.version; print(galaxy.version.__file__)' |
  xargs -I{} cp {} "$FOLDER/root/lib/galaxy/version.py"
install -m 755 "$HERE/engine/run.sh" "$FOLDER/root/run.sh"
rm -rf "$FOLDER/installer"
echo "$fingerprint" > "$FOLDER/ready"
