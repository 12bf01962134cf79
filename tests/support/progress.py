"""A progress display that keeps what it is told."""

from __future__ import annotations

from typing import Any


class RecordedProgress:
    """What a job tells of itself, in the order in which it came."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.told: list[tuple[Any, ...]] = []

    def waiting(self, waited: float, pause: float, last: str) -> None:
        """Keep it."""
        self.told.append(("waiting", round(waited), round(pause), last))

    def received(self, size: int, total: int | None) -> None:
        """Keep it."""
        self.told.append(("received", size, total))

    def clear(self) -> None:
        """Keep it."""
        self.told.append(("clear",))
