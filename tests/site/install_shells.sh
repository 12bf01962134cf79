#!/usr/bin/env bash
# Sets up the shells whose completion is tested.
set -euo pipefail

missing=()
for shell in zsh fish; do
  command -v "$shell" > /dev/null || missing+=("$shell")
done
if [ "${#missing[@]}" -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
echo "the shells are ready: $(zsh --version), $(fish --version)"
