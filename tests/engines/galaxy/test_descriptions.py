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

TOOLS = Path(__file__).resolve().parents[2] / "tools"
SUITE = sorted(path.stem for path in TOOLS.glob("cgi_*.xml"))

NOT_IN_GALAXY = {
    "--any-cancer-type": "the form offers CGI's list",
    "--ca-bundle": "the administrators' business: REQUESTS_CA_BUNDLE",
    "--credentials": "they come from the vault, as environment variables",
    "--follow": "a job of Galaxy's has nobody who watches",
    "--force": "never from a form",
    "--fresh": "a resubmitted attempt would submit again; another title does the same, once",
    "--insecure": "never from a form",
    "--json": "people read the results",
}
BY_TOOL: dict[str, dict[str, set[str]]] = {
    "cgi_run": {"run": set()},
    "cgi_submit": {"submit": set()},
    "cgi_fetch": {"fetch": set()},
    "cgi_check": {"check": {"--title"}},  # nothing is submitted that could have one
    "cgi_jobs": {"list": set(), "logs": {"--deadline"}, "delete": set()},
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
    """Give the texts that stand behind names like @OPTIONS@."""
    found = ET.parse(TOOLS / "macros.xml").getroot().findall("token")
    return {token.attrib["name"]: token.text or "" for token in found}


def text_of(tool: str, part: str) -> str:
    """Give the command or the help of a tool as Galaxy sees it."""
    text = ET.parse(TOOLS / f"{tool}.xml").getroot().findtext(part) or ""
    while named := [name for name in tokens() if name in text]:
        for name in named:
            text = text.replace(name, tokens()[name])
    return text


def test_the_generated_macros_are_those_of_the_tables() -> None:
    """Cancer types and exit codes in the XML are those of the package's table and of the script that explains them."""
    generator = module("generate_macros")
    assert (TOOLS / "macros_generated.xml").read_text() == generator.generated()


def test_the_suite_has_the_version_of_the_package() -> None:
    """The version that the tools ask for is the one in this repository."""
    assert tokens()["@TOOL_VERSION@"] == __version__


def test_every_exit_code_is_explained() -> None:
    """Each code that the command line can end with has advice, and there is no advice for others."""
    classes: list[type[errors.RunnerError]] = [errors.RunnerError, *errors.RunnerError.__subclasses__()]
    own = {one.exit_code for one in classes if one.__module__ == errors.__name__}
    assert set(module("galaxy_step").ADVICE) == own


@pytest.mark.parametrize("tool", SUITE)
def test_every_option_is_offered(tool: str) -> None:
    """What the command line can do the form offers, save what is left out for a reason that is written down."""
    command = text_of(tool, "command").replace("--$kind", "--mutations --cnas --translocations")
    offered = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", command))
    offered |= {f"--{flag.replace('_', '-')}" for flag in re.findall(r"\$(pass_only|strict|delete)\b", command)}
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


@pytest.mark.parametrize("tool", [tool for tool in SUITE if tool != "cgi_check"])
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
