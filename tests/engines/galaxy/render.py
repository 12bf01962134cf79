"""Read tools and fill their templates as Galaxy does; runs with the Python of the engine, as long as it is asked.

stdin, a line each: JSON of {"tool": FILE, "part": ..., "parameters": {...}}, with {"dataset": ...} for each dataset
stdout, a line each: JSON of the XML with its macros in place (part form), the lines of the command, or the labels
"""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any

from galaxy.tool_util.parser import get_tool_source  # type: ignore[import-not-found]
from galaxy.util.template import fill_template  # type: ignore[import-not-found]
from lxml import etree  # type: ignore[import-untyped]
from packaging.version import Version


class Dataset:
    """What a template may ask of a dataset; without a name it is a collection that is mapped over."""

    def __init__(
        self, name: str = "", ext: str = "tabular", build: str = "hg38", identifier: str | None = None
    ) -> None:
        """Be of that name, datatype and build, and perhaps an element of a collection."""
        self.ext = ext
        self.metadata = SimpleNamespace(dbkey=build)
        self._element_identifier = identifier
        if name:
            self.element_identifier = identifier or name

    def __str__(self) -> str:
        """Return the path."""
        return "/data/dataset.dat"


class NoDataset:
    """An optional dataset that was not chosen."""

    ext = "data"

    def __bool__(self) -> bool:
        """Be nothing."""
        return False


def stand_in(value: Any) -> Any:
    """Put datasets where the JSON has their descriptions."""
    if isinstance(value, dict):
        if "dataset" in value:
            return Dataset(**value["dataset"]) if value["dataset"] is not None else NoDataset()
        return {name: stand_in(one) for name, one in value.items()}
    return [stand_in(one) for one in value] if isinstance(value, list) else value


def answer(tool: Any, part: str, parameters: dict[str, Any]) -> Any:
    """Return the XML of a tool, the lines of its command, or the labels of its outputs by their names."""

    def fill(template: str) -> str:
        filled: str = fill_template(template, context=stand_in(parameters), python_template_version=Version("3.11"))
        return filled

    if part == "form":
        return etree.tostring(tool.root, encoding="unicode")
    if part == "command":
        return [line.strip() for line in fill(tool.parse_command()).splitlines() if line.strip()]
    outputs = [output for output in tool.root.find("outputs") if output.get("label")]
    return {output.get("name"): fill(output.get("label")) for output in outputs}


def main() -> None:
    """Answer each line with a line."""
    tools: dict[str, Any] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        path = asked["tool"]
        tools[path] = tools.get(path) or get_tool_source(path)
        print(json.dumps(answer(tools[path], asked["part"], asked["parameters"])), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
