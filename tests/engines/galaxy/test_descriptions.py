"""The tools' descriptions against what they describe: nothing here needs a Galaxy."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import click
import pytest

from cgi_runner import __version__, errors
from cgi_runner.cli.main import cli

TOOLS = Path(__file__).resolve().parents[3] / "tools"
SUITE = sorted(path.stem for path in TOOLS.glob("cgi_runner_*.xml"))

NOT_IN_GALAXY = {
    "--accept-archive": "whose results an archive holds a person decides, who types the id",
    "--ignore-genotypes": "a last resort, for the command line",
    "--insertion-start": "a question for the command line",
    "--merge-phased": "a question for the command line",
    "--low-level-cnas": "what is sent of gains and losses is a question for the command line",
    "--partial-amplifications": "likewise",
    "--strict-input": "dropped.tsv lists such rows",
    "--tcga-barcodes": "for people with tables of TCGA; the command line has it",
    "--state": "the administrators' business: CGI_RUNNER_STATE",
    "--attempts": "pauses would hold the job's slot; the user runs the tool again, or the destination resubmits",
    "--any-cancer-type": "the form offers CGI's list",
    "--ca-bundle": "the administrators' business: REQUESTS_CA_BUNDLE",
    "--confirm": "a job of Galaxy's has nobody to ask",
    "--credentials": "they come from the vault, as environment variables",
    "--delete-adopted": "another job of the server may wait for it; a person decides, on the command line",
    "--follow": "a job of Galaxy's has nobody who watches",
    "--force": "never from a form",
    "--fresh": "a resubmitted attempt would submit again; another title does the same, once",
    "--ignore-build-hints": "never from a form; a header that names another build is corrected",
    "--insecure": "never from a form",
    "--json": "people read the results; all findings as JSON are an output of the report",
    "--pseudonyms": "the table of whose samples they are is for its owner's eyes only; a dataset of a history is not",
    "--study": "a folder of many files, which the command line writes for those who load cBioPortal",
    "--report": "the page is always written; the form asks whether it becomes a dataset",
}
FLAGS = ("keep_filtered", "keep_germline", "strict", "delete", "skip_bad", "cbioportal", "overwrite")
#: Tools that ask nobody.
OFFLINE = {f"cgi_runner_{name}" for name in ("check", "merge", "annotate", "report", "compare")}
BY_TOOL: dict[str, dict[str, set[str]]] = {
    "cgi_runner_run": {"run": set()},
    "cgi_runner_submit": {"submit": set()},
    "cgi_runner_fetch": {"fetch": {"--sample", "--archive-sample"}},  # of saved archives only
    "cgi_runner_check": {"check": {"--title"}},  # nothing is submitted that could have one
    "cgi_runner_cohort": {
        "cohort": {
            "--delete",  # if one job fails, Galaxy shows no results of the others: they have to stay at CGI
            "--max-rows",  # of larger jobs nobody knows whether CGI can do them
            "--dry-run",  # a job of Galaxy's that sends nothing is what check is for
        }
    },
    "cgi_runner_merge": {
        "cohort-merge": set(),
        "fetch": {"--api-url", "--deadline", "--strict", "--sample", "--archive-sample"},
    },  # of saved archives, as they are
    "cgi_runner_annotate": {"annotate": set()},
    "cgi_runner_report": {"report": {"--since"}},  # what has changed is shown by cgi_runner_compare
    "cgi_runner_compare": {"compare": set()},
    "cgi_runner_jobs": {"list": set(), "logs": {"--deadline"}, "delete": set()},
}


def module(name: str) -> ModuleType:
    """Load a script of the suite."""
    spec = spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec
    assert spec.loader
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def tokens() -> dict[str, str]:
    """Return the texts that stand behind names like @OPTIONS@."""
    found = ET.parse(TOOLS / "macros.xml").getroot().findall("token")
    return {token.attrib["name"]: token.text or "" for token in found}


def text_of(tool: str, part: str) -> str:
    """Return the command or the help of a tool as Galaxy sees it."""
    text = ET.parse(TOOLS / f"{tool}.xml").getroot().findtext(part) or ""
    while named := [name for name in tokens() if name in text]:
        for name in named:
            text = text.replace(name, tokens()[name])
    return text


def test_the_generated_macros_are_those_of_the_tables() -> None:
    """Cancer types and exit codes in the XML are those of the package's table and of the script that explains them."""
    generator = module("generate_macros")
    assert (TOOLS / "macros_generated.xml").read_text() == generator.generated()


def test_every_study_of_tcga_is_found_in_the_form() -> None:
    """Who types the code of a TCGA study finds CGI's cancer type; the right answers are the package's own mapping."""
    table = TOOLS.parent / "runner" / "cgi_runner" / "data" / "tcga.tsv"
    rows = [row.split("\t") for row in table.read_text().splitlines() if not row.startswith("#")][1:]
    options = ET.parse(TOOLS / "macros_generated.xml").getroot().findall("xml[@name='cancer_types']/option")
    labels = {option.attrib["value"]: option.text or "" for option in options}
    assert len(rows) == 33
    for code, _, cgi_id, how in rows:
        same, _, narrower = labels[cgi_id].partition("wider than TCGA ")
        assert code in re.findall(r"\w+", same if how == "same" else narrower)


