"""The import contract: every import of the runner points downwards, and none goes round in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cgi_runner

PACKAGE = Path(cgi_runner.__file__).parent
FOUNDATIONS = frozenset({"errors", "clock", "config", "redaction", "text", "files", "cancer_types", "data"})
#: What each package may import beside itself and the foundations, late imports included.
MAY_IMPORT = {
    "service": set[str](),
    "inputs": set[str](),
    "results": {"inputs"},
    "output": {"results", "inputs", "service"},
    "job": {"output", "service", "inputs", "results"},
    "cohort": {"job", "output", "service", "inputs", "results"},
    "findings": {"results", "inputs", "output", "cohort"},
    "report": {"findings", "results", "inputs", "output"},
    "annotate": {"findings", "results", "inputs", "output"},
}
#: The foundations may import each other only in this order.
ORDER = ("data", "errors", "redaction", "text", "files", "clock", "config", "cancer_types")


def imported(path: Path) -> Iterator[str]:
    """Name what a module imports of the runner, relative to the package: `job.submit`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
            if node.module == "cgi_runner":
                names = [f"cgi_runner.{alias.name}" for alias in node.names if alias.name != "__version__"]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        yield from (name.removeprefix("cgi_runner.") for name in names if name.startswith("cgi_runner."))


def place(path: Path) -> str:
    """Return the package or the foundation that a module belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


#: What stands above all packages: the command line and the Python API, which may import anything but the former.
TOP = frozenset({"cli", "__init__", "__main__", "api", "api_settings", "connection", "local_sandbox"})
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if place(path) not in TOP]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_downwards(path: Path) -> None:
    """A module imports its own package, the foundations, and the packages below its own."""
    own = place(path)
    targets = {name.split(".")[0] for name in imported(path)} - {own}
    allowed = set(ORDER[: ORDER.index(own)]) if own in FOUNDATIONS else MAY_IMPORT[own] | FOUNDATIONS
    assert targets <= allowed


def test_no_circle() -> None:
    """No module imports, by way of others, itself."""
    names = {path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."): path for path in MODULES}
    edges = {name: {target for target in imported(path) if target in names} for name, path in names.items()}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name not in done:
            for target in edges[name]:
                visit(target, (*above, name))
            done.add(name)

    for name in edges:
        visit(name, ())
