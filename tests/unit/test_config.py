"""Which service is called, with whose credentials, and what is refused before anything is sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cgi_runner.config import (
    CGI_URL,
    Credentials,
    Service,
    default_credentials_file,
    register_credentials_in_args,
    resolve_credentials,
    resolve_service,
)
from cgi_runner.errors import CredentialsError, InputError
from cgi_runner.output.locking import state_dirs
from cgi_runner.redaction import redact

EMAIL, TOKEN = "steward@example.org", "0badc0de0badc0de0bad"


def service(url: str | None = None, **environ: str) -> Service:
    """Settle a service from an option and an environment."""
    return resolve_service(url, ca_bundle=None, insecure=False, environ=environ)


def test_the_option_comes_before_the_environment_before_the_public_service() -> None:
    """One order for all, and a slash at the end is no matter."""
    environ = "https://other.example.org/api/v1"
    assert service("https://mine.example.org/api/v1/ ", CGI_API_URL=environ).url == "https://mine.example.org/api/v1"
    assert service(CGI_API_URL=environ).url == environ
    assert service().url == CGI_URL


def test_an_empty_address_in_the_environment_is_refused() -> None:
    """It would mean the public service, where another one was meant."""
    for empty in ("", " "):
        with pytest.raises(InputError, match="CGI_API_URL is set, but empty"):
            service(CGI_API_URL=empty)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "LOCALHOST"])
def test_http_is_for_this_machine(host: str) -> None:
    """A token may travel in the clear as long as it does not leave the machine."""
    assert service(f"http://{host}:8080/api/v1").is_loopback


@pytest.mark.parametrize(
    "host", ["cgi.example.org", "10.0.0.1", "localhost.example.org", "127.0.0.1.example.org", "2130706433", "0.0.0.0"]
)
@pytest.mark.parametrize("scheme", ["http", "HTTP", "hTTp"])
def test_http_is_refused_for_any_other(scheme: str, host: str) -> None:
    """Names that merely look local are not."""
    with pytest.raises(InputError, match="unencrypted") as failed:
        service(f"{scheme}://{host}/api/v1")
    assert failed.value.exit_code == 2


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "ftp://example.org",
        "https://",
        "https:///api",
        "file:///etc/passwd",
        "https://example.org?x=1",
        "https://example.org/#x",
        "https://exa mple.org",
        "https://[::1",
        "https://example.org:99999",
        "https://a:b:c",
        "http://127.0.0.1\\@evil.example.org/",
        "https://exämple.org",
        "https://example.org/\n",
        "http://localhost#@evil",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """Anything that two readers could understand in two ways is not called."""
    if not url.strip("/\n") or url.endswith("\n"):
        assert service(url).url in {CGI_URL, "https://example.org"}
        return
    with pytest.raises(InputError, match="not a valid address"):
        service(url)


@pytest.mark.parametrize(
    "url", ["https://me:hunter2@example.org/api", "http://:hunter2@localhost/", "https://hunter2@x/"]
)
def test_a_password_in_the_address_is_refused_and_not_shown(url: str) -> None:
    """Nobody's secret gets into a record or a message by way of the address."""
    with pytest.raises(InputError) as failed:
        service(url)
    assert "hunter2" not in str(failed.value)


@pytest.mark.parametrize("content", [None, "no certificates"])
def test_a_bundle_without_certificates_is_refused(content: str | None, tmp_path: Path) -> None:
    """A file that cannot be used is found before its faults look like those of a connection."""
    bundle = tmp_path / "ca.pem"
    if content:
        bundle.write_text(content)
    with pytest.raises(InputError, match=r"ca\.pem cannot be used"):
        resolve_service(None, ca_bundle=bundle, insecure=False)


def test_a_named_file_comes_before_the_environment_before_the_users_own(tmp_path: Path) -> None:
    """One order for credentials, too."""
    for name in ("named", "environ", "own"):
        (tmp_path / name).write_text(f"{name}@example.org {TOKEN}\n")
        (tmp_path / name).chmod(0o600)
    own, both = tmp_path / "own", {"CGI_CREDENTIALS_FILE": str(tmp_path / "environ")}
    pair = {"CGI_EMAIL": "pair@example.org", "CGI_TOKEN": TOKEN}
    assert resolve_credentials(tmp_path / "named", environ=pair, config_file=own).email == "named@example.org"
    assert resolve_credentials(None, environ={**both, **pair}, config_file=own).email == "pair@example.org"
    assert resolve_credentials(None, environ=both, config_file=own).email == "environ@example.org"
    assert resolve_credentials(None, environ={}, config_file=own).header == f"own@example.org {TOKEN}"


