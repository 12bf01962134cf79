"""One way to a service for all tests: a session, the client on it, and the context in which a job is worked with."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

from cgi_runner.clock import Clock
from cgi_runner.config import Credentials, RetryPolicy, Service
from cgi_runner.job import JobContext
from cgi_runner.service.cgi_v1 import CgiClient
from cgi_runner.service.multipart import MultipartBody
from cgi_runner.service.session import CgiSession

ACCOUNT = Credentials("biologist@example.org", "deadbeefdeadbeefdead")


def session_to(
    url: str,
    clock: Clock,
    *,
    credentials: Credentials = ACCOUNT,
    retry_policy: RetryPolicy | None = None,
    **service: Any,
) -> CgiSession:
    """Make a session to a service; `service` names certificates, or that they are not checked."""
    return CgiSession(Service(url, **service), credentials, clock=clock, retry_policy=retry_policy or RetryPolicy())


def client_of(
    url: str, clock: Clock, *, credentials: Credentials = ACCOUNT, retry_policy: RetryPolicy | None = None
) -> CgiClient:
    """Make a client of a service."""
    return CgiClient(session_to(url, clock, credentials=credentials, retry_policy=retry_policy))


def context_at(url: str, clock: Clock, **changes: Any) -> JobContext:
    """Return what a job is worked with, an hour long unless the changes say otherwise."""
    context = JobContext(
        client_of(url, clock, retry_policy=changes.get("retry_policy")), url, "account", 3600, clock=clock
    )
    return replace(context, **changes)


def make_form() -> MultipartBody:
    """Make the body of a POST."""
    return MultipartBody({"title": "t"}, {"mutations": BytesIO(b"chr\tpos")})
