"""Public functions say what they take, give and raise, in Google's style, so that nobody has to read their bodies.

Asked for of every public function that has more than one parameter or an error of its own. The docstrings of click's
commands are their help pages, whose options explain themselves.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_RUNNER = Path(__file__).parents[2] / "runner"
_MODULES = sorted(_RUNNER.rglob("*.py"))
_SECTION = re.compile(r"^(Args|Returns|Yields|Raises):\n((?:[ \t]+.*\n|\n(?=[ \t]))*)", re.MULTILINE)
_ENTRY = re.compile(r"^    \*{0,2}(?:\w+\.)*(\w+): \S", re.MULTILINE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Go through the public functions and methods of a module, with their qualified names."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, Function) and not child.name.startswith("_") and not _is_command(child):
            yield prefix + child.name, child


def _is_command(function: Function) -> bool:
    return any(re.search(r"\bclick\.(command|group)\b|\.command\b", ast.unparse(d)) for d in function.decorator_list)


def _parameters(function: Function) -> list[str]:
    given = function.args
    every = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    return [each.arg for each in every if each and each.arg not in {"self", "cls"}]


def _raised(function: Function) -> set[str]:
    """Name the classes that the function itself raises, where no `except` of its own may catch them.

    What functions inside it raise is theirs.
    """
    found: set[str] = set()
    left: list[ast.AST] = [*function.body]
    while left:
        node = left.pop()
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            found.add(ast.unparse(raised).rpartition(".")[2])
        if isinstance(node, ast.Try) and node.handlers:
            left += [*node.handlers, *node.orelse, *node.finalbody]
        elif not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            left += ast.iter_child_nodes(node)
    return found


def _faults(function: Function) -> Iterator[str]:
    parameters, raised = _parameters(function), _raised(function)
    if len(parameters) < 2 and not raised:
        return
    text = (ast.get_docstring(function) or "") + "\n"
    sections = {name: _ENTRY.findall(body) for name, body in _SECTION.findall(text)}
    told = sections.get("Args", [])
    if len(parameters) > 1 and told != parameters:
        yield f"Args: has {told}, expected {parameters}"
    if raised and not sections.get("Raises"):
        yield f"Raises: is not there, expected {sorted(raised)}"
    # A name in lower case is a function that makes the error, or a variable: its class is not known here.
    classes = {name for name in raised if name[:1].isupper()}
    if missing := sorted(classes.difference(sections.get("Raises", []))):
        yield f"Raises: lacks {missing}"


def faults_of(source: str) -> list[str]:
    """Say, one line each, what the docstrings of a module's public functions lack."""
    return [f"{name}: {fault}" for name, each in _functions(ast.parse(source)) for fault in _faults(each)]


@pytest.mark.parametrize("module", _MODULES, ids=[str(path.relative_to(_RUNNER)) for path in _MODULES])
def test_public_functions_say_what_they_take_and_raise(module: Path) -> None:
    """Every parameter stands in Args, in order, and every class of error that the body raises in Raises."""
    faults = faults_of(module.read_text(encoding="utf-8"))
    assert not faults, "\n".join(["docstrings lack something:", *faults])


def test_a_docstring_without_its_sections_is_found() -> None:
    """The check names a parameter that is not explained and an error that is not told, and lets one-liners be."""
    source = '''
def join(first, *, second):
    """Join both."""
    raise ValueError("no")

def trim(text):
    """Trim a text."""

class Reader:
    def read(self, path, size):
        """Read.

        Args:
            path: The file.
            length: Bytes.

        """

    def _hidden(self, one, two): ...
'''
    assert faults_of(source) == [
        "join: Args: has [], expected ['first', 'second']",
        "join: Raises: is not there, expected ['ValueError']",
        "join: Raises: lacks ['ValueError']",
        "Reader.read: Args: has ['path', 'length'], expected ['path', 'size']",
    ]
