"""The help that the command line gives: complete, and every example in it really runs."""

from __future__ import annotations

import gzip
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cgi_runner.cli.main import cli
from conftest import CREDENTIALS, EXAMPLES, ROOT
from support.archives import make_generation, write_members, write_zip
from support.cli import cgi_runner

COMMANDS = sorted(cli.commands.items())


def examples(command: click.Command) -> list[str]:
    """Return the examples at the end of a command's help."""
    return re.findall(r"^  (cgi-runner .*)$", command.epilog or "", flags=re.MULTILINE)


EXAMPLES_OF_ALL = [example for command in cli.commands.values() for example in examples(command)]


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_command_and_option_explains_itself(name: str, command: click.Command) -> None:
    """A sentence for the command, a text for each option, the meaning of each argument, and an example."""
    assert command.help
    assert command.help.splitlines()[0].endswith(".")
    assert command.get_short_help_str(limit=70) == command.help.splitlines()[0]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"
            assert parameter.is_flag or parameter.metavar or parameter.show_default, f"{name} {parameter.opts}"
        else:
            assert parameter.name
            assert parameter.name.upper() in command.help
    assert examples(command), f"{name} has no example"


@pytest.mark.parametrize("name", ["", *[name for name, _ in COMMANDS]])
def test_help_shows_its_examples_as_they_are_typed(name: str) -> None:
    """One line each, not wrapped, so that they can be copied; the help is no wider than they are."""
    command = cli.commands[name] if name else cli
    shown = cgi_runner(*([name] if name else []), "--help").out.splitlines()
    for example in examples(command):
        assert f"    {example}" in shown
    assert all(len(line) <= 110 for line in shown)
    assert not any("\\b" in line or "\b" in line for line in shown)


def test_the_same_flag_means_the_same_everywhere() -> None:
    """Whoever knows an option of one command knows it in all of them; two say what their folder is for."""
    told: dict[str, set[str]] = {}
    for _, command in COMMANDS:
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                told.setdefault(parameter.opts[-1], set()).add(str(parameter.help))
    assert {flag for flag, texts in told.items() if len(texts) > 1} == {"--output"}


def test_no_option_takes_a_token() -> None:
    """It would show in the list of processes."""
    flags = {flag for _, command in COMMANDS for parameter in command.params for flag in parameter.opts}
    assert not {flag for flag in flags if re.search("token|password|secret|key", flag)}


def test_without_a_command_the_help_comes_on_stderr() -> None:
    """Nothing was asked for, so nothing goes to stdout, and a pipeline notices."""
    outcome = cgi_runner()
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == cgi_runner("--help").out


@pytest.mark.parametrize("name", ["README.md", "examples/README.md", "Makefile", "compose.yaml"])
def test_what_the_papers_call_is_there(name: str) -> None:
    """Commands and flags that are written down anywhere are those of the command line."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    for command, rest in re.findall(r"\bcgi-runner ((?!is |and )[a-z][a-z-]+)\b([^\n`|&]*)", text):
        if command not in cli.commands and not rest.strip().startswith("-"):
            continue  # a sentence about cgi-runner, not a call of it
        assert command in cli.commands, f"{name}: {command}"
        known = {flag for parameter in cli.commands[command].params for flag in parameter.opts}
        assert set(re.findall(r"(?<!\S)--[a-z][a-z-]+", rest)) <= known, f"{name}: {command} {rest}"


@pytest.fixture
def prepared(account_in_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have what the examples take for granted: example inputs, an account, saved archives."""
    del account_in_environment
    monkeypatch.setenv("CGI_SANDBOX_DURATION", "0.01")
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    write_zip(make_generation("2d"), tmp_path / "saved.zip")
    write_members({**make_generation("2c"), "report.txt": ""}, tmp_path / "older")
    write_members(make_generation("2d"), tmp_path / "newer")
    names = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
    (tmp_path / "tumour.vcf.gz").write_bytes(gzip.compress(f"##fileformat=VCFv4.3\n{names}\n".encode()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("example", [text for text in EXAMPLES_OF_ALL if "cgi-runner sandbox" not in text])
@pytest.mark.usefixtures("prepared")
def test_every_example_runs(example: str) -> None:
    """As it stands, in a folder where the examples' files are."""
    arguments = shlex.split(example)[1:]
    order = ["--mutations", "examples/mutations.tsv", "--cancer-type", "CM", "--reference", "hg38", "--output"]
    if arguments[1:2] == ["job"]:
        assert cgi_runner("submit", *order, "job").code == 0
    if "results" in arguments[1:3]:
        assert cgi_runner("run", *order, "results").code == 0
    outcome = cgi_runner(*arguments)
    assert outcome.code == 0
    assert outcome.out or "list" in arguments


def test_the_first_example_runs_where_nothing_but_the_command_is(tmp_path: Path) -> None:
    """Both lines as they stand in the help, in a shell and an empty folder."""
    first, second = (line[4:] for line in cgi_runner("--help").out.splitlines() if line.startswith("    "))
    assert [first, second] == [line.strip() for line in str(cli.epilog).splitlines()[2:]]
    commands = f'cgi-runner() {{ "{sys.executable}" -m cgi_runner "$@"; }}\n{first}\n{second}'
    environment = {**os.environ, "CGI_SANDBOX_DURATION": "0.01"}
    done = subprocess.run(["bash", "-ec", commands], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "demo" / "report.html").exists()


@pytest.mark.parametrize("example", [text for text in EXAMPLES_OF_ALL if "cgi-runner sandbox" in text])
def test_the_sandbox_serves_until_it_is_stopped(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It prints its address first, being stopped is how it ends, and then nothing temporary is left.

    Here it is on a free port, not on the example's.
    """
    import requests

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    arguments = [re.sub(r"^\d+$", "0", argument) for argument in shlex.split(example)[1:]]
    command = [sys.executable, "-m", "cgi_runner", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        url = serving.stdout.readline().strip()
        assert [path.name.startswith("cgi-sandbox-") for path in tmp_path.iterdir()] == [True]
        answer = requests.get(url, headers={"Authorization": CREDENTIALS.header}, timeout=60)
        serving.send_signal(signal.SIGTERM)
        out, err = serving.communicate(timeout=60)
    assert answer.json() == []
    assert serving.returncode == 0
    assert out == ""
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []
