"""What the proofs of the promise share: a service, accounts, and processes that can be stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cgi_sandbox import Sandbox
from promise import killing
from promise.killing import Account, Machine


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
    """Return the tables that an undisturbed run of the example brings."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert machine.run(machine.submission(killing.account(service), out)) == [0]
    return killing.tables_in(out)
