"""The command line inside this process, as a user meets it: exit code, stdout and stderr."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cgi_runner.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed for machines."""
        return json.loads(self.out)

    @property
    def messages(self) -> list[str]:
        """What it said, line by line."""
        return self.err.splitlines()

    def is_plain_failure(self, code: int) -> bool:
        """Whether it failed as people expect: this code, the error and a tip at the end of stderr, no traceback."""
        ends = [line.split(" ", 1)[0] for line in self.messages if not line.startswith("  ")][-2:] == ["ERROR", "TIP"]
        return self.code == code and ends and "Traceback" not in self.err


def with_build(arguments: tuple[str | Path, ...], build: str | None) -> list[str]:
    """Name the build of the positions in a test's files, where the test does not: nearly all are of hg38."""
    words = [str(argument) for argument in arguments]
    takes_inputs = not {"run", "submit", "check", "cohort"}.isdisjoint(words[:2])
    return [*words, "--reference", build] if build and takes_inputs and "--reference" not in words else words


def cgi_runner(*arguments: str | Path, stdin: str = "", build: str | None = "hg38") -> Outcome:
    """Run the command line in this process and put everything back that it sets; `build` is the default reference."""
    out, err = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    loggers = (root, logging.getLogger("cgi_runner"), logging.getLogger("cgi_sandbox"))
    handlers, levels = root.handlers[:], [logger.level for logger in loggers]
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    given, hook = sys.stdin, sys.unraisablehook
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main(with_build(arguments, build))
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdin, sys.unraisablehook = given, hook
        for number, handler in signals.items():
            signal.signal(number, handler)
        root.handlers[:] = handlers
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
    return Outcome(code, out.getvalue(), err.getvalue())


def run_cgi_runner(*arguments: str | Path, environ: Mapping[str, str] | None = None, **options: Any) -> Outcome:
    """Run the command line in a process of its own; the default reference is hg38."""
    done = subprocess.run(
        [sys.executable, "-m", "cgi_runner", *with_build(arguments, "hg38")],
        env={**os.environ, **(environ or {})},
        check=False,
        timeout=50,
        text=True,
        **{"capture_output": True, "stdin": subprocess.DEVNULL, **options},
    )
    return Outcome(done.returncode, done.stdout or "", done.stderr or "")