def test_the_suite_has_the_version_of_the_package() -> None:
    """The version that the tools ask for is the one in this repository."""
    assert tokens()["@TOOL_VERSION@"] == __version__


def test_every_exit_code_is_explained() -> None:
    """Each code that the command line can end with has advice, and there is no advice for others."""
    classes: list[type[errors.RunnerError]] = [errors.RunnerError, *errors.RunnerError.__subclasses__()]
    own = {one.exit_code for one in classes if one.__module__ == errors.__name__}
    assert set(module("galaxy_step").ADVICE) == own


@pytest.mark.parametrize("tool", SUITE)
def test_an_exit_code_is_told_once(tool: str) -> None:
    """Codes are explained by <stdio> alone: detect_errors beside it makes Galaxy show a second, empty message."""
    root = ET.parse(TOOLS / f"{tool}.xml").getroot()
    assert "stdio" in {expand.attrib["macro"] for expand in root.iter("expand")}
    command = root.find("command")
    assert command is not None
    assert "detect_errors" not in command.attrib


@pytest.mark.parametrize("tool", sorted({*SUITE} - {"cgi_runner_jobs", "cgi_runner_submit", "cgi_runner_check"}))
def test_what_people_look_at_first_is_the_newest_output(tool: str) -> None:
    """A history shows the last output at the top: the report, or the annotated file where that is the result."""
    outputs = ET.parse(TOOLS / f"{tool}.xml").getroot().find("outputs")
    assert outputs is not None
    if (expand := outputs.find("expand")) is not None:
        outputs = ET.parse(TOOLS / "macros.xml").getroot().find(f"xml[@name='{expand.attrib['macro']}']")
        assert outputs is not None
    last = [output for output in outputs if output.tag in {"data", "collection"}][-1]
    if tool == "cgi_runner_annotate":
        assert last.attrib["name"] == "annotated"
    else:
        assert (last.attrib["name"], last.attrib["format"]) == ("report", "tool_markdown")


@pytest.mark.parametrize("tool", sorted(OFFLINE))
def test_tools_that_ask_nobody_take_no_credentials(tool: str) -> None:
    """Where no service is called, no token is handed to a job, and the form asks for none."""
    assert 'macro="credentials"' not in (TOOLS / f"{tool}.xml").read_text()


@pytest.mark.parametrize("tool", SUITE)
def test_every_option_is_offered(tool: str) -> None:
    """What the command line can do the form offers, save what is left out for a reason that is written down."""
    command = text_of(tool, "command").replace("--$kind", "--mutations --cnas --translocations")
    offered = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", command))
    offered |= {
        f"--{flag.replace('_', '-')}"
        for flag in re.findall(r"\$(?:reading\.|how\.)?(" + "|".join(FLAGS) + r")\b", command)
    }
    for name, beside_the_point in BY_TOOL[tool].items():
        options = {
            option
            for parameter in cli.commands[name].params
            if isinstance(parameter, click.Option)
            for option in parameter.opts
            if option.startswith("--")
        }
        assert options - set(NOT_IN_GALAXY) - beside_the_point <= offered
        assert offered.isdisjoint(NOT_IN_GALAXY)


@pytest.mark.parametrize("file", ["macros.xml", "cgi_runner_cohort.xml"])
def test_every_input_of_mutations_has_further_ones(file: str) -> None:
    """A caller may write several files of one tumour, which the command line takes; they are of the same formats."""
    path = "param[@argument='--mutations']"
    forms = [element for element in ET.parse(TOOLS / file).iter() if element.find(path) is not None]
    assert len(forms) == {"macros.xml": 1, "cgi_runner_cohort.xml": 2}[file]
    for form in forms:
        first, further = form.find(path), form.find("repeat[@name='more']/param[@name='mutations']")
        assert first is not None
        assert further is not None
        for name in ("type", "format", "collection_type"):
            assert further.get(name) == first.get(name)


def test_every_reason_for_leaving_an_option_out_is_still_needed() -> None:
    """No option that is gone is excused."""
    known = {option for command in cli.commands.values() for parameter in command.params for option in parameter.opts}
    assert set(NOT_IN_GALAXY) <= known


@pytest.mark.parametrize("tool", SUITE)
def test_no_command_line_names_the_token(tool: str) -> None:
    """Credentials travel in the environment; a command line that named them would show them to the machine."""
    command = text_of(tool, "command")
    assert "CGI_TOKEN" not in command
    assert "CGI_EMAIL" not in command


@pytest.mark.parametrize("tool", [tool for tool in SUITE if tool not in OFFLINE])
def test_the_help_says_what_a_user_has_to_know(tool: str) -> None:
    """What leaves the server, who answers for it, the licence, where the token is and who can read it."""
    text = " ".join(text_of(tool, "help").split())
    for phrase in (
        "What leaves this server, and who answers for it",
        "you* are the data controller in the sense of the GDPR",
        "CC BY-NC 4.0",
        "User > Preferences > Manage Your Tools Credentials",
        "which the administrators of this server can read",
    ):
        assert phrase in text
