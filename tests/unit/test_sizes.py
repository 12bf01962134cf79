"""How long modules and functions may be: what fits one's head."""

from __future__ import annotations

import ast
from pathlib import Path

import cgi_runner

PACKAGES = Path(cgi_runner.__file__).parents[1]
MODULES = sorted(PACKAGES.rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 300, 45


def test_no_module_is_longer_than_it_may_be() -> None:
    """Blank lines and comments count, as for `wc -l`: a longer one has two purposes."""
    lengths = {str(path.relative_to(PACKAGES)): len(path.read_bytes().splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def length(function: ast.FunctionDef) -> int:
    """Count the lines from `def` to the end, without the docstring."""
    first = function.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    described = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - described


def test_no_function_is_longer_than_it_may_be() -> None:
    """What it takes and gives may be described at any length."""
    lengths = {
        f"{path.relative_to(PACKAGES)}: {node.name}": length(node)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
