"""What a call that fails says: the kind of the failure, its sentence and its tip."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cgi_runner.errors import RunnerError


def catch_failure(call: Callable[[], object]) -> tuple[type[RunnerError], str, str]:
    """Return kind, sentence and tip of the failure with which a call ends."""
    with pytest.raises(RunnerError) as raised:
        call()
    return type(raised.value), raised.value.message, raised.value.tip
