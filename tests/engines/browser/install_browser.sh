#!/usr/bin/env bash
# Sets up what the browser's tests need: Debian's Chromium, and two packages of npm in one folder, pinned.
set -euo pipefail
cd "$(dirname "$0")/../../.."
folder=.engines/browser

# Only what is missing: a Node.js from elsewhere brings an npm of its own, and Debian's package npm refuses to stand beside it.
missing=()
command -v chromium > /dev/null || missing+=(chromium)
command -v npm > /dev/null || missing+=(nodejs npm)
if [ "${#missing[@]}" -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
mkdir -p "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" axe-core@4.10.2 playwright-core@1.65.1
echo "the browser is ready: $(chromium --version 2> /dev/null | head -1)"
