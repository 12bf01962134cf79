"""The session under the API: authorization, time-outs, certificates, retries, and answers that can be trusted.

What a failed request means is told by the exceptions of `failures`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
import urllib3
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from cgi_runner import __version__
from cgi_runner.clock import Clock
from cgi_runner.connection import Client, Guard, guarded
from cgi_runner.failures import (
    AnswerLostError,
    RefusedError,
    error_object,
    is_number,
    is_safe_to_post_again,
    is_transient,
    not_json,
    redirected,
    refusal,
    told_apart,
)
from cgi_runner.settings import Credentials, Patience, Service
from cgi_runner.upload import Upload

log = logging.getLogger(__name__)

LARGEST_ANSWER = 64 * 1024 * 1024  # the log of a job with 400,000 skipped rows still fits
MOST_VALUES = 4_000_000  # in one answer: a byte or two of JSON can become a hundred in memory
CHUNK = 256 * 1024
SLOWEST = 1024  # bytes a second, once an answer has taken longer than most
LONGEST = 24 * 3600.0  # seconds for one download, however large
SHORTEST_PAUSE = 1.0


class _Authorization(requests.auth.AuthBase):
    """Sets CGI's header; being an auth object, it also keeps requests from taking a password from ~/.netrc."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._credentials.header
        return request


