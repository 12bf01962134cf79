"""What a failed request means: whether it may have been carried out, whether to try again, and what to tell the user.

`NotSentError` (surely never arrived), `MaybeProcessedError` (may have been carried out), `RejectedError` (answered with
a no), or another `ServiceError`. Only the first may be repeated blindly when the request changes something.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from cgi_runner.clock import Clock
from cgi_runner.errors import CredentialsError, InputError, RunnerError, ServiceError
from cgi_runner.redaction import safe_excerpt

_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_SERVERS_OWN = 500
_ASKED_FOR = frozenset({"status", "id", "job_id"})  # the keys of good answers
_LARGEST_ERROR = 1024 * 1024
_AUTHORIZATION = frozenset({401, 403})
_IMPOSSIBLE = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)


class NotSentError(ServiceError):
    """The request surely never reached the service, so it may be sent again."""


class CertificateError(NotSentError):
    """The service's certificate is not trusted, which no second try changes."""


class MaybeProcessedError(ServiceError):
    """The request may have been carried out, but its answer is missing, unreadable, or says neither yes nor no."""

    def __init__(
        self, message: str, *, tip: str = "", retry_after: float | None = None, retryable: bool = True
    ) -> None:
        """Keep whether the same request may do better later, and how many seconds the service asks to wait."""
        super().__init__(message, tip=tip)
        self.retry_after = retry_after
        self.retryable = retryable


class RejectedError(ServiceError):
    """The service answered with an error; `status` is the HTTP status, or the `error_code` inside the answer."""

    def __init__(self, message: str, status: int, *, tip: str = "", retry_after: float | None = None) -> None:
        """Keep the status and how many seconds the service asks to wait before the next try."""
        super().__init__(message, tip=tip)
        self.status = status
        self.retry_after = retry_after


@contextmanager
def translate_errors(url: str) -> Iterator[None]:
    """Turn the exceptions of the library into those that say whether the request may have been carried out.

    Args:
        url: What the messages name; it holds no secret.

    Raises:
        NotSentError: The service was never connected to, so it cannot have carried out the request.
        MaybeProcessedError: The connection or its encryption broke, so it may have.
        CertificateError: The service's certificate is not trusted.
        InputError: The address or the file of certificates cannot be used.

    """
    try:
        yield
    except _IMPOSSIBLE as error:
        raise InputError(
            f"{url} is not a valid address of a service: {_root_cause(error)}", tip="check --api-url"
        ) from error
    except requests.exceptions.SSLError as error:
        if not _is_untrusted(error):
            # Encryption can also break after the request went out, so this proves nothing about it.
            raise MaybeProcessedError(
                f"the encryption to {url} failed: {_root_cause(error)}", tip="is it https on that port?"
            ) from error
        raise CertificateError(
            f"the certificate of {url} cannot be trusted: {_root_cause(error)}",
            tip="name your institution's certificates with --ca-bundle FILE; as a last resort --insecure",
        ) from error
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
        kind = NotSentError if _never_connected(error) else MaybeProcessedError
        raise kind(f"{url} was not reached: {_root_cause(error)}", tip="check the address and the network") from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        raise MaybeProcessedError(
            f"the response of {url} was cut off: {_root_cause(error)}", tip="run the command again"
        ) from error
    except OSError as error:
        if "CA certificate" not in str(error):
            raise
        raise InputError(
            safe_excerpt(str(error)), tip="correct or unset REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
        ) from error


def _never_connected(error: BaseException) -> bool:
    """Return whether not even a connection came about, to the service or to a proxy on the way."""
    never = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return any(isinstance(link, never) for link in _walk_causes(error))


def _is_untrusted(error: BaseException) -> bool:
    return any(isinstance(link, ssl.CertificateError) for link in _walk_causes(error))


