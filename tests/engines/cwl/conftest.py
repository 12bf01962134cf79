"""What the tests of the CWL tools share: a service that misbehaves, the suite for all engines, and its runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import pytest

from engines.cwl import engines
from engines.cwl.engines import Engine, MissingError
from engines.cwl.service import served
from engines.cwl.suite import Outcome, run_suite

Suites = Callable[[str], dict[str, Outcome]]


def missing(reason: str) -> None:
    """Leave a test out by name, or let it fail where every engine is demanded."""
    if os.environ.get("REQUIRE_ENGINES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def needed(find: Callable[[], Engine]) -> Engine:
    """Return an engine, or leave the test out."""
    try:
        return find()
    except MissingError as error:
        missing(str(error))
        raise


@pytest.fixture(scope="session", autouse=True)
def temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have engines put what they forget to remove, as cwltool and cwltest do, where pytest clears it away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("tmp")))
        yield


@pytest.fixture(scope="session")
def laptop() -> Engine:
    """Return cwltool without containers."""
    return needed(engines.without_containers)


@pytest.fixture
def service() -> Iterator[str]:
    """Serve a service whose jobs take two seconds, and give its address."""
    with served() as url:
        yield url


@pytest.fixture(scope="session")
def suites(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suites]:
    """Provide what came of the suite on an engine; the engines that are asked for run at once."""
    callspecs = [getattr(item, "callspec", None) for item in request.session.items]
    asked = {spec.params["engine"] for spec in callspecs if spec and "engine" in spec.params}
    folder = tmp_path_factory.mktemp("suites")
    finders: dict[str, Callable[[], Engine]] = {
        "cwltool": engines.without_containers,
        "docker": engines.docker,
        "toil": lambda: engines.toil(folder),
    }
    with ThreadPoolExecutor(len(finders)) as pool:

        def start(name: str) -> Future[dict[str, Outcome]]:
            return pool.submit(run_suite, finders[name], folder / name)

        started = {name: start(name) for name in sorted(asked & set(finders))}

        @cache
        def outcome(name: str) -> dict[str, Outcome]:
            try:
                return started[name].result()
            except MissingError as error:
                missing(str(error))
                raise

        yield outcome
