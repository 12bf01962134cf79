"""What a failed request means: whether it may have been carried out, whether to try again, and what to tell the user.

`NotSentError` (surely never arrived), `AnswerLostError` (may have been carried out), `RefusedError` (answered with a
no), or another `ServiceError`. Only the first may be repeated blindly when the request changes something.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from cgi_runner.clock import Clock
from cgi_runner.errors import CredentialsError, InputError, RunnerError, ServiceError
from cgi_runner.redaction import excerpt

_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_SERVERS_OWN = 500
_LARGEST_ERROR = 1024 * 1024
_AUTHORIZATION = frozenset({401, 403})
_IMPOSSIBLE = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)


class NotSentError(ServiceError):
    """The request surely never reached the service, so it may be sent again."""


class CertificateError(NotSentError):
    """The service's certificate is not trusted, which no second try changes."""


class AnswerLostError(ServiceError):
    """The request may have been carried out, but its answer is missing, unreadable, or says neither yes nor no."""

    def __init__(self, message: str, *, tip: str = "", retry_after: float | None = None, may_pass: bool = True) -> None:
        """Keep whether the same request may do better later, and how many seconds the service asks to wait."""
        super().__init__(message, tip=tip)
        self.retry_after = retry_after
        self.may_pass = may_pass


class RefusedError(ServiceError):
    """The service answered with an error; `status` is the HTTP status, or the `error_code` inside the answer."""

    def __init__(self, message: str, status: int, *, tip: str = "", retry_after: float | None = None) -> None:
        """Keep the status and how many seconds the service asks to wait before the next try."""
        super().__init__(message, tip=tip)
        self.status = status
        self.retry_after = retry_after


@contextmanager
def told_apart(url: str) -> Iterator[None]:
    """Turn the exceptions of the library into those that say whether the request may have been carried out."""
    try:
        yield
    except _IMPOSSIBLE as error:
        raise InputError(f"{url} is no address of a service: {_cause(error)}", tip="mend --api-url") from error
    except requests.exceptions.SSLError as error:
        if not _is_untrusted(error):
            # Encryption can also break after the request went out, so this proves nothing about it.
            raise AnswerLostError(
                f"the encryption to {url} failed: {_cause(error)}", tip="is it https on that port?"
            ) from error
        raise CertificateError(
            f"the certificate of {url} cannot be trusted: {_cause(error)}",
            tip="name your institution's certificates with --ca-bundle FILE; as a last resort --insecure",
        ) from error
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
        kind = NotSentError if _never_connected(error) else AnswerLostError
        raise kind(f"{url} was not reached: {_cause(error)}", tip="check the address and the network") from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        raise AnswerLostError(f"the answer of {url} broke off: {_cause(error)}", tip="run the command again") from error
    except OSError as error:
        if "CA certificate" not in str(error):
            raise
        raise InputError(excerpt(str(error)), tip="mend REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, or unset it") from error


def _never_connected(error: BaseException) -> bool:
    """Say whether not even a connection came about, to the service or to a proxy on the way."""
    never = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return any(isinstance(link, never) for link in _chain(error))


def _is_untrusted(error: BaseException) -> bool:
    return any(isinstance(link, ssl.CertificateError) for link in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an exception and those that the libraries have wrapped in it, the innermost last."""
    link: Any = error
    while isinstance(link, BaseException):
        yield link
        inner = (getattr(link, "reason", None), getattr(link, "original_error", None), *link.args)
        link = next((each for each in inner if isinstance(each, BaseException)), None)


def _cause(error: BaseException) -> str:
    """Give the innermost message of a chain of library exceptions, in one line."""
    *_, inner = _chain(error)
    message = re.sub(r"^\w+\(host=[^)]*\): ", "", " ".join(str(inner).split()))
    return excerpt(message) or type(inner).__name__


def is_transient(error: BaseException) -> bool:
    """Say whether the same request may well succeed a little later."""
    if isinstance(error, RefusedError):
        return error.status in _TRANSIENT
    if isinstance(error, AnswerLostError):
        return error.may_pass
    return isinstance(error, NotSentError) and not isinstance(error, CertificateError)


def is_safe_to_post_again(error: BaseException) -> bool:
    """Say whether a POST surely never arrived, and may do so a little later."""
    return isinstance(error, NotSentError) and is_transient(error)


def is_number(text: str) -> bool:
    """Say whether a text is a plain number; `str.isdigit` and `str.strip` let signs pass that `int` does not."""
    return re.fullmatch(r"[ \t]*[0-9]{1,18}[ \t]*", text) is not None


def error_object(text: str) -> dict[str, Any]:
    """Give the JSON object in the body of an error; any other text becomes its message."""
    try:
        answer = json.loads(text) if len(text) < _LARGEST_ERROR else None
    except (ValueError, RecursionError):
        answer = None
    return answer if isinstance(answer, dict) else {"message": text}


def refusal(method: str, response: requests.Response, answer: Mapping[str, Any], clock: Clock) -> RunnerError:
    """Make the error for a no: by its HTTP status, or by the `error_code` inside an answer with a good status."""
    code = str(answer.get("error_code", ""))
    # A server's own failure stays one, whatever the page says that it sends along.
    status = int(code) if is_number(code) and response.status_code < _SERVERS_OWN else response.status_code
    said = excerpt(str(answer.get("message") or response.reason or ""))
    message = f"the service refused {method} {urlsplit(response.url).path} with {status}: {said}"
    return RefusedError(message, status, retry_after=_retry_after(response.headers.get("Retry-After", ""), clock))


def credentials_refused(error: RefusedError) -> RunnerError:
    """Give the error for the user: a refused account is a matter of credentials, all else stays as it is."""
    if error.status not in _AUTHORIZATION:
        return error
    return CredentialsError(
        f"the service does not accept these credentials ({error.status})",
        tip="check the e-mail, and make a new token on CGI's REST API page if this one is no longer valid",
    )


def not_json(method: str, response: requests.Response, text: str) -> ServiceError:
    """Make the error for an answer that should be JSON and is not."""
    kind = "a web page" if "<html" in text[:2000].lower() or "<!doctype" in text[:2000].lower() else "something"
    message = f"{method} {urlsplit(response.url).path} answered with {kind} where JSON was expected: {excerpt(text)}"
    # A broken answer may be whole at the next try; a page will stay a page.
    error = ServiceError if kind == "a web page" and method == "GET" else AnswerLostError
    return error(message, tip="is --api-url right, and no login or maintenance page in between?")


def redirected(url: str, method: str, response: requests.Response) -> ServiceError:
    """Make the error for a redirect, which is never followed: the token belongs to one host only."""
    try:
        target = urlsplit(response.headers.get("Location", ""))
    except ValueError:
        where = "something that is no address"
    else:
        where = f"{target.scheme}://{target.netloc}{target.path}" if target.netloc else target.path
    said = f"{url} redirects to {excerpt(where)}"
    tip = "the token is not sent after it; if you trust it, name it with --api-url"
    # Many a web page answers a form that it has taken in with the address of what came of it.
    return ServiceError(said, tip=tip) if method == "GET" else AnswerLostError(said, tip=tip, may_pass=False)


def _retry_after(value: str, clock: Clock) -> float | None:
    """Give the seconds of a Retry-After header in either of its forms; None where it makes no sense."""
    if is_number(value):
        return float(value)
    try:
        return (parsedate_to_datetime(value) - clock.now()).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