def test_the_users_own_file_is_in_the_configuration_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is where such files are looked for."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_credentials_file() == tmp_path / "cgi-runner" / "credentials"
    with pytest.raises(CredentialsError, match="no credentials"):
        resolve_credentials(None, environ={})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_the_users_own_file_must_be_private(mode: int, tmp_path: Path) -> None:
    """A file that others can read is refused with the command that fixes it."""
    own = tmp_path / "credentials"
    own.write_text(f"{EMAIL} {TOKEN}")
    own.chmod(mode)
    with pytest.raises(CredentialsError, match="other users") as failed:
        resolve_credentials(None, environ={}, config_file=own)
    assert failed.value.tip == f"chmod 600 {own}"
    assert failed.value.exit_code == 4


@pytest.mark.skipif(os.getuid() == 0, reason="root can read everything")
def test_a_home_of_somebody_else_holds_no_credentials(tmp_path: Path) -> None:
    """In containers HOME may be closed to the user that runs there: that is not a fault."""
    closed = tmp_path / "root"
    closed.mkdir(mode=0o000)
    with pytest.raises(CredentialsError, match="no credentials"):
        resolve_credentials(None, environ={}, config_file=closed / "credentials")


@pytest.mark.parametrize(("given", "missing"), [("CGI_EMAIL", "CGI_TOKEN"), ("CGI_TOKEN", "CGI_EMAIL")])
def test_half_of_a_pair_is_named(given: str, missing: str) -> None:
    """A forgotten variable is said by name; what is there is not quoted, and no other account is taken."""
    with pytest.raises(CredentialsError, match=f"{missing} is not$") as failed:
        resolve_credentials(None, environ={given: TOKEN})
    assert TOKEN not in str(failed.value)


@pytest.mark.parametrize(
    "content",
    [
        "",
        EMAIL,
        TOKEN,
        f"{TOKEN} {EMAIL}",
        f"Authorization: {EMAIL} {TOKEN}",
        f"{EMAIL} {TOKEN} more words than a pair",
        f"{EMAIL} {TOKEN}\x01",
        "\ufeffsteward@example.org 0badc0de0badc0de0bad",
        f"{EMAIL} tökentöken",
    ],
)
def test_a_malformed_file_is_refused_unquoted(content: str, tmp_path: Path) -> None:
    """What is no pair is never sent, and none of it is shown."""
    file = tmp_path / "credentials"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CredentialsError) as failed:
        resolve_credentials(file)
    for text in (str(failed.value), failed.value.tip, repr(failed.value)):
        assert EMAIL not in text
        assert TOKEN not in text
    assert not failed.value.__cause__


def test_an_environment_that_no_header_can_carry_is_refused() -> None:
    """The header takes plain letters only."""
    with pytest.raises(CredentialsError, match="CGI_EMAIL and CGI_TOKEN"):
        resolve_credentials(None, environ={"CGI_EMAIL": "你@example.org", "CGI_TOKEN": TOKEN})


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    """A folder or a missing file is a matter of credentials."""
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(CredentialsError, match="cannot be read"):
            resolve_credentials(path)


def test_what_was_read_is_hidden_from_then_on(tmp_path: Path) -> None:
    """Reading registers the secrets, and the value does not show them."""
    file = tmp_path / "credentials"
    file.write_text("unique-one@example.org 1234567890uniquetoken")
    credentials = resolve_credentials(file)
    assert redact(credentials.header) == "***** *****"
    assert repr(credentials) == str(credentials) == "Credentials()"
    assert "uniquetoken" not in repr(Credentials("a@b", "uniquetoken"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("HTTPS://CGI.Example.org:443/api/v1/", "https://cgi.example.org/api/v1"),
        ("https://cgi.example.org:8443/CgiClient", "https://cgi.example.org:8443/CgiClient"),
        ("http://LOCALHOST:80/x", "http://localhost/x"),
        ("http://[::1]:8080/api/v1", "http://[::1]:8080/api/v1"),
    ],
)
def test_an_address_has_one_spelling(typed: str, kept: str) -> None:
    """Records, locks and notes go by it; what a server may tell apart stays as it is."""
    assert resolve_service(typed, ca_bundle=None, insecure=False, environ={}).url == kept


def test_locks_know_this_machine_by_one_name() -> None:
    """Two runs at once that name it differently must not submit the same order."""
    names = ("127.0.0.1:8080", "localhost:8080", "[::1]:8080", "LocalHost:8080")
    found = [resolve_service(f"http://{name}/api/v1", ca_bundle=None, insecure=False, environ={}) for name in names]
    assert {service.lock_key for service in found} == {"http://localhost:8080/api/v1"}
    assert Service("https://cgi.example.org/api/v1").lock_key == "https://cgi.example.org/api/v1"


def test_a_user_without_a_home_has_no_own_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run as users who are in no list and have no HOME: that is no fault, and no credentials."""

    def homeless(*_: object, **__: object) -> None:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr("platformdirs.user_config_path", homeless)
    monkeypatch.setattr("platformdirs.user_state_path", homeless)
    assert default_credentials_file() is None
    with pytest.raises(CredentialsError, match="no credentials for CGI were found"):
        resolve_credentials(None, environ={})
    register_credentials_in_args(["run"], {})
    assert all(folder.is_absolute() for folder in state_dirs())
