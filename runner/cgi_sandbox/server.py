"""Serving the sandbox: a listening socket, a thread or the caller's own, and an orderly end."""

from __future__ import annotations

import errno
import ipaddress
import logging
import socket
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cgi_sandbox.errors import SandboxError
from cgi_sandbox.middleware import Interceptor, Request

if TYPE_CHECKING:
    from typing_extensions import Self
    from werkzeug.serving import BaseWSGIServer

    from cgi_sandbox.middleware import RequestLog
    from cgi_sandbox.row_index import SharedVariants

logger = logging.getLogger(__name__)

POLL = 0.05
LAST_PORT = 65_535


class Sandbox:
    """A stand-in for the service on this machine.

    Use it as a context manager, which serves from a thread of its own, or call `serve_forever`.

    - `database`: where the jobs are kept; without one they are gone when the sandbox is closed.
    - `duration`: seconds from the submission of a job until it is Done.
    - `quota`: how many jobs an account may have stored, finished ones included.
    - `clock`: what tells the time in seconds; a simulated one moves all jobs.
    - `shared_variants`: how a variant is returned that several samples of a job share: "last" as CGI does, with the id
      and the columns of the last input row that has it, or "own", with those of each sample's own row.
    - `accounts`: e-mails and their tokens; without it any well-formed pair is let in, and each e-mail is an account.
    """

    def __init__(
        self,
        database: Path | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        duration: float = 2.0,
        quota: int = 20,
        clock: Callable[[], float] = time.time,
        shared_variants: SharedVariants = "last",
        accounts: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the settings; nothing is opened before it is needed."""
        self.interceptors: list[Interceptor] = []
        self._database = database.absolute() if database else None  # flask takes relative paths for its own
        self._host = host
        self._port = port
        self._settings: dict[str, Any] = {"duration": duration, "quota": quota, "clock": clock, "accounts": accounts}
        self._shared_variants = shared_variants
        self._resources = ExitStack()
        self._server: BaseWSGIServer | None = None
        self._request_log: RequestLog | None = None

    @property
    def url(self) -> str:
        """The address of the API, with the port that is listened to; opens it if it is not open yet."""
        server = self._open_once()
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{server.port}/api/v1"

    @property
    def requests(self) -> list[Request]:
        """The latest requests as (method, path, action, status), oldest first; there still when it is closed."""
        return self._request_log.requests if self._request_log else []

    def __enter__(self) -> Self:
        """Serve from a thread until the end of the block."""
        server = self._open_once()
        from cgi_sandbox.listener import serving

        self._resources.enter_context(serving(server))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self.close()

    def serve_forever(self) -> None:
        """Serve until interrupted."""
        server = self._open_once()
        self._resources.callback(server.shutdown)
        try:
            server.serve_forever(poll_interval=POLL)
        finally:
            self.close()

    def close(self) -> None:
        """Stop serving and let go of everything; a temporary database is removed."""
        self._resources.close()
        self._server = None

    def _open_once(self) -> BaseWSGIServer:
        if self._server is None:
            with ExitStack() as resources:
                self._server = self._open(resources)
                self._resources = resources.pop_all()
        return self._server

    def _open(self, resources: ExitStack) -> BaseWSGIServer:
        try:
            from cgi_sandbox.app import Service, create_app
        except ModuleNotFoundError as missing:
            raise SandboxError(
                f"the sandbox needs the package {missing.name}, which is not installed",
                tip="install it into the same environment: pip install 'flask>=3'",
            ) from missing
        from cgi_sandbox.listener import listen
        from cgi_sandbox.middleware import RequestLog
        from cgi_sandbox.store import Store
        from cgi_sandbox.worker import Worker

        listening = resources.enter_context(_bind(self._host, self._port))
        if not _is_loopback(listening.getsockname()[0]):
            logger.warning(
                "the sandbox listens on %s: everyone who reaches this machine may read and delete its jobs", self._host
            )
        database = self._database
        if database is None:
            database = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="cgi-sandbox-"))) / "jobs.db"
        store = Store(database)
        worker = Worker(store, self._shared_variants)
        resources.callback(worker.close)
        self._request_log = RequestLog(create_app(Service(store, worker, **self._settings)), self.interceptors)
        server = listen(listening, self._request_log)
        resources.callback(server.server_close)
        return server


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _bind(host: str, port: int) -> socket.socket:
    try:
        if not 0 <= port <= LAST_PORT:
            raise OSError(errno.EINVAL, "there is no such port")  # noqa: TRY301 - one sentence for all that can be wrong
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise SandboxError(
            f"the sandbox cannot listen on {host}:{port}: {error.strerror}",
            tip="choose another --port, or --port 0 for any free one",
        ) from error
