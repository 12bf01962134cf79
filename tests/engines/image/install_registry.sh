#!/bin/bash
# A registry and Podman from Debian's packages, for the tests of pulls and digests (needs root); nothing is started.
set -euo pipefail

PACKAGES=(docker-registry podman)

dpkg-query -W -f '${db:Status-Abbrev}\n' "${PACKAGES[@]}" 2>/dev/null | grep -c '^ii' | grep -qx "${#PACKAGES[@]}" && exit
apt-get update -qq
# Without policy-rc.d the packages would start daemons that nobody has set up.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${PACKAGES[@]}" >/dev/null
