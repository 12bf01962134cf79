"""The service that a command or a program calls: CGI, another address, or a sandbox inside this process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cgi_runner.clock import SystemClock, parse_duration
from cgi_runner.config import RetryPolicy, Service, resolve_credentials, resolve_service
from cgi_runner.errors import InputError
from cgi_runner.job import JobContext
from cgi_runner.job.progress import NullProgress, Progress
from cgi_runner.redaction import contains_secret
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_runner.service.session import CgiSession


@dataclass(frozen=True)
class ServiceConnection:
    """A service that can be called: the API, its name for records, and what tells the account from others."""

    api: CgiClient
    service: str
    account: str
    session: CgiSession

    def context(self, deadline: str | float = 0, progress: Progress | None = None) -> JobContext:
        """Return what a job is worked with.

        Args:
            deadline: How long to wait, in seconds or as `2h`.
            progress: Hears how far the job is.

        """
        seconds = parse_duration(deadline) if isinstance(deadline, str) else deadline
        return JobContext(
            self.api,
            self.service,
            self.account,
            seconds,
            retry_policy=self.session.retry_policy,
            progress=progress or NullProgress(),
        )


@dataclass(frozen=True)
class ServiceAddress:
    """Which service is called, and how: None stands for the environment, and for CGI itself."""

    api_url: str | None = None
    credentials: Path | None = None
    """File with one line: e-mail, space, token."""
    ca_bundle: Path | None = None
    insecure: bool = False
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)


@contextmanager
def connect_service(address: ServiceAddress, texts: Mapping[str, str | None]) -> Iterator[ServiceConnection]:
    """Connect to a service elsewhere.

    Args:
        address: Which one.
        texts: What the user named things, by the name of the option; none of it may hold the token.

    Yields:
        The connection, closed when the block ends.

    Raises:
        CredentialsError: There are none, or they cannot be used.
        InputError: The address cannot be used, or the token stands where it would be kept.

    """
    credentials = resolve_credentials(address.credentials)
    for what, text in texts.items():
        if contains_secret(text or "", credentials.token):
            raise InputError(f"the {what} holds the token", tip="leave it out: it would be kept at CGI, and in results")
    where = resolve_service(address.api_url, ca_bundle=address.ca_bundle, insecure=address.insecure)
    if contains_secret(where.url, credentials.token):
        raise InputError("the address of the service holds the token", tip="leave it out: it would be kept in records")
    # The same account, however its e-mail is written.
    account = hashlib.sha256(credentials.email.casefold().encode()).hexdigest()
    with closing(CgiSession(where, credentials, clock=SystemClock(), retry_policy=address.retry_policy)) as session:
        yield ServiceConnection(CgiClient(session), where.url, account, session)


@contextmanager
def connect_sandbox(
    address: ServiceAddress, out: Path, is_needed: Callable[[Path], bool] | None = None
) -> Iterator[ServiceConnection]:
    """Start a sandbox inside this process, which keeps its jobs in an output folder.

    Args:
        address: Must name no service.
        out: The output folder.
        is_needed: Tells whether the jobs are still needed when the block ends: while the folder's job is open.

    Yields:
        The connection, closed when the block ends.

    Raises:
        InputError: A service is named as well, or the folder cannot be used.

    """
    if address.api_url:
        raise InputError("both --sandbox and --api-url were given", tip="choose one of them")
    from cgi_runner.local_sandbox import has_open_job, local_sandbox

    with (
        local_sandbox(out, is_needed or has_open_job) as (url, credentials),
        closing(
            CgiSession(Service(url), credentials, clock=SystemClock(), retry_policy=address.retry_policy)
        ) as session,
    ):
        yield ServiceConnection(CgiClient(session), "sandbox", "sandbox", session)
