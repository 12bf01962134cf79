"""The public API: a dozen names, typed, lazily imported, that do what the commands do."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import cgi_runner
from cgi_runner.findings import Findings
from cgi_runner.service.errors import MaybeProcessedError, RejectedError
from conftest import EXAMPLES, ROOT
from support.cli import cgi_runner as command
from support.options import TEMPORARY

MUTATIONS = EXAMPLES / "mutations.tsv"
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _quick(without_waiting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sandbox's jobs take no time, and no test reach anything else."""
    del without_waiting
    monkeypatch.setenv("CGI_SANDBOX_DURATION", "0")
    for name in ("CGI_EMAIL", "CGI_TOKEN", "CGI_API_URL", "CGI_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are run one after the other, as in a notebook, and leave what they say."""
    (tmp_path / "examples").symlink_to(EXAMPLES)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        exec(compile(block, "docs/python.md", "exec"), names)  # the page is ours
    assert names["result"].rows_missing == 0
    assert names["findings"].drivers
    assert names["cohort"].samples == len(names["findings"].samples)
    assert not (tmp_path / "other").exists()


def test_the_examples_for_engines_repeat_what_may_pass() -> None:
    """Parsl's is run by the tests of engines; the others are at least Python, and repeat the right codes."""
    blocks = re.findall(r"```py\n(.*?)```", PAGE, flags=re.DOTALL)
    assert [re.findall("parsl|prefect|airflow", block)[0] for block in blocks] == ["parsl", "prefect", "airflow"]
    for block in blocks:
        compile(block, "docs/python.md", "exec")
        assert re.findall(r"in \{([\d, ]+)\}", block) == [", ".join(map(str, sorted(TEMPORARY)))]


def test_every_public_name_is_there_and_on_the_page() -> None:
    """Whatever stands in `__all__` can be imported, is documented, and shows at a prompt."""
    for name in cgi_runner.__all__:
        assert getattr(cgi_runner, name)
        assert name.startswith("__") or f"`{name}" in PAGE
    assert set(dir(cgi_runner)) == set(cgi_runner.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_the_kind'"):
        _ = cgi_runner.nothing_of_the_kind


def test_every_class_of_error_is_public() -> None:
    """A program can tell them apart without a private import."""
    from cgi_runner import errors

    classes = {name for name, each in vars(errors).items() if isinstance(each, type)}
    assert classes <= set(cgi_runner.__all__)


@pytest.mark.parametrize(
    "error",
    [
        cgi_runner.StillRunningError("job 1 is still running", tip="again"),
        cgi_runner.CohortError("1 of 2 jobs have no results", tip="again", exit_code=7),
        MaybeProcessedError("no answer", retry_after=3.0, retryable=False),
        RejectedError("429", 429, tip="again", retry_after=3.0),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_passes_between_processes(error: cgi_runner.RunnerError) -> None:
    """Engines written in Python run steps in processes of their own, and decide by the error that comes back."""
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert (str(back), vars(back), back.exit_code) == (str(error), vars(error), error.exit_code)


def test_the_import_is_lazy() -> None:
    """`import cgi_runner` alone, as every command does it, brings in neither the HTTP library nor the API."""
    code = "import cgi_runner, sys; print([m for m in ('requests', 'jinja2', 'cgi_runner.api') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_run_gives_what_the_command_gives(tmp_path: Path) -> None:
    """Both submit the same files and come to the same tables."""
    asked: dict[str, Any] = {"cancer_type": "cgi:CM", "reference": "GRCh38", "sandbox": True}
    result = cgi_runner.run(mutations=[MUTATIONS], output=tmp_path / "api", **asked)
    outcome = command(
        *("run", "--sandbox", "--mutations", str(MUTATIONS), "--cancer-type", "cgi:CM", "--reference", "GRCh38"),
        *("-o", str(tmp_path / "cli")),
    )
    assert outcome.code == 0
    for name in ("alterations.tsv", "biomarkers.tsv", "dropped.tsv"):
        assert (tmp_path / "api" / name).read_bytes() == (tmp_path / "cli" / name).read_bytes()
    record = json.loads((tmp_path / "api" / "cgi-job.json").read_text())
    assert (result.job_id, result.cancer_type, result.reference) == (record["job_id"], "CM", "hg38")
    assert result.warnings == tuple(record["warnings"])
    assert isinstance(cgi_runner.read_results(result.output), Findings)


def test_the_same_call_again_resumes(tmp_path: Path) -> None:
    """The job of the first call is the job of the second."""
    ids = {
        cgi_runner.run(
            mutations=MUTATIONS, cancer_type="cgi:CM", reference="hg38", output=tmp_path / "out", sandbox=True
        ).job_id
        for _ in range(2)
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "no input file was given"),
        ({"mutations": ""}, "mutations is empty"),
        ({"mutations": MUTATIONS, "reference": "hg18"}, "found the reference 'hg18'"),
        ({"mutations": MUTATIONS, "api_url": " "}, "api_url is empty"),
        ({"mutations": MUTATIONS, "attempts": 0}, "found 0 attempts"),
        ({"mutations": MUTATIONS, "sandbox": True, "api_url": "https://example.org"}, "both --sandbox and --api-url"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    """Nothing is sent or written for a slip, and nothing empty means a default."""
    with pytest.raises(cgi_runner.InputError, match=re.escape(said)):
        cgi_runner.run(cancer_type="cgi:CM", output=tmp_path / "out", **settings)
    assert not (tmp_path / "out").exists()


def test_a_mistyped_keyword_is_refused(tmp_path: Path) -> None:
    """As of any function: `mutation` must not be passed over."""
    wrong: dict[str, Any] = {"mutation": MUTATIONS}
    with pytest.raises(TypeError, match="unexpected keyword argument 'mutation'"):
        cgi_runner.run(cancer_type="cgi:CM", output=tmp_path / "out", **wrong)
    with pytest.raises(TypeError, match="unexpected keyword argument 'mutation'"):
        cgi_runner.run_cohort(output=tmp_path / "out", **wrong)


def test_errors_do_not_quote_the_token(tmp_path: Path) -> None:
    """A notebook keeps whatever an error says."""
    token = "0123456789abcdef0123"
    (tmp_path / "credentials").write_text(f"jane@example.org {token}\n")
    with pytest.raises(cgi_runner.InputError, match="the title holds the token") as failed:
        cgi_runner.run(
            mutations=MUTATIONS,
            cancer_type="cgi:CM",
            reference="hg38",
            title=f"a {token}",
            output=tmp_path / "out",
            credentials=tmp_path / "credentials",
            api_url="http://127.0.0.1:9",
        )
    assert token not in str(failed.value) + failed.value.tip
    with pytest.raises(cgi_runner.RunnerError) as lost:
        cgi_runner.read_results(tmp_path / token)
    assert token not in str(lost.value) + lost.value.message


def test_the_client_speaks_with_a_service(tmp_path: Path) -> None:
    """`connect` reads credentials as the commands do, and closes the connection."""
    from cgi_sandbox import Sandbox

    (tmp_path / "credentials").write_text("jane@example.org 0123456789abcdef0123\n")
    with (
        Sandbox() as sandbox,
        cgi_runner.connect(api_url=sandbox.url, credentials=tmp_path / "credentials") as client,
    ):
        assert isinstance(client, cgi_runner.CgiClient)
        assert client.list_jobs() == []
