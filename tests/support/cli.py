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
    def talk(self) -> list[str]:
        """What it said, line by line."""
        return self.err.splitlines()

    def is_plain_failure(self, code: int) -> bool:
        """Whether it failed as people expect: this code, the error and a tip at the end of stderr, no traceback."""
        ends = [line.split(" ", 1)[0] for line in self.talk if not line.startswith("  ")][-2:] == ["ERROR", "TIP"]
        return self.code == code and ends and "Traceback" not in self.err


def cgi_runner(*arguments: str | Path, stdin: str = "") -> Outcome:
    """Run the command line in this process and put everything back that it sets."""
    out, err = io.StringIO(), io.StringIO()
    root, ours = logging.getLogger(), logging.getLogger("cgi_runner")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    given, hook = sys.stdin, sys.unraisablehook
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main([str(argument) for argument in arguments])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdin, sys.unraisablehook = given, hook
        for number, handler in signals.items():
            signal.signal(number, handler)
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
    return Outcome(code, out.getvalue(), err.getvalue())


def child(*arguments: str | Path, environ: Mapping[str, str] | None = None, **options: Any) -> Outcome:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "cgi_runner", *map(str, arguments)],
        env={**os.environ, **(environ or {})},
        check=False,
        timeout=50,
        text=True,
        **{"capture_output": True, "stdin": subprocess.DEVNULL, **options},
    )
    return Outcome(done.returncode, done.stdout or "", done.stderr or "")
