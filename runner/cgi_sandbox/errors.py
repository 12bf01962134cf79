"""The one error of the sandbox that is meant for people."""

from __future__ import annotations


class SandboxError(Exception):
    """The sandbox cannot be set up as asked: one sentence for a person, and a tip that says what to do next."""

    def __init__(self, message: str, *, tip: str) -> None:
        """Keep the sentence and the tip; each is shown on one line."""
        super().__init__(message)
        self.message = message
        self.tip = tip
