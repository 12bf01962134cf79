"""What the sandbox shares with the runner: only the table of cancer types, so that no mistake is common to both."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import cgi_sandbox

PACKAGE = Path(cgi_sandbox.__file__).parent
MODULES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}


def imported(tree: ast.Module) -> Iterator[str]:
    """Name every module that is imported, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute, so that they can be read here"
            yield node.module or ""


def test_the_sandbox_imports_nothing_of_the_runner() -> None:
    """No module of the sandbox imports one of the runner, at the top or late."""
    found = {(path, name) for path, tree in MODULES.items() for name in imported(tree)}
    assert ("server.py", "cgi_sandbox.app") in found
    assert not [entry for entry in found if entry[1].split(".")[0] == "cgi_runner"]


def test_of_the_runners_files_only_the_cancer_types_are_read() -> None:
    """The runner's package is named once, where the table of cancer types is read."""
    texts = [
        (path, node.value)
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "cgi_runner" in node.value
    ]
    assert texts == [("cancer_types.py", "cgi_runner")]
