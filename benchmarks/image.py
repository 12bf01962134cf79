"""The image: how large it is, what it adds to a start, and how long it takes to build again."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measure import ROOT, MeasureError, Row, Scale, by_turns, took

IMAGE = "cgi-runner:latest"
SCRIPTS = ROOT / "containers"
NO_ENGINE = "no container engine answers (`--with-engine` brings one up)"


def rows(scale: Scale) -> Iterator[Row]:
    """Give size, start and the time of another build."""
    size = Row("image.size", "image, compressed", unit="MB", judged="ours", most=50)
    start = Row("image.start", "image, start over that of `true`", judged="ours", most=0.5)
    rebuilt = Row("image.rebuilt", "building the image again, its bill of materials included", judged="ours", most=60)
    with _engine() as env:
        if env is None:
            size.skipped = start.skipped = rebuilt.skipped = NO_ENGINE
        else:
            _build_image(env)
            rebuilt.ours = _build_image(env)
            size.ours, size.note = _size(env), f"{_layers(env)} layers; `docker save | gzip -9`."
            run = ["docker", "run", "--rm", "--network", "none", IMAGE]
            version, true = by_turns([*run, "cgi-runner", "--version"], [*run, "true"], runs=scale.runs, env=env)
            start.ours = version.seconds - true.seconds
            start.note = f"{version.seconds:.2f} s for `cgi-runner --version`, {true.seconds:.2f} s for `true`."
    yield size
    yield start
    yield rebuilt


@contextmanager
def _engine() -> Iterator[dict[str, str] | None]:
    """Give the environment in which an engine answers, or None; one that was brought up is taken down again."""
    ours = bool(os.environ.get("BENCH_ENGINE")) and not _answers({**os.environ, **_variables()})
    if ours:
        _script("engine.sh", "up")
    try:
        env = {**os.environ, **_variables()}
        yield env if _answers(env) else None
    finally:
        if ours:
            _script("engine.sh", "down")


def _variables() -> dict[str, str]:
    """Give what a shell would set to reach the engine of the scripts."""
    said = subprocess.run(
        ["bash", "-c", f'eval "$({SCRIPTS / "engine.sh"} env 2>/dev/null)"; env -0'], capture_output=True, check=False
    )
    pairs = (line.partition("=") for line in said.stdout.decode().split("\0"))
    return {name: value for name, _, value in pairs if name in {"DOCKER_HOST", "PATH", "DOCKER_CONFIG"}}


def _answers(env: dict[str, str]) -> bool:
    try:
        done = subprocess.run(["docker", "version"], capture_output=True, check=False, env=env, timeout=20)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _script(name: str, *arguments: str) -> None:
    done = subprocess.run([SCRIPTS / name, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise MeasureError(f"containers/{name} ended with {done.returncode}: {done.stderr.strip()[-200:]}")


def _build_image(env: dict[str, str]) -> float:
    """Build the image of this very clone as `make image` does, and give the seconds that this took."""
    return took([SCRIPTS / "build.sh"], env=env).seconds


def _size(env: dict[str, str]) -> float:
    make_batches = subprocess.run(
        ["sh", "-c", f"docker save {IMAGE} | gzip -9 | wc -c"], capture_output=True, check=True, env=env
    )
    return int(make_batches.stdout) / 1e6


def _layers(env: dict[str, str]) -> int:
    about = subprocess.run(["docker", "inspect", IMAGE], capture_output=True, check=True, env=env)
    return len(json.loads(about.stdout)[0]["RootFS"]["Layers"])
