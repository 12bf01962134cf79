#!/bin/bash
# Build cgi-runner:VERSION (and :latest) from this clone, and write its bill of materials (SPDX) into dist/.
#
#   containers/build.sh [--no-sbom]
#
# BASE               the base image; default: the published one where it can be had, one made from packages where not
# SOURCE_DATE_EPOCH  the date of what is built, in seconds; default: that of the last commit
# TAG                the image's name; default: cgi-runner:VERSION, then it is called cgi-runner:latest as well
# NO_CACHE=1         build every step again
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
SUITE=trixie
PUBLISHED=debian:$SUITE-slim

case ${1:-} in
  '' | --no-sbom) ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

"$HERE/engine.sh" up
ENGINE=$("$HERE/engine.sh" env)
eval "$ENGINE"

# An engine without the buildx plug-in has BuildKit inside, from Docker 18.09 to 22; later ones need nothing said.
export DOCKER_BUILDKIT=1

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$ROOT/runner/cgi_runner/__init__.py")
revision=$(git -C "$ROOT" rev-parse HEAD 2>/dev/null || echo unknown)
if [ "$revision" != unknown ] && [ -n "$(git -C "$ROOT" status --porcelain -- Dockerfile .dockerignore pyproject.toml README.md LICENSE requirements runner)" ]; then
  revision=$revision-modified
fi
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null || echo 0)}
tag=${TAG:-cgi-runner:$version}

if [ -z "${BASE:-}" ]; then
  if timeout 120 docker pull -q "$PUBLISHED" >/dev/null 2>&1; then BASE=$PUBLISHED
  else
    BASE=cgi-runner-base:$SUITE
    SUITE=$SUITE "$HERE/base.sh" "$BASE"
  fi
fi

options=(--network host --tag "$tag" --build-arg "BASE=$BASE" --build-arg "VERSION=$version"
  --build-arg "REVISION=$revision" --build-arg "SOURCE_DATE_EPOCH=$epoch")
[ -n "${TAG:-}" ] || options+=(--tag cgi-runner:latest)
[ -z "${NO_CACHE:-}" ] || options+=(--no-cache)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
docker build --progress plain "${options[@]}" "$ROOT" >"$log" 2>&1 || { tail -40 "$log" >&2; exit 1; }
# What this build has replaced would fill an engine that is kept.
docker image prune --force --filter label=software=cgi-runner >/dev/null
printf 'build: %s on %s\n' "$tag" "$BASE" >&2
[ "${1:-}" != --no-sbom ] || exit 0

tools=$("$HERE/tools.sh")
sbom=$ROOT/dist/${tag//[:\/]/-}.spdx.json
mkdir -p "$ROOT/dist"
SYFT_CHECK_FOR_APP_UPDATE=false SYFT_FILE_METADATA_SELECTION=none "$tools/syft" scan --quiet --source-name "${tag%:*}" --source-version "$version" \
  --output "spdx-json=$sbom.part" "docker:$tag"
mv "$sbom.part" "$sbom"
printf 'build: %s\n' "${sbom#"$ROOT"/}" >&2
