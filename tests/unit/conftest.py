"""What is looked at in every unit test, whatever else it is about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.reviewed import refuse_the_machines_encoding, what_is_said


@pytest.fixture(autouse=True)
def only_reviewed_sentences(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be logged or raised that is not in `tests/cli/messages.golden`, or that has a gap in it."""
    for faults in what_is_said(monkeypatch):
        yield
        assert faults == []


@pytest.fixture(autouse=True)
def encodings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no text depend on the machine's locale."""
    refuse_the_machines_encoding(monkeypatch)
