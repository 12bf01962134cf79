"""The session over real HTTP on loopback: what is repeated, what is refused, and where the token goes."""

from __future__ import annotations

import logging
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from urllib3.util.ssl_ import create_urllib3_context

from cgi_runner import __version__
from cgi_runner.config import RetryPolicy, Service
from cgi_runner.errors import InputError, RunnerError, ServiceError
from cgi_runner.service.errors import (
    CertificateError,
    MaybeProcessedError,
    NotSentError,
    RejectedError,
    is_safe_to_post_again,
    is_transient,
    translate_errors,
)
from cgi_runner.service.session import LARGEST_ANSWER
from conftest import CREDENTIALS, SimulatedClock
from support.scripted import DROPPED, HTML, Answer, Scripted, Seen, dripping, serving
from support.sessions import form, session_to

JOB = "c22ecf2af788d65ec257"
GOOD = Answer([JOB])
POSTED = Answer(f'"{JOB}"')


def closed_port() -> int:
    """Give a port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_get_is_repeated_after_a_passing_failure(status: int, clock: SimulatedClock) -> None:
    """Statuses that pass are tried again, and the pauses between grow within bounds."""
    with serving([Answer("busy", status)] * 3 + [GOOD]) as server:
        assert session_to(server.url, clock).get_json() == [JOB]
        assert len(server.requests) == 4
    assert all(1 <= pause <= 60 for pause in clock.sleeps)


@pytest.mark.parametrize("where", ["/api/v1/", "{url}/"], ids=["path", "whole address"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_the_same_address_with_a_slash_is_followed(
    status: int, where: str, clock: SimulatedClock
) -> None:
    """The list is asked for with a slash from then on, as is the form; a job's address has a slash of its own."""

    def answer(seen: Seen) -> Answer:
        path, _, query = seen.path.partition("?")
        if path.endswith("/"):
            return GOOD
        to = where.format(url=server.url) if path == "/api/v1" else f"{path}/"
        return Answer("", status, {"Location": to + (f"?{query}" if query else "")})

    with serving(answer) as server:
        to = session_to(server.url, clock)
        assert to.get_json() == to.post_json(form()) == to.json("GET", JOB, action="logs") == [JOB]
        assert b"".join(piece for piece, _ in to.stream(JOB, action="download")) == b'["%s"]' % JOB.encode()
        asked = [(seen.method, seen.path) for seen in server.requests]
    list_, job = "/api/v1", f"/api/v1/{JOB}"
    assert asked == [
        *(("GET", list_), ("GET", f"{list_}/"), ("POST", f"{list_}/")),
        *(("GET", f"{job}?action=logs"), ("GET", f"{job}/?action=logs"), ("GET", f"{job}/?action=download")),
    ]
    assert not clock.sleeps


@pytest.mark.parametrize(
    "where", ["/api/v1//", "//elsewhere.example/api/v1/", "http://127.0.0.1:9/api/v1/", "/login/", "http://["]
)
def test_no_other_redirect_is_followed(where: str, clock: SimulatedClock) -> None:
    """Another host, port or path does not get the token, slash or no slash; nor is a slash added for ever."""
    with serving([Answer("", 302, {"Location": where})]) as server:
        with pytest.raises(ServiceError, match="redirects to"):
            session_to(server.url, clock).get_json()
        assert len(server.requests) == 1
    with serving([Answer("", 302, {"Location": "/api/v1/"})]) as server:
        with pytest.raises(ServiceError, match="redirects to"):
            session_to(server.url, clock).get_json()
        assert [seen.path for seen in server.requests] == ["/api/v1", "/api/v1/"]


def test_a_form_is_not_sent_after_a_redirect(clock: SimulatedClock) -> None:
    """What may have been taken in is never sent again, even to the same address with a slash."""
    with serving([Answer("", 308, {"Location": "/api/v1/"})]) as server:
        with pytest.raises(MaybeProcessedError, match="redirects to"):
            session_to(server.url, clock).post_json(form())
        assert len(server.requests) == 1


