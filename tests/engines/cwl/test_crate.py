"""The crate for WorkflowHub has what RO-Crate 1.1 and the profile Workflow RO-Crate 1.0 demand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from typing import Any

from cgi_runner import __version__
from engines.cwl.descriptions import ALL, WORKFLOWS
from engines.cwl.engines import CWL, ROOT

CRATE = json.loads((ROOT / "ro-crate-metadata.json").read_text())
ENTITIES: dict[str, dict[str, Any]] = {entity["@id"]: entity for entity in CRATE["@graph"]}
ROOT_ENTITY = ENTITIES["./"]


def types(entity: dict[str, Any]) -> set[str]:
    """Return the types of an entity."""
    kind = entity["@type"]
    return {kind} if isinstance(kind, str) else set(kind)


def references(value: Any) -> set[str]:
    """Return the ids that a property refers to."""
    values = value if isinstance(value, list) else [value]
    return {one["@id"] for one in values if isinstance(one, dict)}


def test_the_crate_is_up_to_date() -> None:
    """It was written from the descriptions as they are."""
    assert subprocess.run([sys.executable, CWL / "make_crate.py", "--check"], check=False).returncode == 0


def test_the_descriptor_names_both_specifications() -> None:
    """Context, descriptor and its subject are those of RO-Crate 1.1; the profile is that of WorkflowHub."""
    assert CRATE["@context"] == "https://w3id.org/ro/crate/1.1/context"
    assert len(ENTITIES) == len(CRATE["@graph"])
    descriptor = ENTITIES["ro-crate-metadata.json"]
    assert descriptor["@type"] == "CreativeWork"
    assert references(descriptor["about"]) == {"./"}
    profile = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
    assert references(descriptor["conformsTo"]) == {"https://w3id.org/ro/crate/1.1", profile}


def test_the_root_says_what_who_when_and_under_which_licence() -> None:
    """The root data set has all that RO-Crate demands, and its licence is an entity of the crate."""
    assert types(ROOT_ENTITY) == {"Dataset"}
    assert ROOT_ENTITY["name"]
    assert ROOT_ENTITY["description"]
    date.fromisoformat(ROOT_ENTITY["datePublished"])
    for key in ("license", "author"):
        assert references(ROOT_ENTITY[key]) <= set(ENTITIES)


def test_the_main_entity_is_a_workflow_in_a_known_language() -> None:
    """The profile asks for the three types, a language with an identifier, and a file that is there."""
    (main,) = references(ROOT_ENTITY["mainEntity"])
    workflow = ENTITIES[main]
    assert types(workflow) == {"File", "SoftwareSourceCode", "ComputationalWorkflow"}
    (language,) = references(workflow["programmingLanguage"])
    assert types(ENTITIES[language]) == {"ComputerLanguage"}
    assert references(ENTITIES[language]["identifier"]) == {"https://w3id.org/cwl/v1.2/"}
    assert main in references(ROOT_ENTITY["hasPart"])


def test_every_part_is_a_file_of_this_tree_and_every_description_is_a_part() -> None:
    """Parts exist, files that are no parts are not described, and all tools and workflows are of this version."""
    parts = references(ROOT_ENTITY["hasPart"])
    assert all((ROOT / part).is_file() for part in parts)
    assert all(re.fullmatch(r"(application|text)/[a-z]+", ENTITIES[part]["encodingFormat"]) for part in parts)
    assert references(ENTITIES["README.md"]["about"]) == {"./"}
    assert parts == {name for name, entity in ENTITIES.items() if "File" in types(entity)}
    described = {f"cwl/{name}.cwl" for name in ALL}
    assert described <= parts
    assert {ENTITIES[name]["version"] for name in described} == {__version__}
    workflows = {name for name, entity in ENTITIES.items() if "ComputationalWorkflow" in types(entity)}
    assert workflows == {f"cwl/{name}.cwl" for name in WORKFLOWS}
