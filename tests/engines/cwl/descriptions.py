"""The CWL files as data, for tests that hold them against the runner and against each other."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from engines.cwl.engines import CWL

FILES = sorted(CWL.glob("*.cwl"))


@cache
def load(path: Path) -> Any:
    """Return the content of a YAML file."""
    return YAML(typ="safe").load(path)


TOOLS = {path.stem: load(path) for path in FILES if load(path)["class"] == "CommandLineTool"}
WORKFLOWS = {path.stem: load(path) for path in FILES if load(path)["class"] == "Workflow"}
ALL = TOOLS | WORKFLOWS


def type_of(port: dict[str, Any]) -> str:
    """Return the type of an input or output in its short form."""
    return _short(port["type"])


def binding_of(port: dict[str, Any]) -> dict[str, Any]:
    """Return how an input gets onto the command line; one that is a list says it for each of its items."""
    kinds = port["type"] if isinstance(port["type"], list) else [port["type"]]
    items: dict[str, Any] = next(
        (kind["inputBinding"] for kind in kinds if isinstance(kind, dict) and "inputBinding" in kind), {}
    )
    binding: dict[str, Any] = port.get("inputBinding", items)
    return binding


def _short(kind: Any) -> str:
    if isinstance(kind, list):
        return "|".join(_short(one) for one in kind if one != "null") + "?" * ("null" in kind)
    if isinstance(kind, dict):
        return f"{_short(kind['items'])}[]" if "items" in kind else str(kind["$import"])
    return str(kind)
