#!/bin/bash
# A slim Debian base image made from Debian's own packages, for machines where no image registry can be reached.
#
#   containers/base.sh [TAG]     default: cgi-runner-base:SUITE, SUITE being trixie
#
# What it makes stands in for the published debian:SUITE-slim. It also trusts the certificate authorities that this machine
# trusts, because pip inside a build goes through the same network; so never publish an image that is built on it.
# The variable SUITE names another release, MAX_AGE_DAYS says how old a base may be before it is made again (default 7).
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
SUITE=${SUITE:-trixie}
TAG=${1:-cgi-runner-base:$SUITE}
MAX_AGE_DAYS=${MAX_AGE_DAYS:-7}
AUTHORITIES=/etc/ssl/certs/ca-certificates.crt
SOURCES=/etc/apt/sources.list.d/debian.sources

ENGINE=$("$HERE/engine.sh" env)
eval "$ENGINE"
STATE=$CONTAINER_STATE
TAR=$STATE/base-$SUITE.tar
mkdir -p "$STATE"
exec 9>"$STATE/base.lock"
flock 9

# A change of the machine's authorities makes a base stale as well.
fresh() { [ -n "$(find "$TAR" -mtime "-$MAX_AGE_DAYS" -size +1M -newer "$AUTHORITIES" 2>/dev/null)" ]; }
if fresh && [ -n "$(docker images -q "$TAG")" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bootstrap() {
  local options=(--variant=minbase --aptopt='APT::Install-Recommends "false"'
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr) value sources=() key folder
  for key in Acquire::Check-Valid-Until Acquire::Check-Date; do # as this machine's apt is set up
    value=
    eval "$(apt-config shell value "$key")"
    [ -z "$value" ] || options+=(--aptopt="$key \"$value\"")
  done
  # The published slim images leave these out too.
  for folder in man locale info doc; do options+=(--dpkgopt="path-exclude=/usr/share/$folder/*"); done
  printf '%s\n' 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };' \
    'Dir::Cache::pkgcache "";' 'Dir::Cache::srcpkgcache "";' 'Acquire::Languages "none";' >"$work/docker-clean"
  printf '[global]\ncert = %s\n' "$AUTHORITIES" >"$work/pip.conf"
  mkdir -p "$work/local"
  cp -L /usr/local/share/ca-certificates/*.crt "$work/local/" 2>/dev/null || true
  # shellcheck disable=SC2016 # mmdebstrap expands $1 itself
  options+=(--dpkgopt='path-include=/usr/share/doc/*/copyright'
    --customize-hook='for file in hosts hostname resolv.conf; do : >"$1/etc/$file"; done; rm -f "$1"/var/cache/apt/*.bin'
    --customize-hook="upload $work/docker-clean /etc/apt/apt.conf.d/docker-clean"
    --customize-hook='mkdir -p "$1/etc/ssl/certs" "$1/usr/local/share/ca-certificates"'
    --customize-hook="upload $AUTHORITIES $AUTHORITIES" --customize-hook="upload $work/pip.conf /etc/pip.conf"
    --customize-hook="sync-in $work/local /usr/local/share/ca-certificates")
  # The machine's own sources are of use only when they are for the same release.
  if grep -qsw "Suites:.* $SUITE" "$SOURCES"; then sources=("$SOURCES"); fi
  mmdebstrap -q --format=tar "${options[@]}" "$SUITE" "$TAR.new" "${sources[@]}" >"$STATE/base.log" 2>&1 ||
    { tail -20 "$STATE/base.log" >&2; return 1; }
  mv "$TAR.new" "$TAR"
}

fresh || bootstrap
docker import -c 'CMD ["bash"]' "$TAR" "$TAG" >/dev/null
printf 'base: %s made from %s packages\n' "$TAG" "$SUITE" >&2
