"""What a job shows while it goes on. The command line draws it; the library only tells."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Somewhere to show progress that is of no use once it has passed."""

    def waiting(self, waited: float, pause: float, last: str) -> None:
        """Report how long the job has been waited for.

        Args:
            waited: Seconds since the wait began.
            pause: Seconds until the service is asked next.
            last: Last line of the job's log.

        """
        ...

    def received(self, size: int, total: int | None) -> None:
        """Report how much of the archive is here.

        Args:
            size: Bytes so far.
            total: Bytes of the whole, or None if the service has not said.

        """
        ...

    def clear(self) -> None:
        """Take the progress away."""
        ...


class NullProgress:
    """A screen that shows nothing."""

    def waiting(self, waited: float, pause: float, last: str) -> None:
        """Show nothing.

        Args:
            waited: Not used.
            pause: Not used.
            last: Not used.

        """

    def received(self, size: int, total: int | None) -> None:
        """Show nothing.

        Args:
            size: Not used.
            total: Not used.

        """

    def clear(self) -> None:
        """Show nothing."""