@pytest.mark.parametrize("body", [None, "", '"half a str', "{", "[" * 100_000, b"\xff\xfe", "²", "9" * 5000])
def test_an_answer_that_is_none_is_asked_for_again(body: str | bytes | None, clock: SimulatedClock) -> None:
    """Dropped, empty, cut or senseless answers to a GET are asked for six times, and then exit code 7."""
    with serving([Answer(body)]) as server:
        with pytest.raises(MaybeProcessedError) as failed:
            session_to(server.url, clock).get_json()
        assert len(server.requests) == 6
    assert failed.value.exit_code == 7


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_a_lasting_refusal_is_not_repeated(status: int, clock: SimulatedClock) -> None:
    """What will not change by itself is asked once."""
    with serving([Answer({"message": "no"}, status)]) as server:
        with pytest.raises(RejectedError, match="no") as failed:
            session_to(server.url, clock).get_json()
        assert len(server.requests) == 1
    assert failed.value.status == status


@pytest.mark.parametrize(
    ("code", "status"), [(403, 403), ("403", 403), (" 429", 429), (None, 200), ("²", 200), ("9" * 5000, 200), ({}, 200)]
)
def test_an_error_code_is_a_failure_whatever_the_status(code: Any, status: int, clock: SimulatedClock) -> None:
    """An object with `error_code` is a refusal even under HTTP 200, however odd the code."""
    answer = Answer({"error_code": code, "message": "slots"})
    with serving([answer]) as server, pytest.raises(RejectedError, match="slots") as failed:
        session_to(server.url, clock).get_json()
    assert failed.value.status == status


@pytest.mark.parametrize(
    ("asked", "pause"), [("7", 7), ("0", 1), ("3600", 60), ("99999999999999999999", None), ("²", None), ("soon", None)]
)
def test_retry_after_in_seconds_is_obeyed_and_capped(asked: str, pause: int | None, clock: SimulatedClock) -> None:
    """The service may ask for a pause; an absurd one is cut, a senseless one is as none."""
    with serving([Answer("busy", 503, {"Retry-After": asked}), GOOD]) as server:
        session_to(server.url, clock).get_json()
    assert 1 <= clock.sleeps[0] <= 60
    assert pause is None or clock.sleeps == [pause]


@pytest.mark.parametrize(("ahead", "pause"), [(20, 20), (-3600, 1), (86400, 60)])
def test_retry_after_as_a_date_is_obeyed_and_capped(ahead: int, pause: int, clock: SimulatedClock) -> None:
    """The other form of the header names a moment."""
    date = format_datetime(clock.now() + timedelta(seconds=ahead), usegmt=True)
    with serving([Answer("busy", 429, {"Retry-After": date}), GOOD]) as server:
        session_to(server.url, clock).get_json()
    assert clock.sleeps == [pause]


