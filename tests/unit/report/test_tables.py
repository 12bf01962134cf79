"""Tables for programs: the same columns for every generation of CGI, and numbers that an independent reader counts."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.findings import read_findings
from cgi_runner.report.tables import DRIVERS, DRUGS, json_pieces, write_tables
from support.archives import GENERATIONS, make_generation, write_members
from unit.report.conftest import write_results

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs" / "results.schema.json").read_text(encoding="utf-8"))
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "null": type(None)}


def faults(value: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """Hold a value against a schema, as far as ours uses JSON Schema; gives what does not fit, and where."""
    named = schema.get("type", [])
    types = tuple(TYPES[name] for name in ([named] if isinstance(named, str) else named))
    if types and (not isinstance(value, types) or (isinstance(value, bool) and bool not in types)):
        return [f"{place}: {value!r} is not {named}"]
    found = []
    if ("const" in schema and value != schema["const"]) or ("enum" in schema and value not in schema["enum"]):
        found.append(f"{place}: {value!r} is not allowed")
    if isinstance(value, int) and value < schema.get("minimum", value):
        found.append(f"{place}: {value} is too small")
    if isinstance(value, dict):
        inside = schema.get("properties", {})
        found += [f"{place}: {name} is missing" for name in schema.get("required", []) if name not in value]
        for name, each in value.items():
            rest = schema.get("additionalProperties", True)
            if name not in inside and rest is False:
                found.append(f"{place}: {name} is not known")
            found += faults(each, inside.get(name, rest if isinstance(rest, dict) else {}), f"{place}/{name}")
    if isinstance(value, list):
        found += [fault for n, each in enumerate(value) for fault in faults(each, schema["items"], f"{place}/{n}")]
    return found


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table by csv alone."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("name", GENERATIONS)
def test_every_generation_gives_the_same_columns_and_a_valid_json(name: str, tmp_path: Path) -> None:
    """Whoever reads the tables need not know which CGI made the archive."""
    paths = write_tables(read_findings(write_members(make_generation(name), tmp_path / "saved")), tmp_path / "tables")
    assert [path.name for path in paths] == ["drivers.tsv", "drugs.tsv", "results.json"]
    assert paths[0].read_text(encoding="utf-8").splitlines()[0].split("\t") == list(DRIVERS)
    assert paths[1].read_text(encoding="utf-8").splitlines()[0].split("\t") == list(DRUGS)
    content = json.loads(paths[2].read_text(encoding="utf-8"))
    assert faults(content, SCHEMA) == []
    assert len(content["drivers"]) == len(rows(paths[0]))
    assert len(content["drug_matches"]) == len(rows(paths[1]))


def test_the_validator_of_these_tests_finds_faults(results: Path) -> None:
    """A schema that lets everything through would prove nothing."""
    content = json.loads("".join(json_pieces(read_findings(results))))
    assert faults(content, SCHEMA) == []
    assert faults({**content, "rows_not_returned": -1}, SCHEMA)
    assert faults({**content, "schema": 2}, SCHEMA)
    assert faults({**content, "new": 1}, SCHEMA)
    assert faults({name: each for name, each in content.items() if name != "drivers"}, SCHEMA)
    assert faults({**content, "drivers": [{**content["drivers"][0], "kind": "odd"}]}, SCHEMA)


def test_a_driver_has_the_best_level_of_each_effect_by_tumour_type(results: Path, tmp_path: Path) -> None:
    """Only complete matches give levels, and a letter stands with its effect."""
    write_tables(read_findings(results), tmp_path)
    found = {(row["gene"], row["kind"]): row for row in rows(tmp_path / "drivers.tsv")}
    assert found["BRAF", "mutation"]["levels_this_tumour_type"] == "A responsive"
    assert found["BRAF", "mutation"]["levels_other_tumour_types"] == "B resistant"
    assert found["TP53", "mutation"]["levels_other_tumour_types"] == ""
    assert found["ERBB2", "amplification"]["levels_this_tumour_type"] == "? odd"
    assert found["ABL1__BCR", "fusion"]["class"] == "known"
    assert {row["kind"] for row in rows(tmp_path / "drugs.tsv")} == {"complete", "partial", "wild type"}


def test_what_is_no_complete_match_gives_no_level(tmp_path: Path) -> None:
    """Neither the same gene nor a wild type says anything of the alteration itself."""

    def changed(cell: str, column: str, row: int) -> str:
        if column == "BioM":
            return "only gene" if row == 0 else cell
        return "BRAF wildtype" if (column, row) == ("Biomarker", 1) else cell

    write_tables(read_findings(write_results(tmp_path / "results", changed)), tmp_path)
    braf = next(row for row in rows(tmp_path / "drivers.tsv") if row["gene"] == "BRAF")
    assert [cell for name, cell in braf.items() if name.startswith("levels_")] == ["", "", ""]


def test_unknown_is_null_and_an_empty_cell(tmp_path: Path) -> None:
    """A folder without drug matches has no count of them, and one without uploads none of missing rows."""
    saved = write_members({"alterations.tsv": make_generation("2d")["alterations.tsv"]}, tmp_path / "saved")
    content = json.loads("".join(json_pieces(read_findings(saved))))
    assert content["rows_not_returned"] is None
    assert content["rows_left_out"] is None
    assert content["samples"][0]["drug_matches"] is None
    assert content["samples"][0]["structural"] is None
    assert faults(content, SCHEMA) == []


@pytest.mark.real_archives
def test_real_archives_are_valid_too(real_data: Path) -> None:
    """All that this machine has."""
    for folder in sorted(real_data.glob("querynator_*")):
        assert faults(json.loads("".join(json_pieces(read_findings(folder)))), SCHEMA) == []
