"""The command line starts fast: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

HEAVY = {
    "requests",
    "tenacity",
    "tqdm",
    "flask",
    "werkzeug",
    "sqlite3",
    "platformdirs",
    "filelock",
}


def modules_after(*arguments: str) -> set[str]:
    """Run a command in a process of its own; gives the modules that it had imported at its end."""
    code = (
        "import sys\nfrom cgi_runner.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stderr.splitlines()[-1].split()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("run", "--help"),
        ("fetch", "--help"),
        ("sandbox", "--help"),
        ("cancer-types", "melanoma"),
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_imported_before_it_is_needed(arguments: tuple[str, ...]) -> None:
    """Help and the table of cancer types need neither HTTP nor a web framework nor a progress bar."""
    assert not HEAVY & modules_after(*arguments)


def test_help_costs_little_more_than_its_libraries() -> None:
    """Best of three against importing what any such client imports; generous, since other work may go on."""

    def best(*command: str) -> float:
        def once() -> float:
            started = time.perf_counter()
            subprocess.run([sys.executable, *command], capture_output=True, check=True)
            return time.perf_counter() - started

        return min(once() for _ in range(3))

    assert best("-m", "cgi_runner", "--help") < 2 * best("-c", "import click, requests")
