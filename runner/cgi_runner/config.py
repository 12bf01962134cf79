"""What the user chooses besides the job: the service, the credentials, and how patient to be.

Order everywhere: option, then environment, then file. No option takes a token, so none can appear in a process list.
"""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from cgi_runner.errors import CredentialsError, InputError
from cgi_runner.redaction import MASK, register_secret

#: The public service, as CGI's own page on its API gives it.
CGI_URL = "https://www.cancergenomeinterpreter.org/api/v1"

_OPTION = "--credentials"
_PORTS = {"http": 80, "https": 443}
_TOKEN = re.compile(r"[0-9a-fA-F]{16,}")  # all that were seen have 20
_LONGEST_FILE = 4096
_MAX_PARTS = 4  # `email token` with a header's name or quotes around it; more words are some other file
_HOW_TO = (
    "set CGI_EMAIL and CGI_TOKEN, or name a file that holds `email token` with --credentials or CGI_CREDENTIALS_FILE; "
    "a token is made on the REST API page of cancergenomeinterpreter.org after login; --sandbox needs none"
)


@dataclass(frozen=True)
class Credentials:
    """The e-mail and token that CGI's `Authorization` header carries; neither shows in a `repr`."""

    email: str = field(repr=False)
    token: str = field(repr=False)

    @property
    def header(self) -> str:
        """The header's value: e-mail, one space, token, no scheme word (CGI's page on its API)."""
        return f"{self.email} {self.token}"


@dataclass(frozen=True)
class Service:
    """Where the API is and how its certificate is checked."""

    url: str = CGI_URL
    ca_bundle: Path | None = None
    insecure: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether the service runs on this machine."""
        return _is_loopback(urlsplit(self.url).hostname or "")

    @property
    def lock_key(self) -> str:
        """What locks and notes go by: the address, in which this machine has one name of its many."""
        host = urlsplit(self.url).hostname or ""
        return self.url.replace(f"[{host}]" if ":" in host else host, "localhost", 1) if self.is_loopback else self.url


@dataclass(frozen=True)
class RetryPolicy:
    """The budgets: of one request, and of an outage while a job is waited for; all in seconds but `attempts`."""

    connect: float = 15
    read: float = 120
    answer: float = 600
    attempts: int = 6
    max_wait: float = 60
    max_outage: float = 900


def resolve_service(
    url: str | None, *, ca_bundle: Path | None, insecure: bool, environ: Mapping[str, str] = os.environ
) -> Service:
    """Settle which service is called.

    Args:
        url: Address that was given, or None for that of `CGI_API_URL`, or else CGI's own.
        ca_bundle: File of certificates (PEM) to trust, or None for the system's.
        insecure: Whether the service's certificate is not checked.
        environ: Where variables are looked up.

    Raises:
        InputError: The URL is not valid, is empty, or would carry the token in the clear.

    """
    address = (url or read_variable("CGI_API_URL", environ) or CGI_URL).strip().rstrip("/")
    host = _host_of(address)
    if not host:
        # Somebody may have tried to put a password into it.
        shown = re.sub(r"//.*@", f"//{MASK}@", address)
        raise InputError(f"{shown!r} is not a valid address of a service", tip=f"it looks like {CGI_URL}")
    if address.lower().startswith("http:") and not _is_loopback(host):
        raise InputError(
            f"{address} would send your token unencrypted", tip="use https; http is for services on this machine only"
        )
    if ca_bundle:
        _check_bundle(ca_bundle)
    return Service(_canonical_url(address), ca_bundle, insecure)


def read_variable(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the value of an environment variable, None if it is not set.

    An empty value is an error: where a script's own variable is unset, the default would be used without a word, and
    with it data or a token could go to another service than the one that is meant.

    Args:
        name: Name of the variable.
        environ: The environment.

    Raises:
        InputError: The variable is set, but empty.

    """
    value = environ.get(name)
    if value is not None and not value.strip():
        raise InputError(f"{name} is set, but empty", tip=f"give {name} a value, or unset it to use the default")
    return value


