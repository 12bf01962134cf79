"""Deaths of a command within one process: at any of its requests, before or after any step of its record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from cgi_runner.output.record import RecordStore
from cgi_runner.service.time_limit import HttpSession


class DeathError(BaseException):
    """The process is gone, as far as a test within one process can make it so."""


class Fuse:
    """Ends the process at one of its steps: at a request, at a step of the record, before it or after it."""

    def __init__(self) -> None:
        """Wait to be lit."""
        self.left: int | None = None

    def tick(self) -> None:
        """Burn a little."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise DeathError

    @contextmanager
    def fitted(self) -> Iterator[None]:
        """Burn at every request and every step of a journal."""
        transition, request = RecordStore.transition, HttpSession.request

        def burning_transition(store: RecordStore, *given: Any, **named: Any) -> None:
            self.tick()
            transition(store, *given, **named)
            self.tick()

        def burning_request(client: HttpSession, *given: Any, **named: Any) -> Any:
            self.tick()
            response = request(client, *given, **named)
            try:
                self.tick()
            except DeathError:
                response.close()
                raise
            return response

        with (
            mock.patch.object(RecordStore, "transition", burning_transition),
            mock.patch.object(HttpSession, "request", burning_request),
        ):
            yield
