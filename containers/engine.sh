#!/bin/bash
# A container engine where there is none yet: Debian's own, for tests and builds on a machine without one.
#
#   containers/engine.sh up      make an engine answer: the one that is there, or Debian's docker.io (needs root)
#   containers/engine.sh env     print what a shell needs to reach it:  eval "$(containers/engine.sh env)"
#   containers/engine.sh down    stop the engine that `up` started; an engine that was there before is left alone
#   containers/engine.sh status  one line; exit 0 when an engine answers
#
# Every command may be repeated. State is kept in CONTAINER_STATE (default: a cache folder), never in the clone.
set -euo pipefail

STATE=${CONTAINER_STATE:-}
if [ -z "$STATE" ]; then
  if [ "$(id -u)" = 0 ]; then STATE=/var/cache/cgi-runner-containers
  else STATE=${XDG_CACHE_HOME:-$HOME/.cache}/cgi-runner-containers; fi
fi
OWN_HOST=unix://$STATE/docker.sock
START_SECONDS=180
LONGEST_SOCKET=104 # bytes of a path, as containerd allows

say() { printf 'engine: %s\n' "$*" >&2; }
die() { say "$1"; [ -z "${2:-}" ] || printf 'TIP: %s\n' "$2" >&2; exit 1; }

# `docker version` fails when the daemon is silent or too old for the client, so it proves both at once.
answers() { timeout 20 "$@" version >/dev/null 2>&1; }

# Newer clients refuse old daemons and cannot build without their buildx plug-in, hence a client of the daemon's own age.
own_client() { printf '%s\n' /usr/bin/docker; }
own_answers() { [ -S "$STATE/docker.sock" ] && DOCKER_HOST=$OWN_HOST answers "$(own_client)"; }
given_answers() { [ "${DOCKER_HOST:-}" != "$OWN_HOST" ] && command -v docker >/dev/null && answers docker; }

install_packages() {
  [ -x /usr/sbin/dockerd ] && [ -x /usr/bin/docker ] && command -v mmdebstrap >/dev/null && return 0
  [ "$(id -u)" = 0 ] || die "no engine answers, and installing one needs root" "start Docker, or run this as root on Debian"
  command -v apt-get >/dev/null || die "no engine answers, and this machine has no apt-get" "install and start Docker by hand"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io mmdebstrap >/dev/null 2>"$STATE/apt.log" ||
    { cat "$STATE/apt.log" >&2; die "the packages docker.io and mmdebstrap could not be installed"; }
}

# A daemon that was killed leaves its containerd behind, alive or as a number in a file; the next one would wait for it.
clear_away() {
  local orphan
  orphan=$(cat "$STATE/exec/containerd/containerd.pid" 2>/dev/null || true)
  if [ -n "$orphan" ] && [ "$(cat "/proc/$orphan/comm" 2>/dev/null)" = containerd ]; then
    kill "$orphan" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 "$orphan" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$orphan" 2>/dev/null || true
  fi
  rm -f "$STATE/docker.pid" "$STATE/docker.sock" "$STATE"/exec/containerd/containerd{.pid,.sock,.sock.ttrpc,-debug.sock}
}

# No bridge, no rules: containers share the host's network, and the machine's firewall and routes stay as they are.
start_daemon() {
  [ "$(id -u)" = 0 ] || die "no engine answers, and starting one needs root" "start Docker, or run this as root"
  local longest=$STATE/exec/containerd/containerd-debug.sock
  [ "${#longest}" -le "$LONGEST_SOCKET" ] ||
    die "the path of CONTAINER_STATE has ${#STATE} characters, and sockets there allow $((${#STATE} + LONGEST_SOCKET - ${#longest}))" \
      "set CONTAINER_STATE to a folder with a shorter path"
  local deadline=$((SECONDS + START_SECONDS)) daemon=''
  until own_answers; do
    [ "$SECONDS" -lt "$deadline" ] || { tail -20 "$STATE/dockerd.log" >&2; die "the engine did not answer within $START_SECONDS s"; }
    # On a busy machine a daemon gives up after 15 s without its containerd; another one is started then.
    if [ -z "$daemon" ] || ! kill -0 "$daemon" 2>/dev/null; then
      clear_away
      setsid /usr/sbin/dockerd --data-root "$STATE/data" --exec-root "$STATE/exec" --pidfile "$STATE/docker.pid" -H "$OWN_HOST" \
        --bridge=none --iptables=false --ip-forward=false --ip-masq=false --log-level warn \
        >"$STATE/dockerd.log" 2>&1 </dev/null &
      daemon=$!
    fi
    sleep 0.1
  done
}

up() {
  if given_answers || own_answers; then status; return; fi
  mkdir -p "$STATE/bin"
  exec 9>"$STATE/lock"
  flock 9  # two callers at once would start two daemons on one data folder
  if ! own_answers; then
    install_packages
    # The daemon must not inherit the lock, or it would hold it for as long as it lives.
    start_daemon 9>&-
  fi
  ln -sf "$(own_client)" "$STATE/bin/docker"
  status
}

status() {
  if given_answers; then say "answers: $(docker version --format '{{.Server.Version}}'), as this shell is set up"
  elif own_answers; then say "answers: $(DOCKER_HOST=$OWN_HOST "$(own_client)" version --format '{{.Server.Version}}'), at $OWN_HOST"
  else say "none answers"; return 1; fi
}

env_lines() {
  printf 'export CONTAINER_STATE=%q\n' "$STATE"
  if given_answers; then return 0; fi
  own_answers || die "none answers" "containers/engine.sh up"
  # shellcheck disable=SC2016 # the reader's shell expands PATH
  printf 'export DOCKER_HOST=%q\nexport PATH=%q:"$PATH"\n' "$OWN_HOST" "$STATE/bin"
}

down() {
  local pid
  pid=$(cat "$STATE/docker.pid" 2>/dev/null) || { say "nothing to stop"; return 0; }
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
    kill "$pid"
    for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    if kill -0 "$pid" 2>/dev/null; then die "process $pid did not stop within 20 s"; fi
  fi
  umount "$STATE/exec/netns/default" "$STATE/data" 2>/dev/null || true
  rm -f "$STATE/docker.pid" "$STATE/docker.sock"
  say "stopped"
}

case ${1:-} in
  up) up ;;
  env) env_lines ;;
  down) down ;;
  status) status ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
