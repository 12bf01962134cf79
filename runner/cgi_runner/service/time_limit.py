"""Connections that are cut when an answer goes on for too long, wherever the library happens to be reading.

Time-outs of sockets count from byte to byte, and the library reads headers, chunk sizes and trailers in loops of its
own: a service that sends a byte now and then, or senseless lines without end, would be listened to for years.
"""

from __future__ import annotations

import socket
import ssl
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
from urllib3.util.ssl_ import create_urllib3_context

_BLOCK = 256 * 1024  # bytes that are read and sent at once: the 16 KB of the library take half as long again


class WatchdogTimer:
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
        self.reset()
        thread = threading.Thread(target=self._watch, args=(connected,), daemon=True)
        thread.start()
        self._thread = thread  # only now: who is stopped in the middle of a start must not wait for its end

    def reset(self) -> None:
        """Count anew: something useful came."""
        self._ends = time.monotonic() + self._seconds

    def check(self) -> None:
        """Fail if the connection was cut: the end that the library met was none.

        Raises:
            ConnectionAbortedError: The time limit had passed and the connection was cut.

        """
        if self.has_cut:
            raise ConnectionAbortedError("its response took too long")

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


_active_watchdog: ContextVar[WatchdogTimer | None] = ContextVar("_active_watchdog", default=None)


@contextmanager
def time_limit(seconds: float) -> Iterator[WatchdogTimer]:
    """Cut the connection of a request that is made within the block, once its answer takes longer."""
    watchdog = WatchdogTimer(seconds)
    before = _active_watchdog.set(watchdog)
    try:
        yield watchdog
    finally:
        _active_watchdog.reset(before)
        watchdog.end()


class _TimeLimitedMixin:
    """What both kinds of connection get: a watchdog from the moment on in which an answer is waited for."""

    sock: Any

    def getresponse(self) -> Any:
        watchdog = _active_watchdog.get()
        if watchdog is None:
            return super().getresponse()  # type: ignore[misc]
        watchdog.watch(self.sock)
        try:
            answer = super().getresponse()  # type: ignore[misc]
        except (OSError, HTTPException):
            watchdog.check()
            raise
        if watchdog.has_cut:  # the library takes the end of a connection for the end of the headers
            answer.close()
            watchdog.check()
        return answer


class _TimeLimitedConnection(_TimeLimitedMixin, HTTPConnection):
    """A connection with a time limit."""


class _TimeLimitedHttpsConnection(_TimeLimitedMixin, HTTPSConnection):
    """An encrypted connection with a time limit."""


class _TimeLimitedPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _TimeLimitedConnection


class _TimeLimitedHttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TimeLimitedHttpsConnection


class _TimeLimitedAdapter(HTTPAdapter):
    """Makes connections with a time limit, directly or through an HTTP proxy."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls: dict[str, Any] = {"ssl_context": tls} if tls else {}
        super().__init__()

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **{**named, **self._tls, "blocksize": _BLOCK})
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *given: Any, **named: Any) -> Any:
        manager = super().proxy_manager_for(*given, **{**named, **self._tls})
        if type(manager) is urllib3.ProxyManager:  # one for SOCKS has connections of its own kind
            manager.pool_classes_by_scheme = _POOLS
        return manager


_POOLS = {"http": _TimeLimitedPool, "https": _TimeLimitedHttpsPool}


def _bundle_context() -> ssl.SSLContext:
    """Return settings of TLS that take a private authority's certificates as Python did until 3.12.

    From 3.13 on, certificates that lack an authority key identifier or a key usage are refused, as those of many an
    institution do. Signature, dates and name are checked all the same.
    """
    context = create_urllib3_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


class HttpSession(requests.Session):
    """A session that limits the time of answers, follows no redirect and keeps no cookie."""

    def __init__(self, *, is_bundle_named: bool = False) -> None:
        """Set it up; `is_bundle_named` says that the user has named the certificates to trust."""
        super().__init__()
        self.mount("https://", _TimeLimitedAdapter(_bundle_context() if is_bundle_named else None))
        self.mount("http://", _TimeLimitedAdapter())
        # A service could send new ones with every answer, and they would all be kept and sent back.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find none: even where redirects are not followed, the library would read the whole answer to prepare one."""