class Session:
    """One connection to one service for one account, with retries where they are safe."""

    def __init__(self, service: Service, credentials: Credentials, *, clock: Clock, patience: Patience) -> None:
        """Prepare the session; nothing is sent yet."""
        self.service = service
        self.patience = patience
        self._clock = clock
        self._requests = Client()
        self._requests.auth = _Authorization(credentials)
        self._requests.headers["User-Agent"] = f"cgi-runner/{__version__}"
        # A service on this machine is never asked through a proxy, which would carry the token elsewhere.
        self._requests.trust_env = not service.is_loopback
        self._verify: bool | str = str(service.ca_bundle) if service.ca_bundle else not service.insecure
        if self._verify is False:
            log.warning(
                "WARNING: --insecure: the service's certificate is not checked; anybody on the way may read the token"
            )
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def close(self) -> None:
        """Close the connections."""
        self._requests.close()

    def get_json(self, path: str = "") -> Any:
        """Give the JSON that the service answers to a GET, repeated after passing failures."""
        return self.repeat(lambda: self.json("GET", path))

    def post_json(self, body: Upload) -> Any:
        """Give the answer to a POST of a form, sent again only if it surely never arrived."""
        headers = {"Content-Type": body.content_type}
        return self.repeat(lambda: self.json("POST", body=body, headers=headers), may_pass=is_safe_to_post_again)

    def stream(self, path: str, *, action: str) -> Iterator[tuple[bytes, int | None]]:
        """Give the pieces of a binary answer, each with the length announced for the whole; tried once.

        Raises:
            RefusedError: The service gave an error, be it as a JSON object with a good status.
            AnswerLostError: The answer broke off, or came too slowly to ever end.

        """
        with self._open("GET", path, action=action) as (response, guard):
            length = response.headers.get("Content-Length", "")
            total = int(length) if is_number(length) and "Content-Encoding" not in response.headers else None
            started, size = self._clock.monotonic(), 0
            for piece in self._pieces(response, guard):
                if not size and piece.startswith(b"{"):
                    yield self._not_an_error(response, guard, piece), total
                    return
                guard.renew()
                size += len(piece)
                seconds = self._clock.monotonic() - started
                if (seconds > self.patience.answer and size < seconds * SLOWEST) or seconds > LONGEST:
                    raise AnswerLostError(f"{self.service.url} sends too slowly: {size} bytes in {seconds:.0f} s")
                yield piece, total

    def _not_an_error(self, response: requests.Response, guard: Guard, begun: bytes) -> bytes:
        """Give a short answer whole, unless it is a JSON object that tells of an error."""
        text = self._text(response, guard, begun)
        answer = error_object(text)
        if "error_code" in answer:
            raise refusal("GET", response, answer, self._clock)
        return text.encode()

    def repeat(self, call: Callable[[], Any], *, may_pass: Callable[[BaseException], bool] = is_transient) -> Any:
        """Give what a call gives, made again after failures that may pass."""
        return Retrying(
            retry=retry_if_exception(may_pass),
            stop=stop_after_attempt(self.patience.attempts),
            wait=polite_pause(self.patience),
            sleep=self._clock.sleep,
            before_sleep=_say_retry,
            reraise=True,
        )(call)

    def json(self, method: str, path: str = "", **request: Any) -> Any:
        """Give the JSON that the service answers to one request.

        Raises:
            RefusedError: The service gave an error, be it as a JSON object with a good status.
            ServiceError: There was no answer, or none that can be trusted.

        """
        with self._open(method, path, **request) as (response, guard):
            text = self._text(response, guard)
            if sum(map(text.count, "[{,")) > MOST_VALUES:
                raise self._endless()
            try:
                answer = json.loads(text)
            except (ValueError, RecursionError):
                raise not_json(method, response, text) from None
        if isinstance(answer, dict) and "error_code" in answer:
            raise refusal(method, response, answer, self._clock)
        return answer

    def _text(self, response: requests.Response, guard: Guard, begun: bytes = b"") -> str:
        """Read an answer, or the rest of it, that has to be small and has to come to its end."""
        ends = self._clock.monotonic() + self.patience.answer
        whole = bytearray(begun)  # a list of pieces of two bytes each would take twenty times their size
        for piece in self._pieces(response, guard):
            whole += piece
            if len(whole) > LARGEST_ANSWER or self._clock.monotonic() > ends:
                raise self._endless()
        return whole.decode("utf-8", "replace")

    def _pieces(self, response: requests.Response, guard: Guard) -> Iterator[bytes]:
        """Give the body as it arrives: waiting for whole chunks, one would never notice an answer that only drips."""
        while piece := response.raw.read1(CHUNK, decode_content=True):
            yield piece
        if guard.has_cut:
            raise self._endless()

    def _endless(self) -> AnswerLostError:
        return AnswerLostError(f"{self.service.url} sends an answer without end", tip="is --api-url right?")

    @contextmanager
    def _open(
        self,
        method: str,
        path: str,
        *,
        action: str | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[requests.Response, Guard]]:
        url = f"{self.service.url}/{path}" if path else self.service.url
        started = self._clock.monotonic()
        with (
            told_apart(self.service.url),
            self._out_of_step(),
            guarded(self.patience.answer) as guard,
            self._requests.request(
                method,
                url,
                params={"action": action} if action else None,
                data=body,
                headers=headers,
                timeout=(self.patience.connect, self.patience.read),
                allow_redirects=False,
                stream=True,
                verify=self._verify,
            ) as response,
        ):
            log.debug(
                "%s %s -> %s in %.2f s", method, response.url, response.status_code, self._clock.monotonic() - started
            )
            if response.status_code < requests.codes.ok:
                raise AnswerLostError(
                    f"{self.service.url} has not answered yet, says its status {response.status_code}"
                )
            if response.is_redirect or response.is_permanent_redirect:
                raise redirected(self.service.url, method, response)
            if response.status_code >= requests.codes.bad_request:
                raise refusal(method, response, error_object(self._text(response, guard)), self._clock)
            yield response, guard

    @contextmanager
    def _out_of_step(self) -> Iterator[None]:
        """After a failure go on with a new connection: on this one, the rest of an answer could pass for the next."""
        try:
            yield
        except BaseException:
            self._requests.close()
            raise


def polite_pause(patience: Patience) -> Callable[[RetryCallState], float]:
    """Give what tells the seconds before the next try: what the service asks for, within reason, or a growing pause."""
    growing = wait_random_exponential(multiplier=1, min=SHORTEST_PAUSE, max=patience.longest_pause)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, RefusedError) else None
        return growing(state) if asked is None else min(max(asked, SHORTEST_PAUSE), patience.longest_pause)

    return pause


def _say_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    pause = state.next_action.sleep if state.next_action else 0
    log.info("%s; trying again in %.0f s", error, pause)
