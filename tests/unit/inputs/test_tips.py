"""The tip of each refusal of mutations is followed: what the tip asks for is done, and then the right rows go."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cgi_runner.errors import InputError
from cgi_runner.inputs.empty import _TIPS
from cgi_runner.inputs.sample_spelling import refuse_one_spelling
from conftest import ROOT
from unit.inputs import tips_of_files, tips_of_positions, tips_of_samples
from unit.inputs.tip_case import CLOSED, PLAIN, SAME, Case, Files

INPUTS = ROOT / "runner" / "cgi_runner" / "inputs"
#: Their tips ask for a decision about copy numbers or genes, which no test can take.
OF_STRUCTURE = ("copy_number", "fusion", "unsupported", "structural", "odd_rows", "low_level")
CASES = {**tips_of_files.CASES, **tips_of_positions.CASES, **tips_of_samples.CASES}


def write(folder: Path, files: Files, stem: str) -> Files:
    """Write files given as text or bytes, and give them by kind."""
    found: Files = {}
    for kind, content in files.items():
        several = content if isinstance(content, list) else [content]
        paths: list[Path] = []
        for number, one in enumerate(several):
            if one is SAME:
                (folder / one).write_text(PLAIN.replace("|", "\t"))
            if isinstance(one, Path):
                paths.append(one if str(one) == "-" else folder / one)
                continue
            paths.append(folder / f"{stem or kind}{number or ''}.txt")
            text = one.replace("|", "\t") if isinstance(one, str) else one
            paths[-1].write_bytes(text.encode() if isinstance(text, str) else text)
        found[kind] = paths if isinstance(content, list) else paths[0]
    return found


def refuse(inputs: Any, case: Case) -> str:
    """Refuse the files of a case, and give the tip."""
    options = {key: value for key, value in case.options.items() if key != "stem"}
    files = write(inputs.folder, case.files, case.options.get("stem", ""))
    tip: str = inputs.refuse(**{"reference": "hg38", **options, **files}).tip
    return tip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_tip_that_is_followed_works(inputs: Any, case: Case) -> None:
    """The tip names what is to be changed; with that and nothing else changed, the rows go."""
    assert case.tip in refuse(inputs, case)
    kinds = ("mutations", "cnas", "translocations")
    wanted = {"reference": "hg38", **case.options, **case.files, **case.then}
    stem = wanted.pop("stem", "")
    files = write(inputs.folder, {kind: wanted.pop(kind) for kind in kinds if wanted.get(kind) is not None}, stem)
    options = {key: value for key, value in wanted.items() if key not in kinds}
    outcome = inputs.prepare(**files, **options)
    lines = [line.split("\t") for line in (outcome.folder / f"{case.kind}.tsv").read_text().splitlines()]
    width = lines[0].index("sample")
    assert sorted(" ".join(cells[:width]) for cells in lines[1:]) == sorted(case.sent)


def patterns(module: Any, node: ast.expr) -> Iterator[str]:
    """Yield what a tip in the code may be, as patterns for its values; what is worked out elsewhere gives none."""
    if isinstance(node, ast.Constant):
        yield re.escape(str(node.value))
    elif isinstance(node, ast.Name) and isinstance(getattr(module, node.id, None), str):
        yield re.escape(getattr(module, node.id))
    elif isinstance(node, ast.JoinedStr):
        parts = [next(patterns(module, part), ".*") for part in node.values]
        yield "".join(parts)
    elif isinstance(node, ast.FormattedValue):
        yield next(patterns(module, node.value), ".*")
    elif isinstance(node, ast.BinOp):
        yield "".join(next(patterns(module, side), ".*") for side in (node.left, node.right))
    elif isinstance(node, ast.IfExp | ast.BoolOp):
        for one in (node.body, node.orelse) if isinstance(node, ast.IfExp) else node.values:
            yield from patterns(module, one)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        yield re.sub(r"\\{.*?\\}", ".*", next(patterns(module, node.func.value), ".*"))


def all_tips() -> Iterator[tuple[str, str]]:
    """Yield each tip of the readers of mutations with its place, as a pattern."""
    for path in sorted(INPUTS.rglob("*.py")):
        if path.stem.startswith(OF_STRUCTURE):
            continue
        name = path.relative_to(ROOT / "runner").with_suffix("").as_posix().replace("/", ".")
        module = import_module(name)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            values = (
                [keyword.value for keyword in node.keywords if keyword.arg == "tip"]
                if isinstance(node, ast.Call)
                else []
            )
            if isinstance(node, ast.Assign) and any(
                isinstance(one, ast.Name) and one.id == "tip" for one in node.targets
            ):
                values = [node.value]
            for value in values:
                yield from ((f"{path.name}:{value.lineno}", one) for one in patterns(module, value) if one.strip(".*"))
    yield from (("empty.py", re.escape(tip)) for _, tip in _TIPS)


def test_closed_standard_input(inputs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none, a file has to be named."""
    monkeypatch.setattr("sys.stdin", None)
    assert CLOSED in inputs.refuse(mutations=Path("-")).tip


def test_every_tip_is_followed_by_a_case(inputs: Any) -> None:
    """A tip in the code that no case above brings out is missing there."""
    with pytest.raises(InputError) as two_spellings:
        refuse_one_spelling(["A &amp; B", "A & B"])
    said = [CLOSED, two_spellings.value.tip, *(refuse(inputs, case) for case in CASES.values())]
    known = list(all_tips())
    assert len(known) > 40
    assert [one for one in known if not any(re.search(one[1], tip) for tip in said)] == []
