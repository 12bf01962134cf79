"""The workflow on Toil's WDL runner with Docker.

Its containers do not reach this machine's loopback, so only what needs no service, or wants none to be there, is run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from engines.cwl.conftest import missing
from engines.cwl.engines import ROOT, MissingError
from engines.cwl.service import TOKEN
from engines.wdl import engines
from engines.wdl.descriptions import WDL
from engines.wdl.engines import Outcome, write_credentials, write_inputs

pytestmark = [pytest.mark.wdl, pytest.mark.image, pytest.mark.toil, pytest.mark.timeout(300)]

#: What the workflow is given for each exit code; nothing listens on port 9 of a container's own loopback.
CODES: dict[int, dict[str, object]] = {
    0: {"sandbox": True},
    2: {"cancer_type": "NONE", "sandbox": True},
    7: {"api_url": "http://127.0.0.1:9/api/v1"},
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Outcome]]:
    """Provide what came of the run that should end with an exit code; the runs go on side by side."""
    folders = tmp_path_factory.mktemp("runs")  # here, as pytest's factory is not made for threads

    def run(code: int) -> Outcome:
        folder = folders / f"exit-{code}"
        folder.mkdir()
        inputs: dict[str, object] = {"mutations": [str(ROOT / "examples/mutations.tsv")], "reference": "hg38"}
        inputs |= {"cancer_type": "CM", "attempts": 1, "max_retries": 0, "deadline": "5m", **CODES[code]}
        inputs["credentials"] = str(write_credentials(folder, "honest"))
        written = write_inputs(folder, "interpret", **inputs)
        options = ("--jobStore", "jobs", "--outputDirectory", "results", "--outputFile", "outputs.json", "--logDebug")
        answer = engines.toil(folder).run(*options, WDL / "interpret.wdl", written, folder=folder)
        (folder / "said.txt").write_text(answer.stdout + answer.stderr)
        return Outcome(answer.returncode, answer.stdout + answer.stderr, folder)

    with ThreadPoolExecutor(len(CODES)) as pool:
        started = {code: pool.submit(run, code) for code in CODES}

        def wait(code: int) -> Outcome:
            try:
                return started[code].result()
            except MissingError as error:
                missing(str(error))
                raise

        yield wait


def test_toil_brings_the_results(outcomes: Callable[[int], Outcome]) -> None:
    """The results are verified and all where the outputs say, also by a credentials file of mode 600."""
    found = outcomes(0)
    assert found.code == 0, found.said
    outputs = json.loads((found.folder / "outputs.json").read_text())
    record = json.loads((found.folder / outputs["interpret.record"]).read_text())
    assert record["state"] == "verified"
    assert (found.folder / outputs["interpret.alterations"]).stat().st_size


@pytest.mark.parametrize(("code", "words"), [(2, "NONE"), (7, "127.0.0.1:9")])
def test_toil_ends_with_the_exit_code_of_the_task(outcomes: Callable[[int], Outcome], code: int, words: str) -> None:
    """Failures are told apart by Toil's own exit code, and the runner's sentence is in its log."""
    found = outcomes(code)
    assert found.code == code, found.said[-4000:]
    assert words in found.said


@pytest.mark.parametrize("code", CODES)
def test_no_token_is_in_what_toil_keeps(outcomes: Callable[[int], Outcome], code: int) -> None:
    """Job store, logs and outputs do not hold the token; links to the user's own file are not followed."""
    folder = outcomes(code).folder
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 5
    assert [path.name for path in files if TOKEN.encode() in path.read_bytes()] == ["credentials"]