def _walk_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that the libraries have wrapped in it, the innermost last."""
    link: Any = error
    while isinstance(link, BaseException):
        yield link
        inner = (getattr(link, "reason", None), getattr(link, "original_error", None), *link.args)
        link = next((each for each in inner if isinstance(each, BaseException)), None)


def _root_cause(error: BaseException) -> str:
    """Return the innermost message of a chain of library exceptions, in one line."""
    *_, inner = _walk_causes(error)
    message = re.sub(r"^\w+\(host=[^)]*\): ", "", " ".join(str(inner).split()))
    return safe_excerpt(message) or type(inner).__name__


def is_transient(error: BaseException) -> bool:
    """Return whether the same request may well succeed a little later."""
    if isinstance(error, RejectedError):
        return error.status in _TRANSIENT
    if isinstance(error, MaybeProcessedError):
        return error.retryable
    return isinstance(error, NotSentError) and not isinstance(error, CertificateError)


def is_safe_to_post_again(error: BaseException) -> bool:
    """Return whether a POST surely never arrived, and may do so a little later."""
    return isinstance(error, NotSentError) and is_transient(error)


def is_number(text: str) -> bool:
    """Return whether a text is a plain number; `str.isdigit` and `str.strip` let signs pass that `int` does not."""
    return re.fullmatch(r"[ \t]*[0-9]{1,18}[ \t]*", text) is not None


def parse_error_body(text: str) -> dict[str, Any]:
    """Return the JSON object in the body of an error; any other text becomes its message."""
    try:
        answer = json.loads(text) if len(text) < _LARGEST_ERROR else None
    except (ValueError, RecursionError):
        answer = None
    return answer if isinstance(answer, dict) else {"message": text}


def tells_error(answer: object) -> bool:
    """Return whether an answer is an error by its `error_code`.

    A code that is empty, 0 or a good status is none beside what was asked for.
    """
    if not isinstance(answer, dict) or "error_code" not in answer:
        return False
    is_empty = re.fullmatch(r"None|False|\s*(0|2[0-9][0-9])?\s*", str(answer["error_code"])) is not None
    return not (is_empty and _ASKED_FOR.intersection(answer))


def announces_more(response: requests.Response, answer: object) -> bool:
    """Return whether a list is only a part of what there is, by the headers that services use to say so.

    Args:
        response: The answer.
        answer: The list in it.

    """
    length = len(answer) if isinstance(answer, list) else 0
    told = (response.headers.get("X-Total-Count", ""), response.headers.get("Content-Range", "").rpartition("/")[2])
    return "next" in response.links or any(is_number(total) and int(total) > length for total in told)


def rejection_error(method: str, response: requests.Response, answer: Mapping[str, Any], clock: Clock) -> RunnerError:
    """Return the error for a no: by its HTTP status, or by the `error_code` in an answer with a good status (fact 11).

    Args:
        method: Method of the request.
        response: The answer, whose status and address are named.
        answer: The JSON object in it; empty if there is none.
        clock: Reads a `Retry-After` that is a date.

    Returns:
        The error, with the status that counts and the seconds the service asks for, if it does.

    """
    code = str(answer.get("error_code", ""))
    # A server's own failure stays one, whatever the page says that it sends along.
    status = int(code) if is_number(code) and response.status_code < _SERVERS_OWN else response.status_code
    said = safe_excerpt(str(answer.get("message") or response.reason or ""))
    message = f"the service refused {method} {urlsplit(response.url).path} with {status}: {said}"
    return RejectedError(message, status, retry_after=_retry_after(response.headers.get("Retry-After", ""), clock))


def as_credentials_error(error: RejectedError) -> RunnerError:
    """Return the error for the user: a refused account is a matter of credentials, all else stays as it is."""
    if error.status not in _AUTHORIZATION:
        return error
    return CredentialsError(
        f"the service does not accept these credentials ({error.status})",
        tip="check the e-mail, and make a new token on CGI's REST API page if this one is no longer valid",
    )


def invalid_json_error(method: str, response: requests.Response, text: str) -> ServiceError:
    """Return the error for an answer that should be JSON and is not.

    Args:
        method: Method of the request.
        response: The answer, whose address is named.
        text: Its body, of which the beginning is quoted.

    Returns:
        A plain error for a page that answers a GET, which stays a page; otherwise one that says the request may have
        been processed.

    """
    kind = "a web page" if "<html" in text[:2000].lower() or "<!doctype" in text[:2000].lower() else "something"
    message = (
        f"{method} {urlsplit(response.url).path} answered with {kind} where JSON was expected: {safe_excerpt(text)}"
    )
    # A broken answer may be whole at the next try; a page will stay a page.
    error = ServiceError if kind == "a web page" and method == "GET" else MaybeProcessedError
    return error(message, tip="is --api-url right, and no login or maintenance page in between?")


def redirects_to_slash(url: str, response: requests.Response) -> bool:
    """Return whether an answer redirects to the same address with a slash at its end.

    Args:
        url: The address that was asked, without a query.
        response: The answer.

    """
    if not (response.is_redirect or response.is_permanent_redirect) or url.endswith("/"):
        return False
    try:
        target, asked = urlsplit(urljoin(url, response.headers.get("Location", ""))), urlsplit(url)
    except ValueError:
        return False
    return (target.scheme, target.netloc, target.path) == (asked.scheme, asked.netloc, f"{asked.path}/")


def redirect_error(url: str, method: str, response: requests.Response) -> ServiceError:
    """Return the error for a redirect, which is never followed: the token belongs to one host only.

    Args:
        url: Base address of the service.
        method: Method of the request.
        response: The answer, whose `Location` is named.

    Returns:
        A plain error after a GET; otherwise one that says the request may have been processed, not to be tried again.

    """
    try:
        target = urlsplit(response.headers.get("Location", ""))
    except ValueError:
        where = "an invalid address"
    else:
        where = f"{target.scheme}://{target.netloc}{target.path}" if target.netloc else target.path
    said = f"{url} redirects to {safe_excerpt(where)}"
    tip = "the token is not sent there; if you trust that address, give it as --api-url"
    # Many a web page answers a form that it has taken in with the address of what came of it.
    return ServiceError(said, tip=tip) if method == "GET" else MaybeProcessedError(said, tip=tip, retryable=False)


def _retry_after(value: str, clock: Clock) -> float | None:
    """Return the seconds of a Retry-After header in either of its forms; None where it makes no sense."""
    if is_number(value):
        return float(value)
    try:
        return (parsedate_to_datetime(value) - clock.now()).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