def test_retry_after_without_a_time_zone_is_passed_over(clock: SimulatedClock) -> None:
    """A date that cannot be compared is no reason to fail."""
    with serving([Answer("busy", 429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00"}), GOOD]) as server:
        assert session_to(server.url, clock).get_json() == [JOB]


@pytest.mark.parametrize(
    "answer",
    [
        DROPPED,
        *(Answer("trouble", status) for status in (408, 429, 500, 502, 504)),
        *(Answer(HTML), Answer("{"), Answer("", 204), Answer("hello", length=500)),
    ],
    ids=["dropped", "408", "429", "500", "502", "504", "html", "broken", "204", "truncated"],
)
def test_a_post_that_may_have_been_carried_out_is_sent_once(answer: Answer, clock: SimulatedClock) -> None:
    """Whoever calls has to look before the POST goes out again."""
    with serving([answer]) as server:
        with pytest.raises(ServiceError) as failed:
            session_to(server.url, clock).post_json(form())
        assert len(server.requests) == 1
    assert not is_safe_to_post_again(failed.value)
    assert not clock.sleeps


def test_a_post_that_never_left_is_sent_again(clock: SimulatedClock) -> None:
    """Refused connections are harmless to repeat, and in the end are exit code 7."""
    with pytest.raises(NotSentError) as failed:
        session_to(f"http://127.0.0.1:{closed_port()}/api/v1", clock).post_json(form())
    assert len(clock.sleeps) == 5
    assert failed.value.exit_code == 7
    assert "refused" in failed.value.message


def test_a_service_that_comes_back_gets_the_post_once(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A POST goes through as soon as somebody listens."""
    with serving([POSTED]) as server:
        good, bad = server.url, f"http://127.0.0.1:{closed_port()}/api/v1"
        tried = session_to(bad, clock)
        monkeypatch.setattr(clock, "sleep", lambda _: setattr(tried, "service", Service(good)))
        assert tried.post_json(form()) == JOB
        assert len(server.requests) == 1


def test_an_unknown_host_is_no_connection(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that does not resolve counts as never sent."""

    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSentError, match="Name or service not known"):
        session_to("http://localhost:1/api/v1", clock).json("GET")


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.SSLError(ssl.SSLEOFError("EOF occurred in violation of protocol")),
        requests.exceptions.ProxyError(urllib3.exceptions.ProxyError("gone", OSError("reset"))),
        requests.exceptions.ReadTimeout("read timed out"),
        requests.exceptions.ChunkedEncodingError("broken"),
        requests.exceptions.ConnectionError(),
        urllib3.exceptions.IncompleteRead(1, 2),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_break_after_sending_is_never_taken_for_unsent(error: Exception) -> None:
    """Encryption and proxies can fail after the request went out, too."""
    with pytest.raises(MaybeProcessedError), translate_errors("https://example.org"):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ConnectTimeout(
            urllib3.exceptions.MaxRetryError(
                urllib3.HTTPConnectionPool("h"), "/", urllib3.exceptions.ConnectTimeoutError("slow")
            )
        ),
        requests.exceptions.ProxyError(
            urllib3.exceptions.ProxyError(
                "no", urllib3.exceptions.NewConnectionError(urllib3.connection.HTTPConnection("h"), "refused")
            )
        ),
    ],
    ids=["connect", "proxy"],
)
def test_a_connection_that_never_came_about_is_unsent(error: Exception) -> None:
    """No connection, no job: such a POST may be sent again."""
    with pytest.raises(NotSentError) as failed, translate_errors("https://example.org"):
        raise error
    assert is_safe_to_post_again(failed.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_no_redirect_is_followed(status: int, method: str, clock: SimulatedClock) -> None:
    """The token stays with the host that the user named, which is told where it was to go."""
    with serving([GOOD]) as other:
        away = Answer("", status, {"Location": f"{other.url}?a=b"})
        with serving([away]) as server:
            to = session_to(server.url, clock)
            ask: dict[str, Callable[[], Any]] = {
                "GET": to.get_json,
                "POST": lambda: to.post_json(form()),
                "DELETE": lambda: to.json("DELETE", JOB),
            }
            with pytest.raises(ServiceError, match=r"redirects to http://127\.0") as failed:
                ask[method]()
            assert len(server.requests) == 1
        assert not other.requests
    assert failed.value.exit_code == 7


def test_a_redirect_within_the_host_is_not_followed_either(clock: SimulatedClock) -> None:
    """A path alone is named as it is."""
    answer = Answer("", 301, {"Location": "/login"})
    with serving([answer]) as server, pytest.raises(ServiceError, match="redirects to /login"):
        session_to(server.url, clock).get_json()


def test_proxies_and_netrc_are_not_used_on_loopback(
    clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither a proxy of the environment nor a password of ~/.netrc gets between the runner and a local service."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login spy password leak\ndefault login spy password leak\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with serving([GOOD]) as proxy, serving([GOOD]) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/api/v1"))
        session_to(server.url, clock).get_json()
        assert not proxy.requests
        assert server.requests[0].headers["Authorization"] == CREDENTIALS.header


def test_netrc_is_ignored_where_the_environment_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For a remote service proxies count, but the authorization is always the runner's own."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login spy password leak\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    remote = session_to("https://cgi.example.org/api/v1", SimulatedClock())
    prepared = remote._requests.prepare_request(requests.Request("GET", remote.service.url))
    assert prepared.headers["Authorization"] == CREDENTIALS.header


def test_a_web_page_is_asked_for_once_and_named(clock: SimulatedClock) -> None:
    """A login or maintenance page under HTTP 200 is no JSON, and will not become any."""
    with serving([Answer(HTML)]) as server:
        with pytest.raises(ServiceError, match="a web page where JSON was expected") as failed:
            session_to(server.url, clock).get_json()
        assert len(server.requests) == 1
    assert "We are back soon" in failed.value.message


def test_an_answer_without_end_is_given_up(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than a set size is read of what ought to be a short answer."""
    monkeypatch.setattr("cgi_runner.service.session.LARGEST_ANSWER", 1024 * 1024)

    def endless() -> Iterator[bytes]:
        while True:
            yield b"[" * 65536

    with serving(lambda _: Answer(endless())) as server, pytest.raises(MaybeProcessedError, match="too large"):
        session_to(server.url, clock).json("GET")
    assert LARGEST_ANSWER == 64 * 1024**2


@pytest.mark.parametrize("length", [None, 10_000_000])
def test_an_answer_that_drips_is_given_up(length: int | None, clock: SimulatedClock) -> None:
    """A byte now and then keeps every single wait short, but not the whole."""
    drip = dripping(lambda: clock.sleep(10))
    with (
        serving(lambda _: Answer(drip, length=length)) as server,
        pytest.raises(MaybeProcessedError, match="too large or too slow"),
    ):
        session_to(server.url, clock).json("GET")


def test_a_download_that_drips_is_given_up(clock: SimulatedClock) -> None:
    """A transfer that could never end is broken off."""
    answer = Answer(dripping(lambda: clock.sleep(10), b"P"), length=10_000_000)
    with serving([answer]) as server, pytest.raises(MaybeProcessedError, match="too slowly"):
        list(session_to(server.url, clock).stream(JOB, action="download"))


def test_a_download_that_is_merely_slow_goes_on(clock: SimulatedClock) -> None:
    """A big archive over a thin line takes its time."""
    answer = Answer(dripping(lambda: clock.sleep(10), b"P" * 15_000, 300), length=4_500_000)
    with serving([answer]) as server:
        pieces = list(session_to(server.url, clock).stream(JOB, action="download"))
    assert sum(len(piece) for piece, _ in pieces) == 4_500_000
    assert {total for _, total in pieces} == {4_500_000}


@pytest.mark.parametrize(
    ("body", "status"), [({"error_code": "404"}, 404), ({"error_code": 403, "message": "no"}, 403), ('{"a": 1}', None)]
)
def test_an_error_object_in_place_of_a_download(body: Any, status: int | None, clock: SimulatedClock) -> None:
    """JSON that tells of an error is one although the status is good; any other JSON is passed on to be quoted."""
    with serving([Answer(body)]) as server:
        stream = session_to(server.url, clock).stream(JOB, action="download")
        if status is None:
            assert [piece for piece, _ in stream] == [b'{"a": 1}']
            return
        with pytest.raises(RejectedError) as failed:
            list(stream)
    assert failed.value.status == status


def test_lengths_are_told_only_where_they_are_those_of_the_content(clock: SimulatedClock) -> None:
    """An odd or missing length, or one of packed bytes, says nothing about the archive."""
    with serving([Answer(iter([b"PK"])), Answer(iter([b"PK"]), headers={"Content-Length": "²"})]) as server:
        for _ in range(2):
            assert list(session_to(server.url, clock).stream(JOB, action="download")) == [(b"PK", None)]


def test_debugging_shows_requests_without_the_header(clock: SimulatedClock, caplog: pytest.LogCaptureFixture) -> None:
    """At debug level every request has its line, and none has the account."""
    with caplog.at_level(logging.DEBUG), serving([GOOD]) as server:
        session_to(server.url, clock).get_json()
    assert f"GET {server.url} -> 200" in caplog.text
    assert CREDENTIALS.token not in caplog.text
    assert CREDENTIALS.email not in caplog.text


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/api", "http://[::1/api", "ftp://127.0.0.1/", "127.0.0.1/api"])
def test_an_impossible_address_is_not_tried_again(url: str, clock: SimulatedClock) -> None:
    """An address that the library cannot use is the user's to correct, at once."""
    with pytest.raises((InputError, ValueError)) as failed:
        session_to(url, clock).get_json()
    assert isinstance(failed.value, InputError) or url.startswith("http://[")
    assert not clock.sleeps


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
def encrypted(certificate: Path) -> Iterator[Scripted]:
    """Serve over TLS with that certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with serving(lambda _: GOOD, tls) as server:
        yield server


def test_an_unknown_certificate_is_refused_before_the_token_is_sent(encrypted: Scripted, clock: SimulatedClock) -> None:
    """Whoever cannot prove who he is gets nothing, is not tried again, and the tip names --ca-bundle first."""
    to = session_to(encrypted.url, clock)
    asks: list[Callable[[], Any]] = [
        to.get_json,
        lambda: to.post_json(form()),
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
    encrypted: Scripted, certificate: Path, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
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
    encrypted: Scripted, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The last resort is said aloud, once."""
    assert session_to(encrypted.url, clock, insecure=True).get_json() == [JOB]
    assert caplog.text.count("anybody on the way may read the token") == 1


def test_plain_http_on_an_encrypted_port_is_no_certificate_trouble(clock: SimulatedClock) -> None:
    """Broken encryption is told apart from an untrusted certificate, since it proves nothing about the request."""
    with serving([GOOD]) as server, pytest.raises(MaybeProcessedError, match="encryption"):
        session_to(server.url.replace("http:", "https:"), clock).json("GET")


def test_a_missing_bundle_of_the_environment_is_named(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stale REQUESTS_CA_BUNDLE is bad input, not a fault of the program."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(InputError, match=r"/nowhere/ca\.pem"):
        session_to("https://cgi.example.org/api/v1", clock).get_json()


def test_other_faults_of_the_machine_pass_through() -> None:
    """A disk that fails is not the network's doing."""
    with pytest.raises(OSError, match="disk"), translate_errors("https://example.org"):
        raise OSError("disk")


def test_every_failure_of_the_network_is_one_line(clock: SimulatedClock) -> None:
    """What people read has no line breaks, no objects in angle brackets, and a tip."""
    answers = [DROPPED, Answer("a\nb\x1b[31m", 404), Answer(HTML)]
    for answer in answers:
        with serving([answer]) as server, pytest.raises(RunnerError) as failed:
            session_to(server.url, clock).json("GET")
        assert failed.value.message.isprintable()
        assert " object at 0x" not in failed.value.message


def test_the_connection_is_kept_for_the_next_request(clock: SimulatedClock) -> None:
    """A polite client does not make a new connection for each look at a job."""
    with serving([GOOD]) as server:
        asked = session_to(server.url, clock)
        asked.get_json()
        asked.get_json()
        asked.close()
        assert len({seen.port for seen in server.requests}) == 1


def test_debugging_shows_how_long_each_request_took(clock: SimulatedClock, caplog: pytest.LogCaptureFixture) -> None:
    """With method, address and status."""
    caplog.set_level(logging.DEBUG, "cgi_runner.service.session")

    def slow(_: Any) -> Answer:
        clock.sleep(5)
        return GOOD

    with serving(slow) as server:
        clock.sleep(100)
        session_to(server.url, clock).json("GET", action="logs")
    assert f"GET {server.url}?action=logs -> 200 in 5.00 s" in caplog.messages


def test_what_goes_out_with_each_request(clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks, in what form the body comes, and time-outs without which a dead line would hold a job for ever."""
    sent: list[dict[str, Any]] = []
    send = requests.adapters.HTTPAdapter.send

    def noted(self: Any, request: Any, **options: Any) -> Any:
        sent.append(options)
        return send(self, request, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", noted)
    with serving([Answer(f'"{JOB}"')]) as server:
        asking = session_to(server.url, clock, retry_policy=RetryPolicy(connect=3, read=4))
        asking.post_json(form())
        asking.with_retries(lambda: asking.json("DELETE", JOB))
    assert [seen.headers["User-Agent"] for seen in server.requests] == [f"cgi-runner/{__version__}"] * 2
    assert server.requests[0].headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert [seen.path for seen in server.requests] == ["/api/v1", f"/api/v1/{JOB}"]
    assert [(options["timeout"], options["stream"]) for options in sent] == [((3, 4), True)] * 2


def test_closing_lets_go_of_the_connection(clock: SimulatedClock) -> None:
    """A program that does many jobs does not gather open connections."""
    with serving([GOOD]) as server:
        asked = session_to(server.url, clock)
        asked.get_json()
        asked.close()
        asked.get_json()
        assert len({seen.port for seen in server.requests}) == 2
