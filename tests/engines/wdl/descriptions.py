"""The WDL files as data: their inputs, documentation and commands, read without an engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

WDL = Path(__file__).resolve().parents[3] / "wdl"

_UNIT = re.compile(r"^(task|workflow) (\w+) \{\n(.*?)^\}$", re.MULTILINE | re.DOTALL)
_INPUT = re.compile(r"^ +([A-Z]\w*(?:\[\w+\])?)([?+]?) (\w+)(?: = (.+))?$", re.MULTILINE)
_CALL = re.compile(r"call cgi\.(\w+).*?\{\s*input:\n(.*?)\n +\}", re.DOTALL)


@dataclass(frozen=True)
class Input:
    """One input: its type, whether it may be left out, and its default as it is written."""

    kind: str
    optional: bool
    default: str | None


@dataclass(frozen=True)
class Unit:
    """A task or a workflow."""

    inputs: dict[str, Input]
    documented: set[str]
    text: str

    @property
    def flags(self) -> set[str]:
        """The options of the command line that the command names, without the name of its folder."""
        return set(re.findall(r"--[a-z][a-z-]+(?=[=\"])", self.text))

    @property
    def calls(self) -> dict[str, set[str]]:
        """The tasks that are called, with the inputs that each is given."""
        return {task: set(re.findall(r"(\w+) = ", given)) for task, given in _CALL.findall(self.text)}


def _read(path: Path, kind: str) -> dict[str, Unit]:
    return {name: _unit(body) for found, name, body in _UNIT.findall(path.read_text()) if found == kind}


def _unit(body: str) -> Unit:
    inputs = {
        name: Input(kind, mark == "?", default or None)
        for kind, mark, name, default in _INPUT.findall(_block(body, "input"))
    }
    return Unit(inputs, set(re.findall(r"^ +(\w+): ", _block(body, "parameter_meta"), re.MULTILINE)), body)


def _block(body: str, name: str) -> str:
    found = re.search(rf"^  {name} \{{\n(.*?)^  \}}$", body, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


FILES = sorted(WDL.glob("*.wdl"))
TASKS = _read(WDL / "tasks.wdl", "task")
WORKFLOWS = {name: unit for path in FILES for name, unit in _read(path, "workflow").items()}
