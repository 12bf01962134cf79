"""The wrapper's command line and description against the runner's options; nothing here needs Snakemake."""

from __future__ import annotations

import os
import re
import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from ruamel.yaml import YAML

from cgi_runner import __version__
from support.options import EXIT_CODES, list_options

ROOT = Path(__file__).resolve().parents[3]
WRAPPER = ROOT / "snakemake" / "bio" / "cgi-runner"
META = YAML(typ="safe").load(WRAPPER / "meta.yaml")


class Files(list[str]):
    """Files of a rule as Snakemake gives them: a list whose entries may have names."""

    def __init__(self, **named: str | list[str]) -> None:
        """Keep the files with their names."""
        self.named = named
        super().__init__(one for files in named.values() for one in ([files] if isinstance(files, str) else files))

    def get(self, name: str, default: object = None) -> object:
        """Return the file or files of a name."""
        return self.named.get(name, default)


class BecameError(Exception):
    """The wrapper has become the runner, with these words."""


def play(inputs: Files, output: str, params: dict[str, object]) -> tuple[list[str], dict[str, Any]]:
    """Run the wrapper for a rule; gives the command line that it becomes, and its names."""

    def become(_program: str, words: list[str]) -> None:
        raise BecameError(words)

    names: dict[str, Any] = {
        "snakemake": SimpleNamespace(rule="cgi", input=inputs, output=[output], params=params, log=[])
    }
    wrapper = compile((WRAPPER / "wrapper.py").read_text(), "wrapper.py", "exec")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "execvp", become)
        with pytest.raises(BecameError) as became:
            exec(wrapper, names)
    return became.value.args[0], names


def test_parameters_become_the_options_of_their_names() -> None:
    """Texts, flags, lists and what is left out; inputs by their kind."""
    params = {"output": "r", "cancer_type": "cgi:CM", "strict": True, "delete": False, "reference": None, "attempts": 3}
    words, _ = play(Files(mutations=["a.vcf", "b.vcf"], cnas="c.tsv"), "r/report.html", params)
    options = ["--output=r", "--cancer-type=cgi:CM", "--strict", "--attempts=3"]
    assert words == ["cgi-runner", "run", *options, "--mutations=a.vcf", "--mutations=b.vcf", "--cnas=c.tsv", "--"]


def test_a_cohort_takes_its_sheet_and_a_merge_its_folders() -> None:
    """Both are arguments; files that a sheet names are only for Snakemake to see."""
    sheet = Files(samples="sheet.tsv", files=["a.vcf"])
    cohort, _ = play(sheet, "k/report.html", {"command": "cohort", "output": "k"})
    assert cohort == ["cgi-runner", "cohort", "--output=k", "--", "sheet.tsv"]
    results = Files(results=["r/b/report.html", "r/a/report.html"])
    merge, _ = play(results, "m/dropped.tsv", {"command": "cohort-merge", "output": "m"})
    assert merge == ["cgi-runner", "cohort-merge", "--output=m", "--", "r/a", "r/b"]


@pytest.mark.parametrize(
    ("output", "params", "told"),
    [
        ("r/report.html", {"output": "r", "fresh": True}, "would submit a second job"),
        ("r/report.html", {"output": "r", "mutations": "a.vcf"}, "is an input"),
        ("r/report.html", {"output": "r", "command": "delete"}, "expected one of run"),
        ("r/report.html", {}, "expected a parameter output"),
        ("r", {"output": "r"}, "expected files inside r"),
    ],
)
def test_a_rule_that_would_do_harm_is_refused(
    output: str, params: dict[str, object], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the code of wrong usage, before anything is run; a folder as the output would lose kept archives."""
    rule = SimpleNamespace(rule="cgi", input=Files(mutations="a.vcf"), output=[output], params=params, log=[])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(WRAPPER / "wrapper.py"), {"snakemake": rule})
    assert stopped.value.code == 2
    assert told in capsys.readouterr().err


def test_every_option_is_described_or_refused_with_a_reason() -> None:
    """An option that is new to the runner has to be decided on; one that is gone is not described."""
    _, names = play(Files(samples="sheet.tsv"), "k/report.html", {"command": "cohort", "output": "k"})
    described = {name for entry in META["params"] for name in entry}
    options = list_options(*names["COMMANDS"])
    assert described - {"command"} == options - set(names["REFUSED"])
    assert set(names["REFUSED"]) <= options
    assert all(names["REFUSED"].values())


def test_the_environment_asks_for_this_version() -> None:
    """A conda environment has the runner that the description was written for."""
    environment = YAML(typ="safe").load(WRAPPER / "environment.yaml")
    assert environment["dependencies"] == [f"cgi-runner ={__version__}"]


def test_the_readme_tells_every_exit_code() -> None:
    """Each code of the contract has a line that says what to do."""
    lines = (ROOT / "snakemake" / "README.md").read_text().splitlines()
    rows = [line.split("|")[1] for line in lines if line.startswith("| ")]
    told = {int(code) for row in rows for code in row.replace(",", " ").split() if code.isdigit()}
    assert told == EXIT_CODES - {1}


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        ("sample\tcancer_type\nA\tcgi:CM\nA\tcgi:BRCA\n", "found a sample twice"),
        ("sample\ttumour_type\nA\tcgi:CM\n", "found the columns"),
        ("sample\tcancer_type\n../A\tcgi:CM\n", "found the sample"),
        ("sample\tcancer_type\nA\tcgi:CM\thg38\n", "no more cells than columns"),
        ("sample\tcancer_type\n\tcgi:CM\n", "found the sample ''"),
        ("", "found the columns"),
    ],
)
def test_a_sheet_that_is_not_understood_is_refused(
    sheet: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any rule runs: what is not understood could decide whose tumour it is."""
    (tmp_path / "samples.tsv").write_text(sheet)
    with pytest.raises(ValueError, match=re.escape(told)):
        read_common(tmp_path, monkeypatch)


def test_files_of_the_sheet_are_relative_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for `cohort`: semicolons stand between files of one kind; empty cells name no file and no option."""
    header = "sample\tcancer_type\treference\tmutations\tcnas\n"
    (tmp_path / "samples.tsv").write_text(f"{header}A\tcgi:CM\t\tsnvs.vcf; indels.vcf;\t\n")
    names = read_common(tmp_path, monkeypatch)
    expected = {"mutations": [str(tmp_path / "snvs.vcf"), str(tmp_path / "indels.vcf")]}
    assert names["files_of"](names["TUMOURS"]["A"]) == expected
    wildcards = SimpleNamespace(sample="A")
    assert (names["cell"]("cancer_type")(wildcards), names["cell"]("reference")(wildcards)) == ("cgi:CM", None)


def read_common(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run what the module reads first, which is plain Python, with the error of Snakemake's as a ValueError."""
    exceptions = ModuleType("snakemake.exceptions")
    vars(exceptions)["WorkflowError"] = ValueError
    monkeypatch.setitem(sys.modules, "snakemake", ModuleType("snakemake"))
    monkeypatch.setitem(sys.modules, "snakemake.exceptions", exceptions)
    names: dict[str, Any] = {"config": {"samples": str(folder / "samples.tsv")}}
    exec((ROOT / "snakemake" / "workflow" / "rules" / "common.smk").read_text(), names)
    return names
