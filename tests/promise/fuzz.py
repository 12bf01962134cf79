"""Coverage-guided fuzzing of every reader, by Atheris (libFuzzer for Python); what it finds is kept in `seeds`.

    python tests/promise/fuzz.py [READER ...] [--seconds 60]

Atheris is no dependency of the project: install it, with the project, into a virtual environment of its own. Each
reader starts from its whole files and the seeds kept so far. Inputs that reach code that no kept one reaches are
added when they are small; an input that breaks a promise of `readers` is kept as `broken-...`, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEEDS = HERE / "seeds"
LARGEST = 4096
MOST = 8


def fuzz(name: str, seconds: int) -> bool:
    """Fuzz one reader in a process of its own, keep what is worth it, and say whether nothing was broken."""
    from promise.test_fuzz_readers import WHOLE

    kept = SEEDS / name
    with tempfile.TemporaryDirectory() as scratch:
        corpus, broken = Path(scratch) / "corpus", Path(scratch) / "broken"
        corpus.mkdir()
        broken.mkdir()
        for content in [*WHOLE[name], *(path.read_bytes() for path in kept.glob("*"))]:
            (corpus / hashlib.sha256(content).hexdigest()[:12]).write_bytes(content)
        before = set(corpus.iterdir())
        _run(name, corpus, f"-max_total_time={seconds}", f"-artifact_prefix={broken}/", f"-max_len={4 * LARGEST}")
        for path in broken.iterdir():
            _keep(path, kept, "broken-")
        new = sorted(set(corpus.iterdir()) - before, key=lambda path: path.stat().st_size)
        for path in [path for path in new if path.stat().st_size <= LARGEST][-MOST:]:
            _keep(path, kept, "")
        return not list(broken.iterdir())


def _run(name: str, *arguments: str | Path) -> None:
    command = [sys.executable, str(Path(__file__)), "--inside", name, *map(str, arguments)]
    subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(HERE.parent)})


def _keep(path: Path, folder: Path, prefix: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = path.read_bytes()
    (folder / f"{prefix}{hashlib.sha256(content).hexdigest()[:12]}").write_bytes(content)


def inside(name: str, arguments: list[str]) -> None:
    """Be the process that fuzzes."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["cgi_runner", "zipfile"]):
        from promise.readers import read_in

    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    atheris.Setup([sys.argv[0], *arguments], lambda content: read_in(name, content, folder / "work"))
    atheris.Fuzz()


def main() -> int:
    """Fuzz the readers that are named, or all of them."""
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], sys.argv[3:])
        return 0
    sys.path.insert(0, str(HERE.parent))
    from promise.readers import READERS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", nargs="*", metavar="READER", help=", ".join(READERS))
    parser.add_argument("--seconds", type=int, default=60, help="for each reader")
    chosen = parser.parse_args()
    unbroken = [fuzz(name, chosen.seconds) for name in chosen.readers or READERS]
    return 0 if all(unbroken) else 1


if __name__ == "__main__":
    sys.exit(main())
