"""What a job shows while it goes on. The command line draws it; the library only tells."""

from __future__ import annotations

from typing import Protocol


class Screen(Protocol):
    """Somewhere to show progress that is of no use once it has passed."""

    def waiting(self, waited: float, pause: float, last: str) -> None:
        """Tell how many seconds the job has been waited for, when the next look is due, and its last word."""
        ...

    def received(self, size: int, total: int | None) -> None:
        """Tell how many bytes of the archive are here, and of how many if that is known."""
        ...

    def clear(self) -> None:
        """Take the progress away."""
        ...


class Blank:
    """A screen that shows nothing."""

    def waiting(self, waited: float, pause: float, last: str) -> None:
        """Show nothing."""

    def received(self, size: int, total: int | None) -> None:
        """Show nothing."""

    def clear(self) -> None:
        """Show nothing."""
