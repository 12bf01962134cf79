#!/bin/bash
# All linters that Galaxy's tool reviewers use, on the suite in tools/; offline. Needs tests/engines/galaxy/install_galaxy.sh.
#
# Left out, and why:
#   version_bumped, BioToolsValid             ask the Tool Shed and bio.tools
#   --urls --doi --conda_requirements --biocontainers   ask the network
#   GTR020.2  flags of booleans cannot be quoted: an empty one would become an argument
#   GTR026    <stdio> comes from a macro, which this rule does not look into; detect_errors would add a second, empty box
#   GTR027    EDAM terms come from a macro, which this rule does not look into
#   GTR109    "aggressive" would fail jobs whose log from CGI holds the word error
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ENGINE=${GALAXY_ENGINE:-$HERE/../../../.engines/galaxy}
[ -f "$ENGINE/ready" ] || { echo "Galaxy is not installed in $ENGINE: run tests/engines/galaxy/install_galaxy.sh" >&2; exit 1; }
ENGINE=$(cd "$ENGINE" && pwd)

# A folder with the name that .shed.yml gives it: the linter compares them, and clones have any name.
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
mkdir -p "$WORK/tree/main"
cp -R "$HERE/../../../tools" "$WORK/tree/main/tools"
cd "$WORK/tree/main/tools"
export PYTHONWARNINGS=ignore PATH="$ENGINE/server/bin:$ENGINE/lint/bin:$PATH"

# Linters say a lot when all is well; show it only when it is not.
quietly() {
  printf '%s: ' "$*"
  if "$@" > "$WORK/log" 2>&1; then echo ok; else echo FAILED; grep -v 'CHECK\|INFO\|FutureWarning\|warnings.warn' "$WORK/log"; exit 1; fi
}

quietly planemo lint --fail_level warn .
quietly planemo shed_lint --tools --ensure_metadata --fail_level warn --skip version_bumped,BioToolsValid .
for tool in cgi_runner_*.xml; do quietly galaxy-tool-source validate "$tool"; done
quietly galaxy-tool-fmt --check --diff .
quietly galaxy-tool-refactor check --strict .
quietly galaxy-tool-refactor check --strict --ruleset strict --ignore GTR020.2,GTR026,GTR027,GTR109 .
