"""The facts of docs/sandbox.md and the code that names them agree."""

from __future__ import annotations

import re
from pathlib import Path

import cgi_sandbox
from conftest import ROOT

NAMED = re.compile(r"\bfacts? ([0-9]+(?:(?:, | and )[0-9]+)*)", re.IGNORECASE)
MARKS = {"certain", "high", "medium", "inferred", "unknown"}
FACTS = re.findall(r"(?m)^\| ([0-9]+) \| (.+) \| (.+) \|$", (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8"))


def test_each_behaviour_names_a_fact_and_each_fact_a_behaviour() -> None:
    """The numbers in the sandbox's code are those of the page, all of them."""
    texts = [path.read_text(encoding="utf-8") for path in Path(cgi_sandbox.__file__).parent.rglob("*.py")]
    named = {int(number) for text in texts for found in NAMED.findall(text) for number in re.findall("[0-9]+", found)}
    assert named == {int(number) for number, _, _ in FACTS}


def test_facts_are_numbered_and_marked() -> None:
    """The numbers go from 1 without a gap, and each fact says how certain it is."""
    assert [int(number) for number, _, _ in FACTS] == list(range(1, len(FACTS) + 1))
    assert not [mark for _, _, mark in FACTS if re.split("[ ;]", mark)[0] not in MARKS]
