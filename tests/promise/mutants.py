"""How many small faults, put into the code one at a time, the tests notice: `make mutants`.

`make mutants SAMPLE=150` tries as many of each group, drawn at random with a seed that is printed, and says within
which bounds the share of all of them is. `GROUPS="job results"` names groups, `SEED=7` draws the same ones again.

Each group of modules meets the tests of its own subject only, so the figures are lower bounds. Every mutant that the
tool makes counts; none is taken out as harmless, and no line is exempt.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from math import sqrt
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
    """Modules, and the folders of the tests that are to notice faults in them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "results": Group(("results/*.py",), ("tests/unit/results",)),
    "service": Group(("service/*.py",), ("tests/unit/service",)),
    "job": Group(("job/*.py", "output/*.py"), ("tests/unit/job", "tests/unit/output")),
    "job_index": Group(("job/job_index.py",), ("tests/unit/job/test_job_index.py",)),
}
#: All mutants are in one of these; `job_index` is a part of `job`, which meets the tests of that module alone.
USUAL = ("results", "service", "job")
_Z = 1.96  # standard deviations: 95 of 100 intervals hold the true share


def prepare(group: Group, folder: Path) -> None:
    """Lay out the code and its tests as the tool wants them, in a folder of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    package = folder / "src" / "cgi_runner"
    for name in ("cgi_runner", "cgi_sandbox"):
        shutil.copytree(ROOT / "runner" / name, folder / "src" / name, ignore=ignored)
    for name in ("tests", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    with (folder / "tests" / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(_UNSHRUNK)
    for path in {path for pattern in group.modules for path in package.glob(pattern)}:
        path.write_text(undecorated(path.read_text(encoding="utf-8")), encoding="utf-8")
    settings = {
        "source_paths": ["src"],
        "only_mutate": [f"src/cgi_runner/{pattern}" for pattern in group.modules],
        "also_copy": ["examples"],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-o", "timeout=300"],
        "pytest_add_cli_args_test_selection": [
            *group.tests,
            "-k",
            f"not ({' or '.join(_LEFT_OUT)})",
        ],
        "process_isolation": "forkserver",
        "use_git_change_detection": False,
        "timeout_multiplier": 8.0,
        "timeout_constant": 10.0,  # seconds; on a busy machine the start alone takes some
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


def measure(name: str, sample: int | None, seed: int) -> dict[str, str]:
    """Try the mutants of a group, all or so many drawn at random, and give the fate of each that was tried."""
    folder = SCRATCH / name
    prepare(GROUPS[name], folder)
    drawn: list[str] = []
    if sample is not None:
        # A pattern that nothing matches: the mutants are made, and none is tried.
        subprocess.run([MUTMUT, "run", "none*"], cwd=folder, check=False, capture_output=True)
        known = sorted(_fates(folder))
        drawn = random.Random(f"{seed} {name}").sample(known, min(sample, len(known)))
    workers = os.environ.get("MUTANTS_AT_ONCE", str(os.cpu_count() or 1))
    subprocess.run([MUTMUT, "run", "--max-children", workers, *drawn], cwd=folder, check=True)
    fates = _fates(folder)
    return {mutant: fates[mutant] for mutant in drawn} if drawn else fates


def _fates(folder: Path) -> dict[str, str]:
    told = subprocess.run([MUTMUT, "results", "--all", "true"], cwd=folder, capture_output=True, text=True, check=True)
    return dict(line.strip().rsplit(": ", 1) for line in told.stdout.splitlines())


def confidence_interval(noticed: int, tried: int) -> tuple[float, float]:
    """Return the bounds of the true share, 95 times of 100, from a sample (Wilson's score interval)."""
    share, z = noticed / tried, _Z
    middle = share + z * z / (2 * tried)
    spread = z * sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried))
    return (middle - spread) / (1 + z * z / tried), (middle + spread) / (1 + z * z / tried)


def print_table(name: str, fates: Mapping[str, str], *, is_sample: bool) -> None:
    """Print the share noticed of each module and of the group, and which mutants of a sample were not noticed."""
    modules = sorted({_module(mutant) for mutant in fates})
    print(f"\n{'module':32}{'mutants':>8}{'noticed':>8}{'share':>8}   others")  # noqa: T201
    for module in [*modules, name]:
        ours = Counter(fate for mutant, fate in fates.items() if module in (_module(mutant), name))
        noticed = ours["killed"]  # a time-out may be the machine's fault
        others = ", ".join(f"{number} {fate}" for fate, number in ours.items() if fate != "killed")
        print(f"{module:32}{ours.total():8}{noticed:8}{noticed / ours.total():8.1%}   {others}")  # noqa: T201
    if is_sample:
        low, high = confidence_interval(ours["killed"], ours.total())
        print(f"{name}: {low:.1%} to {high:.1%} of all mutants, with 95 % confidence")  # noqa: T201
        for mutant in sorted(mutant for mutant, fate in fates.items() if fate != "killed"):
            print(f"  {fates[mutant]}: {mutant}")  # noqa: T201


def _module(mutant: str) -> str:
    return mutant.rpartition(".x")[0]


def main() -> None:
    """Measure the groups named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], default=[])
    parser.add_argument("--sample", type=int, help="Mutants of each group, drawn at random; all unless given.")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="Draws the same ones again.")
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    if asked.sample is not None:
        print(f"seed {asked.seed}", flush=True)  # noqa: T201
    for name in asked.groups or USUAL:
        print_table(name, measure(name, asked.sample, asked.seed), is_sample=asked.sample is not None)


if __name__ == "__main__":
    main()
