"""Certificates: an unknown one is refused before the token is sent, and each way to have it trusted works."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from urllib3.util.ssl_ import create_urllib3_context

from cgi_runner.errors import InputError
from cgi_runner.service.errors import (
    CertificateError,
    MaybeProcessedError,
    is_transient,
)
from conftest import SimulatedClock
from support.scripted import Answer, ScriptedServer, serving
from support.sessions import make_form, session_to

JOB = "c22ecf2af788d65ec257"
GOOD = Answer([JOB])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for 127.0.0.1 that nobody has signed but itself, with its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext"
    try:
        subprocess.run(
            [*command.split(), "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key", "-out", folder / "cert"],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("openssl is not there to make a certificate")
    (folder / "both").write_text((folder / "key").read_text() + (folder / "cert").read_text())
    return folder / "both"


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[ScriptedServer]:
    """Serve over TLS with that certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with serving(lambda _: GOOD, tls) as server:
        yield server


def test_an_unknown_certificate_is_refused_before_the_token_is_sent(
    encrypted: ScriptedServer, clock: SimulatedClock
) -> None:
    """Whoever cannot prove who he is gets nothing, is not tried again, and the tip names --ca-bundle first."""
    to = session_to(encrypted.url, clock)
    asks: list[Callable[[], Any]] = [
        to.get_json,
        lambda: to.post_json(make_form()),
        lambda: to.json("DELETE", JOB),
    ]
    for ask in asks:
        with pytest.raises(CertificateError, match=r"self.signed") as failed:
            ask()
        assert not is_transient(failed.value)
        assert failed.value.tip.index("--ca-bundle") < failed.value.tip.index("--insecure")
    assert not encrypted.requests
    assert not clock.sleeps


def test_a_bundle_makes_the_certificate_trusted(
    encrypted: ScriptedServer, certificate: Path, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With the institution's certificates all is well, and --insecure beside them is not in force."""
    for insecure in (False, True):
        trusting = session_to(encrypted.url, clock, ca_bundle=certificate.with_name("cert"), insecure=insecure)
        assert trusting.get_json() == [JOB]
    assert "WARNING" not in caplog.text


@pytest.fixture
def plain_authority(tmp_path: Path) -> Path:
    """Make an institution's authority and a certificate of it, both without the extensions that Python 3.13 wants."""
    (tmp_path / "cnf").write_text(
        "[req]\ndistinguished_name=name\n[name]\n[ca]\nbasicConstraints=CA:TRUE\n[leaf]\nsubjectAltName=IP:127.0.0.1\n"
    )
    steps = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -config cnf -extensions ca -keyout k -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -config cnf -keyout key -out request",
        "x509 -req -in request -CA ca.pem -CAkey k -CAcreateserial -days 2 -extfile cnf -extensions leaf -out cert",
    )
    try:
        for step in steps:
            subprocess.run(["openssl", *step.split()], check=True, capture_output=True, cwd=tmp_path)
    except FileNotFoundError:
        pytest.skip("openssl is not there to make a certificate")
    (tmp_path / "both").write_text((tmp_path / "key").read_text() + (tmp_path / "cert").read_text())
    return tmp_path


def test_a_named_bundle_is_taken_as_before_python_3_13(
    plain_authority: Path, certificate: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A private authority without a key identifier is trusted if it is named; another's certificate still is not."""

    def strict(*given: Any, **named: Any) -> ssl.SSLContext:
        context = create_urllib3_context(*given, **named)
        context.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 has it by default
        return context

    monkeypatch.setattr("urllib3.connection.create_urllib3_context", strict)
    monkeypatch.setattr("cgi_runner.service.time_limit.create_urllib3_context", strict)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(plain_authority / "both")
    with serving(lambda _: GOOD, tls) as server:
        assert session_to(server.url, clock, ca_bundle=plain_authority / "ca.pem").get_json() == [JOB]
        for wrong in (
            session_to(server.url, clock, ca_bundle=certificate.with_name("cert")),
            session_to(server.url.replace("127.0.0.1", "localhost"), clock, ca_bundle=plain_authority / "ca.pem"),
        ):
            with pytest.raises(CertificateError):
                wrong.get_json()
        assert len(server.requests) == 1


def test_insecure_works_and_warns_loudly(
    encrypted: ScriptedServer, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The last resort is said aloud, once."""
    assert session_to(encrypted.url, clock, insecure=True).get_json() == [JOB]
    assert caplog.text.count("anyone between here and there may read the token") == 1


def test_plain_http_on_an_encrypted_port_is_no_certificate_trouble(clock: SimulatedClock) -> None:
    """Broken encryption is told apart from an untrusted certificate, since it proves nothing about the request."""
    with serving([GOOD]) as server, pytest.raises(MaybeProcessedError, match="encryption"):
        session_to(server.url.replace("http:", "https:"), clock).json("GET")


def test_a_missing_bundle_of_the_environment_is_named(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stale REQUESTS_CA_BUNDLE is bad input, not a fault of the program."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(InputError, match=r"/nowhere/ca\.pem"):
        session_to("https://cgi.example.org/api/v1", clock).get_json()