def _canonical_url(address: str) -> str:
    """Return an address as all others write it: locks, notes and records go by it."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
    return parts._replace(netloc=f"[{host}]{port}" if ":" in host else f"{host}{port}").geturl()


def _host_of(address: str) -> str:
    """Return the host of an address that is one of a service; nothing for any other text."""
    try:
        parts = urlsplit(address)
        plain = parts.port != 0 and address.isascii() and address.isprintable() and not set(address) & set(" \\@?#")
    except ValueError:
        return ""
    return (parts.hostname or "") if plain and parts.scheme in {"http", "https"} else ""


def _check_bundle(path: Path) -> None:
    """Make sure that a file holds certificates, before its faults look like those of a connection.

    Raises:
        InputError: It does not.

    """
    try:
        ssl.create_default_context(cafile=str(path))
    except OSError as error:
        raise InputError(
            f"the CA bundle {path} cannot be used: {error.strerror or error}",
            tip="name a file of certificates in PEM form",
        ) from None


def resolve_credentials(
    file: Path | None, *, environ: Mapping[str, str] = os.environ, config_file: Path | None = None
) -> Credentials:
    """Settle who calls: the named file, the environment, or the file in the user's own configuration folder.

    Args:
        file: File that was named, with one line: e-mail, space, token (fact 1 of docs/sandbox.md).
        environ: Where `CGI_EMAIL`, `CGI_TOKEN` and `CGI_CREDENTIALS_FILE` are looked up.
        config_file: In the place of the one in the user's configuration folder.

    Raises:
        CredentialsError: There are none, or they cannot be used. What was read is never quoted.

    """
    if file:
        return _read_file(file)
    email, token = environ.get("CGI_EMAIL", "").strip(), environ.get("CGI_TOKEN", "").strip()
    if email and token:
        return _parse_credentials(f"{email} {token}", "CGI_EMAIL and CGI_TOKEN")
    if not (email or token) and not {"CGI_EMAIL", "CGI_TOKEN"}.isdisjoint(environ):
        raise CredentialsError(
            "no credentials: CGI_EMAIL and CGI_TOKEN are set, but empty",
            tip="set both, or unset both to use CGI_CREDENTIALS_FILE or the file in your configuration folder",
        )
    if email or token:
        present, missing = ("CGI_TOKEN", "CGI_EMAIL") if token else ("CGI_EMAIL", "CGI_TOKEN")
        raise CredentialsError(f"no credentials: {present} is set, but {missing} is not", tip=_HOW_TO)
    if named := read_variable("CGI_CREDENTIALS_FILE", environ):
        return _read_file(Path(named))
    own = config_file or default_credentials_file()
    try:
        about = own.stat() if own else None
    except OSError:  # not there, or the home of somebody else, as in containers
        about = None
    if own is None or about is None:
        raise CredentialsError("no credentials for CGI were found", tip=_HOW_TO)
    if stat.S_IMODE(about.st_mode) & 0o077:
        raise CredentialsError(f"{own} can be read by other users of this machine", tip=f"chmod 600 {own}")
    return _read_file(own)


def default_credentials_file() -> Path | None:
    """Return the path of the credentials file in the user's configuration folder; None for a user without a home."""
    from platformdirs import user_config_path

    try:
        return user_config_path("cgi-runner") / "credentials"
    except RuntimeError:  # a container's user may be in no list of users, and HOME be unset
        return None


def register_credentials_in_args(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> None:
    """Keep credentials out of messages about a mistyped command, wherever on the command line they were typed.

    Files that may hold credentials are read although nobody is called; what was given as such a file and looks like
    their content is taken for it.

    Args:
        arguments: The command line without the program's name.
        environ: Where `CGI_CREDENTIALS_FILE` is looked up.

    """
    given = [each.partition("=")[2] for each in arguments if each.startswith(f"{_OPTION}=")]
    given += [value for option, value in pairwise(arguments) if option == _OPTION]
    own = str(default_credentials_file() or "")
    for name in filter(None, (*given, environ.get("CGI_CREDENTIALS_FILE"), own)):
        with suppress(OSError, ValueError):
            if Path(name).is_file():
                with Path(name).open("rb") as file:
                    _register_parts(file.read(_LONGEST_FILE).decode("ascii", "replace"))
                continue
        _register_parts(name if "@" in name or _TOKEN.search(name) else "")


def register_token_like_args(arguments: Sequence[str]) -> None:
    """Make sure that nothing like a token or an address is shown of a command line that makes no sense.

    Where words are misplaced, any may be the token, and engines keep what is said. A job's id looks like one.
    """
    words = [word.partition("=")[2] or word for argument in arguments for word in argument.split()]
    register_secret(*(word for word in words if "@" in word or _TOKEN.fullmatch(word)))


def _register_parts(text: str) -> None:
    parts = text.split()
    if len(parts) <= _MAX_PARTS:
        register_secret(*parts)


def _read_file(path: Path) -> Credentials:
    try:
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise CredentialsError(f"the credentials file {path} cannot be read: {error.strerror}", tip=_HOW_TO) from None
    except UnicodeDecodeError:
        text = ""
    return _parse_credentials(text, str(path))


def _parse_credentials(text: str, where: str) -> Credentials:
    parts = text.split()
    # Registered before anything is judged: even a malformed line may hold the real token.
    _register_parts(text)
    plain = text.isascii() and "".join(parts).isprintable()
    is_pair = len(parts) == 2 and "@" in parts[0] and plain  # noqa: PLR2004 - a pair is two
    if not is_pair:
        raise CredentialsError(
            f"{where} does not hold an e-mail and a token", tip="one line is expected: the e-mail, a space, the token"
        )
    return Credentials(parts[0], parts[1])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
