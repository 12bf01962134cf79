"""What tests of the command line share: a service, an account at it, and a clock that does not wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgi_sandbox import Sandbox
from conftest import CREDENTIALS


@pytest.fixture
def account(sandbox: Sandbox, without_waiting: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sandbox as the service, its account in a file that the environment names, and the simulated clock."""
    del without_waiting
    (tmp_path / "credentials").write_text(CREDENTIALS.header)
    monkeypatch.setenv("CGI_API_URL", sandbox.url)
    monkeypatch.setenv("CGI_CREDENTIALS_FILE", str(tmp_path / "credentials"))
