"""The session under the API: authorization, time-outs, certificates, and answers that can be trusted.

What a failed request means is told by the exceptions of `errors`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import requests
import urllib3

from cgi_runner import __version__
from cgi_runner.clock import Clock
from cgi_runner.config import Credentials, RetryPolicy, Service
from cgi_runner.errors import ServiceError
from cgi_runner.service.errors import (
    MaybeProcessedError,
    announces_more,
    invalid_json_error,
    is_number,
    is_safe_to_post_again,
    is_transient,
    parse_error_body,
    redirect_error,
    redirects_to_slash,
    rejection_error,
    tells_error,
    translate_errors,
)
from cgi_runner.service.log_file import LogFile, read_log_answer
from cgi_runner.service.multipart import MultipartBody
from cgi_runner.service.retries import call_with_retries
from cgi_runner.service.time_limit import HttpSession, WatchdogTimer, time_limit

log = logging.getLogger(__name__)

LARGEST_ANSWER = 64 * 1024 * 1024  # in memory: the log of a job with 400,000 skipped rows still fits
LARGEST_LOG = 2 * 1024**3  # on disk
LOG_IN_MEMORY = 16 * 1024 * 1024  # more of a log goes to disk: an answer without end must not cost memory
MAX_VALUES = 4_000_000  # in one answer: a byte or two of JSON can become a hundred in memory
CHUNK = 256 * 1024
SLOWEST = 1024  # bytes a second, once an answer has taken longer than most
LONGEST = 24 * 3600.0  # seconds for one download, however large

T = TypeVar("T")


class _Authorization(requests.auth.AuthBase):
    """Sets CGI's header; being an auth object, it also keeps requests from taking a password from ~/.netrc."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._credentials.header
        return request


