"""The image: how large it is, what it adds to a start, and how long it takes to build again."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measure import ROOT, MeasureError, Row, Scale, measure_program, take_turns

IMAGE = "cgi-runner:latest"
SCRIPTS = ROOT / "containers"
NO_ENGINE = "no container engine answers (`--with-engine` brings one up)"


def rows(scale: Scale) -> Iterator[Row]:
    """Yield size, start and the time of another build."""
    size = Row("image.size", "image, compressed", unit="MB", judged="ours", most=50)
    start = Row("image.start", "image, start over that of `true`", judged="ours", most=0.5)
    rebuilt = Row("image.rebuilt", "building the image again, its bill of materials included", judged="ours", most=60)
    with _container_engine() as env:
        if env is None:
            size.skipped = start.skipped = rebuilt.skipped = NO_ENGINE
        else:
            _build_image(env)
            rebuilt.ours = _build_image(env)
            size.ours, size.note = _compressed_size(env), f"{_count_layers(env)} layers; `docker save | gzip -9`."
            run = ["docker", "run", "--rm", "--network", "none", IMAGE]
            version, true = take_turns([*run, "cgi-runner", "--version"], [*run, "true"], runs=scale.runs, env=env)
            start.ours = version.seconds - true.seconds
            start.note = f"{version.seconds:.2f} s for `cgi-runner --version`, {true.seconds:.2f} s for `true`."
    yield size
    yield start
    yield rebuilt


@contextmanager
def _container_engine() -> Iterator[dict[str, str] | None]:
    """Yield the environment in which an engine answers, or None; an engine that was started here is stopped again."""
    ours = bool(os.environ.get("BENCH_ENGINE")) and not _is_answering({**os.environ, **_engine_variables()})
    if ours:
        _run_script("engine.sh", "up")
    try:
        env = {**os.environ, **_engine_variables()}
        yield env if _is_answering(env) else None
    finally:
        if ours:
            _run_script("engine.sh", "down")


def _engine_variables() -> dict[str, str]:
    """Return the variables that a shell would set to reach the engine."""
    said = subprocess.run(
        ["bash", "-c", f'eval "$({SCRIPTS / "engine.sh"} env 2>/dev/null)"; env -0'], capture_output=True, check=False
    )
    pairs = (line.partition("=") for line in said.stdout.decode().split("\0"))
    return {name: value for name, _, value in pairs if name in {"DOCKER_HOST", "PATH", "DOCKER_CONFIG"}}


def _is_answering(env: dict[str, str]) -> bool:
    try:
        done = subprocess.run(["docker", "version"], capture_output=True, check=False, env=env, timeout=20)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _run_script(name: str, *arguments: str) -> None:
    done = subprocess.run([SCRIPTS / name, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise MeasureError(f"containers/{name} ended with {done.returncode}: {done.stderr.strip()[-200:]}")


def _build_image(env: dict[str, str]) -> float:
    """Build the image of this clone as `make image` does, and return the seconds that this took."""
    return measure_program([SCRIPTS / "build.sh"], env=env).seconds


def _compressed_size(env: dict[str, str]) -> float:
    compressed = subprocess.run(
        ["sh", "-c", f"docker save {IMAGE} | gzip -9 | wc -c"], capture_output=True, check=True, env=env
    )
    return int(compressed.stdout) / 1e6


def _count_layers(env: dict[str, str]) -> int:
    about = subprocess.run(["docker", "inspect", IMAGE], capture_output=True, check=True, env=env)
    return len(json.loads(about.stdout)[0]["RootFS"]["Layers"])
