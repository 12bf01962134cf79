"""Connections that are cut when an answer goes on for too long, wherever the library happens to be reading.

Time-outs of sockets count from byte to byte, and the library reads headers, chunk sizes and trailers in loops of its
own: a service that sends a byte now and then, or senseless lines without end, would be listened to for years.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

_BLOCK = 256 * 1024  # bytes that are read and sent at once: the 16 KB of the library take half as long again


class Guard:
    """Cuts one connection after so many seconds of the machine's clock, unless it is renewed or ends before."""

    def __init__(self, seconds: float) -> None:
        """Set the time; it begins to count when a connection is given."""
        self.has_cut = False
        self._seconds = seconds
        self._ends = 0.0
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, connected: socket.socket) -> None:
        """Begin to count for a connection."""
        self.renew()
        thread = threading.Thread(target=self._watch, args=(connected,), daemon=True)
        thread.start()
        self._thread = thread  # only now: who is stopped in the middle of a start must not wait for its end

    def renew(self) -> None:
        """Count anew: something useful came."""
        self._ends = time.monotonic() + self._seconds

    def check(self) -> None:
        """Fail if the connection was cut: the end that the library met was none."""
        if self.has_cut:
            raise ConnectionAbortedError("its answer has no end")

    def end(self) -> None:
        """Leave the connection alone from now on, for it may serve the next request."""
        self._is_over.set()
        if self._thread:
            self._thread.join()

    def _watch(self, connected: socket.socket) -> None:
        while (left := self._ends - time.monotonic()) > 0:
            if self._is_over.wait(left):
                return
        self.has_cut = True
        with suppress(OSError):
            # Not the method of an encrypted socket, which would go on in the clear.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)


_on_duty: ContextVar[Guard | None] = ContextVar("_on_duty", default=None)


@contextmanager
def guarded(seconds: float) -> Iterator[Guard]:
    """Have a guard over whatever request is made within the block."""
    guard = Guard(seconds)
    before = _on_duty.set(guard)
    try:
        yield guard
    finally:
        _on_duty.reset(before)
        guard.end()


class _Guarded:
    """What both kinds of connection get: a guard from the moment on in which an answer is waited for."""

    sock: Any

    def getresponse(self) -> Any:
        guard = _on_duty.get()
        if guard is None:
            return super().getresponse()  # type: ignore[misc]
        guard.watch(self.sock)
        try:
            answer = super().getresponse()  # type: ignore[misc]
        except (OSError, HTTPException):
            guard.check()
            raise
        if guard.has_cut:  # the library takes the end of a connection for the end of the headers
            answer.close()
            guard.check()
        return answer


class _Connection(_Guarded, HTTPConnection):
    """A guarded connection."""


class _EncryptedConnection(_Guarded, HTTPSConnection):
    """A guarded connection that is encrypted."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _EncryptedPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _EncryptedConnection


class _Adapter(HTTPAdapter):
    """Makes guarded connections, directly or through an HTTP proxy."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, blocksize=_BLOCK, **named)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *given: Any, **named: Any) -> Any:
        manager = super().proxy_manager_for(*given, **named)
        if type(manager) is urllib3.ProxyManager:  # one for SOCKS has connections of its own kind
            manager.pool_classes_by_scheme = _POOLS
        return manager


_POOLS = {"http": _Pool, "https": _EncryptedPool}


class Client(requests.Session):
    """A session that is guarded, follows no redirect and keeps no cookie."""

    def __init__(self) -> None:
        """Set it up."""
        super().__init__()
        self.mount("https://", _Adapter())
        self.mount("http://", _Adapter())
        # A service could send new ones with every answer, and they would all be kept and sent back.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find none: even where redirects are not followed, the library would read the whole answer to prepare one."""
