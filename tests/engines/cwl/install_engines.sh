#!/bin/bash
# Engines for the CWL tests, beside cwltool, which comes with the development packages.
#
#   tests/engines/cwl/install_engines.sh toil    Toil and miniwdl, in a folder of their own (CGI_TOIL; default: .engines/toil), pinned with hashes
#   tests/engines/cwl/install_engines.sh slurm   Slurm from Debian's packages (needs root); nothing is started
#
# Every command may be repeated.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
TOIL=${CGI_TOIL:-$HERE/../../../.engines/toil}
SLURM=(slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge)

install_toil() {
  # A folder that is ready was made from this very list.
  cmp -s "$HERE/toil.txt" "$TOIL/ready" && return
  "${PYTHON:-python3}" -m venv --clear "$TOIL"
  "$TOIL/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$HERE/toil.txt"
  cp "$HERE/toil.txt" "$TOIL/ready"
}

install_slurm() {
  dpkg-query -W -f '${db:Status-Abbrev}\n' "${SLURM[@]}" 2>/dev/null | grep -c '^ii' | grep -qx "${#SLURM[@]}" && return
  apt-get update -qq
  # Without policy-rc.d the packages would start daemons that nobody has set up.
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${SLURM[@]}" >/dev/null
}

case "${1:-}" in
  toil) install_toil ;;
  slurm) install_slurm ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
