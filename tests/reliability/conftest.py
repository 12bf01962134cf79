"""What the proofs of the promise share: how much of them is run, a little in `make test`, all of it in `make soak`."""

from __future__ import annotations

import os

import pytest

SOAK = bool(os.environ.get("CGI_SOAK"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests to `make soak`, without a line for each of them."""
    long = [] if SOAK else [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
