"""The same suite on every engine: cwltool as it is, cwltool with the project's image, and Toil."""

from __future__ import annotations

import pytest

from engines.cwl.conftest import Suites
from engines.cwl.suite import TESTS, Outcome

CODES = {
    test["short_name"]: int(tag.removeprefix("exit-"))
    for test in TESTS
    for tag in test.get("tags", [])
    if tag.startswith("exit-")
}
TEMPORARY = {3, 6, 7, 8}
ENGINES = [
    pytest.param("cwltool", marks=pytest.mark.cwl),
    pytest.param("docker", marks=[pytest.mark.cwl, pytest.mark.image]),
    pytest.param("toil", marks=pytest.mark.toil),
]

pytestmark = pytest.mark.timeout(600)


def outcome(suites: Suites, engine: str, name: str) -> Outcome:
    """Return what a test of the suite came to on an engine."""
    return suites(engine)[name]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", [test["short_name"] for test in TESTS])
def test_the_suite_passes(suites: Suites, engine: str, name: str) -> None:
    """A tool or workflow gives the outputs that the suite tells, or fails where it tells so."""
    found = outcome(suites, engine, name)
    assert not found.failure, found.said


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CODES)
def test_a_step_ends_with_the_code_of_the_contract(suites: Suites, engine: str, name: str) -> None:
    """The engine sees the very exit code that tells what went wrong."""
    found = outcome(suites, engine, name)
    assert found.exit_codes == {CODES[name]}, found.said


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CODES)
def test_a_failure_is_as_lasting_as_the_contract_says(suites: Suites, engine: str, name: str) -> None:
    """What a later attempt can heal is a temporary failure, everything else a permanent one."""
    kind = "temporaryFail" if CODES[name] in TEMPORARY else "permanentFail"
    assert f"completed {kind}" in outcome(suites, engine, name).said


@pytest.mark.cwl
def test_the_suite_reaches_every_exit_code() -> None:
    """Each exit code of the contract that a step can end with by itself has its test in the suite."""
    assert set(CODES.values()) == {2, 3, 4, 5, 6, 7, 8, 9, 10}
