"""How many small faults, put into the code one at a time, the tests notice: `make mutants`.

Each group of modules meets the tests of its own subject only, so the figures are lower bounds. Every mutant that the
tool makes counts; none is taken out as harmless, and no line is exempt.
"""

from __future__ import annotations

import ast
import json
import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SCRATCH = ROOT / ".mutants"
MUTMUT = Path(sys.executable).parent / "mutmut"

#: Tests that are left out: they run the code in a process of its own, measure memory, or repeat others many times over.
_LEFT_OUT = (
    "test_a_large",
    "test_nothing_that_the_command",
    "test_without_debug",
    "does_not_grow",
    "cost_few_requests",
    "damaged_archives",
)
_MEMORY = 4 * 1024**3  # bytes; a mutant that never stops reading must not take the machine along
#: What failing examples look like at their smallest is of no interest here, and finding out takes minutes.
_UNSHRUNK = """
from hypothesis import Phase, settings
settings.register_profile("mutants", derandomize=True, database=None, deadline=None,
                          phases=[Phase.explicit, Phase.generate])
settings.load_profile("mutants")
"""


class Group(NamedTuple):
    """Modules and the files of tests, by the middle of their names, that are to notice faults in them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "results": Group(
        ("results/*.py",),
        ("results_archive", "results_layout", "results_tables", "reconcile", "results_sentences", "cautions"),
    ),
    "http": Group(
        ("http.py", "connection.py", "failures.py", "api.py", "upload.py"),
        ("http", "http_sentences", "api", "connection", "upload"),
    ),
    "job": Group(
        ("job/*.py",),
        ("submit", "wait", "fetch", "journal", "life", "workspace", "job_sentences", "job_details"),
    ),
}


def prepare(group: Group, folder: Path) -> None:
    """Lay out the code and its tests as the tool wants them, in a folder of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    package = folder / "src" / "cgi_runner"
    shutil.copytree(ROOT / "runner" / "cgi_runner", package, ignore=ignored)
    for name in ("tests", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    with (folder / "tests" / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(_UNSHRUNK)
    for path in {path for pattern in group.modules for path in package.glob(pattern)}:
        path.write_text(undecorated(path.read_text(encoding="utf-8")), encoding="utf-8")
    tests = [f"tests/test_{name}.py" for name in group.tests]
    settings = {
        "source_paths": ["src"],
        "only_mutate": [f"src/cgi_runner/{pattern}" for pattern in group.modules],
        "also_copy": ["examples"],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-o", "timeout=30"],
        "pytest_add_cli_args_test_selection": [
            *tests,
            "-k",
            f"not ({' or '.join(_LEFT_OUT)})",
        ],
        "process_isolation": "forkserver",
        "use_git_change_detection": False,
        "timeout_multiplier": 8.0,
    }
    # What JSON calls a list, a text, a number or a truth value, TOML calls so, too.
    table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(f"{pyproject}\n[tool.mutmut]\n{table}", encoding="utf-8")


def undecorated(source: str) -> str:
    """Write `@d def f` as `def f` and `f = d(f)`: the same to Python, but the tool passes decorated functions over."""
    lines = source.split("\n")
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for node in sorted(functions, key=lambda node: node.lineno, reverse=True):
        for decorator in node.decorator_list:
            indent = " " * node.col_offset
            lines.insert(node.end_lineno or 0, f"{indent}{node.name} = {ast.unparse(decorator)}({node.name})")
        for decorator in reversed(node.decorator_list):
            del lines[decorator.lineno - 1]
    return "\n".join(lines)


def measure(name: str) -> Counter[tuple[str, str]]:
    """Try all mutants of a group, and give their numbers by module and fate."""
    folder = SCRATCH / name
    prepare(GROUPS[name], folder)
    workers = os.environ.get("MUTANTS_AT_ONCE", str(os.cpu_count() or 1))
    subprocess.run([MUTMUT, "run", "--max-children", workers], cwd=folder, check=True)
    told = subprocess.run([MUTMUT, "results", "--all", "true"], cwd=folder, capture_output=True, text=True, check=True)
    fates: Counter[tuple[str, str]] = Counter()
    for line in told.stdout.splitlines():
        mutant, fate = line.strip().rsplit(": ", 1)
        fates[mutant.rpartition(".x")[0], fate] += 1
    return fates


def main() -> None:
    """Measure the groups named, or all, and print a table with the share noticed of each module."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for name in sys.argv[1:] or GROUPS:
        fates = measure(name)
        modules = sorted({module for module, _ in fates})
        print(f"\n{'module':32}{'mutants':>8}{'noticed':>8}{'share':>8}   others")  # noqa: T201
        for module in [*modules, name]:
            ours = Counter[str]()
            for (where, fate), number in fates.items():
                if module in (where, name):
                    ours[fate] += number
            noticed = ours["killed"]  # a time-out may be the machine's fault
            others = ", ".join(f"{number} {fate}" for fate, number in ours.items() if fate != "killed")
            print(f"{module:32}{ours.total():8}{noticed:8}{noticed / ours.total():8.1%}   {others}")  # noqa: T201


if __name__ == "__main__":
    main()