class CgiSession:
    """One connection to one service for one account, with retries where they are safe."""

    def __init__(self, service: Service, credentials: Credentials, *, clock: Clock, retry_policy: RetryPolicy) -> None:
        """Prepare the session; nothing is sent yet."""
        self.service = service
        self.retry_policy = retry_policy
        self._clock = clock
        self._slashed: set[bool] = set()  # whether addresses of the list, and of jobs, want a slash at their end
        self._requests = HttpSession(is_bundle_named=service.ca_bundle is not None)
        self._requests.auth = _Authorization(credentials)
        self._requests.headers["User-Agent"] = f"cgi-runner/{__version__}"
        # A service on this machine is never asked through a proxy, which would carry the token elsewhere.
        self._requests.trust_env = not service.is_loopback
        self._verify: bool | str = str(service.ca_bundle) if service.ca_bundle else not service.insecure
        if self._verify is False:
            log.warning(
                "warning: --insecure: the service's certificate is not checked; anyone between here and there may "
                "read the token"
            )
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def close(self) -> None:
        """Close the connections."""
        self._requests.close()

    def get_json(self, path: str = "") -> Any:
        """Return the JSON that the service answers to a GET, repeated after temporary failures."""
        return self.with_retries(lambda: self.json("GET", path))

    def post_json(self, body: MultipartBody) -> Any:
        """Return the answer to a POST of a form, sent again only if it surely never arrived."""
        headers = {"Content-Type": body.content_type}
        return self.with_retries(lambda: self.json("POST", body=body, headers=headers), retryable=is_safe_to_post_again)

    def stream(self, path: str, *, action: str) -> Iterator[tuple[bytes, int | None]]:
        """Yield the chunks of a binary answer, each with the length announced for the whole; tried once.

        Args:
            path: What follows the base address, e.g. a job's id.
            action: The `action` of the query.

        Yields:
            A chunk of bytes, and the length of the whole in bytes, or None if it was not announced.

        Raises:
            RejectedError: The service gave an error, be it as a JSON object with a good status.
            MaybeProcessedError: The answer broke off, or came too slowly to ever end.

        """
        with self._open("GET", path, action=action) as (response, watchdog):
            length = response.headers.get("Content-Length", "")
            total = int(length) if is_number(length) and "Content-Encoding" not in response.headers else None
            started, size = self._clock.monotonic(), 0
            for piece in self._iter_chunks(response, watchdog):
                if not size and piece.startswith(b"{"):
                    yield self._check_for_error(response, watchdog, piece), total
                    return
                watchdog.reset()
                size += len(piece)
                seconds = self._clock.monotonic() - started
                if (seconds > self.retry_policy.answer and size < seconds * SLOWEST) or seconds > LONGEST:
                    raise MaybeProcessedError(f"{self.service.url} sends too slowly: {size} bytes in {seconds:.0f} s")
                yield piece, total

    def _check_for_error(self, response: requests.Response, watchdog: WatchdogTimer, begun: bytes) -> bytes:
        """Return a short answer whole, unless it is a JSON object that tells of an error."""
        text = self._text(response, watchdog, begun)
        answer = parse_error_body(text)
        if tells_error(answer):
            raise rejection_error("GET", response, answer, self._clock)
        return text.encode()

    def with_retries(self, call: Callable[[], T], *, retryable: Callable[[BaseException], bool] = is_transient) -> T:
        """Return what a call gives, made again after temporary failures; the last failure is raised as it is.

        Args:
            call: The call, which takes nothing.
            retryable: Tells whether a failure may pass.

        """
        return call_with_retries(call, self.retry_policy, self._clock, retryable=retryable)

    def json(self, method: str, path: str = "", **request: Any) -> Any:
        """Return the JSON that the service answers to one request.

        Args:
            method: `GET`, `POST` or `DELETE`.
            path: What follows the base address, e.g. a job's id.
            **request: `body` and `headers`, and `action` for the query; the answer to `logs` may be large.

        Returns:
            The value, of any JSON type.

        Raises:
            RejectedError: The service gave an error, be it as a JSON object with a good status.
            ServiceError: There was no answer, or none that can be trusted.

        """
        with self._open(method, path, **request) as (response, watchdog):
            read = self._log_or_text if request.get("action") == "logs" else self._text
            text = read(response, watchdog)
            if isinstance(text, LogFile):
                return {"status": text.status, "logs": text}
            if sum(map(text.count, "[{,")) > MAX_VALUES:
                raise self._response_limit_error()
            try:
                answer = json.loads(text, strict=False)  # a log may hold control characters as they are
            except (ValueError, RecursionError):
                raise invalid_json_error(method, response, text) from None
        if tells_error(answer):
            raise rejection_error(method, response, answer, self._clock)
        if method == "GET" and not path and announces_more(response, answer):
            raise ServiceError(
                f"{self.service.url} says that its list of jobs is only a part of all",
                tip="delete jobs that are no longer needed on the service's web pages, until the list is whole",
            )
        return answer

    def _text(self, response: requests.Response, watchdog: WatchdogTimer, begun: bytes = b"") -> str:
        """Read an answer, or the rest of it, that has to be small and has to come to its end."""
        whole = bytearray(begun)  # a list of pieces of two bytes each would take twenty times their size
        for piece in self._iter_limited(response, watchdog, LARGEST_ANSWER - len(begun)):
            whole += piece
        return whole.decode("utf-8", "replace").removeprefix("\ufeff")

    def _log_or_text(self, response: requests.Response, watchdog: WatchdogTimer) -> LogFile | str:
        """Read an answer to `logs`, which may be larger than others; a large one stays on disk."""
        try:
            return read_log_answer(
                self._iter_limited(response, watchdog, LARGEST_LOG), min(LOG_IN_MEMORY, LARGEST_ANSWER)
            )
        except ValueError:
            raise self._response_limit_error() from None

    def _iter_limited(self, response: requests.Response, watchdog: WatchdogTimer, most: int) -> Iterator[bytes]:
        """Yield the body as it arrives, of so many bytes at most, and in so much time as an answer may take."""
        ends, size = self._clock.monotonic() + self.retry_policy.answer, 0
        for piece in self._iter_chunks(response, watchdog):
            size += len(piece)
            if size > most or self._clock.monotonic() > ends:
                raise self._response_limit_error()
            yield piece

    def _iter_chunks(self, response: requests.Response, watchdog: WatchdogTimer) -> Iterator[bytes]:
        """Yield the body as it arrives: waiting for whole chunks, one would never notice an answer that only drips."""
        while piece := response.raw.read1(CHUNK, decode_content=True):
            yield piece
        if watchdog.has_cut:
            raise self._response_limit_error()

    def _response_limit_error(self) -> MaybeProcessedError:
        return MaybeProcessedError(
            f"{self.service.url} sent a response that is too large or too slow", tip="is --api-url right?"
        )

    @contextmanager
    def _open(
        self,
        method: str,
        path: str,
        *,
        action: str | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[requests.Response, WatchdogTimer]]:
        started = self._clock.monotonic()
        with (
            translate_errors(self.service.url),
            self._close_on_error(),
            time_limit(self.retry_policy.answer) as watchdog,
            self._request(method, path, action=action, body=body, headers=headers) as response,
        ):
            log.debug(
                "%s %s -> %s in %.2f s", method, response.url, response.status_code, self._clock.monotonic() - started
            )
            if response.status_code < requests.codes.ok:
                raise MaybeProcessedError(
                    f"{self.service.url} has not answered yet, says its status {response.status_code}"
                )
            if response.is_redirect or response.is_permanent_redirect:
                raise redirect_error(self.service.url, method, response)
            if response.status_code >= requests.codes.bad_request:
                raise rejection_error(method, response, parse_error_body(self._text(response, watchdog)), self._clock)
            yield response, watchdog

    def _request(
        self, method: str, path: str, *, action: str | None, body: Any, headers: Mapping[str, str] | None
    ) -> requests.Response:
        """Return the response to a request; one without a body is repeated with a slash if the service requires it."""
        url = f"{self.service.url}/{path}" if path else self.service.url
        url += "/" if bool(path) in self._slashed else ""
        response = self._requests.request(
            method,
            url,
            params={"action": action} if action else None,
            data=body,
            headers=headers,
            timeout=(self.retry_policy.connect, self.retry_policy.read),
            allow_redirects=False,
            stream=True,
            verify=self._verify,
        )
        # A form is never sent twice. It need not be: the list, which has the same address, is always asked for before.
        if body is not None or not redirects_to_slash(url, response):
            return response
        response.close()
        self._slashed.add(bool(path))
        log.info("%s requires a slash at the end of its addresses", self.service.url)
        return self._request(method, path, action=action, body=body, headers=headers)

    @contextmanager
    def _close_on_error(self) -> Iterator[None]:
        """After a failure go on with a new connection: on this one, the rest of an answer could pass for the next."""
        try:
            yield
        except BaseException:
            self._requests.close()
            raise
