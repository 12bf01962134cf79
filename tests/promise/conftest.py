"""What the proofs of the promise share: how much of them is run, a little in `make test`, all of it in `make soak`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from cgi_runner.sandbox import Sandbox
from reliability import killing
from reliability.killing import Account, Machine

SOAK = bool(os.environ.get("CGI_SOAK"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests to `make soak`, without a line for each of them."""
    long = [] if SOAK else [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    """Serve a sandbox for all tests of a file; each has an account of its own."""
    with killing.service() as served:
        yield served


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Have a machine with many processes, which can be stopped."""
    with killing.machine(tmp_path_factory.mktemp("machine")) as started:
        yield started


@pytest.fixture
def account(service: Sandbox) -> Account:
    """Open an account, which has a colleague's job."""
    return killing.account(service)


@pytest.fixture(scope="module")
def tables(service: Sandbox, machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give the tables that an undisturbed run of the example brings."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert machine.run(machine.order(killing.account(service), out)) == [0]
    return killing.tables_in(out)
