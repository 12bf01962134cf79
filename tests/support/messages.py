"""Every sentence that the command line can say, and every page of its help, in one file that is reviewed as a diff.

`make messages` writes `tests/cli/messages.golden` anew. Sentences are taken from the source: each text of two words or
more that is not a docstring, with `{}` where a value is filled in.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

import cgi_runner
import cgi_sandbox
from cgi_runner.cli.main import cli

GOLDEN = Path(__file__).parents[1] / "cli" / "messages.golden"
PACKAGES = (Path(cgi_runner.__file__).parent, Path(cgi_sandbox.__file__).parent)
_TWO_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


def help_pages() -> Iterator[str]:
    """Yield the help of the program and of each command, as wide as it is shown."""
    for name, command in [("", cli), *cli.commands.items()]:
        context = click.Context(
            command,
            info_name=f"cgi-runner {name}".strip(),
            terminal_width=100,
            max_content_width=100,
            help_option_names=["-h", "--help"],
        )
        yield command.get_help(context)


def sentences(tree: ast.Module) -> Iterator[str]:
    """Yield the texts of a module in their order, without its docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    texts = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            filled = ("{}" if isinstance(part, ast.FormattedValue) else str(part.value) for part in node.values)  # type: ignore[attr-defined]
            texts.append((node.lineno, node.col_offset, "".join(filled)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings | parts:
            texts.append((node.lineno, node.col_offset, node.value))
    yield from (" ".join(text.split()) for _, _, text in sorted(texts) if _TWO_WORDS.search(text))


def golden() -> str:
    """Return what the golden file has to hold."""
    lines = []
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            found = list(sentences(ast.parse(path.read_text(encoding="utf-8"))))
            if found:
                lines += [f"== {path.relative_to(package.parent).as_posix()}", *found, ""]
    return "\n".join([*help_pages(), "", *lines])


if __name__ == "__main__":
    GOLDEN.write_text(golden(), encoding="utf-8")
    sys.stdout.write(f"written: {GOLDEN}\n")
