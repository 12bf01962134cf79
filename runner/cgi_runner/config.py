"""What the user has chosen outside the job itself: the service, the credentials, and how patient to be.

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
from cgi_runner.redaction import MASK, hide

#: The public service, as CGI's own page on its API gives it.
CGI_URL = "https://www.cancergenomeinterpreter.org/api/v1"

_OPTION = "--credentials"
_PORTS = {"http": 80, "https": 443}
_TOKEN = re.compile(r"[0-9a-fA-F]{16,}")  # all that were seen have 20
_LONGEST_FILE = 4096
_MOST_PARTS = 4  # `email token` with a header's name or quotes around it; more words are some other file
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
        """Whether the service runs on this very machine."""
        return _is_loopback(urlsplit(self.url).hostname or "")

    @property
    def key(self) -> str:
        """What locks and notes go by: the address, in which this very machine has one name of its many."""
        host = urlsplit(self.url).hostname or ""
        return self.url.replace(f"[{host}]" if ":" in host else host, "localhost", 1) if self.is_loopback else self.url


@dataclass(frozen=True)
class Patience:
    """The budgets: of one request, and of an outage while a job is waited for; all in seconds but `attempts`."""

    connect: float = 15
    read: float = 120
    answer: float = 600
    attempts: int = 6
    longest_pause: float = 60
    outage: float = 900


def find_service(
    url: str | None, *, ca_bundle: Path | None, insecure: bool, environ: Mapping[str, str] = os.environ
) -> Service:
    """Settle which service is called.

    Raises:
        InputError: The URL is none, or would carry the token in the clear.

    """
    address = (url or environ.get("CGI_API_URL") or CGI_URL).strip().rstrip("/")
    host = _host_of(address)
    if not host:
        # Somebody may have tried to put a password into it.
        shown = re.sub(r"//.*@", f"//{MASK}@", address)
        raise InputError(f"{shown!r} is no address of a service", tip=f"it looks like {CGI_URL}")
    if address.lower().startswith("http:") and not _is_loopback(host):
        raise InputError(
            f"{address} would carry your token unencrypted", tip="use https; http is for services on this machine only"
        )
    if ca_bundle:
        _check_bundle(ca_bundle)
    return Service(_in_one_spelling(address), ca_bundle, insecure)


def _in_one_spelling(address: str) -> str:
    """Give an address as all others write it: locks, notes and records go by it."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
    return parts._replace(netloc=f"[{host}]{port}" if ":" in host else f"{host}{port}").geturl()


def _host_of(address: str) -> str:
    """Give the host of an address that is one of a service; nothing for any other text."""
    try:
        parts = urlsplit(address)
        plain = parts.port != 0 and address.isascii() and address.isprintable() and not set(address) & set(" \\@?#")
    except ValueError:
        return ""
    return (parts.hostname or "") if plain and parts.scheme in {"http", "https"} else ""


def _check_bundle(path: Path) -> None:
    """See to it that a file holds certificates, before its faults look like those of a connection.

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


def find_credentials(
    file: Path | None, *, environ: Mapping[str, str] = os.environ, config_file: Path | None = None
) -> Credentials:
    """Settle who calls: the named file, the environment, or the file in the user's own configuration folder.

    Raises:
        CredentialsError: There are none, or they cannot be used. What was read is never quoted.

    """
    if file:
        return _read_file(file)
    email, token = environ.get("CGI_EMAIL", "").strip(), environ.get("CGI_TOKEN", "").strip()
    if email and token:
        return _checked(f"{email} {token}", "CGI_EMAIL and CGI_TOKEN")
    if email or token:
        missing = "CGI_EMAIL" if token else "CGI_TOKEN"
        raise CredentialsError(f"no credentials: {missing} is not set, though its partner is", tip=_HOW_TO)
    if environ.get("CGI_CREDENTIALS_FILE"):
        return _read_file(Path(environ["CGI_CREDENTIALS_FILE"]))
    own = config_file or default_credentials_file()
    try:
        about = own.stat()
    except OSError:  # not there, or the home of somebody else, as in containers
        raise CredentialsError("no credentials for CGI were found", tip=_HOW_TO) from None
    if stat.S_IMODE(about.st_mode) & 0o077:
        raise CredentialsError(f"{own} can be read by other users of this machine", tip=f"chmod 600 {own}")
    return _read_file(own)


def default_credentials_file() -> Path:
    """Give the path of the credentials file in the user's configuration folder."""
    from platformdirs import user_config_path

    return user_config_path("cgi-runner") / "credentials"


def hide_whatever_may_be_secret(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> None:
    """See to it that no credentials are shown in what is told of a slip, wherever they were typed.

    Files that may hold credentials are read although nobody is called; what was given as such a file and looks like
    their content is taken for it.
    """
    given = [each.partition("=")[2] for each in arguments if each.startswith(f"{_OPTION}=")]
    given += [value for option, value in pairwise(arguments) if option == _OPTION]
    for name in filter(None, (*given, environ.get("CGI_CREDENTIALS_FILE"), str(default_credentials_file()))):
        with suppress(OSError, ValueError):
            if Path(name).is_file():
                with Path(name).open("rb") as file:
                    _hide_parts(file.read(_LONGEST_FILE).decode("ascii", "replace"))
                continue
        _hide_parts(name if "@" in name or _TOKEN.search(name) else "")


def hide_what_looks_secret(arguments: Sequence[str]) -> None:
    """See to it that nothing like a token or an address is shown of a command line that makes no sense.

    Where words are misplaced, any may be the token, and engines keep what is said. A job's id looks like one.
    """
    words = [word.partition("=")[2] or word for argument in arguments for word in argument.split()]
    hide(*(word for word in words if "@" in word or _TOKEN.fullmatch(word)))


def _hide_parts(text: str) -> None:
    parts = text.split()
    if len(parts) <= _MOST_PARTS:
        hide(*parts)


def _read_file(path: Path) -> Credentials:
    try:
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise CredentialsError(f"the credentials file {path} cannot be read: {error.strerror}", tip=_HOW_TO) from None
    except UnicodeDecodeError:
        text = ""
    return _checked(text, str(path))


def _checked(text: str, where: str) -> Credentials:
    parts = text.split()
    # Registered before anything is judged: even a malformed line may hold the real token.
    _hide_parts(text)
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
