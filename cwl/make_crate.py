#!/usr/bin/env python3
"""Write ro-crate-metadata.json, by which WorkflowHub takes the repository over as a Workflow RO-Crate.

`make_crate.py` writes it; `make_crate.py --check` exits with 1 when it is not up to date. Needs ruamel.yaml.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
CRATE = HERE.parent / "ro-crate-metadata.json"
#: The day of the version, which a release sets; RO-Crate 1.1 asks for it.
PUBLISHED = "2026-11-29"
MAIN = "interpret.cwl"
LANGUAGE = "https://w3id.org/workflowhub/workflow-ro-crate#cwl"
LICENCE = "https://spdx.org/licenses/MIT"
CONTRIBUTORS = "#contributors"
FORMATS = {".cwl": "application/cwl", ".md": "text/markdown", ".yml": "application/yaml", "": "text/plain"}
#: Files beside the CWL descriptions, with what they are.
OTHERS = {
    "README.md": "What cgi-runner is, and how to install and use it",
    "LICENSE": "The licence",
    "cwl/README.md": "How to run the tools and workflows on each engine",
    "cwl/hints.yml": "Image and software of all tools",
    "cwl/cancer_type.yml": "CGI's tumour types",
    "cwl/reference.yml": "Genome builds",
}


def crate() -> dict[str, Any]:
    """Return the metadata of the crate."""
    descriptions = [_description(path) for path in sorted(HERE.glob("*.cwl"))]
    others = [
        {"@id": name, "@type": "File", "name": what, "encodingFormat": FORMATS[Path(name).suffix]}
        for name, what in OTHERS.items()
    ]
    others[0]["about"] = {"@id": "./"}
    main = next(entity for entity in descriptions if entity["@id"] == f"cwl/{MAIN}")
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": "cgi-runner: the Cancer Genome Interpreter as a step of workflows",
        "description": main["description"],
        "datePublished": PUBLISHED,
        "license": {"@id": LICENCE},
        "author": {"@id": CONTRIBUTORS},
        "mainEntity": {"@id": main["@id"]},
        "hasPart": [{"@id": entity["@id"]} for entity in (*descriptions, *others)],
    }
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": [
            {"@id": "https://w3id.org/ro/crate/1.1"},
            {"@id": "https://w3id.org/workflowhub/workflow-ro-crate/1.0"},
        ],
    }
    language = {
        "@id": LANGUAGE,
        "@type": "ComputerLanguage",
        "name": "Common Workflow Language",
        "alternateName": "CWL",
        "identifier": {"@id": "https://w3id.org/cwl/v1.2/"},
        "url": {"@id": "https://www.commonwl.org/"},
    }
    licence = {"@id": LICENCE, "@type": "CreativeWork", "name": "MIT License", "identifier": "MIT"}
    contributors = {"@id": CONTRIBUTORS, "@type": "Organization", "name": "the cgi-runner contributors"}
    graph = [descriptor, root, *descriptions, *others, language, licence, contributors]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}


def _description(path: Path) -> dict[str, Any]:
    content = YAML(typ="safe").load(path)
    workflow = ["ComputationalWorkflow"] if content["class"] == "Workflow" else []
    return {
        "@id": f"cwl/{path.name}",
        "@type": ["File", "SoftwareSourceCode", *workflow],
        "name": content["label"],
        "description": content["doc"],
        "encodingFormat": FORMATS[path.suffix],
        "version": content["s:softwareVersion"],
        "license": {"@id": content["s:license"]},
        "author": {"@id": CONTRIBUTORS},
        "programmingLanguage": {"@id": LANGUAGE},
    }


def main(arguments: list[str]) -> int:
    """Write the file, or with `--check` compare it; gives the exit code."""
    text = json.dumps(crate(), indent=2, ensure_ascii=False) + "\n"
    if arguments == ["--check"]:
        return int(not CRATE.exists() or CRATE.read_text(encoding="utf-8") != text)
    CRATE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
