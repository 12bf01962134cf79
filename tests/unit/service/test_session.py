"""The session over real HTTP on loopback: what is repeated, what is refused, and where the token goes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from cgi_runner import __version__
from cgi_runner.config import RetryPolicy
from cgi_runner.errors import InputError, RunnerError, ServiceError
from cgi_runner.service.errors import (
    MaybeProcessedError,
    RejectedError,
    translate_errors,
)
from cgi_runner.service.session import LARGEST_ANSWER
from conftest import CREDENTIALS, SimulatedClock
from support.scripted import DROPPED, HTML, Answer, drip_pieces, serving
from support.sessions import make_form, session_to

JOB = "c22ecf2af788d65ec257"
GOOD = Answer([JOB])


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_get_is_repeated_after_a_passing_failure(status: int, clock: SimulatedClock) -> None:
    """Statuses that pass are tried again, and the pauses between grow within bounds."""
    with serving([Answer("busy", status)] * 3 + [GOOD]) as server:
        assert session_to(server.url, clock).get_json() == [JOB]
        assert len(server.requests) == 4
    assert all(1 <= pause <= 60 for pause in clock.sleeps)


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


@pytest.mark.parametrize("code", [None, "", 0, "0", False, 200, "200"])
@pytest.mark.parametrize("good", [{"status": "Done", "logs": []}, {"id": "c22ecf2af788d65ec257"}])
def test_an_empty_error_code_beside_a_good_answer_is_none(code: Any, good: Any, clock: SimulatedClock) -> None:
    """Services that always send the key mean no error by such a code."""
    with serving([Answer({"error_code": code, "message": "", **good})]) as server:
        assert session_to(server.url, clock).get_json("a" * 20) == {"error_code": code, "message": "", **good}


@pytest.mark.parametrize("code", [1, 199, 300, 500, "no", True, [0]])
def test_any_other_error_code_counts_beside_a_good_answer(code: Any, clock: SimulatedClock) -> None:
    """Whatever else the answer holds, it is a refusal."""
    with serving([Answer({"error_code": code, "status": "Done"})]) as server, pytest.raises(RejectedError):
        session_to(server.url, clock, retry_policy=RetryPolicy(attempts=1)).get_json("a" * 20)


@pytest.mark.parametrize(
    "headers",
    [
        {"Link": '<https://example.org/api/v1?page=2>; rel="next"'},
        {"X-Total-Count": "3"},
        {"Content-Range": "items 0-1/3"},
    ],
)
def test_a_list_that_is_only_a_part_is_not_taken_for_whole(headers: dict[str, str], clock: SimulatedClock) -> None:
    """A job on another page would be submitted a second time."""
    with serving([Answer(["a" * 20, "b" * 20], headers=headers)]) as server:
        with pytest.raises(ServiceError, match="only a part of all") as failed:
            session_to(server.url, clock).get_json()
        assert len(server.requests) == 1
    assert "web pages" in failed.value.tip


@pytest.mark.parametrize(
    "headers",
    [
        {"Link": '<https://example.org/api/v1>; rel="self", </style.css>; rel=preload'},
        {"X-Total-Count": "2"},
        {"X-Total-Count": "many"},
        {"Content-Range": "items 0-1/*"},
        {"Link": ";;,<"},
    ],
)
def test_headers_that_name_no_other_part_leave_the_list_whole(headers: dict[str, str], clock: SimulatedClock) -> None:
    """Links to other things, totals that agree, and what makes no sense."""
    with serving([Answer(["a" * 20, "b" * 20], headers=headers)]) as server:
        assert session_to(server.url, clock).get_json() == ["a" * 20, "b" * 20]


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
    drip = drip_pieces(lambda: clock.sleep(10))
    with (
        serving(lambda _: Answer(drip, length=length)) as server,
        pytest.raises(MaybeProcessedError, match="too large or too slow"),
    ):
        session_to(server.url, clock).json("GET")


def test_a_download_that_drips_is_given_up(clock: SimulatedClock) -> None:
    """A transfer that could never end is broken off."""
    answer = Answer(drip_pieces(lambda: clock.sleep(10), b"P"), length=10_000_000)
    with serving([answer]) as server, pytest.raises(MaybeProcessedError, match="too slowly"):
        list(session_to(server.url, clock).stream(JOB, action="download"))


def test_a_download_that_is_merely_slow_goes_on(clock: SimulatedClock) -> None:
    """A big archive over a thin line takes its time."""
    answer = Answer(drip_pieces(lambda: clock.sleep(10), b"P" * 15_000, 300), length=4_500_000)
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
        asking.post_json(make_form())
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
