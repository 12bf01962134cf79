"""Empty values, as unset variables of scripts make them: never the default without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgi_sandbox import Sandbox
from conftest import CREDENTIALS, EXAMPLES
from support.cli import cgi_runner

INPUT = ["--mutations", str(EXAMPLES / "mutations.tsv"), "--cancer-type", "CM", "--reference", "hg38"]


@pytest.fixture
def account(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sandbox as the service, and its account in the environment."""
    monkeypatch.setenv("CGI_API_URL", sandbox.url)
    monkeypatch.setenv("CGI_EMAIL", CREDENTIALS.email)
    monkeypatch.setenv("CGI_TOKEN", CREDENTIALS.token)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


#: Options of `run` whose empty value would choose a service, an account, a file, a sample or a disease by itself.
OPTIONS = [
    "--api-url",
    "--credentials",
    "--ca-bundle",
    "--sample",
    "--cancer-type",
    "--mutations",
    "--cnas",
    "--translocations",
    "--reference",
    "--output",
    "--deadline",
]


@pytest.mark.parametrize("value", ["", "  "], ids=["empty", "blank"])
@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.usefixtures("account")
def test_an_empty_option_is_exit_2_before_anything_is_sent(
    option: str, value: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Whatever the option, whatever else is right; the message names the option."""
    outcome = cgi_runner("run", *INPUT, "--output", tmp_path / "out", option, value)
    assert outcome.is_plain_failure(2)
    assert f"{option}'" in outcome.err
    assert "empty" in outcome.err
    assert not sandbox.requests
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("account")
def test_an_empty_value_after_an_equals_sign_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    """As `--api-url=$UNSET` makes it."""
    outcome = cgi_runner("run", *INPUT, "--output", tmp_path / "out", "--api-url=")
    assert outcome.is_plain_failure(2)
    assert not sandbox.requests


@pytest.mark.parametrize(
    "command",
    [
        ["status", ""],
        ["delete", ""],
        ["wait", "c22ecf2af788d65ec257", "--api-url", ""],
        ["fetch", "--archive", "", "--output", "out"],
        ["cohort", "", "--output", "out"],
        ["list", "--credentials", ""],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("account")
def test_other_commands_refuse_empty_values_too(command: list[str], sandbox: Sandbox) -> None:
    """An empty JOB would otherwise mean the job of the current folder."""
    outcome = cgi_runner(*command)
    assert outcome.is_plain_failure(2)
    assert "empty" in outcome.err
    assert not sandbox.requests


@pytest.mark.usefixtures("account")
def test_an_empty_title_is_no_title(sandbox: Sandbox, tmp_path: Path) -> None:
    """It chooses nothing by itself."""
    assert cgi_runner("submit", *INPUT, "--output", tmp_path / "out", "--title", "").code == 0
    assert sandbox.requests


@pytest.mark.parametrize("name", ["CGI_API_URL", "CGI_CREDENTIALS_FILE"])
@pytest.mark.usefixtures("account")
def test_an_empty_variable_is_exit_2(
    name: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The public service, or the credentials of the user's own file, would be taken in its place."""
    monkeypatch.setenv(name, "")
    if name == "CGI_CREDENTIALS_FILE":
        monkeypatch.delenv("CGI_EMAIL")
        monkeypatch.delenv("CGI_TOKEN")
    outcome = cgi_runner("run", *INPUT, "--output", tmp_path / "out")
    assert outcome.is_plain_failure(2)
    assert f"{name} is set, but empty" in outcome.err
    assert not sandbox.requests


@pytest.mark.usefixtures("account")
def test_an_empty_pair_of_credentials_is_not_passed_over(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other credentials, lying elsewhere, are not taken in place of empty ones."""
    (tmp_path / "other").write_text("other@example.org deadbeefdeadbeefdead")
    monkeypatch.setenv("CGI_EMAIL", "")
    monkeypatch.setenv("CGI_TOKEN", "")
    monkeypatch.setenv("CGI_CREDENTIALS_FILE", str(tmp_path / "other"))
    outcome = cgi_runner("run", *INPUT, "--output", tmp_path / "out")
    assert outcome.is_plain_failure(4)
    assert "set, but empty" in outcome.err
    assert not sandbox.requests
