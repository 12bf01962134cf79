"""What tests of the service share: a server with a script, and the API of that server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cgi_runner.config import RetryPolicy
from cgi_runner.service.cgi_v1 import CgiClient
from conftest import SimulatedClock
from support.scripted import ScriptedServer, serving
from support.sessions import session_to


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Serve a script that the test fills in."""
    with serving([]) as scripted:
        yield scripted


@pytest.fixture
def called(server: ScriptedServer, clock: SimulatedClock) -> CgiClient:
    """Return the API of that server."""
    return CgiClient(session_to(server.url, clock, retry_policy=RetryPolicy(attempts=2)))
