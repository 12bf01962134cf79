#!/bin/bash
# Print the folder of the tools that look at images and scripts (syft, hadolint, shellcheck), made on first use.
# They have no business in the image, nor among the runner's own dependencies.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
ENGINE=$("$HERE/engine.sh" env)
eval "$ENGINE"
LOCK=$HERE/tools.txt
TOOLS=$CONTAINER_STATE/tools-$(sha256sum "$LOCK" | cut -c1-12)

if [ ! -e "$TOOLS/complete" ]; then
  mkdir -p "$CONTAINER_STATE"
  python3 -m venv --clear "$TOOLS"
  "$TOOLS/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$LOCK" >&2
  touch "$TOOLS/complete"
fi
printf '%s\n' "$TOOLS/bin"
