"""The web server under the sandbox: werkzeug's, but quiet, and under the sandbox's own name."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)


class _Handler(WSGIRequestHandler):
    server_version = "cgi-runner-sandbox"
    sys_version = ""

    def version_string(self) -> str:
        return self.server_version

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's signature
        logger.log(logging.DEBUG if type == "info" else logging.WARNING, message, *args)


def listen(listening: socket.socket, app: WSGIApplication) -> BaseWSGIServer:
    """Make a server on a socket that listens already; each request has a thread of its own.

    Args:
        listening: The socket, bound and listening.
        app: The WSGI application that answers.

    Returns:
        A server that `serve_forever` starts.

    """
    host, port = listening.getsockname()[:2]
    return make_server(host, port, app, threaded=True, request_handler=_Handler, fd=listening.fileno())


@contextmanager
def serving(server: TCPServer) -> Iterator[None]:
    """Serve from a thread while the block lasts; it ends at once, where `serve_forever` would be polling first."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=_serve_until, args=(server, theirs), daemon=True)
    with ours, theirs:
        thread.start()
        try:
            yield
        finally:
            ours.close()
            thread.join()


def _serve_until(server: TCPServer, closed: socket.socket) -> None:
    """Take requests until the other end of a pair of sockets is closed."""
    server.timeout = 0  # a client that has left again is not waited for
    with selectors.DefaultSelector() as selector:
        selector.register(server, selectors.EVENT_READ)
        selector.register(closed, selectors.EVENT_READ)
        while all(key.fileobj is not closed for key, _ in selector.select()):
            server.handle_request()
