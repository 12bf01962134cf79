"""What a terminal shows: colours, progress, and other encodings; and what a log shows instead."""

from __future__ import annotations

import fcntl
import logging
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cgi_runner.cli.progress import TerminalProgress, progress
from cgi_runner.job.progress import NullProgress
from conftest import EXAMPLES
from support.cli import cgi_runner, run_cgi_runner


def on_a_terminal(*arguments: str | Path, **environ: str) -> tuple[int, str]:
    """Run the command line on a terminal of its own, 100 columns wide; gives its exit code and all that it drew."""
    pid, terminal = pty.fork()
    if not pid:
        os.execve(
            sys.executable,
            [sys.executable, "-m", "cgi_runner", *map(str, arguments)],
            {**os.environ, "TERM": "xterm", **environ},
        )
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    drawn = b"".join(_pieces(terminal))
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), drawn.decode()


def _pieces(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # what a terminal gives in place of an end
            return
        if not piece:
            return
        yield piece


def test_errors_have_colour_on_a_terminal_only() -> None:
    """NO_COLOR is obeyed, and a file never gets escape sequences."""
    arguments = ("-q", "check", "--mutations", "missing", "--cancer-type", "cgi:CM")
    code, drawn = on_a_terminal(*arguments)
    assert code == 2
    assert drawn.startswith("\x1b[31m\x1b[1mERROR\x1b[0m missing: ")
    assert "\x1b" not in on_a_terminal(*arguments, NO_COLOR="1")[1]
    assert "\x1b" not in run_cgi_runner(*arguments).err


def test_a_run_on_a_terminal_shows_one_changing_line(tmp_path: Path) -> None:
    """What is said takes its place and never stands behind it; at the end there is no trace of it."""
    code, drawn = on_a_terminal(
        "run", "--sandbox", "--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "CM", "--reference", "hg38",
        "-o", tmp_path / "out",
        CGI_SANDBOX_DURATION="0.5",
    )  # fmt: skip
    assert code == 0
    assert "waiting 0 s, next check in 2 s: submitted" in drawn
    assert "prepared 8 mutations" in seen(drawn)
    assert not [line for line in seen(drawn) if "waiting" in line or "results:" in line]
    assert f"  {tmp_path / 'out' / 'alterations.tsv'}" in seen(drawn)


def seen(drawn: str) -> list[str]:
    """Return the lines that stand on the screen at the end: after a return, what is written replaces what was there."""
    lines = []
    for line in re.sub(r"\x1b\[[0-9;]*m", "", drawn).split("\n"):
        shown = ""
        for piece in line.removesuffix("\r").split("\r"):
            shown = piece + shown[len(piece) :]
        lines.append(shown.rstrip())
    return lines


def test_a_log_gets_lines_only(tmp_path: Path) -> None:
    """Where stderr is no terminal nothing is drawn."""
    outcome = run_cgi_runner(
        "run", "--sandbox", "--mutations", EXAMPLES / "mutations.tsv", "--cancer-type", "CM", "-o", tmp_path / "out",
        environ={"CGI_SANDBOX_DURATION": "0.5"},
    )  # fmt: skip
    assert outcome.code == 0
    assert "\r" not in outcome.err
    assert "waiting" not in outcome.err
    assert "prepared 8 mutations" in outcome.messages
    assert isinstance(progress(), NullProgress)


@contextmanager
def terminal() -> Iterator[TerminalProgress]:
    """Have a screen, with a logging of its own on the stderr of this moment."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    root.handlers[:] = [logging.StreamHandler(sys.stderr)]
    try:
        yield TerminalProgress()
    finally:
        root.handlers[:] = handlers


def test_the_line_holds_the_jobs_last_word(capsys: pytest.CaptureFixture[str]) -> None:
    """Without the date that CGI puts before it, in times as people say them."""
    with terminal() as drawing:
        drawing.waiting(75, 15, "2025-12-06 15:05:13,869 INFO Running VEP")
        drawing.waiting(90, 18, "Running VEP")
        assert capsys.readouterr().err.endswith("waiting 90 s, next check in 18 s: Running VEP")
        drawing.clear()
        drawing.clear()
        assert seen(capsys.readouterr().err)[-1] == ""


def test_bytes_are_counted_towards_what_was_announced(capsys: pytest.CaptureFixture[str]) -> None:
    """One bar for one download, that takes the place of the waiting and leaves its own to what is said."""
    with terminal() as drawing:
        drawing.waiting(1, 1, "x")
        drawing.received(512, 1024)
        drawing.received(1024, 1024)
        logging.getLogger().warning("something is said")
        drawn = capsys.readouterr().err
    assert drawn.index("waiting") < drawn.index("results:") < drawn.index("something is said")
    assert seen(drawn)[-2:] == ["something is said", ""]


def test_an_old_encoding_of_the_terminal_is_borne(tmp_path: Path) -> None:
    """A sample's name that Latin-1 can not spell is shown by its code, not as a fault."""
    (tmp_path / "in.tsv").write_text("chr\tpos\tref\talt\tsample\n7\t140753336\tA\tT\tžena\n", encoding="utf-8")
    arguments = ("check", "--mutations", tmp_path / "in.tsv", "--cancer-type", "CM")
    outcome = run_cgi_runner(*arguments, environ={"PYTHONIOENCODING": "latin-1"})
    assert outcome.code == 0
    assert "\\u017e" in outcome.out


def test_version_and_help_are_data() -> None:
    """They go to stdout, and the exit code is 0."""
    from cgi_runner import __version__

    assert cgi_runner("--version").out == f"cgi-runner, version {__version__}\n"
    assert cgi_runner("-h").code == 0
